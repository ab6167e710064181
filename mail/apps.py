from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    name = "mail"
    verbose_name = _("Messages")

    def ready(self) -> None:
        # Models are loaded only now.
        from mail import adapters, idling, joining, kinds, personal  # noqa: PLC0415
        from volunteers import erasing, exporting, importing, retention  # noqa: PLC0415

        adapters.register_kinds()
        kinds.register(kinds.Kind(idling.KIND, _("your account is not used"), idling.compose_idle))
        kinds.register(kinds.Kind(joining.KIND, _("you were put in a network"), joining.compose))
        importing.register(joining.tell)
        exporting.register(personal.MESSAGES)
        erasing.register(personal.let_go)
        for rule in personal.KEPT:
            retention.register(rule)
