"""Every command of the operator, through the real process."""

import asyncio
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from store_samples import one_matter, request

from bot.store import Keys, Store, new_key

ROOT = Path(__file__).parent.parent
KEY = new_key()
OPERATOR = {
    "LOTSE_OPERATOR_NAME": "Landkreis Muster",
    "LOTSE_OPERATOR_ADDRESS": "Musterweg 1, 39000 Muster",
    "LOTSE_OPERATOR_EMAIL": "lotse@example.org",
    "LOTSE_PRIVACY_CONTACT": "Petra Beispiel, datenschutz@example.org",
}
GOOD = {"LOTSE_KEY": KEY, **OPERATOR}
Done = subprocess.CompletedProcess[str]


def environment(**settings: str) -> dict[str, str]:
    """Ours, without any setting of the machine; the delivered knowledge."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    return kept | {"LOTSE_KNOWLEDGE": str(ROOT / "knowledge")} | settings


def lotse(folder: Path, *arguments: str, said: str = "", **settings: str) -> Done:
    """``lotse …`` in a folder of its own, until it ends."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT), **settings),
        input=said,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """``lotse run`` without a token, from "ready" until it is told to stop."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env=environment(PYTHONPATH=str(ROOT), **settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    heard = []
    try:
        for line in process.stdout:
            heard.append(line)
            if "ready" in line:
                break
        else:
            pytest.fail("".join(heard))
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def broken_knowledge(folder: Path) -> Path:
    """The delivered knowledge with two faults that a tired author makes."""
    copy = shutil.copytree(ROOT / "knowledge", folder / "knowledge")
    for topic, right, wrong in (
        ("mobbing", "goto: klasse\n", "goto: klase\n"),
        ("familie", "owner: coordination_office", "owner: coordination-office"),
    ):
        path = copy / "tree" / f"{topic}.yaml"
        text = path.read_text(encoding="utf-8")
        assert right in text
        path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    return copy


def filled(database: Path, *, due: timedelta = timedelta(days=-1)) -> None:
    """A database with one open request and one message that is owed."""

    async def fill() -> None:
        store = await Store.open(database, Keys.parse(KEY))
        try:
            await store.run(one_matter)
            late = request(due=datetime.now(UTC) + due)
            await store.run(lambda work: work.save(late))
        finally:
            await store.close()

    asyncio.run(fill())


def at_database(folder: Path, question: str) -> Any:
    with sqlite3.connect(folder / "lotse.sqlite") as raw:
        found = raw.execute(question).fetchone()[0]
    raw.close()
    return found


# ── Knowledge ───────────────────────────────────────────────────────────────────────────────────


def test_help_names_every_command(tmp_path):
    done = lotse(tmp_path, "--help")
    assert done.returncode == 0
    names = "run demo chat check route proof invite members key status backup restore resume"
    for name in names.split():
        assert re.search(rf"^  {name}\b", done.stdout, re.MULTILINE), name


def test_the_delivered_knowledge_has_no_errors_and_check_ends_with_0(tmp_path):
    done = lotse(tmp_path, "check", "--json")
    findings = json.loads(done.stdout)
    assert done.returncode == 0
    assert findings
    for finding in findings:
        assert set(finding) == {"grade", "file", "line", "id", "text", "proposal"}
        assert finding["grade"] in {"warning", "info"}
        assert (ROOT / finding["file"]).is_file(), finding["file"]
        assert isinstance(finding["line"], int)
    assert lotse(tmp_path, "check").stdout.splitlines()[-1].startswith("0 error, ")


def test_broken_knowledge_ends_check_with_1_and_all_findings(tmp_path):
    folder = broken_knowledge(tmp_path)
    done = lotse(tmp_path, "check", "--json", "--knowledge", str(folder))
    errors = [f for f in json.loads(done.stdout) if f["grade"] == "error"]
    assert done.returncode == 1
    assert {Path(f["file"]).name for f in errors} >= {"mobbing.yaml", "familie.yaml"}
    missed = next(f for f in errors if "klase" in f["text"])
    assert "klasse" in missed["text"] + missed["proposal"]
    text = Path(folder / "tree" / "mobbing.yaml").read_text(encoding="utf-8").splitlines()
    assert "goto: klase" in text[missed["line"] - 1]


@pytest.mark.parametrize("command", ["run", "demo", "status"])
def test_nothing_starts_on_broken_knowledge(command, tmp_path):
    folder = broken_knowledge(tmp_path)
    done = lotse(tmp_path, command, **(GOOD | {"LOTSE_KNOWLEDGE": str(folder)}))
    assert done.returncode == 1
    assert "klase" in done.stderr
    assert "Traceback" not in done.stderr


def test_route_names_every_rung_with_reason_and_promise(tmp_path):
    asked = "route --school ST-80 --audience pupil --topic mobbing --at 2026-11-24T22:04 --json"
    done = lotse(tmp_path, *asked.split(), "--all-live")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(found) == {"school", "district", "ladder", "shown"}
    assert (found["school"], found["district"]) == ("ST-80", "magdeburg")
    office = next(r for r in found["ladder"] if r["post"] == "netzwerkstelle-magdeburg")
    assert set(office) == {"post", "state", "reason", "promise"}
    assert office["state"] == "live"
    assert office["reason"] == "weil deine Schule in Magdeburg liegt"
    assert office["promise"] == "2026-11-25T15:00:00+01:00"
    assert found["ladder"][-1]["post"] == "koordinierungsstelle"


def test_route_says_that_nobody_is_live_on_day_one_and_what_is_known(tmp_path):
    asked = "route --school ST-33 --audience guardian --topic mobbing --at 2026-11-24T22:04+01:00"
    found = json.loads(lotse(tmp_path, *asked.split(), "--json").stdout)
    assert {rung["promise"] for rung in found["ladder"]} == {None}
    assert {rung["state"] for rung in found["ladder"]} == {"known"}
    assert found["shown"][0]["phones"] == ["0345 2215724", "0345 2215755"]
    assert found["shown"][0]["evidence"].endswith("Datum der Quelle unbekannt")
    lines = lotse(tmp_path, *asked.split()).stdout.splitlines()
    assert lines[0].startswith("netzwerkstelle-halle: known, ")
    assert any(line.startswith("bekannt: ") and "0345 2215724" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("--school", "ST-99999", "Die Schule „ST-99999“ gibt es nicht"),
        ("--topic", "moobing", "Das Thema „moobing“ gibt es nicht"),
        ("--audience", "parent", "guardian"),
        ("--at", "gestern", "2026-11-24T22:04"),
    ],
)
def test_a_route_that_cannot_be_asked_is_refused_with_2(name, value, sentence, tmp_path):
    options = {"--school": "ST-80", "--audience": "pupil", "--topic": "mobbing"} | {name: value}
    done = lotse(tmp_path, "route", *(part for pair in options.items() for part in pair))
    assert done.returncode == 2
    assert sentence in done.stderr


def test_the_proof_counts_every_school_in_every_district(tmp_path):
    done = lotse(tmp_path, "proof", "--json")
    found = json.loads(done.stdout)
    assert done.returncode == 0
    assert (found["ok"], found["schools"]) == (True, 901)
    assert found["combinations"] == 901 * 3 * 5
    stands, live = found["runs"]
    for run in (stands, live):
        assert run["faults"] == []
        assert len(run["districts"]) == 14
        for counts in run["total"].values():
            assert sum(counts.values()) == 901
            assert counts["nothing"] == 0
    assert stands["combinations"]["live"] == 0
    assert live["total"]["school_day_22"]["live"] == 901
    text = lotse(tmp_path, "proof")
    assert text.returncode == 0
    assert "901" in text.stdout


# ── Settings and keys ───────────────────────────────────────────────────────────────────────────


def test_every_missing_or_misspelt_setting_is_named_at_once(tmp_path):
    done = lotse(
        tmp_path, "run", LOTSE_TELEGRAM_TOKN="1:x", LOTSE_TELEGRAM_CONNECTIONS="many", LOTSE_KEY=""
    )
    assert done.returncode == 2
    for name in ("LOTSE_KEY", *OPERATOR):
        assert f"{name} fehlt." in done.stderr
    assert "lotse key new" in done.stderr
    assert "LOTSE_TELEGRAM_TOKN ist keine Einstellung. Meinten Sie LOTSE_TELEGRAM_TOKEN?" in (
        done.stderr
    )
    assert "LOTSE_TELEGRAM_CONNECTIONS: „many“" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_settings_are_read_from_a_file_and_the_environment_wins(tmp_path):
    rows = [f"{name}={value}" for name, value in GOOD.items()]
    (tmp_path / ".env").write_text("\n".join([*rows, "LOTSE_DATABASE=nope.sqlite"]))
    assert lotse(tmp_path, "members", LOTSE_DATABASE="mine.sqlite").returncode == 0
    assert (tmp_path / "mine.sqlite").exists()
    assert not (tmp_path / "nope.sqlite").exists()


def test_key_new_shows_a_key_that_fits_the_setting_and_keeps_nothing(tmp_path):
    one, two = (lotse(tmp_path, "key", "new").stdout.strip() for _ in range(2))
    assert one != two
    assert Keys.parse(one.removeprefix("LOTSE_KEY="))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["members", "status", "resume"])
def test_without_a_key_a_command_says_how_to_make_one(command, tmp_path):
    done = lotse(tmp_path, command)
    assert done.returncode == 2
    assert "lotse key new" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["run", "status"])
def test_a_wrong_key_is_one_sentence_and_nothing_is_destroyed(command, tmp_path):
    filled(tmp_path / "lotse.sqlite")
    before = (tmp_path / "lotse.sqlite").read_bytes()
    done = lotse(tmp_path, command, **(GOOD | {"LOTSE_KEY": new_key()}))
    assert_refused(done, "Schlüssel")
    assert (tmp_path / "lotse.sqlite").read_bytes() == before


def test_the_key_is_changed_while_the_bot_runs_and_the_old_one_may_go(tmp_path):
    filled(tmp_path / "lotse.sqlite", due=timedelta(days=1))
    new = new_key()
    both, alone = GOOD | {"LOTSE_KEY": f"{new},{KEY}"}, GOOD | {"LOTSE_KEY": new}
    with running(tmp_path, **GOOD):
        early = lotse(tmp_path, "key", "rotate", **both)
        assert early.returncode == 1
        assert "noch nicht. Bitte lotse run neu starten" in early.stdout
    with running(tmp_path, **both):
        assert "mit älteren noch verschlossene Werte" in lotse(tmp_path, "status", **both).stdout
        done = lotse(tmp_path, "key", "rotate", **both)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"Nicht mehr gebraucht: „{KEY.partition(':')[0]}“" in done.stdout
        assert "verschlossene Werte" not in lotse(tmp_path, "status", **both).stdout
    assert lotse(tmp_path, "status", **alone).returncode == 0
    assert_refused(lotse(tmp_path, "status", **GOOD), "Schlüssel")


def test_the_key_is_changed_without_a_running_bot_and_one_key_alone_says_how(tmp_path):
    filled(tmp_path / "lotse.sqlite")
    how = lotse(tmp_path, "key", "rotate", **GOOD)
    assert how.returncode == 2
    assert "lotse key new" in how.stdout
    done = lotse(tmp_path, "key", "rotate", **(GOOD | {"LOTSE_KEY": f"{new_key()},{KEY}"}))
    assert done.returncode == 0
    assert re.search(rf"Werte: „{KEY.partition(':')[0]}“: [1-9]", done.stdout)


def assert_refused(done: Done, word: str) -> None:
    """One sentence that says why, exit 1, no traceback."""
    assert done.returncode == 1, done.stdout + done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_wrong_refusal_would_be_seen():
    with pytest.raises(AssertionError):
        assert_refused(
            subprocess.CompletedProcess([], 1, "", "Traceback …\nSchlüssel"), "Schlüssel"
        )


@pytest.mark.parametrize("command", ["run", "status"])
def test_a_newer_database_is_one_sentence_and_nothing_is_destroyed(command, tmp_path):
    filled(tmp_path / "lotse.sqlite")
    with sqlite3.connect(tmp_path / "lotse.sqlite") as raw:
        raw.execute("PRAGMA user_version = 9999")
    raw.close()
    assert_refused(lotse(tmp_path, command, **GOOD), "neuer")
    assert at_database(tmp_path, "PRAGMA user_version") == 9999
    assert at_database(tmp_path, "SELECT count(*) FROM requests") == 1


def test_a_file_that_is_no_database_is_left_alone(tmp_path):
    (tmp_path / "lotse.sqlite").write_text("Einkaufszettel " * 100)
    assert lotse(tmp_path, "status", **GOOD).returncode == 1
    assert (tmp_path / "lotse.sqlite").read_text() == "Einkaufszettel " * 100


# ── People ──────────────────────────────────────────────────────────────────────────────────────


def test_with_and_without_a_running_bot_the_same_commands_are_answered(tmp_path):
    with running(tmp_path, **GOOD):
        first = people(tmp_path)
        backup = lotse(tmp_path, "backup", "b1", **GOOD)
        second_run = lotse(tmp_path, "run", **GOOD)
        restored = lotse(tmp_path, "restore", "b1", **GOOD)
    assert_refused(second_run, "")
    assert_refused(restored, "")
    assert backup.returncode == 0
    assert (tmp_path / "b1").exists()
    assert not (tmp_path / "lotse.sqlite.sock").exists()
    assert people(tmp_path) == first
    assert lotse(tmp_path, "backup", "b2", **GOOD).returncode == 0
    assert at_database(tmp_path, "SELECT count(*) FROM invitations") == 2


def people(folder: Path) -> list[tuple[int, str]]:
    """Invite, look, look again; what was drawn by chance is left out."""
    to_work = ("invite", "--role", "worker", "--post")
    invited = lotse(folder, *to_work, "netzwerkstelle-halle", **GOOD)
    code, note = invited.stdout.splitlines()
    assert re.fullmatch(r"i_[\w-]{43}", code)
    assert "Gilt einmal" in note
    others = [lotse(folder, command, **GOOD) for command in ("members", "status", "resume")]
    asked = ("--school", "ST-80", "--audience", "pupil", "--topic", "mobbing")
    others.append(lotse(folder, "route", *asked, **GOOD))
    refused = lotse(folder, *to_work, "netzwerkstelle-hale", **GOOD)
    answers = [(done.returncode, done.stdout.splitlines()[0]) for done in (*others, refused)]
    assert [code for code, _ in answers] == [0, 0, 0, 0, 2]
    return answers


def test_a_stopped_bot_ends_with_0(tmp_path):
    with running(tmp_path, **GOOD) as process:
        pass
    assert process.returncode == 0


def test_status_ends_with_1_while_something_is_overdue(tmp_path):
    filled(tmp_path / "lotse.sqlite")
    done = lotse(tmp_path, "status", **GOOD)
    assert done.returncode == 1
    assert "Offene Anfragen: 1 · noch nicht gesendet: 1" in done.stdout
    assert "Überfällig: „Blauer Otter r1“ bei netzwerkstelle-halle" in done.stdout


# ── Keeping ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def restored(tmp_path) -> Path:
    """A folder whose database was backed up, lost, and brought back."""
    filled(tmp_path / "lotse.sqlite")
    assert lotse(tmp_path, "backup", "copy", **GOOD).returncode == 0
    (tmp_path / "lotse.sqlite").unlink()
    done = lotse(tmp_path, "restore", "copy", **GOOD)
    assert done.returncode == 0, done.stderr
    assert "1 Gespräche, 1 offene Anfragen" in done.stdout
    return tmp_path


def test_after_a_restore_nothing_is_sent_until_resume(restored):
    status = lotse(restored, "status", **GOOD)
    assert status.returncode == 1
    assert "lotse resume" in status.stdout
    asked = lotse(restored, "resume", **GOOD)
    assert asked.returncode == 1
    assert "Noch nicht gesendet: 1. Überfällig: 1." in asked.stdout
    assert "Überfällig: „Blauer Otter r1“" in asked.stdout
    assert "--one-text" in asked.stdout
    with running(restored, **GOOD):
        assert "lotse resume" in lotse(restored, "status", **GOOD).stdout
        assert at_database(restored, "SELECT count(*) FROM outbox") == 1
        assert lotse(restored, "resume", "--one-text", **GOOD).returncode == 0
        assert "lotse resume" not in lotse(restored, "status", **GOOD).stdout


def test_old_messages_may_be_sent_after_all(restored):
    assert lotse(restored, "resume", "--send", **GOOD).returncode == 0
    assert at_database(restored, "SELECT count(*) FROM outbox") == 1
    again = lotse(restored, "resume", **GOOD)
    assert (again.returncode, again.stdout.strip()) == (0, "Es ist nichts angehalten.")


def test_a_database_that_stands_in_the_way_is_kept(restored):
    done = lotse(restored, "restore", "copy", **GOOD)
    assert done.returncode == 0
    assert "Die vorherige Datenbank liegt jetzt hier" in done.stdout
    assert len(list(restored.glob("lotse.sqlite.vorher-1"))) == 1


def test_what_is_no_backup_is_refused(tmp_path):
    (tmp_path / "copy").write_text("Einkaufszettel")
    assert lotse(tmp_path, "restore", "copy", **GOOD).returncode == 1
    assert lotse(tmp_path, "restore", "nope", **GOOD).returncode == 2
    assert not (tmp_path / "lotse.sqlite").exists()


# ── At the terminal ─────────────────────────────────────────────────────────────────────────────


def test_the_demo_is_a_talk_and_ends_with_0_at_the_end_of_the_input(tmp_path):
    talk = ["2", "2", "wer kann helfen?", "ohne schule weiter", "@2", "/anfragen", "@"]
    done = lotse(tmp_path, "demo", said="\n".join(talk) + "\n")
    assert done.returncode == 0, done.stderr
    for words in ("DEMO", "Wer schreibt?", "Worum geht es?", "Um welche Schule geht es?"):
        assert words in done.stdout
    assert "Gerade ist nichts offen." in done.stdout
    assert lotse(tmp_path, "demo").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_talk_is_recorded_as_a_scenario_that_can_be_played(tmp_path):
    talk = """/start
        Eltern, Familie
        2
        wer kann helfen?
        thomas müntzer magdeburg
        1
        1
        Er will nicht mehr hin.
        Absenden
        @2
        Übernehmen
        @1
        und heute auch nicht
        @2
        Antworten
        Kommen Sie morgen vorbei.
        Senden
        /anfragen"""
    lines = "\n".join(line.strip() for line in talk.splitlines()) + "\n"
    done = lotse(tmp_path, "chat", "--record", "talk.yaml", said=lines)
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "talk.yaml").read_text(encoding="utf-8")
    assert "- tap: Eltern, Familie" in text
    assert "- guardian: Er will nicht mehr hin." in text
    assert "- desk netzwerkstelle-magdeburg DEMO Anna:\n    tap: Übernehmen" in text
    played = lotse(tmp_path, "chat", "--script", "talk.yaml")
    assert played.returncode == 0, played.stdout + played.stderr
    assert "wie erwartet" in played.stdout


def test_a_scenario_that_goes_another_way_ends_with_1_and_says_where(tmp_path):
    text = 'world: {at: "2026-11-24 22:04"}\ntalk: [{tap: "Gibt es nicht"}]\n'
    (tmp_path / "s.yaml").write_text(text, encoding="utf-8")
    assert_refused(lotse(tmp_path, "chat", "--script", "s.yaml"), "s.yaml, Schritt 1 (tap)")
    assert_refused(lotse(tmp_path, "chat", "--script", "nope.yaml"), "lässt sich nicht lesen")


def test_the_delivered_example_plays_at_the_terminal(tmp_path):
    path = ROOT / "tests" / "scenarios" / "antwort-mit-vorschau-und-abschluss.yaml"
    done = lotse(tmp_path, "chat", "--script", str(path))
    assert done.returncode == 0, done.stderr
    assert "Der Text wird 30 Tage nach dem Abschluss gelöscht" in done.stdout


def test_chat_on_an_empty_house_promises_nothing(tmp_path):
    talk = ["1", "1", "wer kann helfen?", "ohne schule weiter"]
    done = lotse(tmp_path, "chat", "--empty", said="\n".join(talk) + "\n")
    assert done.returncode == 0
    assert "noch niemand antworten" in done.stdout


def test_a_setting_that_is_like_none_points_to_the_list(tmp_path):
    done = lotse(tmp_path, "run", LOTSE_FOO="1")
    assert "LOTSE_FOO ist keine Einstellung. Die bekannten stehen in .env.example." in done.stderr


def test_the_web_door_opens_with_its_address_and_invitations_lead_to_it(tmp_path):
    origin = "http://127.0.0.1:18099"
    web = GOOD | {"LOTSE_WEB_ORIGIN": origin, "LOTSE_WEB_ADDRESS": "127.0.0.1:18099"}
    with running(tmp_path, **web):
        with urllib.request.urlopen(f"{origin}/", timeout=20) as page:
            assert "Hilfe jetzt" in page.read().decode()
        with urllib.request.urlopen(f"{origin}/healthz", timeout=20) as health:
            assert health.status == 200
        invited = lotse(tmp_path, "invite", "--role", "admin", **web)
    assert re.match(rf"{origin}/desk/join/i_[\w-]{{43}}\n", invited.stdout)


def test_a_web_address_without_tls_is_refused_with_2(tmp_path):
    done = lotse(tmp_path, "run", **GOOD, LOTSE_WEB_ORIGIN="http://lotse.example.de")
    assert done.returncode == 2
    assert "LOTSE_WEB_ORIGIN" in done.stderr
    assert "https" in done.stderr


def test_a_file_of_settings_that_everybody_may_read_is_refused(tmp_path):
    (tmp_path / ".env").write_text("\n".join(f"{name}={value}" for name, value in GOOD.items()))
    (tmp_path / ".env").chmod(0o644)
    done = lotse(tmp_path, "run")
    assert done.returncode == 2
    assert "chmod 600 .env" in done.stderr
    (tmp_path / ".env").chmod(0o600)
    with running(tmp_path):
        assert lotse(tmp_path, "status").returncode == 0


@pytest.mark.parametrize("name", ["PYTHONASYNCIODEBUG", "PYTHONDEVMODE"])
def test_a_python_that_prints_what_it_works_on_is_refused(name, tmp_path):
    done = lotse(tmp_path, "run", **GOOD, **{name: "1"})
    assert done.returncode == 2
    assert "stünden Texte im Protokoll" in done.stderr
    assert not (tmp_path / "lotse.sqlite").exists()


def test_a_talkative_python_would_print_a_text():
    """The planted fault: what the refusal above keeps from happening."""
    slow = """
import asyncio, time
async def main():
    asyncio.get_running_loop().call_soon(lambda text: time.sleep(0.2), "kanarienvogel")
    await asyncio.sleep(0.3)
asyncio.run(main())
"""
    printed = {}
    for debug in ("", "1"):
        environment = {**os.environ, "PYTHONASYNCIODEBUG": debug}
        done = subprocess.run(
            [sys.executable, "-c", slow],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        printed[debug] = "kanarienvogel" in done.stderr
    assert printed == {"": False, "1": True}


def test_the_audit_names_who_did_what_and_finds_a_changed_line(tmp_path):
    lotse(tmp_path, "invite", "--role", "admin", **GOOD)
    assert "1 Zeilen" in lotse(tmp_path, "audit", "verify", **GOOD).stdout
    shown = lotse(tmp_path, "audit", "show", "--last", "5", **GOOD).stdout
    assert "Betrieb · invite · admin" in shown
    with sqlite3.connect(tmp_path / "lotse.sqlite") as raw:
        raw.execute("DROP TRIGGER audit_stays")
        raw.execute("UPDATE audit SET at = at + 1")
    raw.close()
    done = lotse(tmp_path, "audit", "verify", **GOOD)
    assert done.returncode == 1
    assert "Zeile 1 wurde verändert" in done.stdout


def test_a_backup_comes_back_without_its_second_file_when_that_is_said(restored):
    for path in restored.glob("*.keys"):
        path.unlink()
    assert_refused(lotse(restored, "restore", "copy", **GOOD), ".keys")
    done = lotse(restored, "restore", "copy", "--without-words", **GOOD)
    assert done.returncode == 0, done.stderr
    assert "Ohne Texte." in done.stdout
    assert at_database(restored, "SELECT count(*) FROM words") == 0
    assert at_database(restored, "SELECT count(*) FROM requests") == 1


def test_purge_counts_first_and_deletes_when_asked(tmp_path):
    filled(tmp_path / "lotse.sqlite")
    dry = lotse(tmp_path, "purge", "--dry-run", **GOOD)
    assert dry.returncode == 0
    assert "stille Gespräche: 0" in dry.stdout
    assert "Nur gezählt" in dry.stdout
    done = lotse(tmp_path, "purge", **GOOD)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Gelöscht.")


def test_what_is_kept_can_be_shortened_but_not_lengthened(tmp_path):
    longer = lotse(tmp_path, "purge", **(GOOD | {"LOTSE_KEEP_WORDS_DAYS": "31"}))
    assert longer.returncode == 2
    assert "LOTSE_KEEP_WORDS_DAYS: höchstens 30 Tage" in longer.stderr
    shorter = lotse(tmp_path, "purge", **(GOOD | {"LOTSE_KEEP_WORDS_DAYS": "7"}))
    assert shorter.returncode == 0
