from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("trainings")

    def ready(self) -> None:
        # Models are not loaded before.
        from events import eligibility, handouts  # noqa: PLC0415
        from events.kinds import OfficePage, SlotKind, register  # noqa: PLC0415
        from events.permissions import has_agenda  # noqa: PLC0415
        from mail import kinds  # noqa: PLC0415
        from trainings import (  # noqa: PLC0415
            evaluating,
            evaluation_letters,
            evaluation_personal,
            granting,
            handing_out,
            letters,
            personal,
        )
        from volunteers import erasing, exporting, office_menu, retention  # noqa: PLC0415
        from volunteers.permissions import is_organiser  # noqa: PLC0415

        people = OfficePage(_("What they know"), "users-round", "organise-trainings:people", for_all=True)
        said = OfficePage(
            _("What participants said"),
            "message-circle",
            "organise-trainings:evaluation",
            for_all=True,
            there=evaluating.was_asked,
        )
        results = OfficePage(_("Qualification and certificates"), "award", "organise-trainings:results")
        register(
            SlotKind(
                "training",
                _("training"),
                "graduation-cap",
                "trainings:session-detail",
                "trainings:list",
                office_pages=(people, results, said),
                if_missed=_("The certificate is for whoever was there on all the dates."),
            )
        )
        eligibility.register(granting.next_dates)
        handouts.register(handing_out.handouts)
        office_menu.register(office_menu.Entry(_("My sessions"), "organise-trainings:mine", 2, has_agenda))
        office_menu.register(office_menu.Entry(_("Trainings"), "organise-trainings:list", 2, is_organiser))
        kinds.register(kinds.Kind("trainings/granted", _("a qualification"), letters.compose_granted))
        kinds.register(kinds.Kind("trainings/taken-back", _("a qualification taken back"), letters.compose_taken_back))
        kinds.register(kinds.Kind("trainings/certificate-revoked", _("a certificate"), letters.compose_revoked))
        kinds.register(kinds.Kind("trainings/certificate-restored", _("a certificate"), letters.compose_restored))
        erasing.register(personal.let_go)
        exporting.register(personal.CERTIFICATES)
        retention.register(personal.KEPT)
        office_menu.register(office_menu.Entry(_("Evaluations"), "organise-trainings:evaluations", 2, has_agenda))
        kinds.register(kinds.Kind(evaluating.KIND, _("questions after a session"), evaluation_letters.compose))
        exporting.register(evaluation_personal.RECEIPTS)
        erasing.register(evaluation_personal.let_go)
        for rule in evaluation_personal.KEPT:
            retention.register(rule)
