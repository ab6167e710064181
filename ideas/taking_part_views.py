"""Supporting an idea, saying something under it, reporting what should not stand."""

from __future__ import annotations

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ideas import permissions, supporting, talking
from ideas.calling import IdeaRefused
from ideas.forms import CommentForm, ReportForm
from ideas.models import Comment, Idea
from ideas.views import agreement_of, idea_page, reader_of, visible_idea
from volunteers import backoffice, consenting
from volunteers.forms import AgreementForm
from volunteers.methods import require_form
from volunteers.models import User


@never_cache
@require_POST
def support(request: HttpRequest, pk: int) -> HttpResponse:
    """Supports the idea, or with ``back`` takes that back: one click, the same twice over."""
    idea = visible_idea(request, pk)
    reader = reader_of(request)
    if reader is None:
        return redirect_to_login(reverse("ideas:idea", args=[pk]))
    head = _head(request, idea)
    if head.is_unanswered and not permissions.can_support(request.user, head):
        raise PermissionDenied
    agreement = agreement_of(request, reader)
    if agreement is not None and not agreement.is_valid():
        return idea_page(request, head, agreement=agreement)
    _agree(reader.user, agreement)
    verb = supporting.unsupport if "back" in request.POST else supporting.support
    try:
        head = verb(reader, idea=head)
    except IdeaRefused as refusal:
        messages.error(request, str(refusal))
        return _leave(request, reverse("ideas:idea", args=[head.pk]))
    if request.headers.get("HX-Request"):
        context = {"idea": head, "may_support": True, "supported": "back" not in request.POST}
        return render(request, "ideas/_support.html", context)
    said = _("You no longer support this idea.") if "back" in request.POST else _("You support this idea. Thank you.")
    messages.success(request, said)
    return _leave(request, _next(request) or reverse("ideas:idea", args=[head.pk]))


@never_cache
@require_POST
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Says something under the idea. Whoever organises the call speaks as its organiser, and it says so."""
    idea = visible_idea(request, pk)
    reader = reader_of(request)
    if reader is None:
        return redirect_to_login(reverse("ideas:idea", args=[pk]))
    head = _head(request, idea)
    if not permissions.can_comment(request.user, head):
        raise PermissionDenied
    form, agreement = CommentForm(request.POST), agreement_of(request, reader)
    if not form.is_valid() or (agreement is not None and not agreement.is_valid()):
        return idea_page(request, head, comment_form=form, agreement=agreement)
    if not ratelimit.consume(request, action="comment_idea"):
        return ratelimit.respond_429(request)
    _agree(reader.user, agreement)
    organises = permissions.can_organise(backoffice.acting_user(request), head.call)
    try:
        made = talking.comment(reader, idea=head, text=form.cleaned_data["text"], by_organisers=organises)
    except IdeaRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("ideas:idea", pk=head.pk)
    messages.success(request, _("Your comment is here for everybody to read."))
    return redirect(reverse("ideas:idea", args=[head.pk]) + f"#comment-{made.pk}")


@never_cache
@login_required
@require_form
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks what is wrong with the idea's text, or with one of its comments, and tells the organisers."""
    idea = visible_idea(request, pk)
    if not permissions.can_report(request.user, idea):
        raise PermissionDenied
    about = _reported(request, idea)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, action="report_idea"):
            return ratelimit.respond_429(request)
        talking.report(idea, reason=form.cleaned_data["reason"], by=_person(request), about=about)
        messages.success(request, _("Thank you. The organisers will look at it."))
        return redirect("ideas:idea", pk=idea.pk)
    context = {"idea": idea, "call": idea.call, "about": about, "form": form}
    return render(request, "ideas/report.html", context, status=422 if form.errors else 200)


def _head(request: HttpRequest, idea: Idea) -> Idea:
    """The idea that stands for this one."""
    return visible_idea(request, idea.head_id) if idea.head_id else idea


def _reported(request: HttpRequest, idea: Idea) -> Comment | None:
    """The comment that the address names, which must be one of the idea's and still be shown."""
    named = request.GET.get("comment", "")
    if not named:
        return None
    shown = Comment.objects.filter(idea=idea, hidden_at=None).select_related("author__user")
    return get_object_or_404(shown, pk=int(named) if named.isdecimal() and len(named) < 19 else 0)


def _agree(user: User, agreement: AgreementForm | None) -> None:
    for purpose in agreement.fields if agreement else ():
        consenting.give(user, purpose=purpose, form="ideas")


def _next(request: HttpRequest) -> str:
    """Where the form came from, if that is one of our own pages."""
    address = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if own else ""


def _leave(request: HttpRequest, address: str) -> HttpResponse:
    """To that page: htmx is told to go there, since it asked for a fragment."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
