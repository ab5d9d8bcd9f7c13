"""Which of the buttons on a desk a typed text means."""

from collections.abc import Sequence

from bot.core import cards
from bot.core.messages import Button
from bot.core.records import Member, Ref
from bot.core.taps import Act
from bot.core.understand.text import choose, normalise
from bot.core.world import Turn

OWN = frozenset({
    "answer", "hand_over", "hand_over_to", "close", "close_as", "passed_to", "block", "unblock",
    "give_back", "ask_colleague", "ask_whom", "snippets", "snippet",
})  # fmt: skip


def fitting(turn: Turn, member: Member, text: str) -> tuple[Button, ...]:
    """The buttons that the text names, one for each card or post; none when it is other text.

    A number counts on the last screen only. While something is written, digits and whole labels
    alone name a button; and nothing but its whole label, or its number, sends an answer.
    """
    last, before = cards.parted(member.shown)
    said = normalise(text)
    free = member.asked is None
    number = choose(text, [""] * len(last)) if free or said.isdecimal() else None
    if number is not None:
        return (last[number],)
    index = choose(text, [button.label for button in last]) if free else None
    label = said if index is None else normalise(last[index].label)
    same = [button for button in (*last, *before) if normalise(button.label) == label]
    return of_each(turn, member, [b for b in same if label == said or not sends(turn, b)])


def of_each(turn: Turn, member: Member, same: Sequence[Button]) -> tuple[Button, ...]:
    """The newest button for each card or post on which it still does something.

    When it does nothing anywhere, the newest: its tap then says why.
    """
    good: dict[str, Button] = {}
    for button in same:
        ref = ref_of(turn, button)
        if ref is not None and still_good(turn, member, ref):
            good.setdefault(ref.about or ref.extra, button)
    return tuple(good.values()) or tuple(same[:1])


def still_good(turn: Turn, member: Member, ref: Ref) -> bool:
    request = turn.request(ref.about)
    match ref.action:
        case "claim":
            return request is not None and cards.may_claim(turn, request, member)
        case "reply_send" | "reply_discard":
            return member.writing_to == ref.about
        case "undo":
            return request is not None and request.pending is not None
        case action if action in OWN:
            return cards.mine(request, member)
        case _:  # a row of the list, a step of a post: the tap itself says what is still so
            return True


def sends(turn: Turn, button: Button) -> bool:
    ref = ref_of(turn, button)
    return ref is not None and ref.action == "reply_send"


def ref_of(turn: Turn, button: Button) -> Ref | None:
    return turn.ref(button.tap.ref) if isinstance(button.tap, Act) else None
