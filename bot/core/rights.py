"""Who may do what at the desk: every command and every acting button, or it does nothing.

A worker works on the own posts. A coordinator works on the own posts and, in the district, sees
facts and switches posts; never texts. An editor previews, an admin settles; neither reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.core.messages import Command
from bot.core.records import Role

ALL = frozenset(Role)
WORK = frozenset({Role.WORKER, Role.COORDINATOR})  # those who read what somebody wrote
LEAD = frozenset({Role.COORDINATOR, Role.ADMIN})
SEATED = WORK | LEAD
EDIT = frozenset({Role.EDITOR, Role.ADMIN})


class Where(StrEnum):
    """At which posts a role may do it."""

    OWN = "own"  # the member sits there
    MINE = "mine"  # the member claimed the request
    LED = "led"  # of the coordinator's district; every one for an admin
    NEAR = "near"  # own or led
    ANY = "any"  # about no post, or looked at where it is done


@dataclass(frozen=True, slots=True)
class Right:
    """Which roles may, and where; ``kept``: a line of the audit whenever it is done."""

    roles: frozenset[Role]
    where: Where
    kept: bool = True


_MINE = Right(WORK, Where.MINE)
_ASKING = Right(WORK, Where.MINE, kept=False)  # opens a question; the answer is kept
_LED = Right(LEAD, Where.LED)
_TEAM = Right(SEATED, Where.ANY)  # whom exactly: looked at where it is done
_TEAM_ASKING = Right(SEATED, Where.ANY, kept=False)

COMMANDS: Mapping[Command, frozenset[Role]] = {
    Command.DESK: WORK,
    Command.NEW: ALL,
    Command.BACK: ALL,
    Command.POST: SEATED,
    Command.PLAN: WORK,
    Command.ABSENT: SEATED,
    Command.PREVIEW: EDIT,
    Command.INVITE: SEATED,
    Command.SITUATION: SEATED,
    Command.MAIL: ALL,
    Command.HELP: ALL,
    Command.LANGUAGE: ALL,
    Command.EMERGENCY: ALL,
    Command.PRIVACY: ALL,
    Command.ERASE: ALL,
    Command.END: ALL,
    Command.WEB: ALL,
}

ACTIONS: Mapping[str, Right] = {
    # a request
    "claim": Right(WORK, Where.OWN),
    "show": Right(WORK, Where.OWN),
    "list_page": Right(WORK, Where.ANY, kept=False),  # the own posts only: looked at there
    "answer": _ASKING,
    "reply_send": _MINE,
    "reply_discard": _ASKING,
    "ask_colleague": _ASKING,
    "ask_whom": _ASKING,
    "counsel_answer": Right(WORK, Where.ANY, kept=False),  # who was asked: looked at there
    "counsel_send": Right(WORK, Where.ANY),
    "counsel_drop": Right(WORK, Where.ANY, kept=False),
    "glass": _ASKING,  # danger to life; who may agree: looked at there
    "glass_join": Right(WORK, Where.ANY, kept=False),
    "glass_send": Right(WORK, Where.ANY),
    "glass_drop": Right(WORK, Where.ANY, kept=False),
    "glass_show": Right(WORK, Where.ANY),
    "snippets": _ASKING,
    "snippet": _ASKING,
    "give_back": _MINE,
    "close": _ASKING,
    "close_as": _MINE,
    "hand_over": _ASKING,
    "hand_over_to": _MINE,
    "passed_to": _MINE,
    "block": _MINE,
    "unblock": _MINE,
    "undo": Right(WORK, Where.ANY),  # whoever did it, for some seconds: looked at there
    # a post
    "permission": Right(LEAD, Where.LED, kept=False),
    "plan": Right(SEATED, Where.NEAR, kept=False),
    "cancel": Right(SEATED, Where.ANY, kept=False),
    "practice": Right(WORK, Where.OWN),
    "accept": _LED,
    "pause": _LED,
    "entry": Right(WORK, Where.OWN, kept=False),
    "entry_yes": Right(WORK, Where.OWN),
    "entry_change": Right(WORK, Where.OWN, kept=False),
    "entry_field": Right(WORK, Where.OWN, kept=False),
    # being there: whose it is, is looked at with every tap
    "presence_today": _TEAM,
    "presence_week": _TEAM,
    "presence_until": _TEAM_ASKING,
    "presence_back": _TEAM,
    "presence_full": _TEAM,
    "presence_free": _TEAM,
    "presence_other": _TEAM_ASKING,
    "presence_of": _TEAM_ASKING,
    "presence_quiet": _TEAM_ASKING,
    "presence_quiet_off": _TEAM,
    "presence_quiet_plan": _TEAM,
    "presence_mail": Right(ALL, Where.ANY, kept=False),
    "presence_mail_off": Right(ALL, Where.ANY),
    "presence_closed": _TEAM_ASKING,
    "presence_close": _TEAM,
    "presence_reopen": _TEAM,
    "deputy": _TEAM_ASKING,
    "deputy_is": _TEAM,
    "tour": Right(ALL, Where.ANY, kept=False),
    "tour_end": Right(ALL, Where.ANY, kept=False),
    # the tree
    "preview": Right(EDIT, Where.ANY, kept=False),
    "telegram": Right(LEAD, Where.LED, kept=False),
    **{f"telegram:{scope}": _LED for scope in ("no", "notice", "text")},
    # people
    "invite_new": _TEAM_ASKING,
    "invite_office": _TEAM_ASKING,
    "invite_school": _TEAM_ASKING,
    "invite_seat": _TEAM_ASKING,
    "invite_void": _TEAM,
    "team_page": _TEAM_ASKING,
    "admit": _TEAM_ASKING,
    "reject": _TEAM,
    "remove": _TEAM_ASKING,
    "remove_yes": _TEAM,
    "factor_reset": _TEAM,
}
