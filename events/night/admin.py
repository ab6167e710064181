"""Django's administration of the kinds of places. Editions, headquarters and sectors have their own pages."""

from __future__ import annotations

from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from events.night.models import PlaceKind


@admin.register(PlaceKind)
class PlaceKindAdmin(TranslationAdmin):
    list_display = ("name", "slug", "colour", "position")
    list_editable = ("position",)
