"""What an operator asks of the store: in the running process over the socket, or alone.

A command is a JSON object with ``command`` and its arguments; lines go out as ``{"line": …}``.
"""

import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from bot.app import App
from bot.core.calendar import local, when
from bot.core.check.route import route as climb
from bot.core.joining import INVITATION, code_hash
from bot.core.knowledge import Knowledge
from bot.core.messages import Event, House, Invited
from bot.core.posts import missing, post_of, post_state
from bot.core.records import Role, Team, TeamKey
from bot.core.tree import Audience
from bot.store import StoreError

INVITATION_LASTS = timedelta(hours=72)
Say = Callable[[str], Awaitable[None]]
Arguments = Mapping[str, object]


class Doors(Protocol):
    """Where an invitation can be redeemed, and what the doors say of themselves."""

    def links(self, payload: str) -> Sequence[str]:
        """One link for each door that is switched on."""
        ...

    async def faults(self) -> Sequence[str]:
        """What a door shows that differs from what it should show."""
        ...


class NoDoors:
    """No door is switched on: the bare code is all there is."""

    def links(self, payload: str) -> Sequence[str]:
        del payload
        return ()

    async def faults(self) -> Sequence[str]:
        return ()


async def perform(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Do one command; the exit code. A refusal of the store is one sentence and exit 1."""
    commands = {
        "invite": invite,
        "members": members,
        "status": status,
        "backup": backup,
        "resume": resume,
        "route": route,
    }
    command = commands.get(str(arguments.get("command")))
    if command is None:
        await say("Diesen Befehl kennt der laufende Lotse nicht.")
        return 2
    try:
        return await command(app, doors, arguments, say)
    except StoreError as error:
        await say(str(error))
        return 1


# ── Inviting ────────────────────────────────────────────────────────────────────────────────────


async def invite(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """A one-time link for each door, the bare code when there is none."""
    post, district = _text(arguments, "post"), _text(arguments, "district")
    role = Role(str(arguments["role"]))
    fault = _invitation_fault(app, role, post, district)
    if fault:
        await say(fault)
        return 2
    code = secrets.token_urlsafe(32)
    label = _text(arguments, "name") or ""
    expires = app.clock() + INVITATION_LASTS
    body = Invited(code_hash(code), role.value, post, district, label, expires)
    await app.dispatcher.happened(
        [Event(f"invite:{code_hash(code)}", app.clock(), app.chance(), House(), body)]
    )
    links = doors.links(f"{INVITATION}{code}")
    for link in links or (f"{INVITATION}{code}",):
        await say(link)
    if arguments.get("quiet") is not True:
        await say(f"Gilt einmal, bis {when(expires, app.clock())}. Nur an diese Person geben.")
    return 0


def _invitation_fault(app: App, role: Role, post: str | None, district: str | None) -> str | None:
    directory = app.knowledge.directory
    match role:
        case Role.WORKER if not post:
            return "Zu --role worker gehört --post, zum Beispiel --post netzwerkstelle-halle."
        case Role.COORDINATOR if not district:
            return "Zu --role coordinator gehört --district, zum Beispiel --district halle."
        case _:
            pass
    if post and not _post_exists(app, post):
        return f"Die Stelle „{post}“ gibt es nicht. Die bekannten stehen in directory/posts.csv."
    if district and district not in directory.districts:
        known = " ".join(directory.districts)
        return f"Den Kreis „{district}“ gibt es nicht. Bekannt sind: {known}"
    return None


def _post_exists(app: App, post: str) -> bool:
    """A row of posts.csv, or the school social work of a school that we know."""
    directory = app.knowledge.directory
    school = post.removeprefix("schulsozialarbeit-").upper()
    return post in directory.posts or (
        post.startswith("schulsozialarbeit-") and school in directory.schools
    )


# ── Looking ─────────────────────────────────────────────────────────────────────────────────────


async def members(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    del doors, arguments
    team = await _team(app)
    if not team.members:
        await say("Noch niemand. Einladen mit: lotse invite --role coordinator --district …")
    for member in team.members:
        seats = " ".join(member.posts) or "keine Stelle"
        joined = local(member.joined_at).date().strftime("%d.%m.%Y")
        plan = "mit Zeiten" if member.plan else "ohne Zeiten"
        await say(f"{member.label} · {member.role.value} · {seats} · seit {joined} · {plan}")
    return 0


async def status(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Numbers, what is overdue, which posts are not ready; exit 1 when something needs a person."""
    del arguments
    at = app.clock()
    numbers, late, held = await app.store.run(
        lambda work: (work.stats(), work.overdue(at), work.held())
    )
    await say(
        f"Offene Anfragen: {numbers.open_requests} · noch nicht gesendet: {numbers.owed} · "
        f"Mitglieder: {numbers.members} · Wecker: {numbers.timers}"
    )
    if held:
        await say("Angehalten nach dem Zurückholen einer Sicherung. Weiter mit: lotse resume")
    for request in late:
        await say(f"Überfällig: „{request.name}“ bei {request.post}, {when(request.since, at)}")
    for line in _posts(app, await _team(app)):
        await say(line)
    until = app.knowledge.calendar.known_until()
    await say(f"Schulferien bekannt bis {until.strftime('%d.%m.%Y')}.")
    faults = await doors.faults()
    for fault in faults:
        await say(fault)
    return 1 if faults or late or held else 0


def _posts(app: App, team: Team) -> list[str]:
    """Each post on which somebody sits: how far it is, and what is missing."""
    directory, day = app.knowledge.directory, local(app.clock()).date()
    rows = []
    for post in dict.fromkeys(post for member in team.members for post in member.posts):
        found = post_of(post, directory, team)
        lacks = ", ".join(step.value for step in missing(post, directory, team))
        state = post_state(post, directory, team, day).value
        rows.append(
            f"{found.name if found else post}: {state}{f' (fehlt: {lacks})' if lacks else ''}"
        )
    return rows


async def _team(app: App) -> Team:
    found = await app.store.run(lambda work: work.load(TeamKey()))
    return found if isinstance(found, Team) else Team()


# ── Routing ─────────────────────────────────────────────────────────────────────────────────────


async def route(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Who is asked, with those who have joined."""
    del doors
    code, said = routed(app.knowledge, await _team(app), arguments)
    for line in said:
        await say(line)
    return code


def routed(knowledge: Knowledge, team: Team, arguments: Arguments) -> tuple[int, list[str]]:
    """The exit code and the lines of ``lotse route``."""
    try:
        found = climb(
            knowledge,
            team,
            str(arguments["school"]),
            Audience(str(arguments["audience"])),
            str(arguments["topic"]),
            datetime.fromisoformat(str(arguments["at"])),
            all_live=arguments.get("all_live") is True,
        )
    except KeyError as unknown:
        return 2, [str(unknown.args[0])]
    if arguments.get("json") is True:
        return 0, [json.dumps(found, ensure_ascii=False, indent=1)]
    rungs = [
        f"{rung['post']}: {rung['state']}, {rung['reason']} · {rung['promise'] or 'keine Zusage'}"
        for rung in found["ladder"]
    ]
    known = [
        f"bekannt: {' '.join((contact['name'], *contact['phones']))} ({contact['evidence']})"
        for contact in found["shown"]
    ]
    return 0, rungs + known


# ── Keeping ─────────────────────────────────────────────────────────────────────────────────────


async def backup(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    del doors
    made = await app.store.backup(Path(str(arguments["file"])))
    await say(f"Gesichert: {made.copy} und {made.keys}. LOTSE_KEY gehört an einen anderen Ort.")
    return 0


async def resume(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """After a restore: first what is overdue, then the sending goes on, if it was confirmed."""
    del doors
    at = app.clock()
    numbers, late, held = await app.store.run(
        lambda work: (work.stats(), work.overdue(at), work.held())
    )
    if not held:
        await say("Es ist nichts angehalten.")
        return 0
    await say(f"Noch nicht gesendet: {numbers.owed}. Überfällig: {len(late)}.")
    for request in late:
        await say(f"Überfällig: „{request.name}“ bei {request.post}, {when(request.since, at)}")
    if arguments.get("confirmed") is not True:
        await say("Weiter mit: lotse resume --send (alte Nachrichten) oder --one-text (ein Satz)")
        return 1
    await app.resume(instead=arguments.get("one_text") is True)
    await say("Es geht weiter.")
    return 0


def _text(arguments: Arguments, name: str) -> str | None:
    value = arguments.get(name)
    return str(value) if value else None
