"""Which methods a view answers to, beside Django's ``require_safe`` and ``require_POST``."""

from django.views.decorators.http import require_http_methods

# A page with a form: looking at it changes nothing, sending it does.
require_form = require_http_methods(["GET", "HEAD", "POST"])
