"""Which columns exist in every language (django-modeltranslation). A name in one is enough (volunteers.naming)."""

from modeltranslation.translator import TranslationOptions, register

from events.night.models import Appeal, Edition, PlaceKind


@register(Edition)
class EditionTranslation(TranslationOptions):
    fields = ("name", "bring")


@register(PlaceKind)
class PlaceKindTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = {"fr": ("name",)}


@register(Appeal)
class AppealTranslation(TranslationOptions):
    fields = ("subject", "body")
