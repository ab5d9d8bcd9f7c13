"""YAML text → plain values with the line of each, or findings; nothing in a file is executed.

Every scalar stays the text that the author wrote ("no" is not False, "2024" is no number); the
shapes decide what it means. Anchors, tags and deep nesting are refused, so that a file costs no
more than its size.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from bot.core.check.findings import Finding, Grade
from bot.loading.syntax import syntax_fault
from bot.shelf import LARGEST

DEEPEST: Final = 24  # levels of nesting; the formats need seven
_LOADER: Final[Any] = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_KINDS: Final = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))
_CURLY: Final = re.compile(r"[“”„‟]([^“”„‟]*)[“”]")

Path = tuple[str | int, ...]


@dataclass
class Page:
    """What one YAML file says; ``line`` finds the place of any part of it."""

    file: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of this part, or of the nearest part around it that is there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def fault(
        self, line: int, slug: str, text: str, proposal: str = "", grade: Grade = Grade.ERROR
    ) -> None:
        self.findings.append(Finding(grade, self.file, line, slug, text, proposal))

    @property
    def broken(self) -> bool:
        return any(f.grade is Grade.ERROR for f in self.findings)


def read_page(file: str, raw: bytes) -> Page:
    """The page with all its findings; never raises, whatever the bytes are."""
    page = Page(file)
    text = _decoded(page, raw)
    if text is None:
        return page
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        page.findings.append(syntax_fault(file, text, error))
        return page
    if root is None:
        page.fault(1, "yaml-empty", "Die Datei ist leer.", "Bitte Inhalt eintragen oder löschen.")
        return page
    page.value = _Reader(page).value(root, ())
    return page


def _decoded(page: Page, raw: bytes) -> str | None:
    if len(raw) > LARGEST:
        page.fault(
            1,
            "file-too-large",
            "Die Datei ist größer als 1 MB und wird nicht gelesen.",
            "Bitte auf mehrere Dateien verteilen.",
        )
        return None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        page.fault(
            raw[: error.start].count(b"\n") + 1,
            "file-encoding",
            "Die Datei ist nicht als UTF-8 gespeichert.",
            "Bitte im Editor „Speichern unter“ mit der Kodierung UTF-8 wählen.",
        )
        return None
    if "\r" in text:
        page.fault(
            1 + text[: text.index("\r")].count("\n"),
            "file-line-ends",
            "Die Zeilen enden wie unter Windows (CRLF).",
            "Das stört nicht; der Editor kann auf „LF“ umgestellt werden.",
            Grade.INFO,
        )
    return text


class _Reader:
    """Walks the composed nodes once; a node met twice is an anchor."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._met: set[int] = set()

    def value(self, node: yaml.Node, path: Path) -> Any:
        line = node.start_mark.line + 1
        self._page.lines.setdefault(path, line)
        if refusal := self._refusal(node, path):
            self._page.fault(line, *refusal)
            return None
        self._met.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, at)) for at, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)  # noqa: S101  (the third and last kind)
        return self._scalar(node, line)

    def _refusal(self, node: yaml.Node, path: Path) -> tuple[str, str, str] | None:
        if id(node) in self._met:
            return (
                "yaml-anchor",
                "Verweise mit & und * sind nicht erlaubt.",
                "Bitte den Inhalt ausschreiben.",
            )
        if len(path) > DEEPEST:
            return ("yaml-too-deep", "Das ist zu tief verschachtelt.", "Bitte flacher schreiben.")
        if node.tag not in _KINDS:
            return (
                "yaml-tag",
                f"Das Kennzeichen „{_tag(node)}“ ist nicht erlaubt.",
                "Bitte nur Text, Listen und Zuordnungen schreiben.",
            )
        return None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._page.fault(
                    line, "yaml-key", "Hier steht eine Liste, wo ein Name stehen muss.",
                    "Bitte „name: wert“ schreiben.",
                )  # fmt: skip
                continue
            key = key_node.value
            if key in found:
                first = self._page.lines[(*path, key)]
                self._page.fault(
                    line,
                    "yaml-duplicate-key",
                    f"„{key}“ steht hier ein zweites Mal (zuerst in Zeile {first}).",
                    "Bitte eines von beiden löschen oder umbenennen.",
                )
                continue
            self._page.lines[(*path, key)] = line
            found[key] = self.value(value_node, (*path, key))
        return found

    def _scalar(self, node: yaml.ScalarNode, line: int) -> str | None:
        text = str(node.value)
        if node.style in (None, "") and text in ("", "~", "null"):
            return None
        if node.style in (None, "") and (curly := _CURLY.fullmatch(text)):
            self._page.fault(
                line,
                "yaml-curly-quotes",
                f"Der Text steht in typografischen Anführungszeichen: {text[:40]}",
                f'Bitte gerade schreiben: "{curly[1][:40]}"',
            )
        return text


def _tag(node: yaml.Node) -> str:
    return str(node.tag).replace("tag:yaml.org,2002:", "!!")
