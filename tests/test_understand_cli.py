"""The machine's interface: lines in, JSON lines out; scores for editors."""

import json
import time
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from bot.cli import understanding
from bot.core import score
from bot.loading import load

HERE = Path(__file__).parent


@cache
def knowledge():
    found = load(HERE.parent / "knowledge").knowledge
    assert found is not None
    return found


@cache
def lotse():
    main = click.Group("lotse")
    understanding.register(main, knowledge)
    return main


def called(*arguments, lines=""):
    return CliRunner().invoke(lotse(), list(arguments), input=lines)


def answers(*arguments, lines):
    result = called(*arguments, lines=lines)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.output.splitlines()]


def test_each_query_for_a_school_gets_one_line():
    known, place, unknown = answers(
        "find-school", "--json", lines="KGS Hutten\nGoetheschule\tIlsenburg\nHogwarts\n"
    )
    assert known["query"] == "KGS Hutten"
    assert known["schools"][0]["id"] == "ST-220"
    assert known["ask"] is None
    assert set(place) == {"query", "schools", "ask"}
    assert place["query"] == "Goetheschule"
    assert unknown["ask"] == "unknown"
    assert all(len(answer["schools"]) <= 5 for answer in (known, place, unknown))


def test_each_text_gets_one_line():
    danger, aside, school, nothing = answers(
        "understand", "--json", "--audience", "pupil",
        lines="ich will sterben\nwie wird morgen das wetter in halle\nKGS Ulrich von Hutten\n\n",
    )  # fmt: skip
    assert set(danger) == {"text", "crisis", "topics", "school"}
    assert (danger["crisis"], danger["topics"][0]["id"]) == ("acute", "suizid")
    assert aside["topics"][0]["id"] == "offtopic"
    assert school["school"] == "ST-220"
    assert (nothing["topics"], nothing["crisis"], nothing["school"]) == ([], "none", None)
    assert all(len(answer["topics"]) <= 3 for answer in (danger, aside, school))


def test_any_bytes_are_taken():
    result = CliRunner().invoke(lotse(), ["understand", "--json"], input=b"\xff\xfe will sterben\n")
    assert json.loads(result.output)["crisis"] in {"none", "concern", "acute"}


def test_a_thousand_lines_are_understood_in_seconds():
    texts = "".join(
        f"mein kind geht seit {n} tagen nicht zur schule und weint\n" for n in range(1000)
    )
    knowledge()
    begins = time.process_time()
    assert len(answers("understand", "--json", lines=texts)) == 1000
    assert time.process_time() - begins < 5


def test_phrases_are_scored_with_bounds_and_every_miss(tmp_path):
    file = tmp_path / "sätze.csv"
    file.write_text(
        "text,audience,topic,crisis,hard_negative\n"
        "ich will sterben,pupil,suizid,acute,0\n"
        "wie wird morgen das wetter,pupil,offtopic,none,1\n"
        "ich werd gemobbt,pupil,mobbing,none,0\n"
        "ich werde gemobbt,pupil,trauer,acute,0\n"
        "hallo,,unklar,none,0\n",
        encoding="utf-8",
    )
    result = called("score", "phrases", str(file), "--by", "topic")
    assert result.exit_code == 0, result.output
    assert "1/2  [9.5%, 90.5%]  akut als akut erkannt" in result.output
    assert "mobbing: 100.0%  1/1" in result.output
    assert "- Gefahr acute, verstanden als none: ich werde gemobbt" in result.output
    assert "- Thema trauer, gefunden mobbing" in result.output
    assert "ich will sterben" not in result.output.replace("verstanden", "")


def test_schools_are_scored_with_every_miss(tmp_path):
    file = tmp_path / "schulen.csv"
    file.write_text(
        "query,school_id,town\nKGS Hutten,ST-220,Halle (Saale)\n"
        "KGS Hutten,ST-1,Halle (Saale)\nHogwarts,,Halle (Saale)\n",
        encoding="utf-8",
    )
    result = called("score", "schools", str(file))
    assert result.exit_code == 0, result.output
    assert "1/2" in result.output
    assert "unbekannte nicht behauptet, mit Ort" in result.output
    assert "- KGS Hutten: ST-1, gefunden ST-220" in result.output


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("text,topic\nx,mobbing\n", "fehlt die Spalte crisis"),
        ("text,topic,crisis\nx,mobbing,schlimm\n", "„crisis“ ist none, concern oder acute"),
    ],
)
def test_a_file_that_cannot_be_scored_is_refused_with_a_sentence(tmp_path, words, sentence):
    file = tmp_path / "falsch.csv"
    file.write_text(words, encoding="utf-8")
    result = called("score", "phrases", str(file))
    assert result.exit_code == 2
    assert sentence in result.output


def test_a_share_of_nothing_claims_nothing():
    share = score.Share("leer", 0, 0)
    assert share.bounds == (0.0, 1.0)
    assert "0/0" in share.sentence()


def test_without_by_topic_no_topic_is_listed(tmp_path):
    file = tmp_path / "sätze.csv"
    file.write_text("text,topic,crisis\nich werd gemobbt,mobbing,none\n", encoding="utf-8")
    assert "mobbing:" not in called("score", "phrases", str(file)).output
