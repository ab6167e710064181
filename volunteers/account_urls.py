"""Those of allauth's addresses that our own views answer; its other ones follow in config/urls.py."""

from django.urls import path
from django.views.generic import RedirectView

from volunteers import account_views as views

urlpatterns = [
    path("login/", views.SignInView.as_view(), name="account_login"),
    path("login/code/", views.SignInView.as_view(), name="account_request_login_code"),
    path("login/code/confirm/", views.CodeView.as_view(), name="account_confirm_login_code"),
    path("login/password/", views.PasswordSignInView.as_view(), name="account_login_password"),
    path("signup/", views.sign_up, name="account_signup"),
    path("confirm-email/", views.EmailCodeView.as_view(), name="account_email_verification_sent"),
    path("password/reset/", views.PasswordResetView.as_view(), name="account_reset_password"),
    path("password/reset/confirm/", views.PasswordCodeView.as_view(), name="account_confirm_password_reset_code"),
    path("oidc/<str:provider_id>/login/", views.city_sign_in, name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", views.city_callback, name="openid_connect_callback"),
    # One page shows all that protects the account and where it is open.
    path("2fa/", RedirectView.as_view(pattern_name="volunteers:security"), name="mfa_index"),
    path("2fa/webauthn/", RedirectView.as_view(pattern_name="volunteers:security"), name="mfa_list_webauthn"),
    path("sessions/", RedirectView.as_view(pattern_name="volunteers:security"), name="usersessions_list"),
]
