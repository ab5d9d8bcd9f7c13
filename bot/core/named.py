"""Which button or way out a text names, and small words that are no concern."""

import re

from bot.core import spoken
from bot.core.answers import opened, record
from bot.core.conditions import WHO
from bot.core.messages import Button, Screen
from bot.core.records import Answer, Conversation
from bot.core.screens import candidates
from bot.core.standing import place_of, show, sight_of, stand
from bot.core.taps import Act, Choose, Move, Open, Tap
from bot.core.tree import Ask, Choice, Node
from bot.core.understand.text import FUNCTION_WORDS, choose, normalise, own_words
from bot.core.walk import Place
from bot.core.world import Turn

# Where own words are asked for; a day, too: „heute“ must not mean the button of another day.
WRITTEN = frozenset({Ask.MESSAGE, Ask.NUMBER, Ask.WINDOW, Ask.DAY})
BY_WORD = frozenset(
    {"send", "discard", "withdraw", "withdraw_all", "erase", "erase_since", "join"}
)  # acts that a number does not do where own words are asked for
LONG_NUMBER = 3  # digits; so many may be a postcode where a school or a place is asked for


def named(turn: Turn, conversation: Conversation, text: str) -> Tap | None:
    """What the text names: a button of the last screen, or a way out, which is always there.

    The ways out have no numbers. Where a text would be read by somebody, only the whole label, a
    listed word or digits choose: a sentence that merely resembles a button is a sentence.
    """
    place = place_of(turn, conversation)
    waiting = bool(turn.requests_of(conversation.id) or conversation.unread)
    whole = _whole(turn, conversation, place, text) or spoken.labelled(turn, text, waiting=waiting)
    if whole is not None:
        return whole
    if place.node.ask in WRITTEN:
        return _by_digits(turn, conversation, text)
    way = spoken.way(turn, text, waiting=waiting)
    if conversation.writing_to is not None:
        meant = way if way in spoken.ABOUT_REQUESTS else None
        return meant or _by_digits(turn, conversation, text)
    return (
        _who(turn, conversation, text)
        or way
        or _meant(turn, conversation, place, text)
        or _answer(turn, conversation, place, text)
        or spoken.misspelt(turn, text, waiting=waiting)
    )


def _whole(turn: Turn, conversation: Conversation, place: Place, text: str) -> Tap | None:
    """The button whose whole label or listed word was typed."""
    said = normalise(text)
    hits = [
        button.tap
        for button in conversation.shown
        if said and said in map(own_words, (button.label, *_words(turn, place, button)))
    ]
    return hits[0] if len(hits) == 1 else None


def numbered(conversation: Conversation, text: str) -> bool:
    """Whether the text is the number of a choice on the last screen, in digits."""
    numbers = map(str, range(1, conversation.numbered + 1))
    return _is_number(text) and normalise(text) in numbers


def _is_number(text: str) -> bool:
    return normalise(text).isdecimal() and not _below_zero(text)


def _below_zero(text: str) -> bool:
    return re.match(r"\s*[-−–]\s*\d", text) is not None


def _by_digits(turn: Turn, conversation: Conversation, text: str) -> Tap | None:
    if not numbered(conversation, text):
        return None
    tap = conversation.shown[int(normalise(text)) - 1].tap
    ref = turn.ref(tap.ref) if isinstance(tap, Act) else None
    return None if ref is not None and ref.action in BY_WORD else tap


def _meant(turn: Turn, conversation: Conversation, place: Place, text: str) -> Tap | None:
    """The button that the text means by its number, a part of its label or a slip of typing."""
    shown = conversation.shown
    if _below_zero(text):
        return None
    words = [_words(turn, place, button) for button in shown]
    index = choose(text, [button.label for button in shown], words)
    number = choose(text, [""] * len(shown))
    if index is None or (index == number and index >= conversation.numbered):
        return None
    return shown[index].tap


def _words(turn: Turn, place: Place, button: Button) -> tuple[str, ...]:
    """The words that the author listed beside this choice."""
    choice = _own(turn, place, button)
    return choice.words if choice else ()


def _own(turn: Turn, place: Place, button: Button) -> Choice | None:
    """The choice of the present node that the button stands for."""
    match button.tap:
        case Choose(node, choice):
            pass
        case Act(acting):
            found = turn.ref(acting)
            node, _, choice = (found.extra if found else "").rpartition(".")
        case _:
            return None
    if node != place.node.ref:
        return None
    return next((c for c in place.node.choices if c.id == choice), None)


# ── Who somebody is ─────────────────────────────────────────────────────────────────────────────


def _who(turn: Turn, conversation: Conversation, text: str) -> Tap | None:
    """Who somebody says they are answers "Wer schreibt?", whatever the screen shows."""
    asking = turn.k.tree.node(WHO)
    if conversation.audience is not None or not isinstance(asking, Node):
        return None
    said = normalise(text)
    telling = " ".join(word for word in said.split() if word not in FUNCTION_WORDS)
    for choice in asking.choices:
        if choice.sets.audience and {said, telling} & set(map(own_words, choice.words)):
            return Choose(WHO, choice.id)
    return None


def introduced(turn: Turn, conversation: Conversation, tap: Tap) -> bool:
    """Who writes is known now: the topics offered before are opened or offered again."""
    taps = [button.tap for button in conversation.shown]
    topics = tuple(other.topic for other in taps if isinstance(other, Open))
    if not topics or tap in taps or not isinstance(tap, Choose) or tap.node != WHO:
        return False
    conversation = record(turn, conversation, Answer(WHO, tap.choice))
    subjects = turn.k.tree.subjects(conversation.audience)
    theirs = tuple(topic.id for topic in subjects if topic.id in topics)
    match theirs:
        case ():
            stand(turn, conversation)
        case (topic,):
            opened(turn, conversation, Open(topic))
        case _:
            show(turn, conversation, candidates(turn, sight_of(turn, conversation), theirs))
    return True


# ── Yes, no, and other small words ──────────────────────────────────────────────────────────────


def _answer(turn: Turn, conversation: Conversation, place: Place, text: str) -> Tap | None:
    """Yes to the only thing offered, no to all of them; a node's own buttons go before."""
    offered = _offered(turn, conversation, place)
    small = spoken.small(turn, text) if offered else None
    if small is spoken.Small.YES and len(offered) == 1:
        return offered[0]
    return Move.STAY if small is spoken.Small.NO else None


def _offered(turn: Turn, conversation: Conversation, place: Place) -> list[Tap]:
    """What was found for a text; a request it may belong to only where just that is asked."""
    found: list[Tap] = []
    taps = [button.tap for button in _beside(turn, conversation, place)]
    for tap in taps:
        ref = turn.ref(tap.ref) if isinstance(tap, Act) else None
        joins = ref is not None and ref.action == "join" and Move.STAY in taps
        if isinstance(tap, Open | Choose) or joins:
            found.append(tap)
    return found


def _beside(turn: Turn, conversation: Conversation, place: Place) -> list[Button]:
    choices = conversation.shown[: conversation.numbered]
    return [button for button in choices if _own(turn, place, button) is None]


def aside(turn: Turn, conversation: Conversation, text: str) -> bool:
    """Answer a number that is not there, or a small word; neither is ever searched for."""
    place = place_of(turn, conversation)
    small = spoken.small(turn, text)
    digits = normalise(text) if normalise(text).isdecimal() else ""
    asked = place.node.ask is not None and len(digits) >= LONG_NUMBER
    if digits and not asked:
        again(turn, conversation, place, "no_such_number")
    elif small is not None:
        again(turn, conversation, place, f"said_{small.name.lower()}")
    else:
        return False
    return True


def again(turn: Turn, conversation: Conversation, place: Place, key: str) -> None:
    """One sentence, and the present screen once more."""
    said = turn.text(key, conversation.audience)
    if _beside(turn, conversation, place):
        shown, size = conversation.shown, conversation.numbered
        show(turn, conversation, Screen(said, shown[:size], shown[size:]))
    else:
        stand(turn, conversation, first=said)
