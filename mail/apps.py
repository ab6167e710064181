from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "mail"

    def ready(self) -> None:
        from mail import adapters  # noqa: PLC0415 -- models are loaded only now

        adapters.register_kinds()
