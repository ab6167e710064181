"""What people say under an idea, and what others report of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ideas.models.tongues import tongue_now


class Comment(models.Model):
    """Under one idea; read under the one that it was merged into. A hidden one leaves its place and the reason."""

    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="comments")
    author = models.ForeignKey(
        "volunteers.Volunteer", models.SET_NULL, null=True, related_name="idea_comments", verbose_name=_("author")
    )
    by_organisers = models.BooleanField(
        default=False, help_text=_("A question of the organisers to the idea's author, or their reply.")
    )
    text = models.TextField(_("comment"), max_length=2000)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES, default=tongue_now, editable=False)
    written_at = models.DateTimeField(auto_now_add=True)
    hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    hidden_reason = models.CharField(_("why it is hidden"), max_length=300, blank=True)
    hidden_language = models.CharField(max_length=2, choices=settings.LANGUAGES, blank=True, editable=False)

    class Meta:
        ordering = ["written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hidden_at=None) | ~Q(hidden_reason=""), name="comment_hidden_for_a_reason"
            ),
        ]
        verbose_name = _("comment")
        verbose_name_plural = _("comments")

    def __str__(self) -> str:
        return f"{self.idea_id} · {self.pk}"


class Report(models.Model):
    """Somebody says that a comment, or an idea's own text, should not stand."""

    idea = models.ForeignKey("ideas.Idea", models.CASCADE, related_name="reports")
    comment = models.ForeignKey(
        Comment,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="reports",
        help_text=_("Empty: the idea's own text."),
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    reason = models.CharField(_("what is wrong with it"), max_length=300)
    reported_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["reported_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["comment", "by"],
                condition=Q(settled_at=None, comment__isnull=False),
                name="report_of_a_comment_once",
            ),
            models.UniqueConstraint(
                fields=["idea", "by"], condition=Q(settled_at=None, comment=None), name="report_of_an_idea_once"
            ),
        ]
        verbose_name = _("report")
        verbose_name_plural = _("reports")

    def __str__(self) -> str:
        return f"{self.idea_id} · {self.comment_id}"
