"""The fake Bot API server of the bench: people who walk, as many updates as wanted at once."""

import argparse
import asyncio
import contextlib
import json
import time
from collections.abc import Mapping
from typing import Any

import fake_telegram
from bench.walk import WALK, Step

FIRST_CHAT = 200_000


def do_step(api: fake_telegram.FakeBotApi, chat: int, step: Step) -> None:
    if step.tap:
        api.tap_data(chat, 1, step.tap)
    else:
        api.type(chat, step.words)


async def crowd(
    api: fake_telegram.FakeBotApi, users: int, count: int, rate: float | None, *, mixed: bool
) -> None:
    """``count`` steps by so many people in turn, all at once or so many a second."""
    begun = time.perf_counter()
    for number in range(count):
        if rate is not None:
            await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
        round_, user = divmod(number, users)
        step = WALK[round_ % len(WALK)] if mixed else Step(words=f"hallo {number}")
        do_step(api, FIRST_CHAT + user, step)


def begin(api: fake_telegram.FakeBotApi, body: Mapping[str, Any]) -> bool:
    task = asyncio.create_task(
        crowd(api, body["users"], body["count"], body.get("rate"), mixed=body["mixed"])
    )
    api.writing.add(task)
    task.add_done_callback(api.writing.discard)
    return True


def answers(api: fake_telegram.FakeBotApi, _: Mapping[str, Any]) -> dict[str, Any]:
    """How often each text was sent to each chat, and which steps wait for their answer."""
    sent = [call.params for call in api.calls if call.method == "sendMessage"]
    return {
        "sent": len(sent),
        "open": api.load.open,
        "by_chat": {
            str(chat): sum(1 for params in sent if params["chat_id"] == chat)
            for chat in {params["chat_id"] for params in sent}
        },
    }


async def serve(port: int) -> None:
    fake_telegram.ORDERS = {**fake_telegram.ORDERS, "crowd": begin, "answers": answers}
    async with fake_telegram.FakeBotApi(port=port, check=False) as api:
        print(json.dumps({"base_url": api.base_url, "token": api.token}), flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="The fake Bot API server of the bench.")
    parser.add_argument("--port", type=int, default=0)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(parser.parse_args().port))
