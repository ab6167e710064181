from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("trainings")

    def ready(self) -> None:
        from events.kinds import SlotKind, register  # noqa: PLC0415  models are not loaded before
        from volunteers import office_menu  # noqa: PLC0415
        from volunteers.permissions import is_organiser  # noqa: PLC0415

        register(SlotKind("training", _("training"), "graduation-cap", "trainings:session-detail", "trainings:list"))
        office_menu.register(office_menu.Entry(_("Trainings"), "organise-trainings:list", 2, is_organiser))
