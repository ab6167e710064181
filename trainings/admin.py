"""Django's administration of what is given: themes, trainings and, to look at, their sessions.

Organisers have pages of their own; this is where an administrator corrects or withdraws what they left.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modeltranslation.admin import TranslationAdmin

from trainings import programming
from trainings.models import Session, Theme, Training
from trainings.organise_views import said_asking, said_renamed
from volunteers.lines import LineField
from volunteers.tables import TablesMixin


class StayingNetworkAdmin(TablesMixin, TranslationAdmin):
    """As on the organisers' pages, what exists stays in its network."""

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("network",) if obj else ()


class TitledForm(forms.ModelForm):
    class Meta:
        field_classes = dict.fromkeys(["title_fr", "title_en"], LineField)


@admin.register(Theme)
class ThemeAdmin(StayingNetworkAdmin):
    form = TitledForm
    list_display = ("title", "network", "year", "quarter")
    list_filter = ("network", "year", "quarter")
    list_select_related = ("network",)
    search_fields = ("title_fr", "title_en")


@admin.register(Training)
class TrainingAdmin(StayingNetworkAdmin):
    """The address is made of the first title, and stays: it is a promise."""

    form = TitledForm
    fields = (
        "network", "theme", "kind", "title", "summary", "aims", "audience", "length", "given_by",
        "prerequisites", "grants", "grants_months", "interests",
    )  # fmt: skip
    filter_horizontal = ("prerequisites", "interests")
    list_display = ("title", "network", "theme", "kind", "slug")
    list_filter = ("network", "kind", "grants")
    list_select_related = ("network", "theme")
    search_fields = ("title_fr", "title_en", "slug")
    autocomplete_fields = ("theme", "given_by")

    def save_model(self, request: HttpRequest, obj: Training, form: Any, change: bool) -> None:
        """Saves as the organisers' page does: a new title goes to the dates that are not over."""
        if not change:
            programming.name_training(obj)
            obj.save()
            return
        # The form has written the new titles to ``obj`` already. The administration's own transaction holds the row.
        old = programming.titles_of(Training.objects.select_for_update(no_key=True).get(pk=obj.pk))
        obj.save()
        renamed = programming.rename_sessions(obj, old=old, by=request.user)  # type: ignore[arg-type]
        if renamed:
            messages.success(request, said_renamed(renamed))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Saves what is asked for; the dates that are not over ask for it, as after the organisers' page."""
        super().save_related(request, form, formsets, change)
        asking = programming.ask_of_sessions(form.instance, by=request.user)  # type: ignore[arg-type]
        if asking:
            messages.success(request, said_asking(asking))


@admin.register(Session)
class SessionAdmin(TablesMixin, admin.ModelAdmin):
    """Read only: time, place and people change on the date's own page, which tells whoever must know."""

    list_display = ("training", "starts_at", "network", "state")
    list_filter = ("slot__state", "training__network")
    list_select_related = ("training__network", "slot")
    search_fields = ("training__title_fr", "training__title_en")
    date_hierarchy = "slot__starts_at"

    @admin.display(description=_("Starts"), ordering="slot__starts_at")
    def starts_at(self, session: Session) -> Any:
        return session.slot.starts_at

    @admin.display(description=_("Network"), ordering="training__network")
    def network(self, session: Session) -> Any:
        return session.training.network

    @admin.display(description=_("State"), ordering="slot__state")
    def state(self, session: Session) -> str:
        return session.slot.get_state_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        return False
