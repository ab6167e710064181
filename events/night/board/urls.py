"""The board's pages, in /organise/night/."""

from django.urls import path

from events.night.board import views

urlpatterns = [
    path("<key:edition>/board/", views.overview, name="board"),
    path("<key:edition>/board/all/", views.board_all, name="board-all"),
    path("<key:edition>/board/changes/", views.changes, name="board-changes"),
    path("<key:edition>/board/balance/", views.balance, name="board-balance"),
    path("<key:edition>/board/recompose/", views.recompose, name="board-recompose"),
    path("headquarters/<key:pk>/board/", views.board_of, name="board-of"),
    path("participants/<key:pk>/move/", views.person, name="board-person"),
    path("participants/<key:pk>/<slug:act>/", views.person_act, name="board-person-act"),
    path("sectors/<key:pk>/team/<slug:act>/", views.team_act, name="board-team-act"),
    path("changes/<key:pk>/<slug:act>/", views.take_back, name="board-take-back"),
]
