"""The public addresses of trainings."""

from django.urls import path

from trainings import evaluation_views, views

app_name = "trainings"
urlpatterns = [
    path("", views.session_list, name="list"),
    path("sessions/<key:slot_id>/", views.session_detail, name="session-detail"),
    path("material/<key:pk>/", views.material, name="material"),
    path("for-me/", views.for_me, name="for-me"),
    path("evaluations/<str:token>/", evaluation_views.evaluate, name="evaluate"),
    path("<slug:slug>/", views.training_detail, name="training-detail"),
]
