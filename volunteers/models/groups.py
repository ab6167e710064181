"""Networks of volunteers and associations, who belongs to them and who runs them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Network(models.Model):
    """A network of the city's volunteers, such as Climate Volunteers."""

    class Tint(models.TextChoices):
        SOLIDARITY = "solidarity", _("Night blue")
        CLIMATE = "climate", _("Leaf green")
        CITY = "city", _("Neutral")

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=80)
    summary = models.TextField(_("summary"), blank=True)
    tint = models.CharField(_("colour"), max_length=12, choices=Tint, default=Tint.CITY)

    class Meta:
        ordering = ["slug"]
        verbose_name = _("network")
        verbose_name_plural = _("networks")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """One stay of a volunteer in a network; leaving ends it, coming back begins another."""

    volunteer = models.ForeignKey("volunteers.Volunteer", models.CASCADE, related_name="memberships")
    network = models.ForeignKey(Network, models.PROTECT, related_name="memberships")
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    brought_by = models.ForeignKey(
        "volunteers.VolunteerImport",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="memberships",
        verbose_name=_("brought by"),
        help_text=_("The list that the person came with; empty when they joined by themselves."),
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "network"], condition=Q(left_at=None), name="membership_one_current"
            ),
        ]
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")

    def __str__(self) -> str:
        return f"{self.volunteer_id} · {self.network_id}"


class NetworkOrganiser(models.Model):
    """The role of organiser, whose scope is one network."""

    network = models.ForeignKey(Network, models.CASCADE, related_name="organisers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="organiser_roles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "user"], name="organiser_once")]
        verbose_name = _("organiser of a network")
        verbose_name_plural = _("organisers of networks")

    def __str__(self) -> str:
        return f"{self.user_id} · {self.network_id}"


class Association(models.Model):
    """A partner organisation: it gives trainings, hosts visits, posts missions."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(unique=True)
    summary = models.TextField(_("what it does"), blank=True)
    website = models.URLField(_("website"), blank=True)
    networks = models.ManyToManyField(Network, blank=True, related_name="associations", verbose_name=_("networks"))

    class Meta:
        ordering = ["name"]
        verbose_name = _("association")
        verbose_name_plural = _("associations")

    def __str__(self) -> str:
        return self.name


class AssociationMember(models.Model):
    """The role of member, whose scope is one association."""

    association = models.ForeignKey(Association, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="association_roles")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["association", "user"], name="association_member_once")]
        verbose_name = _("member of an association")
        verbose_name_plural = _("members of associations")

    def __str__(self) -> str:
        return f"{self.user_id} · {self.association_id}"
