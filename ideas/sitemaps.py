"""What search engines may find of the calls for ideas."""

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from ideas.models import Call


class CallSitemap(Sitemap):
    """Every published call, in every language."""

    i18n = True
    alternates = True

    def items(self) -> QuerySet[Call]:
        return Call.objects.published().order_by("pk")

    def location(self, item: Call) -> str:
        return reverse("ideas:call", args=[item.slug])
