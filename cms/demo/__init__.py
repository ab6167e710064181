"""The demonstration city: a Paris that looks alive on any day. ``manage.py demo`` builds it; see ``building``."""
