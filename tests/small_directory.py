"""A directory small enough to be read: two districts, two schools, four posts, two helplines.

Halle has everything (a school's post, an office of the Jugendamt with telephone and e-mail), the
Saalekreis almost nothing (an office of an unknown carrier with a page).
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from bot.core.directory import (
    Carrier,
    Directory,
    District,
    Helpline,
    Holiday,
    Place,
    Post,
    PostKind,
    School,
    Span,
)
from bot.core.records import Member, Permission, PostFacts, Role, Team
from bot.core.tree import Audience

EVERYBODY = frozenset(Audience)
WEEK = tuple(Span(day, time(8), time(15)) for day in range(5))
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)

HALLE_SCHOOL = School(
    id="ST-80",
    name="Grundschule Am Beispiel",
    type="Grundschule",
    street="Beispielstraße 1",
    plz="06114",
    town="Halle (Saale)",
    locality="",
    municipality="Halle (Saale)",
    district="halle",
    phone="0345 000000",
    email="kontakt@schule.example",
    website="https://schule.example",
    register_date="2016-11-25",
)
SAALE_SCHOOL = replace(
    HALLE_SCHOOL,
    id="ST-81",
    name="Sekundarschule Am Muster",
    type="Sekundarschule",
    plz="06217",
    town="Merseburg",
    municipality="Merseburg",
    district="saalekreis",
    phone="",
)

SCHOOL_POST = Post(
    id="schulsozialarbeit-st-80",
    kind=PostKind.SCHOOL_SOCIAL_WORK,
    name="Schulsozialarbeit an der Grundschule Am Beispiel",
    carrier="verein",
    schools=("ST-80",),
    takes=EVERYBODY,
    room="Raum 12",
    source_url="https://www.verein.example/schulen",
    source_date="2025",
)
HALLE_OFFICE = Post(
    id="netzwerkstelle-halle",
    kind=PostKind.NETWORK_OFFICE,
    name="Netzwerkstelle „Schulerfolg für Halle“",
    carrier="stadt-halle-jugendamt",
    districts=("halle",),
    takes=EVERYBODY,
    street="Musterweg 40",
    plz="06114",
    town="Halle",
    phones=("0345 000001",),
    email="netzwerk@halle.example",
    website="https://programm.example/netzwerkstellen/halle.html",
    hours=(*WEEK[:4], Span(4, time(8), time(12))),
    valid_until=date(2028, 7, 31),
    source_url="https://programm.example/netzwerkstellen/halle.html",
)
SAALE_OFFICE = Post(
    id="netzwerkstelle-saalekreis",
    kind=PostKind.NETWORK_OFFICE,
    name="Netzwerkstelle „Schulerfolg sichern“ Saalekreis",
    carrier="unbekannt-saalekreis",
    districts=("saalekreis",),
    takes=EVERYBODY,
    website="https://programm.example/netzwerkstellen/saalekreis.html",
    valid_until=date(2028, 7, 31),
    source_url="https://zeitung.example/saalekreis",
    source_date="2023-04",
)
COORDINATION_OFFICE = Post(
    id="koordinierungsstelle",
    kind=PostKind.COORDINATION_OFFICE,
    name="Landesweite Koordinierungsstelle",
    carrier="stiftung",
    districts=("halle", "saalekreis"),
    town="Magdeburg",
    website="https://programm.example/koordinierungsstelle.html",
    source_url="https://land.example/schulsozialarbeit",
    source_date="2025-12-12",
)

HOLIDAYS = (
    Holiday("Sommerferien", date(2026, 7, 4), date(2026, 8, 14)),
    Holiday("Herbstferien", date(2026, 10, 19), date(2026, 10, 30)),
    Holiday("Weihnachtsferien", date(2026, 12, 21), date(2027, 1, 2)),
    Holiday("Winterferien", date(2027, 2, 1), date(2027, 2, 6)),
    Holiday("Osterferien", date(2027, 3, 22), date(2027, 3, 27)),
    Holiday("Pfingstferien", date(2027, 5, 15), date(2027, 5, 22), agreed=False),
    Holiday("Sommerferien", date(2027, 7, 10), date(2027, 8, 20)),
)


def helpline(line: str, **changes) -> Helpline:
    """A line for everybody that is always there, changed as told."""
    always = tuple(Span(day, time(), time.max) for day in range(7))
    one = Helpline(
        id=line,
        name=line,
        audiences=EVERYBODY,
        topics=(),
        phone="112",
        hours_text="rund um die Uhr",
        hours=always,
        chat_url="",
        instant_chat=False,
        website="",
        cost="kostenfrei",
        languages=("de",),
        anonymous="",
        districts=(),
        area="",
        source_url="https://land.example/notruf",
        source_date="2025",
        confidence="high",
    )
    return replace(one, **changes)


def small_directory(**changes) -> Directory:
    """The directory described above; a field given by name replaces that field."""
    fields = {
        "districts": {
            "halle": District("halle", "Halle (Saale)", "in Halle"),
            "saalekreis": District("saalekreis", "Saalekreis", "im Saalekreis"),
        },
        "schools": {school.id: school for school in (HALLE_SCHOOL, SAALE_SCHOOL)},
        "carriers": {
            carrier.id: carrier
            for carrier in (
                Carrier("verein", "Verein e. V.", youth_office=False),
                Carrier("stadt-halle-jugendamt", "Stadt Halle, Jugendamt", youth_office=True),
                Carrier("unbekannt-saalekreis", "Träger nicht bekannt", youth_office=None),
                Carrier("stiftung", "Stiftung gGmbH", youth_office=False),
            )
        },
        "posts": by_id(COORDINATION_OFFICE, HALLE_OFFICE, SAALE_OFFICE, SCHOOL_POST),
        "helplines": {
            line.id: line
            for line in (
                helpline("notruf-112"),
                helpline(
                    "nummer-gegen-kummer-116111",
                    name="Nummer gegen Kummer",
                    audiences=frozenset({Audience.PUPIL}),
                    phone="116 111",
                    hours_text="Mo–Sa 14–20 Uhr",
                    hours=tuple(Span(day, time(14), time(20)) for day in range(6)),
                ),
            )
        },
        "places": (
            Place("Halle (Saale)", "Halle (Saale)", "halle", ("06108", "06114")),
            Place("Merseburg", "Merseburg", "saalekreis", ("06217",)),
        ),
        "postcodes": {"06114": ("halle",), "06217": ("saalekreis",)},
        "holidays": HOLIDAYS,
        "overrides": (),
    }
    return Directory(**(fields | changes))


def by_id(*posts: Post) -> dict[str, Post]:
    return {post.id: post for post in posts}


def member(name: str, *posts: str, plan=WEEK, absent_until=None) -> Member:
    return Member(
        id=name,
        role=Role.WORKER,
        label=name,
        joined_at=LONG_AGO,
        posts=posts,
        plan=plan,
        absent_until=absent_until,
    )


def open_facts(post: str, **changes) -> PostFacts:
    """What the store knows of a post that has taken every step."""
    facts = PostFacts(
        post, Permission(LONG_AGO.date(), "Frau Beispiel"), practised=True, accepting=True
    )
    return replace(facts, **changes)


def live_team(*posts: str, plan=WEEK) -> Team:
    """A team in which each of these posts is live with two members of its own."""
    return Team(
        members=tuple(member(f"{who}-{post}", post, plan=plan) for post in posts for who in "AB"),
        posts=tuple(open_facts(post) for post in posts),
    )


def instants(first: date, last: date) -> st.SearchStrategy[datetime]:
    """Aware instants, to the second, from the first day to the end of the last."""
    start = datetime.combine(first, time(), tzinfo=UTC)
    seconds = ((last - first).days + 1) * 86_400 - 1
    return st.integers(0, seconds).map(lambda ahead: start + timedelta(seconds=ahead))
