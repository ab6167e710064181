"""The back office of an edition's people: part of /organise/night/."""

from django.urls import path

from events.night.people import list_views, organise_views

urlpatterns = [
    path("<key:edition>/people/", organise_views.people, name="people"),
    path("<key:edition>/people/export/", organise_views.export, name="people-export"),
    path("<key:edition>/people/import/", list_views.list_new, name="people-import"),
    path("people/lists/<key:pk>/", list_views.list_detail, name="people-list"),
    path("people/lists/<key:pk>/columns/", list_views.columns, name="people-list-columns"),
    path("people/lists/<key:pk>/answers/", list_views.answers, name="people-list-answers"),
    path("people/lists/<key:pk>/confirm/", list_views.confirm, name="people-list-confirm"),
    path("people/lists/<key:pk>/give-up/", list_views.give_up, name="people-list-give-up"),
]
