"""The blocks that pages are composed of. Each has its template in templates/cms/blocks/."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from ideas import browsing
from ideas.models import Idea
from trainings import listing
from trainings.quarters import current_themes
from volunteers.models import Network

# Titles are blocks of their own, so that the outline of a page cannot be broken from inside a text.
TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul"]


def network_choices() -> list[tuple[str, str]]:
    """Slugs and names of the networks, read each time the editor opens."""
    return [(network.slug, str(network)) for network in Network.objects.all()]


def leads_somewhere(address: str) -> bool:
    """A path of this site, or an address that says in full where it leads: http(s), mailto or tel.

    Browsers take "//" and "/\\" for another site, and read over tabs and line breaks.
    """
    if not address.isprintable() or " " in address or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
    except ValueError:  # such as "http://[", which is no address
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname)
    if parts.scheme in ("mailto", "tel"):
        return bool(parts.path)
    return not parts.scheme and not parts.netloc and address.startswith("/") and not address.startswith("//")


class LinkValue(blocks.StructValue):
    """A link as templates read it."""

    @property
    def href(self) -> str:
        """The page's address, in the reader's language where it is translated; else the address written."""
        page = self.get("page")
        return str(page.localized.url or "") if page else self["url"]


class TargetBlock(blocks.StructBlock):
    """What has a ``page`` of the site, or else an address (``url``) that leads somewhere."""

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not value["page"] and not leads_somewhere(value["url"]):
            message = ValidationError(_("Choose a page, or write an address that starts with / or https://"))
            raise blocks.StructBlockValidationError(block_errors={"url": message})
        return value


class LinkBlock(TargetBlock):
    """Words that lead to a page of the site, or else to an address."""

    label = blocks.CharBlock(label=_("Words"), max_length=60)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    url = blocks.CharBlock(
        label=_("Or an address"), required=False, max_length=300, help_text=_("For example /trainings/ or https://...")
    )

    class Meta:
        icon = "link"
        label = _("Link")
        value_class = LinkValue


class ButtonBlock(LinkBlock):
    """The one thing to do next."""

    class Meta:
        icon = "circle-plus"
        label = _("Button")
        template = "cms/blocks/button.html"


class PictureBlock(blocks.StructBlock):
    """A picture with its alternative text, caption and credit."""

    image = ImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(label=_("Caption"), required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")
        template = "cms/blocks/picture.html"


class CalloutBlock(blocks.StructBlock):
    """Something to know before going on."""

    kind = blocks.ChoiceBlock(
        label=_("Kind"),
        choices=[("info", _("Good to know")), ("warn", _("Take care")), ("success", _("Good news"))],
        default="info",
    )
    title = blocks.CharBlock(label=_("Title"), required=False, max_length=80)
    text = blocks.TextBlock(label=_("Text"), max_length=500)

    class Meta:
        icon = "info-circle"
        label = _("Callout")
        template = "cms/blocks/callout.html"


class FigureBlock(blocks.StructBlock):
    """A big number and where it comes from."""

    value = blocks.CharBlock(label=_("Figure"), max_length=20)
    unit = blocks.CharBlock(label=_("Unit"), required=False, max_length=20)
    label = blocks.CharBlock(label=_("What it counts"), max_length=120)
    source = blocks.CharBlock(label=_("Source"), max_length=120)
    source_url = blocks.URLBlock(label=_("Address of the source"), required=False)


class FiguresBlock(blocks.StructBlock):
    """A few figures side by side."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=80)
    figures = blocks.ListBlock(FigureBlock(), label=_("Figures"), min_num=1, max_num=4)

    class Meta:
        icon = "order"
        label = _("Figures")
        template = "cms/blocks/figures.html"


class StepBlock(blocks.StructBlock):
    """One step."""

    title = blocks.CharBlock(label=_("Title"), max_length=80)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)


class StepsBlock(blocks.StructBlock):
    """Numbered steps."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=80)
    steps = blocks.ListBlock(StepBlock(), label=_("Steps"), min_num=2, max_num=6)

    class Meta:
        icon = "list-ol"
        label = _("Steps")
        template = "cms/blocks/steps.html"


class QuoteBlock(blocks.StructBlock):
    """What somebody said, and who."""

    text = blocks.TextBlock(label=_("Words"), max_length=400)
    author = blocks.CharBlock(label=_("Who"), max_length=120)

    class Meta:
        icon = "openquote"
        label = _("Quote")
        template = "cms/blocks/quote.html"


class CardBlock(LinkBlock):
    """A card: its words are its title, the whole of it is the link."""

    kicker = blocks.CharBlock(label=_("Above the title"), required=False, max_length=60)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=240)
    network = blocks.ChoiceBlock(label=_("In the colour of"), choices=network_choices, required=False)


class CardsBlock(blocks.StructBlock):
    """Cards that lead to kits, pages or addresses."""

    title = blocks.CharBlock(label=_("Title"), required=False, max_length=80)
    cards = blocks.ListBlock(CardBlock(), label=_("Cards"), min_num=1, max_num=12)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """Each card with what gives it its colour, as the card component reads it: the network's, in one query."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        chosen = {card["network"] for card in value["cards"]} - {""}
        tints = dict(Network.objects.filter(slug__in=chosen).values_list("slug", "tint")) if chosen else {}
        context["cards"] = [(card, {"tint": tints.get(card["network"], "")}) for card in value["cards"]]
        return context

    class Meta:
        icon = "grip"
        label = _("Cards")
        template = "cms/blocks/cards.html"


class SessionsBlock(blocks.StructBlock):
    """The next sessions, read from the agenda each time the page is shown."""

    title = blocks.CharBlock(label=_("Title"), max_length=80)
    network = blocks.ChoiceBlock(label=_("Network"), choices=network_choices, required=False)
    count = blocks.IntegerBlock(label=_("How many"), min_value=1, max_value=12, default=4)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        context["rows"] = listing.next_rows(count=value["count"], network=value["network"])
        return context

    class Meta:
        icon = "calendar"
        label = _("Next sessions (live)")
        template = "cms/blocks/sessions.html"


class ThemesBlock(blocks.StructBlock):
    """What each network works on this quarter, read from the database."""

    title = blocks.CharBlock(label=_("Title"), max_length=80)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        address = reverse("trainings:list")
        context["themes"] = [(theme, f"{address}?theme={theme.pk}") for theme in current_themes()]
        return context

    class Meta:
        icon = "calendar-alt"
        label = _("This quarter's themes (live)")
        template = "cms/blocks/themes.html"


class NetworksBlock(blocks.StructBlock):
    """The networks and what their volunteers do, read from the database."""

    title = blocks.CharBlock(label=_("Title"), max_length=80)
    text = blocks.TextBlock(label=_("Text"), required=False, max_length=300)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        address = reverse("trainings:list")
        context["networks"] = [(network, f"{address}?network={network.slug}") for network in Network.objects.all()]
        return context

    class Meta:
        icon = "group"
        label = _("Networks (live)")
        template = "cms/blocks/networks.html"


class BodyBlock(blocks.StreamBlock):
    """All that a page may hold."""

    heading = blocks.CharBlock(label=_("Title"), icon="title", max_length=120, template="cms/blocks/heading.html")
    text = blocks.RichTextBlock(label=_("Text"), features=TEXT_FEATURES, template="cms/blocks/text.html")
    picture = PictureBlock()
    callout = CalloutBlock()
    figures = FiguresBlock()
    steps = StepsBlock()
    quote = QuoteBlock()
    button = ButtonBlock()
    cards = CardsBlock()
    sessions = SessionsBlock()
    themes = ThemesBlock()
    networks = NetworksBlock()


class AnswersBlock(blocks.StructBlock):
    """The ideas of the note's call that were answered so, each with its reason and what came of it, as they stand."""

    MOST = 30  # the most supported first; all of them are on the call's page

    title = blocks.CharBlock(label=_("Title"), max_length=80)
    state = blocks.ChoiceBlock(
        label=_("Ideas"),
        choices=[
            (Idea.State.ADOPTED, _("adopted")),
            (Idea.State.DECLINED, _("declined")),
            (Idea.State.OUT_OF_SCOPE, _("out of scope")),
            (Idea.State.WITHDRAWN, _("withdrawn")),
        ],
        default=Idea.State.ADOPTED,
    )

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        page = (parent_context or {}).get("page")
        ideas = Idea.objects.filter(call=getattr(page, "call_id", None), state=value["state"])
        found = ideas.select_related("author__user", "association", "district").order_by("-supporters", "pk")
        context["rows"] = browsing.idea_rows(found[: self.MOST], reader=None)
        context["more"] = max(0, ideas.count() - self.MOST)
        return context

    class Meta:
        icon = "list-ul"
        label = _("The call's ideas, by answer (live)")
        template = "cms/blocks/answers.html"


class NoteBlock(BodyBlock):
    """All that a page may hold, and the ideas of the call that it is about."""

    answers = AnswersBlock()


class QuestionBlock(blocks.StructBlock):
    """A question that people ask, and its answer."""

    question = blocks.CharBlock(label=_("Question"), max_length=160)
    answer = blocks.RichTextBlock(label=_("Answer"), features=TEXT_FEATURES)


class QuestionsBlock(blocks.StructBlock):
    """Questions and answers, each opened by itself."""

    title = blocks.CharBlock(label=_("Title"), max_length=80)
    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"), min_num=1, max_num=30)

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        template = "cms/blocks/questions.html"


class NightBlock(BodyBlock):
    """All that a page may hold, and the questions that people ask before a Night."""

    questions = QuestionsBlock()


class FooterLinkBlock(TargetBlock):
    """A link of the footer, with its words in every language; the page is shown in the reader's own."""

    label_fr = blocks.CharBlock(label=_("Words in French"), max_length=60)
    label_en = blocks.CharBlock(label=_("Words in English"), max_length=60)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    url = blocks.CharBlock(label=_("Or an address"), required=False, max_length=300)

    class Meta:
        icon = "link"
        label = _("Link")


class FooterBlock(blocks.StreamBlock):
    """Links of the footer."""

    link = FooterLinkBlock()
