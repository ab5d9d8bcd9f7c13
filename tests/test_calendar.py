"""Days and hours: working days, openings, promises, and the two days on which clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_directory import HOLIDAYS, WEEK, instants, small_directory

from bot.core.calendar import (
    ZONE,
    Calendar,
    clock,
    local,
    next_opening,
    open_at,
    promise,
    spoken_hours,
    when,
)
from bot.core.directory import DayOverride, Holiday, PostKind, Span

CALENDAR = Calendar.of(small_directory())
SCHOOL, OFFICE = PostKind.SCHOOL_SOCIAL_WORK, PostKind.NETWORK_OFFICE


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def by_hand(*overrides: DayOverride, holidays=HOLIDAYS) -> Calendar:
    return Calendar.of(small_directory(overrides=overrides, holidays=holidays))


def promised(text: str, *people, kind=OFFICE, calendar=CALENDAR) -> datetime | None:
    return promise(calendar, kind, people, berlin(text))


# ── Days ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("day", "is_holiday"),
    [
        (date(2026, 1, 6), True),  # Heilige Drei Könige
        (date(2026, 5, 14), True),
        (date(2026, 10, 3), True),
        (date(2026, 10, 31), True),  # Reformationstag
        (date(2026, 11, 18), False),  # Buß- und Bettag: only in Sachsen
        (date(2026, 11, 24), False),
        (date(2036, 1, 6), True),
        (date(2016, 12, 26), True),
    ],
)
def test_public_holidays_are_those_of_sachsen_anhalt(day, is_holiday):
    assert CALENDAR.public_holiday(day) is is_holiday


@pytest.mark.parametrize(
    ("day", "school", "office"),
    [
        (date(2026, 11, 24), True, True),  # a Tuesday
        (date(2026, 11, 28), False, False),  # a Saturday
        (date(2026, 10, 19), False, True),  # first day of the autumn holidays
        (date(2026, 10, 30), False, True),  # last day
        (date(2026, 11, 2), True, True),
        (date(2026, 12, 25), False, False),
        (date(2027, 5, 18), False, True),  # two sources differ: no promise is built on it
    ],
)
def test_school_social_work_follows_school_days_and_offices_do_not(day, school, office):
    assert CALENDAR.working_day(day, SCHOOL) is school
    assert CALENDAR.school_day(day) is school
    assert CALENDAR.working_day(day, OFFICE) is office
    assert CALENDAR.working_day(day, PostKind.COORDINATION_OFFICE) is office


def test_before_and_after_the_directory_the_package_knows_the_school_holidays():
    assert CALENDAR.school_holiday(date(2026, 4, 1))  # Easter 2026, not in the directory
    assert CALENDAR.school_holiday(date(2027, 10, 20))  # autumn 2027, not in the directory
    assert not CALENDAR.school_holiday(date(2027, 10, 25))


def test_between_its_first_and_last_day_the_directory_is_right_and_the_package_is_not_asked():
    without_autumn = tuple(each for each in HOLIDAYS if each.name != "Herbstferien")
    assert CALENDAR.school_holiday(date(2026, 10, 20))
    assert not by_hand(holidays=without_autumn).school_holiday(date(2026, 10, 20))


@pytest.mark.parametrize(
    ("day", "kind", "school", "office"),
    [
        (date(2026, 11, 24), "public", False, False),
        (date(2026, 11, 24), "school", False, True),
        (date(2026, 12, 25), "workday", True, True),
        (date(2026, 10, 20), "workday", True, True),
        (date(2026, 11, 28), "workday", True, True),  # school on a Saturday, set by hand
    ],
)
def test_a_day_set_by_hand_beats_everything(day, kind, school, office):
    calendar = by_hand(DayOverride(day, kind, "von Hand"))
    assert calendar.working_day(day, SCHOOL) is school
    assert calendar.working_day(day, OFFICE) is office
    assert calendar.public_holiday(day) is (kind == "public")
    assert calendar.school_holiday(day) is (kind == "school")


def test_of_two_rows_for_one_day_the_later_counts():
    day = date(2026, 11, 24)
    calendar = by_hand(DayOverride(day, "public", "erst"), DayOverride(day, "workday", "dann"))
    assert calendar.working_day(day, OFFICE)


def test_the_calendar_says_until_when_it_knows_the_school_holidays():
    later = (*HOLIDAYS, Holiday("Sommerferien", date(2040, 7, 1), date(2040, 8, 1)))
    assert by_hand(holidays=later).known_until() == date(2040, 8, 1)
    alone = by_hand(holidays=()).known_until()
    assert alone >= date(2029, 8, 31)  # as far as the package knew in 2026
    assert CALENDAR.known_until() == alone
    assert by_hand(holidays=()).school_holiday(alone)
    assert not by_hand(holidays=()).school_holiday(alone + timedelta(days=30))


# ── Openings ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("2026-11-24T07:59:59", False),
        ("2026-11-24T08:00", True),
        ("2026-11-24T14:59:59", True),
        ("2026-11-24T15:00", False),
        ("2026-11-28T10:00", False),
    ],
)
def test_a_span_holds_from_its_start_to_just_before_its_end(text, is_open):
    assert open_at(WEEK, berlin(text)) is is_open


def test_an_end_of_24_00_reaches_to_midnight():
    assert open_at([Span(1, time(20), time.max)], berlin("2026-11-24T23:59:59.999999"))
    assert not open_at([Span(1, time(20), time.max)], berlin("2026-11-25T00:00"))


def test_open_is_judged_by_the_clock_in_sachsen_anhalt_whatever_zone_the_instant_has():
    assert open_at(WEEK, datetime(2026, 11, 24, 7, 0, tzinfo=UTC))  # 8:00 in winter
    assert not open_at(WEEK, datetime(2026, 11, 24, 6, 0, tzinfo=UTC))
    assert open_at(WEEK, datetime(2026, 6, 23, 6, 0, tzinfo=UTC))  # 8:00 in summer


@pytest.mark.parametrize(
    ("text", "opens"),
    [
        ("2026-11-24T07:00", "2026-11-24T08:00"),
        ("2026-11-24T08:00", "2026-11-25T08:00"),
        ("2026-11-27T16:00", "2026-11-30T08:00"),
    ],
)
def test_the_next_opening_is_the_next_start(text, opens):
    assert next_opening(WEEK, berlin(text)) == berlin(opens)


def test_the_next_opening_may_be_bound_to_certain_days():
    opens = next_opening(WEEK, berlin("2026-10-16T16:00"), CALENDAR.school_day)
    assert opens == berlin("2026-11-02T08:00")


def test_without_hours_nothing_opens():
    assert next_opening((), berlin("2026-11-24T07:00")) is None
    assert next_opening(WEEK, berlin("2026-11-27T16:00"), horizon=2) is None


# ── The promise ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-11-24T10:00", "2026-11-24T15:00"),  # running
        ("2026-11-24T14:00", "2026-11-24T15:00"),  # exactly an hour of it is left
        ("2026-11-24T14:00:01", "2026-11-25T15:00"),  # less than an hour
        ("2026-11-24T22:04", "2026-11-25T15:00"),
        ("2026-11-24T05:00", "2026-11-24T15:00"),
        ("2026-11-27T22:00", "2026-11-30T15:00"),  # over the weekend
        ("2026-12-24T22:00", "2026-12-28T15:00"),  # over Christmas
    ],
)
def test_the_promise_is_the_end_of_the_running_or_the_next_span(text, due):
    assert promised(text, (WEEK, None)) == berlin(due)


def test_school_social_work_promises_nothing_in_the_school_holidays():
    assert promised("2026-10-16T16:00", (WEEK, None), kind=SCHOOL) == berlin("2026-11-02T15:00")
    assert promised("2026-10-16T16:00", (WEEK, None), kind=OFFICE) == berlin("2026-10-19T15:00")


def test_a_day_may_have_several_spans_in_any_order():
    plan = (Span(1, time(13), time(16)), Span(1, time(8), time(12)))
    assert promised("2026-11-24T10:00", (plan, None)) == berlin("2026-11-24T12:00")
    assert promised("2026-11-24T11:30", (plan, None)) == berlin("2026-11-24T16:00")


def test_the_next_span_counts_even_when_it_is_short():
    assert promised("2026-11-24T07:00", ([Span(1, time(8), time(8, 30))], None)) == berlin(
        "2026-11-24T08:30"
    )


def test_the_earliest_member_counts():
    tuesday, thursday = ([Span(1, time(9), time(11))], None), ([Span(3, time(9), time(10))], None)
    assert promised("2026-11-25T08:00", tuesday, thursday) == berlin("2026-11-26T10:00")


def test_who_is_absent_beyond_it_does_not_count():
    away = (WEEK, berlin("2026-12-01T00:00"))
    thursday = ([Span(3, time(9), time(10))], None)
    assert promised("2026-11-24T08:00", away, thursday) == berlin("2026-11-26T10:00")


def test_who_is_absent_is_promised_from_the_return_on():
    assert promised("2026-11-24T08:00", (WEEK, berlin("2026-12-01T00:00"))) == berlin(
        "2026-12-01T15:00"
    )
    assert promised("2026-11-24T08:00", (WEEK, berlin("2026-11-24T12:00"))) == berlin(
        "2026-11-24T15:00"
    )
    assert promised("2026-11-24T08:00", (WEEK, berlin("2026-11-24T14:30"))) == berlin(
        "2026-11-25T15:00"
    )


def test_an_absence_that_is_over_changes_nothing():
    assert promised("2026-11-24T08:00", (WEEK, berlin("2026-11-20T00:00"))) == berlin(
        "2026-11-24T15:00"
    )


def test_without_a_plan_nothing_is_promised():
    assert promised("2026-11-24T08:00") is None
    assert promised("2026-11-24T08:00", ((), None)) is None
    assert promised("2026-11-24T08:00", (WEEK, berlin("2027-11-24T08:00"))) is None


def test_a_span_until_24_00_ends_at_midnight():
    late = [Span(1, time(20), time.max)]
    assert promised("2026-11-24T21:00", (late, None)) == berlin("2026-11-25T00:00")
    assert promised("2026-11-24T23:30", (late, None)) == berlin("2026-12-02T00:00")


# ── The clocks change: 2026-10-25 at 3:00 back, 2027-03-28 at 2:00 forward; both are Sundays ────

SUNDAYS = by_hand(
    DayOverride(date(2026, 10, 25), "workday", "Test"),
    DayOverride(date(2027, 3, 28), "workday", "Test"),
)


def sunday(start: time, end: time):
    return ([Span(6, start, end)], None)


def by_the_wall_clock(_calendar, _kind, people, at):
    """A broken promise: it subtracts what the clocks show, as Python does within one zone."""
    here = local(at)
    ends = [
        datetime.combine(here.date(), span.end, tzinfo=ZONE) for plan, _ in people for span in plan
    ]
    return next((end for end in ends if end - here >= timedelta(hours=1)), None)


def heeds_the_change(promised_by) -> bool:
    """Whether an hour of presence is sixty minutes also on the two days."""
    one_to_three = [sunday(time(1), time(3))]
    again = datetime(2026, 10, 25, 2, 0, tzinfo=ZONE, fold=0)  # two hours before three o'clock
    last = datetime(2026, 10, 25, 2, 30, tzinfo=ZONE, fold=1)  # half an hour before
    spring = [sunday(time(0), time(3))]
    one = datetime(2027, 3, 28, 0, 1, tzinfo=UTC)  # 1:01, and three o'clock comes in 59 minutes
    return (
        promised_by(SUNDAYS, OFFICE, one_to_three, again) == datetime(2026, 10, 25, 2, tzinfo=UTC)
        and promised_by(SUNDAYS, OFFICE, one_to_three, last) is None
        and promised_by(SUNDAYS, OFFICE, spring, one) is None
        and promised_by(SUNDAYS, OFFICE, spring, one - timedelta(minutes=1)) is not None
    )


def test_an_hour_of_presence_is_sixty_minutes_on_the_days_on_which_the_clocks_change():
    assert heeds_the_change(promise)


def test_a_promise_that_trusts_the_clock_on_the_wall_is_caught():
    assert not heeds_the_change(by_the_wall_clock)


def test_in_autumn_half_past_two_comes_twice_and_only_the_first_leaves_an_hour():
    night = [sunday(time(1), time(3))]
    first, second = (datetime(2026, 10, 25, 2, 30, tzinfo=ZONE, fold=fold) for fold in (0, 1))
    assert promise(SUNDAYS, OFFICE, night, first) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)
    assert promise(SUNDAYS, OFFICE, night, second) is None


def test_a_time_that_the_clocks_skip_becomes_a_real_one():
    due = promise(SUNDAYS, OFFICE, [sunday(time(0), time(2, 30))], berlin("2027-03-27T22:00"))
    assert due is not None
    assert due.isoformat() == "2027-03-28T03:30:00+02:00"
    opens = next_opening([Span(6, time(2, 30), time(5))], berlin("2027-03-27T22:00"))
    assert opens is not None
    assert opens.isoformat() == "2027-03-28T03:30:00+02:00"


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-10-23T20:00:00+00:00", "2026-10-26T15:00:00+01:00"),
        ("2027-03-26T20:00:00+00:00", "2027-03-30T15:00:00+02:00"),  # over Easter Monday
    ],
)
def test_a_promise_over_the_change_keeps_the_hour_that_people_read(asked, due):
    made = promise(CALENDAR, OFFICE, [(WEEK, None)], datetime.fromisoformat(asked))
    assert made is not None
    assert made.isoformat() == due


def test_the_days_on_which_clocks_change_have_23_and_25_hours_of_opening():
    always = [Span(6, time(), time.max)]
    for day, hours in ((date(2027, 3, 28), 23), (date(2026, 10, 25), 25)):
        noon = datetime.combine(day, time(12), tzinfo=UTC)
        steps = (noon + timedelta(minutes=30 * each) for each in range(-48, 48))
        assert sum(open_at(always, each) for each in steps) == 2 * hours


@given(
    at=instants(date(2016, 1, 1), date(2036, 12, 31)),
    kind=st.sampled_from(PostKind),
    days=st.sets(st.integers(0, 4), min_size=1),
)
def test_a_promise_is_always_ahead_and_always_the_end_of_a_working_span(at, kind, days):
    plan = [Span(day, time(9), time(11)) for day in days]
    due = promise(CALENDAR, kind, [(plan, None)], at)
    assert due is not None
    assert due > at
    assert local(due).weekday() in days
    assert local(due).time() == time(11)
    assert CALENDAR.working_day(local(due).date(), kind)


@given(at=instants(date(2026, 1, 1), date(2027, 12, 31)))
def test_who_asks_later_is_never_promised_earlier(at):
    asked = [at + timedelta(hours=each) for each in range(0, 30, 3)]
    made = [promise(CALENDAR, OFFICE, [(WEEK, None)], each) for each in asked]
    assert all(a is not None and b is not None and a <= b for a, b in pairwise(made))


# ── Words ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("2026-11-24T15:00", "heute um 15 Uhr"),
        ("2026-11-25T15:00", "morgen, Mittwoch, um 15 Uhr"),
        ("2026-11-26T14:30", "Donnerstag, 26. November, um 14:30 Uhr"),
        ("2027-01-07T08:05", "Donnerstag, 7. Januar 2027, um 8:05 Uhr"),
        ("2026-11-23T15:00", "Montag, 23. November, um 15 Uhr"),
    ],
)
def test_an_instant_is_said_as_people_say_it(at, words):
    assert when(berlin(at), berlin("2026-11-24T10:00")) == words


def test_today_is_today_in_sachsen_anhalt():
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # already the 24th in Halle
    assert when(datetime(2026, 11, 24, 14, tzinfo=UTC), late) == "heute um 15 Uhr"


def test_hours_are_said_briefly():
    assert clock(time(8)) == "8"
    assert clock(time(8, 30)) == "8:30"
    assert clock(time.max) == "24"
    assert spoken_hours(()) == ""
    assert spoken_hours((*WEEK[:4], Span(4, time(8), time(12)))) == "Mo–Do 8–15 Uhr, Fr 8–12 Uhr"
    gap = (Span(2, time(8), time(12)), Span(0, time(13), time(15, 30)), Span(0, time(8), time(12)))
    assert spoken_hours(gap) == "Mo 8–12 Uhr und 13–15:30 Uhr, Mi 8–12 Uhr"
    same = (Span(0, time(9), time(10)), Span(2, time(9), time(10)))
    assert spoken_hours(same) == "Mo 9–10 Uhr, Mi 9–10 Uhr"
