"""What happens in allauth, and to the roles, that concerns us."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import user_logged_in
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.models import Group
from django.db.models.signals import m2m_changed, post_delete, pre_save
from django.dispatch import receiver
from django.http import HttpRequest

from volunteers import backoffice, devices, signing_up
from volunteers.models import NetworkOrganiser, User


@receiver(user_logged_in)
def finish_sign_up(request: HttpRequest, user: User, **kwargs: Any) -> None:
    signing_up.finish(request, user)


@receiver(user_logged_in)
def remember_the_way_to_the_back_office(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Decides whether pages show the link, without a query each; whether it opens is asked at the door."""
    request.session[backoffice.SHOWN] = backoffice.has_role(user)


@receiver(authenticator_added)
def count_as_shown(request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    """Adding a second factor proves that one holds it: it is not asked again a moment later."""
    if authenticator.type in backoffice.SECOND_FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type, reauthenticated=True)


@receiver(post_delete, sender=NetworkOrganiser)
def sign_out_who_organises_no_longer(instance: NetworkOrganiser, **kwargs: Any) -> None:
    """No session survives the removal of its role."""
    devices.sign_out_everywhere(instance.user)


@receiver(m2m_changed, sender=User.groups.through)
def sign_out_who_leaves_a_group(instance: User | Group, action: str, pk_set: set[int] | None, **kwargs: Any) -> None:
    """The same for groups, such as the editors', from either side."""
    if action in ("pre_remove", "pre_clear"):
        people = instance.user_set.all() if isinstance(instance, Group) else User.objects.filter(pk=instance.pk)
        if isinstance(instance, Group) and pk_set is not None:
            people = people.filter(pk__in=pk_set)
        for user in people:
            devices.sign_out_everywhere(user)


@receiver(pre_save, sender=User)
def sign_out_who_administers_no_longer(instance: User, update_fields: Any = None, **kwargs: Any) -> None:
    """The same for administrators."""
    is_written = update_fields is None or "is_superuser" in update_fields
    if is_written and not instance.is_superuser and User.objects.filter(pk=instance.pk, is_superuser=True).exists():
        devices.sign_out_everywhere(instance)
