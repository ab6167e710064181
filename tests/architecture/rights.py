"""The table of rights: who may do what, route by route. tests/architecture/test_rights.py walks it.

A column is a role, a letter what that person gets:

    .  the page, or what was asked for is done        L  the sign-in page
    4  it does not exist, for this person (404)       F  the second factor, first
    3  forbidden (403)                                5  no such action on this address (405)
    H  back to the administration's first page        P  the page's own password, first

Whatever is not "." changes nothing and shows nothing that is somebody else's; a GET never changes anything; what is
posted and gets "." changes something, unless ``idle`` says that there is nothing to change.
"""

from dataclasses import dataclass, field

from tests.architecture.rights_world import CODE, DRAFT, EMAIL, LIST, NAME, ONLINE, PAGE, ROLES

# What is nobody else's affair, and who may find it in some answer. Administrators who have not shown a second factor
# ("bare", who has none, and "half") are no more than volunteers.
KNOWS = {
    EMAIL: {"owner", "organiser", "administrator"},
    NAME: {"owner", "organiser", "administrator", "trainer"},
    DRAFT: {"organiser", "administrator"},
    LIST: {"organiser", "administrator"},
    ONLINE: {"owner", "organiser", "administrator", "trainer"},
    f"{PAGE} login": set(ROLES) - {"nobody"},
    f"{PAGE} groups": {"editor", "administrator", "bare", "half"},  # Wagtail's own rule for its pages
    f"{PAGE} password": set(),
    f"{PAGE} draft": set(),
    CODE: set(),
}


@dataclass(frozen=True)
class Row:
    """One address: its route, the object in it, what each role gets, and what is posted."""

    route: str
    about: str
    get: str
    post: str
    data: dict[str, object] | str = field(default_factory=dict)
    idle: bool = False

    def __str__(self) -> str:
        return f"{self.route} {self.about}".strip()

    def outcomes(self, method: str) -> dict[str, str]:
        return dict(zip(ROLES, self.get if method == "GET" else self.post, strict=True))


def each(letters: str) -> str:
    """The letters of all roles, written in groups to be read."""
    letters = letters.replace(" ", "")
    if len(letters) != len(ROLES):
        raise ValueError(letters)
    return letters


# nobody volunteer owner member trainer | organiser other editor administrator | bare half
ALL = each("..... .... ..")
NONE = each("44444 4444 44")
NO_SUCH = each("55555 5555 55")
MINE = each("L.... .... ..")  # one's own, whoever one is
MINE_NO = each("L5555 5555 55")
AGAIN = each("L...F FFFF .F")  # one's own, but whoever has a second factor shows it once more
OWNER = each("L4.44 4444 44")
OFFICE = each("L333. ..3. FF")  # whoever has a role there
OFFICE_NO = each("L3335 5535 FF")
RUNS = each("L3333 ..3. FF")  # whoever runs a network
SEES = each("L333. .43. FF")  # the date's organisers, and who is in charge of it
CHANGES = each("L3333 .43. FF")
NOT_IN_CHARGE = each("L3334 .43. FF")  # as CHANGES, on a date that is not the trainer's
THEIRS = each("L3334 4.3. FF")  # of the other network
CITY = each("L3334 443. FF")  # of the whole city: administrators only
NETWORK_OTHER = each("L3334 4.3. FF")  # of the other network
NETWORK = each("L3334 .43. FF")  # a training or theme of the network, a call and its ideas
UNPUBLISHED = each("L3334 343 3 FF")  # ideas of a call that is being prepared: nothing to sort
DRAFTS = each("44444 .44. 44")
COORDINATED = each("4444. .44. 44")  # as DRAFTS, with who coordinates it
BEGIN = "L" * 11
WITH_FACTOR = each("L333F FFFF 3F")
OTHERS_KEY = each("L444F FFFF 4F")
NOT_MINE = NONE.replace("4", "L", 1)
GIVEN = each("L4.4. .44. 44")  # to who is registered, organises or is in charge
NOT_THEIRS = each("L4444 4.4. 44")
GROUP = each("L3333 33.. ..")
WORD = "P" * 11
FORBIDDEN = each("L3333 3333 33")
SENT_IT = each("L3333 .433 FF")
COLLEAGUE = each("L3333 3433 FF")
LISTS = each("L3333 .43. FF")

AUTHOR = each("L3.33 3333 33")
SUPPORTER = each("L.3.. .... ..")  # everybody but its author
DRAFT_OF_OTHERS = each("L4444 3443 44")
DRAFT_UNSUPPORTED = each("44444 3443 44")

NINA = {"email": "nina@example.org", "first_name": "Nina"}
SIGN_UP = NINA | {"charter": "on", "adult": "on", "despite_clash": "1"}
NAMED = NINA | {"last_name": "Roux", "max_walk": "1", "knows": "on"}
PROPOSED = SIGN_UP | {"title": "Réparer son vélo", "text": "Un atelier le samedi.", "sure": "1"}

TABLE = [
    # --- Whoever watches over the installation, crawlers ---
    Row("healthz", "", ALL, NO_SUCH),
    Row("readyz", "", ALL, NO_SUCH),
    Row(".well-known/security.txt", "", ALL, NO_SUCH),
    Row("cms-colours", "colours", NONE, NO_SUCH),
    Row("cms-robots", "", ALL, NO_SUCH),
    Row("cms-sitemap", "", ALL, ALL, idle=True),
    # --- The demonstration's mailbox, which does not exist here (DEMO, below) ---
    Row("mail:mailbox", "", NONE, NO_SUCH),
    Row("mail:message", "name", NONE, NO_SUCH),
    Row("mail:letter", "name", NONE, NO_SUCH),
    Row("mail:attachment", "name:0", NONE, NO_SUCH),
    # --- Trainings ---
    Row("trainings:evaluate", "token:questions", ALL, ALL, {"score": "4"}),
    Row("trainings:evaluate", "token:forged", NONE, NONE),
    Row("trainings:list", "", ALL, NO_SUCH),
    Row("trainings:for-me", "", MINE, NO_SUCH),
    Row("trainings:material", "material:before", GIVEN, NO_SUCH),
    Row("trainings:material", "material:after", GIVEN.replace(".", "4", 1), NO_SUCH),
    Row("trainings:material", "material:theirs", NOT_THEIRS, NO_SUCH),
    Row("trainings:session-detail", "date:slot", ALL, NO_SUCH),
    Row("trainings:session-detail", "date:draft", DRAFTS, NO_SUCH),
    Row("trainings:session-detail", "date:city", NONE, NO_SUCH),
    Row("trainings:training-detail", "slug:shown", ALL, NO_SUCH),
    Row("trainings:training-detail", "slug:hidden", DRAFTS, NO_SUCH),
    # --- Ideas ---
    Row("ideas:board", "", ALL, NO_SUCH),
    Row("ideas:feed", "", ALL, NO_SUCH),
    Row("ideas:feed", "call:hidden-call", NONE, NO_SUCH),
    Row("ideas:call", "call:shown-call", ALL, NO_SUCH),
    Row("ideas:call", "call:hidden-call", DRAFTS, NO_SUCH),
    Row("ideas:csv", "call:shown-call", ALL, NO_SUCH),
    Row("ideas:csv", "call:hidden-call", NONE, NO_SUCH),
    Row("ideas:json", "call:shown-call", ALL, NO_SUCH),
    Row("ideas:json", "call:hidden-call", NONE, NO_SUCH),
    Row("ideas:propose", "call:shown-call", ALL, ALL, PROPOSED),
    Row("ideas:propose", "call:hidden-call", NONE, NONE, PROPOSED),
    Row("ideas:alike", "call:shown-call", NO_SUCH, ALL, PROPOSED, idle=True),
    Row("ideas:alike", "call:hidden-call", NO_SUCH, NONE, PROPOSED),
    Row("ideas:mine", "", MINE, NO_SUCH),
    Row("ideas:idea", "idea:shown", ALL, NO_SUCH),
    Row("ideas:idea", "idea:of a draft", DRAFTS, NO_SUCH),
    Row("ideas:picture", "idea:shown", ALL, NO_SUCH),
    Row("ideas:picture", "idea:covered", NONE, NO_SUCH),
    Row("ideas:edit", "idea:shown", AUTHOR, AUTHOR, "idea"),
    Row("ideas:edit", "idea:of a draft", DRAFT_OF_OTHERS, DRAFT_OF_OTHERS, PROPOSED),
    Row("ideas:withdraw", "idea:shown", AUTHOR, AUTHOR, {"reason": "Une autre le dit mieux."}),
    Row("ideas:support", "idea:shown", NO_SUCH, SUPPORTER),
    Row("ideas:support", "idea:of a draft", NO_SUCH, DRAFT_UNSUPPORTED),
    Row("ideas:comment", "idea:shown", NO_SUCH, MINE, {"text": "Bonne idée."}),
    Row("ideas:report", "idea:twin", MINE, MINE, {"reason": "Publicité."}),
    Row("ideas:vote", "call:voted-call", MINE, MINE, "ballot"),
    Row("ideas:vote", "call:shown-call", NOT_MINE, NOT_MINE, "ballot"),
    # --- Signing up, and one's own registrations ---
    Row("events:register", "date:open", ALL, ALL, SIGN_UP),
    Row("events:register", "date:draft", NONE, NONE, SIGN_UP),
    Row("events:my-registration", "date:slot", MINE, NO_SUCH),
    Row("events:offer", "token:offer", ALL, ALL),
    Row("events:offer", "token:forged", NONE, NONE),
    Row("events:decline", "token:decline", ALL, ALL),
    Row("events:decline", "token:forged", NONE, NONE),
    Row("events:miss", "token:one date", ALL, ALL),
    Row("events:miss", "token:forged", NONE, NONE),
    Row("events:date-cannot", "one date:1", NO_SUCH, OWNER),
    Row("events:date-can", "one date:2", NO_SUCH, OWNER),
    Row("events:date-cannot", "their one date:1", NO_SUCH, NOT_MINE),
    Row("events:registration-detail", "registration:confirmed", OWNER, NO_SUCH),
    Row("events:registration-detail", "registration:their seat", NOT_MINE, NO_SUCH),
    Row("events:registration-confirm", "registration:offered", NO_SUCH, OWNER),
    Row("events:registration-cancel", "registration:confirmed", OWNER, OWNER),
    Row("events:registration-calendar", "registration:confirmed", OWNER, NO_SUCH),
    Row("events:door", "code:confirmed", ALL, NO_SUCH),
    Row("events:space", "", MINE, NO_SUCH),
    Row("events:calendar-renew", "", NO_SUCH, MINE),
    Row("events:calendar-feed", "token:feed", ALL, NO_SUCH),
    Row("events:calendar-feed", "token:old feed", NONE, NO_SUCH),
    # --- One's part in a Night ---
    Row("night-sign-up:form", "my night:open", ALL, ALL, "wishes"),
    Row("night-sign-up:form", "my night:prepared", NONE, NONE, SIGN_UP),
    Row("night-sign-up:mine", "my night:open", OWNER, NO_SUCH),
    Row("night-sign-up:mine", "my night:prepared", NOT_MINE, NO_SUCH),
    Row("night-sign-up:mine", "my night:told", OWNER, NO_SUCH),
    Row("night-sign-up:answer", "my night:told", NO_SUCH, OWNER, {"answer": "coming"}),
    Row("night-sign-up:answer", "my night:open", NO_SUCH, NOT_MINE, {"answer": "coming"}),
    Row("night-sign-up:card", "token:card", ALL, ALL, {"answer": "cannot"}),
    Row("night-sign-up:card", "token:forged", NONE, NONE, {"answer": "cannot"}),
    Row("night-sign-up:withdraw", "my night:open", NO_SUCH, OWNER),
    Row("night-sign-up:return", "my night:open", NO_SUCH, OWNER, idle=True),
    Row("night-sign-up:briefing", "my night:open", NO_SUCH, OWNER, "briefing"),
    Row("night-sign-up:group", "my night:open", NO_SUCH, OWNER),
    Row("night-sign-up:friends", "token:friends", ALL, ALL, idle=True),
    Row("night-sign-up:friends", "token:forged", NONE, NONE),
    Row("night-sign-up:of-slot", "date:night", ALL, ALL, idle=True),
    Row("night-partners:new-link", "", ALL, ALL, {"email": "naming@example.org"}),
    Row("night-partners:people", "token:partner", ALL, NO_SUCH),
    Row("night-partners:people", "token:old partner", NONE, NO_SUCH),
    Row("night-partners:people", "token:forged", NONE, NO_SUCH),
    Row("night-partners:person-add", "token:partner", ALL, ALL, NAMED),
    Row("night-partners:person-add", "token:old partner", NONE, NONE, NAMED),
    Row("night-partners:person", "by link", ALL, ALL, NAMED),
    Row("night-partners:take-off", "by link", NO_SUCH, ALL),
    Row("night-partners:upload", "token:partner", ALL, ALL, "people"),
    Row("night-partners:upload", "token:old partner", NONE, NONE, "people"),
    Row("night-partners:template", "token:partner", ALL, NO_SUCH),
    Row("night-partners:template", "token:old partner", NONE, NO_SUCH),
    Row("night-partners:list", "list by link", ALL, NO_SUCH),
    Row("night-partners:list-confirm", "list by link", NO_SUCH, ALL, "confirmed people"),
    Row("night-partners:list-give-up", "list by link", NO_SUCH, ALL),
    Row("night-partners:object", "token:named", ALL, ALL),
    Row("night-partners:object", "token:forged", NONE, NONE),
    # --- Certificates ---
    Row("certificates:verify", "certificate", ALL, NO_SUCH),
    Row("certificates:verify", "no certificate", NONE, NO_SUCH),
    Row("certificates:mine", "", MINE, NO_SUCH),
    Row("certificates:certificate", "registration:attended", OWNER, OWNER, {"name": "Z. Q."}),
    Row("certificates:certificate", "registration:their seat", NOT_MINE, NOT_MINE, {"name": "Z. Q."}),
    Row("certificates:pdf", "registration:certified", OWNER, NO_SUCH),
    Row("certificates:withdraw", "registration:certified", NO_SUCH, OWNER),
    # --- One's account ---
    Row("volunteers:profile", "", MINE, MINE, {"first_name": "Lou", "language": "fr"}),
    Row("volunteers:networks", "", MINE, MINE_NO),
    Row("volunteers:join", "slug:ours", MINE_NO, MINE),
    Row("volunteers:leave", "slug:joined", MINE_NO, MINE),
    Row("volunteers:consents", "", MINE, MINE, {"purpose": "newsletter", "action": "give"}),
    Row("volunteers:security", "", MINE, MINE_NO),
    Row("volunteers:second-factor", "", MINE, MINE_NO),
    Row("volunteers:sign-out-device", "device", MINE_NO, OWNER),
    Row("volunteers:data", "", MINE, MINE_NO),
    Row("volunteers:download", "", MINE, MINE_NO),
    Row("volunteers:delete", "", AGAIN, AGAIN, "address"),
    Row("volunteers:retention", "", ALL, NO_SUCH),
    # --- The back office: dates ---
    Row("organise:home", "", OFFICE, OFFICE_NO),
    Row("organise:slot", "slot:slot", SEES, OFFICE_NO),
    Row("organise:slot", "slot:draft", NOT_IN_CHARGE, OFFICE_NO),
    Row("organise:slot", "slot:city", CITY, OFFICE_NO),
    Row("organise:attendance", "slot:slot", SEES, OFFICE_NO),
    Row("organise:attendance", "slot:draft", NOT_IN_CHARGE, OFFICE_NO),
    Row("organise:sign-sheet", "slot:slot", SEES, OFFICE_NO),
    Row("organise:export", "slot:slot", CHANGES, OFFICE_NO),
    Row("organise:export", "slot:city", CITY, OFFICE_NO),
    Row("organise:attendance-mark", "slot:today", OFFICE_NO, SEES, "mark"),
    Row("organise:attendance-sheet", "slot:today", SEES, SEES, "sheet"),
    Row("organise:check-in", "slot:today", OFFICE_NO, SEES, "code"),
    Row("organise:let-in", "slot:today", OFFICE_NO, SEES, "first name"),
    Row("organise:take-back", "walk-in", OFFICE_NO, SEES),
    Row("organise:door", "code:here", SEES, OFFICE_NO),
    Row("organise:door", "code:their seat", THEIRS, OFFICE_NO),
    Row("organise:walk-in", "slot:today", CHANGES, CHANGES, NINA),
    Row("organise:person-add", "slot:slot", CHANGES, CHANGES, NINA),
    Row("organise:person-add", "slot:city", CITY, CITY, NINA),
    Row("organise:approve", "of:asked", OFFICE_NO, CHANGES),
    Row("organise:approve", "of:their asked", OFFICE_NO, CHANGES.replace(".", "4")),
    Row("organise:refuse", "of:asked", CHANGES, CHANGES, {"note": "Trop tard."}),
    Row("organise:refuse", "of:their asked", CHANGES.replace(".", "4"), CHANGES.replace(".", "4")),
    Row("organise:registration-cancel", "of:confirmed", CHANGES, CHANGES, {"note": "Trop tard."}),
    Row("organise:registration-cancel", "of:their seat", CHANGES.replace(".", "4"), CHANGES.replace(".", "4")),
    Row("organise:publish", "slot:draft", OFFICE_NO, NOT_IN_CHARGE),
    Row("organise:terms", "slot:slot", CHANGES, CHANGES, "terms"),
    Row("organise:move", "slot:slot", CHANGES, CHANGES, "move"),
    Row("organise:meetings", "slot:slot", CHANGES, CHANGES, "meetings"),
    Row("organise:call-off", "slot:slot", CHANGES, CHANGES, {"sure": "on"}),
    Row("organise:write", "slot:slot", SEES, SEES, "word"),
    Row("organise:write", "slot:draft", NOT_IN_CHARGE, NOT_IN_CHARGE, "word", idle=True),
    # --- The back office: trainings ---
    Row("organise-trainings:quarter", "", RUNS, OFFICE_NO),
    Row("organise-trainings:wishes", "", RUNS, OFFICE_NO),
    Row("organise-trainings:evaluations", "", OFFICE, OFFICE_NO),
    Row("organise-trainings:evaluation", "date:judged", SEES, CHANGES, {"summary_fr": "Bien."}),
    Row("organise-trainings:evaluation-withdraw", "date:judged", OFFICE_NO, CHANGES),
    Row("organise-trainings:list", "", RUNS, OFFICE_NO),
    Row("organise-trainings:mine", "", OFFICE, OFFICE_NO),
    Row("organise-trainings:people", "date:slot", SEES, OFFICE_NO),
    Row("organise-trainings:people", "date:draft", NOT_IN_CHARGE, OFFICE_NO),
    Row("organise-trainings:people", "date:city", CITY.replace(".", "4"), OFFICE_NO),
    Row("organise-trainings:training-add", "", RUNS, RUNS, "new training"),
    Row("organise-trainings:training", "training:ours", NETWORK, OFFICE_NO),
    Row("organise-trainings:training", "training:hidden", NETWORK, OFFICE_NO),
    Row("organise-trainings:training-edit", "training:ours", CHANGES, CHANGES, "training"),
    Row("organise-trainings:session-add", "training:ours", NETWORK, NETWORK, "session"),
    Row("organise-trainings:material-add", "training:ours", NETWORK, NETWORK, "material"),
    Row("organise-trainings:material-remove", "material:before", NETWORK, NETWORK),
    Row("organise-trainings:session-duplicate", "date:slot", OFFICE_NO, NETWORK),
    Row("organise-trainings:results", "date:held", NETWORK, NETWORK),
    Row("organise-trainings:results", "date:theirs", NETWORK_OTHER, NETWORK_OTHER, idle=True),
    Row("organise-trainings:take-back", "granted", NETWORK, NETWORK, {"reason": "Une erreur."}),
    Row("organise-trainings:certificate-revoke", "certified", NETWORK, NETWORK, {"reason": "Une erreur."}),
    Row("organise-trainings:certificate-restore", "revoked", OFFICE_NO, NETWORK),
    Row("organise-trainings:theme-add", "", RUNS, RUNS, "new theme"),
    Row("organise-trainings:theme-edit", "theme", CHANGES, CHANGES, "theme"),
    # --- The back office: ideas that become trainings ---
    Row("organise-turning:training", "idea:shown", CHANGES, CHANGES, "turn"),
    Row("organise-turning:training", "idea:of a draft", CHANGES.replace(".", "3"), CHANGES.replace(".", "3"), "turn"),
    Row("organise-turning:existing", "idea:shown", OFFICE_NO, CHANGES, "tie"),
    # --- The back office: ideas ---
    Row("organise-ideas:list", "", RUNS, OFFICE_NO),
    Row("organise-ideas:call-add", "", RUNS, RUNS, "new call"),
    Row("organise-ideas:call-edit", "desk:ours", CHANGES, CHANGES, "call"),
    Row("organise-ideas:call-publish", "desk:draft", OFFICE_NO, NETWORK),
    Row("organise-ideas:desk", "desk:ours", NETWORK, OFFICE_NO),
    Row("organise-ideas:desk", "desk:draft", NETWORK, OFFICE_NO),
    Row("organise-ideas:several", "desk:ours", OFFICE_NO, NETWORK, "study"),
    Row("organise-ideas:several", "desk:draft", OFFICE_NO, UNPUBLISHED, "study"),
    Row("organise-ideas:merge", "desk:ours", NETWORK, NETWORK, "merge"),
    Row("organise-ideas:merge", "desk:draft", UNPUBLISHED, UNPUBLISHED, "merge"),
    Row("organise-ideas:unmerge", "desk:ours", OFFICE_NO, NETWORK, "unmerge"),
    Row("organise-ideas:idea", "idea:shown", NETWORK, OFFICE_NO),
    Row("organise-ideas:idea", "idea:of a draft", UNPUBLISHED, OFFICE_NO),
    Row("organise-ideas:answer", "idea:shown", NETWORK, NETWORK, "answer"),
    Row("organise-ideas:answer", "idea:of a draft", UNPUBLISHED, UNPUBLISHED, "answer"),
    Row("organise-ideas:reopen", "idea:answered", NETWORK, NETWORK, {"reason": "Une salle est libre."}),
    Row("organise-ideas:ask", "idea:shown", NETWORK, NETWORK, {"question": "Dans quel quartier ?"}),
    Row("organise-ideas:send", "idea:shown", NETWORK, NETWORK, "send"),
    Row("organise-ideas:hide", "idea:shown", NETWORK, NETWORK, {"reason": "Une adresse."}),
    Row("organise-ideas:show", "idea:covered", OFFICE_NO, NETWORK),
    Row("organise-ideas:settle", "idea:shown", OFFICE_NO, NETWORK),
    Row("organise-ideas:comment-hide", "comment:shown", NETWORK, NETWORK, {"reason": "Publicité."}),
    Row("organise-ideas:comment-show", "comment:covered", OFFICE_NO, NETWORK),
    Row("organise-ideas:comment-settle", "comment:shown", OFFICE_NO, NETWORK),
    # --- The Night of Solidarity ---
    Row("night:headquarters", "night:coordinated", COORDINATED, NO_SUCH),
    Row("night:headquarters", "night:next door", DRAFTS, NO_SUCH),
    Row("night:headquarters", "night:public", ALL, NO_SUCH),
    Row("organise-night:list", "", OFFICE, OFFICE_NO),
    Row("organise-night:edition", "edition", SEES, OFFICE_NO),
    Row("organise-night:edition-add", "", RUNS, RUNS, "new edition"),
    Row("organise-night:edition-edit", "edition", CHANGES, CHANGES, "edition"),
    Row("organise-night:edition-copy", "edition", CHANGES, CHANGES, "copy"),
    Row("organise-night:briefings", "edition", CHANGES, CHANGES, "briefings"),
    Row("organise-night:edition-state", "edition to:open", CHANGES, CHANGES, {"seen": "preparing"}),
    Row("organise-night:of-slot", "night:coordinated", SEES, OFFICE_NO),
    Row("organise-night:of-slot", "night:next door", NETWORK, OFFICE_NO),
    Row("organise-night:headquarters", "headquarters:coordinated", SEES, OFFICE_NO),
    Row("organise-night:headquarters", "headquarters:next door", NETWORK, OFFICE_NO),
    Row("organise-night:headquarters-add", "in edition", CHANGES, CHANGES, "new headquarters"),
    Row("organise-night:headquarters-edit", "headquarters:coordinated", SEES, SEES, "headquarters"),
    Row("organise-night:headquarters-edit", "headquarters:next door", NETWORK, NETWORK, "headquarters", idle=True),
    Row("organise-night:headquarters-remove", "headquarters:coordinated", CHANGES, CHANGES, idle=True),
    Row("organise-night:headquarters-remove", "headquarters:empty", NETWORK, NETWORK),
    Row("organise-night:sectors", "in edition", SEES, OFFICE_NO),
    Row("organise-night:sectors-geojson", "in edition", SEES, OFFICE_NO),
    Row("organise-night:sector-add", "in edition", CHANGES, CHANGES, "new sector"),
    Row("organise-night:sector", "sector:coordinated", SEES, SEES, "sector"),
    Row("organise-night:sector", "sector:next door", NETWORK, NETWORK, "sector", idle=True),
    Row("organise-night:sector-cut", "sector:coordinated", CHANGES, CHANGES, "cut"),
    Row("organise-night:sector-cut", "sector:next door", NETWORK, NETWORK, "cut", idle=True),
    Row("organise-night:sector-draw", "sector:coordinated", CHANGES, CHANGES, "drawn"),
    Row("organise-night:sector-draw", "sector:next door", NETWORK, NETWORK, "drawn", idle=True),
    Row("organise-night:sector-remove", "sector:coordinated", CHANGES, CHANGES),
    Row("organise-night:sector-remove", "sector:next door", NETWORK, NETWORK),
    Row("organise-night:import-new", "in edition", CHANGES, CHANGES, "sectors"),
    Row("organise-night:import", "night import", NETWORK, OFFICE_NO),
    Row("organise-night:import-confirm", "night import", OFFICE_NO, NETWORK, "plan"),
    Row("organise-night:import-cancel", "night import", OFFICE_NO, NETWORK),
    Row("organise-night:partners", "in edition", CHANGES, OFFICE_NO),
    Row("organise-night:partner-add", "in edition", CHANGES, CHANGES, "new partner"),
    Row("organise-night:partner", "partner:naming", NETWORK, OFFICE_NO),
    Row("organise-night:partner-edit", "partner:naming", NETWORK, NETWORK, "partner"),
    Row("organise-night:partner-send", "partner:naming", OFFICE_NO, NETWORK),
    Row("organise-night:partner-withdraw", "partner:naming", OFFICE_NO, NETWORK),
    Row("organise-night:partner-remove", "partner:silent", NETWORK, NETWORK),
    Row("organise-night:partner-take-off", "partner's person", OFFICE_NO, NETWORK),
    Row("organise-night:people", "in edition", SEES, OFFICE_NO),
    Row("organise-night:people-export", "in edition", CHANGES, OFFICE_NO),
    Row("organise-night:people-import", "in edition", CHANGES, CHANGES, "list of people"),
    Row("organise-night:people-list", "list of people", NETWORK, OFFICE_NO),
    Row("organise-night:people-list-columns", "list of people", NETWORK, NETWORK, {"column-1": "email"}, idle=True),
    Row("organise-night:people-list-answers", "list of people", OFFICE_NO, NETWORK, {"rest": "two"}, idle=True),
    Row("organise-night:people-list-confirm", "list of people", OFFICE_NO, NETWORK, "sign list up"),
    Row("organise-night:people-list-give-up", "list of people", OFFICE_NO, NETWORK),
    Row("organise-night:rosters", "in composed edition", SEES, OFFICE_NO),
    Row("organise-night:roster-compose", "in composed edition", OFFICE_NO, CHANGES),
    Row("organise-night:roster", "roster:done", SEES, OFFICE_NO),
    Row("organise-night:roster", "roster:waiting", NETWORK, OFFICE_NO),
    Row("organise-night:roster-cancel", "roster:waiting", OFFICE_NO, NETWORK),
    Row("organise-night:roster", "roster:coordinated", SEES, OFFICE_NO),
    Row("organise-night:roster", "roster:next door", NETWORK, OFFICE_NO),
    Row("organise-night:roster-cancel", "roster:coordinated", OFFICE_NO, SEES),
    Row("organise-night:roster-rename", "roster:next door", NETWORK, NETWORK, {"name": "Autre"}),
    Row("organise-night:roster-choose", "roster:theirs", SEES, SEES),
    Row("organise-night:roster-delete", "roster:theirs", SEES, SEES),
    Row("organise-night:roster-rename", "roster:done", CHANGES, CHANGES, {"name": "Autre"}),
    Row("organise-night:roster-choose", "roster:done", CHANGES, CHANGES),
    Row("organise-night:roster-delete", "roster:done", CHANGES, CHANGES),
    Row("organise-night:roster-compare", "two rosters", CHANGES, OFFICE_NO),
    Row("organise-night:papers", "in composed edition", SEES, SEES, "papers"),
    Row("organise-night:paper", "paper:theirs", SEES, OFFICE_NO),
    Row("organise-night:paper", "paper:of all", NETWORK, OFFICE_NO),
    Row("organise-night:paper-again", "paper:theirs", OFFICE_NO, SEES),
    Row("organise-night:paper-again", "paper:of all", OFFICE_NO, NETWORK),
    Row("organise-night:paper-delete", "paper:theirs", OFFICE_NO, SEES),
    Row("organise-night:paper-delete", "paper:of all", OFFICE_NO, NETWORK),
    Row("organise-night:readiness", "in composed edition", SEES, OFFICE_NO),
    Row("organise-night:appeal", "appeal:coordinated", SEES, SEES, "appeal"),
    Row("organise-night:appeal", "appeal:next door", NETWORK, NETWORK, "draft of an appeal", idle=True),
    Row("night:appeal", "asked:somebody", ALL, ALL, {"answer": "yes"}),
    Row("night:appeal", "asked:forged", NONE, NONE),
    Row("night:team", "pack:ours", ALL, NO_SUCH),
    Row("night:team", "pack:forged", NONE, NO_SUCH),
    Row("organise-night:board", "in composed edition", SEES, OFFICE_NO),
    Row("organise-night:board-all", "in composed edition", SEES, OFFICE_NO),
    Row("organise-night:board-changes", "in composed edition", CHANGES, OFFICE_NO),
    Row("organise-night:board-balance", "in composed edition", CHANGES, OFFICE_NO),
    Row("organise-night:board-recompose", "in composed edition", SEES, SEES, "compose anew"),
    Row("organise-night:board-of", "board of", SEES, OFFICE_NO),
    Row("organise-night:board-of", "headquarters:next door", NETWORK, OFFICE_NO),
    Row("organise-night:board-person", "on board", SEES, SEES, "to reserve"),
    Row("organise-night:board-person-act", "on board act:pin", OFFICE_NO, SEES, {"seen": "1"}),
    Row("organise-night:board-team-act", "team act:pin", OFFICE_NO, SEES, {"seen": "1"}),
    Row("organise-night:board-take-back", "board change:undo", OFFICE_NO, SEES),
    Row("organise-night:publish", "ready edition", CHANGES, CHANGES, "publish"),
    Row("organise-night:publish", "told edition", CHANGES, CHANGES, "publish", idle=True),
    Row("organise-night:cards", "told edition", SEES, OFFICE_NO),
    Row("organise-night:tell", "told edition", CHANGES, CHANGES, "changes"),
    Row("organise-night:remind", "told edition", OFFICE_NO, CHANGES),
    Row("organise-night:answers", "told headquarters:coordinated", SEES, OFFICE_NO),
    Row("organise-night:answers", "told headquarters:next door", NETWORK, OFFICE_NO),
    Row("organise-night:vacancy-fill", "vacancy:coordinated", OFFICE_NO, SEES),
    Row("organise-night:vacancy-fill", "vacancy:next door", OFFICE_NO, NETWORK),
    # --- The back office: volunteers ---
    Row("organise-volunteers:list", "", RUNS, OFFICE_NO),
    Row("organise-volunteers:export", "", RUNS, OFFICE_NO),
    Row("organise-volunteers:imports", "", RUNS, OFFICE_NO),
    Row("organise-volunteers:import-new", "", RUNS, RUNS, "list"),
    Row("organise-volunteers:import", "list:mine", LISTS, OFFICE_NO),
    Row("organise-volunteers:import-refused", "list:mine", LISTS, OFFICE_NO),
    Row("organise-volunteers:import-confirm", "list:mine", OFFICE_NO, SENT_IT),
    Row("organise-volunteers:import-confirm", "list:colleague's", OFFICE_NO, COLLEAGUE),
    Row("organise-volunteers:import-cancel", "list:mine", OFFICE_NO, SENT_IT),
    Row("organise-volunteers:import-cancel", "list:colleague's", OFFICE_NO, COLLEAGUE),
    # --- Signing in (allauth); whoever is signed in is led on ---
    *(
        Row(route, "", ALL, ALL, idle=True)
        for route in (
            "account_login",
            "account_request_login_code",
            "account_login_password",
            "account_signup",
            "account_reset_password",
            "account_complete_password_reset",
            "account_logout",
        )
    ),
    *(
        Row(route, "", ALL, NO_SUCH)
        for route in (
            "account_password_reset_completed",
            "account_inactive",
            "socialaccount_login_cancelled",
            "socialaccount_login_error",
        )
    ),
    *(
        Row(route, "", ALL, ALL, idle=True)  # elsewhere, where rights are asked for
        for route in (
            "mfa_index",
            "mfa_list_webauthn",
            "usersessions_list",
            "account/social/login/cancelled/",
            "account/social/login/error/",
            "account/social/signup/",
            "account/social/connections/",
        )
    ),
    *(
        Row(route, "", MINE, MINE, idle=True)  # a step of signing in: back to its beginning for whoever did not begin
        for route in (
            "account_confirm_login_code",
            "account_email_verification_sent",
            "mfa_authenticate",
            "mfa_login_webauthn",
        )
    ),
    *(
        Row(route, "", BEGIN, BEGIN, idle=True)
        for route in ("account_confirm_password_reset_code", "socialaccount_signup")
    ),
    Row("openid_connect_login", "provider", NONE, NONE),
    Row("openid_connect_callback", "provider", NONE, NONE),
    # --- What protects one's account (allauth): whoever has a second factor shows it once more ---
    *(
        Row(route, "", MINE, MINE, idle=True)
        for route in (
            "account_email",
            "account_change_password",
            "account_set_password",
            "socialaccount_connections",
        )
    ),
    *(
        Row(route, "", AGAIN, AGAIN, idle=True)
        for route in ("mfa_activate_totp", "mfa_generate_recovery_codes", "mfa_add_webauthn")
    ),
    *(
        Row(route, "", WITH_FACTOR, WITH_FACTOR, idle=True)
        for route in ("account_reauthenticate", "mfa_reauthenticate_webauthn")
    ),
    Row("mfa_reauthenticate", "", WITH_FACTOR.replace("F", "."), WITH_FACTOR.replace("F", "."), idle=True),
    Row("mfa_deactivate_totp", "", OTHERS_KEY, OTHERS_KEY),
    Row("mfa_view_recovery_codes", "", NOT_MINE, MINE_NO),
    Row("mfa_download_recovery_codes", "", NOT_MINE, NOT_MINE),
    Row("mfa_remove_webauthn", "key", OTHERS_KEY, OTHERS_KEY),
    Row("mfa_edit_webauthn", "key", OTHERS_KEY, OTHERS_KEY),
    # --- Pages and documents (Wagtail) ---
    Row("wagtail_serve", "page:public", ALL, ALL, idle=True),
    Row("wagtail_serve", "page:login", MINE, MINE, idle=True),
    Row("wagtail_serve", "page:paper", ALL, ALL, idle=True),
    Row("wagtail_serve", "page:paper for login", MINE, MINE, idle=True),
    Row("wagtail_serve", "page:groups", GROUP, GROUP, idle=True),
    Row("wagtail_serve", "page:password", WORD, WORD),
    Row("wagtail_serve", "page:draft", NONE, NONE),
    Row("wagtaildocs_serve", "document:public", ALL, ALL, idle=True),
    Row("wagtaildocs_serve", "document:login", MINE, MINE, idle=True),
    Row("wagtaildocs_serve", "document:groups", GROUP, GROUP, idle=True),
    Row("wagtaildocs_serve", "document:password", WORD, WORD),
    Row("wagtailcore_authenticate_with_password", "page password", WORD, WORD),
    Row("wagtaildocs_authenticate_with_password", "document password", WORD, WORD),
    Row("wagtailcore_login", "", FORBIDDEN, FORBIDDEN),
]

# Of a demonstration alone (DEMO=1): its mailbox, and pictures that a city's own front server gives. Anybody sees them.
DEMO = [
    Row("mail:mailbox", "", ALL, NO_SUCH),
    Row("mail:message", "mail", ALL, NO_SUCH),
    Row("mail:letter", "mail", ALL, NO_SUCH),
    Row("mail:attachment", "mail:0", ALL, NO_SUCH),
    Row("mail:message", "name", NONE, NO_SUCH),
    Row("pictures", "picture:shown", ALL, ALL, idle=True),
    Row("pictures", "picture:gone", NONE, NONE),
]

# The two administrations have rights of their own inside: this is their door, the same for every address behind it.
DOORS = {
    "cms/": each("L3333 33.. FF"),
    "admin/": each("L3333 333. FF"),
}
# Behind the door of the CMS: what the editor gets; an administrator gets everything.
EDITOR = {
    "wagtailadmin_home": ".",
    "wagtailadmin_explore_root": ".",
    "wagtailimages:index": ".",
    "wagtaildocs:index": ".",
    "wagtailusers_users:index": "H",
    "wagtailusers_users:add": "H",
    "wagtailusers_groups:index": "H",
    "wagtailadmin_collections:index": "H",
    "wagtailadmin_workflows:index": "H",
    "wagtailsites:index": "H",
    "wagtaillocales:index": "H",
    "wagtailredirects:index": "H",
}
