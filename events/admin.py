"""Django's administration of places. Dates and registrations change through the back office only."""

from __future__ import annotations

from django.contrib import admin
from import_export.admin import ExportMixin

from events.models import Room, Venue


class RoomInline(admin.TabularInline):
    model = Room
    extra = 0


@admin.register(Venue)
class VenueAdmin(ExportMixin, admin.ModelAdmin):
    list_display = ("name", "address", "district", "is_accessible")
    list_filter = ("district", "is_accessible")
    search_fields = ("name", "street", "postal_code")
    inlines = (RoomInline,)
