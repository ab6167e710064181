"""The back office of the organisations that name people: part of /organise/night/."""

from django.urls import path

from events.night.partners import organise_views

urlpatterns = [
    path("<key:edition>/partners/", organise_views.partner_list, name="partners"),
    path("<key:edition>/partners/new/", organise_views.partner_add, name="partner-add"),
    path("partners/<key:pk>/", organise_views.partner_detail, name="partner"),
    path("partners/<key:pk>/edit/", organise_views.partner_edit, name="partner-edit"),
    path("partners/<key:pk>/send-link/", organise_views.send_link, name="partner-send"),
    path("partners/<key:pk>/withdraw-link/", organise_views.withdraw_link, name="partner-withdraw"),
    path("partners/<key:pk>/remove/", organise_views.partner_remove, name="partner-remove"),
    path("partners/<key:pk>/people/<key:person>/take-off/", organise_views.take_off, name="partner-take-off"),
]
