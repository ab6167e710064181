"""A word that stands for a person, and everything that is stored, where it is looked for."""

from django.apps import apps
from django.core import serializers

CANARY = "zanzibarette"


def everything_stored():
    """The text of every row of every table of the database."""
    tables = [model for model in apps.get_models() if model._meta.managed]
    return "".join(serializers.serialize("json", table._base_manager.all()) for table in tables)
