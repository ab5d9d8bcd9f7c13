"""From a member's proposal to the directory's table, through the operator's command."""

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from store_samples import member
from test_cli import GOOD, KEY, ROOT, assert_refused, lotse

from bot.core.messages import Staff
from bot.core.records import PostFacts, Proposal, TeamKey
from bot.ports import Address
from bot.store import Keys, Store

POST = "netzwerkstelle-halle"
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)


def at_store(folder: Path, unit):
    async def run():
        store = await Store.open(folder / "lotse.sqlite", Keys.parse(KEY))
        try:
            return await store.run(unit)
        finally:
            await store.close()

    return asyncio.run(run())


@pytest.fixture
def folder(tmp_path) -> Path:
    """A house with its own copy of the knowledge and three proposals of one member."""
    shutil.copytree(ROOT / "knowledge", tmp_path / "knowledge")
    made = (
        Proposal("aa11", "room", "Raum 5, Hof", "m1", AT),
        Proposal("bb22", "hours", "Mo-Do 08:00-15:00", "m1", AT),
        Proposal("cc33", "email", "kein-at-zeichen", "m1", AT),  # of an older program, say
    )

    def fill(work) -> None:
        work.save(member("m1", label="Anna B.", posts=(POST,)))
        work.bind(Address("terminal", "anna"), Staff("m1"), AT)
        work.save(PostFacts(POST, proposals=made, asked_at=AT))
        work.save(PostFacts("schulsozialarbeit-st-80", proposals=(replace(made[0], id="dd44"),)))
        work.count("wrong/netzwerkstelle-halle/phone", "halle", "2026-11")
        work.count("wrong/netzwerkstelle-halle/phone", "halle", "2026-12")

    at_store(tmp_path, fill)
    return tmp_path


def said(folder: Path, *arguments: str):
    return lotse(folder, "proposals", *arguments, **(GOOD | {"LOTSE_KNOWLEDGE": "knowledge"}))


def table(folder: Path) -> bytes:
    return (folder / "knowledge" / "directory" / "posts.csv").read_bytes()


def open_ones(folder: Path) -> list[str]:
    team = at_store(folder, lambda work: work.load(TeamKey()))
    return [made.id for facts in team.posts for made in facts.proposals]


def test_proposals_are_listed_with_what_stands_there_and_who_said_it(folder):
    done = said(folder)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == f"aa11 · {POST} · room: nichts → Raum 5, Hof · Anna B., 24.11.2026"
    assert "Stimmt nicht? netzwerkstelle-halle, phone: 2×" in lines


def test_an_applied_proposal_changes_two_cells_of_one_line_and_the_check_passes(folder):
    before = table(folder)
    done = said(folder, "--apply", "aa11")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "Übernommen."
    old, new = before.splitlines(keepends=True), table(folder).splitlines(keepends=True)
    ((a, b),) = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    assert b'"Raum 5, Hof"' in b
    assert b"2026-11-24" in b
    assert len(b) == len(a) + len('"Raum 5, Hof"') + len("2026-11-24")
    assert "aa11" not in open_ones(folder)
    check = lotse(folder, "check", "--knowledge", str(folder / "knowledge"))
    assert check.returncode == 0


def test_the_member_is_told_once_it_stands_there(folder):
    said(folder, "--apply", "bb22")
    owed = at_store(folder, lambda work: [o.screen.text for o in work.owed() if o.screen])
    assert owed == ["Ihr Vorschlag für Sprechzeiten ist übernommen: Mo-Do 08:00-15:00."]


def test_a_proposal_that_the_check_would_not_pass_is_refused_and_nothing_changes(folder):
    before = table(folder)
    done = said(folder, "--apply", "cc33")
    assert done.returncode == 1
    assert "kein-at-zeichen" in done.stderr
    assert table(folder) == before
    assert "cc33" in open_ones(folder)


def test_a_rejected_proposal_goes_and_the_table_stays(folder):
    before = table(folder)
    done = said(folder, "--reject", "aa11")
    assert (done.returncode, done.stdout.strip()) == (0, "Verworfen.")
    assert table(folder) == before
    assert "aa11" not in open_ones(folder)
    again = said(folder, "--reject", "aa11")
    assert again.returncode == 2


def test_what_cannot_be_applied_says_why(folder):
    assert_refused(said(folder, "--apply", "dd44"), "keine Zeile")
    unknown = said(folder, "--apply", "zz99")
    assert (unknown.returncode, "gibt es nicht" in unknown.stderr) == (2, True)
    both = said(folder, "--apply", "aa11", "--reject", "bb22")
    assert both.returncode == 2
