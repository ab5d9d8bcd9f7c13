"""knowledge/phrases: what an author may write there, and what is told when it is wrong."""

import pytest

from bot.core.check.findings import Grade
from bot.core.understand.odds import Phrase
from bot.loading.phrases import read_phrases

HEAD = "text,language,audience,topic,crisis\n"
FILE = "knowledge/phrases/probe.csv"


def read(lines):
    return read_phrases({FILE: (HEAD + lines).encode()}, frozenset({"mobbing"}))


def test_a_sentence_is_read_as_it_was_judged():
    phrases, findings = read("die lachen,de,pupil,mobbing,none\nhallo,de,,unklar,none\n")
    assert findings == []
    assert phrases == [
        Phrase("die lachen", "de", "pupil", "mobbing", "none"),
        Phrase("hallo", "de", "", "unklar", "none"),
    ]


def test_other_folders_are_not_read():
    assert read_phrases({"knowledge/directory/posts.csv": b"x"}, frozenset()) == ([], [])


@pytest.mark.parametrize(
    ("line", "slug", "said", "grade"),
    [
        ("a,de,pupil,moobing,none", "phrases-topic", "Meinten Sie „mobbing“?", Grade.ERROR),
        ("a,de,pupil,mobbing,akut", "phrases-crisis", "none, concern, acute", Grade.ERROR),
        ("a,de,oma,mobbing,none", "phrases-audience", "pupil, guardian, teacher", Grade.ERROR),
        (",de,pupil,mobbing,none", "phrases-text", "Hier fehlt der Satz", Grade.WARNING),
    ],
)
def test_a_wrong_line_is_told_and_not_used(line, slug, said, grade):
    phrases, findings = read(f"gut,de,pupil,mobbing,none\n{line}\n")
    assert [phrase.text for phrase in phrases] == ["gut"]
    assert [(f.id, f.grade, f.line, f.file) for f in findings] == [(slug, grade, 3, FILE)]
    assert said in findings[0].sentence()


def test_a_sentence_written_twice_teaches_once():
    phrases, findings = read("Hallo,de,,unklar,none\nhallo,de,,unklar,none\n")
    assert len(phrases) == 1
    assert [f.id for f in findings] == ["phrases-text"]
