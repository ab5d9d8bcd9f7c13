"""Changing the master key, and how far that is."""

import asyncio
from collections.abc import Mapping

from bot.app import App
from bot.commands.house import Arguments, Doors, Say

TOLD_EVERY = 1.0  # seconds between two lines on how far it is
HOW = (
    "Zum Wechsel gehören zwei Schlüssel: Einen neuen macht „lotse key new“; er steht vor dem "
    "alten (LOTSE_KEY=neu,alt). Dann lotse run neu starten und hier noch einmal: lotse key rotate"
)


async def key_rotate(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Close everything with the newest key; goes on in the running house if nobody waits."""
    del doors
    newest, known = str(arguments["newest"]), _listed(arguments.get("older"))
    if newest != app.store.newest_key:
        await say(f"Der laufende Lotse kennt „{newest}“ noch nicht. Bitte lotse run neu starten.")
        return 1
    older = await app.store.older_keys()
    if not older and not known:
        await say(f"Alles ist mit „{newest}“ verschlossen. {HOW}")
        return 2
    change = await app.rotation.begin()
    while not change.done():
        await say(worded(newest, await app.store.older_keys()))
        await asyncio.wait({change}, timeout=TOLD_EVERY)
    await say(_dropped(newest, dict.fromkeys((*older, *known))))
    return 0


def worded(newest: str, older: Mapping[str, int]) -> str:
    """How far the change of the key is."""
    left = ", ".join(f"„{kid}“: {number}" for kid, number in older.items())
    return f"Schlüssel „{newest}“; mit älteren noch verschlossene Werte: {left or 'keine'}"


def _dropped(newest: str, older: dict[str, None]) -> str:
    names = ", ".join(f"„{kid}“" for kid in older)
    return (
        f"Alles ist mit „{newest}“ verschlossen. Nicht mehr gebraucht: {names}. Bitte aus "
        "LOTSE_KEY entfernen. Sicherungen von vor dem Wechsel öffnet nur der alte Schlüssel; "
        "also jetzt eine neue machen: lotse backup"
    )


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
