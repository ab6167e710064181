"""Behind an organisation's link: a file of its people, looked at row by row before anybody is signed up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from tablib import Dataset

from events.night.models import Partner, PeopleList
from events.night.partners.contact_views import about, contact_page
from events.night.partners.forms import UploadForm
from events.night.people import listing_people
from events.night.people.comparing_people import plan_of
from events.night.people.reading import ListRefused
from events.registering import RegistrationRefused
from volunteers import previewing, sentences
from volunteers.methods import require_form
from volunteers.tables import xlsx_response

PAGE = 60


@require_form
@contact_page
def upload(request: HttpRequest, partner: Partner, token: str) -> HttpResponse:
    """Sends a file in."""
    form = UploadForm(request.POST or None, request.FILES or None)
    context = about(partner, token)
    if request.method == "POST" and form.is_valid() and not context["closed"]:
        sent_in = form.cleaned_data["file"]
        try:
            sent = listing_people.submit_partners(sent_in.read(), name=sent_in.name, partner=partner)
        except ListRefused as refusal:
            form.add_error("file", sentences.in_words(sentences.of(refusal)))
        else:
            return redirect("night-partners:list", token=token, pk=sent.pk)
    sectors = partner.sectors.in_order()
    context |= {"form": form, "sectors": sectors, "qualifications": partner.qualifications.order_by("name")}
    return render(request, "night/partners/upload.html", context, status=422 if form.errors else 200)


@require_safe
@contact_page
def people_list(request: HttpRequest, partner: Partner, token: str, pk: int) -> HttpResponse:
    """What the file would change, row by row; or what became of it."""
    sent = get_object_or_404(partner.lists, pk=pk)
    sent.partner, sent.edition = partner, partner.edition
    context: dict[str, Any] = about(partner, token) | {"sent": sent}
    if sent.state == PeopleList.State.READY:
        plan = plan_of(sent)
        page = Paginator(previewing.in_order(plan.lines), PAGE).get_page(request.GET.get("page"))
        context |= {
            "plan": plan,
            "page_obj": page,
            "rows": [previewing.line_in_words(line) for line in page],
            "remarks": [sentences.in_words(remark) for remark in plan.remarks],
        }
    return render(request, "night/partners/list.html", context)


@require_POST
@contact_page
def confirm(request: HttpRequest, partner: Partner, token: str, pk: int) -> HttpResponse:
    """Signs up the whole list."""
    sent = get_object_or_404(partner.lists.select_related("partner", "edition"), pk=pk)
    try:
        if "knows" not in request.POST:
            raise RegistrationRefused(_("Tell them first: nobody takes part without knowing."))
        done = listing_people.confirm_partners(sent, digest=request.POST.get("digest", ""))
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("night-partners:list", token=token, pk=sent.pk)
    said = _("Signed up: %(created)d. Changed: %(changed)d. Messages are on their way.")
    messages.success(request, said % {"created": done.created, "changed": done.changed})
    return redirect("night-partners:people", token=token)


@require_POST
@contact_page
def give_up(request: HttpRequest, partner: Partner, token: str, pk: int) -> HttpResponse:
    """Gives the list up."""
    try:
        listing_people.give_up(get_object_or_404(partner.lists, pk=pk), by=None)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The list is given up. Nobody was signed up."))
    return redirect("night-partners:people", token=token)


@require_safe
@contact_page
def template(request: HttpRequest, partner: Partner, token: str) -> HttpResponse:
    """An empty list with the heads that are known, to fill in."""
    heads = [
        _("First name"),
        _("Last name"),
        _("E-mail address"),
        _("Telephone"),
        _("May lead a team"),
        _("Walking"),
        _("Languages spoken"),
        _("Headquarters"),
    ]
    heads += [_("Clearances")] if partner.qualifications.exists() else []
    heads += [_("Sector")] if partner.sectors.exists() else []
    return xlsx_response(Dataset(headers=heads), title=_("People"), filename=_("people"))
