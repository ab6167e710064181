from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IdeasConfig(AppConfig):
    name = "ideas"
    verbose_name = _("Ideas")

    def ready(self) -> None:
        # Models are loaded only now.
        from events import overview  # noqa: PLC0415
        from ideas import answering, erasing, exporting, telling, waiting  # noqa: PLC0415
        from mail import kinds  # noqa: PLC0415
        from volunteers import erasing as volunteers_erasing  # noqa: PLC0415
        from volunteers import exporting as volunteers_exporting  # noqa: PLC0415
        from volunteers import idling, office_menu, retention  # noqa: PLC0415
        from volunteers.permissions import is_organiser  # noqa: PLC0415

        kinds.register(kinds.Kind(telling.KIND, _("news of your ideas"), telling.compose))
        kinds.register(kinds.Kind(answering.REMINDER, _("ideas wait for an answer"), answering.compose_reminder))
        entry = office_menu.Entry(_("Ideas"), "organise-ideas:list", 3, is_organiser, waiting.count_for)
        office_menu.register(entry)
        overview.register(waiting.lines_for)
        volunteers_erasing.register(erasing.let_go)
        for section in exporting.SECTIONS:
            volunteers_exporting.register(section)
        for rule in erasing.KEPT:
            retention.register(rule)
        for active in (erasing.contributed, erasing.proposed, erasing.said):
            idling.register(active)
