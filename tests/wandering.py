"""Random visitors and random members over the real knowledge, and what must hold at every step."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random

from talk import MAGDEBURG, SPIELWAGEN, Person, Talk

from bot.core.ahead import LONGEST, SLACK
from bot.core.answers import record
from bot.core.calendar import open_at
from bot.core.directory import PostKind
from bot.core.glass import SEEN_FOR
from bot.core.messages import (
    Audit,
    Body,
    Command,
    Foreign,
    House,
    NotDelivered,
    Outage,
    Received,
    Reveal,
    Say,
    Screen,
    Staff,
    Timer,
    Visitor,
)
from bot.core.posts import other_carrier
from bot.core.presence import absent
from bot.core.reckoning import page_of
from bot.core.records import Conversation, Key, Request, RequestKey, Role
from bot.core.rights import WORK
from bot.core.routing import SCHOOL
from bot.core.silence import SILENT
from bot.core.taps import MOVES, Act, Choose, Move, Open, Speak, Tap, decode_tap
from bot.core.tree import Gate
from bot.core.world import Turn

BACK = timedelta(hours=12)  # so far the walk sets its clock back, an hour each time
SECRET = "geheim"  # stands in everything that visitors type
SAYINGS = (
    "", "1", "2", "3", "²", "die zweite", "ja", "nein", "zurück", "Menü", "Absenden", "hilfe", "😀",
    "mein sohn geht nicht mehr zur schule", "ich werde gemobbt", "ich will nicht mehr leben",
    "Sekundarschule Thomas Müntzer Magdeburg", "Evangelische Grundschule Magdeburg", "Magdeburg",
    "39104", "keine ahnung", "{post}", "{draft} %s {", "\x00\u202e\ud800", "a" * 5000, "Übernehmen",
    "Antworten", "Senden", "Mo-Do 8-15, Fr 8-12", "20.11.2026 Petra Beispiel", "schüler",
)  # fmt: skip
PRESENCE = (
    "morgen", "Freitag", "4.12.", "Mo-Fr 8-16, Überblick um 7", "Mo, Mi", "Di 9-12", "nie",
)  # fmt: skip
PAYLOADS = ("", "p_ST-5", "p_nirgends", "w_123", "i_falsch", "x")
LANGUAGES = ("", "de", "en", "uk-UA", "tlh")


@dataclass
class Watched(Talk):
    """A talk in which every request that a turn writes is compared with what it was before."""

    acting: Visitor | Staff | House | None = None
    held: set[tuple[str, str | None]] = field(default_factory=set)  # who had what before the turn

    def happens(self, who: Visitor | Staff | House, body: Body, channel: str = "terminal") -> None:
        self.acting = who
        super().happens(who, body, channel)

    def _same(self, known: Mapping[Key, object]) -> None:
        super()._same(known)
        found = (known.get(key) for key in known if isinstance(key, RequestKey))
        self.held = {(r.id, r.claimed_by) for r in found if isinstance(r, Request)}
        for written in self.outcome.records:
            if isinstance(written, Request) and not written.practice:
                moved_as_agreed(self, known.get(RequestKey(written.id)), written)
        for effect in self.outcome.effects:
            if isinstance(effect, Say) and isinstance(effect.to, Staff):
                nobody_is_disturbed(self, effect, effect.to)
            if isinstance(effect, Reveal):
                two_gave_a_reason(self, effect)


@dataclass
class Wandering:
    """One long talk of several people; ``step`` does one thing at random and checks everything."""

    seed: int
    talk: Talk = field(default_factory=lambda: Watched(patient=False))
    secrets: int = 0
    codes: int = 0
    jumped: set[Visitor | Staff] = field(default_factory=set)  # used a button that was not last

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self.talk.chance = Random(self.seed)
        self.talk.staffed(MAGDEBURG, "anna", "bo")
        self.talk.staffed(SPIELWAGEN, "cem", "dana")
        self.talk.staffed("koordinierungsstelle", "eva", role=Role.ADMIN)
        for number in range(3):
            self.talk.visitor(f"besuch-{self.seed}-{number}")

    def step(self) -> None:
        doing = self.random.choices(
            (self.taps, self.taps_old, self.says, self.commands, self.starts, self.waits,
             self.receives, self.crafted, self.house, self.joins, self.asks, self.attends,
             self.fears),
            (45, 8, 20, 6, 3, 6, 2, 4, 3, 3, 5, 6, 2),
        )[0]  # fmt: skip
        doing()
        check(self.talk)
        for person in self.talk.people:
            if person.who not in self.jumped:
                facts_are_what_answers_say(person)

    def anybody(self) -> Person:
        return self.random.choice(self.talk.people)

    def taps(self) -> None:
        person = self.anybody()
        if not person.seen:
            person.starts()
            return
        screen = next((s for s in reversed(person.seen) if s.choices or s.ways), None)
        if screen is not None:
            person.pushes(self.random.choice(screen.choices + screen.ways).tap)

    def taps_old(self) -> None:
        person = self.anybody()
        buttons = [b for screen in person.seen[-60:] for b in screen.choices + screen.ways]
        if buttons:
            self.jumped.add(person.who)
            person.pushes(self.random.choice(buttons).tap)

    def says(self) -> None:
        person = self.anybody()
        text = self.random.choice(SAYINGS)
        if self.random.random() < 0.3:
            text = "".join(chr(self.random.randrange(0x110000)) for _ in range(12))
        if isinstance(person.who, Visitor) and self.random.random() < 0.5:
            self.secrets += 1
            text = f"{text} {SECRET}{self.secrets}"
        person.says(text, edited=self.random.random() < 0.05)

    def commands(self) -> None:
        self.anybody().commands(self.random.choice(tuple(Command)))

    def starts(self) -> None:
        self.anybody().starts(self.random.choice(PAYLOADS), self.random.choice(LANGUAGES))

    def receives(self) -> None:
        person, at = self.anybody(), self.talk.at
        outage = Outage(at - timedelta(hours=30), at - timedelta(hours=4))
        person.does(self.random.choice([*map(Received, Foreign), outage]))

    def waits(self) -> None:
        hours = self.random.choice((0.1, 1, 5, 20, 48, 200, -1))
        if self.random.random() < 0.05:
            hours = 24 * self.random.choice((35, 100))
        self.talk.later(hours=hours)

    def crafted(self) -> None:
        """A button that nobody was shown."""
        nodes = tuple(self.talk.k.tree.nodes.values())
        node = self.random.choice(nodes)
        choices = () if isinstance(node, Gate) else tuple(c.id for c in node.choices)
        others = [person for person in self.talk.people if person.seen]
        stolen = [b.tap for p in others for b in p.last.choices]
        taps: list[Tap] = [
            Choose(node.ref, self.random.choice((*choices, "gibtsnicht", "st-5"))),
            Open(self.random.choice((*self.talk.k.tree.topics, "gibtsnicht"))),
            Move(self.random.choice(sorted(MOVES))),
            Speak(self.random.choice(("en", "xx"))),
            Act("f" * 32),
            *stolen,
        ]
        person = self.anybody()
        self.jumped.add(person.who)
        person.pushes(self.random.choice(taps))

    def asks(self) -> None:
        """A visitor who knows what they want, up to a point."""
        asker = self.random.choice([p for p in self.talk.people if isinstance(p.who, Visitor)])
        way: tuple[Tap, ...] = (
            Choose("eingang.wer", self.random.choice(("schueler", "familie", "fachkraft"))),
            Choose("eingang.worum", self.random.choice(("mobbing", "fehlen", "lehrkraft"))),
            Move.HUMAN,
            Choose("schule.suche", self.random.choice(("st-5", "st-5", "st-80"))),
            Choose("kontakt.wer_liest", self.random.choice(("ja", "ja", "ja", "nicht_schule"))),
            Choose("kontakt.einwilligung", self.random.choice(("ja", "nein"))),
        )
        self.jumped.discard(asker.who)
        asker.commands(Command.NEW)
        for tap in way[: self.random.randint(3, 8)]:
            asker.pushes(tap)
        self.secrets += 1
        asker.says(f"es geht um etwas {SECRET}{self.secrets}")
        if "Absenden" in asker.labels and self.random.random() < 0.8:
            asker.taps("Absenden")

    def attends(self) -> None:
        """A member says whether she is there, is full, sets her hours, names a deputy."""
        member = self.random.choice([p for p in self.talk.people if isinstance(p.who, Staff)])
        member.commands(self.random.choice((Command.ABSENT, Command.ABSENT, Command.POST)))
        for _ in range(self.random.randint(1, 2)):
            if member.last.choices:
                member.pushes(self.random.choice(member.last.choices).tap)
        if self.random.random() < 0.4:
            member.says(self.random.choice(PRESENCE))

    def fears(self) -> None:
        """A member fears for a life: begins, or agrees, with a reason."""
        reasoned = {"Lebensgefahr", "Grund schreiben"}
        for person in (p for p in self.talk.people if isinstance(p.who, Staff)):
            buttons = [b for s in person.seen[-30:] for b in s.choices if b.label in reasoned]
            if buttons:
                person.pushes(buttons[-1].tap).says(self.random.choice(SAYINGS))
                if "Mit diesem Grund" in person.labels:
                    person.taps("Mit diesem Grund")

    def house(self) -> None:
        """Something does not arrive."""
        person = self.anybody()
        requests = list(self.talk.store.requests)
        about = self.random.choice([None, "weg", *requests])
        if about in requests and isinstance(person.who, Visitor):
            person = self.talk.by_id(self.talk.store.request(about).conversation) or person
        self.talk.happens(House(), NotDelivered(person.who, about))

    def joins(self) -> None:
        """Somebody is invited, and perhaps comes."""
        self.codes += 1
        if len(self.talk.people) > 14:
            return
        role, post, district = self.random.choice(
            (
                (Role.WORKER, MAGDEBURG, None),
                (Role.WORKER, "schulsozialarbeit-st-80", None),
                (Role.COORDINATOR, None, "halle"),
                (Role.EDITOR, None, None),
                (Role.ADMIN, None, None),
            )
        )
        payload = self.talk.invited(f"code{self.codes}", role, post, district)
        newcomer = self.talk.visitor(f"neu-{self.seed}-{self.codes}")
        self.random.choice((newcomer, self.anybody())).starts(payload)


# ── What must hold ──────────────────────────────────────────────────────────────────────────────


def check(talk: Talk) -> None:
    for effect in talk.outcome.effects:
        if isinstance(effect, Say):
            encodable(effect.screen)
            if isinstance(effect.to, Staff):
                nobody_is_named(talk, effect)
                texts_are_for_the_claimer(talk, effect, effect.to)
            else:
                practice_is_not_told(talk, effect)
    requests_have_owners(talk)
    names_differ(talk)


def encodable(screen: Screen) -> None:
    assert screen.text.strip()
    for button in screen.choices + screen.ways:
        assert button.label.strip()
        data = button.tap.data
        assert len(data.encode("ascii")) <= 64, data
        assert decode_tap(data) == button.tap


def nobody_is_named(talk: Talk, effect: Say) -> None:
    shown = repr(replace(effect.screen))
    for person in talk.people:
        if isinstance(person.who, Visitor):
            assert person.who.conversation not in shown


def texts_are_for_the_claimer(talk: Talk, effect: Say, to: Staff) -> None:
    if SECRET in effect.screen.text:
        assert effect.request is not None
        request = talk.store.request(effect.request)
        asked = {each.member for each in request.consulted}
        had = isinstance(talk, Watched) and (effect.request, to.member) in talk.held
        assert had or request.claimed_by == to.member or to.member in asked
        assert effect.quotes


def practice_is_not_told(talk: Talk, effect: Say) -> None:
    if effect.request is not None and effect.request in talk.store.requests:
        assert not talk.store.request(effect.request).practice


def requests_have_owners(talk: Talk) -> None:
    team = talk.store.team()
    for request in talk.store.all_requests():
        if request.practice:
            continue
        if request.open:
            assert request.post
            if request.silenced_until is not None:  # blocked: nothing is owed until then
                assert request.due is None
                assert request.overdue_since is None
                assert talk.store.timers[Timer.PROMISE, request.id] <= request.silenced_until
                assert request.silenced_until - talk.at <= SILENT + BACK
                continue
            returns = any(
                k is Timer.LEFT and page_of(r)[0] == request.post for k, r in talk.store.timers
            )
            owned = team.member(request.claimed_by or "") is not None
            assert request.due is not None or owned or returns
            assert (Timer.PROMISE, request.id) in talk.store.timers, request
            step = talk.store.timers[Timer.PROMISE, request.id]
            assert request.due is None or step <= request.due
            assert request.due is None or request.due - talk.at < LONGEST
        else:
            assert request.due is None
            assert (Timer.PROMISE, request.id) not in talk.store.timers


def moved_as_agreed(talk: Talk, before: object, now: Request) -> None:
    """One has it at a time; no other carrier reads it without a yes, nobody who is kept out."""
    directory = talk.k.directory
    post = directory.posts.get(now.post)
    if post is not None and (now.skip_school or SCHOOL in now.excluded):
        assert post.kind is not PostKind.SCHOOL_SOCIAL_WORK
    if not isinstance(before, Request) or not before.open:
        return
    kept = talk.store.team().member(before.claimed_by or "") is not None
    assert not kept or now.claimed_by in {None, before.claimed_by}
    if now.post != before.post and now.post not in now.agreed:
        assert now.consent or not other_carrier(directory, before.post, now.post)


def nobody_is_disturbed(talk: Watched, effect: Say, to: Staff) -> None:
    """A card comes by itself only when she is there and awake, or it is red."""
    member, slot = talk.store.team().member(to.member), effect.screen.slot or ""
    if member is None or effect.screen.edit or not slot.startswith("card:"):
        return
    if talk.acting == to or effect.request is None:
        return
    assert not absent(member, talk.at)
    red = talk.store.request(effect.request).alert
    assert red or not member.waking or open_at(member.waking, talk.at)


def two_gave_a_reason(talk: Watched, effect: Reveal) -> None:
    """An account is shown to two members of the desk, each with a reason, for no more than a day."""
    talk.store.counts["looks"] = talk.store.counts.get("looks", 0) + 1
    request = talk.store.request(effect.request)
    looked = request.glass
    assert request.open
    assert looked is not None
    assert effect.to.member in {looked.first, looked.second}
    assert looked.first != looked.second
    assert timedelta() < looked.until - talk.at <= SEEN_FOR + SLACK
    assert effect.conversation not in repr((effect.screen, effect.none, effect.telegram))
    team, kept = talk.store.team(), [*talk.store.audits, *talk.outcome.effects]
    audits = [a for a in kept if isinstance(a, Audit) and a.about == request.name]
    for member, action in ((looked.first, "glass_ask"), (looked.second, "glass_open")):
        assert any(a.why for a in audits if (a.member, a.action) == (member, action))
        found = team.member(member)
        assert found is None or found.role in WORK


def names_differ(talk: Talk) -> None:
    names = [r.name for r in talk.store.all_requests() if r.open]
    assert len(names) == len(set(names))


def facts_are_what_answers_say(person: Person) -> None:
    """What the answers record, one after the other, is what is stored.

    Whoever jumps back by an old button keeps what they said after it, so that is not asked of them.
    """
    store = person.talk.store
    if not isinstance(person.who, Visitor) or person.who.conversation not in store.conversations:
        return
    stored = person.conversation
    now = Turn(person.talk.k, None, {}, person.talk.k)  # type: ignore[arg-type]
    told: Conversation = stored
    for answer in stored.answers:
        told = record(now, told, answer)
    assert told.audience == stored.audience
    assert (told.school, told.district) == (stored.school, stored.district)
    assert told.excluded == stored.excluded
