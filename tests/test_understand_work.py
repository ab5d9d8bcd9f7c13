"""However a text is made, understanding it costs a bounded amount of work."""

import sys
from functools import cache
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.heard import PART
from bot.loading import load

MOST = 75_000  # calls; 650 different words make 42,000, some odd texts over 50,000
KNOWLEDGE = Path(__file__).parent.parent / "knowledge"
ROWS = (KNOWLEDGE / "phrases" / "eins.csv").read_text(encoding="utf-8").splitlines()

REPEATED = st.builds(
    lambda part, times: (part * times)[:PART],
    st.text(min_size=1, max_size=12)
    | st.sampled_from(["ich will nicht mehr ", "s.t.e.r.b.e.n ", "umbrigen ", "1", "((", "a "]),
    st.integers(1, PART),
)
HOSTILE = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=PART),
    REPEATED,
    st.builds(
        lambda stem, end: " ".join(f"{stem}{n}{end}" for n in range(900))[:PART],
        st.sampled_from(["stirb", "wort", "umbrin", "ritz", ""]),
        st.sampled_from(["", "gemobt", "umbrign", "x*"]),
    ),
)


# As long and as different as a letter can be.
DIFFERENT = " ".join(row.rpartition(",")[0] for row in ROWS[1::5])


@cache
def knowledge():
    found = load(KNOWLEDGE).knowledge
    assert found is not None
    return found


def work(act):
    """How many calls are made while ``act`` runs, those of the language's own functions too."""
    count = 0

    def called(_frame, event, _what):
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(called)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


def understand(text):
    heard = knowledge().heard(text)
    return heard.danger, heard.about(None)


def cost(text, times=1):
    knowledge()
    return work(lambda: [understand(text) for _ in range(times)])


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
@example(" ".join(f"stirb{n}" for n in range(900))[:PART])
@example("x1 " * 1365)
@example(DIFFERENT[:PART])
@example("0" * PART)
def test_any_text_of_a_message_costs_a_bounded_amount_of_work(text):
    assert cost(text) <= MOST


def test_reading_a_text_three_times_in_a_turn_is_caught():
    text = " ".join(f"wort{n}gemobt" for n in range(600))[:PART]
    assert cost(text) <= MOST
    assert cost(text, 3) > MOST
