from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VolunteersConfig(AppConfig):
    name = "volunteers"
    verbose_name = _("Volunteers")

    def ready(self) -> None:
        # Models are loaded only now.
        from volunteers import addresses, office_menu, receivers  # noqa: F401, PLC0415
        from volunteers.permissions import is_organiser  # noqa: PLC0415

        addresses.register()
        office_menu.register(office_menu.Entry(_("Volunteers"), "organise-volunteers:list", 4, is_organiser))
