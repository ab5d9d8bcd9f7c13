"""What the store's tests share: an open store, and records that look like real ones."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.messages import Button, Screen, Visitor
from bot.core.records import (
    Answer,
    Author,
    Conversation,
    Member,
    Request,
    RequestKey,
    Role,
    Word,
)
from bot.core.taps import Act, Choose, Move, Open
from bot.core.tree import Audience
from bot.ports import Address, Owed
from bot.store import Keys, Store, Work, new_key

NOW = datetime(2026, 11, 24, 21, 4, 5, 678901, tzinfo=UTC)
KEYS = Keys.parse(new_key())
HOME = Address("telegram", "5550001234567")
POST = "netzwerkstelle-halle"


@asynccontextmanager
async def opened(path: Path, keys: Keys = KEYS) -> AsyncIterator[Store]:
    store = await Store.open(path, keys)
    try:
        yield store
    finally:
        await store.close()


def conversation(name: str = "c1", /, **other) -> Conversation:
    known = {
        "answers": (Answer("mobbing.was_ist_los", "klasse"),),
        "audience": Audience.PUPIL,
        "school": "ST-80",
        "district": "halle",
        "excluded": frozenset({"school"}),
        "shown": (
            Button("Es passiert in der Klasse", Choose("mobbing.klasse", "ja")),
            Button("Zurück", Move.BACK),
            Button("Familie", Open("familie")),
            Button("Absenden", Act("r" * 22)),
        ),
    }
    return Conversation(name, NOW, **(known | other))


def request(name: str = "r1", /, **other) -> Request:
    known = {
        "name": f"Blauer Otter {name}",
        "conversation": "c1",
        "audience": Audience.PUPIL,
        "topic": "mobbing",
        "path": ("Es passiert in der Klasse",),
        "school": "ST-80",
        "district": "halle",
        "language": "de",
        "excluded": frozenset(),
        "consent": False,
        "skip_school": False,
        "sent_at": NOW,
        "post": POST,
        "due": NOW + timedelta(hours=18),
    }
    return Request(name, **(known | other))


def member(name: str = "m1", /, **other) -> Member:
    known = {"role": Role.WORKER, "label": "A.", "joined_at": NOW, "posts": (POST,)}
    return Member(name, **(known | other))


def word(text: str, by: Author = Author.VISITOR) -> Word:
    return Word(by, NOW, text)


def screen(text: str = "Hallo", **other) -> Screen:
    return Screen(text, (Button("Ja", Open("familie")),), (Button("Menü", Move.MENU),), **other)


def loaded_request(work: Work, name: str = "r1") -> Request | None:
    found = work.load(RequestKey(name))
    assert found is None or isinstance(found, Request)
    return found


def one_matter(work: Work, text: str = "Bitte helft mir") -> None:
    """A visitor with an address, a conversation, an open request and a card that is owed."""
    work.bind(HOME, Visitor("c1"), NOW)
    work.save(conversation(writing_to="r1", draft=("noch ein Satz",)))
    work.save(request(words=(word(text),)))
    work.owe(HOME, Owed(screen(text), request="r1", quotes=True))
