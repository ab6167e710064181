"""Composes teams: who leaves from where, with whom, led by whom. Knows nothing of Django nor of the other rooms."""
