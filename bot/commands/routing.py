"""Who is asked for a school, in which order, and why."""

import json
from datetime import datetime

from bot.app import App
from bot.commands.house import Arguments, Doors, Say, team_of
from bot.core.check.route import route as climb
from bot.core.knowledge import Knowledge
from bot.core.records import Team
from bot.core.tree import Audience


async def route(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Who is asked, with those who have joined."""
    del doors
    code, said = routed(app.knowledge, await team_of(app), arguments)
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
