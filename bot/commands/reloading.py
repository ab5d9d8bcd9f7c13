"""Another knowledge without a restart: read anew, or one step back."""

import asyncio

from bot.app import App
from bot.commands.house import Arguments, Doors, Say

MOST_SHOWN = 50  # findings


async def reload(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Read the editors' folder; a faulty one is refused with its findings, what runs goes on."""
    del doors, arguments
    library = app.library
    if library is None:
        await say("Es läuft kein Lotse. Beim Start wird der Ordner ohnehin gelesen.")
        return 1
    read = await asyncio.to_thread(library.read)
    if read.knowledge is None:
        for finding in read.errors[:MOST_SHOWN]:
            await say(finding.sentence())
        await say(f"Nicht übernommen. Es gilt weiter Stand {app.knowledge.version}.")
        return 1
    before = app.knowledge.version
    if read.knowledge.version == before:
        await say(f"Nichts hat sich geändert. Es gilt Stand {before}.")
        return 0
    await asyncio.to_thread(library.keep, read)
    await app.use(read.knowledge)
    await say(f"Übernommen: Stand {read.knowledge.version}, vorher {before}.")
    return 0


async def rollback(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Back to what ran before; the editors' folder stays as it is."""
    del doors, arguments
    library = app.library
    if library is None:
        await say("Es läuft kein Lotse.")
        return 1
    running = app.knowledge.version
    version = await asyncio.to_thread(library.before, running)
    read = await asyncio.to_thread(library.open, version) if version else None
    if version is None or read is None or read.knowledge is None:
        await say("Es gibt keinen früheren Stand, der sich laden lässt.")
        return 1
    await app.use(read.knowledge)
    await asyncio.to_thread(library.step_back, running, version)
    await say(f"Zurück: Es gilt Stand {version} statt {running}.")
    await say("Der Ordner ist unverändert. Wenn er verbessert ist: lotse reload")
    return 0
