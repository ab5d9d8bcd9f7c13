"""Who may send what: every role × every route that takes something × every id (bars 29 and 30).

The routes come from the application: a new one without a row here is red. What is forbidden looks
like what does not exist.
"""

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_web_device import about_to_send
from test_web_guard import posts, wrong_headers
from test_web_matrix import ROLES, STAFF, seated
from web.house import ORIGIN, Browser, House, Page, opened

from bot.core.records import RefKey
from bot.core.taps import Act, decode_tap

UNKNOWN = "0" * 32  # a button that nobody was ever given


@dataclass
class World:
    """A house with one of each, and the ids that lie about in it."""

    house: House
    people: dict[str, Browser]
    ids: dict[str, str] = field(default_factory=dict)  # name → what its button sends
    words: dict[str, str] = field(default_factory=dict)  # name → what stands on it

    def note(self, name: str, page: Page, label: str) -> None:
        words, data = next((w, d) for w, d in page.buttons.items() if label in w)
        self.ids[name], self.words[name] = data, words

    async def used(self, name: str) -> bool:
        """Whether the button has done what it does: it does so once."""
        tap = decode_tap(self.ids[name])
        assert isinstance(tap, Act)
        await self.house.app.settled()
        return await self.house.store.run(lambda work: work.load(RefKey(tap.ref))) is None


async def world(house: House) -> World:
    """Somebody about to send, somebody who has sent, four at their desks, one who only looks."""
    house.web.site.limits.steady = _unlimited()
    people = {name: await seated(house, name) for name in STAFF}
    people["other visitor"] = await about_to_send(house)
    await people["other visitor"].tap("Absenden")
    await house.app.settled()
    people["visitor"] = await about_to_send(house)
    people["nobody"] = house.browser()
    found = World(house, people)
    found.note("send", people["visitor"].page, "Absenden")
    found.note("withdraw", await people["other visitor"].get("/"), "Anfrage zurückziehen")
    found.note("claim", await people["worker"].get("/desk"), "Übernehmen")
    await people["admin"].get("/desk")
    found.note("invite", await people["admin"].post("/desk/say", text="/einladen"), "Jemanden ein")
    return found


def _unlimited() -> Callable[[], float]:
    """Limits have tests of their own; here an hour passes between any two looks."""
    hours = itertools.count(0, 3600)
    return lambda: float(next(hours))


# ── The table ───────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Acting:
    """A route that presses buttons: whose button does something when who presses it."""

    by: str  # tap or text
    does: dict[str, str]  # id → the one role for which it does something
    more: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Bearer:
    """A route for what somebody was given: unknown, spent and foreign codes look alike."""

    field: str
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Own:
    """A route that is about the cookie it comes with and can name nobody else."""


ROUTES: dict[str, Acting | Bearer | Own] = {
    "/tap": Acting("tap", {"send": "visitor", "withdraw": "other visitor"}),
    "/say": Acting("text", {"send": "visitor", "withdraw": "other visitor"}),
    "/device": Acting("tap", {"send": "visitor", "withdraw": "other visitor"}, (("own", "yes"),)),
    "/desk/tap": Acting("tap", {"claim": "worker", "invite": "admin"}),
    "/desk/say": Acting("text", {"claim": "worker", "invite": "admin"}),
    "/weiter": Bearer("code", ("0" * 64, "x", "", "f" * 64)),
    "/zurueck": Bearer("words", ("blauer otter, roter fuchs, grüner wal", "x", "")),
    "/desk/join": Bearer("code", ("ABCD-EFGH", "", "i_x")),
    "/desk/code": Bearer("half", ("0" * 43, "x", "")),
    "/desk/mail": Bearer("code", ("0" * 64, "x", "", "f" * 64)),
    "/desk/link": Bearer("address", ("nobody@beispiel.example", "x", "")),
    "/desk/factor": Own(),
    "/begin": Own(),
    "/remember": Own(),
    "/leave": Own(),
    "/desk/stay": Own(),
    "/desk/leave": Own(),
    "/desk/leave-all": Own(),
}
ACTING = [path for path, row in ROUTES.items() if isinstance(row, Acting)]
BEARER = [path for path, row in ROUTES.items() if isinstance(row, Bearer)]
OWN = [path for path, row in ROUTES.items() if isinstance(row, Own)]


async def test_every_route_that_takes_something_has_its_row(tmp_path):
    async with opened(tmp_path) as house:
        assert set(posts(house)) == set(ROUTES)


# ── Buttons ─────────────────────────────────────────────────────────────────────────────────────


def shape(answer: Page) -> tuple[int, str]:
    """What somebody learns from an answer: its status, and its newest words."""
    said = _ARTICLE.findall(answer.html)
    if not said:
        return answer.status, answer.text
    return answer.status, " ".join(_TAG.sub(" ", said[-1].partition("<form")[0]).split())


_ARTICLE = re.compile(r"<article[^>]*>(.*?)</article>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")


async def pressed(here: World, role: str, path: str, row: Acting, value: str) -> tuple[int, str]:
    browser = here.people[role]
    fields = {row.by: value, "id": next(IDS), **dict(row.more)}
    answer = await browser.raw(path, fields)
    return shape(Page(answer))


IDS = (f"form-{n}" for n in itertools.count())


async def faults(here: World, path: str, row: Acting) -> list[tuple[str, str, str]]:
    """(role, id, what is wrong) for every role but the one that may, and every id."""
    found = []
    for role in ROLES:
        nothing = f"a.{UNKNOWN}" if row.by == "tap" else "Xyz"
        for _ in range(2):  # with the first, who has no visit begins one
            unknown = await pressed(here, role, path, row, nothing)
        for name in here.ids:
            if row.does.get(name) == role:
                continue
            value = here.ids[name] if row.by == "tap" else here.words[name]
            learned = await pressed(here, role, path, row, value)
            if await here.used(name):
                found.append((role, name, "it did something"))
            if row.by == "tap" and learned != unknown:
                found.append((role, name, "it differs from what does not exist"))
    return found


@pytest.mark.parametrize("path", ACTING)
async def test_a_button_of_somebody_else_does_nothing_and_looks_like_none(tmp_path, path):
    async with opened(tmp_path, staffed=True) as house:
        here = await world(house)
        row = ROUTES[path]
        assert isinstance(row, Acting)
        assert await faults(here, path, row) == []


@pytest.mark.parametrize("path", ACTING)
async def test_whoever_may_can_and_afterwards_it_is_none(tmp_path, path):
    row = ROUTES[path]
    assert isinstance(row, Acting)
    for name, role in row.does.items():
        folder = tmp_path / name
        folder.mkdir()
        async with opened(folder, staffed=True) as house:
            here = await world(house)
            value = here.ids[name] if row.by == "tap" else here.words[name]
            await pressed(here, role, path, row, value)
            if here.people[role].page is not None and not await here.used(name):
                fields = {row.by: value, "own": "yes"}  # the web asks for the device first
                await here.people[role].raw("/device", fields)
            assert await here.used(name), (role, name)
            if row.by == "tap":
                again = await pressed(here, role, path, row, value)
                assert again == await pressed(here, role, path, row, f"a.{UNKNOWN}")


async def test_a_desk_that_everybody_may_press_is_noticed(tmp_path):
    """A planted fault: the visitor's browser brings the worker's session."""
    async with opened(tmp_path, staffed=True) as house:
        here = await world(house)
        here.people["visitor"] = here.people["worker"]
        row = ROUTES["/desk/tap"]
        assert isinstance(row, Acting)
        assert ("visitor", "claim", "it did something") in await faults(here, "/desk/tap", row)


# ── Codes ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", BEARER)
async def test_codes_that_open_nothing_look_alike_for_everybody(tmp_path, path):
    row = ROUTES[path]
    assert isinstance(row, Bearer)
    async with opened(tmp_path, staffed=True) as house:
        here = await world(house)
        foreign = (*here.ids.values(), "worker", house.web.site.beginnings.fresh())
        for role in ROLES:
            codes = (*row.unknown, *foreign)
            seen = {
                (answer.status_code, Page(answer).text)
                for code in codes
                for answer in [await here.people[role].raw(path, {row.field: code, "code2": "1"})]
            }
            assert len(seen) == 1, (role, seen)
        for name in here.ids:
            assert not await here.used(name)


# ── What is about oneself ───────────────────────────────────────────────────────────────────────


async def standing(here: World, *without: str) -> dict[str, bool]:
    """Who still sees what is theirs."""
    marks = dict.fromkeys(STAFF, "/desk/say") | {
        "visitor": "Absenden",
        "other visitor": "ngekommen",
    }
    return {
        name: mark in (await here.people[name].client.get(_home(name))).text
        for name, mark in marks.items()
        if name not in without
    }


def _home(name: str) -> str:
    return "/desk" if name in STAFF else "/"


@pytest.mark.parametrize("path", OWN)
async def test_what_somebody_does_with_themselves_ends_nothing_of_others(tmp_path, path):
    async with opened(tmp_path, staffed=True) as house:
        here = await world(house)
        assert all((await standing(here)).values())
        for role in ROLES:
            before = await standing(here, role)
            fields = {"id": next(IDS), "member": "worker", "address": "worker", "who": "worker"}
            await here.people[role].raw(path, fields, follow=False)
            assert await standing(here, role) == before, role
        for name in here.ids:
            if path != "/begin":  # a new beginning lets go of a draft and its buttons
                assert not await here.used(name)


# ── Whatever comes, everywhere (bar 12, 42) ─────────────────────────────────────────────────────

ODD = st.sampled_from([
    "\0", "\ud800", "\u202e", "'\"><script>alert(1)</script>", "{{7*7}}", "/ende", "²", "-1",
    "9" * 30, "a" * 5000, "%00", "../../etc/passwd", "a.0", "t.x.y.z", "n.menu", "i_" + "a" * 43,
])  # fmt: skip
WORD = st.text(max_size=40) | ODD
NAMES = ("id", "text", "tap", "first", "code", "own", "words", "half", "do", "address", "x")
ASKED = st.fixed_dictionaries({
    "route": st.integers(0, 10_000),
    "role": st.sampled_from(ROLES),
    "part": WORD,
    "query": st.dictionaries(st.sampled_from(["before", "after", "n", "code"]), WORD, max_size=2),
    "form": st.dictionaries(st.sampled_from(NAMES), WORD, max_size=5),
    "method": st.sampled_from(["GET", "POST", "POST", "HEAD", "OPTIONS"]),
    "language": st.sampled_from(["de", "uk;q=0.5", "x" * 300, "*", ";;;", "\t"]),
})  # fmt: skip


def everywhere(house: House) -> list[str]:
    """Every route, streams aside: those do not end."""
    return [r.path for r in house.web.inner.routes if not r.path.endswith("events")]


async def asked(here: World, one: dict) -> list[str]:
    """What is wrong with the answer to one odd request; an empty list is how it should be."""
    routes = everywhere(here.house)
    path = routes[one["route"] % len(routes)]
    part = quote(_sendable(one["part"]), safe="") or "x"
    for gap in ("{code}", "{name}", "{audience}", "{day}"):
        path = path.replace(gap, part)
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    headers |= {"accept-language": one["language"].strip()}
    given_form = {name: _sendable(value) for name, value in one["form"].items()}
    answer = await here.people[one["role"]].client.request(
        one["method"],
        path,
        params={name: _sendable(value) for name, value in one["query"].items()},
        data=given_form if one["method"] == "POST" else None,
        headers=headers,
        follow_redirects=False,
    )
    wrong = [] if answer.status_code < 500 else [f"{path} {answer.status_code}"]
    if "<script>alert" in answer.text:
        wrong.append(f"{path} is active")
    return wrong + [f"{path} {name}" for name in wrong_headers(answer, path)]


def _sendable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def test_no_request_makes_any_route_crash_or_lose_its_headers(tmp_path):
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def begin() -> World:
            house = await stack.enter_async_context(opened(tmp_path, staffed=True))
            return await world(house)

        here = runner.run(begin())
        run: Callable[[Awaitable], list[str]] = runner.run

        @settings(
            max_examples=300,
            deadline=None,
            phases=[Phase.generate],  # one house for all: a shrunk case would meet another one
            suppress_health_check=list(HealthCheck),
        )
        @given(one=ASKED)
        def holds(one: dict) -> None:
            assert run(asked(here, one)) == []

        try:
            holds()
            assert not [what for what, _ in here.house.lines if "crashed" in what]
        finally:
            runner.run(stack.aclose())


async def test_a_route_that_crashes_is_noticed(tmp_path):
    """A planted fault: one page that cannot bear what it is asked."""
    async with opened(tmp_path, staffed=True) as house:
        here = await world(house)
        house.web.site.clock = lambda: 1 / 0  # type: ignore[assignment]
        one = {"role": "nobody", "part": "x", "query": {}, "language": "de"}
        number = everywhere(house).index("/desk/mail")
        found = await asked(here, one | {"method": "POST", "route": number, "form": {"code": "x"}})
        assert found == ["/desk/mail 500"]
