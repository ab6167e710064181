"""What search engines may find of the trainings."""

from django.contrib.sitemaps import Sitemap
from django.db.models import QuerySet
from django.urls import reverse

from trainings.models import Training
from trainings.permissions import visible_trainings


class TrainingSitemap(Sitemap):
    """Every training that the public may see, in every language."""

    i18n = True
    alternates = True

    def items(self) -> QuerySet[Training]:
        return visible_trainings(None).order_by("pk")

    def location(self, item: Training) -> str:
        return reverse("trainings:training-detail", args=[item.slug])
