"""Facts by reference → the lines a visitor reads. No literal number lives anywhere else."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.core.calendar import open_at
from bot.core.directory import COORDINATION, Directory, Helpline
from bot.core.knowledge import GERMAN, Knowledge, german
from bot.core.routing import Contact, contacts, school_contact
from bot.core.tree import Audience, Goto, Text
from bot.core.view import Sight
from bot.core.walk import Place
from bot.core.world import Turn

MOST_LINES = 5  # helplines on one screen; more is no help
INTERPRETER = "sisa-sprachmittlung"  # the state's own, by telephone
EMERGENCY = ("notruf-112", "notruf-110")
ANYTHING = "allgemein"  # in a line's topics: whatever the worry is
LANGUAGES = "migration-sprache"


def lines(turn: Turn, sight: Sight, place: Place, facts: Iterable[str]) -> tuple[str, ...]:
    """One paragraph for each fact that has something to say here."""
    found = (paragraph(turn, sight, place, fact) for fact in facts)
    return tuple(text for text in found if text)


def paragraph(turn: Turn, sight: Sight, place: Place, fact: str) -> str:
    """The words for one reference of the closed set; unknown references do not pass the check."""
    kind, _, name = fact.partition(".")
    match kind, name:
        case "helpline", _:
            return helplines(sight, (turn.k.directory.helplines[name],))
        case "helplines", "now":
            return helplines(sight, answering(sight, place.topic))
        case "helplines", _:
            return helplines(sight, about(sight, place.topic))
        case "card", _:
            return card(turn, sight, place)
        case "school", _:
            return _school(turn, sight, place)
        case _:
            return _contacts(turn, sight, place, kind)


# ── Helplines ───────────────────────────────────────────────────────────────────────────────────


def helplines(sight: Sight, lines: Iterable[Helpline]) -> str:
    """One line each; to whom speaks another language it says which ones speak only German.

    Not of the emergency numbers: nobody vouches for what is spoken there, and nobody shall wait.
    """
    only = "" if german(sight.language) else f" · {sight.k.said('only_german', sight.audience)}"
    return "\n".join(helpline(line) + (only if _only_german(line) else "") for line in lines)


def _only_german(line: Helpline) -> bool:
    return line.languages == (GERMAN,) and line.id not in EMERGENCY


def helpline(line: Helpline) -> str:
    """One line: name, number or page, hours, cost, and how old its source is."""
    reach = line.phone or line.chat_url or line.website
    name = line.name.replace(f" ({line.phone})", "")  # a number is said once
    dated = f"Stand {line.source_date[:4]}" if line.source_date else "Datum der Quelle unbekannt"
    detail = ", ".join(part for part in (line.hours_text, line.cost, dated) if part)
    chat = f" · Chat: {line.chat_url}" if line.phone and line.instant_chat else ""
    return f"{name}: {reach} ({detail}){chat}"


def fits(line: Helpline, sight: Sight) -> bool:
    """Whether a line is meant for this visitor; one still unknown is a child or of a family."""
    unknown = {Audience.PUPIL, Audience.GUARDIAN}
    meant = line.audiences & ({sight.audience} if sight.audience else unknown)
    return bool(meant) and (not line.districts or sight.district in line.districts)


def answering(sight: Sight, topic: str | None) -> tuple[Helpline, ...]:
    """The emergency numbers, then at most ``MOST_LINES`` that answer now and fit the worry."""
    known = sight.k.directory.helplines
    first = tuple(known[i] for i in EMERGENCY if i in known)
    meant = [h for h in known.values() if h not in first and _helps(h, sight, topic)]
    now = [h for h in meant if open_at(h.hours, sight.at)]
    now.sort(key=lambda h: _rank(h, sight, topic))
    unproven = (_unproven(h) for h in meant if not h.hours and _in_own_language(h, sight))
    last = tuple(unproven)[:1]
    return first + tuple(_one_of_each(now))[: MOST_LINES - len(last)] + last


def about(sight: Sight, topic: str | None) -> tuple[Helpline, ...]:
    """Lines for a topic, whenever they answer."""
    known = sight.k.directory.helplines.values()
    fitting = [h for h in known if topic in h.topics and fits(h, sight)]
    # Who asks about languages may look for an interpreter of one that they do not speak.
    fitting = [h for h in fitting if topic == LANGUAGES or _understood(h, sight)]
    fitting.sort(key=lambda h: (h.id in EMERGENCY, not _in_own_language(h, sight)))
    return tuple(_one_of_each(fitting))[:MOST_LINES]


def _helps(line: Helpline, sight: Sight, topic: str | None) -> bool:
    """At once, in a language of the visitor, with this worry or with any."""
    at_once = bool(line.phone) or line.instant_chat
    suited = topic in line.topics or ANYTHING in line.topics
    return at_once and suited and fits(line, sight) and _understood(line, sight)


def _rank(line: Helpline, sight: Sight, topic: str | None) -> tuple[bool, ...]:
    """The own language first, then lines for this audience alone, then the worry."""
    alone = line.audiences == {sight.audience or Audience.PUPIL}  # unknown: perhaps a child
    own = _in_own_language(line, sight)
    return not own, not alone, not line.instant_chat, topic not in line.topics


def _understood(line: Helpline, sight: Sight) -> bool:
    return GERMAN in line.languages or sight.language in line.languages


def _in_own_language(line: Helpline, sight: Sight) -> bool:
    """Whether a line speaks the visitor's language and that is not German."""
    return not german(sight.language) and sight.language in line.languages


def _unproven(line: Helpline) -> Helpline:
    """A line whose hours nobody vouches for says so."""
    told = (line.hours_text, "Zeiten nicht belegt")
    return replace(line, hours_text=", ".join(part for part in told if part))


def _one_of_each(lines: Iterable[Helpline]) -> Iterable[Helpline]:
    """Several numbers of one service for the same people are one help."""
    services: set[tuple[str, frozenset[Audience]]] = set()
    for line in lines:
        service = (line.name.split(" (")[0].split(" – ")[0], line.audiences)
        if service not in services:
            services.add(service)
            yield line


# ── Contacts ────────────────────────────────────────────────────────────────────────────────────


def of_posts(turn: Turn, sight: Sight, place: Place, kind: str) -> tuple[Contact, ...]:
    """The contacts that a reference of this kind shows here."""
    wish = sight.wish(skip_school=place.skip_school)
    found = contacts(turn.k.directory, turn.k.calendar, sight.team, wish, sight.at)
    match kind:
        case "reader":
            posts = [rung.post for rung in sight.live(skip_school=place.skip_school)[:1]]
            return tuple(c for c in found if c.post in posts and findable(c))
        case "post":
            return tuple(c for c in found if _has_way(c))[:1] or found[:1]
        case "office":
            return tuple(c for c in found if c.post.startswith("netzwerkstelle-"))
        case "coordination":
            return tuple(c for c in found if c.post == COORDINATION)
        case _:
            return _for(sight.audience, found)


def _contacts(turn: Turn, sight: Sight, place: Place, kind: str) -> str:
    wish = sight.wish(skip_school=place.skip_school)
    found = of_posts(turn, sight, place, kind)
    if kind == "reader":
        return visit(turn, sight, found)
    if not found:
        kept_out = sight.decide("school", skip_school=place.skip_school) == "excluded"
        key = "no_contact_known_elsewhere" if kept_out else "no_contact_known"
        said = [turn.text(key, sight.audience)]
    else:
        said = [contact(turn, c, sight.audience) for c in found]
    if kind == "ladder" and not (wish.school or wish.district):
        said.append(_lines_instead(sight, place.topic))
    return "\n\n".join(said)


def findable(known: Contact) -> bool:
    """Whether anything says where or when somebody is there."""
    return bool(known.address or known.room or known.hours_text)


def visit(turn: Turn, sight: Sight, found: tuple[Contact, ...]) -> str:
    """Where and when somebody finds the post that would read it; unknown is said as unknown."""
    if not found:
        return turn.text("visit_unknown", sight.audience)
    there = found[0]
    rows = (there.name, there.address, there.room, there.hours_text, there.evidence)
    return "\n".join(row for row in rows if row)


def _for(audience: Audience | None, found: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Families are not sent to the coordination office where anybody else has a number."""
    others = tuple(c for c in found if c.post != COORDINATION)
    enough = audience is not Audience.TEACHER and any(_has_way(c) for c in others)
    return others if enough else found


def _has_way(known: Contact) -> bool:
    return bool(known.phones or known.email)


def _lines_instead(sight: Sight, topic: str | None) -> str:
    """Where no place is named, no post near it is known: the lines for the topic, or for now."""
    return helplines(sight, about(sight, topic) or answering(sight, topic))


def contact(turn: Turn, known: Contact, audience: Audience | None) -> str:
    """A contact with what is known of it, its source and that source's date."""
    rows = [known.name, *known.phones, known.email, known.address, known.room]
    rows += [known.hours_text, known.website, known.evidence]
    if not _has_way(known):
        rows.insert(1, turn.text("no_number_known", audience))
    if known.post == COORDINATION and audience is not Audience.TEACHER:
        rows.insert(1, turn.text("coordination_for_families", audience))
    return "\n".join(row for row in rows if row)


def of_school(turn: Turn, sight: Sight, place: Place) -> Contact | None:
    """The school's own entry, unless the visitor keeps the school out."""
    school = sight.conversation.school
    if school is None or sight.decide("school", skip_school=place.skip_school) == "excluded":
        return None
    return school_contact(turn.k.directory, school)


def _school(turn: Turn, sight: Sight, place: Place) -> str:
    found = of_school(turn, sight, place)
    return contact(turn, found, sight.audience) if found else ""


def interpreter(directory: Directory, language: str) -> str:
    """Who puts this language into German, with number and hours; "" where nobody is known."""
    line = directory.helplines.get(INTERPRETER)
    return helpline(line) if line is not None and language in line.languages else ""


# ── The card to take along ──────────────────────────────────────────────────────────────────────


def card(turn: Turn, sight: Sight, place: Place) -> str:
    """Fixed sentences and the visitor's own taps, in German and in the visitor's language."""
    rows = list(_card(turn, turn.german, sight, place))
    language = turn.k.languages.get(sight.language)
    if language and language.card:
        own = _card(turn, turn.k, sight, place) if turn.k is not turn.german else ()
        rows += ["", f"{language.name}: {language.card}", *own]
        rows.append(turn.text("card_language", language=language.name))
    rows += ["", turn.stand(), "", turn.text("card_contacts")]
    return "\n".join(rows)


def _card(turn: Turn, k: Knowledge, sight: Sight, place: Place) -> Iterator[str]:
    audience, directory = sight.audience, k.directory
    school = directory.schools.get(sight.conversation.school or "")
    district = directory.districts.get(sight.conversation.district or "")
    yield k.said("card_title")
    yield k.said("card_who", audience)
    if school:
        yield k.said("card_school", school=f"{school.name}, {school.town}")
    elif district:
        yield k.said("card_district", district=district.name)
    if place.topic:
        yield k.said("card_topic", topic=k.tree.topics[place.topic].title)
    for label in chosen(turn, sight, place):
        yield f"– {(label if k is turn.k else label.original).of(audience)}"
    yield k.said("card_wish", audience)


def chosen(turn: Turn, sight: Sight, place: Place) -> tuple[Text, ...]:
    """The taps that say something about the visitor: answers within the topic, each once.

    Ways on are none: into a piece, into another topic, back to the start, or a question to the bot.
    """
    if place.topic is None:
        return ()
    start = turn.k.tree.topics[place.topic].start
    said: list[Text] = []
    for choice in place.path:
        asks = choice.label.original.of(sight.audience).endswith("?")
        match choice.target:
            case Goto(node) if node.startswith(f"{place.topic}.") and node != start:
                said += [] if asks else [choice.label]
            case _:
                pass
    return tuple(dict.fromkeys(said))
