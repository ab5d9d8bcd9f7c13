"""The shape of a topic file, key by key; unknown keys are refused.

Every scalar comes as text (see ``pages``); the types here say what it must mean.
"""

import re
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from bot.core.hours import spans_of
from bot.core.tree import Act, Ask, Audience, Reach

ALWAYS: Final = "immer"  # a message is safe at every hour
EVERY: Final = "*"  # the key under which a text for everybody is kept; no author writes it
_ID: Final = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
RESERVED: Final = frozenset({"zurueck", "menue", "mensch", "hilfe", "weiter-ohne"})
_DATE: Final = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_GERMAN_DATE: Final = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_FOLD: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", " ": "-", ".": "-"})


def _wrong(slug: str, text: str, proposal: str) -> PydanticCustomError:
    """An error that already is a sentence; braces of the author's text are no placeholders."""
    return PydanticCustomError("said", "{text}", {"slug": slug, "text": text, "proposal": proposal})


def _identifier(longest: int) -> BeforeValidator:
    def check(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        folded = re.sub(r"[^a-z0-9_-]", "", value.lower().translate(_FOLD))
        if not _ID.fullmatch(value):
            raise _wrong(
                "id-form",
                f"„{value}“ ist keine Kennung: nur a-z, 0-9, - und _ sind erlaubt.",
                f"Vorschlag: „{folded}“.",
            )
        if len(value) > longest:
            raise _wrong(
                "id-length",
                f"Die Kennung „{value}“ hat {len(value)} Zeichen, erlaubt sind {longest}.",
                f"Vorschlag: „{value[:longest].rstrip('-_')}“.",
            )
        if value in RESERVED:
            raise _wrong(
                "id-reserved",
                f"Die Kennung „{value}“ gehört dem Bot.",
                "Bitte eine andere Kennung wählen.",
            )
        return value

    return BeforeValidator(check)


def day(value: Any) -> Any:
    """A full date written as text; anything else is said with the form to write."""
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if _DATE.fullmatch(value) else _no_day(value)
    except ValueError:
        return _no_day(value)


def _no_day(value: str) -> date:
    proposal = "Bitte schreiben: JJJJ-MM-TT."
    if german := _GERMAN_DATE.fullmatch(value):
        proposal = f"Vorschlag: {german[3]}-{german[2]:0>2}-{german[1]:0>2}."
    raise _wrong("date-form", f"„{value}“ ist kein Datum.", proposal)


def _part_of_day(value: Any) -> Any:
    """A date as exact as its source: YYYY[-MM[-DD]], or ``unknown`` → ""."""
    if not isinstance(value, str):
        return value
    if value == "unknown":
        return ""
    if _DATE.fullmatch(value):
        try:
            date.fromisoformat(value + "-01" * (2 - value.count("-")))
        except ValueError:
            pass
        else:
            return value
    raise _wrong(
        "date-form",
        f"„{value}“ ist kein Datum einer Quelle.",
        "Bitte schreiben: JJJJ, JJJJ-MM, JJJJ-MM-TT oder unknown.",
    )


def _yes(value: Any) -> Any:
    match value:
        case "yes" | "true":
            return True
        case "no" | "false":
            return False
        case str():
            raise _wrong("yes-or-no", f"„{value}“ ist hier nicht erlaubt.", "Möglich ist: no, yes.")
        case _:
            return value


def _window(value: Any) -> Any:
    """Hours of a week, or „immer“."""
    if value == ALWAYS:
        return ""
    if isinstance(value, str) and not spans_of(value):
        raise _wrong(
            "window-form",
            f"„{value}“ sind keine Wochenzeiten.",
            f"Bitte schreiben: {ALWAYS}, oder zum Beispiel: Mo-Fr 14-18.",
        )
    return value


def _filled(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise _wrong("text-empty", "Der Text ist leer.", "Bitte einen Text schreiben.")
    return value.strip() if isinstance(value, str) else value


Line = Annotated[str, BeforeValidator(_filled)]
TopicId = Annotated[str, _identifier(24)]
NodeId = Annotated[str, _identifier(20)]
ChoiceId = Annotated[str, _identifier(14)]
Day = Annotated[date, BeforeValidator(day)]
SourceDay = Annotated[str, BeforeValidator(_part_of_day)]
Yes = Annotated[bool, BeforeValidator(_yes)]
Window = Annotated[str, BeforeValidator(_window)]


class Shape(BaseModel):
    """A mapping with a closed set of keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(Shape):
    """A text for everybody, or one for each audience; ``adult`` is guardian and teacher."""

    every: Line | None = Field(default=None, alias=EVERY)
    pupil: Line | None = None
    guardian: Line | None = None
    teacher: Line | None = None
    adult: Line | None = None


def _wording(value: Any) -> Any:
    return {EVERY: value} if isinstance(value, str) else value


Words = Annotated[Wording, BeforeValidator(_wording)]


class OnlyShape(Shape):
    audience: list[Audience] = []
    language: list[Line] = []
    district: list[Line] = []
    school_type: list[Line] = []
    open: Yes | None = None
    reachable: Yes | None = None


class WithShape(Shape):
    skip_school: Yes | None = None


class SetShape(Shape):
    audience: Audience | None = None
    exclude: Literal["school", "youth_office"] | None = None
    consent: Yes | None = None
    place: Literal["none"] | None = None
    friend: Yes | None = None
    reach: Reach | None = None
    ask_later: Yes | None = None
    window: Window | None = None
    neutral: Yes | None = None


class ChoiceShape(Shape):
    id: ChoiceId
    label: Words
    words: list[Line] = []
    goto: Line | None = None
    call: Line | None = None
    then: Line | None = None
    with_: WithShape = Field(default=WithShape(), alias="with")
    done: Yes = False
    only: OnlyShape = OnlyShape()
    set: SetShape = SetShape()
    act: Act | None = None


class SourceShape(Shape):
    id: Line
    title: Line
    url: Line
    date: SourceDay


class NodeShape(Shape):
    say: Words | None = None
    choices: list[ChoiceShape] = []
    sources: list[Line] = []
    facts: list[Line] = []
    check_by: Day | None = None
    only: OnlyShape = OnlyShape()
    valid_from: Day | None = None
    valid_to: Day | None = None
    ask: Ask | None = None
    needs: list[Literal["place"]] = []
    draft: Yes = False
    decide: Line | None = None
    to: dict[str, Line] = {}


class TopicShape(Shape):
    """A topic file, or a piece file."""

    topic: TopicId | None = None
    piece: TopicId | None = None
    title: Line
    purpose: Line
    for_: list[Audience] = Field(alias="for", min_length=1)
    words: list[Line] = []
    phrases: list[Line] = []
    owner: Literal["school_social_work", "network_office", "coordination_office"] = (
        "coordination_office"
    )
    skip_school: Yes = False
    draft: Yes = False
    check_by: Day
    sources: list[SourceShape] = []
    start: Line
    nodes: dict[NodeId, NodeShape]


class TextsShape(Shape):
    texts: dict[str, Words]


class NamesShape(Shape):
    adjectives: list[Line] = Field(min_length=1)
    nouns: list[Line] = Field(min_length=1)


class LanguageShape(Shape):
    id: Line
    name: Line
    locale: Line
    sentence: str = ""
    card: str = ""
    checked: Yes = False
    times: dict[str, list[Line]] = Field(default_factory=dict)


class LanguagesShape(Shape):
    languages: list[LanguageShape] = Field(min_length=1)
