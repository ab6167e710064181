"""Organisations that name people for a Night: the link that they get, and what they fill in behind it."""
