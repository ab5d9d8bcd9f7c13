"""The end of a way through a topic: did it help, and the same to pass on to somebody else."""

from collections.abc import Iterator
from typing import Final

from bot.core.conditions import choices
from bot.core.facts import about, answering, helplines, paragraph
from bot.core.messages import Button, Count, Screen, Visitor
from bot.core.records import Conversation, Ref
from bot.core.screens import human
from bot.core.standing import place_of, show, sight_of, stand, ways
from bot.core.taps import Choose, Move, Open
from bot.core.tree import Choice, Goto, Node, Topic
from bot.core.values import replace
from bot.core.view import Sight
from bot.core.walk import Place
from bot.core.world import Turn

HELPED: Final = "helped/"  # what is counted: helped/<node>, without a district
NOT_HELPED: Final = "not_helped/"
MOST_NEXT: Final = 3
ROLES: Final = "wer-macht-was"  # the piece that compares who does what
# Contacts near the visitor would tell where the visitor is; what is passed on knows nobody.
NEAR: Final = frozenset({"post", "ladder", "school", "office", "reader", "card"})


# ── Did it help? ────────────────────────────────────────────────────────────────────────────────


def asked(turn: Turn, conversation: Conversation) -> None:
    """Yes or no about the screen that is shown; where it is none, the screen again."""
    place = place_of(turn, conversation)
    if not turn.k.tree.outcome(place.node):
        stand(turn, conversation)
        return
    audience, node = conversation.audience, place.node.ref
    buttons = tuple(
        turn.acting(
            turn.text(f"do_{action}", audience), conversation.id, action, extra=node, group="helped"
        )
        for action in ("helped", "not_helped")
    )
    back = turn.way(Move.STAY, "way_back")
    screen = Screen(turn.text("helped_ask", audience), buttons, (back, *ways(turn, audience)))
    show(turn, conversation, screen)


def told(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    """Counted by screen and month, never by whom; after a no, what may fit better, or a person."""
    if ref.action == "helped":
        turn.do(Count(f"{HELPED}{ref.extra}"))
        stand(turn, conversation, first=turn.text("helped_thanks", conversation.audience))
        return
    turn.do(Count(f"{NOT_HELPED}{ref.extra}"))
    sight, audience = sight_of(turn, conversation), conversation.audience
    place = place_of(turn, conversation)
    following = tuple(
        Button(choice.label.of(audience), Choose(node, choice.id))
        for node, choice in next_best(turn, sight, place)
    )
    person = human(turn, sight, skip_school=place.skip_school)
    compared = turn.k.tree.topics.get(ROLES)
    roles = (Button(compared.title, Open(ROLES)),) if compared else ()
    text = turn.text("not_helped" if following else "not_helped_person", audience)
    ways_out = (turn.way(Move.STAY, "way_back"), *ways(turn, audience))
    show(turn, conversation, Screen(text, (*following, *roles, person), ways_out))


def next_best(turn: Turn, sight: Sight, place: Place) -> tuple[tuple[str, Choice], ...]:
    """What was not seen yet: first what goes on from here, then what else the topic begins with."""
    tree, here = turn.k.tree, place.node
    topic = tree.topic_of(here.ref)
    seen = {here.ref, topic.start, *(answer.node for answer in sight.conversation.answers)}
    found: dict[str, tuple[str, Choice]] = {}
    both = [n for n in (here, tree.node(topic.start)) if isinstance(n, Node)]
    for node, choice in ((n.ref, choice) for n in both for choice in choices(tree, n, sight)):
        there = choice.target
        if isinstance(there, Goto) and there.node not in seen:
            found.setdefault(there.node, (node, choice))
    return tuple(found.values())[:MOST_NEXT]


# ── To pass on ──────────────────────────────────────────────────────────────────────────────────


def passed_on(turn: Turn, conversation: Conversation) -> None:
    """The screen as a message of its own, without buttons; then how to pass it on."""
    place, audience = place_of(turn, conversation), conversation.audience
    if not turn.k.tree.outcome(place.node):
        stand(turn, conversation)
        return
    turn.say(Visitor(conversation.id), Screen(card(turn, sight_of(turn, conversation), place)))
    back = turn.way(Move.STAY, "way_back")
    said = turn.text("pass_on_how", audience)
    show(turn, conversation, Screen(said, (), (back, *ways(turn, audience))))


def card(turn: Turn, sight: Sight, place: Place) -> str:
    """The words, lines of help, sources with dates, the content's version; no trace of anybody."""
    topic, node = turn.k.tree.topic_of(place.node.ref), place.node
    parts = (
        turn.text("pass_on_head", topic=topic.title),
        node.say.of(sight.audience),
        *_lines(turn, sight, replace(place, topic=topic.id, path=())),
        "\n".join(_sources(turn, topic, node)),
        "\n".join(_foot(turn)),
    )
    return "\n\n".join(part for part in parts if part)


def _lines(turn: Turn, sight: Sight, place: Place) -> Iterator[str]:
    """Lines of help as for anybody in the Land, whatever the hour; of contacts, how to find one."""
    known = sight.conversation
    blank = Conversation("", known.touched, audience=known.audience, language=known.language)
    nobody = Sight(turn.k, turn.team, blank, sight.at)
    near = False
    for fact in place.node.facts:
        kind, _, _ = fact.partition(".")
        near = near or kind in NEAR
        if kind == "helplines":
            found = about(nobody, place.topic) or answering(nobody, place.topic)
            yield helplines(nobody, found)
        elif kind not in NEAR:
            yield paragraph(turn, nobody, place, fact)
    if near:
        yield turn.text("pass_on_contacts", sight.audience)


def _sources(turn: Turn, topic: Topic, node: Node) -> Iterator[str]:
    named = [source for source in topic.sources if source.id in node.sources]
    if named:
        yield turn.text("pass_on_sources")
    for source in named:
        yield f"– {source.title} ({source.date or turn.text('deadline_undated')}): {source.url}"


def _foot(turn: Turn) -> Iterator[str]:
    yield turn.stand()
    if web := turn.k.operator.get("web"):
        yield turn.text("pass_on_more", link=web)
