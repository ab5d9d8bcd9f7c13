"""Text, buttons, limits and health of the pages: pure parts, by tables."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web.house import knowledge, opened

from bot.channels.web import decode
from bot.channels.web.cookies import Beginnings
from bot.channels.web.emergency import emergency_page, sections
from bot.channels.web.encode import article, earlier, newest
from bot.channels.web.limits import ADDRESS, MOST, VISIT, Limits, Rate, network
from bot.channels.web.prose import prose
from bot.channels.web.wording import wording
from bot.core.messages import (
    Button,
    Command,
    Commanded,
    Foreign,
    Received,
    Screen,
    Tapped,
    Tone,
    Typed,
)
from bot.core.taps import Act, Choose, Move, Open
from bot.ports import Address, Owed

URL = "https://a.de/x?y=1&amp;z=2"

# ── Text (bar 34) ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("eins", "<p>eins</p>"),
        ("eins\nzwei\n\ndrei", "<p>eins<br>zwei</p><p>drei</p>"),
        ("a & b <b>", "<p>a &amp; b &lt;b&gt;</p>"),
        ("", ""),
        ("Notruf: 112", '<p>Notruf: <a href="tel:112">112</a></p>'),
        ("116 111 (Mo)", '<p><a href="tel:116111">116 111</a> (Mo)</p>'),
        ("0800 111 0 333", '<p><a href="tel:+498001110333">0800 111 0 333</a></p>'),
        ("0391 / 567-4530.", '<p><a href="tel:+493915674530">0391 / 567-4530</a>.</p>'),
        ("+49 391 5674530", '<p><a href="tel:+493915674530">+49 391 5674530</a></p>'),
        ("06108 Halle", "<p>06108 Halle</p>"),
        ("01.09.2026 und 2016", "<p>01.09.2026 und 2016</p>"),
        ("08:00-15:00", "<p>08:00-15:00</p>"),
        ("Nummer 1120 nicht", "<p>Nummer 1120 nicht</p>"),
        ("000000000", "<p>000000000</p>"),
        ("a@b.de", '<p><a href="mailto:a@b.de">a@b.de</a></p>'),
        (
            "https://a.de/x?y=1&z=2.",
            f'<p><a href="{URL}" target="_blank" rel="noopener noreferrer">{URL}</a>.</p>',
        ),
        ("javascript:alert(1)", "<p>javascript:alert(1)</p>"),
        ('https://a.de/"onclick=x', None),
        ("https://a.de/<script>", None),
    ],
)
def test_text_becomes_paragraphs_and_links_and_nothing_else(text, html):
    made = prose(text)
    assert html is None or made == html
    assert active(str(made)) == []


TAG = re.compile(r"<[^>]*>")
HARMLESS = re.compile(
    r"</?p>|<br>|</a>|"
    r'<a href="(?:tel:\+?\d+|mailto:[^"<>]+)">|'
    r'<a href="https?://[^"<>]+" target="_blank" rel="noopener noreferrer">'
)


def active(html: str) -> list[str]:
    """Tags that are not of the few harmless ones."""
    return [tag for tag in TAG.findall(html) if not HARMLESS.fullmatch(tag)]


@given(st.text() | st.from_regex(r"https?://\S+|[0+]\d[\d /-]+|\S+@\S+\.\S+|<\w+ \w+=\S*>"))
def test_nothing_a_person_writes_becomes_active(text):
    made = str(prose(text))
    assert active(made) == []
    bare = TAG.sub("", made)
    assert "<" not in bare
    assert '"' not in bare


def test_an_active_text_is_noticed():
    assert active("<p><img src=x onerror=alert(1)></p>") == ["<img src=x onerror=alert(1)>"]
    assert active('<a href="javascript:x">') != []


# ── Buttons ─────────────────────────────────────────────────────────────────────────────────────

CHOICES = (Button("Ja", Choose("a.b", "ja")), Button("Nein", Act("r" * 22)))
WAYS = (Button("Zurück", Move.BACK), Button("Hilfe jetzt", Move.HELP))


def test_choices_are_numbered_ways_are_not_and_help_stands_out():
    made = article(Screen("x", CHOICES, WAYS, Tone.ALERT, "card:c"), 3, 5, "10:00")
    assert [(knob.number, knob.data) for knob in made.choices] == [
        (1, "t.a.b.ja"),
        (2, "a." + "r" * 22),
    ]
    assert [(knob.number, knob.urgent) for knob in made.ways] == [(0, False), (0, True)]
    assert (made.id, made.row, made.alert, made.card, made.time) == (3, 5, True, True, "10:00")


def test_reading_goes_on_at_help_that_was_shown_before_the_newest():
    calm, alert = article(Screen("x")), article(Screen("x", tone=Tone.ALERT))
    assert newest((calm, calm)) == 1
    assert newest((calm, alert, calm)) == 1
    assert newest((alert, alert, calm)) == 0
    assert newest((calm, alert)) == 1


def test_earlier_buttons_are_those_that_the_newest_does_not_offer():
    first = article(Screen("x", (Button("A", Open("a")), Button("B", Open("b")))))
    second = article(Screen("x", (Button("B", Open("b")), Button("C", Open("c")))))
    assert [knob.label for knob in earlier((first, second))] == ["A"]
    assert [knob.number for knob in earlier((first, second))] == [0]
    assert earlier(()) == ()


# ── Forms ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("hallo", Typed("hallo")),
        ("/zurück", Commanded(Command.BACK)),
        (" /Privacy ", Commanded(Command.PRIVACY)),
        ("/start", Typed("/start")),
        ("/hilfe bitte", Typed("/hilfe bitte")),
        ("", Typed("")),
    ],
)
def test_words_are_commands_only_when_they_are_one(text, body):
    assert decode.said(text) == body


def test_a_button_is_ours_or_foreign():
    assert decode.tapped("n.back") == Tapped(Move.BACK)
    assert decode.tapped("n.gibtesnicht") == Received(Foreign.BUTTON)


@given(st.binary(max_size=300))
def test_whatever_bytes_arrive_are_fields_or_no_form(body):
    try:
        found = decode.fields(body)
    except decode.NotAForm:
        return
    for value in (*found, *found.values()):
        value.encode()
        assert "\0" not in value or value in found


def test_line_ends_are_plain_and_what_cannot_be_said_is_replaced():
    assert decode.fields(b"text=a%0D%0Ab%00c%0Dd") == {"text": "a\nb\ufffdc\nd"}
    assert decode.fields(b"a=1&a=2") == {"a": "1"}


@pytest.mark.parametrize(
    ("header", "language"),
    [("de-DE,de;q=0.9", "de-DE"), ("uk;q=1", "uk"), ("", ""), ("*", ""), ("<x>", "")],
)
def test_the_first_language_is_a_hint(header, language):
    assert decode.language_of(header) == language


# ── Names of visits ─────────────────────────────────────────────────────────────────────────────


def test_a_token_gives_one_name_and_only_in_its_own_process():
    chance = iter(bytes([n]) * 32 for n in range(100))
    here, elsewhere = Beginnings(chance.__next__), Beginnings(chance.__next__)
    token = here.token()
    assert here.name(token) == here.name(token)
    assert here.name(token, "more") != here.name(token)
    assert elsewhere.name(token) != elsewhere.name(token)
    assert here.name(token[:-1] + "x") != here.name(token)
    assert here.name("") != here.name("")
    assert token.partition(".")[0] not in here.name(token)


# ── Limits (bar 40) ─────────────────────────────────────────────────────────────────────────────


def test_a_bucket_empties_and_fills_again():
    now = [0.0]
    limits, rate = Limits(lambda: now[0]), Rate(burst=3, per_second=0.5)
    assert [limits.wait(rate, "a") for _ in range(5)] == [0, 0, 0, 2.0, 2.0]
    assert limits.wait(rate, "b") == 0
    now[0] = 2.0
    assert [limits.wait(rate, "a"), limits.wait(rate, "a")] == [0, 2.0]
    now[0] = 1000.0
    assert [limits.wait(rate, "a") for _ in range(4)] == [0, 0, 0, 2.0]


def test_one_person_is_held_up_long_before_a_whole_school():
    assert VISIT.burst * 10 < ADDRESS.burst


def test_what_is_remembered_of_addresses_is_bounded():
    limits = Limits(lambda: 0.0)
    for number in range(MOST + 10):
        limits.wait(VISIT, str(number))
    assert len(limits._buckets) == MOST


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("", "?"),
        ("testclient", "?"),
    ],
)
def test_a_household_counts_as_one(host, counted):
    assert network(host) == counted


# ── Help ────────────────────────────────────────────────────────────────────────────────────────


def test_the_emergency_page_begins_with_the_two_numbers_and_has_no_hour_of_its_own():
    found = sections(knowledge().directory, wording(knowledge()))
    assert [str(line.phone) for line in found[0].lines] == [
        '<a href="tel:112">112</a>',
        '<a href="tel:110">110</a>',
    ]
    page = emergency_page(knowledge(), "https://neutral.example/")
    assert page == emergency_page(knowledge(), "https://neutral.example/")
    assert "116 111" in page
    assert "jetzt geöffnet" not in page


# ── Health ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_healthy_house_says_so_in_numbers(tmp_path):
    async with opened(tmp_path) as house:
        client = house.browser().client
        answer = await client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json()["ok"] is True
        metrics = (await client.get("/metrics")).text
        assert "lotse_store_ok 1.0" in metrics
        assert 'lotse_http_answers_total{status="200"} 1' in metrics
        for line in metrics.splitlines():
            number = r'lotse_\w+(\{status="\d{3}"\})? \d+(\.\d+)?'
            assert line.startswith(("# HELP lotse_", "# TYPE lotse_")) or re.fullmatch(number, line)


async def test_a_store_that_fails_is_not_well(tmp_path):
    async with opened(tmp_path) as house:

        class Broken:
            async def run(self, unit):
                raise OSError("no space left")

        house.web.site.store = Broken()
        answer = await house.browser().client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json()["store"] == "failed"
        assert "space" not in answer.text


async def test_what_waits_too_long_to_be_sent_is_not_well(tmp_path):
    async with opened(tmp_path) as house:
        to = Address("telegram", "1")  # a door that is not open: nothing goes
        await house.store.run(lambda work: work.owe(to, Owed(Screen("x"))))
        client = house.browser().client
        assert (await client.get("/healthz")).status_code == 200
        house.clock.later(minutes=14)
        assert (await client.get("/healthz")).status_code == 200
        house.clock.later(minutes=2)
        answer = await client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json()["oldest_unsent_seconds"] == 960
        await house.store.run(lambda work: work.give_up(1))
        house.clock.later(minutes=1)
        assert (await client.get("/healthz")).status_code == 200
