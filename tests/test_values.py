"""A changed copy of a record is what the standard library would make of it."""

import dataclasses
from datetime import UTC, datetime

import pytest

from bot.core.messages import Button
from bot.core.records import Answer, Conversation
from bot.core.taps import Move
from bot.core.values import replace

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_only_the_named_fields_change_and_the_record_stays() -> None:
    before = Conversation("c", NOW, answers=(Answer("eingang.wer"),))
    after = replace(before, language="uk", district="halle")
    assert after == dataclasses.replace(before, language="uk", district="halle")
    assert before == Conversation("c", NOW, answers=(Answer("eingang.wer"),))


def test_a_record_with_slots_is_copied_too() -> None:
    assert replace(Button("Zurück", Move.BACK), label="Menü") == Button("Menü", Move.BACK)


def test_a_field_that_the_record_does_not_have_is_refused() -> None:
    with pytest.raises(TypeError):
        replace(Conversation("c", NOW), colour="blue")  # type: ignore[call-arg]
