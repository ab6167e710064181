"""Themes of a quarter, trainings, their sessions, and what comes of these."""

from trainings.models.awards import Certificate, Grant
from trainings.models.evaluations import Evaluation, EvaluationAnswer, EvaluationReceipt
from trainings.models.material import Material
from trainings.models.programme import Session, Theme, Training, in_hours

__all__ = [
    "Certificate",
    "Evaluation",
    "EvaluationAnswer",
    "EvaluationReceipt",
    "Grant",
    "Material",
    "Session",
    "Theme",
    "Training",
    "in_hours",
]
