"""Which columns exist in every language (django-modeltranslation). Pages are translated by Wagtail's own trees."""

from modeltranslation.translator import TranslationOptions, register

from cms.models import SiteSettings


@register(SiteSettings)
class SiteSettingsTranslation(TranslationOptions):
    fields = ("tagline", "footer_text")
