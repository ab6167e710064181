"""The public addresses of the Night of Solidarity."""

from django.urls import path

from events.night import views
from events.night.papers import views as papers
from events.night.readiness import views as readiness

app_name = "night"
urlpatterns = [
    path("headquarters/<key:slot_id>/", views.headquarters, name="headquarters"),
    path("team/<str:token>/", papers.team, name="team"),
    path("asked/<str:token>/", readiness.answer, name="appeal"),
]
