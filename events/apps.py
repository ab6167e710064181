from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    name = "events"
    verbose_name = _("Dates")

    def ready(self) -> None:
        # Models are loaded only now.
        from events import erasing, exporting, messages, receivers, walking_in  # noqa: F401, PLC0415
        from events.permissions import has_agenda, is_in_charge_of_any  # noqa: PLC0415
        from mail import kinds  # noqa: PLC0415
        from volunteers import (  # noqa: PLC0415
            backoffice,
            idling,
            office_menu,
            retention,
        )
        from volunteers import erasing as volunteers_erasing  # noqa: PLC0415
        from volunteers import exporting as volunteers_exporting  # noqa: PLC0415

        backoffice.register_role(is_in_charge_of_any)
        office_menu.register(office_menu.Entry(_("Dates"), "organise:home", 1, has_agenda))
        volunteers_exporting.register(exporting.REGISTRATIONS)
        volunteers_erasing.register(erasing.let_go)
        idling.register(erasing.in_charge)
        idling.register(erasing.registered)
        retention.register(erasing.KEPT)
        retention.register(walking_in.KEPT)
        kinds.register(kinds.Kind("events/registration", _("your registration"), messages.compose_registration))
        kinds.register(kinds.Kind("events/slot-moved", _("a date was changed"), messages.compose_moved))
        kinds.register(kinds.Kind("events/reminder", _("a date comes near"), messages.compose_reminder))
        kinds.register(kinds.Kind("events/one-date", _("one date of several"), messages.compose_one_date))
        kinds.register(kinds.Kind("events/slot-cancelled", _("a date was called off"), messages.compose_called_off))
        kinds.register(kinds.Kind("events/word-from-organiser", _("a word from the organisers"), messages.compose_word))
