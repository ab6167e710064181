from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NightConfig(AppConfig):
    name = "events.night"
    label = "night"
    verbose_name = _("Night of Solidarity")

    def ready(self) -> None:
        # Models are not loaded before.
        from events.kinds import Care, OfficePage, SlotKind, look_after, register  # noqa: PLC0415
        from events.night import personal  # noqa: PLC0415
        from events.night.cards import letters  # noqa: PLC0415
        from events.night.editions.siting import KIND  # noqa: PLC0415
        from events.night.partners import messages  # noqa: PLC0415
        from events.night.readiness import letters as appeals  # noqa: PLC0415
        from events.night.sign_up import following, placing  # noqa: PLC0415
        from events.permissions import has_agenda  # noqa: PLC0415
        from mail import kinds as mail_kinds  # noqa: PLC0415
        from volunteers import erasing, exporting, office_menu, retention  # noqa: PLC0415

        page = OfficePage(_("Headquarters"), "map-pinned", "organise-night:of-slot", for_all=True)
        register(
            SlotKind(
                KIND, _("Night of Solidarity"), "moon-star", "night:headquarters", office_pages=(page,), publishes=True
            )
        )
        word = _("Until teams are published, organisers may still send you to another of the places that you accept.")
        look_after(KIND, Care("night-sign-up:of-slot", placing.most, following.follow, word, placing.offers))
        office_menu.register(office_menu.Entry(_("Night of Solidarity"), "organise-night:list", 3, has_agenda))
        for name, label, compose in (
            ("night/partner-link", _("the link by which an organisation names its people"), messages.compose_link),
            ("night/named", _("somebody named you for a Night"), messages.compose_named),
        ):
            mail_kinds.register(mail_kinds.Kind(name, label, compose))
        erasing.register(personal.let_go)
        exporting.register(personal.NIGHTS)
        exporting.register(personal.NAMED)
        retention.register(personal.KEPT)
        retention.register(personal.KEPT_ROSTERS)
        retention.register(personal.KEPT_BOARD)
        retention.register(personal.KEPT_NAMED)
        retention.register(personal.KEPT_PAPERS)
        retention.register(personal.KEPT_LISTS)
        exporting.register(personal.CARDS)
        retention.register(personal.KEPT_CARDS)
        exporting.register(personal.ASKED)
        retention.register(personal.KEPT_ASKED)
        for kind in (*letters.KINDS, appeals.KIND):
            mail_kinds.register(kind)
