"""500 texts that would like to be more than text × every place that shows some (bar 34)."""

import itertools
from html.parser import HTMLParser

import pytest
from web.house import Browser, House, opened

from bot.channels.telegram.encode import encode
from bot.core.entries import FORMULA, SOUND
from bot.core.messages import Button, Screen
from bot.core.taps import Move
from bot.ports import Address, Outgoing, Owed, TryLater

CORES = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>", "<iframe src=//boese.example></iframe>",
    "<body onload=alert(1)>", "<style>*{display:none}</style>", "<form action=//boese.example>",
    "<input autofocus onfocus=alert(1)>", "<meta http-equiv=refresh content=0>",
    "<base href=//boese.example>", "<object data=x>", "<math><mi xlink:href=x>", "<b>fett</b>",
    "javascript:alert(1)", "data:text/html,<script>1</script>", "&lt;script&gt;alert(1)",
    '"><script>alert(1)</script>', "' onmouseover='alert(1)", '" style="x', "</textarea><script>1",
    "</title><script>1</script>", "<!--", "]]><script>1</script>", "{{7*7}}", "{% raw %}", "${7*7}",
    "[x](javascript:alert(1))", "*fett* _schräg_ `code`", "<code>x</code>", "tg://user?id=1",
    'https://boese.example/"onclick=alert(1)', "http://x'onclick='1", "www.boese.example",
    'a@b.de"onclick="1', '0391 1234567"onclick="1', "=1+1", "+1+1", "-1+1", "@SUM(1)",
    '=HYPERLINK("http://boese.example")@b.de', "\t=1", "\r\n=1", "=cmd|'/c'!A0@b.de",
    "\u202e<script>1</script>", "\ufeff<script>1</script>", "<\0script>1</script>",
    "<scr<script>ipt>", "%3Cscript%3E", "\\u003cscript\\u003e",
)  # fmt: skip
WRAPPED = ("{}", "x {} y", "\n\n{}\n\n", "„{}“", "({})", "{0}{0}", "<{}>", "- {}", "'{}", '"{}')
PAYLOADS = [how.format(core) for core, how in itertools.product(CORES, WRAPPED)]
AT_ONCE = 25  # on one page

TAGS = frozenset(
    [
        "html",
        "head",
        "meta",
        "title",
        "link",
        "script",
        "body",
        "header",
        "div",
        "a",
        "span",
        "nav",
        "form",
        "main",
        "section",
        "h1",
        "h2",
        "h3",
        "p",
        "ul",
        "li",
        "b",
        "small",
        "br",
        "article",
        "button",
        "input",
        "label",
        "textarea",
        "details",
        "summary",
        "footer",
        "svg",
        "path",
        "g",
        "rect",
        "circle",
        "title",
        "wbr",
        "ol",
        "table",
        "tr",
        "td",
        "th",
        "aside",
        "dl",
        "dt",
        "dd",
        "hr",
        "strong",
        "em",
        "code",
        "pre",
    ]
)
NEVER = frozenset({"style", "srcdoc", "formaction", "ping", "background", "xlink:href"})
SCHEMES = ("/", "#", "https://", "http://", "tel:", "mailto:")


class Active(HTMLParser):
    """What of a page is or could become more than text and links."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag not in TAGS:
            self.found.append(tag)
        if tag == "script" and not (known.get("src") or "").startswith("/static/"):
            self.found.append(tag)
        if tag == "meta" and "http-equiv" in known:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in NEVER:
                self.found.append(name)
            if name in {"href", "src", "action"} and not (value or "").startswith(SCHEMES):
                self.found.append(f"{name}={value}")
            if name in {"action", "src"} and not (value or "").startswith("/"):
                self.found.append(f"{name}={value}")


def active(html: str) -> list[str]:
    parser = Active()
    parser.feed(html)
    return parser.found


def batches():
    return [PAYLOADS[n : n + AT_ONCE] for n in range(0, len(PAYLOADS), AT_ONCE)]


def test_there_are_five_hundred():
    assert len(set(PAYLOADS)) >= 500


# ── The web ─────────────────────────────────────────────────────────────────────────────────────


async def pages(house: House) -> list[str]:
    """Every page on which something stands that somebody wrote: texts, buttons, what is given back."""
    visitor, found = house.browser(), list[str]()
    await visitor.get("/")
    await visitor.tap("Schüler:in")
    here = Address("web", f"v.{visitor.client.cookies['__Host-besuch']}")
    for texts in batches():
        await house.store.run(lambda work, texts=texts: shown(work, here, texts))
        found.append((await visitor.client.get("/")).text)
    house.web.site.take = never
    for texts in batches():
        found += await given_back(house, visitor, "\n".join(texts)[:4000])
    return found


def shown(work, here: Address, texts: list[str]) -> None:
    for text in texts:
        button = Button(text, Move.MENU)
        work.owe(here, Owed(Screen(text, (button,), (button,))))


async def never(_incoming) -> None:
    raise TryLater(1)


async def given_back(house: House, visitor: Browser, text: str) -> list[str]:
    """What was written and not kept comes back to its writer."""
    house.clock.later(hours=1)
    nobody, found = house.browser(), []
    for browser, path, fields in (
        (visitor, "/say", {"text": text, "id": text}),
        (visitor, "/tap", {"tap": text, "id": text}),
        (nobody, "/desk/say", {"text": text}),
        (nobody, "/desk/join", {"code": text, "text": text}),
        (nobody, "/begin", {"code": text, "id": text}),
    ):
        found.append((await browser.raw(path, fields)).text)
    return found


async def test_no_page_makes_more_of_a_text_than_text(tmp_path):
    async with opened(tmp_path) as house:
        found = await pages(house)
        assert any("alert(1)" in page for page in found)
        assert [each for page in found for each in active(page)] == []


async def test_a_page_that_believes_what_it_shows_is_noticed(tmp_path):
    """A planted fault: nothing is escaped any more."""
    async with opened(tmp_path) as house:
        raw = [p.replace("&lt;", "<").replace("&gt;", ">") for p in await pages(house)]
        found = {each for page in raw for each in active(page)}
        assert {"script", "onerror", "onload", "iframe", "style"} <= found


# ── Telegram and the tables ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("edit", ["", "5"])
def test_telegram_is_told_nothing_that_it_would_read_as_more_than_text(edit):
    for payload in PAYLOADS:
        screen = Screen(payload, (Button(payload, Move.MENU),), slot="s")
        calls = encode(Outgoing(1, Address("telegram", "7"), screen, slot_message=edit))
        for _, params in calls:
            assert not {"parse_mode", "entities", "caption"} & params.keys()
            assert params["link_preview_options"] == {"is_disabled": True}
            for row in params.get("reply_markup", {}).get("inline_keyboard", []):
                assert all(set(each) == {"text", "callback_data"} for each in row)


def formulas(sound) -> list[str]:
    """What would stand in a table and make a spreadsheet reckon; a telephone number may have +."""
    taken = [(field, sound[field](payload)) for field in sound for payload in PAYLOADS]
    return [
        value
        for field, value in taken
        if value and value.lstrip()[0] in FORMULA and not (field == "phone" and value[0] == "+")
    ]


def test_no_table_is_given_a_formula():
    assert formulas(SOUND) == []


def test_a_table_that_takes_whatever_is_typed_is_noticed():
    assert formulas({**SOUND, "room": lambda text: text}) != []
