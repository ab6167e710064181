"""All addresses: technical ones first, then each room, then Wagtail's pages."""

from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from cms.views import sign_in
from config import headers, health

handler400 = "config.errors.bad_request"
handler500 = "config.errors.server_error"
admin.site.site_header = admin.site.site_title = "Maillage"

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path(".well-known/security.txt", headers.security_txt),
    path("cms/", include(wagtailadmin_urls)),
    path("admin/", admin.site.urls),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("cms.urls")),
]

if settings.DEMO:
    # Pictures in the sizes that pages show. A city's own front server does this faster (docs/operators.md).
    pictures = {"document_root": settings.MEDIA_ROOT / "images"}
    urlpatterns += [path("media/images/<path:path>", serve, pictures, name="pictures")]

if settings.DEBUG:
    urlpatterns += i18n_patterns(path("styleguide/", include("config.styleguide")), prefix_default_language=False)

urlpatterns += i18n_patterns(
    path("trainings/", include("trainings.urls")),  # first, since it is what most ask for
    path("ideas/", include("ideas.urls")),
    path("night/", include("events.night.urls")),
    path("night/", include("events.night.sign_up.urls")),
    path("night/", include("events.night.partners.urls")),
    path("mailbox/", include("mail.urls")),
    path("account/", include("volunteers.account_urls")),
    path("account/", include("allauth.urls")),
    path("organise/volunteers/", include("volunteers.organise_urls")),
    path("organise/ideas/", include("ideas.organise_urls")),
    path("organise/night/", include("events.night.organise_urls")),
    path("organise/trainings/", include("trainings.organise_urls")),
    path("organise/ideas/", include("cms.organise_urls")),
    path("organise/", include("events.organise_urls")),
    path("", include("volunteers.urls")),
    path("", include("events.urls")),
    path("", include("trainings.certificate_urls")),
    path("_util/login/", sign_in, name="wagtailcore_login"),  # before Wagtail's own
    path("", include(wagtail_urls)),
    prefix_default_language=False,
)
