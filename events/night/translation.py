"""Which columns exist in every language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from events.night.models import Edition, PlaceKind


@register(Edition)
class EditionTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = {"fr": ("name",)}


@register(PlaceKind)
class PlaceKindTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = {"fr": ("name",)}
