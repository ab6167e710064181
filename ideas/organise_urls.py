"""The back office of calls and ideas: /organise/ideas/."""

from django.urls import path

from ideas import organise_call_views, organise_idea_views, organise_views

app_name = "organise-ideas"
urlpatterns = [
    path("", organise_call_views.call_list, name="list"),
    path("calls/new/", organise_call_views.call_edit, name="call-add"),
    path("calls/<key:pk>/", organise_views.desk, name="desk"),
    path("calls/<key:pk>/edit/", organise_call_views.call_edit, name="call-edit"),
    path("calls/<key:pk>/publish/", organise_call_views.call_publish, name="call-publish"),
    path("calls/<key:pk>/several/", organise_views.several, name="several"),
    path("calls/<key:pk>/merge/", organise_views.merge, name="merge"),
    path("calls/<key:pk>/unmerge/", organise_views.unmerge, name="unmerge"),
    path("<key:pk>/", organise_idea_views.idea_detail, name="idea"),
    path("<key:pk>/answer/", organise_idea_views.answer, name="answer"),
    path("<key:pk>/reopen/", organise_idea_views.reopen, name="reopen"),
    path("<key:pk>/ask/", organise_idea_views.ask, name="ask"),
    path("<key:pk>/send/", organise_idea_views.send, name="send"),
    path("<key:pk>/hide/", organise_idea_views.hide, name="hide"),
    path("<key:pk>/show/", organise_idea_views.show, name="show"),
    path("<key:pk>/settle/", organise_idea_views.settle, name="settle"),
    path("comments/<key:pk>/hide/", organise_idea_views.comment_hide, name="comment-hide"),
    path("comments/<key:pk>/show/", organise_idea_views.comment_show, name="comment-show"),
    path("comments/<key:pk>/settle/", organise_idea_views.comment_settle, name="comment-settle"),
]
