"""A node of the tree → a screen for this visitor at this moment."""

from collections.abc import Mapping
from functools import lru_cache
from typing import assert_never

from bot.core import wishes
from bot.core.calendar import dated, local
from bot.core.conditions import SENT, choices
from bot.core.deadlines import called, last_school_days
from bot.core.facts import lines
from bot.core.knowledge import filled
from bot.core.messages import Button, Screen
from bot.core.records import Conversation, Request
from bot.core.routing import Rung, carrier_of, next_rung, post_of
from bot.core.taps import Choose, Move, Open, Speak
from bot.core.tree import ENTRANCE, Act, Ask, Choice, Node
from bot.core.view import Sight
from bot.core.walk import Place
from bot.core.world import Turn


def here(turn: Turn, sight: Sight, place: Place, *, first: str = "") -> Screen:
    """The screen of the node on which the visitor stands; ``first`` is said before it."""
    taken = _taken(turn, sight, place)
    said = say(turn, sight, place)
    facts = lines(turn, sight, place, place.node.facts)
    told = overdue(turn, sight, place.node)
    version = turn.stand() if turn.k.tree.outcome(place.node) else ""
    parts = (first, taken, said, *facts, told, version)
    return Screen(
        text="\n\n".join(part for part in parts if part),
        choices=(
            *days_offered(turn, place.node),
            *(button(turn, sight, place, c) for c in offered(turn, sight, place.node)),
        ),
        ways=ways(turn, sight, place),
    )


def offered(turn: Turn, sight: Sight, node: Node) -> tuple[Choice, ...]:
    """The choices that are there and would still change something."""
    excluded = sight.conversation.excluded
    return tuple(c for c in choices(turn.k.tree, node, sight) if c.sets.exclude not in excluded)


def overdue(turn: Turn, sight: Sight, node: Node) -> str:
    """By when somebody should have looked at this screen again, once that day is over."""
    day = node.check_by or turn.k.tree.topic_of(node.ref).check_by
    if day is None or day >= local(turn.event.at).date():
        return ""
    return turn.text("check_overdue", sight.audience, day=dated(day, turn.k.locale))


def days_offered(turn: Turn, node: Node) -> tuple[Button, ...]:
    """The last school days, on a screen that asks for one."""
    if node.ask is not Ask.DAY:
        return ()
    today = local(turn.event.at).date()
    return tuple(
        Button(called(day, today, turn.k.locale), Choose(node.ref, day.isoformat()))
        for day in last_school_days(today, turn.k.calendar)
    )


def button(turn: Turn, sight: Sight, place: Place, choice: Choice) -> Button:
    """A choice works for ever; one that acts works once, and its node's others go with it."""
    label, node = choice.label.of(sight.audience), place.node.ref
    if choice.act is None:
        return _chosen(label, node, choice.id)
    return turn.acting(
        label,
        sight.conversation.id,
        choice.act.value,
        _about(turn, sight, place, choice.act),
        extra=f"{node}.{choice.id}",
        group=node,
    )


@lru_cache(maxsize=4096)
def _chosen(label: str, node: str, choice: str) -> Button:
    """The tree's own buttons: the same few hundred at every turn."""
    return Button(label, Choose(node, choice))


def _about(turn: Turn, sight: Sight, place: Place, act: Act) -> str:
    """What is sent goes to the post that was shown; what is withdrawn is the request shown."""
    match act:
        case Act.SEND:
            return next((r.post for r in sight.live(skip_school=place.skip_school)), "")
        case Act.WITHDRAW:
            request = waiting_for(turn, sight.conversation)
            return request.id if request else ""
        case Act.ERASE:
            request = waiting_for(turn, sight.conversation) if place.node.ref == SENT else None
            return request.id if request else ""
        case Act.DISCARD:
            return ""
        case _:
            assert_never(act)


def _taken(turn: Turn, sight: Sight, place: Place) -> str:
    """The choice taken begins the new screen: a screen reader does not announce edits."""
    wrote = place.node.ask is Ask.MESSAGE and sight.conversation.draft
    if place.taken is None or wrote or place.taken.label.key.endswith(".say"):
        return ""  # typing led here, and the place says so itself
    return turn.text("taken", sight.audience, label=place.taken.label.of(sight.audience))


# ── Words with gaps ─────────────────────────────────────────────────────────────────────────────


def say(turn: Turn, sight: Sight, place: Place) -> str:
    """The node's words; only pieces have gaps to fill."""
    words = place.node.say.of(sight.audience)
    if not turn.k.tree.topic_of(place.node.ref).piece:
        return words
    return filled(words, gaps(turn, sight, place))


def gaps(turn: Turn, sight: Sight, place: Place) -> Mapping[str, str]:
    """What a piece may say of the request being written or, where it was sent, of that one."""
    rungs = sight.live(skip_school=place.skip_school)
    request = waiting_for(turn, sight.conversation) if place.node.ref == SENT else None
    channel = "telegram" if turn.event.channel == "telegram" else "other"
    following = next_rung(rungs, rungs[0].post) if rungs else None
    return {
        "draft": draft(turn, sight.conversation, place),
        "kept": turn.kept(),
        "channel": turn.text(f"channel_{channel}", sight.audience),
        "name": request.name if request else "",
        "wish": wishes.summary(turn, sight.conversation, sight.audience),
        **(of_request(turn, request) if request else of_rung(turn, rungs[0] if rungs else None)),
        "next_post": post_name(turn, following.post) if following else "",
        "next_carrier": carrier_name(turn, following.post) if following else "",
    }


def waiting_for(turn: Turn, conversation: Conversation) -> Request | None:
    """The open request that is meant: the one being written to, else the newest."""
    found = turn.requests_of(conversation.id)
    meant = next((r for r in found if r.id == conversation.writing_to), None)
    return meant or next(iter(found[::-1]), None)


def draft(turn: Turn, conversation: Conversation, place: Place) -> str:
    """What would be sent: the taps, then the visitor's own words."""
    topic = turn.k.tree.topics[place.topic].title if place.topic else ""
    taps = [choice.label.of(conversation.audience) for choice in place.path]
    rows = (f"Thema: {topic}" if topic else "", *(f"– {tap}" for tap in taps), *conversation.draft)
    return "\n".join(row for row in rows if row) or turn.text("draft_empty", conversation.audience)


def of_request(turn: Turn, request: Request) -> dict[str, str]:
    return {
        "post": post_name(turn, request.post),
        "carrier": carrier_name(turn, request.post),
        "promise": turn.when(request.due) if request.due else "",
        "why": "",
    }


def of_rung(turn: Turn, rung: Rung | None) -> dict[str, str]:
    if rung is None:
        return dict.fromkeys(("post", "carrier", "promise", "why"), "")
    return {
        "post": post_name(turn, rung.post),
        "carrier": carrier_name(turn, rung.post),
        "promise": turn.when(rung.promise) if rung.promise else "",
        "why": rung.why,
    }


def post_name(turn: Turn, post: str) -> str:
    found = post_of(post, turn.k.directory, turn.team)
    return found.name if found else post


def carrier_name(turn: Turn, post: str) -> str:
    carrier = carrier_of(post, turn.k.directory)
    return carrier.name if carrier else turn.text("carrier_unknown")


# ── Ways out ────────────────────────────────────────────────────────────────────────────────────


def ways(turn: Turn, sight: Sight, place: Place) -> tuple[Button, ...]:
    """Back, menu, a human, help now: on every screen, unwritten."""
    found = []
    if sight.conversation.answers:
        found.append(turn.way(Move.BACK, "way_back"))
        found.append(turn.way(Move.MENU, "way_menu"))
    topic = place.node.ref.partition(".")[0]
    if topic not in {"kontakt", "mitnehmen"}:
        found.append(human(turn, sight, skip_school=place.skip_school))
    if topic != "notfall":
        found.append(turn.way(Move.HELP, "way_help", sight.audience))
    if topic == ENTRANCE:
        found.append(turn.way(Move.LANGUAGES, "way_languages"))
    if topic != "notfall" and any(not fact.startswith("card.") for fact in place.node.facts):
        found.append(turn.way(Move.WRONG, "way_wrong"))
    if turn.k.tree.outcome(place.node):
        found.append(turn.way(Move.HELPED, "way_helped", sight.audience))
        found.append(turn.way(Move.FORWARD, "way_pass_on", sight.audience))
    return tuple(found)


def human(turn: Turn, sight: Sight, *, skip_school: bool) -> Button:
    """The way to a person; where nobody would read it, its label asks who can help."""
    reachable = sight.somewhere if sight.district is None else sight.live(skip_school=skip_school)
    return turn.way(Move.HUMAN, "way_human" if reachable else "way_who_helps", sight.audience)


def languages(turn: Turn) -> Screen:
    """Every language by its own name, those of the first screen included."""
    buttons = tuple(Button(each.name, Speak(each.id)) for each in turn.k.languages.values())
    return Screen(turn.text("languages"), buttons, (turn.way(Move.STAY, "way_on"),))


def greeting_languages(turn: Turn) -> tuple[Button, ...]:
    """The other languages, offered on the first screen by their own names."""
    return tuple(
        Button(each.name, Speak(each.id)) for each in turn.k.languages.values() if each.id != "de"
    )


def candidates(turn: Turn, sight: Sight, topics: tuple[str, ...], *more: Button) -> Screen:
    """Is it one of these? With a way to say no, and back to where the visitor stands."""
    audience = sight.audience
    buttons = tuple(Button(turn.k.tree.topics[t].title, Open(t)) for t in topics)
    return Screen(
        turn.text("topics_found", audience),
        (*buttons, *more, Button(turn.text("none_of_these", audience), Move.STAY)),
        beside(turn, sight),
    )


def beside(turn: Turn, sight: Sight) -> tuple[Button, ...]:
    """The ways out of a screen that is no node: back is to the node the visitor stands on."""
    return (
        turn.way(Move.STAY, "way_back"),
        turn.way(Move.MENU, "way_menu"),
        human(turn, sight, skip_school=False),
        turn.way(Move.HELP, "way_help", sight.audience),
    )
