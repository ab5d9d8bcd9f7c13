"""Another knowledge without a restart, and the way back: as an editor and a signal ask for it."""

import json
import shutil
import signal
import subprocess
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from fake_telegram import FakeBotApi
from planted import DELIVERED, TODAY, rewritten, sound
from playing import house
from running import Site
from test_life import MONDAY, ordered

from bot.cli import main
from bot.library import KEPT, Library, Read
from bot.loading import load

NUMBER, OTHER = "116 111", "116 999"


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(sound(tmp_path), tmp_path / "lotse.sqlite.wissen", lambda: TODAY)


def _changed(library: Library, title: str) -> Read:
    path = library.folder / "tree/mobbing.yaml"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[1] = f"title: {title}\n"
    path.write_text("".join(lines), encoding="utf-8")
    return library.read()


# ── The shelf ───────────────────────────────────────────────────────────────────────────────────


def test_what_ran_is_kept_once_and_can_be_opened_again(library: Library):
    first = library.read()
    library.keep(first)
    library.keep(first)
    second = _changed(library, "Mobbing heute")
    library.keep(second)
    assert [number for number, _ in library.versions()] == [1, 2]
    assert library.before(second.knowledge.version) == first.knowledge.version
    again = library.open(first.knowledge.version)
    assert again is not None
    assert again.knowledge.version == first.knowledge.version
    assert again.knowledge.tree.topics["mobbing"].title == "Mobbing und Ausgrenzung"
    assert library.open("nie") is None
    assert library.packed("nie") is None


def test_only_the_newest_are_kept(library: Library):
    for number in range(KEPT + 3):
        library.keep(_changed(library, f"Titel {number}"))
    assert len(library.versions()) == KEPT


def test_what_was_taken_back_does_not_return_with_a_restart(library: Library):
    library.keep(library.read())
    bad = _changed(library, "Schlecht")
    library.keep(bad)
    good = library.before(bad.knowledge.version)
    library.step_back(bad.knowledge.version, good)
    read, stepped = library.at_start()
    assert stepped == good == read.knowledge.version
    _changed(library, "Besser")
    assert library.at_start()[1] is None


def test_a_broken_note_or_shelf_is_no_hindrance(library: Library):
    library.keep(library.read())
    (library.shelf / "zurueck.json").write_text("{", encoding="utf-8")
    assert library.at_start()[1] is None
    (library.shelf / "zurueck.json").write_text("[]", encoding="utf-8")
    assert library.at_start()[1] is None
    version = library.read().knowledge.version
    library.step_back(version, "weg")
    assert library.at_start()[1] is None
    library.keep(Read(None, (), {}))
    assert len(library.versions()) == 1


# ── In a running house ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DELIVERED, tmp_path / "knowledge"))


async def test_a_number_is_changed_taken_over_and_taken_back(folder: Path, tmp_path: Path):
    async with house(tmp_path, MONDAY) as home:
        home.app.library = Library(folder, tmp_path / "wissen", lambda: date(2026, 11, 23))
        home.app.library.keep(home.app.library.read())
        first = home.app.knowledge.version
        code, said = await ordered(home, "reload")
        assert (code, said) == (0, [f"Nichts hat sich geändert. Es gilt Stand {first}."])

        rewritten(folder, "directory/helplines.csv", f",{NUMBER},", ",116 117,")
        code, said = await ordered(home, "reload")
        assert code == 0, said
        assert f"vorher {first}." in said[0]
        assert (
            home.app.knowledge.directory.helplines["nummer-gegen-kummer-116111"].phone == "116 117"
        )
        assert home.app.knowledge.operator["name"]
        await home.say("kind", "/start")

        code, said = await ordered(home, "rollback")
        assert code == 0, said
        assert home.app.knowledge.version == first
        assert said[0].startswith(f"Zurück: Es gilt Stand {first} statt ")


async def test_a_broken_tree_is_refused_with_its_findings_and_the_running_one_stays(
    folder: Path, tmp_path: Path
):
    async with house(tmp_path, MONDAY) as home:
        home.app.library = Library(folder, tmp_path / "wissen", lambda: date(2026, 11, 23))
        before = home.app.knowledge
        rewritten(folder, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
        code, said = await ordered(home, "reload")
        assert code == 1
        assert any("Meinten Sie „klasse“?" in line for line in said)
        assert said[-1] == f"Nicht übernommen. Es gilt weiter Stand {before.version}."
        assert home.app.knowledge is before
        code, said = await ordered(home, "rollback")
        assert (code, said) == (1, ["Es gibt keinen früheren Stand, der sich laden lässt."])


async def test_without_a_running_house_there_is_nothing_to_reload(tmp_path: Path):
    async with house(tmp_path, MONDAY) as home:
        assert (await ordered(home, "reload"))[0] == 1
        assert (await ordered(home, "rollback"))[0] == 1


# ── diff, from a folder, a kept version, and git ────────────────────────────────────────────────


def test_diff_reads_a_folder_a_kept_version_and_git(library: Library, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("LOTSE_DATABASE", "LOTSE_KNOWLEDGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LOTSE_DATABASE", str(tmp_path / "lotse.sqlite"))
    old = Path(shutil.copytree(library.folder, tmp_path / "old"))
    git = ["git", "-C", str(library.folder), "-c", "user.name=x", "-c", "user.email=x@x.example"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "-A"], check=True)
    subprocess.run([*git, "commit", "-qm", "x"], check=True)
    first = library.read()
    library.keep(first)
    rewritten(library.folder, "directory/helplines.csv", "0800 111 0 550", "0800 111 0 551")
    for revision in (str(old), first.knowledge.version[:8], "HEAD"):
        words = ["diff", revision, "--knowledge", str(library.folder)]
        told = CliRunner().invoke(main, words)
        assert told.exit_code == 0, told.output
        assert "0800 111 0 550 → 0800 111 0 551. Steht auf: familie.anfang" in told.output
        assert "1 geänderte Angaben im Verzeichnis" in told.output
    for nonsense in ("nie", "--", "-x"):
        words = ["diff", "--knowledge", str(library.folder), "--", nonsense]
        assert CliRunner().invoke(main, words).exit_code == 2


# ── The whole program ───────────────────────────────────────────────────────────────────────────


async def test_a_running_program_takes_another_knowledge_by_command_and_by_signal(
    folder: Path, tmp_path: Path
):
    class Moved(Site):
        @property
        def environment(self) -> dict[str, str]:
            return super().environment | {"LOTSE_KNOWLEDGE": str(folder)}

    async with FakeBotApi() as api, Moved(tmp_path, api).running() as bot:
        site = bot.site
        rewritten(folder, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
        refused = await site.do("reload")
        assert refused.code == 1
        assert "Meinten Sie „klasse“?" in refused.out
        rewritten(folder, "tree/mobbing.yaml", "goto: klase", "goto: klasse")
        rewritten(folder, "tree/mobbing.yaml", "title: Mobbing", "title: Streit,")
        bot.process.send_signal(signal.SIGHUP)
        shelf = tmp_path / "lotse.sqlite.wissen"
        await api.until(lambda: len(list(shelf.glob("*.zip"))) == 2, 60)
        back = await site.do("rollback")
        assert back.code == 0, back.out
        note = json.loads((shelf / "zurueck.json").read_text(encoding="utf-8"))
        assert note["to"] == load(DELIVERED).knowledge.version
        assert (await bot.stopped()).code == 0
