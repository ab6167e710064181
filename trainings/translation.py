"""Which columns exist in every language (django-modeltranslation)."""

from modeltranslation.translator import TranslationOptions, register

from trainings.models import Evaluation, Material, Theme, Training


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("title", "summary")
    required_languages = {"fr": ("title",)}


@register(Training)
class TrainingTranslation(TranslationOptions):
    fields = ("title", "summary", "aims", "audience")
    required_languages = {"fr": ("title",)}


@register(Material)
class MaterialTranslation(TranslationOptions):
    fields = ("title",)
    required_languages = {"fr": ("title",)}


@register(Evaluation)
class EvaluationTranslation(TranslationOptions):
    fields = ("summary",)
