"""A small sound knowledge on disk, and the faults that are planted in it (tests/broken)."""

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.core.check.findings import Finding, Grade
from bot.core.words import TEXTS

BROKEN = Path(__file__).parent / "broken"
DELIVERED = Path(__file__).parent.parent / "knowledge"
TODAY = date(2026, 11, 24)


@dataclass(frozen=True)
class Planted:
    """One thing put in the place of another in one file, and the finding it must give."""

    name: str
    file: str
    find: str | None
    put: str | None
    encoding: str
    expected: Finding

    def plant(self, knowledge: Path) -> None:
        path = knowledge / self.file
        if self.put is None:
            path.unlink()
            return
        text = self.put
        if self.find is not None:
            sound = path.read_text(encoding="utf-8")
            assert self.find in sound
            text = sound.replace(self.find, self.put, 1)
        path.write_bytes(text.encode(self.encoding))


def planted() -> list[Planted]:
    """Every fault of tests/broken/*.yaml."""
    return [
        _case(case)
        for path in sorted(BROKEN.glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


def _case(case: dict[str, Any]) -> Planted:
    put = case.get("put")
    if isinstance(put, list):
        put = put[0] * put[1]
    expect = case["expect"]
    finding = Finding(
        Grade(expect["grade"]),
        expect.get("file", f"knowledge/{case['in']}"),
        expect["line"],
        expect["id"],
        expect["text"],
        expect["proposal"],
    )
    encoding = case.get("encoding", "utf-8")
    return Planted(case["name"], case["in"], case.get("find"), put, encoding, finding)


def sound(folder: Path) -> Path:
    """A knowledge without a finding, in ``folder``/knowledge."""
    knowledge = folder / "knowledge"
    shutil.copytree(BROKEN / "sound", knowledge)
    said = {
        key
        for path in (knowledge / "texts").glob("*.yaml")
        for key in yaml.safe_load(path.read_text(encoding="utf-8")).get("texts", ())
    }
    rest = {
        key: " ".join(("Text", *(f"{{{gap}}}" for gap in sorted(gaps))))
        for key, gaps in TEXTS.items()
        if key not in said
    }
    (knowledge / "texts" / "rest.yaml").write_text(
        yaml.safe_dump({"texts": rest}, allow_unicode=True), encoding="utf-8"
    )
    return knowledge


def rewritten(knowledge: Path, file: str, find: str, put: str) -> Path:
    """The same knowledge with one thing put in the place of another."""
    path = knowledge / file
    text = path.read_text(encoding="utf-8")
    assert find in text
    path.write_text(text.replace(find, put), encoding="utf-8")
    return knowledge
