"""Who is asked, in which order, and why: the ladder of a visitor and the contacts on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from bot.core.calendar import Calendar, local
from bot.core.contacts import Contact, contact_of, school_contact
from bot.core.directory import Directory, Post, PostKind, School
from bot.core.posts import (
    PostState,
    Step,
    carrier_of,
    missing,
    other_carrier,
    post_of,
    post_state,
    suppose_all_live,
)
from bot.core.presence import full, promised
from bot.core.records import Team
from bot.core.tree import Audience

__all__ = [
    "SCHOOL",
    "YOUTH_OFFICE",
    "Contact",
    "PostState",
    "Rung",
    "Step",
    "Wish",
    "carrier_of",
    "contacts",
    "district_of",
    "ladder",
    "live",
    "missing",
    "next_rung",
    "of_youth_office",
    "other_carrier",
    "post_of",
    "post_state",
    "rung_for",
    "school_contact",
    "suppose_all_live",
    "why",
]

SCHOOL: Final = "school"  # exclusions, as ``Conversation.excluded`` holds them
YOUTH_OFFICE: Final = "youth_office"


@dataclass(frozen=True, slots=True)
class Wish:
    """What decides who is asked. With a school, its district counts and ``district`` does not."""

    audience: Audience
    school: str | None
    district: str | None
    topic: str | None = None
    skip_school: bool = False
    excluded: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rung:
    """One post on a ladder. ``promise`` is there only while it is live and takes this audience."""

    post: str
    kind: PostKind
    state: PostState
    takes: bool
    why: str  # a clause: „weil deine Schule in Halle liegt“
    promise: datetime | None
    full: bool = False  # takes nothing new for a while; what it has stays with it


# ── The ladder ──────────────────────────────────────────────────────────────────────────────────


def ladder(
    directory: Directory, calendar: Calendar, team: Team, wish: Wish, at: datetime
) -> tuple[Rung, ...]:
    """Every rung in order whatever its state: school, network office, coordination office.

    A post outside its dates is not on it ("ends silently"), nor is one the visitor excluded.
    The coordination office stands at the end for facts and never takes a request.
    """
    posts = _asked(directory, team, wish)
    rungs = (_rung(directory, calendar, team, wish, post, at) for post in posts)
    return tuple(rung for rung in rungs if rung is not None)


def rung_for(  # noqa: PLR0913, PLR0917  (as ``ladder``, for one post)
    directory: Directory, calendar: Calendar, team: Team, wish: Wish, post: str, at: datetime
) -> Rung | None:
    """Any post as a rung, off the visitor's own ladder too; none that the visitor excluded."""
    found = post_of(post, directory, team)
    if found is None or _excluded(found, directory, wish):
        return None
    return _rung(directory, calendar, team, wish, found, at)


def _rung(  # noqa: PLR0913, PLR0917  (as ``ladder``, for one post)
    directory: Directory, calendar: Calendar, team: Team, wish: Wish, post: Post, at: datetime
) -> Rung | None:
    state = post_state(post.id, directory, team, local(at).date())
    if state is PostState.ENDED:
        return None
    takes = post.kind is not PostKind.COORDINATION_OFFICE and wish.audience in post.takes
    answered = state is PostState.LIVE and takes
    due = promised(calendar, directory, team, post, at) if answered else None
    reason, busy = why(directory, wish, post.kind), full(team, post.id, at)
    return Rung(post.id, post.kind, state, takes, reason, due, busy)


def live(rungs: tuple[Rung, ...], holder: str = "") -> tuple[Rung, ...]:
    """The rungs that take a request of this audience now, each with its promise.

    A full post takes nothing new; of a request that it has already it is the ``holder``.
    """
    return tuple(
        rung
        for rung in rungs
        if rung.state is PostState.LIVE
        and rung.takes
        and rung.promise is not None
        and (not rung.full or rung.post == holder)
    )


def next_rung(live_rungs: tuple[Rung, ...], current_post: str) -> Rung | None:
    """Who comes after this post; when it is not among the live ones, the first who is."""
    posts = [rung.post for rung in live_rungs]
    place = posts.index(current_post) + 1 if current_post in posts else 0
    return live_rungs[place] if place < len(live_rungs) else None


def district_of(directory: Directory, wish: Wish) -> str | None:
    """The district that decides: of the school, else the one that was named."""
    school = _school(directory, wish)
    return school.district if school else wish.district


def _asked(directory: Directory, team: Team, wish: Wish) -> Iterator[Post]:
    school, district = _school(directory, wish), district_of(directory, wish)
    posts = (
        post_of(f"schulsozialarbeit-{school.id.lower()}", directory, team) if school else None,
        directory.office(district) if district else None,
        directory.coordination(),
    )
    return (post for post in posts if post and not _excluded(post, directory, wish))


def _school(directory: Directory, wish: Wish) -> School | None:
    return directory.schools.get(wish.school) if wish.school else None


def _excluded(post: Post, directory: Directory, wish: Wish) -> bool:
    if post.kind is PostKind.SCHOOL_SOCIAL_WORK and (wish.skip_school or SCHOOL in wish.excluded):
        return True
    return YOUTH_OFFICE in wish.excluded and of_youth_office(post, directory)


def of_youth_office(post: Post, directory: Directory) -> bool:
    """A carrier of whom we do not know counts too: the visitor asked to be safe from it."""
    carrier = directory.carriers.get(post.carrier)
    return carrier is None or carrier.youth_office is not False


# ── Why ─────────────────────────────────────────────────────────────────────────────────────────


def why(directory: Directory, wish: Wish, kind: PostKind) -> str:
    """The reason for a rung, one clause that the visitor reads: „weil deine Schule … liegt“."""
    match kind:
        case PostKind.SCHOOL_SOCIAL_WORK:
            return f"weil diese Stelle für {_school_of(wish.audience)} da ist"
        case PostKind.NETWORK_OFFICE:
            return _why_office(directory, wish)
        case PostKind.COORDINATION_OFFICE:
            return "weil sie für ganz Sachsen-Anhalt zuständig ist"
        case _:
            assert_never(kind)


def _why_office(directory: Directory, wish: Wish) -> str:
    district = directory.districts.get(district_of(directory, wish) or "")
    if district is None:
        return "weil sie für diesen Ort zuständig ist"
    if _school(directory, wish):
        return f"weil {_school_of(wish.audience)} {district.located} liegt"
    match wish.audience:
        case Audience.PUPIL:
            return f"weil du {district.located} zur Schule gehst"
        case Audience.GUARDIAN:
            return f"weil Ihr Kind {district.located} zur Schule geht"
        case Audience.TEACHER:
            return f"weil Sie {district.located} arbeiten"
        case _:
            assert_never(wish.audience)


def _school_of(audience: Audience) -> str:
    match audience:
        case Audience.PUPIL:
            return "deine Schule"
        case Audience.GUARDIAN:
            return "die Schule Ihres Kindes"
        case Audience.TEACHER:
            return "Ihre Schule"
        case _:
            assert_never(audience)


# ── Contacts ────────────────────────────────────────────────────────────────────────────────────


def contacts(
    directory: Directory, calendar: Calendar, team: Team, wish: Wish, at: datetime
) -> tuple[Contact, ...]:
    """The known contacts on the ladder, in its order; a post of which we know no way is left out.

    A school's post is a contact even without number or page: it is there, in the school.
    """
    found = (
        contact_of(directory.posts[rung.post], rung.state)
        for rung in ladder(directory, calendar, team, wish, at)
        if rung.post in directory.posts
    )
    return tuple(each for each in found if each)
