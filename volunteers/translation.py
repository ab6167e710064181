"""Which columns exist in every language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from volunteers.models import Association, Interest, Network, Qualification, SpokenLanguage


@register([Interest, SpokenLanguage, Qualification])
class NameTranslation(TranslationOptions):
    fields = ("name",)
    required_languages = ("fr",)


@register(Network)
class NetworkTranslation(TranslationOptions):
    fields = ("name", "summary")
    required_languages = {"fr": ("name",)}


@register(Association)
class AssociationTranslation(TranslationOptions):
    fields = ("summary",)
