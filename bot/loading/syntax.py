"""What a YAML parser's complaint means for an author: the line that is wrong, and the remedy."""

import re
from typing import Final

import yaml
from yaml.reader import ReaderError

from bot.core.check.findings import Finding, Grade

_CURLY: Final = re.compile(r"[:\[{,-]\s*[“”„‟]")
_NO_SPACE: Final = re.compile(r"^\s*(?:- )?([a-z_]+):(\S.*)$")

Fault = tuple[int, str, str, str]  # line from 0, slug, sentence, remedy


def syntax_fault(file: str, text: str, error: yaml.YAMLError) -> Finding:
    """One sentence with the line and a remedy for any error that PyYAML raises."""
    line, slug, sentence, remedy = _fault(text, error)
    return Finding(Grade.ERROR, file, line + 1, slug, sentence, remedy)


def _fault(text: str, error: yaml.YAMLError) -> Fault:
    if isinstance(error, ReaderError):
        at = text.encode()[: error.position].count(b"\n")
        return (
            at, "yaml-control-character", "Hier steht ein unsichtbares Steuerzeichen.",
            "Bitte die Zeile neu tippen.",
        )  # fmt: skip
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return (0, "yaml-syntax", "Diese Datei ist kein gültiges YAML.", "Bitte neu anlegen.")
    lines = [*text.splitlines(), ""]
    here = min(error.problem_mark.line, len(lines) - 1)
    before = here if error.context_mark is None else error.context_mark.line
    problem = str(error.problem)
    unclear: Fault = (
        here,
        "yaml-syntax",
        "Der Aufbau dieser Zeile ist nicht zu verstehen.",
        "Bitte Einrückung, Doppelpunkt, Klammern und Anführungszeichen prüfen.",
    )
    return (
        _tab(lines, before, here)
        or _curly(lines, before, here)
        or _document(problem, here)
        or _value(lines, problem, before, here)
        or _list(lines, problem, before, here)
        or unclear
    )


def _tab(lines: list[str], before: int, here: int) -> Fault | None:
    for at in range(before, here + 1):
        if "\t" in lines[at][: len(lines[at]) - len(lines[at].lstrip())]:
            return (
                at, "yaml-tab", "Diese Zeile ist mit einem Tabulator eingerückt.",
                "Bitte Leerzeichen verwenden.",
            )  # fmt: skip
    return None


def _curly(lines: list[str], before: int, here: int) -> Fault | None:
    for at in range(before, here + 1):
        if _CURLY.search(lines[at]):
            return (
                at, "yaml-curly-quotes",
                "Hier stehen typografische Anführungszeichen um einen Text.",
                'Bitte gerade Anführungszeichen schreiben: "…"',
            )  # fmt: skip
    return None


def _document(problem: str, here: int) -> Fault | None:
    match problem:
        case "but found another document":
            return (
                here, "yaml-second-document", "Hier beginnt mit „---“ ein zweiter Text.",
                "Bitte die Zeile „---“ löschen.",
            )  # fmt: skip
        case "second occurrence" | "found undefined alias":
            return (
                here, "yaml-anchor", "Verweise mit & und * sind nicht erlaubt.",
                "Bitte den Inhalt ausschreiben.",
            )  # fmt: skip
        case "exceeded maximum nesting depth":
            return (
                here, "yaml-too-deep", "Das ist zu tief verschachtelt.",
                "Bitte flacher schreiben.",
            )  # fmt: skip
        case "found undefined tag handle":
            return (
                here, "yaml-tag", "Kennzeichen mit ! sind nicht erlaubt.",
                "Bitte nur Text, Listen und Zuordnungen schreiben.",
            )  # fmt: skip
        case _:
            return None


def _value(lines: list[str], problem: str, before: int, here: int) -> Fault | None:
    match problem:
        case "found unexpected end of stream":
            return _open_quote(before)
        case "could not find expected ':'":
            return _colon(lines[before], before)
        case "mapping values are not allowed in this context":
            return _stray_colon(lines, here)
        case "block sequence entries are not allowed in this context":
            return (
                here, "yaml-list", "Eine Liste mit Strichen beginnt nicht neben ihrem Namen.",
                "Bitte in eine neue Zeile schreiben, oder als [eins, zwei].",
            )  # fmt: skip
        case "found character that cannot start any token":
            return (
                here, "yaml-first-character",
                "Ein Text darf nicht mit @, % oder einem schrägen Strich (`) beginnen.",
                'Bitte den Text in gerade Anführungszeichen setzen: "…"',
            )  # fmt: skip
        case _:
            return None


def _open_quote(at: int) -> Fault:
    return (
        at, "yaml-open-quote", "Das Anführungszeichen wird nicht geschlossen.",
        'Bitte am Ende des Textes ein " setzen.',
    )  # fmt: skip


def _stray_colon(lines: list[str], here: int) -> Fault:
    if lines[here].count(": ") > 1:
        return (
            here, "yaml-second-colon",
            "In diesem Text steht ein Doppelpunkt, darum wird er falsch gelesen.",
            'Bitte den Text in gerade Anführungszeichen setzen: "…"',
        )  # fmt: skip
    above = max((at for at in range(here) if lines[at].strip()), default=here)
    if ":" not in lines[above] or _NO_SPACE.match(lines[above]):
        return _colon(lines[above], above)
    return (
        here, "yaml-indent", "Diese Zeile ist tiefer eingerückt, als sie darf.",
        f"Bitte so weit einrücken wie Zeile {above + 1}.",
    )  # fmt: skip


def _colon(line: str, at: int) -> Fault:
    if found := _NO_SPACE.match(line):
        return (
            at, "yaml-missing-space", "Nach dem Doppelpunkt fehlt ein Leerzeichen.",
            f"Bitte „{found[1]}: {found[2]}“ schreiben.",
        )  # fmt: skip
    word = (line.split() or [""])[0]
    return (
        at, "yaml-missing-colon", "In dieser Zeile fehlt der Doppelpunkt.",
        f"Bitte „{word}: …“ schreiben.",
    )  # fmt: skip


def _list(lines: list[str], problem: str, before: int, here: int) -> Fault | None:
    if "did not find expected ',' or" in problem:
        if lines[before].count('"') % 2:
            return _open_quote(before)
        bracket = problem[-2]
        return (
            before, "yaml-open-bracket", f"Die Klammer wird nicht mit {bracket} geschlossen.",
            f'Bitte {bracket} ergänzen; Texte mit Komma oder Doppelpunkt gehören in "…".',
        )  # fmt: skip
    if problem == "did not find expected key":
        return (
            here, "yaml-indent",
            "In diesem Abschnitt passt eine Einrückung oder ein Anführungszeichen nicht.",
            "Bitte gleich weit einrücken; nach dem schließenden Anführungszeichen kommt nichts.",
        )  # fmt: skip
    return None
