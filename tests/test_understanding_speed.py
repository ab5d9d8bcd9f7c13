"""What repeats itself is understood within five milliseconds of CPU time.

Apart from the tests of the core, since counting branches would slow what is measured.
"""

from time import process_time

from hypothesis import example, given, settings
from test_understand_work import PART, REPEATED, knowledge, understand

SECONDS = 0.005  # for what repeats itself, where counting to 100,000 takes …
QUIET = 0.0045  # … so many seconds; a busy machine is slower in both


def seconds(act):
    """The least CPU time of five, other work on the machine disturbing least."""

    def once():
        begins = process_time()
        act()
        return process_time() - begins

    return min(once() for _ in range(5))


def count():
    found = 0
    for number in range(100_000):
        found += number


def quick(act):
    return seconds(act) <= SECONDS * max(1.0, seconds(count) / QUIET)


@settings(max_examples=40, deadline=None)
@given(REPEATED)
@example(("ich will nicht mehr " * 300)[:PART])
@example(("s.t.e.r.b.e.n " * 300)[:PART])
@example("0" * PART)
def test_what_repeats_itself_is_understood_within_five_milliseconds(text):
    knowledge()
    assert quick(lambda: understand(text))


def test_understanding_that_takes_its_time_is_caught():
    knowledge()
    assert not quick(lambda: [understand("ich will nicht mehr " * 200) for _ in range(8)])
