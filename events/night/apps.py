from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NightConfig(AppConfig):
    name = "events.night"
    label = "night"
    verbose_name = _("Night of Solidarity")
