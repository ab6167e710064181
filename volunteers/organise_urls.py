"""The back office of volunteers: /organise/volunteers/."""

from django.urls import path

from volunteers import organise_views as views

app_name = "organise-volunteers"
urlpatterns = [
    path("", views.volunteer_list, name="list"),
    path("export.xlsx", views.export, name="export"),
    path("imports/", views.import_list, name="imports"),
    path("imports/new/", views.import_new, name="import-new"),
    path("imports/<key:pk>/", views.import_detail, name="import"),
    path("imports/<key:pk>/confirm/", views.import_confirm, name="import-confirm"),
    path("imports/<key:pk>/cancel/", views.import_cancel, name="import-cancel"),
    path("imports/<key:pk>/refused.xlsx", views.import_refused, name="import-refused"),
]
