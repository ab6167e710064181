"""Certificates: one's own in my space, and the address at which anybody checks one."""

from django.urls import path

from trainings import certificate_views

app_name = "certificates"
urlpatterns = [
    path("certificates/<str:number>/", certificate_views.verify, name="verify"),
    path("my-space/certificates/", certificate_views.mine, name="mine"),
    path("my-space/certificates/<uuid:uid>/", certificate_views.certificate, name="certificate"),
    path("my-space/certificates/<uuid:uid>/certificate.pdf", certificate_views.download, name="pdf"),
    path("my-space/certificates/<uuid:uid>/withdraw/", certificate_views.withdraw, name="withdraw"),
]
