"""The first day's tour: a few screens, each with a way on and a way to skip the rest."""

from typing import Final

from bot.core.cards import tell
from bot.core.messages import Button
from bot.core.records import Member, Ref
from bot.core.world import Turn

PAGES: Final = 5  # the last one offers to practise
ACTIONS: Final = frozenset({"tour", "tour_end"})


def button(turn: Turn, member: Member) -> Button:
    """The way into the tour; it may be walked as often as one likes."""
    return _to(turn, member, "do_tour", 1)


def tapped(turn: Turn, member: Member, ref: Ref) -> None:
    if ref.action == "tour_end":
        tell(turn, member, turn.text("tour_end"))
    else:
        page(turn, member, int(ref.extra))


def page(turn: Turn, member: Member, number: int) -> None:
    """One screen of the tour."""
    place = turn.text("tour_place", number=str(number), all=str(PAGES))
    on = [_to(turn, member, "do_tour_on", number + 1)] if number < PAGES else practice(turn, member)
    leave = "do_tour_skip" if number < PAGES else "do_tour_done"
    end = turn.acting(turn.text(leave), member.id, "tour_end", group="tour")
    tell(turn, member, f"{place} {turn.text(f'tour_{number}')}", *on, end)


def practice(turn: Turn, member: Member) -> list[Button]:
    """A request that nobody sent and that counts nowhere, for whoever sits on a post."""
    return [
        turn.acting(turn.text("do_practice"), member.id, "practice", extra=post)
        for post in member.posts[:1]
    ]


def _to(turn: Turn, member: Member, label: str, number: int) -> Button:
    return turn.acting(turn.text(label), member.id, "tour", extra=str(number), group="tour")
