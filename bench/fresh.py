"""The product's settings without the second of memory that answers have: for measuring what a page costs live."""

from config.settings import *  # noqa: F403
from config.settings import MIDDLEWARE as _middleware

MIDDLEWARE = [one for one in _middleware if "microcache" not in one.lower()]
