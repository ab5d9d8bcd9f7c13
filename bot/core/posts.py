"""How far a post has come: from a known contact to one that takes requests."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Final

from bot.core.directory import Carrier, Directory, Post, PostKind, Span
from bot.core.records import Member, Permission, PostFacts, Request, Role, Team
from bot.core.tree import Audience


class PostState(StrEnum):
    """How far a post has come; only a live one gets requests and promises."""

    KNOWN = "known"  # a public contact only
    INVITED = "invited"  # somebody was invited or has joined
    READY = "ready"
    LIVE = "live"
    PAUSED = "paused"  # by hand, or fell below ready while it took requests
    ENDED = "ended"  # outside its dates


class Step(StrEnum):
    """What a post needs before it may take requests."""

    PERMISSION = "permission"
    CREW = "crew"
    HOURS = "hours"
    PRACTICE = "practice"


def post_state(post_id: str, directory: Directory, team: Team, day: date) -> PostState:
    """How far the post has come on this day; its first and its last day are both its own."""
    facts = team.facts(post_id)
    if _ended(directory.posts.get(post_id), day):
        return PostState.ENDED
    if facts.paused:
        return PostState.PAUSED
    if not missing(post_id, directory, team):
        return PostState.LIVE if facts.accepting else PostState.READY
    if facts.accepting:
        return PostState.PAUSED
    return PostState.INVITED if _begun(post_id, team) else PostState.KNOWN


def missing(post_id: str, directory: Directory, team: Team) -> tuple[Step, ...]:
    """The steps that still part a post from ``ready``, in the order in which they are taken.

    The carrier's permission counts from the store or, with date and name, from the directory.
    A crew is two members, or one and a deputy who is a member elsewhere. The weekly hours of one
    member are enough: a colleague who joins without a plan must not pause a live post.
    """
    facts, members = team.facts(post_id), team.of(post_id)
    deputy = team.member(facts.deputy) if facts.deputy else None
    stands_in = deputy is not None and deputy not in members
    done = {
        Step.PERMISSION: facts.permission is not None or _approved(carrier_of(post_id, directory)),
        Step.CREW: len(members) + stands_in >= 2 and bool(members),
        Step.HOURS: any(member.plan or member.plans for member in members),
        Step.PRACTICE: facts.practised,
    }
    return tuple(step for step in Step if not done[step])


def post_of(post_id: str, directory: Directory, team: Team) -> Post | None:
    """The post of the directory, or a school's post that somebody was invited to or has joined.

    Of such a post the carrier is unknown. School social work is there for pupils, guardians and
    teachers alike, so it takes all three.
    """
    if post := directory.posts.get(post_id):
        return post
    school = directory.schools.get(post_id.removeprefix("schulsozialarbeit-").upper())
    if school is None or not _begun(post_id, team):
        return None
    return Post(
        id=post_id,
        kind=PostKind.SCHOOL_SOCIAL_WORK,
        name=f"Schulsozialarbeit, {school.name}",
        carrier="",
        schools=(school.id,),
        takes=frozenset(Audience),
    )


def carrier_of(post_id: str, directory: Directory) -> Carrier | None:
    """Who answers for the post's data; None when that is unknown."""
    post = directory.posts.get(post_id)
    return directory.carriers.get(post.carrier) if post else None


def other_carrier(directory: Directory, a: str, b: str) -> bool:
    """Whether text would move to another carrier; one that is unknown counts as another."""
    first, second = carrier_of(a, directory), carrier_of(b, directory)
    return a != b and (first is None or second is None or first.id != second.id)


def may_read(directory: Directory, request: Request, post: str) -> bool:
    """Whether the next rung may read it unasked: by the visitor's yes, or within the carrier."""
    same = not other_carrier(directory, request.post, post)
    return request.consent or same or post in request.agreed


def _approved(carrier: Carrier | None) -> bool:
    return carrier is not None and carrier.approved_on is not None and carrier.approved_by != ""


def _begun(post_id: str, team: Team) -> bool:
    return post_id in team.invited or bool(team.of(post_id))


def _ended(post: Post | None, day: date) -> bool:
    return post is not None and not (
        (post.valid_from or date.min) <= day <= (post.valid_until or date.max)
    )


# ── Suppositions, for `lotse route --all-live` and the proof ────────────────────────────────────

SUPPOSED_HOURS: Final = tuple(Span(weekday, time(8), time(15)) for weekday in range(5))
_SUPPOSED_SINCE: Final = datetime(2008, 1, 1, tzinfo=UTC)  # the programme's first year: always past


def suppose_all_live(directory: Directory, team: Team, *, offices_only: bool) -> Team:
    """The team as it would be if every post (or every network office) were live.

    Two supposed members sit on each of them, Monday to Friday 8 to 15; whoever really sits there
    is left out, so that only these hours count. The dates of a post are not touched.
    """
    posts = frozenset(
        post
        for post in (*directory.posts, *team.invited, *(p for m in team.members for p in m.posts))
        if not offices_only or _is_office(directory.posts.get(post))
    )
    others = tuple(
        replace(member, posts=tuple(post for post in member.posts if post not in posts))
        for member in team.members
    )
    permission = Permission(_SUPPOSED_SINCE.date(), "angenommen")
    supposed = tuple(
        PostFacts(post, permission, practised=True, accepting=True) for post in sorted(posts)
    )
    return Team(
        members=(*others, *(_supposed_member(name, posts) for name in ("a", "b"))),
        posts=(*supposed, *(facts for facts in team.posts if facts.id not in posts)),
        invited=team.invited,
    )


def _is_office(post: Post | None) -> bool:
    return post is not None and post.kind is PostKind.NETWORK_OFFICE


def _supposed_member(name: str, posts: frozenset[str]) -> Member:
    return Member(
        id=f"angenommen-{name}",
        role=Role.WORKER,
        label="angenommen",
        joined_at=_SUPPOSED_SINCE,
        posts=tuple(sorted(posts)),
        plan=SUPPOSED_HOURS,
    )
