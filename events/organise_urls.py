"""The back office of the agenda: /organise/."""

from django.urls import path

from events import arranging_views, attendance_views, changes_views, door_views, organise_views

app_name = "organise"
urlpatterns = [
    path("", organise_views.home, name="home"),
    path("slots/<key:pk>/", organise_views.slot_detail, name="slot"),
    path("slots/<key:pk>/add/", organise_views.add_person, name="person-add"),
    path("slots/<key:pk>/export.xlsx", organise_views.export, name="export"),
    path("slots/<key:pk>/sign-sheet/", organise_views.sign_sheet, name="sign-sheet"),
    path("slots/<key:pk>/registrations/<uuid:uid>/approve/", organise_views.approve, name="approve"),
    path("slots/<key:pk>/registrations/<uuid:uid>/refuse/", organise_views.refuse, name="refuse"),
    path(
        "slots/<key:pk>/registrations/<uuid:uid>/cancel/",
        organise_views.cancel_registration,
        name="registration-cancel",
    ),
    path("slots/<key:pk>/attendance/", attendance_views.attendance, name="attendance"),
    path("slots/<key:pk>/attendance/mark/", attendance_views.mark, name="attendance-mark"),
    path("slots/<key:pk>/attendance/add/", attendance_views.walk_in, name="walk-in"),
    path("slots/<key:pk>/attendance/sheet/", attendance_views.key_in, name="attendance-sheet"),
    path("slots/<key:pk>/attendance/code/", door_views.check_in, name="check-in"),
    path("slots/<key:pk>/attendance/first-name/", door_views.let_in, name="let-in"),
    path("slots/<key:pk>/attendance/first-name/<key:walk_in>/", door_views.take_back, name="take-back"),
    path("door/<str:code>/", door_views.office_door, name="door"),
    path("slots/<key:pk>/publish/", changes_views.publish, name="publish"),
    path("slots/<key:pk>/terms/", changes_views.terms, name="terms"),
    path("slots/<key:pk>/move/", changes_views.move, name="move"),
    path("slots/<key:pk>/meetings/", arranging_views.meetings, name="meetings"),
    path("slots/<key:pk>/call-off/", changes_views.call_off, name="call-off"),
    path("slots/<key:pk>/write/", changes_views.write, name="write"),
]
