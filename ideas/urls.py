"""The public addresses of calls and ideas."""

from django.urls import path
from django.views.decorators.http import require_safe

from ideas import feeds, proposing_views, taking_part_views, views, vote_views

feed = require_safe(feeds.NewsFeed())
app_name = "ideas"
urlpatterns = [
    path("", views.board, name="board"),
    path("feed.atom", feed, name="feed"),
    path("mine/", views.mine, name="mine"),
    path("calls/<slug:slug>/", views.call_detail, name="call"),
    path("calls/<slug:slug>/feed.atom", feed, name="feed"),
    path("calls/<slug:slug>/ideas.csv", views.ideas_csv, name="csv"),
    path("calls/<slug:slug>/ideas.json", views.ideas_json, name="json"),
    path("calls/<slug:slug>/propose/", proposing_views.propose, name="propose"),
    path("calls/<slug:slug>/alike/", proposing_views.alike, name="alike"),
    path("calls/<slug:slug>/vote/", vote_views.vote, name="vote"),
    path("<key:pk>/", views.idea_detail, name="idea"),
    path("<key:pk>/picture/", views.picture, name="picture"),
    path("<key:pk>/edit/", proposing_views.edit, name="edit"),
    path("<key:pk>/withdraw/", proposing_views.withdraw, name="withdraw"),
    path("<key:pk>/support/", taking_part_views.support, name="support"),
    path("<key:pk>/comment/", taking_part_views.comment, name="comment"),
    path("<key:pk>/report/", taking_part_views.report, name="report"),
]
