"""Signing up for a Night, and one's own part in it."""

from django.urls import path

from events.night.cards import views as card_views
from events.night.sign_up import friends_views, taking_part_views
from events.night.sign_up import views as sign_up_views

app_name = "night-sign-up"
urlpatterns = [
    path("<key:edition>/sign-up/", sign_up_views.sign_up, name="form"),
    path("<key:edition>/mine/", taking_part_views.mine, name="mine"),
    path("<key:edition>/answer/", card_views.answer, name="answer"),
    path("card/<str:token>/", card_views.card, name="card"),
    path("<key:edition>/withdraw/", taking_part_views.withdraw, name="withdraw"),
    path("<key:edition>/return/", taking_part_views.come_back, name="return"),
    path("<key:edition>/briefing/", taking_part_views.choose_briefing, name="briefing"),
    path("<key:edition>/friends/", friends_views.change_group, name="group"),
    path("friends/<str:token>/", friends_views.friends, name="friends"),
    path("of-date/<key:slot_id>/", taking_part_views.of_slot, name="of-slot"),
]
