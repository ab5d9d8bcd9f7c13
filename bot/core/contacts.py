"""What is publicly known of a post or a school, with whose word it is and of when."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.core.calendar import MONTHS, spoken_hours
from bot.core.directory import Directory, Post, PostKind
from bot.core.posts import PostState


@dataclass(frozen=True, slots=True)
class Contact:
    """A public contact of a post or, with ``post`` "", of a school; every unknown is empty."""

    post: str
    name: str
    phones: tuple[str, ...]
    email: str
    website: str
    address: str
    room: str
    hours_text: str
    source_date: str  # as in the directory, "" = the source carries none
    source_url: str
    evidence: str  # „laut halle.de von 2025“, „laut halle.de, Datum der Quelle unbekannt“
    state: PostState = PostState.KNOWN


def contact_of(post: Post, state: PostState) -> Contact | None:
    """The post's contact; None when we know no way to it and it is not in the visitor's school."""
    address = _address(post.street, post.plz, post.town)
    ways = post.phones or post.email or post.website or address
    if not ways and post.kind is not PostKind.SCHOOL_SOCIAL_WORK:
        return None
    return Contact(
        post=post.id,
        name=post.name,
        phones=post.phones,
        email=post.email,
        website=post.website,
        address=address,
        room=post.room,
        hours_text=spoken_hours(post.hours),
        source_date=post.source_date,
        source_url=post.source_url,
        evidence=evidence(post.source_url, post.source_date),
        state=state,
    )


def school_contact(directory: Directory, school: str) -> Contact | None:
    """The school's own entry in the old register; None for a school that we do not know.

    Whether the visitor excluded the school is for the caller to heed.
    """
    entry = directory.schools.get(school)
    if entry is None:
        return None
    what = "Nummer" if entry.phone else "Angaben"
    dated = f"von {entry.register_date[:4]}" if entry.register_date else "ohne bekanntes Datum"
    return Contact(
        post="",
        name=entry.name,
        phones=(entry.phone,) if entry.phone else (),
        email=entry.email,
        website=entry.website,
        address=_address(entry.street, entry.plz, entry.town),
        room="",
        hours_text="",
        source_date=entry.register_date,
        source_url="",
        evidence=f"{what} {dated}, bitte auf der Schulseite prüfen",
    )


def evidence(source_url: str, source_date: str) -> str:
    """Whose word it is and of when, as the visitor reads it: „laut halle.de von 2025“."""
    host = (urlsplit(source_url).hostname or "").removeprefix("www.")
    dated = _dated(source_date)
    if not dated:
        unknown = "Datum der Quelle unbekannt"
        return f"laut {host}, {unknown}" if host else unknown
    return f"laut {host} {dated}" if host else f"nach Angaben {dated}"


def _dated(source_date: str) -> str:
    """„von 2025“, „von März 2025“, „vom 7. März 2025“, as exact as the source is."""
    year, _, rest = source_date.partition("-")
    month, _, day = rest.partition("-")
    if not month:
        return f"von {year}" if year else ""
    name = MONTHS[int(month) - 1]
    return f"vom {int(day)}. {name} {year}" if day else f"von {name} {year}"


def _address(street: str, plz: str, town: str) -> str:
    return ", ".join(part for part in (street, f"{plz} {town}".strip()) if part)
