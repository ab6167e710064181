"""The yardstick: a Django project with one view and nothing else. Also its own settings module."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

SECRET_KEY = "yardstick"
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "bench.hello"
USE_TZ = True


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", headers={"Content-Length": "5"})


urlpatterns = [path("", hello)]
