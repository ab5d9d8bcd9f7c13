"""The wall around the pages: headers everywhere, nothing from elsewhere, nothing too long."""

import asyncio
import re

import httpx
import pytest
from web.house import ORIGIN, House, opened

from bot.channels.web import Origin, OriginFault
from bot.channels.web.guard import Guard

WANTED = {
    "content-security-policy": r"default-src 'none';.*frame-ancestors 'none';"
    r" require-trusted-types-for 'script'; trusted-types 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "strict-transport-security": r"max-age=(3153600\d|[4-9]\d{7}|\d{9,}).*",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
CACHEABLE = {"/hilfe-jetzt", "/robots.txt", "/favicon.ico"}
FOREIGN = (
    {"origin": "https://boese.example"},
    {"origin": "null"},
    {"origin": ""},
    {"origin": f"{ORIGIN}.boese.example"},
    {"origin": ORIGIN.replace("https", "http")},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
)


def gets(house: House) -> list[str]:
    """Every path that can be looked at, and some that are not there."""
    found = [
        route.path.replace("{code}", "ST-80").replace("{audience}/{day}", "teacher/gestern")
        for route in routes(house)
        if "GET" in route.methods and "{name}" not in route.path and "events" not in route.path
    ]
    return [*found, "/gibt-es-nicht", "/static/gibt-es-nicht.css", "/say"]


def posts(house: House) -> list[str]:
    return [route.path for route in routes(house) if "POST" in route.methods]


def routes(house: House):
    return house.web.inner.routes


def wrong_headers(answer: httpx.Response, path: str) -> list[str]:
    """What is missing or weak in the headers of an answer."""
    wrong = [
        name
        for name, pattern in WANTED.items()
        if not re.fullmatch(pattern, answer.headers.get(name, ""))
    ]
    if "unsafe" in answer.headers.get("content-security-policy", "unsafe"):
        wrong.append("unsafe")
    may_be_kept = answer.status_code == 200 and (path in CACHEABLE or "/static/" in path)
    if not may_be_kept and answer.headers.get("cache-control") != "no-store":
        wrong.append("cache-control")
    return wrong


async def contents(house: House) -> list[object]:
    """Every row of every table."""

    def unit(work):
        raw = work.connection
        tables = raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return [raw.execute(f"SELECT * FROM {name}").fetchall() for (name,) in tables]  # noqa: S608

    return await house.store.run(unit)


async def begun(house: House):
    browser = house.browser()
    await browser.get("/")
    await browser.tap("Schüler:in")
    await house.app.settled()
    return browser


# ── Headers (bar 33) ────────────────────────────────────────────────────────────────────────────


async def header_faults(house: House) -> list[object]:
    browser = await begun(house)
    faults: list[object] = []
    for path in gets(house):
        answer = await browser.client.get(path)
        faults += [(path, answer.status_code, wrong) for wrong in wrong_headers(answer, path)]
    for path in posts(house):
        for headers in ({}, {"origin": "https://boese.example"}):
            answer = await browser.raw(path, {"id": "1"}, follow=False, **headers)
            faults += [(path, answer.status_code, wrong) for wrong in wrong_headers(answer, path)]
    return faults


async def test_every_answer_carries_the_headers(tmp_path):
    async with opened(tmp_path) as house:
        assert await header_faults(house) == []


@pytest.mark.parametrize("name", sorted(WANTED))
async def test_a_missing_header_is_noticed(tmp_path, name):
    async with opened(tmp_path) as house:
        guard = house.web.app
        guard.headers = {k: v for k, v in guard.headers.items() if k != name}
        assert name in {fault[2] for fault in await header_faults(house)}


async def test_an_answer_that_may_be_kept_is_noticed(tmp_path):
    async with opened(tmp_path) as house:
        guard = house.web.app
        guard.headers = {**guard.headers, "cache-control": "public"}
        assert "cache-control" in {fault[2] for fault in await header_faults(house)}


async def test_nothing_on_any_page_is_fetched_from_elsewhere(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        for path in gets(house):
            page = await browser.get(path)
            for found in re.findall(r"<(?:link|script|img|source|iframe)[^>]*>", page.html):
                assert not re.search(r'(?:src|href)="(?!/)', found), found
            assert " style=" not in page.html
            assert not re.search(r"<script(?![^>]*\bsrc=)", page.html)
            assert not re.search(r"\son\w+=", page.html)


# ── From elsewhere (bar 31) ─────────────────────────────────────────────────────────────────────


async def foreign_that_passed(house: House) -> list[object]:
    """Posts from elsewhere that were not refused or that left a trace."""
    browser = await begun(house)
    before = await contents(house)
    passed: list[object] = []
    for path in posts(house):
        for headers in FOREIGN:
            fields = {"id": "f" * 32, "text": "von anderswo", "tap": "n.menu", "first": "1"}
            answer = await browser.raw(path, fields, follow=False, **headers)
            if answer.status_code != 403 or "set-cookie" in answer.headers:
                passed.append((path, headers, answer.status_code))
    if await contents(house) != before:
        passed.append("the database changed")
    return passed


async def test_nothing_is_taken_from_another_site(tmp_path):
    async with opened(tmp_path) as house:
        assert await foreign_that_passed(house) == []


async def test_a_wall_that_looks_away_is_noticed(tmp_path):
    class Open(Guard):
        def _refused(self, scope):
            return 0

    async with opened(tmp_path) as house:
        guard = house.web.app
        house.web.app = Open(guard.app, guard.origin, guard.headers, guard.page, guard.log)
        assert "the database changed" in await foreign_that_passed(house)


async def test_a_post_without_any_origin_is_refused(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        answer = await browser.client.post("/say", data={"text": "hallo"})
        assert answer.status_code == 403


async def test_no_get_changes_anything(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        await house.app.settled()
        await browser.get("/healthz")  # notes that the store can be written, once in a while
        before = await contents(house)
        for path in gets(house):
            for _ in range(2):
                await browser.client.get(path, params={"text": "x", "tap": "n.menu", "id": "1"})
                await browser.client.head(path)
        assert await contents(house) == before


async def test_another_host_is_refused(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        answer = await browser.client.get("/", headers={"host": "boese.example"})
        assert answer.status_code == 421
        assert (
            await browser.client.get("/healthz", headers={"host": "10.0.0.7"})
        ).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_other_methods_do_nothing(tmp_path, method):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        before = await contents(house)
        for path in [*posts(house), "/"]:
            headers = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
            answer = await browser.client.request(method, path, headers=headers)
            assert answer.status_code == 405
        assert await contents(house) == before


# ── Too long, too slow, no form ─────────────────────────────────────────────────────────────────


async def test_long_bodies_are_refused_whether_they_say_so_or_not(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        known = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
        answer = await browser.client.post("/say", content=b"text=" + b"x" * 20_000, headers=known)
        assert answer.status_code == 413

        async def silent():
            for _ in range(40):
                yield b"x" * 1000

        answer = await browser.client.post("/say", content=silent(), headers=known)
        assert answer.status_code == 413
        answer = await browser.client.post("/say", content=b"", headers=known)
        assert answer.status_code == 303


async def test_a_body_that_does_not_come_is_not_waited_for(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        house.web.app.body_within = 0.01

        async def never():
            yield b"text="
            await asyncio.Event().wait()

        known = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
        answer = await browser.client.post("/say", content=never(), headers=known)
        assert answer.status_code == 408


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "multipart/form-data", ""])
async def test_only_forms_are_read(tmp_path, kind):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        headers = {"origin": ORIGIN, "content-type": kind}
        answer = await browser.client.post("/say", content=b"text=x", headers=headers)
        assert answer.status_code == 415


@pytest.mark.parametrize("body", [b"&".join([b"a=b"] * 50), "text=ä".encode(), b"\xff\xfe"])
async def test_what_is_no_form_of_ours_is_refused(tmp_path, body):
    async with opened(tmp_path) as house:
        browser = await begun(house)
        headers = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
        for path in ("/say", "/tap", "/begin"):
            answer = await browser.client.post(path, content=body, headers=headers)
            assert answer.status_code == 400


async def test_a_bug_is_told_without_saying_what_was_said(tmp_path):
    async with opened(tmp_path) as house:
        browser = await begun(house)

        def broken(*_):
            raise RuntimeError("quoting a child")

        house.web.site.wait = broken
        page = await browser.say("das steht in keinem Log")
        assert page.status == 500
        assert "112" in page.text
        assert "quoting" not in page.text
        assert [what for what, _ in house.lines if what == "web: crashed"]
        assert "quoting" not in str(house.lines)
        assert "keinem Log" not in str(house.lines)


# ── Where pages may live (bar 46) ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given_as", "text", "host", "secure"),
    [
        ("https://lotse.example.de", "https://lotse.example.de", "lotse.example.de", True),
        ("https://lotse.example.de/", "https://lotse.example.de", "lotse.example.de", True),
        ("https://Lotse.example.de:443", "https://lotse.example.de", "lotse.example.de", True),
        ("https://l.de:8443", "https://l.de:8443", "l.de:8443", True),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "127.0.0.1:8080", False),
        ("http://localhost", "http://localhost", "localhost", False),
        ("http://[::1]:80", "http://[::1]", "[::1]", False),
    ],
)
def test_an_origin_is_what_browsers_say(given_as, text, host, secure):
    assert Origin.of(given_as) == Origin(text, host, secure)


@pytest.mark.parametrize(
    "wrong",
    [
        "http://lotse.example.de",
        "http://192.168.1.2:8080",
        "lotse.example.de",
        "ftp://lotse.example.de",
        "https://",
        "https://a.de/pfad",
        "https://a.de?x=1",
        "https://n:p@a.de",
        "https://[::1",
        "",
    ],
)
def test_a_page_lives_under_no_address_that_others_can_read_along(wrong):
    with pytest.raises(OriginFault, match=r"„|Adresse"):
        Origin.of(wrong)
