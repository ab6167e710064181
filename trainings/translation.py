"""Which columns exist in every language (django-modeltranslation). A title in one is enough (volunteers.naming)."""

from modeltranslation.translator import TranslationOptions, register

from trainings.models import Evaluation, Material, Theme, Training


@register(Theme)
class ThemeTranslation(TranslationOptions):
    fields = ("title", "summary")


@register(Training)
class TrainingTranslation(TranslationOptions):
    fields = ("title", "summary", "aims", "audience")


@register(Material)
class MaterialTranslation(TranslationOptions):
    fields = ("title",)


@register(Evaluation)
class EvaluationTranslation(TranslationOptions):
    fields = ("summary",)
