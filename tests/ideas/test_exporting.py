"""What ideas know about a person, for them to keep: all of it, and nothing of anybody else's."""

import pytest
from django.conf import settings
from django.core.files.base import ContentFile

from ideas import answering, proposing, supporting, talking, voting
from tests.factories.ideas import CallFactory, IdeaFactory
from tests.factories.volunteers import DistrictFactory, UserFactory, VolunteerFactory
from volunteers import exporting

pytestmark = pytest.mark.django_db


def test_what_somebody_did_is_given_to_them_alone():
    one, other, by = VolunteerFactory(), VolunteerFactory(), UserFactory()
    call = CallFactory(phase="vote", approval=True)
    mine = IdeaFactory(call=call, author=one, district=DistrictFactory(), picture=ContentFile(b"a", "a.jpg"))
    theirs, third = IdeaFactory.create_batch(2, call=call, author=other)
    for idea, who in ((theirs, one), (mine, other)):
        supporting.support(who, idea=idea)
        talking.comment(who, idea=idea, text=f"Bien, dit {who.pk}.")
        talking.report(idea, reason=f"Impoli, dit {who.pk}.", by=who.user)
        voting.vote(who, call=call, points={idea.pk: 1})
    gone = IdeaFactory(author=one)
    proposing.withdraw(gone, by=one.user, reason="Je déménage.")
    answering.answer(third, state="adopted", reason="En avril.", by=by)

    def rows(name, *keys):
        return [tuple(row[key] for key in keys) for row in sections(one.user)[name]]

    assert rows("ideas", "title", "district", "picture") == [
        (mine.title, mine.district.name, f"{settings.SITE_URL}{mine.picture.url}"),
        (gone.title, "", ""),
    ]
    assert rows("steps", "title", "text") == [(mine.title, ""), (gone.title, ""), (gone.title, "Je déménage.")]
    assert rows("supports", "title") == rows("ballots", "title") == [(theirs.title,)]
    assert rows("comments", "text") == [(f"Bien, dit {one.pk}.",)]
    assert rows("reports", "text") == [(f"Impoli, dit {one.pk}.",)]
    assert [row["text"] for row in sections(by)["steps"]] == ["En avril."]


def sections(user):
    return {section.name: list(section.rows(user)) for section in exporting.sections()}
