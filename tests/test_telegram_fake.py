"""The fake server itself, and an ordinary bot against it: a fake that nobody else can use lies."""

import asyncio
import json
import sys
from pathlib import Path

import aiohttp
import telegram
from fake_telegram import TOKEN, FakeBotApi

SERVER = Path(__file__).parent / "fake_telegram.py"


async def test_an_ordinary_bot_speaks_to_it_in_forms_and_reads_its_answers():
    async with FakeBotApi() as api, telegram.Bot(TOKEN, base_url=api.base_url) as bot:
        api.type(7, "hallo")
        (update,) = await bot.get_updates()
        assert update.message.text == "hallo"
        buttons = telegram.InlineKeyboardMarkup(
            [[telegram.InlineKeyboardButton("a", callback_data="n.back")]]
        )
        sent = await update.message.reply_text("selber", reply_markup=buttons)
        api.tap(7, "a")
        (_, tap) = await bot.get_updates()
        await tap.callback_query.answer()
        await sent.edit_text("anders")
        assert await bot.get_updates(offset=tap.update_id + 1) == ()
        assert api.texts(7) == ["anders"]
        assert api.violations == []
        assert api.confirmed == {1000, 1001}


async def test_a_bad_call_is_a_violation():
    async with FakeBotApi() as api, aiohttp.ClientSession() as session:
        url = f"{api.base_url}{TOKEN}/sendMessage"
        await session.post(url, json={"chat_id": 7, "text": "a" * 5000})
        assert api.violations == [
            "sendMessage.text: 5000 characters, allowed are 1 to 4096",
        ]


async def test_the_second_of_two_pollers_ends_the_first():
    async with FakeBotApi() as api, aiohttp.ClientSession() as session:
        url = f"{api.base_url}{TOKEN}/getUpdates"
        first = asyncio.create_task(session.post(url, json={"timeout": 5}))
        await api.until(lambda: api.calls)
        second = asyncio.create_task(session.post(url, json={"timeout": 5}))
        assert (await first).status == 409
        api.type(7, "hallo")
        assert (await second).status == 200


async def test_as_a_process_it_takes_orders_and_tells_its_figures():
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(SERVER), stdout=asyncio.subprocess.PIPE
    )
    try:
        info = json.loads(await process.stdout.readline())
        control = info["base_url"].removesuffix("/bot") + "/control/"
        async with aiohttp.ClientSession() as session:

            async def order(what, **body):
                method = "POST" if body else "GET"
                async with session.request(method, control + what, json=body or None) as answer:
                    return (await answer.json())["result"]

            await order("load", users=2, count=4, text="hallo")
            call = f"{info['base_url']}{info['token']}/"
            async with session.post(call + "getUpdates", json={}) as answer:
                updates = (await answer.json())["result"]
            for update in updates:
                chat = update["message"]["chat"]["id"]
                await session.post(call + "sendMessage", json={"chat_id": chat, "text": "selber"})
            figures = (await order("wait", answered=4, seconds=5))["load"]
            assert (figures["asked"], figures["answered"]) == (4, 4)
            assert figures["p99"] > 0
            last = updates[-1]["update_id"]
            await session.post(call + "getUpdates", json={"offset": last + 1})
            given = await order("updates")
            assert given["confirmed"] == [update["update_id"] for update in updates]
            await order("fault", kind="error", method="sendMessage", code=429, retry_after=2)
            async with session.post(call + "sendMessage", json={"chat_id": 1, "text": "a"}) as no:
                assert (await no.json())["parameters"] == {"retry_after": 2}
            assert len(await order("calls?method=sendMessage")) == 5
            assert (await order("state"))["violations"] == []
            async with session.get(control + "unbekannt") as no:
                assert no.status == 404
    finally:
        process.terminate()
        await process.wait()
