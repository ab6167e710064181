"""The back office where rooms meet: /organise/ideas/<idea>/training/."""

from django.urls import path

from cms import turning_views

app_name = "organise-turning"
urlpatterns = [
    path("<key:pk>/training/", turning_views.training, name="training"),
    path("<key:pk>/training/existing/", turning_views.existing, name="existing"),
]
