from django.apps import AppConfig


class VolunteersConfig(AppConfig):
    name = "volunteers"

    def ready(self) -> None:
        from volunteers import receivers  # noqa: F401, PLC0415 -- models are loaded only now
