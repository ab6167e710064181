"""How often a secret has been guessed at."""

from django.db import models


class Guesses(models.Model):
    """Guesses looked at so far for one secret that travels, such as a sign-in code. Kept for a day.

    In the database, and not in the session or the cache: parallel requests each have a copy of the session, and the
    cache may be a folder; only a row is counted exactly.
    """

    key = models.CharField(max_length=64, unique=True)
    looked_at = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["started_at"])]

    def __str__(self) -> str:
        return f"{self.looked_at}"
