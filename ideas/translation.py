"""Which columns exist in every language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from ideas.models import Call


@register(Call)
class CallTranslation(TranslationOptions):
    fields = ("title", "text", "how_decided")
    required_languages = {"fr": ("title",)}
