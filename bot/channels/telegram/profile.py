"""What Telegram shows of the bot without us: its descriptions and the menu of commands.

In German for everybody, and in each language that has all these words; the device's language
chooses. What is translated but too long for Telegram stays German, and ``lotse status`` says so.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.core.directory import Directory, Helpline
from bot.core.knowledge import Knowledge, filled

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Any]]  # ``Telegram.call``

CHILD_LINE = "nummer-gegen-kummer-116111"
CHAT_LINE = "krisenchat"
DESCRIPTION_LIMIT = 512  # characters, Bot API "setMyDescription"
SHORT_LIMIT = 120  # characters, Bot API "setMyShortDescription"

EMERGENCY_LINE = "notruf-112"
# The commands of the menu: key of the description, German name, English name (Telegram takes no
# other letters). In what order they stand.
MENU: Final = (
    ("menu_emergency", "notfall", "emergency"),
    ("menu_help", "hilfe", "help"),
    ("menu_back", "zurueck", "back"),
    ("menu_new", "neu", "new"),
    ("menu_language", "sprache", "language"),
    ("menu_web", "web", "web"),
    ("menu_privacy", "datenschutz", "privacy"),
    ("menu_erase", "loeschen", "delete"),
    ("menu_end", "ende", "end"),
)
TEXTS: Final = ("profile_description", "profile_short", *(key for key, _, _ in MENU))
CODE: Final = 2  # letters of a language by which Telegram knows it (ISO 639-1)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that Telegram shows in one language ("" for everybody else)."""

    what: str  # in German
    method: str  # behind "get" and "set"
    field: str
    due: object
    language: str = ""

    @property
    def where(self) -> dict[str, str]:
        return {"language_code": self.language} if self.language else {}

    def shown(self, answer: object) -> object:
        """What Telegram's answer says, whatever it looks like."""
        if self.field == "commands":
            entries = answer if isinstance(answer, list) else []
            return [
                {key: str(entry.get(key)) for key in ("command", "description")}
                for entry in entries
                if isinstance(entry, dict)
            ]
        return str(answer.get(self.field, "")) if isinstance(answer, dict) else ""

    def otherwise(self, shown: object) -> str:
        what = f"{self.what} ({self.language})" if self.language else self.what
        if self.field == "commands":
            return f"{what} ist bei Telegram anders."
        return f"{what} bei Telegram lautet „{shown}“, sie soll „{self.due}“ lauten."


@dataclass(frozen=True, slots=True)
class Profile:
    """What Telegram should show; ``left``: what stays German in a language, one sentence each."""

    parts: tuple[Part, ...]
    left: tuple[str, ...] = ()

    def said(self, field: str, language: str = "") -> object:
        """What is due there, "" where a language has nothing of its own."""
        found = (p.due for p in self.parts if (p.field, p.language) == (field, language))
        return next(found, "")


def profile_of(k: Knowledge) -> Profile:
    """The profile as texts and directory have it today.

    ``LookupError`` names a helpline that is missing, ``ValueError`` a text that has become too
    long for Telegram; both in German, for whoever keeps the directory.
    """
    values = _values(k.directory)
    parts = list(_parts(k, values, ""))
    for part in parts:
        _fits(part)
    left = []
    for language in sorted(k.others):
        if len(language) == CODE and _whole(k, language):
            for part in _parts(k.speaking(language), values, language):
                if (over := _over(part)) is not None:
                    left.append(f"{part.what} ({language}) bleibt Deutsch: {over}.")
                else:
                    parts.append(part)
    return Profile(tuple(parts), tuple(left))


def _values(directory: Directory) -> dict[str, str]:
    child, chat = _line(directory, CHILD_LINE), _line(directory, CHAT_LINE)
    return {
        "emergency": _line(directory, EMERGENCY_LINE).phone,
        "phone": child.phone,
        "hours": child.hours_text,
        "cost": child.cost,
        "site": chat.website.removeprefix("https://").removeprefix("www.").rstrip("/"),
    }


def _whole(k: Knowledge, language: str) -> bool:
    """Whether all of it is translated, and from today's German."""
    others = k.speaking(language).texts
    return all(
        others[key].german is not None and k.texts[key].pupil not in others[key].pupil
        for key in TEXTS
    )


def _parts(k: Knowledge, values: Mapping[str, str], language: str) -> Iterator[Part]:
    said = {key: filled(k.texts[key].of(None), values) for key in TEXTS}
    menu = [
        {"command": english if language else german, "description": said[key]}
        for key, german, english in MENU
    ]
    described, short = said["profile_description"], said["profile_short"]
    yield Part("Die Beschreibung", "MyDescription", "description", described, language)
    yield Part("Die Kurzbeschreibung", "MyShortDescription", "short_description", short, language)
    yield Part("Das Menü der Befehle", "MyCommands", "commands", menu, language)


LIMITS: Final = {"description": DESCRIPTION_LIMIT, "short_description": SHORT_LIMIT}


def _over(part: Part) -> str | None:
    """By how much a text is too long for Telegram."""
    limit = LIMITS.get(part.field)
    if limit is None or len(str(part.due)) <= limit:
        return None
    return f"{len(str(part.due))} Zeichen, erlaubt sind {limit}"


def _fits(part: Part) -> None:
    if (over := _over(part)) is not None:
        raise ValueError(
            f"{part.what} bei Telegram hat {over}. Bitte in helplines.csv die Zeiten (hours_text)"
            f" von „{CHILD_LINE}“ kürzer fassen."
        )


def _line(directory: Directory, line: str) -> Helpline:
    found = directory.helplines.get(line)
    if found is None:
        raise LookupError(
            f"helplines.csv: Die Zeile „{line}“ fehlt; das Profil bei Telegram braucht sie."
        )
    return found


async def apply(ask: Ask, profile: Profile) -> None:
    """Make Telegram show this profile; raises ``TryLater`` or ``Refused``.

    Only what differs is set: Telegram takes few changes of a profile an hour.
    """
    for part in profile.parts:
        if part.shown(await ask(f"get{part.method}", part.where)) != part.due:
            await ask(f"set{part.method}", {part.field: part.due} | part.where)


async def differs(ask: Ask, profile: Profile) -> list[str]:
    """What Telegram shows otherwise than this profile says, one German sentence each."""
    found = list(profile.left)
    for part in profile.parts:
        shown = part.shown(await ask(f"get{part.method}", part.where))
        if shown != part.due:
            found.append(part.otherwise(shown))
    return found
