"""The public addresses of calls and ideas."""

from django.urls import path

from ideas import views, vote_views

app_name = "ideas"
urlpatterns = [
    path("", views.board, name="board"),
    path("calls/<slug:slug>/", views.call_detail, name="call"),
    path("calls/<slug:slug>/vote/", vote_views.vote, name="vote"),
    path("<key:pk>/", views.idea_detail, name="idea"),
]
