"""What trainings hand out: a sheet to read before coming, and one to keep."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from cms.demo.city import City
from trainings import handing_out
from trainings.models import Material, Training
from volunteers.models import User

Moment = Material.Moment
SHEETS = (
    (Moment.BEFORE, ("Avant de venir", "Before you come"), "Ce que nous ferons ensemble", "Apportez de quoi écrire."),
    (Moment.AFTER, ("À garder", "To keep"), "Ce que nous avons vu", "Une question ? Répondez à votre confirmation."),
)


def build(city: City, *, by: User) -> None:
    """Hands both sheets out for every training of the city."""
    for training in {course.training.pk: course.training for course in city.courses}.values():
        for moment, (french, english), heading, end in SHEETS:
            handing_out.hand_out(
                training,
                upload=SimpleUploadedFile("feuille.txt", _sheet(training, heading, end).encode()),
                moment=moment,
                session=None,
                titles={"fr": french, "en": english},
                by=by,
            )


def remove() -> None:
    """The files go with their rows."""
    for row in Material.objects.all():
        row.file.storage.delete(str(row.file.name))
    Material.objects.all().delete()


def _sheet(training: Training, heading: str, end: str) -> str:
    aims = "\n".join(f"- {aim}" for aim in training.aims_fr.splitlines())  # type: ignore[attr-defined]
    return f"{training.title_fr}\n\n{heading} :\n{aims}\n\n{end}\n"  # type: ignore[attr-defined]
