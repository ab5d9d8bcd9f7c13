"""Faults of who can be asked: posts without a place on the ladder, past their end, unconfirmed."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from bot.core.check.findings import Finding, Grade
from bot.core.check.material import Material
from bot.core.directory import COORDINATION, Directory, Post, PostKind

EVIDENCE_SINCE: Final = 2024  # older evidence of school social work makes no post (DESIGN 4)
SOON: Final = timedelta(days=90)  # product.md: not confirmed, or funding ends


def posts(material: Material, today: date) -> Iterator[Finding]:
    """All findings of this kind."""
    if "posts" in material.unread:
        return
    for post in material.directory.posts.values():
        yield from _named(material, post)
        yield from _ended(material, post, today)
        yield from _evidence(material, post, today)
    yield from _gaps(material)


def _named(material: Material, post: Post) -> Iterator[Finding]:
    """Ids follow from what the post serves; routing finds it by them."""
    expected = _expected_id(post)
    if expected is None:
        served = "eine Schule" if post.kind is PostKind.SCHOOL_SOCIAL_WORK else "einen Kreis"
        column = "schools" if post.kind is PostKind.SCHOOL_SOCIAL_WORK else "districts"
        yield material.finding(
            Grade.ERROR,
            post.id,
            "posts-served",
            f"Die Stelle „{post.id}“ braucht genau {served}.",
            f"Bitte in „{column}“ genau eine Kennung eintragen.",
        )
    elif post.id != expected:
        yield material.finding(
            Grade.ERROR,
            post.id,
            "posts-id",
            f"Die Stelle heißt „{post.id}“, wird so aber nicht gefunden.",
            f"Vorschlag: {expected}.",
        )
    if post.kind is not PostKind.COORDINATION_OFFICE and not post.takes:
        yield material.finding(
            Grade.ERROR,
            post.id,
            "posts-takes",
            f"Bei „{post.id}“ steht nicht, für wen sie da ist.",
            "Bitte „takes“ ausfüllen: pupil guardian teacher.",
        )


def _expected_id(post: Post) -> str | None:
    match post.kind, post.schools, post.districts:
        case PostKind.COORDINATION_OFFICE, _, _:
            return COORDINATION
        case PostKind.SCHOOL_SOCIAL_WORK, (school,), _:
            return f"schulsozialarbeit-{school.lower()}"
        case PostKind.NETWORK_OFFICE, _, (district,):
            return f"netzwerkstelle-{district}"
        case _:
            return None


def _ended(material: Material, post: Post, today: date) -> Iterator[Finding]:
    last, first = post.valid_until, post.valid_from
    if last is None:
        return
    if first is not None and last < first:
        yield material.finding(
            Grade.ERROR,
            post.id,
            "posts-backwards",
            f"„{post.id}“ endet am {last:%d.%m.%Y}, bevor sie am {first:%d.%m.%Y} beginnt.",
            "Bitte „valid_from“ und „valid_until“ prüfen.",
        )
    elif last < today:
        yield material.finding(
            Grade.ERROR,
            post.id,
            "posts-ended",
            f"„{post.id}“ ist seit dem {last:%d.%m.%Y} zu Ende, und niemand folgt ihr nach.",
            "Bitte „valid_until“ verlängern oder die Zeile löschen.",
        )
    elif last <= today + SOON:
        yield material.finding(
            Grade.WARNING,
            post.id,
            "posts-ending",
            f"„{post.id}“ endet am {last:%d.%m.%Y}.",
            "Bitte klären, wie es weitergeht.",
        )


def _evidence(material: Material, post: Post, today: date) -> Iterator[Finding]:
    if not post.source_url and (post.phones or post.email):
        yield material.finding(
            Grade.ERROR,
            post.id,
            "posts-source",
            f"„{post.id}“ hat Kontaktdaten ohne Quelle.",
            "Bitte „source_url“ eintragen.",
        )
    year = int(post.source_date[:4] or EVIDENCE_SINCE)
    if post.kind is PostKind.SCHOOL_SOCIAL_WORK and year < EVIDENCE_SINCE:
        yield material.finding(
            Grade.ERROR,
            post.id,
            "posts-old-evidence",
            f"Der Beleg zu „{post.id}“ ist von {year}; ob es die Stelle noch gibt, ist offen.",
            "Bitte nachfragen und die neue Quelle eintragen, oder die Zeile löschen.",
        )
    if not post.source_date:
        yield material.finding(
            Grade.INFO,
            post.id,
            "posts-undated",
            f"Die Quelle zu „{post.id}“ trägt kein Datum.",
            "Bitte nachfragen und „source_date“ oder „checked_on“ eintragen.",
        )
    if post.checked_on is not None and post.checked_on < today - SOON:
        yield material.finding(
            Grade.WARNING,
            post.id,
            "posts-unconfirmed",
            f"„{post.id}“ wurde zuletzt am {post.checked_on:%d.%m.%Y} bestätigt.",
            "Bitte anrufen und „checked_on“ erneuern.",
        )


def _gaps(material: Material) -> Iterator[Finding]:
    directory: Directory = material.directory
    for school in directory.schools.values():
        dated = school.social_work_source_date[:4]
        if (
            school.social_work
            and dated >= str(EVIDENCE_SINCE)
            and directory.school_post(school.id) is None
        ):
            yield material.finding(
                Grade.WARNING,
                school.id,
                "posts-no-school-post",
                f"Für {school.name} ist Schulsozialarbeit von {dated} belegt, aber es fehlt die "
                "Stelle.",
                f"Bitte eine Zeile „schulsozialarbeit-{school.id.lower()},…“ ergänzen.",
            )
    if directory.coordination() is None:
        yield material.finding(
            Grade.ERROR,
            "posts",
            "posts-no-coordination",
            "Die Koordinierungsstelle fehlt.",
            f"Bitte eine Zeile „{COORDINATION},coordination_office,…“ ergänzen.",
        )
    for district in directory.districts.values():
        if directory.office(district.id) is None:
            yield material.finding(
                Grade.ERROR,
                "posts",
                "posts-no-office",
                f"Für {district.name} fehlt die Netzwerkstelle.",
                f"Bitte eine Zeile „netzwerkstelle-{district.id},network_office,…“ ergänzen, "
                "auch ohne Telefon.",
            )
