"""Findings for editors, schemas that accept what is delivered, and how easily screens read."""

import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from planted import DELIVERED, rewritten, sound

from bot.cli import main
from bot.core.check.findings import Finding, Grade
from bot.core.check.readability import measured, readings
from bot.core.check.sarif import sarif
from bot.loading import load
from bot.loading.schema import KINDS, schema_of


def test_a_finding_keeps_its_grade_line_and_remedy_in_sarif():
    found = sarif([Finding(Grade.INFO, "knowledge/x.yaml", 0, "a-b", "Etwas.", "Bitte so.")])
    (run,) = found["runs"]
    assert run["tool"]["driver"]["rules"] == [{"id": "a-b"}]
    (result,) = run["results"]
    assert result["level"] == "note"
    assert result["message"]["text"] == "Etwas. Bitte so."
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "knowledge/x.yaml"
    assert place["region"]["startLine"] == 1


def test_the_command_speaks_sarif_and_lix(tmp_path: Path):
    folder = sound(tmp_path)
    rewritten(folder, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
    told = CliRunner().invoke(main, ["check", "--sarif", "--knowledge", str(folder)])
    assert told.exit_code == 1
    (result,) = json.loads(told.output)["runs"][0]["results"]
    assert result["ruleId"] == "tree-unknown-target"
    told = CliRunner().invoke(main, ["check", "--lix", "--knowledge", str(folder)])
    assert told.exit_code == 0
    first, *_, last = [
        int(row.split(",")[0].removeprefix("LIX ")) for row in told.output.splitlines()
    ]
    assert first >= last


def test_lix_is_counted_as_it_was_published():
    # 10 words, 2 sentences, 2 words of more than six letters: 5 + 20
    assert measured("Wir gehen heute alle zur Turnhalle. Dann kommt niemand zuspät.") == (25.0, 5.0)
    assert measured("123 – …") == (0.0, 0.0)


def test_every_wording_is_measured_once_and_reads_easily():
    found = list(readings(load(DELIVERED, learn=False).material.tree))
    assert len(found) == len({(each.ref, each.audience) for each in found}) > 300
    pupils = [each.lix for each in found if each.audience == "pupil"]
    assert sum(pupils) / len(pupils) < 40


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_knows_every_key_that_is_delivered(kind: str):
    told = CliRunner().invoke(main, ["schema", kind])
    assert told.exit_code == 0
    schema = json.loads(told.output)
    assert schema == schema_of(kind)
    folder = {"names": "texts/names.yaml", "texts": "texts/visitor.yaml",
              "languages": "languages/languages.yaml", "tree": "tree/mobbing.yaml"}[kind]  # fmt: skip
    given = yaml.safe_load((DELIVERED / folder).read_text(encoding="utf-8"))
    assert set(given) <= set(schema["properties"])
    assert schema["additionalProperties"] is False


def test_the_schema_of_a_topic_takes_a_text_alone_and_refuses_unknown_keys():
    schema = schema_of("tree")
    wording = schema["$defs"]["Wording"]
    assert {"type": "string", "minLength": 1} in wording["anyOf"]
    node = schema["$defs"]["NodeShape"]
    assert node["additionalProperties"] is False
    assert {"say", "choices", "facts", "only", "draft"} <= set(node["properties"])
    assert "*" not in json.dumps(wording)
