"""A node of the tree → a screen for this visitor at this moment."""

from collections.abc import Mapping

from bot.core.calendar import when
from bot.core.facts import lines
from bot.core.messages import Button, Choose, Move, Open, Screen, Speak
from bot.core.records import Conversation, Request
from bot.core.routing import Rung, carrier_of, next_rung, post_of
from bot.core.tree import ENTRANCE, Audience, Choice, Node
from bot.core.view import Sight
from bot.core.walk import Place, choices
from bot.core.world import Turn


def here(turn: Turn, sight: Sight, place: Place, *, first: str = "") -> Screen:
    """The screen of the node on which the visitor stands; ``first`` is said before it."""
    conversation, node = sight.conversation, place.node
    taken = _taken(turn, place, conversation.audience)
    said = say(turn, sight, place)
    facts = lines(turn, sight, place, node.facts)
    parts = (first, taken, said, *facts)
    return Screen(
        text="\n\n".join(part for part in parts if part),
        choices=tuple(button(turn, conversation, node, c) for c in offered(turn, sight, node)),
        ways=ways(turn, sight, place),
    )


def offered(turn: Turn, sight: Sight, node: Node) -> tuple[Choice, ...]:
    """The choices that are there and would still change something."""
    conversation = sight.conversation
    return tuple(
        c
        for c in choices(turn.k.tree, node, sight)
        if c.sets.exclude is None or c.sets.exclude not in conversation.excluded
    )


def button(turn: Turn, conversation: Conversation, node: Node, choice: Choice) -> Button:
    label = choice.label.of(conversation.audience)
    if choice.act is None:
        return Button(label, Choose(node.ref, choice.id))
    step = f"{node.ref}.{choice.id}"
    about = conversation.writing_to or ""
    return turn.acting(label, conversation.id, choice.act.value, about, extra=step)


def _taken(turn: Turn, place: Place, audience: Audience | None) -> str:
    """The choice taken begins the new screen: a screen reader does not announce edits."""
    if place.taken is None or place.taken.label.key.endswith(".say"):
        return ""  # a school or district that typing found; the place says so itself
    return turn.text("taken", audience, label=place.taken.label.of(audience))


# ── Words with gaps ─────────────────────────────────────────────────────────────────────────────


def say(turn: Turn, sight: Sight, place: Place) -> str:
    """The node's words; only pieces have gaps to fill."""
    words = place.node.say.of(sight.audience)
    if not turn.k.tree.topic_of(place.node.ref).piece:
        return words
    return words.format_map(gaps(turn, sight, place))


def gaps(turn: Turn, sight: Sight, place: Place) -> Mapping[str, str]:
    """What a piece may say of the request being written or the one just sent."""
    conversation = sight.conversation
    request = turn.request(conversation.writing_to) if conversation.writing_to else None
    values = {
        "draft": draft(turn, conversation, place),
        "channel": turn.text(f"channel_{_channel(turn)}", sight.audience),
        "name": request.name if request else "",
    }
    rungs = sight.live(skip_school=place.skip_school)
    if request is not None:
        return values | of_request(turn, request)
    if rungs:
        return values | of_rung(turn, rungs[0]) | _following(turn, rungs)
    return values | dict.fromkeys(("post", "carrier", "promise", "why"), "") | _following(turn, ())


def _channel(turn: Turn) -> str:
    return "telegram" if turn.event.channel == "telegram" else "other"


def draft(turn: Turn, conversation: Conversation, place: Place) -> str:
    """What would be sent: the taps, then the visitor's own words."""
    topic = turn.k.tree.topics[place.topic].title if place.topic else ""
    taps = [choice.label.of(conversation.audience) for choice in place.path]
    rows = (f"Thema: {topic}" if topic else "", *(f"– {tap}" for tap in taps), *conversation.draft)
    return "\n".join(row for row in rows if row) or turn.text("draft_empty", conversation.audience)


def of_request(turn: Turn, request: Request) -> dict[str, str]:
    due = when(request.due, turn.event.at) if request.due else ""
    return {
        "post": post_name(turn, request.post),
        "carrier": carrier_name(turn, request.post),
        "promise": due,
        "why": "",
        "next_post": "",
        "next_carrier": "",
    }


def of_rung(turn: Turn, rung: Rung) -> dict[str, str]:
    return {
        "post": post_name(turn, rung.post),
        "carrier": carrier_name(turn, rung.post),
        "promise": when(rung.promise, turn.event.at) if rung.promise else "",
        "why": rung.why,
    }


def _following(turn: Turn, rungs: tuple[Rung, ...]) -> dict[str, str]:
    after = next_rung(rungs, rungs[0].post) if rungs else None
    if after is None:
        return {"next_post": "", "next_carrier": ""}
    return {
        "next_post": post_name(turn, after.post),
        "next_carrier": carrier_name(turn, after.post),
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
    audience, conversation = sight.audience, sight.conversation
    found = []
    if conversation.answers:
        found.append(turn.way(Move.BACK, "way_back"))
        found.append(turn.way(Move.MENU, "way_menu"))
    topic = place.node.ref.partition(".")[0]
    if topic not in {"kontakt", "mitnehmen"}:
        key = "way_human" if sight.reachable else "way_who_helps"
        found.append(turn.way(Move.HUMAN, key, audience))
    if topic != "notfall":
        found.append(turn.way(Move.HELP, "way_help", audience))
    if topic == ENTRANCE:
        found.append(turn.way(Move.LANGUAGES, "way_languages"))
    return tuple(found)


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
    """ "Is it one of these?" with a way to say no."""
    audience = sight.audience
    buttons = tuple(Button(turn.k.tree.topics[t].title, Open(t)) for t in topics)
    return Screen(
        turn.text("topics_found", audience),
        (*buttons, *more, Button(turn.text("none_of_these", audience), Move.MENU)),
        (turn.way(Move.HUMAN, "way_who_helps", audience), turn.way(Move.HELP, "way_help")),
    )
