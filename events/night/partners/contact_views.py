"""Behind the link that an organisation was sent: its contact, without an account, names its people."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events.night.editions import opening
from events.night.editions.opening import SignUpRefused
from events.night.models import NamedPerson, Participant, Partner
from events.night.partners import filling_in, inviting
from events.night.partners.forms import AddressForm, PersonForm
from events.night.partners.inviting import LinkRefused
from events.night.people import bringing
from events.registering import RegistrationRefused
from volunteers.methods import require_form
from volunteers.pacing import evenly_paced

View = Callable[..., HttpResponse]


def contact_page(view: View) -> View:
    """The link is the right: a forged one is nobody's, one that has ended says so in words (404 both). Never kept."""

    @wraps(view)
    def page(request: HttpRequest, token: str, **rest: Any) -> HttpResponse:
        try:
            partner = inviting.partner_of(token)
        except LinkRefused as refusal:
            return render(request, "night/partners/link_ended.html", {"refusal": refusal}, status=404)
        if partner is None:
            return render(request, "night/partners/link_ended.html", {"refusal": ""}, status=404)
        return view(request, partner, token=token, **rest)

    return never_cache(page)


@require_safe
@contact_page
def people(request: HttpRequest, partner: Partner, token: str) -> HttpResponse:
    """Whom the organisation has named, what it said of each, and who comes."""
    rows = partner.people.select_related("participant", "headquarters__district", "sector")
    rows = rows.prefetch_related("languages", "clearances").order_by("last_name", "first_name", "pk")
    found = list(rows)
    context = about(partner, token) | {
        "people": found,
        "coming": sum(comes(person) for person in found),
        "leaders": sum(comes(person) and person.leader for person in found),
        "teams": _teams(partner),
    }
    return render(request, "night/partners/people.html", context)


@require_form
@contact_page
def person_add(request: HttpRequest, partner: Partner, token: str) -> HttpResponse:
    """Names somebody."""
    form = PersonForm(request.POST or None, partner=partner)
    if request.method == "POST" and form.is_valid():
        try:
            person = filling_in.name(partner, form.said())
        except RegistrationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("%(name)s is in your list. A message is on its way to them.") % {"name": person.name}
            messages.success(request, said)
            return redirect("night-partners:people", token=token)
    return _person_page(request, partner, token, form, None)


@require_form
@contact_page
def person_edit(request: HttpRequest, partner: Partner, token: str, pk: int) -> HttpResponse:
    """Corrects what was said of somebody of the list."""
    person = get_object_or_404(partner.people.filter(objected_at=None), pk=pk)
    person.partner = partner
    form = PersonForm(request.POST or None, partner=partner, person=person)
    if request.method == "POST" and form.is_valid():
        try:
            filling_in.correct(person, form.said())
        except RegistrationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("night-partners:people", token=token)
    return _person_page(request, partner, token, form, person)


@require_POST
@contact_page
def take_off(request: HttpRequest, partner: Partner, token: str, pk: int) -> HttpResponse:
    """Takes somebody off the list. Somebody who is not in it any more has been taken off."""
    if person := partner.people.filter(pk=pk).first():
        person.partner = partner
        try:
            filling_in.take_off(person)
        except RegistrationRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s is no longer in your list.") % {"name": person.name})
    return redirect("night-partners:people", token=token)


@never_cache
@evenly_paced
@require_form
def new_link(request: HttpRequest) -> HttpResponse:
    """Whose link has ended or is lost asks for another by their address. Contacts and strangers get the same answer."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = str(form.cleaned_data["email"]).lower()
        if not ratelimit.consume(request, action="partner_link", key=address):
            return ratelimit.respond_429(request)
        inviting.renew_links(address)
        return redirect(f"{reverse('night-partners:new-link')}?asked=1")
    context = {"form": form, "asked": "asked" in request.GET}
    return render(request, "night/partners/new_link.html", context, status=422 if form.errors else 200)


def about(partner: Partner, token: str) -> dict[str, Any]:
    """What each of the contact's pages shows."""
    refusal = ""
    try:
        bringing.check_may_name(partner.edition)
    except SignUpRefused as refused:
        early = str(refused) == str(opening.NOT_YET)
        refusal = _("Sign-up is not open yet: come back once it is.") if early else str(refused)
    return {"partner": partner, "edition": partner.edition, "token": token, "closed": refusal}


def comes(person: NamedPerson) -> bool:
    """Do they take part, as far as we know?"""
    return person.objected_at is None and person.participant is not None and person.participant.is_active


def _teams(partner: Partner) -> list[Any]:
    """Its sectors, with how many of its people each has, and how many may lead."""
    here = Q(named__partner=partner, named__objected_at=None, named__participant__state=Participant.State.ACTIVE)
    rows = partner.sectors.annotate(
        people=Count("named", filter=here), led=Count("named", filter=here & Q(named__leader=True))
    )
    rows = rows.annotate(lacking=F("least") - F("people")).select_related("headquarters__district")
    return list(rows.in_order())


def _person_page(
    request: HttpRequest, partner: Partner, token: str, form: PersonForm, person: NamedPerson | None
) -> HttpResponse:
    context = about(partner, token) | {"form": form, "person": person}
    return render(request, "night/partners/person.html", context, status=422 if form.errors else 200)
