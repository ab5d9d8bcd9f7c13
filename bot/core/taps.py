"""What a button leads to, and how that travels through a channel and back."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

# Each has its ``data``: the tap as callback data, ASCII, at most 64 bytes given the id lengths of
# the tree. It is asked for several times a turn, and most buttons live as long as the tree.


@dataclass(frozen=True)
class Choose:
    """A choice of the tree; works for ever. ``node`` is ``topic.node``."""

    node: str
    choice: str

    @cached_property
    def data(self) -> str:
        return f"t.{self.node}.{self.choice}"


@dataclass(frozen=True)
class Open:
    """The start of a topic."""

    topic: str

    @cached_property
    def data(self) -> str:
        return f"t.{self.topic}"


class Move(StrEnum):
    """The ways out that every screen has."""

    data: str

    def __init__(self, value: str) -> None:
        self.data = f"n.{value}"

    BACK = "back"
    MENU = "menu"
    HUMAN = "human"
    HELP = "help"
    LANGUAGES = "languages"
    STAY = "stay"  # show the present screen again
    WRONG = "wrong"  # a contact shown here is not right
    HELPED = "helped"  # did the outcome help?
    FORWARD = "forward"  # the outcome for somebody else
    REQUESTS = "requests"  # the open requests, each to be withdrawn
    NEWS = "news"  # what came by itself and was not opened yet


MOVES = frozenset(move.value for move in Move)


@dataclass(frozen=True)
class Speak:
    """From now on in this language."""

    language: str

    @cached_property
    def data(self) -> str:
        return f"l.{self.language}"


@dataclass(frozen=True)
class Act:
    """A button that acts: a random single-use ref, stored with its owner and action."""

    ref: str

    @cached_property
    def data(self) -> str:
        return f"a.{self.ref}"


Tap = Choose | Open | Move | Speak | Act


def decode_tap(data: str) -> Tap | None:
    """What a button meant; ``None`` for data that no button of ours carries."""
    match data.split("."):
        case ["t", topic]:
            return Open(topic)
        case ["t", topic, node, choice]:
            return Choose(f"{topic}.{node}", choice)
        case ["n", move] if move in MOVES:
            return Move(move)
        case ["l", language]:
            return Speak(language)
        case ["a", ref]:
            return Act(ref)
        case _:
            return None
