"""Who works in a district, from a chat: inviting, confirming and removing people.

A coordinator does it for the posts of the district, the coordination office for all offices, an
admin for everybody.
"""

import base64
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from bot.core import joining, leaving
from bot.core.calendar import when
from bot.core.cards import present, tell
from bot.core.directory import COORDINATION, PostKind
from bot.core.messages import Button, DropFactor, Screen, Staff
from bot.core.records import Invitation, Member, Ref, Role
from bot.core.screens import post_name
from bot.core.seats import (
    SCHOOL,
    Seat,
    may_admit,
    may_anything,
    may_invite,
    removable,
    taken_from,
    where,
)
from bot.core.world import Turn

LASTS = timedelta(hours=72)
PAGE = 8  # people and invitations on one screen
FOUND = 5  # schools offered for a typed name
LONGEST_LABEL = 60
ASKED = frozenset({"invite_school", "invite_name", "admit"})  # what the next typed text may be
ACTIONS = frozenset({
    "invite_new", "invite_office", "invite_school", "invite_seat", "invite_void", "team_page",
    "admit", "reject", "remove", "remove_yes", "factor_reset",
})  # fmt: skip


# ── /einladen ───────────────────────────────────────────────────────────────────────────────────


def listed(turn: Turn, member: Member, page: int = 0) -> None:
    """The people of the posts that this member leads, and what can be done about each."""
    if not may_anything(member):
        turn.audit("refused:/einladen")
        tell(turn, member, turn.text("invite_not_yours"))
        return
    rows = [*pending(turn, member), *open_invitations(turn, member), *people(turn, member)]
    shown = rows[PAGE * page : PAGE * (page + 1)]
    buttons = [turn.acting(turn.text("do_invite_new"), member.id, "invite_new")]
    buttons += [button for _, found in shown for button in found]
    if len(rows) > PAGE * (page + 1):
        more = turn.text("do_team_page")
        buttons.append(turn.acting(more, member.id, "team_page", extra=str(page + 1)))
    lines = "\n".join(line for line, _ in shown) or turn.text("team_nobody")
    tell(turn, member, turn.text("team_head", people=lines), *buttons)


Row = tuple[str, tuple[Button, ...]]


def pending(turn: Turn, member: Member) -> Iterable[Row]:
    """Whoever opened a link and waits for a yes."""
    for other in turn.team.members:
        if other.admission is not None and may_admit(turn, member, other):
            buttons = (
                act(turn, member, "admit", other.label, other.id),
                act(turn, member, "reject", other.label, other.id),
            )
            yield turn.text("team_pending", label=other.label), buttons


def open_invitations(turn: Turn, member: Member) -> Iterable[Row]:
    for found in sorted(turn.team.invitations, key=lambda each: each.expires):
        seat = Seat(found.role, found.post or "", found.district or "")
        if found.expires > turn.event.at and may_invite(turn, member, seat):
            values = {
                "label": found.label or turn.text(f"role_{found.role.value}"),
                "where": where(turn, seat),
                "until": when(found.expires, turn.event.at),
            }
            void = act(turn, member, "invite_void", values["label"], found.hash)
            yield turn.text("team_invited", None, **values), (void,)


def people(turn: Turn, member: Member) -> Iterable[Row]:
    for other in turn.team.members:
        if removable(turn, member, other):
            seats = ", ".join(post_name(turn, post) for post in other.posts)
            role = turn.text(f"role_{other.role.value}")
            line = turn.text("team_row", label=other.label, role=role, where=seats or role)
            yield line, (act(turn, member, "remove", other.label, other.id),)


def act(turn: Turn, member: Member, action: str, label: str, extra: str) -> Button:
    return turn.acting(turn.text(f"do_{action}", label=label), member.id, action, extra=extra)


# ── Inviting ────────────────────────────────────────────────────────────────────────────────────


def on_team(turn: Turn, member: Member, ref: Ref) -> None:
    """One button of these screens; each looks again whether it may."""
    member = replace(member, asked=None)
    other = turn.team.member(ref.extra)
    match ref.action:
        case "invite_new":
            kinds(turn, member)
        case "invite_office":
            offices(turn, member, Role(ref.extra))
        case "invite_school":
            asked = replace(member, asked="invite_school")
            tell(turn, asked, turn.text("invite_school_ask"), leave(turn, member))
        case "invite_seat":
            ask_name(turn, member, Seat.of(ref.extra))
        case "team_page":
            listed(turn, member, int(ref.extra))
        case "invite_void":
            void(turn, member, ref.extra)
        case _ if other is None:
            tell(turn, member, turn.text("desk_already_done"))
        case _:
            on_person(turn, member, ref.action, other)


def on_person(turn: Turn, member: Member, action: str, other: Member) -> None:
    allowed = (may_admit if action in {"admit", "reject"} else removable)(turn, member, other)
    if not allowed:
        refuse(turn, member, action, other.id)
        return
    match action:
        case "admit":
            asked = replace(member, asked=f"admit:{other.id}")
            tell(turn, asked, turn.text("admit_ask", label=other.label), leave(turn, member))
        case "reject":
            tell(turn, member, turn.text("admission_ended", label=other.label))
            joining.rejected(turn, other)
        case "remove":
            sure = act(turn, member, "remove_yes", other.label, other.id)
            reset = act(turn, member, "factor_reset", other.label, other.id)
            text = turn.text("remove_ask", label=other.label)
            tell(turn, member, text, sure, reset, leave(turn, member))
        case "factor_reset":
            tell(turn, member, turn.text("factor_reset", label=other.label))
            factor_lost(turn, other.id)
        case _:
            posts = taken_from(turn, member, other)
            tell(turn, member, turn.text("removed", label=other.label))
            leaving.removed(turn, other, posts)


def factor_lost(turn: Turn, member_id: str) -> None:
    """Whoever lost the second factor sets up a new one at the next log-in, and reads so."""
    other = turn.team.member(member_id)
    if other is not None:
        turn.audit("factor_reset", other.id)
        turn.do(DropFactor(other.id))
        turn.say(Staff(other.id), Screen(turn.text("factor_was_reset")))


def refuse(turn: Turn, member: Member, action: str, about: str) -> None:
    turn.audit(f"refused:{action}", about)
    tell(turn, member, turn.text("invite_not_yours"))


def leave(turn: Turn, member: Member) -> Button:
    return turn.acting(turn.text("do_cancel"), member.id, "team_page", extra="0")


def kinds(turn: Turn, member: Member) -> None:
    """To what somebody can be invited; only what this member may."""
    admin = member.role is Role.ADMIN
    offices = admin or COORDINATION in member.posts
    own = Seat(Role.WORKER, f"netzwerkstelle-{member.district}")
    buttons = []
    if offices:
        buttons += [choice(turn, member, "invite_office", role.value) for role in (
            Role.WORKER, Role.COORDINATOR)]  # fmt: skip
    else:
        buttons.append(choice(turn, member, "invite_seat", str(own)))
    if admin or member.role is Role.COORDINATOR:
        buttons.append(choice(turn, member, "invite_school", ""))
    if admin:
        seats = (Seat(Role.WORKER, COORDINATION), Seat(Role.EDITOR), Seat(Role.ADMIN))
        buttons += [choice(turn, member, "invite_seat", str(seat)) for seat in seats]
    tell(turn, member, turn.text("invite_kinds"), *buttons, leave(turn, member))


def choice(turn: Turn, member: Member, action: str, extra: str) -> Button:
    if action == "invite_seat":
        label = where(turn, Seat.of(extra))
    else:
        label = turn.text(f"do_{action}" + (f"_{extra}" if extra else ""))
    return turn.acting(label, member.id, action, extra=extra)


def offices(turn: Turn, member: Member, role: Role) -> None:
    """All network offices: a worker is invited to the post, a coordinator to its district."""
    buttons = []
    for post in turn.k.directory.posts.values():
        if post.kind is PostKind.NETWORK_OFFICE:
            district = post.districts[0] if role is Role.COORDINATOR else ""
            seat = Seat(role, post.id, district)
            label = turn.k.directory.districts[post.districts[0]].name
            buttons.append(turn.acting(label, member.id, "invite_seat", extra=str(seat)))
    tell(turn, member, turn.text("invite_where"), *buttons, leave(turn, member))


def ask_name(turn: Turn, member: Member, seat: Seat) -> None:
    if not may_invite(turn, member, seat):
        refuse(turn, member, "invite", seat.post or seat.district or seat.role.value)
        return
    asked = replace(member, asked=f"invite_name:{seat}")
    text = turn.text("invite_name_ask", where=where(turn, seat))
    tell(turn, asked, text, leave(turn, member))


def typed(turn: Turn, member: Member, asked: str, about: str, text: str) -> None:
    """The name of a school, of a person, or the code that was read out."""
    match asked:
        case "invite_school":
            schools(turn, member, text)
        case "invite_name":
            made(turn, member, Seat.of(about), text)
        case _:
            newcomer = turn.team.member(about)
            admission = newcomer.admission if newcomer else None
            if newcomer is None or admission is None or not may_admit(turn, member, newcomer):
                tell(turn, replace(member, asked=None), turn.text("admission_over"))
            else:
                joining.confirmed(turn, member, newcomer, admission, text)


def schools(turn: Turn, member: Member, text: str) -> None:
    """The schools that the typed name may mean, where this member may invite."""
    directory, buttons = turn.k.directory, []
    district = directory.districts.get(member.district or "")
    found = turn.k.schools.find(text, district.name if district else None)
    for school_id, _ in found.schools if found.ask != "unknown" else ():
        school, seat = directory.schools[school_id], Seat(Role.WORKER, SCHOOL + school_id.lower())
        if may_invite(turn, member, seat):
            buttons.append(turn.acting(present(school), member.id, "invite_seat", extra=str(seat)))
    key = "invite_school_found" if buttons else "invite_school_unknown"
    tell(turn, member, turn.text(key), *buttons[:FOUND], leave(turn, member))


def made(turn: Turn, member: Member, seat: Seat, label: str) -> None:
    """The link, shown once; only its hash is kept."""
    if not label or not may_invite(turn, member, seat):
        ask_name(turn, member, seat)
        return
    code = base64.urlsafe_b64encode(turn.event.draw("invitation")).decode().rstrip("=")
    expires = turn.event.at + LASTS
    turn.put(
        Invitation(
            hash=joining.code_hash(code),
            role=seat.role,
            expires=expires,
            label=label[:LONGEST_LABEL],
            post=seat.post or None,
            district=seat.district or None,
            inviter=member.id,
            made_at=turn.event.at,
        )
    )
    turn.audit("invite", seat.post or seat.district or seat.role.value)
    payload = joining.INVITATION + code
    links = [door.format(payload=payload) for door in turn.k.doors] or [f"/start {payload}"]
    values = {"label": label[:LONGEST_LABEL], "where": where(turn, seat)}
    values |= {"links": "\n".join(links), "until": when(expires, turn.event.at)}
    tell(turn, replace(member, asked=None), turn.text("invite_made", None, **values))


def void(turn: Turn, member: Member, code_hash: str) -> None:
    found = next((i for i in turn.team.invitations if i.hash == code_hash), None)
    if found is None:
        tell(turn, member, turn.text("desk_already_done"))
    elif not may_invite(turn, member, Seat(found.role, found.post or "", found.district or "")):
        refuse(turn, member, "invite_void", found.post or found.district or "")
    else:
        turn.void(found)
        turn.audit("invite_void", found.post or found.district or found.role.value)
        tell(turn, member, turn.text("invite_voided", label=found.label))
