"""My space: what one says about oneself, and what one's account holds."""

from __future__ import annotations

from typing import cast

from allauth.account.decorators import reauthentication_required
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from volunteers import consenting, describing, devices, erasing, exporting, joining, papers, retention
from volunteers.forms import DeletionForm, ProfileForm
from volunteers.models import Consent, Network, User, Volunteer

BACK_KEY = "second_factor_next"  # in the session: where to go on to once the second factor is set up


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)  # every view here requires somebody signed in


def _volunteer(request: HttpRequest) -> Volunteer:
    """The person's own profile; made at sign-in (volunteers.signing_up.finish)."""
    return get_object_or_404(Volunteer.objects.select_related("user"), user=_user(request))


@never_cache
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """Seeing and changing one's own profile."""
    volunteer = _volunteer(request)
    initial = {name: getattr(volunteer, name) for name in describing.ABOUT_VOLUNTEER}
    initial |= {name: getattr(volunteer, name).all() for name in describing.CHOICES}
    initial |= {name: getattr(volunteer.user, name) for name in describing.ABOUT_ACCOUNT}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        describing.describe(volunteer, answers=form.cleaned_data)
        messages.success(request, _("Your profile is saved."))
        return redirect("volunteers:profile")
    context = {"form": form, "space_here": "profile"}
    return render(request, "volunteers/profile.html", context)


@never_cache
@login_required
@require_safe
def networks(request: HttpRequest) -> HttpResponse:
    """All networks, and which of them one belongs to."""
    stays = _volunteer(request).memberships.filter(left_at=None)
    joined = {stay.network_id: stay.joined_at for stay in stays}
    rows = [{"network": network, "joined_at": joined.get(network.pk)} for network in Network.objects.all()]
    return render(request, "volunteers/networks.html", {"rows": rows, "space_here": "networks"})


@login_required
@require_POST
def join(request: HttpRequest, slug: str) -> HttpResponse:
    network = get_object_or_404(Network, slug=slug)
    joining.join(_volunteer(request), network=network)
    messages.success(request, _("You have joined %(network)s.") % {"network": network.name})
    return redirect("volunteers:networks")


@login_required
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    network = get_object_or_404(Network, slug=slug)
    joining.leave(_volunteer(request), network=network)
    messages.success(request, _("You have left %(network)s.") % {"network": network.name})
    return redirect("volunteers:networks")


@never_cache
@login_required
def consents(request: HttpRequest) -> HttpResponse:
    """What one agreed to, with its dates; a POST gives or withdraws one consent."""
    user = _user(request)
    if request.method == "POST":
        purpose, action = request.POST.get("purpose", ""), request.POST.get("action")
        if purpose not in Consent.Purpose.values:
            return redirect("volunteers:consents")
        try:
            if action == "give":
                consenting.give(user, purpose=purpose, form="my space")
                messages.success(request, _("Your consent is recorded."))
            elif action == "withdraw":
                consenting.withdraw(user, purpose=purpose, form="my space")
                messages.success(request, _("Your consent is withdrawn."))
        except consenting.ConsentRefused as refusal:
            messages.error(request, str(refusal))
        return redirect("volunteers:consents")
    journal = list(user.consents.all())
    current = {line.purpose: line for line in journal}
    rows = [
        {
            "purpose": purpose,
            "label": purpose.label,
            "line": current.get(purpose),
            "given": purpose in current and current[purpose].action == Consent.Action.GIVEN,
            "needed": purpose in consenting.NEEDED,
            "read_url": papers.address_of(papers.Paper.CHARTER) if purpose == Consent.Purpose.CHARTER else "",
        }
        for purpose in Consent.Purpose
    ]
    context = {"rows": rows, "journal": journal, "space_here": "consents"}
    return render(request, "volunteers/consents.html", context)


@never_cache
@login_required
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """How one signs in, what protects the account, and where it is open."""
    user = _user(request)
    factors = list(Authenticator.objects.filter(user=user))
    codes = next((factor for factor in factors if factor.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "app": next((factor for factor in factors if factor.type == Authenticator.Type.TOTP), None),
        "passkeys": [factor for factor in factors if factor.type == Authenticator.Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "devices": devices.devices_of(user, request),
        "linked": list(SocialAccount.objects.filter(user=user)),
        "back": request.session.get(BACK_KEY),
        "space_here": "security",
    }
    return render(request, "volunteers/security.html", context)


@never_cache
@login_required
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Tells staff why a second factor is needed and leads to setting one up."""
    back = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        request.session[BACK_KEY] = back
    return render(request, "volunteers/second_factor.html", {"space_here": "security"})


@login_required
@require_POST
def sign_out_device(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends one of one's own sessions elsewhere, or all of them but this one (0)."""
    own = UserSession.objects.filter(user=_user(request)).exclude(session_key=request.session.session_key)
    for device in own if pk == 0 else [get_object_or_404(own, pk=pk)]:
        device.end()
    messages.success(request, _("Signed out there."))
    return redirect("volunteers:security")


@never_cache
@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Everything we know about the person, readable."""
    user = _user(request)
    chapters = [{"section": section, "rows": section.shown(user)} for section in exporting.sections()]
    return render(request, "volunteers/data.html", {"chapters": chapters, "space_here": "data"})


@never_cache
@login_required
@require_safe
def download(request: HttpRequest) -> HttpResponse:
    """The same as JSON. The file's name says nothing about the person."""
    answer = JsonResponse(exporting.export(_user(request)), json_dumps_params={"ensure_ascii": False, "indent": 2})
    answer["Content-Disposition"] = 'attachment; filename="maillage-my-data.json"'
    return answer


@never_cache
@login_required
@reauthentication_required(app="allauth.mfa")
def delete(request: HttpRequest) -> HttpResponse:
    """Deleting one's account, by typing its address; asks first for the password or the second factor, if any."""
    user = _user(request)
    form = DeletionForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            erasing.erase(user)
        except erasing.ErasureRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            logout(request)
            messages.success(request, _("Your account is deleted. Thank you for what you did."))
            return redirect("/")
    return render(request, "volunteers/delete.html", {"form": form, "space_here": "data"})


@require_safe
def retention_page(request: HttpRequest) -> HttpResponse:
    """How long we keep what: public."""
    return render(request, "volunteers/retention.html", {"rules": retention.rules()})
