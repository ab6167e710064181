"""The back office of the Night: the organisations that name people, and their links."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from events.night.editions.views import edition_for
from events.night.models import Participant, Partner
from events.night.partners import filling_in, inviting
from events.night.partners.forms import PartnerForm
from events.night.permissions import can_organise, visible_partners
from events.organise_views import OrganiserRequest, office_page
from events.registering import RegistrationRefused
from events.scheduling import ChangeRefused
from volunteers.methods import require_form

PAGE = 50
COMING = Q(people__objected_at=None, people__participant__state=Participant.State.ACTIVE)


def partner_for(request: OrganiserRequest, pk: int) -> Partner:
    """The organisation, if this person may see it (404) and change it (403)."""
    rows = visible_partners(request.user).select_related("edition__network", "headquarters__district")
    partner: Partner = get_object_or_404(rows, pk=pk)
    if not can_organise(request.user, partner.edition):
        raise PermissionDenied
    return partner


@office_page
@require_safe
def partner_list(request: OrganiserRequest, edition: int) -> HttpResponse:
    """The organisations of an edition: what each brings, and how far its contact is."""
    night = edition_for(request, edition, to_change=True)
    rows = night.partners.select_related("headquarters__district").annotate(coming=Count("people", filter=COMING))
    page = Paginator(rows.order_by("name", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {"edition": night, "page_obj": page, "count": page.paginator.count}
    return render(request, "organise/night/partners.html", context)


@office_page
@require_form
def partner_add(request: OrganiserRequest, edition: int) -> HttpResponse:
    """Another organisation. Its link is sent from its page."""
    night = edition_for(request, edition, to_change=True)
    form = PartnerForm(request.POST or None, instance=Partner(edition=night), edition=night)
    if request.method == "POST" and form.is_valid():
        form.instance.created_by = request.user
        if saved := _save(form, request):
            messages.success(request, _("Saved. Its contact knows nothing yet: send the link."))
            return redirect("organise-night:partner", pk=saved.pk)
    context = {"form": form, "edition": night, "heading": _("New partner organisation")}
    return render(request, "organise/night/form.html", context)


@office_page
@require_form
def partner_edit(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Changes to an organisation. Another address of its contact ends the link that the first one has."""
    partner = partner_for(request, pk)
    was = partner.contact_email
    form = PartnerForm(request.POST or None, instance=partner, edition=partner.edition)
    if request.method == "POST" and form.is_valid() and (saved := _save(form, request)):
        messages.success(request, _("Saved."))
        if saved.contact_email != was and saved.told_at:
            inviting.withdraw_link(saved, by=request.user)
            messages.info(request, _("The link that was sent to the former address opens nothing any more."))
        return redirect("organise-night:partner", pk=saved.pk)
    context = {"form": form, "edition": partner.edition, "heading": _("Change the organisation")}
    return render(request, "organise/night/form.html", context)


@office_page
@require_safe
def partner_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """What an organisation brings, where its link stands, and whom it has named."""
    partner = partner_for(request, pk)
    people = partner.people.select_related("participant__registration", "headquarters__district", "sector")
    people = people.prefetch_related("languages", "clearances").order_by("last_name", "first_name", "pk")
    page = Paginator(people, PAGE).get_page(request.GET.get("page"))
    context = {
        "partner": partner,
        "edition": partner.edition,
        "page_obj": page,
        "count": page.paginator.count,
        "coming": partner.people.coming().count(),
        "sectors": partner.sectors.in_order(),
        "qualifications": partner.qualifications.order_by("name"),
    }
    return render(request, "organise/night/partner.html", context)


@office_page
@require_POST
def send_link(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Sends the contact a link, the first or another."""
    partner = partner_for(request, pk)
    try:
        sent = inviting.send_link(partner, by=request.user)
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The link is on its way to %(email)s.") % {"email": sent.contact_email})
    return redirect("organise-night:partner", pk=partner.pk)


@office_page
@require_POST
def withdraw_link(request: OrganiserRequest, pk: int) -> HttpResponse:
    """From now on the link opens nothing."""
    partner = partner_for(request, pk)
    inviting.withdraw_link(partner, by=request.user)
    messages.success(request, _("The link opens nothing any more. Its people stay as they are."))
    return redirect("organise-night:partner", pk=partner.pk)


@office_page
@require_form
def partner_remove(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Asks first; an organisation that names nobody is then removed."""
    partner = partner_for(request, pk)
    if request.method == "POST":
        try:
            inviting.remove(partner, by=request.user)
        except ChangeRefused as refusal:
            messages.error(request, str(refusal))
            return redirect("organise-night:partner", pk=partner.pk)
        messages.success(request, _("The organisation is removed."))
        return redirect("organise-night:partners", edition=partner.edition_id)
    return render(request, "organise/night/partner_remove.html", {"partner": partner, "edition": partner.edition})


@office_page
@require_POST
def take_off(request: OrganiserRequest, pk: int, person: int) -> HttpResponse:
    """Takes one of its people off the list, as its contact may."""
    partner = partner_for(request, pk)
    if row := partner.people.filter(pk=person).first():
        row.partner = partner
        try:
            filling_in.take_off(row, by=request.user)
        except RegistrationRefused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("%(name)s is no longer in the list.") % {"name": row.name})
    return redirect("organise-night:partner", pk=partner.pk)


def _save(form: PartnerForm, request: OrganiserRequest) -> Partner | None:
    """The organisation with its sectors, or None, the form saying why."""
    try:
        with transaction.atomic():
            saved: Partner = form.save()
            keys = [sector.pk for sector in form.cleaned_data["sectors"]]
            inviting.give_sectors(saved, sectors=keys, by=request.user)
    except ChangeRefused as refusal:
        form.add_error("sectors", str(refusal))
        return None
    return saved
