"""„Stimmt nicht?“ on every contact: counts which line of which entry is wrong, without a text."""

from dataclasses import dataclass

from bot.core.directory import Helpline
from bot.core.facts import about, answering, of_posts, of_school
from bot.core.messages import Button, Count, Screen
from bot.core.records import Conversation, Ref
from bot.core.routing import Contact
from bot.core.screens import beside
from bot.core.standing import place_of, show, sight_of, stand
from bot.core.view import Sight
from bot.core.walk import Place
from bot.core.world import Turn

WRONG = "wrong/"  # what is counted: wrong/<entry>/<field>
OTHER = "other"  # the name, or that there is no such place at all


@dataclass(frozen=True, slots=True)
class Entry:
    """What is shown here of one row of the directory: its id, name, and the lines it has."""

    id: str
    name: str
    fields: tuple[str, ...]


def asked(turn: Turn, conversation: Conversation) -> None:
    """Of which contact of this screen, then which line of it."""
    found = shown(turn, sight_of(turn, conversation), place_of(turn, conversation))
    match found:
        case ():
            stand(turn, conversation)
        case (entry,):
            which_line(turn, conversation, entry)
        case _:
            buttons = [_button(turn, conversation, entry.name, entry.id) for entry in found]
            _ask(turn, conversation, "wrong_which", buttons)


def told(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    """Counted; or a contact was named, and its line is asked for."""
    wanted, _, field = ref.extra.partition("/")
    if field:
        turn.do(Count(f"{WRONG}{wanted}/{field}", conversation.district or ""))
        stand(turn, conversation, first=turn.text("wrong_thanks", conversation.audience))
        return
    found = shown(turn, sight_of(turn, conversation), place_of(turn, conversation))
    entry = next((entry for entry in found if entry.id == wanted), None)
    if entry is None:
        stand(turn, conversation)
    else:
        which_line(turn, conversation, entry)


def which_line(turn: Turn, conversation: Conversation, entry: Entry) -> None:
    buttons = [
        _button(turn, conversation, turn.text(f"wrong_{field}"), f"{entry.id}/{field}")
        for field in entry.fields
    ]
    _ask(turn, conversation, "wrong_line", buttons, name=entry.name)


def _ask(
    turn: Turn, conversation: Conversation, key: str, buttons: list[Button], **values: str
) -> None:
    said = turn.text(key, conversation.audience, **values)
    ways = beside(turn, sight_of(turn, conversation))
    show(turn, conversation, Screen(said, tuple(buttons), ways))


def _button(turn: Turn, conversation: Conversation, label: str, extra: str) -> Button:
    return turn.acting(label, conversation.id, "wrong", extra=extra, group="wrong")


# ── What stands on this screen ──────────────────────────────────────────────────────────────────


def shown(turn: Turn, sight: Sight, place: Place) -> tuple[Entry, ...]:
    """Every contact and every line of help that the present screen shows, each once."""
    found = [entry for fact in place.node.facts for entry in _of(turn, sight, place, fact)]
    return tuple({entry.id: entry for entry in found}.values())


def _of(turn: Turn, sight: Sight, place: Place, fact: str) -> list[Entry]:
    kind, _, name = fact.partition(".")
    match kind, name:
        case "helpline", _:
            return [_line(turn.k.directory.helplines[name])]
        case "helplines", "now":
            return [_line(line) for line in answering(sight, place.topic)]
        case "helplines", _:
            return [_line(line) for line in about(sight, place.topic)]
        case "card", _:
            return []
        case "school", _:
            school = of_school(turn, sight, place)
            return [_entry(sight.conversation.school or "", school)] if school else []
        case _:
            return [_entry(c.post, c) for c in of_posts(turn, sight, place, kind)]


def _line(line: Helpline) -> Entry:
    page = line.website or line.chat_url
    return Entry(line.id, line.name, _lines(phone=line.phone, hours=line.hours_text, website=page))


def _entry(own: str, contact: Contact) -> Entry:
    fields = _lines(
        phone="".join(contact.phones),
        email=contact.email,
        address=contact.address,
        room=contact.room,
        hours=contact.hours_text,
        website=contact.website,
    )
    return Entry(own, contact.name, fields)


def _lines(**there: str) -> tuple[str, ...]:
    return (*(field for field, value in there.items() if value), OTHER)
