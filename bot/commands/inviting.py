"""Inviting people."""

import secrets
from datetime import timedelta

from bot.app import App
from bot.commands.house import Arguments, Doors, Say, text_of
from bot.core.calendar import when
from bot.core.joining import INVITATION, code_hash
from bot.core.messages import Event, House, Invited
from bot.core.records import Role

INVITATION_LASTS = timedelta(hours=72)


async def invite(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """A one-time link for each door, the bare code when there is none."""
    post, district = text_of(arguments, "post"), text_of(arguments, "district")
    role = Role(str(arguments["role"]))
    fault = _invitation_fault(app, role, post, district)
    if fault:
        await say(fault)
        return 2
    code = secrets.token_urlsafe(32)
    label = text_of(arguments, "name") or ""
    expires = app.clock() + INVITATION_LASTS
    body = Invited(code_hash(code), role.value, post, district, label, expires)
    await app.dispatcher.happened(
        [Event(f"invite:{code_hash(code)}", app.clock(), app.chance(), House(), body)]
    )
    links = await doors.links(f"{INVITATION}{code}")
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
