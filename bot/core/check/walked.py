"""What an exhaustive walk shows: dead ends, screens without a person or help, what no one sees."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.core.calendar import ZONE
from bot.core.check.count import released
from bot.core.check.findings import Finding, Grade, in_order
from bot.core.check.material import Material
from bot.core.check.moments import moments
from bot.core.check.paths import (
    Setting,
    State,
    Walked,
    Walker,
    conditions,
    help_now,
    human,
)
from bot.core.check.words import TELEGRAM_LIMIT
from bot.core.conditions import WHO
from bot.core.facts import paragraph
from bot.core.knowledge import Knowledge
from bot.core.messages import Screen
from bot.core.posts import suppose_all_live
from bot.core.records import Team
from bot.core.screens import here
from bot.core.taps import Move
from bot.core.tree import Audience, Node

TAPS: Final = 2  # to a person; the questions who and where are not counted
_PEOPLE: Final = frozenset({"ladder", "post", "office", "school", "coordination", "helpline"})
_LOCAL: Final = frozenset({"ladder", "post", "office", "school", "coordination", "card"})
_CHANGING: Final = frozenset({"helplines", "card"})  # facts that the hour or the language changes


@dataclass
class Report:
    """What was walked and what is wrong; screens and choices that were seen somewhere."""

    findings: tuple[Finding, ...] = ()
    settings: int = 0
    states: int = 0
    steps: int = 0
    shown: int = 0
    longest: tuple[int, str] = (0, "")
    screens: set[str] = field(default_factory=set)
    choices: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class _Judge:
    """Gathers what all settings have shown; a fact counts as silent only if it always was."""

    material: Material
    report: Report = field(default_factory=Report)
    found: list[Finding] = field(default_factory=list)
    said: dict[tuple[str, str, Audience | None], bool] = field(default_factory=dict)
    stays: dict[tuple[str, str], bool] = field(default_factory=dict)
    near: dict[tuple[object, ...], bool] = field(default_factory=dict)

    def error(self, key: str, slug: str, text: str, proposal: str) -> None:
        finding = self.material.finding(Grade.ERROR, key, slug, text, proposal)
        if finding not in self.found:
            self.found.append(finding)


def walked(material: Material, k: Knowledge, today: date) -> Report:
    """Walk everything in every setting; the knowledge must have been loaded without an error."""
    judge = _Judge(material)
    report = judge.report
    for setting in settings(k, today):
        found = Walker(setting).walk()
        report.settings += 1
        report.states += len(found.steps)
        report.steps += sum(len(after) for _, after in _offers(found))
        report.screens |= found.screens()
        report.choices |= found.taken()
        judge.near.clear()
        _ways(judge, found)
        _screens(judge, found, today)
    _unseen(judge, k)
    report.findings = in_order(judge.found)
    return report


def _offers(found: Walked) -> Iterator[tuple[State, tuple[State, ...]]]:
    for state, steps in found.steps.items():
        for _, after in steps:
            yield state, after


def settings(k: Knowledge, today: date) -> Iterator[Setting]:
    """Nobody has joined, and everybody; at each hour, day and language that a condition names."""
    everybody = suppose_all_live(k.directory, Team(), offices_only=False)
    only = list(conditions(k.tree))
    languages = {"de", *(name for each in only for name in each.language)}
    known = moments(k.directory, k.calendar, today)
    times = {known[0].at, *_edges(k)}
    if any(each.open is not None for each in only):
        times.add(known[1].at)
    for at in sorted(times):
        for language in sorted(languages):
            yield Setting(k, Team(), at, language)
            yield Setting(k, everybody, at, language)


def _edges(k: Knowledge) -> Iterator[datetime]:
    """Noon of the days on which a screen comes or goes."""
    for node in k.tree.nodes.values():
        if isinstance(node, Node):
            if node.valid_from is not None:
                yield _noon(node.valid_from)
            if node.valid_to is not None:
                yield _noon(node.valid_to)
                yield _noon(node.valid_to + timedelta(days=1))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=ZONE)


# ── Ways ────────────────────────────────────────────────────────────────────────────────────────


def _ways(judge: _Judge, found: Walked) -> None:
    for ref in sorted(found.endless):
        judge.error(
            ref, "walk-endless", "Hier rufen sich Bausteine gegenseitig, ohne Ende.",
            "Bitte eine der Auswahlen mit „goto“ schreiben.",
        )  # fmt: skip
    for state, steps in found.steps.items():
        node = state.place.node
        if not steps:
            judge.error(
                node.ref, "walk-dead-end", "Hier steht jemand ohne eine einzige Auswahl.",
                "Bitte eine Auswahl ergänzen, zum Beispiel „call: kontakt“.",
            )  # fmt: skip
        for choice, after in steps:
            same = choice.act is None and all(there == state for there in after)
            key = (node.ref, choice.id)
            judge.stays[key] = judge.stays.get(key, True) and same
        if not _near(judge, found.walker, state, "notfall"):
            judge.error(
                node.ref, "walk-no-help", "Von hier sind es mehr als ein Tipp zu Hilfe, die jetzt "
                "antwortet.", "Bitte „notfall.yaml“ mit „facts: [helplines.now]“ beginnen lassen.",
            )  # fmt: skip
        if not _near(judge, found.walker, state, "kontakt"):
            judge.error(
                node.ref, "walk-no-person", f"Von hier sind es mehr als {TAPS} Tipps zu einem "
                "Menschen.", "Bitte eine Auswahl mit „call: kontakt“ ergänzen.",
            )  # fmt: skip


def _near(judge: _Judge, walker: Walker, state: State, piece: str) -> bool:
    """Whether help now is one tap away, or a person two; the way there is the same for many."""
    key = (piece, state.facts, state.topic, state.skip, state.calls)
    if piece == "notfall":
        if key not in judge.near:
            judge.near[key] = _helps(help_now(walker, state).place.node)
        return _helps(state.place.node) or judge.near[key]
    if key not in judge.near:
        judge.near[key] = _within(walker, human(walker, state), TAPS - 1)
    topic = state.ref.partition(".")[0]
    if topic not in {"kontakt", "mitnehmen"} and judge.near[key]:
        return True  # the way to a person is on the screen
    return _within(walker, state, TAPS)


def _within(walker: Walker, state: State, taps: int) -> bool:
    """Whether a person is shown after so many taps; a question that all must answer is free."""
    met, waiting = {state}, [(state, taps)]
    while waiting:
        here_, left = waiting.pop(0)
        if names_a_person(here_.place.node):
            return True
        left -= not _asks(here_.place.node)
        if left >= 0:
            after = [there for _, each in walker.steps(here_) for there in each]
            fresh = [there for there in dict.fromkeys(after) if there not in met]
            met.update(fresh)
            waiting += [(there, left) for there in fresh]
    return False


def _asks(node: Node) -> bool:
    return node.ref == WHO or node.ask is not None


def _helps(node: Node) -> bool:
    return "helplines.now" in node.facts


def names_a_person(node: Node) -> bool:
    """Whether the screen says whom one may ask: a contact, a line, or who reads the request."""
    kinds = {fact.partition(".")[0] for fact in node.facts}
    return bool(kinds & _PEOPLE) or "{post}" in node.say.guardian


# ── Screens ─────────────────────────────────────────────────────────────────────────────────────


def _screens(judge: _Judge, found: Walked, today: date) -> None:
    """Show each screen once for everything its words depend on.

    Where contacts stand on it, once for a school of each district: the longest text counts. What
    the hour or the language changes is shown at every hour and in every language, too; who has
    joined changes none of that.
    """
    walker = found.walker
    seen: set[tuple[object, ...]] = set()
    elsewhere = () if walker.setting.team.members else tuple(_elsewhere(walker, today))
    for state in found.steps:
        kinds = {fact.partition(".")[0] for fact in state.place.node.facts}
        for each in _placed(walker, state) if kinds & _LOCAL else (state,):
            # Contacts depend on the place, not on the topic: those of a piece are shown once.
            topic = each.topic if each is state else None
            key = (each.ref, topic, each.skip, each.facts)
            if key not in seen:
                seen.add(key)
                _show(judge, walker, each)
            who = (each.ref, each.topic, each.facts.audience)
            if kinds & _CHANGING and who not in seen:
                seen.add(who)
                for other in elsewhere:
                    _show(judge, other, each)


def _placed(walker: Walker, state: State) -> Iterator[State]:
    """The same state, and at a school of each district where its own may be known."""
    yield state
    piece = walker.tree.topic_of(state.ref).piece
    if not piece or state.facts.school == walker.schools[0].id:
        for school, district in _one_school_each(walker):
            yield replace(state, facts=replace(state.facts, school=school, district=district))


def _elsewhere(walker: Walker, today: date) -> Iterator[Walker]:
    """The same people at other hours, and in every other language."""
    setting = walker.setting
    for moment in moments(setting.k.directory, setting.k.calendar, today)[1:]:
        yield Walker(replace(setting, at=moment.at))
    for language in setting.k.languages:
        if language != setting.language:
            yield Walker(replace(setting, language=language))


def _one_school_each(walker: Walker) -> tuple[tuple[str, str], ...]:
    first: dict[str, str] = {}
    for school in walker.setting.k.directory.schools.values():
        first.setdefault(school.district, school.id)
    return tuple((school, district) for district, school in first.items())


def _show(judge: _Judge, walker: Walker, state: State) -> None:
    node, facts = state.place.node, state.facts
    sight = walker.sight(facts)
    screen = here(walker.turn, sight, state.place)
    judge.report.shown += 1
    length = len(screen.text.encode("utf-16-le")) // 2
    judge.report.longest = max(judge.report.longest, (length, node.ref))
    if length > TELEGRAM_LIMIT:
        judge.error(
            node.ref, "walk-too-long", f"Mit allen Kontakten hat dieser Bildschirm {length} "
            f"Zeichen; eine Nachricht fasst {TELEGRAM_LIMIT}.",
            "Bitte den Text kürzen oder Kontakte auf einen eigenen Bildschirm stellen.",
        )  # fmt: skip
    _without_way(judge, node, screen)
    for fact in node.facts:
        key = (node.ref, fact, facts.audience)
        if not judge.said.get(key):
            judge.said[key] = bool(paragraph(walker.turn, sight, state.place, fact))


def _without_way(judge: _Judge, node: Node, screen: Screen) -> None:
    """Help now and a person are on the screen, or it is they."""
    taps, topic = {way.tap for way in screen.ways}, node.ref.partition(".")[0]
    lacking = Move.HELP not in taps and topic != "notfall"
    if lacking or (Move.HUMAN not in taps and topic not in {"kontakt", "mitnehmen"}):
        judge.error(
            node.ref, "walk-no-way", "Auf diesem Bildschirm fehlt ein Weg hinaus.",
            "Bitte melden: Das liegt nicht am Text.",
        )  # fmt: skip


# ── What nobody sees ────────────────────────────────────────────────────────────────────────────


def _unseen(judge: _Judge, k: Knowledge) -> None:
    for node in k.tree.nodes.values():
        if not isinstance(node, Node) or node.draft:
            continue
        if node.ref not in judge.report.screens:
            judge.error(
                node.ref, "walk-unseen", "Diesen Bildschirm sieht niemand.",
                "Bitte eine Auswahl hierher ergänzen, eine Bedingung ändern oder ihn löschen.",
            )  # fmt: skip
            continue
        _unseen_choices(judge, node, k)
        for audience in Audience:
            _silent(judge, node, audience)


def _unseen_choices(judge: _Judge, node: Node, k: Knowledge) -> None:
    for choice in released(k.tree, node):
        key = (node.ref, choice.id)
        if key not in judge.report.choices:
            judge.error(
                f"{node.ref}.{choice.id}", "walk-unseen-choice",
                f"Die Auswahl „{choice.id}“ wird niemandem angeboten.",
                "Bitte „only“ oder das Ziel ändern, oder sie löschen.",
            )  # fmt: skip
        elif judge.stays[key]:
            judge.error(
                f"{node.ref}.{choice.id}", "walk-stays",
                f"Die Auswahl „{choice.id}“ führt auf denselben Bildschirm zurück.",
                "Bitte ein anderes Ziel schreiben.",
            )  # fmt: skip


def _silent(judge: _Judge, node: Node, audience: Audience) -> None:
    for fact in node.facts:
        if judge.said.get((node.ref, fact, audience)) is False:
            judge.error(
                node.ref, "walk-silent-fact",
                f"Der Verweis „{fact}“ zeigt hier nie etwas ({audience.value}).",
                "Bitte einen Eintrag im Verzeichnis ergänzen oder den Verweis streichen.",
            )  # fmt: skip
