"""Prepared answers: written by authors, per audience and language, filled from the directory."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bot.core.calendar import spoken_hours
from bot.core.facts import answering, helpline
from bot.core.knowledge import GERMAN, german
from bot.core.posts import post_of
from bot.core.records import Request
from bot.core.screens import post_name
from bot.core.view import sight_for
from bot.core.world import Turn

SLOTS: Final = frozenset({"post", "hours", "phone", "room", "name", "helplines"})
_SLOT: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Filled:
    """A snippet as it would go out; ``german``: the visitor's language is missing."""

    id: str
    title: str
    text: str
    german: bool


def slots_of(text: str) -> frozenset[str]:
    return frozenset(_SLOT.findall(text))


def offered(turn: Turn, request: Request) -> tuple[Filled, ...]:
    """What fits this visitor; none that would need what nobody knows of the post."""
    known = {name: value for name, value in values(turn, request).items() if value}
    found = []
    for snippet in turn.k.snippets:
        words = snippet.texts.get(request.language, snippet.texts[GERMAN]).of(request.audience)
        if request.audience in snippet.audiences and slots_of(words) <= known.keys():
            own = german(request.language) or request.language in snippet.texts
            text = words.format_map(known)
            found.append(Filled(snippet.id, snippet.title, text, not own))
    return tuple(found)


def values(turn: Turn, request: Request) -> Mapping[str, str]:
    """What the directory says for the slots; "" where it says nothing."""
    post = post_of(request.post, turn.k.directory, turn.team)
    sight = sight_for(turn.k, turn.team, request, turn.event.at)
    lines = answering(sight, request.topic)
    return {
        "post": post_name(turn, request.post),
        "name": request.name,
        "hours": spoken_hours(post.hours) if post else "",
        "phone": next(iter(post.phones), "") if post else "",
        "room": post.room if post else "",
        "helplines": "\n".join(helpline(line) for line in lines),
    }
