"""What Telegram shows of the bot without us: its descriptions and the menu of commands."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.core.directory import Directory, Helpline

Ask = Callable[[str, Mapping[str, Any]], Awaitable[Any]]  # ``Telegram.call``

CHILD_LINE = "nummer-gegen-kummer-116111"
CHAT_LINE = "krisenchat"
DESCRIPTION_LIMIT = 512  # characters, Bot API "setMyDescription"
SHORT_LIMIT = 120  # characters, Bot API "setMyShortDescription"

GERMAN = (
    ("notfall", "Hilfe jetzt"),
    ("hilfe", "Was kann ich hier tun?"),
    ("zurueck", "Einen Schritt zurück"),
    ("neu", "Von vorn beginnen"),
    ("sprache", "Sprache wählen"),
    ("web", "Im Web weiterschreiben"),
    ("datenschutz", "Wer liest was?"),
    ("loeschen", "Spuren in diesem Chat löschen"),
    ("ende", "Gespräch beenden"),
)
ENGLISH = (
    ("emergency", "Help now"),
    ("help", "What can I do here?"),
    ("back", "One step back"),
    ("new", "Start again"),
    ("language", "Choose a language"),
    ("web", "Go on in the web"),
    ("privacy", "Who reads what?"),
    ("delete", "Delete traces in this chat"),
    ("end", "End the conversation"),
)


@dataclass(frozen=True, slots=True)
class Profile:
    """``commands``: language code ("" for everybody else) → (command, description)."""

    description: str
    short: str
    commands: Mapping[str, tuple[tuple[str, str], ...]]


def profile_of(directory: Directory) -> Profile:
    """The profile as the directory has it today.

    ``LookupError`` names a helpline that is missing, ``ValueError`` a text that has become too
    long for Telegram; both in German, for whoever keeps the directory.
    """
    child, chat = _line(directory, CHILD_LINE), _line(directory, CHAT_LINE)
    site = chat.website.removeprefix("https://").removeprefix("www.").rstrip("/")
    description = (
        "Wer hilft bei Sorgen rund um die Schule in Sachsen-Anhalt? Für Schülerinnen und Schüler,"
        " Familien und Lehrkräfte.\n\n"
        "Kein Notruf. In Gefahr 112.\n"
        f"Zum Reden: {child.phone} ({child.hours_text}, {child.cost}).\n"
        f"Zum Schreiben: {site}.\n\n"
        "Telegram kann lesen, was hier steht, und kennt das Konto."
    )
    short = f"Kein Notruf. In Gefahr 112. Reden: {child.phone} ({child.hours_text}), Chat: {site}"
    _fits(description, DESCRIPTION_LIMIT, "Die Beschreibung")
    _fits(short, SHORT_LIMIT, "Die Kurzbeschreibung")
    return Profile(description, short, {"": GERMAN, "en": ENGLISH})


def _line(directory: Directory, line: str) -> Helpline:
    found = directory.helplines.get(line)
    if found is None:
        raise LookupError(
            f"helplines.csv: Die Zeile „{line}“ fehlt; das Profil bei Telegram braucht sie."
        )
    return found


def _fits(text: str, limit: int, what: str) -> None:
    if len(text) > limit:
        raise ValueError(
            f"{what} bei Telegram hat {len(text)} Zeichen, erlaubt sind {limit}. Bitte in"
            f" helplines.csv die Zeiten (hours_text) von „{CHILD_LINE}“ kürzer fassen."
        )


async def apply(ask: Ask, profile: Profile) -> None:
    """Make Telegram show this profile; raises ``TryLater`` or ``Refused``."""
    await ask("setMyDescription", {"description": profile.description})
    await ask("setMyShortDescription", {"short_description": profile.short})
    for language, commands in profile.commands.items():
        menu = [{"command": name, "description": text} for name, text in commands]
        await ask("setMyCommands", {"commands": menu} | _in(language))


async def differs(ask: Ask, profile: Profile) -> list[str]:
    """What Telegram shows otherwise than this profile says, one German sentence each."""
    found = []
    shown = _text(await ask("getMyDescription", {}), "description")
    if shown != profile.description:
        found.append(_otherwise("Die Beschreibung", shown, profile.description))
    shown = _text(await ask("getMyShortDescription", {}), "short_description")
    if shown != profile.short:
        found.append(_otherwise("Die Kurzbeschreibung", shown, profile.short))
    for language, commands in profile.commands.items():
        menu = await ask("getMyCommands", _in(language))
        if _menu(menu) != commands:
            found.append(
                f"Das Menü der Befehle ({language or 'für alle'}) ist bei Telegram anders."
            )
    return found


def _in(language: str) -> dict[str, str]:
    return {"language_code": language} if language else {}


def _text(answer: object, field: str) -> str:
    return str(answer.get(field, "")) if isinstance(answer, dict) else ""


def _menu(answer: object) -> tuple[tuple[str, str], ...]:
    entries = answer if isinstance(answer, list) else []
    return tuple(
        (str(entry.get("command")), str(entry.get("description")))
        for entry in entries
        if isinstance(entry, dict)
    )


def _otherwise(what: str, shown: str, due: str) -> str:
    return f"{what} bei Telegram lautet „{shown}“, sie soll „{due}“ lauten."
