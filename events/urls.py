"""The citizen's side of the agenda."""

from django.urls import path

from events import declining_views, door_views, excusing_views, feeds, views

app_name = "events"
urlpatterns = [
    path("agenda/<key:slot_id>/register/", views.register, name="register"),
    path("agenda/<key:slot_id>/registration/", views.my_registration, name="my-registration"),
    path("registrations/answer/<str:token>/", views.answer_offer, name="offer"),
    path("registrations/cannot-come/<str:token>/", declining_views.decline, name="decline"),
    path("registrations/<uuid:uid>/", views.registration_detail, name="registration-detail"),
    path("registrations/<uuid:uid>/confirm/", views.confirm, name="registration-confirm"),
    path("registrations/<uuid:uid>/cancel/", views.cancel, name="registration-cancel"),
    path("registrations/cannot-come-that-day/<str:token>/", excusing_views.miss, name="miss"),
    path("registrations/<uuid:uid>/dates/<key:number>/cannot-come/", excusing_views.cannot_come, name="date-cannot"),
    path("registrations/<uuid:uid>/dates/<key:number>/can-come/", excusing_views.can_come, name="date-can"),
    path("registrations/<uuid:uid>/calendar.ics", feeds.registration_file, name="registration-calendar"),
    path("door/<str:code>/", door_views.door, name="door"),
    path("my-space/", views.space, name="space"),
    path("my-space/calendar/renew/", views.renew_feed, name="calendar-renew"),
    # Its French address, /calendar/<token>.ics, is the one given to everybody: the feed speaks the person's language.
    path("calendar/<str:token>.ics", feeds.calendar_feed, name="calendar-feed"),
]
