"""My space, but for its agenda (events.urls), and the public page on how long data are kept."""

from django.urls import path

from volunteers import views

app_name = "volunteers"
urlpatterns = [
    path("my-space/profile/", views.profile, name="profile"),
    path("my-space/networks/", views.networks, name="networks"),
    path("my-space/networks/<slug:slug>/join/", views.join, name="join"),
    path("my-space/networks/<slug:slug>/leave/", views.leave, name="leave"),
    path("my-space/consents/", views.consents, name="consents"),
    path("my-space/security/", views.security, name="security"),
    path("my-space/security/second-factor/", views.second_factor, name="second-factor"),
    path("my-space/security/devices/<key:pk>/sign-out/", views.sign_out_device, name="sign-out-device"),
    path("my-space/data/", views.data, name="data"),
    path("my-space/data/download/", views.download, name="download"),
    path("my-space/delete/", views.delete, name="delete"),
    path("privacy/retention/", views.retention_page, name="retention"),
]
