"""The back office of trainings: themes, trainings, and their sessions (whose people are in events' back office)."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, Min, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from events import overview
from events.models import Slot
from events.organise_views import OrganiserRequest, office_page
from events.scheduling import ChangeRefused
from trainings import handing_out, programming
from trainings.models import Material, Session, Theme, Training
from trainings.organise_forms import MaterialForm, SessionForm, ThemeForm, TrainingForm
from volunteers.methods import require_form
from volunteers.permissions import is_organiser, organised_networks
from volunteers.words import fold

PAGE = 50


def _organisers_only(request: OrganiserRequest) -> None:
    if not is_organiser(request.user):
        raise PermissionDenied


@office_page
@require_safe
def training_list(request: OrganiserRequest) -> HttpResponse:
    """The themes of the quarters to come, and all trainings of one's networks."""
    _organisers_only(request)
    networks = organised_networks(request.user)
    today = timezone.localdate()
    words = request.GET.get("q", "").strip()
    ahead = Q(sessions__slot__starts_at__gt=timezone.now()) & ~Q(sessions__slot__state=Slot.State.CANCELLED)
    trainings = Training.objects.filter(network__in=networks).select_related("network", "theme")
    for word in fold(words).split()[:5]:
        trainings = trainings.filter(words__contains=word)
    trainings = trainings.annotate(
        dates=Count("sessions", filter=ahead), next_at=Min("sessions__slot__starts_at", filter=ahead)
    )
    page = Paginator(trainings.order_by("title", "pk"), PAGE).get_page(request.GET.get("page"))
    themes = Theme.objects.filter(network__in=networks).select_related("network").annotate(count=Count("trainings"))
    current = Q(year__gt=today.year) | Q(year=today.year, quarter__gte=(today.month + 2) // 3)
    return render(
        request,
        "organise/trainings/list.html",
        {"page_obj": page, "themes": themes.filter(current).order_by("year", "quarter", "network"), "q": words},
    )


@office_page
@require_safe
def training_detail(request: OrganiserRequest, pk: int) -> HttpResponse:
    """A training and its dates, latest first."""
    training = _training(request, pk)
    slots = Slot.objects.filter(session__training=training).select_related("venue", "session").order_by("-starts_at")
    page = Paginator(overview.with_counts(slots), PAGE).get_page(request.GET.get("page"))
    rows = [{"slot": slot, "state": overview.state_shown(slot)} for slot in page]
    context = {
        "training": training,
        "rows": rows,
        "page_obj": page,
        "materials": training.materials.select_related("session__slot"),
    }
    return render(request, "organise/trainings/training.html", context)


@office_page
@require_form
def training_edit(request: OrganiserRequest, pk: int | None = None) -> HttpResponse:
    """A new training (without ``pk``), or changes to one."""
    _organisers_only(request)
    with transaction.atomic():
        training = _training(request, pk, hold=request.method == "POST") if pk else Training()
        old = programming.titles_of(training)  # validating the form writes the new ones to the instance
        form = TrainingForm(request.POST or None, instance=training, user=request.user)
        if request.method == "POST" and form.is_valid():
            programming.name_training(form.instance)
            saved = form.save()
            renamed = programming.rename_sessions(saved, old=old, by=request.user) if pk else 0
            asking = programming.ask_of_sessions(saved, by=request.user) if pk else 0
            said = [_("Saved."), said_renamed(renamed) if renamed else "", said_asking(asking) if asking else ""]
            messages.success(request, " ".join(filter(None, said)))
            return redirect("organise-trainings:training", pk=saved.pk)
    return _form_page(
        request,
        form,
        heading=_("Change the training") if pk else _("New training"),
        training=_training(request, pk) if pk else None,  # as it is: a form that is refused has written to the other
    )


@office_page
@require_form
def theme_edit(request: OrganiserRequest, pk: int | None = None) -> HttpResponse:
    """A new theme (without ``pk``), or changes to one."""
    _organisers_only(request)
    with transaction.atomic():
        themes = Theme.objects.filter(network__in=organised_networks(request.user))
        if request.method == "POST":
            themes = themes.select_for_update(no_key=True, of=("self",))
        theme = get_object_or_404(themes, pk=pk) if pk else Theme()
        form = ThemeForm(request.POST or None, instance=theme, user=request.user)
        if request.method == "POST" and form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("organise-trainings:list")
    return _form_page(request, form, heading=_("Change the theme") if pk else _("New theme"))


@office_page
@require_form
def session_add(request: OrganiserRequest, pk: int) -> HttpResponse:
    """A new date, as a draft."""
    training = _training(request, pk)
    form = SessionForm(request.POST or None, training=training)
    if request.method == "POST" and form.is_valid():
        values = {
            name: form.cleaned_data[name] for name in ("starts_at", "ends_at", "capacity", "opens_at", "closes_at")
        }
        values |= {"approval": form.cleaned_data["approval"], "in_charge": form.cleaned_data["in_charge"]}
        try:
            session = programming.add_session(training, place=form.place(), by=request.user, **values)
        except ChangeRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The date is a draft: publish it when it is ready."))
            return redirect("organise:slot", pk=session.slot_id)
    return _form_page(request, form, heading=_("New date"), training=training)


@office_page
@require_form
def material_add(request: OrganiserRequest, pk: int) -> HttpResponse:
    """A file for the people registered."""
    training = _training(request, pk)
    form = MaterialForm(request.POST or None, request.FILES or None, training=training)
    if request.method == "POST" and form.is_valid():
        handing_out.hand_out(
            training,
            upload=form.cleaned_data["file"],
            moment=form.cleaned_data["moment"],
            session=form.cleaned_data["session"],
            titles=form.titles(),
            by=request.user,
        )
        messages.success(request, _("Kept. The people registered find it on the page of their registration."))
        return redirect(_material_of(training))
    return _form_page(request, form, heading=_("New material"), training=training)


@office_page
@require_form
def material_remove(request: OrganiserRequest, pk: int) -> HttpResponse:
    """Asks first; the file is then deleted."""
    files = Material.objects.filter(training__network__in=organised_networks(request.user))
    material: Material = get_object_or_404(files.select_related("training__network"), pk=pk)
    if request.method != "POST":
        context = {"material": material, "training": material.training}
        return render(request, "organise/trainings/material_remove.html", context)
    handing_out.take_back(material, by=request.user)
    messages.success(request, _("Removed. Nobody finds it any more."))
    return redirect(_material_of(material.training))


def _material_of(training: Training) -> str:
    return f"{reverse('organise-trainings:training', args=[training.pk])}#material"


@office_page
@require_POST
def session_duplicate(request: OrganiserRequest, slot_id: int) -> HttpResponse:
    """One click: the same a week later, as a draft; the next page moves it where it should be."""
    sessions = Session.objects.filter(slot__in=Slot.objects.organised_by(request.user))
    session = get_object_or_404(sessions.select_related("training__network", "slot__room", "slot__venue"), slot=slot_id)
    try:
        copy = programming.duplicate_session(session, by=request.user)
    except ChangeRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("organise:slot", pk=slot_id)
    messages.success(request, _("Here is the copy, a week later: change its date if you like. It is a draft."))
    return redirect("organise:move", pk=copy.slot_id)


def said_renamed(count: int) -> str:
    said = ngettext("%(count)d date has the new title.", "%(count)d dates have the new title.", count)
    return said % {"count": count}


def said_asking(count: int) -> str:
    said = ngettext(
        "What is asked for has changed for %(count)d date; who is registered stays so.",
        "What is asked for has changed for %(count)d dates; who is registered stays so.",
        count,
    )
    return said % {"count": count}


def _training(request: OrganiserRequest, pk: int, *, hold: bool = False) -> Training:
    trainings = Training.objects.filter(network__in=organised_networks(request.user)).select_related("network", "theme")
    if hold:
        trainings = trainings.select_for_update(no_key=True, of=("self",))
    return get_object_or_404(trainings, pk=pk)


def _form_page(
    request: OrganiserRequest, form: forms.BaseForm, *, heading: str, training: Training | None = None
) -> HttpResponse:
    context = {"form": form, "heading": heading, "training": training}
    return render(request, "organise/trainings/form.html", context)
