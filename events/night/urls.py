"""The public addresses of the Night of Solidarity."""

from django.urls import path

from events.night import views

app_name = "night"
urlpatterns = [
    path("headquarters/<key:slot_id>/", views.headquarters, name="headquarters"),
]
