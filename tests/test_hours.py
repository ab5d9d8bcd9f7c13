"""Hours as people write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.directory import Span
from bot.core.hours import LONGEST, spans_of


def span(day, start, end):
    return Span(day, time(start), time(end) if end < 24 else time.max)


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("", ()),
        ("Mo 8-15", (span(0, 8, 15),)),
        ("Mo-Mi 8-15, Fr 8-12", (span(0, 8, 15), span(1, 8, 15), span(2, 8, 15), span(4, 8, 12))),
        ("montags 8 bis 12 Uhr und 13 bis 15 Uhr", (span(0, 8, 12), span(0, 13, 15))),
        ("Di und Do von 08:00 – 15.00 Uhr.", (span(1, 8, 15), span(3, 8, 15))),
        ("von Mo bis Di von 8 bis 15 Uhr", (span(0, 8, 15), span(1, 8, 15))),
        ("So 20-24", (span(6, 20, 24),)),
        ("24/7", tuple(span(day, 0, 24) for day in range(7))),
    ],
)
def test_clear_hours_are_read(text, spans):
    assert spans_of(text) == spans


@pytest.mark.parametrize(
    "text",
    [
        "immer", "Mo", "8-15", "Mo 15-8", "Fr-Mo 8-15", "Mo 8-25", "Mo 8:75-9", "Mo 8-15 oder so",
        "vielleicht Mo 8-15", "Mo 8-15 " * LONGEST,
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused_whole(text):
    assert spans_of(text) is None


@given(st.text())
def test_any_text_is_read_or_refused(text):
    found = spans_of(text)
    assert found is None or all(each.start < each.end for each in found)
