"""Prepared answers: what is offered, what goes out, and what the check finds in their file."""

from dataclasses import replace

import pytest
from planted import TODAY, sound
from talk import Talk, offices, sending

from bot.core.knowledge import Snippet
from bot.core.tree import Audience, Text
from bot.loading import check, load


def claimed(language: str = "de"):
    talk, kim, anna, _ = offices()
    sending(kim)
    anna.taps("Übernehmen")
    talk.store.save(replace(kim.request, language=language))
    return talk, kim, anna


def heard(kim) -> str:
    if kim.conversation.unread:
        kim.taps("Neues ansehen")
    return kim.text


def test_a_snippet_is_seen_before_it_goes_and_goes_as_it_was_seen():
    _talk, kim, anna = claimed()
    anna.taps("Antworten", "Bausteine", "Eingang bestätigen")
    assert "Vorschau" in anna.text
    assert "Danke, dass du geschrieben hast." in anna.text
    anna.taps("Senden")
    assert "Danke, dass du geschrieben hast." in heard(kim)


def test_own_words_join_a_snippet():
    _talk, kim, anna = claimed()
    anna.taps("Antworten", "Bausteine", "Eingang bestätigen").says("Bis Freitag.").taps("Senden")
    assert "bis dahin nichts tun.\n\nBis Freitag." in heard(kim)


def test_a_snippet_joins_a_draft():
    _talk, _kim, anna = claimed()
    anna.taps("Antworten")
    more = anna.button("Bausteine").tap
    anna.says("Hallo.").pushes(more).taps("Nachfragen")
    assert "Hallo.\n\nMagst du noch" in anna.text


def test_a_snippet_of_another_matter_begins_anew():
    talk, _kim, anna = claimed()
    anna.taps("Antworten", "Bausteine")
    first = anna.button("Nachfragen").tap
    sending(talk.visitor("lisa"))
    anna.taps("Übernehmen", "Antworten").says("Für Lisa.").pushes(first)
    assert "Für Lisa." not in anna.text


def test_only_what_fits_this_visitor_is_offered():
    _talk, _kim, anna = claimed()
    anna.taps("Antworten", "Bausteine")
    assert "Gut, dass du es sagst" in anna.labels
    assert "Telefonnummer nennen" not in anna.labels  # of adults


def test_what_needs_an_unknown_fact_is_not_offered():
    _talk, _kim, anna = claimed()
    anna.taps("Antworten", "Bausteine")
    assert "Raum nennen" not in anna.labels  # the office's room is not known


def test_slots_come_from_the_directory():
    _talk, kim, anna = claimed()
    anna.taps("Antworten", "Bausteine", "Nummern für jetzt", "Senden")
    assert "112" in heard(kim)


def test_in_the_visitors_language_nothing_is_marked():
    _talk, kim, anna = claimed("uk")
    anna.taps("Antworten", "Bausteine", "Eingang bestätigen", "Senden")
    assert "Дякую" in heard(kim)
    assert "auf Deutsch" not in kim.text


def test_without_that_language_the_german_snippet_is_marked():
    _talk, kim, anna = claimed("pl")
    anna.taps("Antworten", "Bausteine", "Eingang bestätigen", "Senden")
    assert "Antwort auf Deutsch" in heard(kim)


def test_a_snippet_that_is_gone_is_said_to_be():
    talk, _kim, anna = claimed()
    anna.taps("Antworten", "Bausteine")
    talk.k = replace(talk.k, snippets=())
    anna.taps("Eingang bestätigen")
    assert "schon erledigt" in anna.text


def test_without_snippets_there_is_no_button_for_them():
    talk = Talk()
    talk.k = replace(talk.k, snippets=())
    anna, _ = talk.staffed("netzwerkstelle-magdeburg", "anna", "bo")
    sending(talk.visitor())
    anna.taps("Übernehmen", "Antworten")
    assert anna.labels == ["Abbrechen"]


def test_a_post_that_is_in_no_directory_has_no_facts():
    talk, kim, anna = claimed()
    text = Text("x", "{phone}", "{phone}", "{phone}")
    talk.k = replace(talk.k, snippets=(Snippet("x", "Nummer", frozenset(Audience), {"de": text}),))
    talk.store.save(replace(kim.request, post="gibtsnicht", also=("netzwerkstelle-magdeburg",)))
    anna.taps("Antworten")
    assert "Bausteine" not in anna.labels


# ── The check ───────────────────────────────────────────────────────────────────────────────────

GOOD = """snippets:
  - id: eingang
    title: Eingang
    for: [pupil, teacher]
    say: {de: {pupil: Danke dir., adult: Danke Ihnen.}, fa: Thanks.}
"""


GERMAN_TOO = "de: {pupil: Danke dir., adult: Danke Ihnen.}, fa: Thanks."


def findings(tmp_path, text: str):
    knowledge = sound(tmp_path)
    (knowledge / "snippets").mkdir()
    (knowledge / "snippets" / "a.yaml").write_text(text, encoding="utf-8")
    found = check(load(knowledge), TODAY)
    return [f for f in found if f.file.endswith("snippets/a.yaml")]


def test_a_good_file_has_no_finding(tmp_path):
    assert findings(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("put", "instead_of", "slug"),
    [
        ("'Danke {telefon}.'", "Danke dir.", "snippets-slot"),
        ("Ruf 0345 1234567 an.", "Danke dir.", "snippets-literal"),
        ("Danke Ihnen.", "Danke dir.", "snippets-sie"),
        ("a" * 1300, "Danke dir.", "snippets-long"),
        ("Titel " * 9, "Eingang", "snippets-title"),
        ("xx: Thanks.", "fa: Thanks.", "snippets-language"),
        ("{pupil: Danke dir.}", "{pupil: Danke dir., adult: Danke Ihnen.}", "snippets-audience"),
        ("fa: {pupil: Thanks., adult: Thanks.}", GERMAN_TOO, "snippets-german"),
        ("[kinder]", "[pupil, teacher]", "value-unknown"),
    ],
)  # fmt: skip
def test_each_planted_fault_is_found_with_its_line(tmp_path, put, instead_of, slug):
    found = findings(tmp_path, GOOD.replace(instead_of, put))
    assert slug in [finding.id for finding in found]
    assert all(finding.line > 1 for finding in found)


def test_an_id_twice_and_a_missing_language_are_found(tmp_path):
    second = GOOD.removeprefix("snippets:\n").replace(", fa: Thanks.", "")
    found = findings(tmp_path, GOOD + second)
    assert {f.id for f in found} == {"snippets-double", "snippets-translation"}


def test_the_delivered_snippets_cover_what_an_office_needs():
    talk = Talk()
    assert len(talk.k.snippets) >= 12
    assert all("de" in snippet.texts for snippet in talk.k.snippets)
