from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "mail"

    def ready(self) -> None:
        # Models are loaded only now.
        from mail import adapters, personal  # noqa: PLC0415
        from volunteers import erasing, exporting, retention  # noqa: PLC0415

        adapters.register_kinds()
        exporting.register(personal.MESSAGES)
        erasing.register(personal.let_go)
        for rule in personal.KEPT:
            retention.register(rule)
