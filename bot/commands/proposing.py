"""What members would change in the directory: looked at by a person, then settled."""

import json
from collections import Counter
from collections.abc import Iterator

from bot.app import App
from bot.commands.house import Arguments, Doors, Say, team_of
from bot.core.calendar import local
from bot.core.entries import FIELDS
from bot.core.messages import Event, House, Settled
from bot.core.records import PostFacts, Proposal, Team
from bot.core.wrongs import WRONG

NONE = "nichts"


async def proposals(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Each as a line, or with ``json`` as an object for the command that applies it."""
    del doors
    team = await team_of(app)
    found = list(_all(team))
    for facts, made in found:
        if arguments.get("json") is True:
            await say(json.dumps(_plain(facts, made)))
        else:
            await say(_worded(app, team, facts, made))
    if arguments.get("json") is not True:
        if not found:
            await say("Es ist nichts vorgeschlagen.")
        for line in await _wrong(app):
            await say(line)
    return 0


async def settle(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Taken into the directory, or not; the member hears which."""
    del doors
    wanted, accepted = str(arguments["id"]), arguments.get("accepted") is True
    found = next(((f, p) for f, p in _all(await team_of(app)) if p.id == wanted), None)
    if found is None:
        await say(f"Den Vorschlag „{wanted}“ gibt es nicht. Die offenen zeigt: lotse proposals")
        return 2
    facts, made = found
    body = Settled(facts.id, made.id, accepted)
    key = f"settled:{made.id}:{app.clock().timestamp():.6f}"
    await app.dispatcher.happened([Event(key, app.clock(), app.chance(), House(), body)])
    await say("Übernommen." if accepted else "Verworfen.")
    return 0


def _all(team: Team) -> Iterator[tuple[PostFacts, Proposal]]:
    return ((facts, made) for facts in team.posts for made in facts.proposals)


def _plain(facts: PostFacts, made: Proposal) -> dict[str, str]:
    day = local(made.at).date().isoformat()
    return {"id": made.id, "post": facts.id, "field": made.field, "value": made.value, "day": day}


def _worded(app: App, team: Team, facts: PostFacts, made: Proposal) -> str:
    entry = app.knowledge.directory.posts.get(facts.id)
    before = FIELDS[made.field](entry) if entry else ""
    member = team.member(made.member)
    who = member.label if member else "jemand, der nicht mehr da ist"
    day = local(made.at).date().strftime("%d.%m.%Y")
    change = f"{made.field}: {before or NONE} → {made.value or NONE}"
    return f"{made.id} · {facts.id} · {change} · {who}, {day}"


async def _wrong(app: App) -> list[str]:
    """What visitors called wrong, most often first."""
    counted: Counter[str] = Counter()
    for _, _, what, number in await app.store.run(lambda work: work.counters()):
        if what.startswith(WRONG):
            counted[what.removeprefix(WRONG)] += number
    return [f"Stimmt nicht? {what.replace('/', ', ')}: {n}×" for what, n in counted.most_common()]
