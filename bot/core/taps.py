"""What a button leads to, and how that travels through a channel and back."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never


@dataclass(frozen=True, slots=True)
class Choose:
    """A choice of the tree; works for ever. ``node`` is ``topic.node``."""

    node: str
    choice: str


@dataclass(frozen=True, slots=True)
class Open:
    """The start of a topic."""

    topic: str


class Move(StrEnum):
    """The ways out that every screen has."""

    BACK = "back"
    MENU = "menu"
    HUMAN = "human"
    HELP = "help"
    LANGUAGES = "languages"
    STAY = "stay"  # show the present screen again
    WRONG = "wrong"  # a contact shown here is not right
    REQUESTS = "requests"  # the open requests, each to be withdrawn
    NEWS = "news"  # what came by itself and was not opened yet


MOVES = frozenset(move.value for move in Move)


@dataclass(frozen=True, slots=True)
class Speak:
    """From now on in this language."""

    language: str


@dataclass(frozen=True, slots=True)
class Act:
    """A button that acts: a random single-use ref, stored with its owner and action."""

    ref: str


Tap = Choose | Open | Move | Speak | Act


def encode_tap(tap: Tap) -> str:
    """The tap as callback data, ASCII, at most 64 bytes given the id lengths of the tree."""
    match tap:
        case Choose(node, choice):
            return f"t.{node}.{choice}"
        case Open(topic):
            return f"t.{topic}"
        case Move():
            return f"n.{tap.value}"
        case Speak(language):
            return f"l.{language}"
        case Act(ref):
            return f"a.{ref}"
        case _:
            assert_never(tap)


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
