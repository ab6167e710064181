"""The back office of the Night of Solidarity: /organise/night/."""

from django.urls import include, path

from events.night.board import urls as board_urls
from events.night.cards import organise_views
from events.night.composing import views as roster_views
from events.night.editions import headquarters_views
from events.night.editions import views as edition_views
from events.night.papers import views as papers
from events.night.readiness import views as readiness
from events.night.sectors import import_views, reshaping_views
from events.night.sectors import views as sector_views
from events.night.sign_up import briefing_views

app_name = "organise-night"
urlpatterns = [
    path("", edition_views.edition_list, name="list"),
    path("new/", edition_views.edition_edit, name="edition-add"),
    path("<key:pk>/", edition_views.edition_detail, name="edition"),
    path("<key:pk>/edit/", edition_views.edition_edit, name="edition-edit"),
    path("<key:pk>/copy/", edition_views.edition_copy, name="edition-copy"),
    path("<key:pk>/briefings/", briefing_views.briefings, name="briefings"),
    path("<key:pk>/state/<slug:to>/", edition_views.edition_state, name="edition-state"),
    path("<key:edition>/headquarters/new/", headquarters_views.headquarters_add, name="headquarters-add"),
    path("slots/<key:slot_id>/", headquarters_views.of_slot, name="of-slot"),
    path("headquarters/<key:pk>/", headquarters_views.headquarters_detail, name="headquarters"),
    path("headquarters/<key:pk>/edit/", headquarters_views.headquarters_edit, name="headquarters-edit"),
    path("headquarters/<key:pk>/remove/", headquarters_views.headquarters_remove, name="headquarters-remove"),
    path("<key:edition>/sectors/", sector_views.sector_list, name="sectors"),
    path("<key:edition>/sectors.geojson", sector_views.geojson, name="sectors-geojson"),
    path("<key:edition>/sectors/new/", sector_views.sector_edit, name="sector-add"),
    path("sectors/<key:pk>/", sector_views.sector_edit, name="sector"),
    path("sectors/<key:pk>/cut/", reshaping_views.sector_cut, name="sector-cut"),
    path("sectors/<key:pk>/draw/", reshaping_views.sector_draw, name="sector-draw"),
    path("sectors/<key:pk>/remove/", sector_views.sector_remove, name="sector-remove"),
    path("<key:edition>/imports/new/", import_views.import_new, name="import-new"),
    path("imports/<key:pk>/", import_views.import_detail, name="import"),
    path("imports/<key:pk>/confirm/", import_views.import_confirm, name="import-confirm"),
    path("imports/<key:pk>/cancel/", import_views.import_cancel, name="import-cancel"),
    path("", include("events.night.partners.organise_urls")),
    path("", include("events.night.people.organise_urls")),
    path("<key:edition>/rosters/", roster_views.roster_list, name="rosters"),
    path("<key:edition>/rosters/compose/", roster_views.compose, name="roster-compose"),
    path("rosters/<key:pk>/", roster_views.roster_detail, name="roster"),
    path("rosters/<key:pk>/cancel/", roster_views.roster_cancel, name="roster-cancel"),
    path("rosters/<key:pk>/rename/", roster_views.roster_rename, name="roster-rename"),
    path("rosters/<key:pk>/choose/", roster_views.roster_choose, name="roster-choose"),
    path("rosters/<key:pk>/delete/", roster_views.roster_delete, name="roster-delete"),
    *board_urls.urlpatterns,
    path("rosters/<key:pk>/compare/<key:other>/", roster_views.roster_compare, name="roster-compare"),
    path("<key:edition>/readiness/", readiness.board, name="readiness"),
    path("headquarters/<key:pk>/ask/<str:what>/", readiness.appeal, name="appeal"),
    path("<key:edition>/papers/", papers.paper_list, name="papers"),
    path("papers/<key:pk>/", papers.paper_download, name="paper"),
    path("papers/<key:pk>/again/", papers.paper_again, name="paper-again"),
    path("papers/<key:pk>/delete/", papers.paper_delete, name="paper-delete"),
    path("<key:pk>/publish/", organise_views.publish, name="publish"),
    path("<key:pk>/cards/", organise_views.cards, name="cards"),
    path("<key:pk>/tell/", organise_views.tell, name="tell"),
    path("<key:pk>/remind/", organise_views.remind, name="remind"),
    path("headquarters/<key:pk>/answers/", organise_views.answers, name="answers"),
    path("vacancies/<key:pk>/fill/", organise_views.fill, name="vacancy-fill"),
]
