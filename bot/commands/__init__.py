"""What an operator asks of the store: in the running process over the socket, or alone.

A command is a JSON object with ``command`` and its arguments; lines go out as ``{"line": …}``.
"""

from bot.app import App
from bot.commands import auditing
from bot.commands.house import Arguments, Doors, NoDoors, Say
from bot.commands.inviting import invite
from bot.commands.keeping import backup, purge, resume
from bot.commands.key import key_rotate
from bot.commands.looking import members, status
from bot.commands.member import bounce, factor_reset
from bot.commands.proposing import proposals, settle
from bot.commands.reloading import reload, rollback
from bot.commands.routing import route, routed
from bot.store import StoreError

__all__ = ["Arguments", "Doors", "NoDoors", "Say", "perform", "routed"]


async def perform(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """Do one command; the exit code. A refusal of the store is one sentence and exit 1."""
    commands = {
        "invite": invite,
        "members": members,
        "status": status,
        "backup": backup,
        "resume": resume,
        "route": route,
        "audit verify": auditing.verify,
        "audit show": auditing.show,
        "factor-reset": factor_reset,
        "bounce": bounce,
        "key-rotate": key_rotate,
        "purge": purge,
        "reload": reload,
        "rollback": rollback,
        "proposals": proposals,
        "settle": settle,
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
