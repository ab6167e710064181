"""The small city in which the table of rights is walked: one person for each role, one object for each case."""

import datetime as dt
import time
import uuid

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY as METHODS
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, Locale, Page, PageViewRestriction, Site

from cms.models import ProgrammeIndexPage, ProgrammePage
from cms.turning_forms import TurningForm, TyingForm
from events import declining, door_codes, excusing, offers
from events.arranging_forms import ArrangeForm
from events.organise_forms import MoveForm, TermsForm
from ideas.forms import IdeaForm
from ideas.models import Call
from ideas.organise_call_forms import CallForm
from ideas.organise_forms import AnswerForm
from mail.models import Message
from tests.architecture.filling import fields_of
from tests.architecture.rights_night import NightWorld
from tests.factories.events import RegistrationFactory, SlotFactory, WalkInFactory, meet
from tests.factories.ideas import CallFactory, CommentFactory, IdeaFactory
from tests.factories.trainings import (
    CertificateFactory,
    EvaluationAnswerFactory,
    EvaluationFactory,
    HeldFactory,
    MaterialFactory,
    SessionFactory,
    ThemeFactory,
    TrainingFactory,
)
from tests.factories.volunteers import (
    AssociationFactory,
    MembershipFactory,
    NetworkFactory,
    NetworkOrganiserFactory,
    UserFactory,
    VolunteerFactory,
)
from trainings import awarding, evaluation_links
from trainings.models import Theme, Training
from trainings.organise_forms import ThemeForm, TrainingForm
from volunteers import consenting
from volunteers.middleware import SEEN_KEY
from volunteers.models import AssociationMember, ImportPage, VolunteerImport

NOW = dt.datetime(2027, 3, 10, 10, 0, tzinfo=dt.UTC)
ROLES = (
    "nobody", "volunteer", "owner", "member", "trainer", "organiser", "other", "editor", "administrator",
    "bare", "half",
)  # fmt: skip
# The roles that have a second factor, and show it.
SHOWN = {"trainer", "organiser", "other", "editor", "administrator"}
# Found in no answer but to whom it is about, or who answers for it: see tests/architecture/rights.py, KNOWS.
EMAIL, NAME, DRAFT, LIST, ONLINE = (
    "zephyrine@secret.example",
    "Quenouille",
    "Brouillonnage",
    "Emargementine",
    "visio-zq9",
)
PAGE, CODE = "Chuchotement", "7391-4826"


class World(NightWorld):
    """People by role, their clients, addresses' arguments by object, what to post by name."""

    now = NOW
    MAIL = "0" * 19 + "-abcdef12"

    def __init__(self):
        self.handler = Client().handler  # shared: each of its own would build all middleware again
        self.networks = NetworkFactory(slug="ours"), NetworkFactory(slug="theirs"), NetworkFactory(slug="joined")
        self.people = {role: self.person(role) for role in (*ROLES, "colleague", "keeper")}
        self.dates()
        self.own_nights()
        self.ideas()
        self.night()
        self.lists()
        self.site()
        self.other_things()
        self.cookies = {role: self.sign_in(role) for role in ROLES}

    def person(self, role):
        ours, theirs, joined = self.networks
        user = UserFactory(
            email=EMAIL if role == "owner" else f"{role}@example.org",
            first_name="Zoé",
            last_name=NAME if role == "owner" else role.title(),
            administrator=role in ("administrator", "bare", "half"),
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        volunteer = VolunteerFactory(user=user, calendar_token=f"{role:-<32}")
        MembershipFactory(volunteer=volunteer, network=joined)
        for purpose in consenting.NEEDED:
            consenting.give(user, purpose=purpose, form="tests")
        if role in ("organiser", "colleague"):
            NetworkOrganiserFactory(network=ours, user=user)
        if role == "other":
            NetworkOrganiserFactory(network=theirs, user=user)
        if role == "editor":
            user.groups.add(Group.objects.get(name="Editors"))
        if role == "member":
            AssociationMember.objects.create(association=AssociationFactory(name="Les Voisins"), user=user)
        if role in SHOWN | {"half"}:
            Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "x"})
        return user

    def sign_in(self, role):
        """The session's key, as after the sign-in page and (SHOWN) the second factor."""
        client, user = Client(), self.people[role]
        if role == "nobody":
            return None
        client.force_login(user)
        session, app = client.session, Authenticator.objects.filter(user=user).first()
        session[SEEN_KEY] = time.time()
        session[METHODS] = [{"method": "code", "at": time.time()}]
        if role in SHOWN:
            session[METHODS].append({"method": "mfa", "at": time.time(), "id": app.pk, "type": app.type})
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        return session.session_key

    def client(self, role, **more):
        """A new browser in which this person is signed in."""
        client = Client(raise_request_exception=True, **more)
        if not more:
            client.handler = self.handler
        if key := self.cookies[role]:
            client.cookies[settings.SESSION_COOKIE_NAME] = key
        return client

    # --- Objects ------------------------------------------------------------------------------------------------------
    def dates(self):
        ours, theirs, _joined = self.networks
        owner, trainer = self.people["owner"].volunteer, self.people["trainer"]
        self.theme = ThemeFactory(network=ours, year=2027, quarter=1)
        self.their_theme = ThemeFactory(network=theirs, year=2027, quarter=1)
        self.training = TrainingFactory(theme=self.theme, slug="shown")
        self.secret_training = TrainingFactory(
            theme=self.theme, title_fr=f"{DRAFT} à venir", title_en=f"{DRAFT} to come", slug="hidden"
        )
        self.their_training = TrainingFactory(theme=self.their_theme, slug="theirs")
        online = {"slot__online_url": f"https://{ONLINE}.example/"}
        self.slot = SessionFactory(training=self.training, slot__capacity=20, **online).slot
        self.open_slot = SessionFactory(training=self.training, slot__capacity=20, **online).slot
        self.today = SessionFactory(training=self.training, slot__starts_at=NOW + dt.timedelta(minutes=30)).slot
        self.draft = SessionFactory(
            training=self.secret_training, slot__draft=True, slot__title_fr=f"{DRAFT} 1", slot__title_en=f"{DRAFT} 2"
        ).slot
        self.their_slot = SessionFactory(training=self.their_training).slot
        self.city_slot = SlotFactory(network=None)
        for slot in (self.slot, self.open_slot, self.today, self.draft):
            slot.people_in_charge.add(trainer)
        self.draft.people_in_charge.clear()
        self.confirmed = RegistrationFactory(slot=self.slot, volunteer=owner)
        self.here = RegistrationFactory(slot=self.today, volunteer=owner)
        self.walk_in = WalkInFactory(slot=self.today)
        weeks = [NOW + dt.timedelta(days=days) for days in (20, 27, 34)]
        self.of_three = RegistrationFactory(slot=meet(SlotFactory(network=self.slot.network), *weeks), volunteer=owner)
        self.their_of_three = RegistrationFactory(slot=self.of_three.slot)
        excusing.cannot_come(self.of_three, number=2, by=None)
        asked = {"state": "pending", "pending_for": "approval", "confirmed_at": None}
        self.asked = RegistrationFactory(slot=self.slot, **asked)
        self.materials = {
            "before": MaterialFactory(training=self.training),
            "after": MaterialFactory(training=self.training, session=self.slot.session, moment="after"),
            "theirs": MaterialFactory(training=self.their_training),
        }
        self.theirs = RegistrationFactory(slot=self.their_slot)
        self.their_asked = RegistrationFactory(slot=self.their_slot, **asked)
        # At times of their own: what else is at the same time would be said first.
        offer = {"state": "pending", "pending_for": "offer", "confirmed_at": None}
        self.offered = RegistrationFactory(
            slot=SessionFactory(training=self.training, slot__starts_at=NOW + dt.timedelta(days=9)).slot,
            volunteer=owner,
            expires_at=NOW + dt.timedelta(hours=5),
            **offer,
        )
        self.late = RegistrationFactory(
            slot=SessionFactory(
                training=self.training,
                slot__starts_at=NOW - dt.timedelta(minutes=1),
                slot__ends_at=NOW + dt.timedelta(minutes=20),
            ).slot,
            volunteer=owner,
            expires_at=NOW - dt.timedelta(minutes=1),
            **offer,
        )
        # Three dates that are over: the owner was there, was granted a qualification, made a certificate.
        self.held, self.granted_at, self.certified_at = (
            HeldFactory(training__theme=self.theme, slot__starts_at=NOW - dt.timedelta(days=days)).slot
            for days in (7, 8, 9)
        )
        self.attended, self.granted, self.certified = (
            RegistrationFactory(slot=slot, volunteer=owner, attendance="present")
            for slot in (self.held, self.granted_at, self.certified_at)
        )
        awarding.grant(self.granted_at.session, by=self.people["organiser"])
        self.certificate = CertificateFactory(registration=self.certified, name="Z. Q.")
        CertificateFactory(registration=self.granted, name="Z. Q.", revoked=True)
        Message.objects.all().delete()
        self.judged = self.evaluated(closed_on=NOW, published_at=NOW)
        EvaluationAnswerFactory.create_batch(5, evaluation=self.judged)
        questions = self.evaluated(asked_on=NOW)
        self.questioned = RegistrationFactory(slot=questions.session.slot)
        self.closed = {
            "draft": self.draft,
            "cancelled": SlotFactory(network=ours, cancelled=True),
            "too early": SlotFactory(network=ours, opens_at=NOW + dt.timedelta(hours=1)),
            "too late": SlotFactory(network=ours, closes_at=NOW - dt.timedelta(hours=1)),
            "begun": SlotFactory(network=ours, starts_at=NOW - dt.timedelta(minutes=1)),
        }

    def ideas(self):
        """Calls for ideas, with the owner's idea; one that is being prepared, and an idea in it."""
        ours, theirs, _joined = self.networks
        owner = self.people["owner"].volunteer
        self.call = CallFactory(network=ours, slug="shown-call")
        self.draft_call = CallFactory(
            network=ours, slug="hidden-call", draft=True, title_fr=f"{DRAFT} ?", title_en=f"{DRAFT} ?"
        )
        self.idea = IdeaFactory(call=self.call, author=owner, picture="ideas/shown.jpg", picture_text="Un vélo")
        self.draft_idea = IdeaFactory(call=self.draft_call, author=self.people["colleague"].volunteer, title=DRAFT)
        self.vote_call = CallFactory(network=self.networks[0], slug="voted-call", approval=True, phase="vote")
        self.candidate = IdeaFactory(call=self.vote_call)
        self.their_call = CallFactory(network=theirs)
        merged = {"state": "merged", "merged_into": self.idea, "head": self.idea}
        self.ideas_by = {
            "shown": self.idea,
            "of a draft": self.draft_idea,
            "theirs": IdeaFactory(call=self.their_call),
            "twin": IdeaFactory(call=self.call),
            "merged": IdeaFactory(call=self.call, **merged),
            "answered": IdeaFactory(call=self.call, state="declined", answered_at=NOW),
            "covered": IdeaFactory(
                call=self.call, picture="ideas/shown.jpg", hidden_at=NOW, hidden_reason="Une adresse."
            ),
        }
        self.ideas_by["merged"].steps.create(
            kind="merged", from_state="open", to_state="merged", into=self.idea, reason="La même.", at=NOW
        )
        self.comments = {
            "shown": CommentFactory(idea=self.idea),
            "covered": CommentFactory(idea=self.idea, hidden_at=NOW, hidden_reason="Publicité."),
        }
        for comment in (None, self.comments["shown"]):
            self.idea.reports.create(comment=comment, by=self.people["member"], reason="Publicité.")

    def evaluated(self, **fields):
        """The evaluation of a session of the day before, which the trainer gave."""
        before = {"slot__starts_at": NOW - dt.timedelta(days=1), "slot__capacity": 20}
        evaluation = EvaluationFactory(session=SessionFactory(training=self.training, **before), **fields)
        evaluation.session.slot.people_in_charge.add(self.people["trainer"])
        return evaluation

    def lists(self):
        ours, theirs, _joined = self.networks

        def sent(by, network, source):
            row = VolunteerImport.objects.create(
                network=network, created_by=self.people[by], source=source, name=f"{source}.xlsx",
                state="ready", created=1, rows=1, plan="x", sha256="0" * 64,
            )  # fmt: skip
            ImportPage.objects.create(volunteer_import=row, kind="created", number=1, rows=[])
            return row

        self.list = sent("organiser", ours, LIST)
        self.colleagues_list = sent("colleague", ours, LIST)
        self.their_list = sent("other", theirs, "Ailleurs")

    def site(self):
        """Public and guarded pages and documents; a page not published."""
        home = Site.objects.get(is_default_site=True).root_page.specific
        group = Group.objects.get(name="Editors")
        self.pages, self.documents, self.rules = {"public": home.get_url()}, {}, {}
        root = Collection.get_first_root_node()
        for kind in ("public", "login", "groups", "password"):
            collection = root.add_child(name=kind)
            document = get_document_model()(title=f"{PAGE} {kind}", collection=collection)
            document.file.save(f"{kind}.txt", self.file_of(kind))
            self.documents[kind] = document
            if kind == "public":
                continue
            page = home.add_child(
                instance=Page(title=f"{PAGE} {kind}", slug=f"for-{kind}", locale=Locale.get_default())
            )
            self.pages[kind] = page.get_url()
            rules = {"restriction_type": kind, "password": "sésame" if kind == "password" else ""}
            for rule in (
                CollectionViewRestriction.objects.create(collection=collection, **rules),
                PageViewRestriction.objects.create(page=page, **rules),
            ):
                if kind == "groups":
                    rule.groups.add(group)
                self.rules[type(rule).__name__, kind] = rule, page
        programmes = ProgrammeIndexPage.objects.get(locale=Locale.get_default())
        for quarter, (name, title) in enumerate(
            {"paper": "Hiver", "paper for login": f"{PAGE} login"}.items(), start=1
        ):
            facts = {"title": title, "slug": f"q{quarter}", "year": 2027, "quarter": quarter}
            page = programmes.add_child(instance=ProgrammePage(**facts))
            self.pages[name] = f"{page.get_url()}pdf/"
        PageViewRestriction.objects.create(page=page, restriction_type="login")
        draft = home.add_child(
            instance=Page(title=f"{PAGE} draft", slug="not-yet", live=False, locale=Locale.get_default())
        )
        self.pages["draft"] = f"/{draft.slug}/"

    def file_of(self, kind):
        return ContentFile(f"{PAGE} {kind}".encode())

    def put_files(self):
        for kind, document in self.documents.items():
            if not document.file.storage.exists(document.file.name):
                document.file.storage.save(document.file.name, self.file_of(kind))
        self.put_papers()

    def put_picture(self):
        picture = self.idea.picture
        if not picture.storage.exists(picture.name):
            picture.storage.save(picture.name, ContentFile(b"picture"))

    def put_demonstration(self):
        """A message in the demonstration's mailbox, and a file among its pictures."""
        email = EmailMultiAlternatives("Bonjour", "Une place", to=["ana@example.org"])
        email.attach_alternative("<p>Une place</p>", "text/html")
        email.attach("plan.txt", "à droite", "text/plain")
        for file, content in (
            (settings.VAR_DIR / "mailbox" / f"{self.MAIL}.eml", email.message().as_bytes()),
            (settings.MEDIA_ROOT / "images" / "shown.txt", b"picture"),
        ):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)

    def other_things(self):
        owner = self.people["owner"]
        self.key = Authenticator.objects.create(
            user=self.people["keeper"], type="webauthn", data={"name": "Clef", "credential": {}}
        )
        elsewhere = SessionStore()
        elsewhere.create()
        self.device = UserSession.objects.create(
            user=owner, ip="192.0.2.1", session_key=elsewhere.session_key, user_agent="x"
        )
        letter = {"to": EMAIL, "language": "fr", "state": "failed", "not_before": NOW}
        self.message = Message.objects.create(key="code", kind="account/login_code", context={"code": CODE}, **letter)
        self.letter = Message.objects.create(key="letter", kind="events/registration", context={}, **letter)

    # --- Addresses' arguments and what is posted, by the names that the table uses ------------------------------------
    def arguments(self, name):
        kind, _, which = name.partition(":")
        slots = {"slot": self.slot, "today": self.today, "draft": self.draft, "city": self.city_slot}
        slots |= {"night": self.night_seat.slot} if which == "night" else {}
        slots |= {"held": self.held, "judged": self.judged.session.slot}
        slots |= {"open": self.open_slot, "theirs": self.their_slot} | self.closed
        registrations = {"confirmed": self.confirmed, "offered": self.offered, "asked": self.asked, "late": self.late}
        registrations |= {"attended": self.attended, "certified": self.certified}
        registrations |= {"here": self.here, "their seat": self.theirs, "their asked": self.their_asked}
        found = {
            "": dict,
            "slot": lambda: {"pk": slots[which].pk},
            "date": lambda: {"slot_id": slots[which].pk},
            "registration": lambda: {"uid": registrations[which].uid},
            "one date": lambda: {"uid": self.of_three.uid, "number": int(which)},
            "their one date": lambda: {"uid": self.their_of_three.uid, "number": int(which)},
            "of": lambda: {"pk": self.slot.pk, "uid": registrations[which].uid},
            "code": lambda: {"code": door_codes.code_of(registrations[which])},
            "walk-in": lambda: {"pk": self.today.pk, "walk_in": self.walk_in.pk},
            "certificate": lambda: {"number": self.certificate.number},
            "no certificate": lambda: {"number": "K7MQP-K7MQP-K7MQP-K7MQP"},
            "granted": lambda: {"slot_id": self.granted_at.pk, "uid": self.granted.uid},
            "revoked": lambda: {"slot_id": self.granted_at.pk, "uid": self.granted.uid},
            "certified": lambda: {"slot_id": self.certified_at.pk, "uid": self.certified.uid},
            "training": lambda: {"pk": {"ours": self.training, "hidden": self.secret_training}[which].pk},
            "material": lambda: {"pk": self.materials[which].pk},
            "slug": lambda: {"slug": which},
            "call": lambda: {"slug": which},
            "idea": lambda: {"pk": self.ideas_by[which].pk},
            "desk": lambda: {"pk": {"ours": self.call, "draft": self.draft_call}[which].pk},
            "comment": lambda: {"pk": self.comments[which].pk},
            "name": lambda: {"name": "a"} | ({"number": int(which)} if which else {}),
            "mail": lambda: {"name": self.MAIL} | ({"number": int(which)} if which else {}),
            "picture": lambda: {"path": f"{which}.txt"},
            "theme": lambda: {"pk": self.theme.pk},
            "list": lambda: {"pk": {"mine": self.list, "colleague's": self.colleagues_list}[which].pk},
            "colours": lambda: {"name": "none"},
            "token": lambda: {"token": self.tokens()[which]},
            "document": lambda: (self.documents[which].pk, f"{which}.txt"),
            "page": lambda: (self.pages[which].strip("/") + "/" * (which != "public"),),
            "page password": lambda: [row.pk for row in self.rules["PageViewRestriction", "password"]],
            "document password": lambda: [self.rules["CollectionViewRestriction", "password"][0].pk],
            "provider": lambda: {"provider_id": "city"},
            "device": lambda: {"pk": self.device.pk},
            "key": lambda: {"pk": self.key.pk},
        } | self.night_arguments(which)
        return found[kind]()

    def tokens(self):
        return {
            "offer": offers.token_of(self.offered),
            "decline": declining.token_of(self.confirmed),
            "one date": excusing.token_of(self.of_three, 1),
            "questions": evaluation_links.token_of(self.questioned),
            "forged": offers.token_of(self.offered) + "x",
            "feed": self.people["owner"].volunteer.calendar_token,
            "old feed": "an-address-that-was-renewed-before",
        } | self.night_tokens()

    def data(self, name, role):
        """What this person would post; ``seen`` and the like as the form gave them."""
        later = {"starts_at": "2027-03-20T10:00", "ends_at": "2027-03-20T12:00"}
        filled = {
            "move": lambda: fields_of(MoveForm(slot=self.slot)) | later | {"confirmed": "1"},
            "meetings": lambda: meetings_of(self.slot) | {"confirmed": "1"},
            "terms": lambda: fields_of(TermsForm(slot=self.slot)) | {"capacity": 25},
            "theme": lambda: (
                fields_of(ThemeForm(instance=self.theme, user=self.people["organiser"])) | {"title_fr": "Autre"}
            ),
            "idea": lambda: fields_of(IdeaForm(instance=self.idea, call=self.call)) | {"title": "Autre"},
            "training": lambda: (
                fields_of(TrainingForm(instance=self.training, user=self.people["organiser"])) | {"title_fr": "Autre"}
            ),
            "new theme": lambda: (
                fields_of(ThemeForm(instance=Theme(), user=self.people["organiser"]))
                | {"network": self.of(role).pk, "year": 2027, "quarter": 3, "title_fr": "Une", "title_en": "One"}
            ),
            "new training": lambda: (
                fields_of(TrainingForm(instance=Training(), user=self.people["organiser"]))
                | {"network": self.of(role).pk, "kind": "visit", "title_fr": "Une", "title_en": "One"}
            ),
            "call": lambda: (
                fields_of(CallForm(instance=self.call, user=self.people["organiser"]))
                | {"responsible": self.people["organiser"].pk, "text_fr": "Autre"}
            ),
            "new call": lambda: (
                fields_of(CallForm(instance=Call(), user=self.people["administrator"]))
                | {"network": self.of(role).pk, "title_fr": "Une ?"}
                | {"call_from": "2027-04-05T00:00", "call_to": "2027-04-19T00:00"}
            ),
            "study": lambda: {"idea": [self.idea.pk], "act": "study"},
            "merge": lambda: {
                "idea": [self.idea.pk],
                "into": self.ideas_by["twin"].pk,
                "reason": "La même.",
            },
            "unmerge": lambda: {"idea": [self.ideas_by["merged"].pk]},
            "answer": lambda: fields_of(AnswerForm(idea=self.idea)) | {"state": "adopted", "reason": "Oui."},
            "send": lambda: {"call": self.their_call.pk, "reason": "Plutôt là."},
            "session": lambda: later | {"online_url": "https://visio.example/", "capacity": 5},
            "ballot": lambda: {"ideas": [self.candidate.pk]},
            "turn": lambda: (
                fields_of(TurningForm(instance=Training(), idea=self.idea, user=self.people["organiser"]))
                | {"network": self.networks[0].pk, "kind": "visit", "title_fr": "Une", "reason": "Oui."}
            ),
            "tie": lambda: (
                fields_of(TyingForm(idea=self.idea, user=self.people["organiser"], prefix="tie"))
                | {"tie-training": self.training.pk, "tie-reason": "Oui."}
            ),
            "mark": lambda: {"registration": self.here.pk, "attendance": "present"},
            "sheet": lambda: {"seen": [f"{self.here.pk}:"]},
            "code": lambda: {"code": door_codes.code_of(self.here)},
            "first name": lambda: {"first_name": "Nina", "key": uuid.uuid4()},
            "list": lambda: {
                "network": self.of(role).pk,
                "source": "Stand",
                "file": SimpleUploadedFile("list.csv", b"email\nnina@example.org\n"),
            },
            "material": lambda: {
                "title_fr": "Fiche",
                "moment": "before",
                "file": SimpleUploadedFile("fiche.txt", b"Bonjour"),
            },
            "address": lambda: {"email": self.people[role].email},
            "word": lambda: {"subject": "A", "body": "B", "states": ["confirmed"], "key": uuid.uuid4()},
        }
        return (filled | self.night_data(role))[name]()

    def of(self, role):
        """The network that this person runs (or would like to)."""
        return self.networks[1 if role == "other" else 0]


def meetings_of(slot):
    """The form of a date's meetings with one more."""
    form = ArrangeForm(slot=slot)
    lines = [fields_of(line) for line in form.lines] + [fields_of(form.lines.management_form)]
    more = {"line-1-starts_at": "2027-03-20T10:00", "line-1-ends_at": "2027-03-20T12:00"}
    return fields_of(form) | {name: value for line in lines for name, value in line.items()} | more
