"""What README and .env.example say is true: commands, targets, settings, paths."""

import re
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS, main
from bot.settings import NAMES

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = ("README.md", "bot/README.md", "knowledge/README.md")


def commands():
    told = {name: main.get_command(click.Context(main), name) for name in COMMANDS}
    assert None not in told.values()
    return told


def text_of(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_command_in_a_document_exists(name):
    said = set(re.findall(r"\blotse ([a-z][a-z-]*)", text_of(name)))
    assert said <= set(COMMANDS), said - set(COMMANDS)


def test_every_command_has_a_word_of_help():
    assert all(command.help for command in commands().values())


@pytest.mark.parametrize("name", [*DOCUMENTS, ".ci/run"])
def test_every_make_target_in_a_document_exists(name):
    targets = set(re.findall(r"^([a-z]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", text_of(name))) <= targets


def test_every_option_in_the_readme_exists():
    known = {
        option
        for command in commands().values()
        for parameter in command.params
        for option in parameter.opts
    }
    said = {
        option
        for line in text_of("README.md").splitlines()
        for command in re.findall(r"lotse [^`#|]*", line)
        for option in re.findall(r"--[a-z-]+", command)
    }
    assert said <= known, said - known


def test_the_example_of_settings_names_every_setting_and_no_other():
    said = re.findall(r"^(LOTSE_[A-Z_]+)=", text_of(".env.example"), re.MULTILINE)
    assert sorted(said) == sorted(NAMES)


def test_every_linked_file_is_there():
    links = re.findall(r"\]\(([^)#:]+)\)", text_of("README.md"))
    assert links
    assert all((ROOT / link).exists() for link in links)


def test_every_room_on_the_map_is_there():
    rows = re.findall(r"^\| ((?:`[^`]+` ?)+) \|", text_of("bot/README.md"), re.MULTILINE)
    rooms = {room for row in rows for room in re.findall(r"`([^`]+)`", row)}
    here = {p.name for p in (ROOT / "bot").rglob("*.py")}
    gone = {r for r in rooms if not (ROOT / "bot" / r).exists() and r.split("/")[-1] not in here}
    assert not gone


def test_every_test_that_the_threat_model_names_is_there():
    named = re.findall(r"`(tests/[^`]+)`", text_of("bot/README.md"))
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_picture_of_the_readme_is_there_and_small():
    pictures = re.findall(r'<img src="([^"]+)"[^>]* alt="[^"]+"', text_of("README.md"))
    assert len(pictures) == 2
    assert all((ROOT / picture).stat().st_size <= 150_000 for picture in pictures)
