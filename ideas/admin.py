"""Django's administration of calls and ideas: to look at. They change on the organisers' pages, which tell people.

Ballots are not here: who voted what is nobody's affair.
"""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from ideas.models import Call, Idea, Phase, Step


class ReadOnly:
    """Nothing is added, changed or deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PhaseInline(ReadOnly, admin.TabularInline):
    model = Phase
    extra = 0


class StepInline(ReadOnly, admin.TabularInline):
    """The idea's public story."""

    model = Step
    fk_name = "idea"
    fields = ("at", "kind", "from_state", "to_state", "reason", "into", "by")
    extra = 0


@admin.register(Call)
class CallAdmin(ReadOnly, TranslationAdmin):
    list_display = ("title", "network", "kind", "state", "responsible", "answer_by")
    list_filter = ("network", "kind", "state", "year", "quarter")
    list_select_related = ("network", "responsible")
    search_fields = ("title_fr", "title_en", "slug")
    inlines = (PhaseInline,)


@admin.register(Idea)
class IdeaAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("title", "call", "state", "supporters", "waits_since", "is_hidden")
    list_filter = ("state", "call__network", "call__kind")
    list_select_related = ("call",)
    search_fields = ("title", "text")
    date_hierarchy = "proposed_at"
    exclude = ("words", "reminded_at")
    inlines = (StepInline,)

    @admin.display(description=_("Waits since"), ordering="waiting_since")
    def waits_since(self, idea: Idea) -> object:
        return idea.waiting_since if idea.is_unanswered else None

    @admin.display(description=_("text hidden"), boolean=True)
    def is_hidden(self, idea: Idea) -> bool:
        return idea.is_hidden
