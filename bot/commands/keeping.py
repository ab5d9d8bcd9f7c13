"""Backups, and going on after one was brought back."""

from pathlib import Path

from bot.app import App
from bot.commands.house import Arguments, Doors, Say, Standing


async def backup(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    del doors
    made = await app.store.backup(Path(str(arguments["file"])))
    await say(f"Gesichert: {made.copy} und {made.keys}. LOTSE_KEY gehört an einen anderen Ort.")
    return 0


async def resume(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """After a restore: first what is overdue, then the sending goes on, if it was confirmed."""
    del doors
    now = await Standing.of(app)
    if not now.held:
        await say("Es ist nichts angehalten.")
        return 0
    await say(f"Noch nicht gesendet: {now.numbers.owed}. Überfällig: {len(now.late)}.")
    await now.say_late(say)
    if arguments.get("confirmed") is not True:
        await say("Weiter mit: lotse resume --send (alte Nachrichten) oder --one-text (ein Satz)")
        return 1
    await app.resume(instead=arguments.get("one_text") is True)
    await say("Es geht weiter.")
    return 0


async def purge(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """What has had its time, by kind and count; ``dry`` only says so."""
    del doors
    keep, dry = app.knowledge.keep, arguments.get("dry") is True
    gone = await (app.purge.due(keep) if dry else app.purge.run(keep))
    for kind, number in gone.items():
        await say(f"{kind}: {number}")
    await say("Nur gezählt. Löschen mit: lotse purge" if dry else "Gelöscht.")
    return 0
