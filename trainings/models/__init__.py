"""Themes of a quarter, trainings, their sessions, and what comes of these."""

from trainings.models.awards import Certificate, Grant, Revocation
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
    "Revocation",
    "Session",
    "Theme",
    "Training",
    "in_hours",
]
