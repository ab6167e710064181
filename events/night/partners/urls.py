"""Behind signed links: an organisation names its people, and whoever is named says no."""

from django.urls import path

from events.night.partners import contact_views, named_views, upload_views

app_name = "night-partners"
urlpatterns = [
    path("partners/new-link/", contact_views.new_link, name="new-link"),
    path("partners/<str:token>/", contact_views.people, name="people"),
    path("partners/<str:token>/add/", contact_views.person_add, name="person-add"),
    path("partners/<str:token>/people/<key:pk>/", contact_views.person_edit, name="person"),
    path("partners/<str:token>/people/<key:pk>/take-off/", contact_views.take_off, name="take-off"),
    path("partners/<str:token>/upload/", upload_views.upload, name="upload"),
    path("partners/<str:token>/template/", upload_views.template, name="template"),
    path("partners/<str:token>/lists/<key:pk>/", upload_views.people_list, name="list"),
    path("partners/<str:token>/lists/<key:pk>/confirm/", upload_views.confirm, name="list-confirm"),
    path("partners/<str:token>/lists/<key:pk>/give-up/", upload_views.give_up, name="list-give-up"),
    path("named/<str:token>/", named_views.object_to, name="object"),
]
