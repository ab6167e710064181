"""Which columns exist in every language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from events.models import Slot


@register(Slot)
class SlotTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = ("fr",)
