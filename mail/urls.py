"""The demonstration's mailbox."""

from django.urls import path

from mail import views

app_name = "mail"
urlpatterns = [
    path("", views.messages, name="mailbox"),
    path("<str:name>/", views.message, name="message"),
    path("<str:name>/html/", views.letter, name="letter"),
    path("<str:name>/attachments/<int:number>/", views.attachment, name="attachment"),
]
