"""The pages of the site. Every language has its own tree; translations share a key."""

from __future__ import annotations

import hashlib
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.functional import cached_property
from django.utils.http import quote_etag
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Page

from cms import languages
from cms.blocks import BodyBlock, NightBlock, NoteBlock
from cms.models.addresses import SitePageCopyForm, SitePageForm, refuse_taken
from cms.models.settings import SiteSettings
from events.night.models import Edition
from events.night.sign_up import showing
from ideas.models import Call, Phase
from trainings import browsing, city_map, printing
from trainings.quarters import Quarter, themes_of


class SitePage(Page):
    """What all pages share: an address of their own, other languages, being kept for those who are not signed in."""

    base_form_class = SitePageForm
    copy_form_class = SitePageCopyForm

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        self._refuse_taken_address()

    def minimal_clean(self) -> None:
        """What Wagtail asks of a draft."""
        super().minimal_clean()
        self._refuse_taken_address()

    def _refuse_taken_address(self) -> None:
        """Raises ValidationError for an address that shows something else; one's own is never looked at again."""
        before = type(self).objects.filter(pk=self.pk).values_list("slug", "live").first() if self.pk else None
        if before == (self.slug, True):
            return
        try:
            refuse_taken(self.slug, parent=self.get_parent())
        except ValidationError as refusal:
            raise ValidationError({"slug": refusal}) from refusal

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        context["language_links"] = languages.links_of_page(self)
        return context

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().serve(request, *args, **kwargs)
        # A page behind a restriction is only served to somebody with a session, whom the cache leaves alone.
        response.microcache = True  # type: ignore[attr-defined]
        return response


class HomePage(SitePage):
    """The front page of one language: a title over the city's map, whose districts light up with their sessions."""

    hero_title = models.CharField(_("big title"), max_length=90)
    hero_text = models.CharField(_("under the title"), max_length=240, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    content_panels: ClassVar = [
        *Page.content_panels,
        MultiFieldPanel([FieldPanel("hero_title"), FieldPanel("hero_text")], heading=_("At first glance")),
        FieldPanel("body"),
    ]
    template = "cms/home_page.html"
    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["cms.ProgrammeIndexPage", "cms.NightPage", "cms.StandardPage"]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {"city": city_map.city_map()}


class ProgrammeIndexPage(SitePage):
    """Where all programmes are; it shows the present quarter's by itself."""

    intro = models.CharField(_("introduction"), max_length=300, blank=True)

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("intro")]
    template = "cms/programme_index_page.html"
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar = ["cms.ProgrammePage", "cms.CallNotePage"]

    class Meta:
        verbose_name = _("programmes")
        verbose_name_plural = _("programmes")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        programmes = list(ProgrammePage.objects.child_of(self).live().order_by("-year", "-quarter"))
        quarter = Quarter.of(timezone.localdate())
        current = next((page for page in programmes if page.quarter_bound == quarter), None)
        context |= {"programme": current, "programmes": [page for page in programmes if page != current]}
        if current:
            context["browse"] = browsing.browse(request, quarter=quarter)
            context["themes"] = themes_of(quarter)
            context |= current.co_building()
        return context


class ProgrammePage(RoutablePageMixin, SitePage):
    """The programme of one quarter: its themes and sessions come from the database by themselves.

    Below it, ``pdf/`` is the same on paper, for whoever may read the page.
    """

    year = models.PositiveSmallIntegerField(_("year"), validators=[MinValueValidator(2000), MaxValueValidator(2999)])
    quarter = models.PositiveSmallIntegerField(
        _("quarter"), validators=[MinValueValidator(1), MaxValueValidator(4)], help_text=_("1 to 4.")
    )
    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("after the sessions"))

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldRowPanel([FieldPanel("year"), FieldPanel("quarter")], heading=_("Quarter")),
        FieldPanel("intro"),
        FieldPanel("body"),
    ]
    template = "cms/programme_page.html"
    parent_page_types: ClassVar = ["cms.ProgrammeIndexPage"]
    subpage_types: ClassVar = ["cms.CallNotePage"]

    class Meta:
        verbose_name = _("programme of a quarter")
        verbose_name_plural = _("programmes of quarters")

    @property
    def crumbs(self) -> list[dict[str, str]]:
        """The list of programmes, above this one."""
        parent = self.get_parent()
        return [{"title": parent.title, "url": parent.url}]

    @cached_property
    def quarter_bound(self) -> Quarter:
        return Quarter(self.year, self.quarter)

    def clean(self) -> None:
        """One programme a quarter and language. The language is in the parent's table: no constraint can say so."""
        super().clean()
        same = ProgrammePage.objects.filter(year=self.year, quarter=self.quarter, locale_id=self.locale_id)
        if self.locale_id and same.exclude(pk=self.pk).exists():
            raise ValidationError({"quarter": _("This quarter already has its programme in this language.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return (
            super().get_context(request, *args, **kwargs)
            | {
                "programme": self,
                "browse": browsing.browse(request, quarter=self.quarter_bound),
                "themes": themes_of(self.quarter_bound),
            }
            | self.co_building()
        )

    def co_building(self) -> dict[str, Any]:
        """The calls that one can answer now, while it is this quarter; what came of those of the quarter before."""
        before = self.quarter_bound.previous
        notes = CallNotePage.objects.live().public().filter(locale=self.locale_id)
        calls = Call.objects.none()
        if self.quarter_bound == Quarter.of(timezone.localdate()):
            calls = Call.objects.published().in_phase(Phase.Kind.CALL).select_related("network")
        return {
            "calls": [(call, call.phase(Phase.Kind.CALL)) for call in calls.prefetch_related("phases")],
            "notes": notes.filter(call__year=before.year, call__quarter=before.number).select_related("call__network"),
        }

    @path("")
    def index_route(self, request: HttpRequest) -> HttpResponse:
        """The page itself."""
        return SitePage.serve(self, request)

    @path("pdf/", name="pdf")
    def paper(self, request: HttpRequest) -> HttpResponse:
        """The programme to print; nothing is sent again to whoever has it as it is."""
        site = SiteSettings.objects.first() or SiteSettings()
        tints = {"solidarity": "solidarity_colour", "climate": "climate_colour", "city": "accent_colour"}
        heading = printing.Heading(
            site=site.site_name,
            title=self.title,
            intro=self.intro,
            address=settings.SITE_URL + self.get_url(request),
            colours={tint: getattr(site, column) for tint, column in tints.items()},
        )
        content = printing.programme(self.quarter_bound, heading)
        etag = quote_etag(hashlib.sha256(content).hexdigest())
        response = HttpResponse(content, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="programme-{self.quarter_bound}.pdf"'
        response["ETag"] = etag
        return get_conditional_response(request, etag=etag, response=response) or response


class CallNotePage(SitePage):
    """What came of a call, told at its end: the call's page leads here, and so does the next quarter's programme."""

    call = models.ForeignKey(Call, models.PROTECT, related_name="+", verbose_name=_("call for ideas"))
    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    body = StreamField(NoteBlock(), blank=True, verbose_name=_("content"))

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("call"),
        FieldPanel("intro"),
        FieldPanel("body"),
    ]
    template = "cms/call_note_page.html"
    parent_page_types: ClassVar = ["cms.ProgrammeIndexPage", "cms.ProgrammePage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("note on a call for ideas")
        verbose_name_plural = _("notes on calls for ideas")

    @property
    def crumbs(self) -> list[dict[str, str]]:
        """The programmes above it."""
        above = self.get_ancestors().filter(depth__gte=3).live()
        return [{"title": page.title, "url": page.url} for page in above]

    def clean(self) -> None:
        """One note a call and language, and of what people may see."""
        super().clean()
        if not self.call_id:
            return
        if self.call.state != Call.State.PUBLISHED:
            raise ValidationError({"call": _("This call is not published yet.")})
        same = CallNotePage.objects.filter(call=self.call_id, locale_id=self.locale_id)
        if self.locale_id and same.exclude(pk=self.pk).exists():
            raise ValidationError({"call": _("This call already has its note in this language.")})


class NightPage(SitePage):
    """A Night of Solidarity told to the public: what and when, the way to take part, places left by headquarters."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name=_("edition"))
    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    body = StreamField(NightBlock(), blank=True, verbose_name=_("content"))

    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("edition"),
        FieldPanel("intro"),
        FieldPanel("body"),
    ]
    template = "cms/night_page.html"
    parent_page_types: ClassVar = ["cms.HomePage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("page of a Night of Solidarity")
        verbose_name_plural = _("pages of Nights of Solidarity")

    def clean(self) -> None:
        """One page an edition and language. The language is in the parent's table: no constraint can say so."""
        super().clean()
        same = NightPage.objects.filter(edition=self.edition_id, locale_id=self.locale_id)
        if self.edition_id and self.locale_id and same.exclude(pk=self.pk).exists():
            raise ValidationError({"edition": _("This edition already has its page in this language.")})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {"night": showing.show(self.edition)}


class StandardPage(SitePage):
    """A page of text and blocks; it lists the pages below it that its own cards do not lead to."""

    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    content_panels: ClassVar = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    template = "cms/standard_page.html"
    parent_page_types: ClassVar = ["cms.HomePage", "cms.StandardPage"]
    subpage_types: ClassVar = ["cms.StandardPage"]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(request, *args, **kwargs) | {
            "children": StandardPage.objects.child_of(self).live().exclude(pk__in=self._in_cards()).order_by("path"),
            "parents": self.get_ancestors().filter(depth__gte=3).live() if self.depth > 3 else [],
        }

    def _in_cards(self) -> set[int]:
        cards = [card for block in self.body.blocks_by_name("cards") for card in block.value["cards"]]
        return {card["page"].pk for card in cards if card["page"]}
