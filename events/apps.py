from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        # Models are loaded only now.
        from events import messages, receivers  # noqa: F401, PLC0415
        from mail import kinds  # noqa: PLC0415

        kinds.register(kinds.Kind("events/registration", messages.compose_registration))
        kinds.register(kinds.Kind("events/slot-moved", messages.compose_moved))
        kinds.register(kinds.Kind("events/slot-cancelled", messages.compose_called_off))
        kinds.register(kinds.Kind("events/word-from-organiser", messages.compose_word))
