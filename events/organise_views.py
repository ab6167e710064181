"""The back office of the agenda: what needs somebody today, the dates, and one date's people."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from events import attending, by_date, enlisting, handouts, kinds, missed, occasions, overview, registering, requiring
from events.models import Registration, Slot
from events.models.registrations import RegistrationQuerySet
from events.organise_forms import AddedForm, EndForm, PersonForm, SlotFilter
from events.permissions import can_organise, can_write
from events.registering import RegistrationRefused
from events.resources import RegistrationResource, add_dates, add_walk_ins
from volunteers.methods import require_form
from volunteers.models import Qualification, User
from volunteers.tables import xlsx_response

State = Registration.State
PendingFor = Registration.PendingFor
View = Callable[..., HttpResponse]

PAGE = 50
TABS = ("coming", "waiting", "approve", "ended")


class OrganiserRequest(HttpRequest):
    """A request of somebody signed in, as the pages below get it."""

    user: User


def office_page(view: View) -> View:
    """Signed in, and never kept by a cache: these pages are full of people. Roles are each page's own question."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return view(request, *args, **kwargs)

    return never_cache(login_required(page))


def slot_for(request: HttpRequest, pk: int, *, only_attendance: bool = False) -> Slot:
    """The slot, if this person may open its page (404) and, unless ``only_attendance``, organise it (403)."""
    slots = Slot.objects.visible_to(request.user).select_related("network", "venue", "room__venue")
    slot = get_object_or_404(slots, pk=pk)
    if not only_attendance and not can_organise(request.user, slot):
        raise PermissionDenied
    return slot


def page_context(request: HttpRequest, slot: Slot, **more: Any) -> dict[str, Any]:
    """What the head of each page about a slot shows."""
    return {
        "slot": slot,
        "state": overview.state_shown(slot),
        "organises": can_organise(request.user, slot),
        "attendance_open": attending.is_open(slot),
        "public_url": kinds.page_of(slot),
        "to_publish": slot.state == Slot.State.DRAFT and not kinds.get(slot.kind).publishes,
    } | more


@office_page
@require_safe
def home(request: OrganiserRequest) -> HttpResponse:
    """What needs this person today, then their dates."""
    slots = Slot.objects.visible_to(request.user).select_related("network", "venue")
    filtered = SlotFilter(request.GET, queryset=slots, request=request)
    found = filtered.qs if filtered.is_valid() else filtered.qs.none()
    page = Paginator(overview.with_counts(found), PAGE).get_page(request.GET.get("page"))
    rows = [{"slot": slot, "state": overview.state_shown(slot), "kind": kinds.get(slot.kind)} for slot in page]
    asked = {name: value for name, value in request.GET.items() if value and name != "page"}
    return render(
        request,
        "organise/home.html",
        {
            "to_do": overview.to_do(request.user) if not asked else None,
            "filter": filtered,
            "rows": rows,
            "page_obj": page,
            "count": page.paginator.count,
            "asked": asked,
            "now": timezone.now(),
        },
    )


@office_page
@require_safe
def slot_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Who comes, waits, is to be answered, and has left; a person in charge sees names and attendance only."""
    slot = slot_for(request, pk, only_attendance=True)
    context = page_context(request, slot)
    tab = request.GET.get("tab", "coming")
    if tab not in TABS or not context["organises"]:
        tab = "coming"
    counted = overview.with_counts(Slot.objects.filter(pk=slot.pk)).get()
    words = request.GET.get("q", "").strip()
    rows = _search(_rows(slot, tab), words, by_email=context["organises"])
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    requiring.note_lacking(slot, page.object_list)
    _know_slot(page.object_list, slot)
    if tab == "coming":
        missed.read(page.object_list)
    return render(
        request,
        "organise/slot.html",
        context
        | {"tab": tab, "counts": counted, "q": words, "page_obj": page, "is_over": slot.ends_at <= timezone.now()}
        | {"handouts": handouts.of([slot]).get(slot.pk, [])}
        | {"expected": by_date.expected(slot) if tab == "coming" else []}
        | {"may_write": context["organises"] or can_write(request.user, slot)}
        | {"walk_ins": slot.walk_ins.count() if tab == "coming" and context["attendance_open"] else 0}
        | {"clashes": overview.clashes(request.user, slot) if context["organises"] else []}
        | {"office_pages": _office_pages(slot, organises=context["organises"])},
    )


def _office_pages(slot: Slot, *, organises: bool) -> list[kinds.OfficePage]:
    """What the slot's own room offers: to all here, and to its organisers once there is something to tell of it."""
    held = organises and slot.state == Slot.State.OPEN and slot.starts_at <= timezone.now()
    pages = [page for page in kinds.get(slot.kind).office_pages if held or page.for_all]
    return [page for page in pages if page.there is None or page.there(slot)]


def _rows(slot: Slot, tab: str) -> RegistrationQuerySet:
    rows = by_date.with_there(slot.registrations.select_related("volunteer__user"), slot)
    if tab == "waiting":
        return rows.filter(state=State.WAITING).with_rank().order_by("queue_number")
    if tab == "approve":
        return rows.filter(pending_for=PendingFor.APPROVAL).order_by("created_at", "pk")
    if tab == "ended":
        return rows.filter(state__in=(State.CANCELLED, State.REFUSED)).order_by("-ended_at", "-pk")
    coming = Q(state=State.CONFIRMED) | Q(pending_for__in=(PendingFor.CODE, PendingFor.OFFER))
    confirmed_first = Case(When(state=State.CONFIRMED, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.filter(coming).exclude(pending_for=PendingFor.CODE, volunteer=None).by_name(confirmed_first)


def _know_slot(rows: Iterable[Registration], slot: Slot) -> None:
    """Their slot is this one, with the meetings that were read with it."""
    for row in rows:
        row.slot = slot


def _search(rows: RegistrationQuerySet, words: str, *, by_email: bool) -> RegistrationQuerySet:
    for word in words.replace("\0", " ").split()[:5]:  # which PostgreSQL's texts cannot hold
        own = Q(volunteer__user__first_name__icontains=word) | Q(volunteer__user__last_name__icontains=word)
        typed = Q(known_as__first_name__icontains=word) | Q(known_as__last_name__icontains=word)
        found = (own & Q(known_as__isnull=True)) | typed
        if by_email:
            found |= Q(volunteer__user__email__icontains=word)
        rows = rows.filter(found)
    return rows


# --- One person's registration ---------------------------------------------------------------------------------------
def _registration(slot: Slot, uid: Any) -> Registration:
    return get_object_or_404(slot.registrations.select_related("slot", "volunteer__user"), uid=uid)


@office_page
@require_POST
def approve(request: OrganiserRequest, pk: int, uid: Any) -> HttpResponse:
    slot = slot_for(request, pk)
    said = _("Approved. The person gets a message.")
    return _answer(request, _registration(slot, uid), registering.approve, said)


@office_page
@require_form
def refuse(request: OrganiserRequest, pk: int, uid: Any) -> HttpResponse:
    """Asks for a sentence to the person, which may stay empty, and refuses the request."""
    slot = slot_for(request, pk)
    registration = _registration(slot, uid)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        context = page_context(request, slot, registration=registration, form=form)
        return render(request, "organise/registration_refuse.html", context)
    said = _("Refused. The person gets a message.")
    return _answer(request, registration, registering.refuse, said, note=form.cleaned_data["note"])


def _answer(
    request: OrganiserRequest, registration: Registration, verb: Callable[..., Any], said: str, **more: str
) -> HttpResponse:
    slot = registration.slot
    try:
        verb(registration, by=request.user, **more)
        messages.success(request, said)
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(_tab(slot, "approve"))


@office_page
@require_form
def cancel_registration(request: OrganiserRequest, pk: int, uid: Any) -> HttpResponse:
    """Asks first; the seat goes to the next person, and both are told. 404 for one whose account was deleted."""
    slot = slot_for(request, pk)
    registration = _registration(slot, uid)
    if registration.is_nobodys:
        raise Http404
    form = EndForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        context = page_context(request, slot, registration=registration, form=form)
        return render(request, "organise/registration_cancel.html", context)
    try:
        registering.strike_off(registration, by=request.user, note=form.cleaned_data["note"])
        messages.success(request, _("Cancelled. The person gets a message, and the seat goes to the next."))
    except RegistrationRefused as refusal:
        messages.error(request, str(refusal))
    return redirect(_tab(slot, "coming"))


@office_page
@require_form
def add_person(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Registers somebody by hand, by their address."""
    slot = slot_for(request, pk)
    asked = [str(qualification) for qualification in slot.requires.all()] if slot.asks else []
    form = AddedForm(request.POST or None, asked=asked)
    if request.method == "POST" and form.is_valid():
        person = {name: form.cleaned_data[name] for name in PersonForm.base_fields}
        try:
            enlisted = enlisting.enlist(**person, slot=slot, language=get_language() or "fr", by=request.user)
        except RegistrationRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            registration = enlisted.registration
            if enlisted.was_there:
                messages.info(request, _said_there(registration))
            else:
                messages.success(request, _said_added(registration))
                if enlisted.lacks:
                    messages.warning(request, _said_lacking(enlisted.lacks))
            tabs: dict[str, str] = {State.WAITING: "waiting", PendingFor.APPROVAL: "approve"}
            return redirect(_tab(slot, tabs.get(registration.pending_for or registration.state, "coming")))
    return render(request, "organise/person.html", page_context(request, slot, form=form))


def _said_added(registration: Registration) -> str:
    said = {
        State.WAITING: _("No seat is left: added to the waiting list."),
        State.PENDING: _("Added. The registration waits for your approval."),
    }
    return said.get(State(registration.state), _("Added. The person gets a message."))


def _said_lacking(lacks: list[Qualification]) -> str:
    names = ", ".join(str(qualification) for qualification in lacks)
    return _("On that day this person does not hold: %(names)s.") % {"names": names}


def _said_there(registration: Registration) -> str:
    if registration.pending_for == PendingFor.OFFER:
        return _("Nothing has changed: a seat was offered to this person, who still has to answer.")
    said = {
        State.WAITING: _("Nothing has changed: this person is on the waiting list already."),
        State.PENDING: _("Nothing has changed: this person is there already, and waits for your approval."),
    }
    return said.get(State(registration.state), _("Nothing has changed: this person is registered already."))


def _tab(slot: Slot, tab: str) -> str:
    return f"{redirect('organise:slot', pk=slot.pk).url}?tab={tab}"


# --- On paper and in a file ------------------------------------------------------------------------------------------
@office_page
@require_safe
def export(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Everybody active, who has left, and who came without an account, as XLSX. The file is named after the date.

    Of several meetings each has its column.
    """
    slot = slot_for(request, pk)
    rows = slot.registrations.exclude(pending_for=PendingFor.CODE).select_related("volunteer__user").with_rank()
    rows = by_date.with_there(rows, slot).order_by("state", "queue_number", "pk")
    dataset = RegistrationResource().export(queryset=rows)
    add_dates(dataset, slot, [row.pk for row in rows])
    add_walk_ins(dataset, slot)
    filename = f"{timezone.localtime(slot.starts_at):%Y-%m-%d} {slot.title}"
    return xlsx_response(dataset, title=_("Registrations"), filename=filename)


@office_page
@require_safe
def sign_sheet(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Names and room for signatures, to print; some empty lines for those who come without a registration. Nobody signs
    for an account that was deleted.

    Of several meetings each has its column.
    """
    slot = slot_for(request, pk, only_attendance=True)
    rows = list(_rows(slot, "coming").filter(state=State.CONFIRMED).exclude(volunteer=None))
    _know_slot(rows, slot)
    missed.read(rows)
    context = page_context(request, slot, rows=rows, spare=range(5), occasions=occasions.of(slot))
    return render(request, "organise/sign_sheet.html", context)


def said_offered(count: int) -> str:
    return ngettext(
        "%(count)d person waiting is offered a seat.", "%(count)d people waiting are offered a seat.", count
    ) % {"count": count}
