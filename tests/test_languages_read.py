"""PO files as translators' programs write them, and the whole languages within the second."""

import shutil
import time
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError
from hypothesis import given
from hypothesis import strategies as st
from planted import DELIVERED, TODAY

from bot.core.check.translations import translatable
from bot.loading import check, load, po
from bot.loading.translations import read_translations, written
from bot.shelf import LARGEST_PO

WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), max_size=99
)
FILES = sorted((DELIVERED / "languages").glob("*.po"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_delivered_file_is_read_at_once_as_babel_reads_it(path: Path):
    raw = path.read_bytes()
    assert po._plain(raw.decode()) == po._thorough(raw)
    assert po.parsed(raw) == po._thorough(raw)


@given(st.lists(st.tuples(WORDS, WORDS), max_size=5))
def test_any_words_come_back_as_they_were_written(entries):
    told = [(f"ort.{n}", german or "x", words) for n, (german, words) in enumerate(entries)]
    raw = written("en", told)
    assert [one[1:] for one in po.parsed(raw)] == told
    assert po.parsed(raw) == po._thorough(raw)


HEAD = 'msgid ""\nmsgstr "Language: en\\n"\n\n'
ONE = 'msgctxt "a"\nmsgid "Ja"\nmsgstr "Yes"\n'


@pytest.mark.parametrize(("text", "plain"), [
    (HEAD + ONE, True),
    (ONE, True),
    (HEAD + ONE.removesuffix("\n"), True),
    (HEAD + "# von Hand\n#. dazu\n#: datei:1\n#, python-brace-format\n" + ONE + "\n\n# Ende\n", True),
    (HEAD + "#, fuzzy\n" + ONE, False),
    (HEAD + "#, python-format, fuzzy\n" + ONE, False),
    (HEAD + ONE + "\n#~ " + ONE.replace("\n", "\n#~ ", 2), False),
    (HEAD + ONE + "\n" + ONE.replace("Yes", "Yeah"), False),
    ((HEAD + ONE).replace("\n", "\r\n"), False),
    (HEAD + ONE.replace("msgstr", 'msgid_plural "Jas"\nmsgstr[0] "Yes"\nmsgstr[1]'), False),
    (HEAD + ONE.replace("\n", "  \n"), False),
    (HEAD + ONE.replace('msgctxt "a"\n', ""), False),
])  # fmt: skip
def test_what_is_not_plain_is_left_to_babel(text: str, plain: bool):
    raw = text.encode()
    assert (po._plain(text if text.endswith("\n") else f"{text}\n") is not None) == plain
    assert po.parsed(raw) == po._thorough(raw)


@pytest.mark.parametrize("text", [ONE + "msgid x\n", ONE + "Unsinn\n"])
def test_faults_are_babels(text: str):
    with pytest.raises(PoFileError):
        po.parsed(text.encode())


def test_a_file_too_large_is_a_finding_and_never_half_read():
    raw = (HEAD + ONE).encode() + b"#" * LARGEST_PO
    read = read_translations({"knowledge/languages/en.po": raw}, ["en"])
    assert [finding.id for finding in read.findings] == ["file-too-large"]
    assert read.catalogs == {}


def test_all_whole_languages_are_read_and_checked_within_a_second(tmp_path: Path):
    folder = tmp_path / "knowledge"
    shutil.copytree(DELIVERED, folder)
    known = translatable(load(DELIVERED, learn=False).material)
    for language in ("en", "uk", "ru", "ar", "de-x-leicht"):
        told = [(place, german, _other(german)) for place, german in known.items()]
        (folder / "languages" / f"{language}.po").write_bytes(written(language, told))
    load(folder)  # the first reading also imports, and learns: that is remembered
    took = []
    for _ in range(3):
        begins = time.process_time()
        loaded = load(folder)
        found = check(loaded, TODAY)
        took.append(time.process_time() - begins)
    assert [f.text for f in found if "„uk“:" in f.text] == [
        f"„uk“: {len(known)} Texte übersetzt, 0 veraltet, 0 fehlen (davon im Rahmen: 0)."
    ]
    assert loaded.knowledge is not None
    assert loaded.knowledge.others["ru"].whole
    assert min(took) < 1


def _other(german: str) -> str:
    """As long as the German, in letters of two bytes; what stands in braces stays."""
    made, inside = [], False
    for sign in german[:58] if "{" not in german and len(german) < 62 else german:
        inside = (inside or sign == "{") and sign != "}"
        made.append("ж" if sign.isalpha() and not inside else sign)
    return "".join(made)
