"""From a mail to the desk: asked for by anybody, known to nobody, redeemed once and by a POST."""

import asyncio
import re
import statistics
import time
from contextlib import asynccontextmanager
from dataclasses import replace

import pyotp
import pytest
from smtp_server import HOST, PASSWORD, USER, smtp_server
from web.house import POST, Browser, House, knowledge, opened

from bot import commands
from bot.channels.email import Email, Server
from bot.channels.web.wording import wording
from bot.core.messages import Screen, Staff, Timer
from bot.core.records import Mail, Member, Role, TeamKey
from bot.ports import Address, Factor, Owed
from bot.scenario import WEEK

SENT = wording(knowledge())("desk_link_sent")
MINE = "anna@beispiel.example"
COOKIE = "__Host-schreibtisch"
LINK = re.compile(r"/desk/mail/([0-9a-f]{64})")


@asynccontextmanager
async def mailing(tmp_path, role: Role = Role.WORKER):
    """A house with a real mail server; anna joined elsewhere and gave an address."""
    async with smtp_server(tmp_path) as (box, context):
        server = Server(HOST, box.port, "lotse@example.de", "starttls", USER, PASSWORD)

        def mail(clock):
            return Email(server, clock, context=context, within=5)

        async with opened(tmp_path, mail=mail) as house:
            await house.store.run(lambda work: known(work, house, role))
            yield house, box


def known(work, house: House, role: Role) -> None:
    at = house.clock.at
    posts = () if role is Role.ADMIN else (POST,)
    work.save(Member("anna", role, "Anna", at, posts, plan=WEEK, mail=Mail(confirmed=True)))
    work.bind(Address("telegram", "4711"), Staff("anna"), at)
    work.propose("anna", Address("email", MINE), at)
    work.take_proposed("anna", at)


async def answered(house: House) -> None:
    """What follows after an answer has happened, too."""
    while waiting := set(house.web.site._under_way):
        await asyncio.wait(waiting)


async def asked(house: House, address: str = MINE) -> Browser:
    browser = house.browser()
    await browser.get("/desk/link")
    await browser.post("/desk/link", address=address)
    await answered(house)
    await house.app.settled()
    return browser


def code_in(box) -> str:
    return LINK.search(box.mails[-1][1].get_content())[1]


# ── Asking ──────────────────────────────────────────────────────────────────────────────────────


async def test_a_known_address_gets_a_link_and_the_link_opens_the_desk(tmp_path):
    async with mailing(tmp_path) as (house, box):
        await asked(house, f" {MINE.upper()} ")
        ((to, _),) = box.mails
        assert to == MINE
        browser = house.browser()
        await browser.get(f"/desk/mail/{code_in(box)}")
        page = await browser.post("/desk/mail")
        assert "/desk/say" in page.html
        assert "Gerade ist nichts offen" in page.text
        assert COOKIE in browser.client.cookies


@pytest.mark.parametrize(
    "address", ["nobody@beispiel.example", "kein at", "", "a@b.c\r\nBcc: x@y.z"]
)
async def test_an_unknown_address_gets_the_same_answer_and_nothing_else(tmp_path, address):
    async with mailing(tmp_path) as (house, box):
        right, wrong = await asked(house), await asked(house, address)
        assert len(box.mails) == 1
        assert SENT in right.page.text
        assert (wrong.page.status, wrong.page.html) == (right.page.status, right.page.html)
        assert wrong.page.response.headers == right.page.response.headers
        stats = await house.store.run(lambda work: work.stats())
        assert stats.conversations == 0


async def answered_in(house: House, addresses: list[str]) -> list[float]:
    """Seconds until each answer, one after the other, none of them limited."""
    found = []
    for address in addresses:
        house.clock.later(hours=1)
        begun = time.perf_counter()
        await house.browser().raw("/desk/link", {"address": address})
        found.append(time.perf_counter() - begun)
        await answered(house)
    return found


def slower(known: list[float], unknown: list[float]) -> float:
    """How much longer the middle answer takes for a known address, in shares of the middle one."""
    return statistics.median(known) / statistics.median(unknown) - 1


async def test_a_known_and_an_unknown_address_are_answered_in_the_same_time(tmp_path):
    async with mailing(tmp_path) as (house, _):
        both = [MINE, "nobody@beispiel.example"] * 60
        found = await answered_in(house, both)
        assert abs(slower(found[::2], found[1::2])) < 0.5  # measured: 0.05


async def test_an_answer_that_waits_for_the_mail_is_noticed(tmp_path):
    """A planted fault: what follows from the address happens before the answer."""
    async with mailing(tmp_path) as (house, _):
        site, waiting = house.web.site, []
        site.afterwards = lambda work: waiting.append(asyncio.ensure_future(work))
        inner = house.web.inner

        async def waits(scope, receive, send):
            async def late(message):
                while waiting:
                    await waiting.pop()
                await send(message)

            await inner(scope, receive, late)

        house.web.app.app = waits
        both = [MINE, "nobody@beispiel.example"] * 20
        found = await answered_in(house, both)
        assert slower(found[::2], found[1::2]) > 0.5  # measured: 0.9


async def test_one_mailbox_gets_three_links_and_everybody_the_same_answer(tmp_path):
    async with mailing(tmp_path) as (house, box):
        for peer in range(8):
            browser = house.browser(peer=f"203.0.113.{peer}")
            page = await browser.raw("/desk/link", {"address": MINE})
            assert page.status_code == 200
            assert SENT in page.text
        await answered(house)
        await house.app.settled()
        assert len(box.mails) == 3


async def test_addresses_cannot_be_tried_without_end(tmp_path):
    async with mailing(tmp_path) as (house, _):
        browser = house.browser()
        tries = [await browser.raw("/desk/link", {"address": f"a{n}@b.example"}) for n in range(12)]
        assert [answer.status_code for answer in tries] == [200] * 10 + [429] * 2


async def test_a_house_that_sends_no_mail_offers_none(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        assert "per E-Mail" not in (await browser.get("/desk/join")).text
        assert (await browser.get("/desk/link")).status == 404
        assert (await browser.raw("/desk/link", {"address": MINE})).status_code == 404


# ── Redeeming ───────────────────────────────────────────────────────────────────────────────────


async def test_a_preview_spends_nothing(tmp_path):
    async with mailing(tmp_path) as (house, box):
        await asked(house)
        link = f"/desk/mail/{code_in(box)}"
        for _ in range(3):
            await house.browser().get(link)
            await house.browser().client.head(link)
        browser = house.browser()
        await browser.get(link)
        assert "/desk/say" in (await browser.post("/desk/mail")).html


async def test_a_link_opens_once(tmp_path):
    async with mailing(tmp_path) as (house, box):
        await asked(house)
        for expected in (200, 403):
            browser = house.browser()
            await browser.get(f"/desk/mail/{code_in(box)}")
            assert (await browser.post("/desk/mail")).status == expected
        assert "gilt nicht oder nicht mehr" in browser.page.text


async def test_a_double_click_opens_the_desk_both_times(tmp_path):
    async with mailing(tmp_path) as (house, box):
        await asked(house)
        browser = house.browser()
        fields = (await browser.get(f"/desk/mail/{code_in(box)}")).hidden("/desk/mail")
        for _ in range(2):
            assert "/desk/say" in (await browser.raw("/desk/mail", fields)).text
        house.clock.later(minutes=2)
        assert (await house.browser().raw("/desk/mail", fields)).status_code == 403


async def test_a_hundred_at_once_redeem_one(tmp_path):
    async with mailing(tmp_path) as (house, box):
        await asked(house)
        code = code_in(box)
        peers = [house.browser(peer=f"198.51.100.{n}") for n in range(100)]
        answers = await asyncio.gather(
            *(peer.raw("/desk/mail", {"code": code}, follow=False) for peer in peers)
        )
        assert sorted(answer.status_code for answer in answers) == [303] + [403] * 99


@pytest.mark.parametrize("minutes", [15, 60])
async def test_a_link_is_good_for_a_quarter_of_an_hour(tmp_path, minutes):
    async with mailing(tmp_path) as (house, box):
        await asked(house)
        house.clock.later(minutes=minutes)
        browser = house.browser()
        await browser.get(f"/desk/mail/{code_in(box)}")
        assert (await browser.post("/desk/mail")).status == 403


async def test_a_link_of_another_kind_opens_no_desk(tmp_path):
    async with mailing(tmp_path) as (house, _):
        later = house.clock.at.replace(year=2027)
        for kind, code in (("chat", "a" * 64), ("desk", "b" * 64)):
            await house.store.run(lambda w, k=kind, c=code: w.put_link(c, k, "anna", later))
            assert (await house.browser().raw("/desk/mail", {"code": code})).status_code == 403


@pytest.mark.parametrize("code", ["", "x" * 64, "ä", "a" * 64, "A" * 64])
async def test_no_other_code_opens_the_desk(tmp_path, code):
    async with mailing(tmp_path) as (house, _):
        answer = await house.browser().raw("/desk/mail", {"code": code})
        assert answer.status_code == 403
        assert COOKIE not in answer.headers.get("set-cookie", "")


async def test_an_address_that_was_given_up_opens_no_desk_any_more(tmp_path):
    async with mailing(tmp_path) as (house, box):
        await asked(house)

        def unit(work):
            anna = work.team().member("anna")
            work.save(replace(anna, mail=None))
            work.drop_mail("anna")

        await house.store.run(unit)
        answer = await house.browser().raw("/desk/mail", {"code": code_in(box)})
        assert answer.status_code == 403
        await asked(house)
        assert len(box.mails) == 1


async def test_who_was_removed_gets_no_link_and_no_entry(tmp_path):
    async with mailing(tmp_path) as (house, box):
        await asked(house)
        await house.store.run(lambda work: work.end_access("anna"))
        await asked(house)
        assert len(box.mails) == 1
        rows = await house.store.run(
            lambda work: work.connection.execute("SELECT count(*) FROM addresses").fetchone()[0]
        )
        assert rows == 0


async def test_a_second_factor_is_asked_after_the_link(tmp_path):
    async with mailing(tmp_path, Role.ADMIN) as (house, box):
        secret = pyotp.random_base32()
        factor = Factor(secret, 0, confirmed=True)
        await house.store.run(lambda work: work.put_factor("anna", factor, ()))
        await asked(house)
        browser = house.browser()
        await browser.get(f"/desk/mail/{code_in(box)}")
        page = await browser.post("/desk/mail")
        assert "Zweite Anmeldestufe" in page.text
        assert COOKIE not in browser.client.cookies
        code = pyotp.TOTP(secret).at(int(house.clock.at.timestamp()))
        half = re.search(r'name="half" value="([^"]+)"', page.html)[1]
        await browser.raw("/desk/code", {"half": half, "code": code})
        assert COOKIE in browser.client.cookies


# ── Notices, from end to end ────────────────────────────────────────────────────────────────────


async def test_what_lies_unseen_is_told_by_mail_and_found_behind_its_link(tmp_path):
    async with mailing(tmp_path) as (house, box):
        screen = Screen("Ein anderes Mitglied hat etwas eingetragen")

        def unit(work):
            work.owe(Address("telegram", "4711"), Owed(screen))
            anna = work.team().member("anna")
            work.save(replace(anna, mail=Mail(confirmed=True, told_at=house.clock.at)))
            work.wake(house.clock.at, Timer.MAIL, "anna")

        await house.store.run(unit)
        await house.app.timers.look()
        await house.app.settled()
        ((to, mail),) = box.mails
        assert (to, mail["Subject"]) == (MINE, "Es liegt etwas auf Ihrem Schreibtisch")
        house.clock.later(hours=23)
        browser = house.browser()
        await browser.get(f"/desk/mail/{code_in(box)}")
        assert "/desk/say" in (await browser.post("/desk/mail")).html
        team = await house.store.run(lambda work: work.load(TeamKey()))
        assert team.member("anna").mail.told_at is None


async def test_a_mailbox_that_does_not_exist_ends_the_mails_and_the_desk_says_so(tmp_path):
    async with mailing(tmp_path) as (house, box):
        desk = Address("web", "d.x")
        await house.store.run(lambda work: work.bind(desk, Staff("anna"), house.clock.at))
        box.recipients.append("550 5.1.1 no such user")
        await asked(house)
        await house.app.dispatcher.idle()
        await house.app.settled()
        shown = await house.store.run(lambda work: work.pages(desk))
        assert "nimmt nichts an" in shown[-1].screen.text
        team = await house.store.run(lambda work: work.load(TeamKey()))
        assert team.member("anna").mail is None
        assert await house.store.run(lambda work: work.who(Address("email", MINE))) is None


# ── What the operator's commands do ─────────────────────────────────────────────────────────────


async def done(house: House, **arguments) -> tuple[int, str]:
    lines = []

    async def say(line: str) -> None:
        lines.append(line)

    code = await commands.perform(house.app, commands.NoDoors(), arguments, say)
    await house.app.settled()
    return code, "\n".join(lines)


async def test_a_mail_that_came_back_ends_the_mails_if_we_sent_it(tmp_path):
    async with mailing(tmp_path) as (house, box):
        await asked(house)
        mine = str(box.mails[0][1]["Message-ID"])
        forged = {"address": MINE, "message": "<forged@example.de>"}
        _, said = await done(house, command="bounce", **forged)
        assert "nichts bekannt" in said
        assert await house.store.run(lambda work: work.who(Address("email", MINE))) == Staff("anna")
        code, said = await done(house, command="bounce", address=MINE, message=mine)
        assert (code, "nimmt nichts an" in said) == (0, True)
        assert await house.store.run(lambda work: work.who(Address("email", MINE))) is None
        code, said = await done(house, command="bounce", address=MINE, message=mine)
        assert (code, "nichts bekannt" in said) == (0, True)


async def test_a_lost_second_factor_is_reset_every_log_in_ends_and_it_is_written_down(tmp_path):
    async with mailing(tmp_path, Role.ADMIN) as (house, box):
        token, desk = "t" * 43, Address("web", "d.x")

        def unit(work):
            work.bind(desk, Staff("anna"), house.clock.at)
            work.put_factor("anna", Factor(pyotp.random_base32(), 0, confirmed=True), ())
            work.begin_session(token, desk, house.clock.at)

        await house.store.run(unit)
        browser = house.browser()
        browser.client.cookies.set(COOKIE, token, domain="lotse.example.de")
        assert "/desk/say" in (await browser.get("/desk")).html
        code, said = await done(house, command="factor-reset", who="Anna")
        assert (code, "Zurückgesetzt" in said) == (0, True)
        assert "/desk/say" not in (await browser.get("/desk")).html
        shown = await house.store.run(lambda work: work.pages(desk))
        assert "zweite Anmeldestufe wurde zurückgesetzt" in shown[-1].screen.text
        audit = await house.store.run(lambda work: work.audited(0, 50))
        assert ("", "factor_reset", "anna") in [(e.member, e.action, e.about) for e in audit]
        await asked(house)
        await browser.get(f"/desk/mail/{code_in(box)}")
        page = await browser.post("/desk/mail")  # required of an admin: set up anew, or nothing
        assert "/desk/say" not in page.html
        assert "Zweite Anmeldestufe" in page.text


async def test_nobody_is_reset_by_a_name_that_several_have_or_nobody(tmp_path):
    async with mailing(tmp_path) as (house, _):
        code, said = await done(house, command="factor-reset", who="Berta")
        assert (code, "arbeitet hier nicht mit" in said) == (2, True)
        at = house.clock.at
        await house.store.run(lambda w: w.save(Member("zoe", Role.WORKER, "Anna", at, (POST,))))
        code, said = await done(house, command="factor-reset", who="Anna")
        assert (code, "zoe" in said) == (2, True)
        assert (await done(house, command="factor-reset", who="zoe"))[0] == 0
