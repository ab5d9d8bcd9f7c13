"""``lotse translations``, as a translator and an editor use it."""

import csv
import shutil
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main

DELIVERED = Path(__file__).parent.parent / "knowledge"
TITLE = "mobbing.title"


@pytest.fixture
def run(tmp_path, monkeypatch):
    folder = tmp_path / "knowledge"
    shutil.copytree(DELIVERED, folder, ignore=shutil.ignore_patterns("*.po"))
    monkeypatch.setenv("LOTSE_KNOWLEDGE", str(folder))

    def said(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, ["translations", *arguments])
        assert result.exit_code == code, result.output
        return result.output

    return said, folder


def rows(said, *arguments: str) -> dict[str, dict[str, str]]:
    table = csv.DictReader(StringIO(said("export", "en", "--csv", *arguments)), delimiter=";")
    return {row["place"]: row for row in table}


def test_a_translator_gets_everything_and_brings_it_back_as_po_or_as_a_table(run, tmp_path):
    said, folder = run
    german = rows(said)[TITLE]["german"]
    po = tmp_path / "en.po"
    po.write_text(
        said("export", "en").replace(
            f'msgctxt "{TITLE}"\nmsgid "{german}"\nmsgstr ""',
            f'msgctxt "{TITLE}"\nmsgid "{german}"\nmsgstr "Bullying"',
        )
    )
    assert "1 Übersetzungen übernommen" in said("import", "en", str(po))
    assert rows(said)[TITLE]["translation"] == "Bullying"
    assert (folder / "languages" / "en.po").read_text().count("msgctxt") == 1

    table = tmp_path / "en.csv"
    table.write_text(
        f"place;german;translation\n{TITLE};{german};Bullying at school\nnowhere;x;y\n"
    )
    told = said("import", "en", str(table))
    assert "„nowhere“ gibt es nicht" in told
    assert rows(said)[TITLE]["translation"] == "Bullying at school"
    assert rows(said)[TITLE]["state"] == "fresh"


def test_a_changed_german_sentence_makes_its_translation_stale_until_somebody_keeps_it(
    run, tmp_path
):
    said, folder = run
    table = tmp_path / "en.csv"
    table.write_text(f"place;german;translation\n{TITLE};{rows(said)[TITLE]['german']};Bullying\n")
    said("import", "en", str(table))
    tree = folder / "tree" / "mobbing.yaml"
    tree.write_text(tree.read_text().replace("title: Mobbing und", "title: Mobbing sowie"))
    assert said("list", "en", "--stale").startswith(TITLE)
    assert "1 veraltet" in said("list", "en")
    assert "„mobbing.title“ gilt weiter: en." in said("keep", TITLE)
    assert said("list", "en", "--stale") == ""
    assert f"\n{TITLE}\t" not in said("list", "en", "--missing")
    assert "keine Übersetzung" in said("keep", "mobbing.nowhere", code=2)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("en.po", 'msgid "a"\nnonsense\n', "lässt sich nicht lesen"),
        ("en.csv", "a;b\n1;2\n", "fehlen Spalten"),
    ],
)
def test_a_file_that_is_neither_is_refused_with_a_sentence(run, tmp_path, name, content, sentence):
    said, folder = run
    (tmp_path / name).write_text(content)
    assert sentence in said("import", "en", str(tmp_path / name), code=2)
    assert not (folder / "languages" / "en.po").exists()


def test_a_language_that_is_not_listed_is_refused_with_those_that_are(run):
    said, _ = run
    assert "en" in said("export", "klingon", code=2)


def test_the_frame_is_everything_but_the_topics_own_screens(run):
    said, _ = run
    places = set(rows(said, "--frame"))
    assert TITLE in places
    assert any(place.startswith("kontakt.") for place in places)
    assert not any(place.startswith("mobbing.") for place in places - {TITLE})
    assert "davon im Rahmen" not in said("list", "en")
