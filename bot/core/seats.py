"""Where somebody sits, and who may bring people to a seat or take them away from it."""

from dataclasses import dataclass
from typing import Self

from bot.core.cards import present
from bot.core.directory import COORDINATION
from bot.core.records import Member, Role
from bot.core.screens import post_name
from bot.core.world import Turn

SCHOOL = "schulsozialarbeit-"


@dataclass(frozen=True, slots=True)
class Seat:
    """What somebody is invited to: a role, and a post or a district."""

    role: Role
    post: str = ""
    district: str = ""

    def __str__(self) -> str:
        return f"{self.role.value}|{self.post}|{self.district}"

    @classmethod
    def of(cls, text: str) -> Self:
        role, post, district = text.split("|")
        return cls(Role(role), post, district)


def may_invite(turn: Turn, member: Member, seat: Seat) -> bool:
    """Whether this member may bring somebody to this seat, or take them away from it."""
    if member.role is Role.ADMIN:
        return True
    if seat.role not in {Role.WORKER, Role.COORDINATOR}:
        return False
    office = turn.k.directory.posts.get(seat.post)
    offices = seat.role is Role.COORDINATOR or (office is not None and not office.schools)
    if COORDINATION in member.posts and offices:
        return True
    within = district_of(turn, seat.post)
    own = member.role is Role.COORDINATOR and seat.role is Role.WORKER
    return own and within is not None and within == member.district


def district_of(turn: Turn, post: str) -> str | None:
    """The district of an office or of a school's post; None for a post of the whole Land."""
    directory = turn.k.directory
    school = directory.schools.get(post.removeprefix(SCHOOL).upper())
    if school is not None:
        return school.district
    found = directory.posts.get(post)
    return found.districts[0] if found and len(found.districts) == 1 else None


def may_anything(member: Member) -> bool:
    return member.role in {Role.ADMIN, Role.COORDINATOR} or COORDINATION in member.posts


def taken_from(turn: Turn, member: Member, other: Member) -> tuple[str, ...]:
    """The posts from which this member may remove the other."""
    return tuple(p for p in other.posts if may_invite(turn, member, Seat(other.role, p)))


def removable(turn: Turn, member: Member, other: Member) -> bool:
    if other.id == member.id or not other.admitted:
        return False
    seatless = not other.posts and may_invite(turn, member, Seat(other.role))
    return seatless or bool(taken_from(turn, member, other))


def may_admit(turn: Turn, member: Member, other: Member) -> bool:
    admission = other.admission
    if admission is None or other.id == member.id:
        return False
    seats = [Seat(admission.role, post) for post in admission.posts]
    return admission.inviter == member.id or all(
        may_invite(turn, member, seat) for seat in seats or [Seat(admission.role)]
    )


def where(turn: Turn, seat: Seat) -> str:
    """The seat in words: the post, the district, or the role alone."""
    district = turn.k.directory.districts.get(seat.district)
    school = turn.k.directory.schools.get(seat.post.removeprefix(SCHOOL).upper())
    if school is not None:
        return turn.text("where_school", school=present(school))
    if seat.post:
        return post_name(turn, seat.post)
    return district.name if district else turn.text(f"role_{seat.role.value}")
