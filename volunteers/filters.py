"""Filters of the back office's list of volunteers."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from volunteers.models import District, Network, Volunteer
from volunteers.permissions import organised_networks


def my_networks(request: Any) -> QuerySet[Network]:
    """The networks that whoever looks runs."""
    return organised_networks(request.user)


class VolunteerFilter(django_filters.FilterSet):
    """By words of the name or address, by network, by district."""

    q = django_filters.CharFilter(
        method="search", label=_("Name or address"), widget=forms.TextInput(attrs={"type": "search", "data-search": ""})
    )
    network = django_filters.ModelChoiceFilter(
        queryset=my_networks, to_field_name="slug", method="in_network", label=_("Network"), empty_label=_("All")
    )
    district = django_filters.ModelChoiceFilter(
        field_name="districts",
        queryset=District.objects.defer("boundary"),
        to_field_name="code",
        label=_("District"),
        empty_label=_("All"),
    )

    class Meta:
        model = Volunteer
        fields = ("q", "network", "district")

    def search(self, rows: QuerySet[Volunteer], name: str, value: str) -> QuerySet[Volunteer]:
        """Each word must be in the name or in the address."""
        for word in value.split()[:5]:
            rows = rows.filter(
                Q(user__first_name__icontains=word)
                | Q(user__last_name__icontains=word)
                | Q(user__email__icontains=word)
            )
        return rows

    def in_network(self, rows: QuerySet[Volunteer], name: str, value: Network) -> QuerySet[Volunteer]:
        return rows.filter(memberships__network=value, memberships__left_at=None)
