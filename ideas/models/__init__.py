"""Co-building in public: calls, ideas, what people say of them, what became of them."""

from ideas.models.calls import Call, Phase
from ideas.models.ideas import Group, Idea, Step, Support
from ideas.models.outcomes import Outcome
from ideas.models.talk import Comment, Report
from ideas.models.votes import Ballot, Choice, Score

__all__ = [
    "Ballot",
    "Call",
    "Choice",
    "Comment",
    "Group",
    "Idea",
    "Outcome",
    "Phase",
    "Report",
    "Score",
    "Step",
    "Support",
]
