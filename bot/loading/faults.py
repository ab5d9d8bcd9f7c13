"""What pydantic found → findings with line, in the author's words."""

from collections.abc import Iterator
from typing import Any, Final, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.core.check.findings import Finding, Grade, meant, nearest
from bot.loading.pages import Page, Path

ShapeT = TypeVar("ShapeT", bound=BaseModel)
_PAIR: Final = "name: wert, eingerückt in einer eigenen Zeile"

Said = tuple[str, str, str]  # slug, sentence, proposal


def shaped(page: Page, shape: type[ShapeT]) -> ShapeT | None:
    """The page in this shape, or ``None`` with a finding on the page for each thing wrong."""
    if page.broken:
        return None
    try:
        return shape.model_validate(page.value)
    except ValidationError as error:
        details = error.errors(include_url=False)
        misspelt = {_meant_key(d, shape) for d in details if d["type"] == "extra_forbidden"}
        for detail in details:
            path = _path(detail)
            if detail["type"] == "missing" and path in misspelt:
                continue
            slug, text, proposal = _said(detail, path, shape)
            line = page.line(path)
            page.findings.append(Finding(Grade.ERROR, page.file, line, slug, text, proposal))
        return None


def _path(detail: ErrorDetails) -> Path:
    return tuple(part for part in detail["loc"] if part not in ("[key]", "*"))


def _meant_key(detail: ErrorDetails, shape: type[BaseModel]) -> Path:
    """The path of the key that an unknown one was probably meant to be."""
    path = _path(detail)
    owner = _owner(shape, path[:-1])
    return (*path[:-1], nearest(str(path[-1]), () if owner is None else _keys(owner)) or "")


def _said(detail: ErrorDetails, path: Path, shape: type[BaseModel]) -> Said:
    key = next((part for part in reversed(path) if isinstance(part, str)), "")
    given = detail["input"]
    match detail["type"]:
        case "said":
            context = detail["ctx"]
            return context["slug"], context["text"], context["proposal"]
        case "extra_forbidden":
            known = [] if (owner := _owner(shape, path[:-1])) is None else _keys(owner)
            return "key-unknown", f"Die Angabe „{key}“ gibt es hier nicht.", meant(key, known)
        case "missing":
            return "key-missing", f"Hier fehlt die Angabe „{key}“.", f"Bitte „{key}: …“ ergänzen."
        case "enum" | "literal_error":
            allowed = _allowed(shape, path)
            text = f"„{given}“ ist bei „{key}“ nicht erlaubt."
            return "value-unknown", text, meant(str(given), allowed)
        case "too_short":
            return "list-empty", f"„{key}“ ist leer.", "Bitte mindestens einen Eintrag schreiben."
    return "value-shape", *_shape(detail["type"], key, given)


def _shape(kind: str, key: str, given: Any) -> tuple[str, str]:
    name = f"Bei „{key}“" if key else "Hier"
    wanted = {
        "list_type": ("eine Liste", "[…, …]"),
        "dict_type": ("eine Zuordnung", _PAIR),
        "model_type": ("eine Zuordnung", _PAIR),
    }.get(kind, ("ein Text", "…"))
    stands = {"list": "eine Liste", "dict": "eine Zuordnung", "str": "ein Text"}.get(
        type(given).__name__, "nichts"
    )
    written = f"{key}: {wanted[1]}" if wanted[1] != _PAIR and key else wanted[1]
    return (
        f"{name} wird {wanted[0]} erwartet, hier steht {stands}.",
        f"Bitte schreiben: {written}",
    )


def _keys(owner: type[BaseModel]) -> list[str]:
    names = [field.alias or name for name, field in owner.model_fields.items()]
    return [name for name in names if name != "*"]


def _inner(annotation: Any) -> Iterator[Any]:
    """The annotation and all that it is made of, depth first."""
    yield annotation
    for part in get_args(annotation):
        yield from _inner(part)


def _owner(shape: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The shape that stands at this path."""
    owner: type[BaseModel] | None = shape
    for part in path:
        if owner is None:
            return None
        inside = _field(owner, part)
        if inside is None:
            continue  # the number of a list item, the key of a mapping: already inside
        owner = next((p for p in _inner(inside) if _is_shape(p)), None)
    return owner


def _is_shape(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, BaseModel)


def _field(owner: type[BaseModel], part: str | int) -> Any:
    for name, field in owner.model_fields.items():
        if part == (field.alias or name):
            return field.annotation
    return None


def _allowed(shape: type[BaseModel], path: Path) -> list[str]:
    """What may stand at this path, when that is a closed set."""
    while path and isinstance(path[-1], int):
        path = path[:-1]
    owner = _owner(shape, path[:-1])
    annotation = None if owner is None else _field(owner, path[-1])
    found: list[str] = []
    for part in _inner(annotation):
        if get_origin(part) is Literal:
            found += [str(value) for value in get_args(part)]
        elif isinstance(part, type) and hasattr(part, "__members__"):
            found += [str(member.value) for member in part.__members__.values()]
    return found
