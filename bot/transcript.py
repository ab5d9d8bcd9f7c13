"""A conversation as a file: read and written.

The grammar is closed (DESIGN, section 6): ``world`` and ``talk``; a step is one of
``pupil|guardian|teacher: text``, ``tap: label``, ``bot: {…}``, ``later: 2h``, ``at: …``,
``desk <post> [<name>]: {card: {…}} | {tap: label} | {type: text} | {contains: text}``,
``operator: {role: admin, name: Lea}`` (an invitation made at the shell),
``person <name>: {opens: link} | {tap: label} | {type: text} | {contains: text}`` (somebody who
joins; "link" is the newest invitation that anybody was given, "{code}" in a text the newest code
that somebody is to read out).
A talk begins with the first screen; a text that begins with ``/`` is a command.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from bot.channels.terminal import Line
from bot.core.calendar import ZONE
from bot.core.tree import Audience

AUDIENCES = {audience.value for audience in Audience}
_LATER = re.compile(r"(\d+)\s*(s|min|h|d)")
_SENTENCE = re.compile(r"(?<=[.?!]) ")
_QUOTED = re.compile(r"„[^“]*“")
_UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


class ScenarioFault(Exception):  # noqa: N818
    """The file is no scenario, or the talk went another way; a German sentence."""


@dataclass(frozen=True)
class World:
    """How a scenario begins."""

    at: datetime
    audience: Audience | None = None
    school: str | None = None
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    absent: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True)
class Scenario:
    world: World
    talk: tuple[Mapping[str, Any], ...]
    file: str = ""


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────


def read(path: Path) -> Scenario:
    """The scenario in a file; raises ``ScenarioFault`` for anything outside the grammar."""
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ScenarioFault(f"{path}: lässt sich nicht lesen ({error}).") from None
    if not isinstance(found, dict) or set(found) != {"world", "talk"}:
        raise ScenarioFault(f"{path}: Erwartet werden genau „world“ und „talk“.")
    talk = found["talk"]
    if not isinstance(talk, list) or not all(isinstance(s, dict) and len(s) == 1 for s in talk):
        raise ScenarioFault(f"{path}: „talk“ ist eine Liste; jeder Schritt hat genau einen Namen.")
    for step in talk:
        _known(path, next(iter(step)))
    return Scenario(_world(path, found["world"]), tuple(talk), str(path))


def _known(path: Path, name: str) -> None:
    plain = AUDIENCES | {"tap", "bot", "later", "at", "operator"}
    if name in plain or name.startswith(("desk ", "person ")):
        return
    raise ScenarioFault(f"{path}: „{name}“ ist kein Schritt eines Gesprächs.")


def _world(path: Path, found: object) -> World:
    known = {"at", "school", "audience", "members", "absent"}
    if not isinstance(found, dict) or set(found) - known or "at" not in found:
        raise ScenarioFault(f"{path}: „world“ kennt {', '.join(sorted(known))}; „at“ ist nötig.")
    audience = found.get("audience")
    return World(
        at=instant(str(found["at"])),
        audience=Audience(audience) if audience else None,
        school=found.get("school"),
        members={post: tuple(names) for post, names in (found.get("members") or {}).items()},
        absent={n: instant(str(until)) for n, until in (found.get("absent") or {}).items()},
    )


def instant(text: str) -> datetime:
    """An instant as it is written in a scenario; without offset it is Europe/Berlin."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ScenarioFault(
            f"„{text}“ ist kein Zeitpunkt, zum Beispiel 2026-11-24 22:04."
        ) from None
    return (at if at.tzinfo else at.replace(tzinfo=ZONE)).astimezone(UTC)


def span(text: str) -> timedelta:
    """How long ``later`` lasts: 20s, 30 min, 2h, 3d."""
    found = _LATER.fullmatch(text.strip())
    if found is None:
        raise ScenarioFault(f"„{text}“ ist keine Dauer, zum Beispiel 30 min, 2h, 3d.")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


# ── Writing ─────────────────────────────────────────────────────────────────────────────────────


def written(world: Mapping[str, Any], audience: Audience | None, talk: Sequence[Line]) -> str:
    """A talk at the terminal as a scenario that can be played."""
    name = (audience or Audience.GUARDIAN).value
    steps = [_step_of(line, name) for line in talk]
    return yaml.safe_dump(
        {"world": dict(world), "talk": steps}, allow_unicode=True, sort_keys=False, width=100
    )


def _step_of(line: Line, audience: str) -> dict[str, Any]:
    if not line.who.desk:
        if line.answer:
            return {"bot": {"contains": _first_sentence(line.text)}}
        return {"tap" if line.tapped else audience: line.text}
    if line.answer:
        return {f"desk {line.who.desk}": {"contains": _first_sentence(line.text)}}
    return {f"desk {line.who.desk}": {"tap" if line.tapped else "type": line.text}}


def _first_sentence(text: str) -> str:
    """The beginning of what was said, without the name of a request: that is drawn anew."""
    sentence = _SENTENCE.split(text.split("\n", 1)[0], maxsplit=1)[0]
    return max(_QUOTED.split(sentence), key=len).strip()
