"""Which columns exist in every language (django-modeltranslation). A title in one is enough (volunteers.naming)."""

from modeltranslation.translator import TranslationOptions, register

from events.models import Slot


@register(Slot)
class SlotTranslation(TranslationOptions):
    fields = ("title",)
