"""The account, the volunteer's profile that goes with it, and the journal of consents."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField


def new_calendar_token() -> str:
    """256 random bits: the address of a calendar feed is its only secret."""
    return secrets.token_urlsafe(32)


class UserManager(BaseUserManager["User"]):
    """Makes accounts; the e-mail address is kept in lower case so that one person stays one account."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """An account. The e-mail address is the identity; a password is optional."""

    email = models.EmailField(_("e-mail address"), unique=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="fr")
    is_staff = models.BooleanField(_("staff"), default=False, help_text=_("May open Django's administration."))
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)
    unproved_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("Set while nobody has proved an address typed in a form; the account is erased after a week."),
    )
    idle_warned_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=_("When the person was told that the account, which nobody uses, will be erased."),
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]
        indexes = [
            models.Index(
                fields=["unproved_since"], condition=models.Q(unproved_since__isnull=False), name="user_unproved"
            )
        ]

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name


class Volunteer(models.Model):
    """A person's profile, one to one with the account. Everything in it is optional and theirs to change."""

    class Mobility(models.TextChoices):
        WALKS = "walks", _("I walk without difficulty")
        SHORT = "short", _("I walk short distances")
        WHEELCHAIR = "wheelchair", _("I use a wheelchair")

    class Availability(models.TextChoices):
        DAY = "day", _("Weekdays, in the daytime")
        EVENING = "evening", _("Weekday evenings")
        WEEKEND = "weekend", _("Weekends")
        NIGHT = "night", _("Nights")

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="volunteer")
    phone = PhoneNumberField(_("telephone"), blank=True)
    districts = models.ManyToManyField(
        "volunteers.District", blank=True, related_name="volunteers", verbose_name=_("districts")
    )
    interests = models.ManyToManyField("volunteers.Interest", blank=True, verbose_name=_("interests"))
    languages = models.ManyToManyField("volunteers.SpokenLanguage", blank=True, verbose_name=_("languages spoken"))
    mobility = models.CharField(_("mobility"), max_length=12, choices=Mobility, blank=True)
    availability = models.JSONField(_("availability"), default=list, blank=True)
    networks = models.ManyToManyField("volunteers.Network", through="volunteers.Membership", related_name="volunteers")
    calendar_token = models.CharField(max_length=64, unique=True, default=new_calendar_token, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("volunteer")
        verbose_name_plural = _("volunteers")

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.email


class Consent(models.Model):
    """One line of the journal of consents. Append-only: withdrawing writes another line."""

    class Purpose(models.TextChoices):
        CHARTER = "charter", _("Volunteers' charter")
        ADULT = "adult", _("I am 18 or over")
        NEWSLETTER = "newsletter", _("Newsletter")

    class Action(models.TextChoices):
        GIVEN = "given", _("given")
        WITHDRAWN = "withdrawn", _("withdrawn")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    text_version = models.CharField(_("version of the text"), max_length=20)
    form = models.CharField(_("form"), max_length=40, help_text=_("Where it was given or withdrawn."))
    at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["user", "purpose", "-at"])]
        verbose_name = _("consent")
        verbose_name_plural = _("consents")

    def __str__(self) -> str:
        return f"{self.purpose} {self.action}"
