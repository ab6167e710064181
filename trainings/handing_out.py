"""Material of a training: files for the people registered, before a date and after it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from functools import partial

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse

from events.handouts import Handout
from trainings.files import kind_of
from trainings.models import Material, Session, Training
from volunteers.models import User


def hand_out(
    training: Training, *, upload: UploadedFile, moment: str, session: Session | None, titles: dict[str, str], by: User
) -> Material:
    """Keeps a file for the people registered for the training, or for one session of it. Nobody is told.

    ``moment`` is one of Material.Moment; ``titles`` has a title for each language. Harmless twice: the same file for
    the same people is the one that is there. Raises FileRefused when it is not a file that can be given. Locks the
    training's row.
    """
    kind = kind_of(upload)
    digest = hashlib.sha256(b"".join(upload.chunks())).hexdigest()
    upload.seek(0)
    material = Material(
        training=training, session=session, moment=moment, kind=kind, size=upload.size or 0, sha256=digest
    )
    for language, title in titles.items():
        setattr(material, f"title_{language}", title)
    with transaction.atomic():
        Training.objects.select_for_update(no_key=True).filter(pk=training.pk).values_list("pk").get()
        twin = training.materials.filter(sha256=digest, session=session, moment=moment).first()
        if twin:
            return twin
        material.file.save(f"{digest[:16]}.{kind}", upload, save=False)
        try:
            material.save()
        except BaseException:
            material.file.delete(save=False)
            raise
    return material


def take_back(material: Material, *, by: User) -> None:
    """Nobody gets the file any more: the row goes at once, the file once that is certain. Harmless twice."""
    with transaction.atomic():
        Material.objects.filter(pk=material.pk).delete()
        transaction.on_commit(partial(material.file.storage.delete, str(material.file.name)))


def handouts(slots: Collection[int]) -> dict[int, list[Handout]]:
    """What is handed out at these slots, what is to be read before first. Two queries."""
    sessions = list(Session.objects.filter(slot__in=slots).values_list("slot", "pk", "training"))
    found: dict[int, list[Handout]] = {}
    for material in Material.objects.filter(training__in={training for _slot, _pk, training in sessions}):
        for slot, pk, training in sessions:
            if training == material.training_id and material.session_id in (None, pk):
                found.setdefault(slot, []).append(_handout(material))
    return found


def _handout(material: Material) -> Handout:
    return Handout(
        title=material.title,
        lang=material.title_lang,
        url=reverse("trainings:material", args=[material.pk]),
        kind=material.kind.upper(),
        size=material.size,
        after=material.moment == Material.Moment.AFTER,
    )
