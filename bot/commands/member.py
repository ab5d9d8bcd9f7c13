"""What the operator does for one member: a lost second factor, a mail that came back."""

from bot.app import App
from bot.commands.house import Arguments, Doors, Say, team_of
from bot.core.messages import Event, FactorLost, House, NotDelivered, Staff
from bot.core.notices import EMAIL
from bot.ports import Address
from bot.store import Work

SHOWN = 8  # characters of an id: enough to tell people of one name apart


async def factor_reset(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """By name or by the beginning of the id; the member reads it, the audit keeps it."""
    del doors
    wanted = str(arguments["who"])
    team = await team_of(app)
    found = [m for m in team.members if m.label == wanted or m.id.startswith(wanted)]
    if not found:
        await say(f"„{wanted}“ arbeitet hier nicht mit. Wer mitarbeitet, zeigt: lotse members")
        return 2
    if len(found) > 1:
        await say("Das sind mehrere. Bitte die Kennung statt des Namens:")
        for each in found:
            await say(f"{each.id[:SHOWN]} · {each.label} · {' '.join(each.posts)}")
        return 2
    member = found[0].id
    key = f"factor:{member}:{app.clock().timestamp():.6f}"
    body = FactorLost(member)
    await app.dispatcher.happened([Event(key, app.clock(), app.chance(), House(), body)])
    await say("Zurückgesetzt. Bei der nächsten Anmeldung wird eine neue Stufe eingerichtet.")
    return 0


async def bounce(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """A mail of ours that came back; one that we did not send changes nothing.

    Always 0 for the mail server: it must not send the same once more.
    """
    del doors
    address, message = Address(EMAIL, str(arguments["address"])), str(arguments["message"])

    def unit(work: Work) -> Staff | None:
        who = work.who(address) if work.sent_there(address, message) else None
        return who if isinstance(who, Staff) else None

    who = await app.store.run(unit)
    if who is None:
        await say("Davon ist hier nichts bekannt, es bleibt alles, wie es ist.")
        return 0
    body = NotDelivered(who, None, EMAIL)
    key = f"bounce:{message}"
    await app.dispatcher.happened([Event(key, app.clock(), app.chance(), House(), body)])
    await say("Vermerkt: Diese Adresse nimmt nichts an.")
    return 0
