"""Django's administration of the city's vocabularies and of who runs what. People have their own pages."""

from __future__ import annotations

import allauth.mfa.admin
import allauth.usersessions.admin  # noqa: F401  both register what is taken out below
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from modeltranslation.admin import TranslationAdmin

from volunteers.models import (
    Association,
    AssociationMember,
    District,
    Interest,
    Network,
    NetworkOrganiser,
    Qualification,
    SpokenLanguage,
    VolunteerImport,
)
from volunteers.tables import TablesMixin

# Second factors and devices are each person's own affair, in their space; these pages would show secrets and places.
admin.site.unregister([Authenticator, UserSession])


class OrganiserInline(admin.TabularInline):
    model = NetworkOrganiser
    extra = 0
    raw_id_fields = ("user",)


class MemberInline(admin.TabularInline):
    model = AssociationMember
    extra = 0
    raw_id_fields = ("user",)


@admin.register(Network)
class NetworkAdmin(TranslationAdmin):
    list_display = ("name", "slug", "tint")
    inlines = (OrganiserInline,)


@admin.register(Association)
class AssociationAdmin(TablesMixin, TranslationAdmin):
    list_display = ("name", "website")
    list_filter = ("networks",)
    search_fields = ("name",)
    inlines = (MemberInline,)


@admin.register(District)
class DistrictAdmin(TablesMixin, admin.ModelAdmin):
    list_display = ("code", "name", "latitude", "longitude")
    search_fields = ("code", "name")


@admin.register(Interest, SpokenLanguage, Qualification)
class VocabularyAdmin(TranslationAdmin):
    list_display = ("__str__",)


@admin.register(VolunteerImport)
class VolunteerImportAdmin(admin.ModelAdmin):
    """The record of where people came from: read only."""

    list_display = ("name", "network", "source", "state", "created", "changed", "created_at", "created_by")
    list_filter = ("network", "state")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False
