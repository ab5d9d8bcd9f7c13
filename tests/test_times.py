"""Hours and days that are typed in a visitor's own language."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.deadlines import day_said
from bot.core.hours import spans_of
from bot.core.times import GERMAN, in_german, times_of
from bot.loading import load

TODAY = date(2026, 11, 25)  # a Wednesday
AFTERNOONS = spans_of("Mo-Fr 14-18")


@cache
def knowledge():
    found = load(Path(__file__).parent.parent / "knowledge").knowledge
    assert found is not None
    return found


def german(language, text):
    return in_german(text, knowledge().times_of(language))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Mo-Fr 14-18"),
        ("en", "Mon-Fri 2-6pm"), ("en", "Monday to Friday from 2 pm to 6 p.m."),
        ("en", "mondays to fridays 14:00 - 18:00"),
        ("ru", "пн-пт 14-18"), ("ru", "с понедельника по пятницу с 14 до 18 часов"),
        ("uk", "пн-пт 14-18"), ("uk", "з понеділка до п’ятниці з 14 до 18"),
        ("tr", "Pzt-Cum 14-18"), ("tr", "Pazartesi ile Cuma saat 14.00-18.00 arası"),
        ("pl", "pon-pt 14-18"), ("pl", "od poniedziałku do piątku od 14 do 18"),
        ("ar", "من الاثنين إلى الجمعة من 14 إلى 18"), ("ar", "الإثنين-الجمعة ١٤-١٨"),
        ("fa", "از دوشنبه تا جمعه از ۱۴ تا ۱۸"), ("ro", "de luni până vineri de la 14 la 18"),
        ("vi", "từ thứ hai đến thứ sáu từ 14 đến 18 giờ"), ("vi", "thứ 2 - thứ 6 14-18"),
    ],
)  # fmt: skip
def test_hours_are_read_in_the_visitors_language(language, text):
    assert spans_of(german(language, text)) == AFTERNOONS


@pytest.mark.parametrize(
    ("language", "text", "plain"),
    [
        ("en", "Tue and Thu 9am-11:30am", "Di, Do 9-11:30"),
        ("en", "Sat 10-12 pm", "Sa 10-12"),
        ("en", "Sun 11am-1pm", "So 11-13"),
        ("ru", "вт и чт 15-16", "Di, Do 15-16"),
        ("uk", "середа, субота 15-16", "Mi, Sa 15-16"),
        ("tr", "salı ve perşembe 15-16", "Di, Do 15-16"),
        ("pl", "wtorek i środa 15-16", "Di, Mi 15-16"),
        ("ar", "الأحد والأربعاء 15-16", "So, Mi 15-16"),
        ("fa", "سه‌شنبه و پنج شنبه 15-16", "Di, Do 15-16"),
    ],
)
def test_single_days_and_halves_of_the_day_are_read(language, text, plain):
    assert spans_of(german(language, text)) == spans_of(plain) is not None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ("today", "yesterday", "the day before yesterday", "last Monday")),
        ("ru", ("сегодня", "вчера", "позавчера", "в понедельник")),
        ("uk", ("сьогодні", "вчора", "позавчора", "у понеділок")),
        ("tr", ("bugün", "dün", "evvelsi gün", "pazartesi")),
        ("pl", ("dzisiaj", "wczoraj", "przedwczoraj", "w poniedziałek")),
        ("ar", ("اليوم", "أمس", "أول أمس", "الاثنين")),
        ("fa", ("امروز", "دیروز", "پریروز", "دوشنبه")),
        ("ro", ("azi", "ieri", "alaltăieri", "luni")),
        ("vi", ("hôm nay", "hôm qua", "hôm kia", "thứ hai")),
    ],
)
def test_days_are_read_in_the_visitors_language(language, words):
    found = [day_said(german(language, each), TODAY) for each in words]
    assert found == [date(2026, 11, day) for day in (25, 24, 23, 23)]


def test_every_language_that_the_bot_speaks_has_every_word_it_needs():
    foreign = [language for language in knowledge().others if not language.startswith("de")]
    assert len(foreign) >= 6
    for language in foreign:
        assert {*knowledge().times_of(language).values()} >= GERMAN - {"uhr"}, language


def test_a_language_whose_words_are_mixed_up_is_caught():
    listed = {"montag": ["mon"], "freitag": ["fri"], "bis": ["to"]}
    mixed = {"freitag": ["mon"], "montag": ["fri"], "bis": ["to"]}
    assert spans_of(in_german("mon to fri 14-18", times_of(listed))) == AFTERNOONS
    assert spans_of(in_german("mon to fri 14-18", times_of(mixed))) != AFTERNOONS


@given(st.text() | st.from_regex(r"\d{1,3}([:.]\d\d)? ?[ap]?m?-\d{1,3} ?[ap]m"))
def test_any_text_stays_a_text(text):
    assert isinstance(german("en", text), str)
    assert isinstance(german("xx", text), str)
