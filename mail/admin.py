"""The outbox in Django's administration: to look into, and to send again what a mistake of ours made fail."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mail.delivering import send_again
from mail.models import Message, Suppression


@admin.register(Message)
class MessageAdmin(admin.ModelAdmin[Message]):
    list_display = ["kind", "to", "state", "attempts", "not_before", "sent_at"]
    list_filter = ["state", "kind"]
    search_fields = ["=to"]
    date_hierarchy = "created_at"
    actions = ["send_failed_again"]
    # Not the context: a code must not be read by an administrator.
    fields = readonly_fields = (
        "kind", "to", "language", "priority", "state", "attempts", "not_before", "sent_at", "error", "created_at",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.action(description=_("Send again what was refused for good"), permissions=["change"])
    def send_failed_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        send_again(queryset, now=timezone.now())


@admin.register(Suppression)
class SuppressionAdmin(admin.ModelAdmin[Suppression]):
    list_display = ["email", "source", "reason", "created_at"]
    list_filter = ["source"]
    search_fields = ["=email"]
