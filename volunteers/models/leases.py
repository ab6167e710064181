"""Rows that workers work on, one at a time each."""

from __future__ import annotations

from django.db import models


class Leased(models.Model):
    """A row with a ``state``, of which a worker does the work that it waits for (volunteers.leasing)."""

    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField(default=0, editable=False)

    class Meta:
        abstract = True
