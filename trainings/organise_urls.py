"""The back office of trainings: /organise/trainings/."""

from django.urls import path

from trainings import board_views, evaluation_views, leading_views, organise_views, results_views

app_name = "organise-trainings"
urlpatterns = [
    path("", organise_views.training_list, name="list"),
    path("new/", organise_views.training_edit, name="training-add"),
    path("mine/", leading_views.mine, name="mine"),
    path("mine/<key:slot_id>/", leading_views.people, name="people"),
    path("<key:pk>/", organise_views.training_detail, name="training"),
    path("<key:pk>/edit/", organise_views.training_edit, name="training-edit"),
    path("<key:pk>/material/new/", organise_views.material_add, name="material-add"),
    path("material/<key:pk>/remove/", organise_views.material_remove, name="material-remove"),
    path("<key:pk>/sessions/new/", organise_views.session_add, name="session-add"),
    path("sessions/<key:slot_id>/duplicate/", organise_views.session_duplicate, name="session-duplicate"),
    path("sessions/<key:slot_id>/results/", results_views.results, name="results"),
    path("sessions/<key:slot_id>/results/<uuid:uid>/take-back/", results_views.take_back, name="take-back"),
    path("sessions/<key:slot_id>/results/<uuid:uid>/revoke/", results_views.revoke, name="certificate-revoke"),
    path("sessions/<key:slot_id>/results/<uuid:uid>/restore/", results_views.restore, name="certificate-restore"),
    path("sessions/<key:slot_id>/evaluation/", evaluation_views.evaluation_detail, name="evaluation"),
    path(
        "sessions/<key:slot_id>/evaluation/withdraw/", evaluation_views.evaluation_withdraw, name="evaluation-withdraw"
    ),
    path("quarter/", board_views.quarter, name="quarter"),
    path("quarter/wishes/", board_views.wishes, name="wishes"),
    path("evaluations/", evaluation_views.evaluation_list, name="evaluations"),
    path("themes/new/", organise_views.theme_edit, name="theme-add"),
    path("themes/<key:pk>/", organise_views.theme_edit, name="theme-edit"),
]
