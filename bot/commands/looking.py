"""Who works here, and how things stand."""

from datetime import datetime, timedelta
from functools import partial

from bot.app import App
from bot.commands.house import Arguments, Doors, Say, Standing, team_of
from bot.commands.key import worded
from bot.core.calendar import local
from bot.core.posts import missing, post_of, post_state
from bot.core.records import Team
from bot.store import Work

WEEK = timedelta(days=7)
LOOKED_AT = 5000  # newest lines of the audit
SHOWN = 10  # ids of each kind


async def members(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    del doors, arguments
    team = await team_of(app)
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
    now = await Standing.of(app)
    numbers = now.numbers
    await say(
        f"Offene Anfragen: {numbers.open_requests} · noch nicht gesendet: {numbers.owed} · "
        f"Mitglieder: {numbers.members} · Wecker: {numbers.timers}"
    )
    if now.held:
        await say("Angehalten nach dem Zurückholen einer Sicherung. Weiter mit: lotse resume")
    if older := await app.store.older_keys():
        going = "wird gewechselt" if await app.store.resealing() else "lotse key rotate"
        await say(f"{worded(app.store.newest_key, older)} ({going})")
    await now.say_late(say)
    broken = await app.store.run(partial(_broken, at=now.at))
    for line in broken:
        await say(line)
    for line in _posts(app, await team_of(app)):
        await say(line)
    until = app.knowledge.calendar.known_until()
    await say(f"Schulferien bekannt bis {until.strftime('%d.%m.%Y')}.")
    faults = await doors.faults()
    for fault in faults:
        await say(fault)
    return 1 if faults or now.late or now.held or broken else 0


def _broken(work: Work, at: datetime) -> list[str]:
    """Updates of the last week that met a bug of ours, by their ids; the log says where."""
    found: dict[str, list[str]] = {"crashed": [], "parked": []}
    for entry in work.audited(max(work.last_audited() - LOOKED_AT, 0), LOOKED_AT):
        if entry.action in found and at - entry.at < WEEK:
            found[entry.action].append(entry.about)
    words = {"crashed": "Abgestürzt und entschuldigt", "parked": "Zur Seite gelegt"}
    return [
        f"{words[what]} in sieben Tagen: {len(ids)} ({', '.join(ids[-SHOWN:])})"
        for what, ids in found.items()
        if ids
    ]


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
