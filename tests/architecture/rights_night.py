"""The Nights of Solidarity in the table of rights: whose they are, what is in them, what is posted."""

import datetime as dt
import uuid

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from events.night.board import moving
from events.night.board.moving import Spot
from events.night.cards import links as card_links
from events.night.cards.comparing import concerned
from events.night.editions.forms import EditionForm, HeadquartersForm
from events.night.models import (
    Appeal,
    Asked,
    Assignment,
    Briefing,
    Card,
    Edition,
    Headquarters,
    PaperFile,
    Roster,
    Vacancy,
)
from events.night.papers import links
from events.night.partners import inviting, objecting
from events.night.partners.forms import PartnerForm
from events.night.people import listing_people
from events.night.people.comparing_people import plan_of
from events.night.readiness import appealing
from events.night.sectors import importing
from events.night.sectors.forms import SectorForm
from events.night.sign_up import befriending
from mail.models import Message
from tests.architecture.filling import fields_of
from tests.factories.night import EditionFactory, HeadquartersFactory, SectorFactory, SectorImportFactory
from tests.factories.night_lists import send_in
from tests.factories.night_partners import PartnerFactory, name_somebody
from tests.factories.night_people import ParticipantFactory, enrol
from tests.factories.volunteers import DistrictFactory, square


class NightWorld:
    """The part of a ``World`` that is about the Night; it has its people and networks."""

    def own_nights(self):
        """Nights of Solidarity: one open, one that is being prepared; the owner is in both."""
        ours, owner = self.networks[0], self.people["owner"].volunteer
        self.parts = {}
        for days, name in enumerate(("open", "prepared"), start=40):
            night = EditionFactory(network=ours, open=True, starts_at=self.now + dt.timedelta(days=days))
            seat = HeadquartersFactory(edition=night, slot__state="open", slot__capacity=40)
            self.parts[name] = enrol(owner, seat)
        Edition.objects.filter(pk=self.parts["prepared"].edition_id).update(state=Edition.State.PREPARING)
        self.briefing = Briefing.objects.create(edition=self.parts["open"].edition, slot=self.their_slot)
        self.friends = befriending.open_group(enrol(self.people["keeper"].volunteer, self.night_seat))
        self.told_card(ours, owner)
        self.own_partners()
        Message.objects.all().delete()

    def own_partners(self):
        """Two organisations of the open Night: one has named somebody and has a link, the other has neither."""
        edition = self.parts["open"].edition
        self.partners = {
            name: PartnerFactory(edition=edition, name=name, contact_email=f"{name}@example.org")
            for name in ("naming", "silent")
        }
        self.partners["naming"] = inviting.send_link(self.partners["naming"], by=self.people["organiser"])
        content = b"first name;email\nNina;nina@example.org\n"
        self.people_list = listing_people.submit_partners(content, name="p.csv", partner=self.partners["naming"])
        self.organisers_list = send_in(content, edition, by=self.people["organiser"])
        self.named = name_somebody(self.partners["naming"], email="ines@example.org", first_name="Inès")

    def told_card(self, network, owner):
        """A night whose teams are published: the owner was told theirs."""
        night = EditionFactory(network=network, open=True, starts_at=self.now + dt.timedelta(days=45))
        seat = HeadquartersFactory(edition=night, slot__state="open", slot__capacity=40)
        sector = SectorFactory(headquarters=seat, code="07-3")
        self.parts["told"] = enrol(owner, seat)
        Assignment.objects.create(participant=self.parts["told"], headquarters=seat, sector=sector)
        self.card = Card.objects.create(
            participant=self.parts["told"], headquarters=seat, sector=sector, version=1, told_at=self.now
        )
        Edition.objects.filter(pk=night.pk).update(state=Edition.State.PUBLISHED)

    @property
    def night_seat(self):
        return Headquarters.objects.get(edition=self.parts["open"].edition)

    def night(self):
        """An edition of ours: the trainer coordinates one of its headquarters, nobody the one next door."""
        self.edition = EditionFactory(network=self.networks[0])
        self.their_edition = EditionFactory(network=self.networks[1])
        self.headquarters = {
            name: HeadquartersFactory(edition=self.edition, district__code=f"{number:02}")
            for number, name in enumerate(("coordinated", "next door", "empty"), start=7)
        }
        self.headquarters["public"] = HeadquartersFactory(
            edition=self.their_edition, district__code="07", slot__state="open"
        )
        self.edition.refresh_from_db()
        self.headquarters = {name: Headquarters.objects.get(pk=one.pk) for name, one in self.headquarters.items()}
        self.headquarters["coordinated"].slot.people_in_charge.add(self.people["trainer"])
        self.free_district = DistrictFactory(code="12")
        self.sectors = {
            name: SectorFactory(
                headquarters=self.headquarters[name],
                code=f"0{number}-1",
                boundary={"type": "Polygon", "coordinates": [square(2.30, 48.85, 0.01)]},
            )
            for number, name in enumerate(("coordinated", "next door"), start=7)
        }
        self.night_import = SectorImportFactory(edition=self.edition)
        self.night_rosters()
        self.night_told()
        self.night_ready()

    def night_rosters(self):
        """Another edition of ours, whose teams are being composed; the trainer coordinates there as well."""
        starts_at = self.edition.starts_at + dt.timedelta(weeks=52)
        self.composed_edition = EditionFactory(network=self.networks[0], starts_at=starts_at, state="rostering")
        there = HeadquartersFactory(edition=self.composed_edition, district__code="07")
        there.slot.people_in_charge.add(self.people["trainer"])
        self.composed_headquarters = there
        self.papers = {
            name: PaperFile.objects.create(
                edition=self.composed_edition, headquarters=of, what="signs", language="fr", state="done",
                asked_at=self.now, made_at=self.now, file=f"papers/{name}.pdf"
            )
            for name, of in (("theirs", there), ("of all", None))
        }  # fmt: skip
        self.team = SectorFactory(headquarters=there, code="07-1")
        self.in_team = ParticipantFactory(edition=self.composed_edition, home=there)
        ParticipantFactory(edition=self.composed_edition, home=there, reach="any", experienced=True)
        words = {"subject_fr": "Besoin de vous", "body_fr": "Venez."}
        sent = Appeal.objects.create(headquarters=there, what="leaders", key=uuid.uuid4(), **words)
        self.asked_to_lead = Asked.objects.create(appeal=sent, participant=self.in_team)
        spots = {self.in_team.pk: Spot(there.pk, self.team.pk)}
        self.board_change = moving.write(self.composed_edition, spots=spots, kind="replaced", by=None)
        score = dict.fromkeys(("teams", "people", "first_choices", "viable", "placed", "split", "cost", "balance"), 0)
        texts = {"instance": '{"teams": [], "people": []}', "result": '{"leaders": {}, "assignments": {}}'}
        ended = {"state": "done", "ended_at": self.now} | score | texts
        self.rosters = {
            "done": Roster.objects.create(edition=self.composed_edition, number=1, **ended),
            "other": Roster.objects.create(edition=self.composed_edition, number=2, **ended),
            "theirs": Roster.objects.create(edition=self.composed_edition, number=3, headquarters=there, **ended),
            "waiting": Roster.objects.create(edition=self.edition, number=1),
        }

    def put_papers(self):
        """Their files, which a test that deletes one takes away."""
        for paper in self.papers.values():
            if not paper.file.storage.exists(paper.file.name):
                paper.file.storage.save(paper.file.name, ContentFile(b"%PDF-"))

    def night_told(self):
        """A third edition of ours, whose teams are published; the trainer coordinates one of its headquarters. In each
        a place came free, and somebody is to be told of another team."""
        starts_at = self.edition.starts_at + dt.timedelta(weeks=104)
        self.told_edition = EditionFactory(network=self.networks[0], starts_at=starts_at, state="published")
        self.told, self.vacancies = {}, {}
        for number, name in enumerate(("coordinated", "next door"), start=7):
            there = HeadquartersFactory(edition=self.told_edition, district__code=f"{number:02}")
            there.slot.people_in_charge.set([self.people["trainer"]] if name == "coordinated" else [])
            one, other = (SectorFactory(headquarters=there, code=f"{number:02}-{n}", least=1) for n in (1, 2))
            moved, silent = ParticipantFactory.create_batch(2, edition=self.told_edition, home=there)
            for participant in (moved, silent):
                Assignment.objects.create(participant=participant, headquarters=there, sector=one)
            facts = {"headquarters": there, "version": 1, "told_at": self.now, "answer_by": starts_at}
            Card.objects.create(participant=moved, sector=other, **facts)
            Card.objects.create(participant=silent, sector=one, **facts)
            self.told[name] = there
            self.vacancies[name] = Vacancy.objects.create(sector=other, reason="declined")
        alone = {"edition": self.told_edition, "kept": 0}
        self.rosters |= {
            "coordinated": Roster.objects.create(number=1, headquarters=self.told["coordinated"], **alone),
            "next door": Roster.objects.create(
                number=2, headquarters=self.told["next door"], state="cancelled", ended_at=self.now, **alone
            ),
        }

    def night_ready(self):
        """A fourth, whose teams can be published."""
        starts_at = self.edition.starts_at + dt.timedelta(weeks=78)
        self.ready_edition = EditionFactory(network=self.networks[0], starts_at=starts_at, state="rostering")
        there = HeadquartersFactory(edition=self.ready_edition, district__code="07", slot__state="open")
        there.slot.people_in_charge.add(self.people["trainer"])
        sector = SectorFactory(headquarters=there, code="07-1")
        participant = ParticipantFactory(edition=self.ready_edition, home=there)
        Assignment.objects.create(participant=participant, headquarters=there, sector=sector)

    def night_arguments(self, which):
        """Of addresses, by what they are about."""
        return {
            "edition": lambda: {"pk": self.edition.pk},
            "edition to": lambda: {"pk": self.edition.pk, "to": which},
            "in edition": lambda: {"edition": self.edition.pk},
            "headquarters": lambda: {"pk": self.headquarters[which].pk},
            "night": lambda: {"slot_id": self.headquarters[which].slot_id},
            "sector": lambda: {"pk": self.sectors[which].pk},
            "night import": lambda: {"pk": self.night_import.pk},
            "in composed edition": lambda: {"edition": self.composed_edition.pk},
            "roster": lambda: {"pk": self.rosters[which].pk},
            "two rosters": lambda: {"pk": self.rosters["done"].pk, "other": self.rosters["other"].pk},
            "partner": lambda: {"pk": self.partners[which].pk},
            "partner's person": lambda: {"pk": self.named.partner_id, "person": self.named.pk},
            "by link": lambda: {"token": self.night_tokens()["partner"], "pk": self.named.pk},
            "appeal": lambda: {
                "pk": {"coordinated": self.composed_headquarters, "next door": self.headquarters["next door"]}[
                    which
                ].pk,
                "what": "leaders",
            },
            "asked": lambda: {
                "token": {"somebody": appealing.token_of(self.asked_to_lead), "forged": "1:forged"}[which]
            },
            "paper": lambda: {"pk": self.papers[which].pk},
            "pack": lambda: {
                "token": {"ours": links.token_of(self.sectors["coordinated"]), "forged": "1:forged"}[which]
            },
            "on board": lambda: {"pk": self.in_team.pk},
            "on board act": lambda: {"pk": self.in_team.pk, "act": which},
            "board of": lambda: {"pk": self.team.headquarters_id},
            "team act": lambda: {"pk": self.team.pk, "act": which},
            "board change": lambda: {"pk": self.board_change.pk, "act": which},
            "list by link": lambda: {"token": self.night_tokens()["partner"], "pk": self.people_list.pk},
            "ready edition": lambda: {"pk": self.ready_edition.pk},
            "told edition": lambda: {"pk": self.told_edition.pk},
            "told headquarters": lambda: {"pk": self.told[which].pk},
            "vacancy": lambda: {"pk": self.vacancies[which].pk},
            "list of people": lambda: {"pk": self.organisers_list.pk},
            "my night": lambda: {"edition": self.parts[which].edition_id},
        }

    def night_tokens(self):
        """Secrets in addresses."""
        return {
            "friends": self.friends.token,
            "card": card_links.token_of(self.card),
            "partner": inviting.token_of(self.partners["naming"]),
            "old partner": inviting.token_of(PartnerFactory.build(pk=self.partners["naming"].pk, link_number=7)),
            "named": objecting.token_of(self.named),
        }

    def night_data(self, role):
        """What this person would post."""
        return {
            "wishes": lambda: {
                "email": "nina@example.org",
                "first_name": "Nina",
                "charter": "on",
                "adult": "on",
                "role": "lead",
                "first": self.night_seat.pk,
                "reach": "near",
                "max_walk": "1",
                "despite_clash": "yes",
            },
            "appeal": lambda: self.night_data(role)["draft of an appeal"]() | {"confirmed": "1"},
            "draft of an appeal": lambda: {"key": str(uuid.UUID(int=1)), "subject_fr": "Vous ?", "body_fr": "Venez."},
            "compose anew": lambda: {"fewest_moves": "few", "only": self.composed_headquarters.pk},
            "papers": lambda: {"what": "packs", "headquarters": self.composed_headquarters.pk, "language": "fr"},
            "to reserve": lambda: {"to": f"h{self.team.headquarters_id}", "seen": "1", "confirmed": "1"},
            "briefings": lambda: {"slots": [self.open_slot.pk], "sent": "1"},
            "new partner": lambda: {
                "name": "Une",
                "contact_name": "Ida",
                "contact_email": "ida@example.org",
                "language": "fr",
            },
            "partner": lambda: (
                fields_of(PartnerForm(instance=self.partners["naming"], edition=self.partners["naming"].edition))
                | {"contact_name": "Ida"}
            ),
            "list of people": lambda: {
                "file": SimpleUploadedFile("p.csv", b"first name;email\nNina;nina@example.org\n"),
                "source": "Stand",
                "kind": "citizen",
            },
            "sign list up": lambda: {"digest": self.organisers_list.plan},
            "people": lambda: {"file": SimpleUploadedFile("p.csv", b"first name;email\nNina;nina@example.org\n")},
            "confirmed people": lambda: {"knows": "on", "digest": plan_of(self.people_list).digest},
            "briefing": lambda: {"briefing": self.briefing.slot_id},
            "edition": lambda: (
                fields_of(EditionForm(instance=self.edition, user=self.people["organiser"])) | {"name_fr": "Autre"}
            ),
            "new edition": lambda: {
                "network": self.of(role).pk,
                "name_fr": "Une",
                "starts_at": "2027-11-20T22:00",
                "ends_at": "2027-11-21T01:00",
            },
            "copy": lambda: {"name_fr": "Une", "starts_at": "2027-11-20T22:00"},
            "new headquarters": lambda: (
                fields_of(HeadquartersForm(edition=self.edition, headquarters=None, organises=True))
                | {"district": self.free_district.pk}
            ),
            "headquarters": lambda: (
                fields_of(
                    HeadquartersForm(
                        edition=self.edition,
                        headquarters=self.headquarters["coordinated"],
                        organises=role in ("organiser", "administrator"),
                    )
                )
                | {"meal": "Soupe"}
            ),
            "sector": lambda: (
                fields_of(
                    SectorForm(
                        instance=self.sectors["coordinated"],
                        edition=self.edition,
                        allowed=Headquarters.objects.all(),
                    )
                )
                | {"dangers": "Verglas"}
            ),
            "new sector": lambda: {
                "headquarters": self.headquarters["coordinated"].pk,
                "code": "07-9",
                "walk": "1",
                "least": "3",
                "target": "4",
                "most": "5",
                "kind": self.sectors["coordinated"].kind_id,
            },
            "cut": lambda: {"path": "48.84, 2.304\n48.87, 2.304", "code": "07-9", "confirmed": "1"},
            "drawn": lambda: {"path": "48.85, 2.30\n48.85, 2.31\n48.86, 2.31", "confirmed": "1"},
            "sectors": lambda: {"what": "sectors", "file": SimpleUploadedFile("s.csv", b"code;district\n07-8;07\n")},
            "publish": lambda: {"answers_by": f"{self.ready_edition.starts_at:%Y-%m-%dT12:00}", "seen": 0},
            "changes": lambda: {"people": " ".join(str(one.participant) for one in concerned(self.told_edition))},
            "plan": lambda: {
                "digest": importing.plan_of(self.night_import, edition=self.edition, by=self.people["organiser"])[
                    0
                ].digest
            },
        }
