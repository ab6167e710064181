"""Who has been erased, without saying who."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Erasure(models.Model):
    """The number of an account that was erased. It names nobody; a restored backup is cleaned with it."""

    account = models.BigIntegerField(_("number of the account"), unique=True)
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        ordering = ["at"]
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return str(self.account)
