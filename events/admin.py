"""Django's administration of places. Dates and registrations change through the back office only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.db import models

from events.models import Room, Venue
from volunteers.lines import LineField
from volunteers.tables import TablesMixin

ONE_LINE: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = {models.CharField: {"form_class": LineField}}


class RoomInline(admin.TabularInline):
    model = Room
    formfield_overrides = ONE_LINE
    extra = 0


@admin.register(Venue)
class VenueAdmin(TablesMixin, admin.ModelAdmin):
    list_display = ("name", "address", "district", "is_accessible")
    list_filter = ("district", "is_accessible")
    search_fields = ("name", "street", "postal_code")
    inlines = (RoomInline,)
    formfield_overrides = ONE_LINE
