"""Files that are made rather than written: the colours of the site, what crawlers read."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path
from wagtail.contrib.sitemaps import Sitemap as PageSitemap

from cms import views
from ideas.sitemaps import CallSitemap
from trainings.sitemaps import TrainingSitemap

urlpatterns = [
    path("colours-<slug:name>.css", views.colours, name="cms-colours"),
    path("robots.txt", views.robots, name="cms-robots"),
    path(
        "sitemap.xml",
        sitemap,
        {"sitemaps": {"pages": PageSitemap, "trainings": TrainingSitemap, "calls": CallSitemap}},
        name="cms-sitemap",
    ),
]
