"""The directory as values: schools, posts, carriers, helplines, places, holidays.

What is unknown is ``None`` or empty, never a guess; each row carries its source and dates.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum

from bot.core.tree import Audience


class PostKind(StrEnum):
    SCHOOL_SOCIAL_WORK = "school_social_work"
    NETWORK_OFFICE = "network_office"
    COORDINATION_OFFICE = "coordination_office"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of opening on a weekday (0 = Monday), local time; an end of 24:00 is time.max."""

    weekday: int
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class School:
    id: str  # "ST-80", an internal key of this collection
    name: str
    type: str  # "" when unknown
    street: str
    plz: str
    town: str
    locality: str
    municipality: str
    district: str
    phone: str  # of the register, dated register_date
    email: str
    website: str
    register_date: str
    later_name: str = ""
    domain_label: str = ""
    social_work: bool | None = None  # None: unknown, never "no"
    social_work_source_url: str = ""
    social_work_source_date: str = ""  # "" = the source carries none


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who employs a post's members and answers for their data."""

    id: str
    name: str
    youth_office: bool | None  # None: unknown, treated as yes when a visitor excludes it
    telegram: str = "no"  # no | notice | text
    privacy_contact: str = ""
    approved_on: date | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Post:
    """An addressee, never a person; hours are public information, never the base of a promise."""

    id: str
    kind: PostKind
    name: str
    carrier: str
    districts: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    takes: frozenset[Audience] = frozenset()
    street: str = ""
    plz: str = ""
    town: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    website: str = ""
    room: str = ""
    hours: tuple[Span, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None  # last day; ends silently after it
    source_url: str = ""
    source_date: str = ""
    checked_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Helpline:
    id: str
    name: str
    audiences: frozenset[Audience]
    topics: tuple[str, ...]
    phone: str
    hours_text: str
    hours: tuple[Span, ...]  # empty: not evidenced
    chat_url: str
    instant_chat: bool
    website: str
    cost: str
    languages: tuple[str, ...]
    anonymous: str
    districts: tuple[str, ...]  # empty: everywhere in the Land
    area: str
    source_url: str
    source_date: str
    confidence: str
    checked_on: date | None = None


@dataclass(frozen=True, slots=True)
class District:
    id: str
    name: str
    located: str  # "in Halle", for "weil deine Schule in Halle liegt"


@dataclass(frozen=True, slots=True)
class Place:
    """A locality or municipality by name, with its postcodes."""

    name: str
    municipality: str
    district: str
    plz: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holiday:
    """School holidays, both days included."""

    name: str
    first: date
    last: date
    agreed: bool = True  # False: two sources differ


@dataclass(frozen=True, slots=True)
class DayOverride:
    """A day that a coordinator set by hand; kind is ``public``, ``school`` or ``workday``."""

    day: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """A step of the deadline walk; ``days`` only where a source names a number of them."""

    id: str
    order: int
    audiences: frozenset[Audience]
    title: str  # as adults read it
    days: int | None
    count: str  # calendar | school: which days count, the first one included
    source: str
    source_url: str
    source_date: str


@dataclass(frozen=True)
class Directory:
    """Everything the coordinators keep in their spreadsheets."""

    districts: Mapping[str, District]
    schools: Mapping[str, School]
    carriers: Mapping[str, Carrier]
    posts: Mapping[str, Post]
    helplines: Mapping[str, Helpline]
    places: tuple[Place, ...] = ()
    postcodes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # plz → district ids
    holidays: tuple[Holiday, ...] = ()
    overrides: tuple[DayOverride, ...] = ()
    deadlines: tuple[Deadline, ...] = ()

    def school_post(self, school: str) -> Post | None:
        return self.posts.get(f"schulsozialarbeit-{school.lower()}")

    def office(self, district: str) -> Post | None:
        return self.posts.get(f"netzwerkstelle-{district}")

    def coordination(self) -> Post | None:
        return self.posts.get(COORDINATION)


COORDINATION = "koordinierungsstelle"
