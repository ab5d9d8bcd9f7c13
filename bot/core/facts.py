"""Facts by reference → the lines a visitor reads. No literal number lives anywhere else."""

from collections.abc import Iterable
from datetime import datetime

from bot.core.calendar import open_at
from bot.core.directory import Helpline
from bot.core.routing import Contact, contacts, school_contact
from bot.core.tree import Audience
from bot.core.view import Sight
from bot.core.walk import Place
from bot.core.world import Turn

MOST_LINES = 5  # helplines on one screen; more is no help
EMERGENCY = ("notruf-112", "notruf-110")


def lines(turn: Turn, sight: Sight, place: Place, facts: Iterable[str]) -> tuple[str, ...]:
    """One paragraph for each fact that has something to say here."""
    found = (paragraph(turn, sight, place, fact) for fact in facts)
    return tuple(text for text in found if text)


def paragraph(turn: Turn, sight: Sight, place: Place, fact: str) -> str:
    """The words for one reference of the closed set; unknown references do not pass the check."""
    kind, _, name = fact.partition(".")
    match kind, name:
        case "helpline", _:
            return helpline(turn.k.directory.helplines[name])
        case "helplines", "now":
            return "\n".join(helpline(h) for h in answering(sight, None))
        case "helplines", _:
            return "\n".join(helpline(h) for h in about(sight, place.topic))
        case "card", _:
            return card(turn, sight, place)
        case "school", _:
            return _school(turn, sight, place)
        case _:
            return _contacts(turn, sight, place, kind)


# ── Helplines ───────────────────────────────────────────────────────────────────────────────────


def helpline(line: Helpline) -> str:
    """One line: name, number or page, hours, cost."""
    reach = line.phone or line.chat_url or line.website
    detail = ", ".join(part for part in (line.hours_text, line.cost) if part)
    chat = f" · Chat: {line.chat_url}" if line.phone and line.instant_chat else ""
    return f"{line.name}: {reach}{f' ({detail})' if detail else ''}{chat}"


def fits(line: Helpline, sight: Sight) -> bool:
    """Whether a line is meant for this visitor; one still unknown may be anybody."""
    meant = sight.audience is None or sight.audience in line.audiences
    return meant and (not line.districts or sight.district in line.districts)


def answering(sight: Sight, topic: str | None) -> tuple[Helpline, ...]:
    """Who answers at this moment: the emergency numbers, then what fits best."""
    known = sight.k.directory.helplines
    first = tuple(known[i] for i in EMERGENCY if i in known)
    now = [
        h
        for h in known.values()
        if h not in first and (h.phone or h.instant_chat) and fits(h, sight) and _now(h, sight.at)
    ]
    now.sort(key=lambda h: (topic not in h.topics, not h.instant_chat, "allgemein" not in h.topics))
    return first + tuple(_one_of_each(now))[:MOST_LINES]


def about(sight: Sight, topic: str | None) -> tuple[Helpline, ...]:
    """Lines for a topic, whenever they answer."""
    known = sight.k.directory.helplines.values()
    fitting = [h for h in known if topic in h.topics and fits(h, sight)]
    fitting.sort(key=lambda h: h.id in EMERGENCY)
    return tuple(_one_of_each(fitting))[:MOST_LINES]


def _one_of_each(lines: Iterable[Helpline]) -> Iterable[Helpline]:
    """Several numbers of one service are one help."""
    services: set[str] = set()
    for line in lines:
        service = line.name.split(" (")[0].split(" – ")[0]
        if service not in services:
            services.add(service)
            yield line


def _now(line: Helpline, at: datetime) -> bool:
    return open_at(line.hours, at)


# ── Contacts ────────────────────────────────────────────────────────────────────────────────────


def _contacts(turn: Turn, sight: Sight, place: Place, kind: str) -> str:
    wish = sight.wish(skip_school=place.skip_school)
    found = contacts(turn.k.directory, turn.k.calendar, sight.team, wish, sight.at)
    match kind:
        case "post":
            found = tuple(c for c in found if c.phones or c.email)[:1] or found[:1]
        case "office":
            found = tuple(c for c in found if c.post.startswith("netzwerkstelle-"))
        case "coordination":
            found = tuple(c for c in found if c.post == "koordinierungsstelle")
        case _:
            pass
    if not found:
        kept_out = sight.decide("school", skip_school=place.skip_school) == "excluded"
        key = "no_contact_known_elsewhere" if kept_out else "no_contact_known"
        return turn.text(key, sight.audience)
    return "\n\n".join(contact(turn, c, sight.audience) for c in found)


def contact(turn: Turn, known: Contact, audience: Audience | None) -> str:
    """A contact with what is known of it, its source and that source's date."""
    rows = [known.name, *known.phones, known.email, known.address, known.room]
    rows += [known.hours_text, known.website, known.evidence]
    if not (known.phones or known.email):
        rows.insert(1, turn.text("no_number_known", audience))
    return "\n".join(row for row in rows if row)


def _school(turn: Turn, sight: Sight, place: Place) -> str:
    school = sight.conversation.school
    if sight.decide("school", skip_school=place.skip_school) == "excluded":
        return ""
    found = school_contact(turn.k.directory, school) if school else None
    return contact(turn, found, sight.audience) if found else ""


# ── The card to take along ──────────────────────────────────────────────────────────────────────


def card(turn: Turn, sight: Sight, place: Place) -> str:
    """Fixed sentences and the visitor's own taps, in German and, where there are any, own words."""
    audience, directory = sight.audience, turn.k.directory
    school = directory.schools.get(sight.conversation.school or "")
    district = directory.districts.get(sight.conversation.district or "")
    topic = turn.k.tree.topics[place.topic].title if place.topic else ""
    rows = [
        turn.text("card_title"),
        turn.text("card_who", audience),
        turn.text("card_school", school=f"{school.name}, {school.town}") if school else "",
        turn.text("card_district", district=district.name) if district and not school else "",
        turn.text("card_topic", topic=topic) if topic else "",
        *(f"– {choice.label.of(audience)}" for choice in place.path),
        turn.text("card_wish", audience),
    ]
    language = turn.k.languages.get(sight.language)
    if language and language.card:
        rows.append(f"\n{language.name}: {language.card}")
        rows.append(turn.text("card_language", language=language.name))
    return "\n".join(row for row in rows if row)
