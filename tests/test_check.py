"""Every planted fault is found, at its line, in these words; what is sound gives no finding."""

from datetime import date
from pathlib import Path

import pytest
from planted import DELIVERED, TODAY, Planted, planted, rewritten, sound

from bot.core.check.findings import Finding, Grade, in_order, meant, nearest
from bot.core.check.graph import graph
from bot.core.check.material import Material, spoken
from bot.core.check.safety import safety
from bot.core.directory import Directory
from bot.core.tree import Audience, Tree
from bot.loading import check, load

CASES = planted()


@pytest.fixture
def knowledge(tmp_path: Path) -> Path:
    return sound(tmp_path)


def _errors(found: tuple[Finding, ...]) -> list[Finding]:
    return [finding for finding in found if finding.grade is Grade.ERROR]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_planted_fault_is_found_with_its_line_and_words(case: Planted, knowledge: Path):
    case.plant(knowledge)
    found = check(load(knowledge), TODAY)
    assert case.expected in found
    wanted = [case.expected] if case.expected.grade is Grade.ERROR else []
    assert _errors(found) == wanted


def test_many_different_faults_are_planted():
    assert len(CASES) >= 45
    assert len({case.expected.id for case in CASES}) >= 45
    assert len({case.name for case in CASES}) == len(CASES)


def test_sound_knowledge_gives_no_finding(knowledge: Path):
    assert check(load(knowledge), TODAY) == ()


def test_the_delivered_knowledge_has_no_error():
    found = check(load(DELIVERED), TODAY)
    assert [finding.sentence() for finding in _errors(found)] == []


def test_all_faults_of_all_files_are_said_at_once(knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
    rewritten(knowledge, "tree/familie.yaml", "title: Familie", "titel: Familie")
    rewritten(knowledge, "directory/posts.csv", ",ST-2,", ",ST-3,")
    rewritten(knowledge, "texts/visitor.yaml", "{label}", "{lable}")
    found = _errors(check(load(knowledge), TODAY))
    assert [finding.id for finding in found] == [
        "csv-unknown-id",
        "words-placeholder",
        "key-unknown",
        "tree-unknown-target",
    ]


def test_a_finding_reads_as_one_line_for_its_author(knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", "goto: klasse", "goto: klase")
    (error,) = _errors(check(load(knowledge), TODAY))
    assert error.sentence() == (
        "knowledge/tree/mobbing.yaml:19: Auswahl „klasse“ führt zu „klase“, das gibt es nicht. "
        "Meinten Sie „klasse“?"
    )


# ── du and Sie ──────────────────────────────────────────────────────────────────────────────────

PUPIL = "      pupil: Du hast etwas getan. Sie hören dir zu.\n"
ADULT = "      adult: Sie haben hingesehen.\n"


@pytest.mark.parametrize(
    "words",
    [
        "Sie hören dir zu.",
        "Frag sie. Ihre Antwort zählt, und ihnen kannst du schreiben.",
        "Frag am Anfang: „Bleibt das unter uns, oder sagen Sie es weiter?“",
        "Deine Eltern? Sie wissen es noch nicht. Ihr redet später.",
        "So geht es:\\nSie melden sich bei dir.",
    ],
)
def test_she_and_they_are_no_sie_for_pupils(words: str, knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", PUPIL, f'      pupil: "{words}"\n')
    assert _errors(check(load(knowledge), TODAY)) == []


@pytest.mark.parametrize("words", ["Was sagen Sie dazu?", "Das hilft Ihnen.", "Fragt Ihre Mutter."])
def test_sie_for_pupils_is_an_error(words: str, knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", PUPIL, f"      pupil: {words}\n")
    assert [e.id for e in _errors(check(load(knowledge), TODAY))] == ["words-sie"]


def test_quoted_children_may_say_du_to_adults(knowledge: Path):
    words = '      adult: "Fragen Sie: „Was wünschst du dir?“"\n'
    rewritten(knowledge, "tree/mobbing.yaml", ADULT, words)
    assert _errors(check(load(knowledge), TODAY)) == []


def test_a_text_that_only_guardians_reach_needs_no_words_for_pupils(knowledge: Path):
    text = (knowledge / "tree/mobbing.yaml").read_text(encoding="utf-8")
    assert "  eltern:\n    only: {audience: [guardian]}\n    say: Bleiben Sie ruhig" in text
    rewritten(
        knowledge, "tree/mobbing.yaml", "    only: {audience: [guardian]}\n    say: B", "    say: B"
    )
    assert check(load(knowledge), TODAY) == ()


@pytest.mark.parametrize(
    "words",
    [
        "Stand 2012, § 36 und Artikel 6.",
        "In Klasse 5 bis 10, nach 3 Tagen, 14 Kreise und 355 Schulen.",
        "Auf Platz 1 steht die Klassenleitung.",
        "Etwa 7 bis 8 Wochen, höchstens 12.",
    ],
)
def test_years_laws_and_counts_are_no_literal_contacts(words: str, knowledge: Path):
    rewritten(knowledge, "tree/mobbing.yaml", ADULT, f"      adult: {words}\n")
    assert _errors(check(load(knowledge), TODAY)) == []


# ── What a finding is not said twice for ────────────────────────────────────────────────────────


def test_choices_into_a_broken_file_are_not_blamed(knowledge: Path):
    rewritten(knowledge, "tree/familie.yaml", "title: Familie", "title Familie")
    assert [e.id for e in _errors(check(load(knowledge), TODAY))] == ["yaml-missing-colon"]


@pytest.mark.parametrize("file", ["helplines", "posts", "districts", "schools", "school_holidays"])
def test_a_broken_table_is_said_once(file: str, knowledge: Path):
    path = knowledge / f"directory/{file}.csv"
    path.write_text("falsch\n1\n", encoding="utf-8")
    found = _errors(check(load(knowledge), TODAY))
    assert {finding.file for finding in found} == {f"knowledge/directory/{file}.csv"}


def test_a_broken_language_file_is_said_once(knowledge: Path):
    rewritten(knowledge, "languages/languages.yaml", "languages:", "langauges:")
    rewritten(knowledge, "tree/mobbing.yaml", "only: {audience: [guardian]}, goto",
              "only: {audience: [guardian], language: [en]}, goto")  # fmt: skip
    found = _errors(check(load(knowledge), TODAY))
    assert [finding.id for finding in found] == ["key-unknown"]


def test_a_broken_text_file_does_not_make_every_text_missing(knowledge: Path):
    rewritten(knowledge, "texts/visitor.yaml", "texts:", "texte:")
    assert [e.id for e in _errors(check(load(knowledge), TODAY))] == ["key-unknown"]


def test_a_broken_emergency_piece_is_said_once(knowledge: Path):
    rewritten(knowledge, "tree/pieces/notfall.yaml", "facts: [helplines.now]", "facts: helplines")
    assert [e.id for e in _errors(check(load(knowledge), TODAY))] == ["value-shape"]


def test_two_network_offices_in_one_district_are_told_apart_by_their_ids(knowledge: Path):
    row = (
        "netzwerkstelle-harz-2,network_office,Zweite,dkjs,harz,,pupil guardian teacher,,,,,,,,,,,"
        "https://example.org,2026-01,,\n"
    )
    path = knowledge / "directory/posts.csv"
    path.write_text(path.read_text(encoding="utf-8") + row, encoding="utf-8")
    assert [e.proposal for e in _errors(check(load(knowledge), TODAY))] == [
        "Vorschlag: netzwerkstelle-harz."
    ]


# ── The graph ───────────────────────────────────────────────────────────────────────────────────


def test_emergency_numbers_alone_are_no_counselling_line(knowledge: Path):
    rewritten(knowledge, "directory/helplines.csv", "telefonseelsorge,Tele", "notruf-110,Tele")
    rewritten(knowledge, "tree/mobbing.yaml", ", helpline.telefonseelsorge", "")
    assert [e.id for e in _errors(check(load(knowledge), TODAY))] == ["safety-no-line"]


def test_help_now_may_name_its_lines(knowledge: Path):
    piece = "tree/pieces/notfall.yaml"
    rewritten(knowledge, piece, "helplines.now", "helpline.telefonseelsorge")
    assert _errors(check(load(knowledge), TODAY)) == []
    rewritten(knowledge, piece, "helpline.telefonseelsorge", "helpline.elterntelefon")
    ids = {e.id for e in _errors(check(load(knowledge), TODAY))}
    assert ids == {"safety-emergency-without-line"}


def test_a_stranger_on_a_screen_without_a_choice_is_named(knowledge: Path):
    rewritten(
        knowledge, "tree/eingang.yaml", "words: [schüler], set", "only: {audience: [pupil]}, set"
    )
    rewritten(
        knowledge,
        "tree/eingang.yaml",
        "words: [mutter, vater], set",
        "only: {audience: [pupil]}, set",
    )
    rewritten(
        knowledge, "tree/eingang.yaml", "words: [lehrer], set", "only: {audience: [pupil]}, set"
    )
    found = _errors(check(load(knowledge), TODAY))
    assert "wer noch nicht gesagt hat, wer da ist, keine Auswahl" in found[0].text


def test_nothing_at_all_still_gives_sentences():
    nothing = Material(Tree({}), Directory({}, {}, {}, {}, {}), {}, frozenset(), {})
    found = [*graph(nothing), *safety(nothing)]
    assert [f.id for f in found] == ["tree-missing-file"] * 5 + ["safety-no-line"]
    assert found[-1].file == "knowledge"


def test_one_word_may_stand_for_two_topics_of_different_people(knowledge: Path):
    rewritten(knowledge, "tree/familie.yaml", "[trennung, ", "[trennung, gemobbt, ")
    rewritten(knowledge, "tree/familie.yaml", "[pupil, guardian]", "[guardian]")
    rewritten(knowledge, "tree/mobbing.yaml", "for: [pupil, guardian, teacher]", "for: [pupil]")
    ids = [finding.id for finding in check(load(knowledge), TODAY)]
    assert "words-same-topic-word" not in ids


def test_a_screen_that_is_still_valid_gives_no_finding(knowledge: Path):
    rewritten(
        knowledge,
        "tree/mobbing.yaml",
        "    say: Bleiben",
        "    valid_to: 2027-12-31\n    say: Bleiben",
    )
    assert check(load(knowledge), TODAY) == ()


# ── Findings as values ──────────────────────────────────────────────────────────────────────────


def test_findings_stand_in_the_order_of_the_files_and_once():
    info = Finding(Grade.INFO, "a", 2, "x", "…")
    error = Finding(Grade.ERROR, "a", 2, "y", "…")
    first = Finding(Grade.WARNING, "a", 1, "z", "…")
    assert in_order([info, error, first, error]) == (first, error, info)


def test_a_proposal_is_the_nearest_word_or_the_few_there_are():
    assert meant("klase", ["klasse", "ende"]) == "Meinten Sie „klasse“?"
    assert meant("xyz", ["klasse", "ende"]) == "Möglich ist: ende, klasse."
    assert meant("xyz", [str(number) for number in range(100, 120)]) == ""
    assert meant("xyz", []) == ""
    assert nearest("xyz", ["klasse"]) is None


def test_audiences_are_spoken_in_german():
    assert spoken([Audience.TEACHER]) == "Lehrkräfte"
    assert spoken([Audience.TEACHER, Audience.PUPIL]) == "Schüler:innen und Lehrkräfte"
    assert spoken(Audience) == "Schüler:innen, Eltern und Lehrkräfte"


def test_a_day_later_more_may_be_wrong(knowledge: Path):
    loaded = load(knowledge)
    assert check(loaded, TODAY) == ()
    late = {finding.id for finding in check(loaded, date(2028, 8, 1))}
    assert {"dates-check-by", "posts-ended", "posts-unconfirmed", "dates-holidays-end"} <= late
