"""From Telegram into the web: the same conversation, once, by a POST, without what was said there."""

from dataclasses import replace
from datetime import timedelta

from web.house import Browser, House, opened

from bot.core.messages import Command, Commanded, Screen, Typed, Visitor
from bot.core.records import Conversation, ConversationKey
from bot.core.tree import Audience
from bot.ports import Address, Incoming, Owed

CODE = "ab" * 32
TELEGRAM = Address("telegram", "7")


async def link(house: House, code: str = CODE, minutes: int = 15) -> str:
    """A pupil in Telegram has a link; what was said there stays there."""
    at = house.clock()

    def unit(work):
        work.save(Conversation("c1", at, (), Audience.PUPIL, "de"))
        work.bind(TELEGRAM, Visitor("c1"), at)
        work.owe(TELEGRAM, Owed(Screen("In Telegram gesagt")))
        work.put_link(code, "chat", "c1", at + timedelta(minutes=minutes))

    await house.store.run(unit)
    return f"/weiter/{code}"


async def who(house: House, browser: Browser):
    value = browser.client.cookies.get("__Host-besuch", "")
    return await house.store.run(lambda work: work.who(Address("web", f"v.{value}")))


async def test_a_post_goes_on_with_the_same_conversation(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        await browser.get(await link(house))
        page = await browser.post("/weiter")
        assert "Worum geht es?" in page.text
        assert "In Telegram gesagt" not in page.text
        assert await who(house, browser) == Visitor("c1")
        await house.app.settled()
        home = await house.store.run(lambda work: work.address_of(Visitor("c1")))
        assert home.channel == "web"  # answers come here from now on


async def test_looking_spends_nothing_and_the_second_use_is_refused(tmp_path):
    async with opened(tmp_path) as house:
        path = await link(house)
        for _ in range(5):
            await house.browser().get(path)
            assert (await house.browser().client.head(path)).status_code == 200
        first, second = house.browser(), house.browser()
        await first.get(path)
        await second.get(path)
        assert (await first.post("/weiter")).status == 200
        page = await second.post("/weiter")
        assert page.status == 403
        assert "gilt nicht" in page.text
        assert await who(house, second) is None


async def test_a_double_click_is_one_use(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        page = await browser.get(await link(house))
        hidden = page.hidden("/weiter")
        answers = [await browser.raw("/weiter", hidden) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert await who(house, browser) == Visitor("c1")


async def test_after_its_time_the_link_is_nothing(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        await browser.get(await link(house))
        house.clock.later(minutes=16)
        assert (await browser.post("/weiter")).status == 403


async def test_a_foreign_page_cannot_put_somebody_into_a_conversation(tmp_path):
    async with opened(tmp_path) as house:
        await link(house)
        browser = house.browser()
        answer = await browser.raw("/weiter", {"code": CODE}, origin="https://boese.example")
        assert answer.status_code == 403
        assert await who(house, browser) is None


async def test_who_has_another_conversation_here_is_warned(tmp_path):
    async with opened(tmp_path) as house:
        browser = house.browser()
        await browser.get("/")
        await browser.tap("Schüler:in")
        page = await browser.get(await link(house))
        assert "Es wird hier ersetzt" in page.text


async def test_nonsense_is_no_link(tmp_path):
    async with opened(tmp_path) as house:
        for code in ("x", "AB" * 32, "ab" * 33):
            assert (await house.browser().get(f"/weiter/{code}")).status == 404
        answer = await house.browser().raw("/weiter", {"code": "ab"})
        assert answer.status_code == 403


async def test_the_command_in_telegram_makes_the_link(tmp_path):
    async with opened(tmp_path) as house:
        known = house.app.knowledge
        operator = {**known.operator, "web": "https://lotse.example.de"}
        house.app.knowledge = replace(known, operator=operator)
        heard = Incoming("1", TELEGRAM, house.clock(), Commanded(Command.WEB))
        await house.app.dispatcher.take([heard])
        owed = await house.store.run(lambda work: work.owed())
        text = owed[-1].screen.text
        path = text[text.index("/weiter/") :]
        browser = house.browser()
        await browser.get(path)
        page = await browser.post("/weiter")
        assert "Wer schreibt?" in page.text


async def test_without_free_text_nothing_typed_in_telegram_is_kept(tmp_path):
    async with opened(tmp_path) as house:
        known = house.app.knowledge
        operator = {**known.operator, "web": "https://l.example", "telegram_text": "off"}
        house.app.knowledge = replace(known, operator=operator)
        heard = Incoming("1", TELEGRAM, house.clock(), Typed("Zitronenfalter in der Klasse"))
        await house.app.dispatcher.take([heard])
        screen = (await house.store.run(lambda work: work.owed()))[-1].screen
        assert "/weiter/" in screen.text
        who_ = await house.store.run(lambda work: work.who(TELEGRAM))
        kept = await house.store.run(lambda work: work.load(ConversationKey(who_.conversation)))
        assert "Zitronenfalter" not in repr(kept)
