"""Imported by the process that tests/forking.py forks from: the product, loaded, with nothing opened."""

import os

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()

import config.urls  # noqa: E402, F401 -- and with it all views
