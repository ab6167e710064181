"""Imported by the process that tests/forking.py forks from: the product, loaded, with nothing opened."""

import os

import django
from django.utils.translation import gettext, override

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

import config.urls  # noqa: E402, F401 -- and with it all views

with override("fr"):
    gettext("")  # catalogues are read when the first word is looked up
