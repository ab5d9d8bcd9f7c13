"""What one ladder has to show, and what is wrong with it, judged from directory and plans alone.

Nothing here asks ``routing``: which posts belong on a ladder is worked out a second time, in
another way, so that a fault there is seen here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from bot.core import routing
from bot.core.calendar import Calendar, local
from bot.core.directory import COORDINATION, Directory, Post, PostKind, School, Span
from bot.core.posts import PostState
from bot.core.records import Team
from bot.core.routing import SCHOOL, YOUTH_OFFICE, Rung, Wish


class Shown(StrEnum):
    """The best that a visitor is shown, best first; a state-wide page is never a person."""

    LIVE = "live"  # a post that takes the request and promises an answer
    PHONE = "phone"  # telephone or e-mail of a post, with its source
    PAGE_ONLY = "page_only"  # a page of the school's post or of the district's office
    STATE_PAGE_ONLY = "state_page_only"
    NOTHING = "nothing"


def shown(directory: Directory, rungs: tuple[Rung, ...]) -> Shown:
    """The best of what this ladder has to show."""
    if routing.live(rungs):
        return Shown.LIVE
    posts = [directory.posts[rung.post] for rung in rungs if rung.post in directory.posts]
    near = [post for post in posts if post.kind is not PostKind.COORDINATION_OFFICE]
    if any(post.source_url and (post.phones or post.email) for post in near):
        return Shown.PHONE
    if any(post.website and not _state_wide(directory, post.website) for post in near):
        return Shown.PAGE_ONLY
    if any(post.website for post in posts):
        return Shown.STATE_PAGE_ONLY
    return Shown.NOTHING


def _state_wide(directory: Directory, website: str) -> bool:
    """Whether an office's page is really the programme's: that page, or its site's front page."""
    coordination = directory.coordination()
    if coordination is None or not coordination.website:
        return False
    page, programme = urlsplit(website), urlsplit(coordination.website)
    return page.hostname == programme.hostname and page.path.strip("/") in {
        "",
        programme.path.strip("/"),
    }


@dataclass(frozen=True, slots=True)
class Case:
    """One visitor at one moment; the school of the wish must be in the directory."""

    directory: Directory
    calendar: Calendar
    team: Team
    wish: Wish
    at: datetime

    @property
    def school(self) -> School:
        return self.directory.schools[self.wish.school or ""]

    @property
    def day(self) -> date:
        return local(self.at).date()


def ladder_faults(case: Case, rungs: tuple[Rung, ...]) -> Iterator[str]:
    """Each fault as a German clause; nothing when the ladder of this case is right."""
    yield from _order_faults(case, rungs)
    for rung in rungs:
        post = case.directory.posts.get(rung.post)
        if rung.takes and rung.kind is PostKind.COORDINATION_OFFICE:
            yield f"{rung.post} nimmt Anfragen an, ist aber nur für Hinweise da"
        elif rung.takes and post and case.wish.audience not in post.takes:
            yield f"{rung.post} nimmt {case.wish.audience} an, das steht nicht im Verzeichnis"
        if rung.state is PostState.LIVE and not case.team.facts(rung.post).accepting:
            yield f"{rung.post} gilt als offen, ohne dass „Ab jetzt annehmen“ getippt wurde"
        if rung.promise:
            yield from _promise_faults(case, rung, rung.promise)


def expected_posts(case: Case) -> tuple[str, ...]:
    """The ids that belong on the ladder, in order."""
    directory, team, wish = case.directory, case.team, case.wish
    own = f"schulsozialarbeit-{case.school.id.lower()}"
    known = {*directory.posts, *team.invited, *(post for m in team.members for post in m.posts)}
    return tuple(
        post
        for post in (own, f"netzwerkstelle-{case.school.district}", COORDINATION)
        if post in known
        and not (post == own and (wish.skip_school or SCHOOL in wish.excluded))
        and not (YOUTH_OFFICE in wish.excluded and _may_be_youth_office(directory, post))
        and not _has_ended(directory.posts.get(post), case.day)
    )


def _may_be_youth_office(directory: Directory, post_id: str) -> bool:
    """Whether the carrier is a Jugendamt, or nobody knows."""
    post = directory.posts.get(post_id)
    carrier = directory.carriers.get(post.carrier) if post else None
    return carrier.youth_office in {True, None} if carrier else True


def _has_ended(post: Post | None, day: date) -> bool:
    if post is None:
        return False
    begun = post.valid_from is None or post.valid_from <= day
    return not begun or (post.valid_until is not None and post.valid_until < day)


def _order_faults(case: Case, rungs: tuple[Rung, ...]) -> Iterator[str]:
    expected = expected_posts(case)
    found = tuple(rung.post for rung in rungs)
    if found == expected:
        return
    for post in found:
        if post not in expected:
            yield f"{post} gehört nicht auf die Leiter: {_why_not(case, post)}"
    for post in expected:
        if post not in found:
            yield f"{post} fehlt auf der Leiter"
    if set(found) == set(expected):
        yield f"falsche Reihenfolge: {', '.join(found)} statt {', '.join(expected)}"


def _why_not(case: Case, post_id: str) -> str:
    if _has_ended(case.directory.posts.get(post_id), case.day):
        return "diese Stelle gibt es an dem Tag nicht"
    office = post_id.startswith("netzwerkstelle-")
    if office and post_id != f"netzwerkstelle-{case.school.district}":
        return "die Schule liegt nicht in ihrem Landkreis"
    return "sie ist ausgeschlossen oder für eine andere Schule da"


def _promise_faults(case: Case, rung: Rung, promise: datetime) -> Iterator[str]:
    if promise <= case.at:
        yield f"{rung.post} verspricht eine Antwort in der Vergangenheit ({promise.isoformat()})"
    plans = [span for member in case.team.of(rung.post) for span in member.plan]
    if not any(_ends(span, promise) for span in plans):
        yield f"{rung.post} verspricht eine Antwort außerhalb der Dienstzeiten"
    # A span until 24:00 ends when the next day begins, so the day is that of the moment before.
    day = local(promise.astimezone(UTC) - timedelta(microseconds=1)).date()
    if not case.calendar.working_day(day, rung.kind):
        yield f"{rung.post} verspricht eine Antwort an einem freien Tag ({day.isoformat()})"


def _ends(span: Span, promise: datetime) -> bool:
    here = local(promise)
    if span.end == time.max:
        return here.time() == time() and here.weekday() == (span.weekday + 1) % 7
    return here.weekday() == span.weekday and here.time() == span.end
