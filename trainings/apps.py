from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingsConfig(AppConfig):
    name = "trainings"
    verbose_name = _("trainings")

    def ready(self) -> None:
        # Models are not loaded before.
        from events import eligibility  # noqa: PLC0415
        from events.kinds import SlotKind, register  # noqa: PLC0415
        from trainings import granting  # noqa: PLC0415
        from volunteers import office_menu  # noqa: PLC0415
        from volunteers.permissions import is_organiser  # noqa: PLC0415

        register(SlotKind("training", _("training"), "graduation-cap", "trainings:session-detail", "trainings:list"))
        eligibility.register(granting.next_dates)
        office_menu.register(office_menu.Entry(_("Trainings"), "organise-trainings:list", 2, is_organiser))
