"""A Bot API server of our own: speaks the real HTTP shapes, checks every call, can be cruel.

In a test::

    async with FakeBotApi() as api:
        bot = Telegram(api.token, api.base_url, clock)
        api.type(7, "hallo")
        await api.until(lambda: api.texts(7))

As a process of its own, for the bench and the kills (``CONTROL`` says what it answers)::

    python tests/fake_telegram.py --port 8081 --latency 0.04
"""

import argparse
import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web
from bot_api_spec import Spec
from fake_telegram_chats import Chats, Load, Refusal

TOKEN = "4242:fake-token-of-the-tests"


@dataclass(slots=True)
class Fault:
    """What goes wrong at the next ``times`` calls of this method ("*": any) to this chat (None: any).

    kind: ``error`` (refused with code, description, retry_after; nothing happens), ``html``
    (nothing happens, the code comes with a page), ``reset`` (connection dropped before anything
    happens), ``lost`` (it happens, then the connection is dropped), ``silence`` (it happens, no
    answer ever comes), ``garbled`` (it happens, the answer is no JSON).
    """

    kind: str
    method: str = "*"
    chat: int | None = None
    code: int = 500
    description: str = "Internal Server Error"
    retry_after: float | None = None
    times: int = 1
    after: int = 0  # so many such calls go well first

    def strikes(self, method: str, chat: int | None) -> bool:
        if not (self.times and self.method in {"*", method} and self.chat in {None, chat}):
            return False
        if self.after:
            self.after -= 1
            return False
        self.times -= 1
        return True


@dataclass(slots=True)
class Call:
    method: str
    params: dict[str, Any]
    at: float  # seconds, monotonic
    outcome: str = "ok"  # or the kind of fault, or the code of the refusal


class FakeBotApi(Chats):
    """The server. Everything it saw and did is in its fields; nothing waits but latency."""

    def __init__(
        self, *, token: str = TOKEN, latency: float = 0.0, check: bool = True, port: int = 0
    ) -> None:
        super().__init__()
        self.token = token
        self.latency = latency
        self.port = port
        self.check = check
        self.calls: list[Call] = []
        self.violations: list[str] = []
        self.faults: list[Fault] = []
        self.writing: set[asyncio.Task[None]] = set()
        self._spec = Spec()
        self._closed = asyncio.Event()

    async def __aenter__(self) -> Self:
        server = web.Server(self._handle, access_log=None)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *failure: object) -> None:
        self.closing = True
        self._closed.set()
        self.wake()
        for task in self.writing:
            task.cancel()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/bot"

    def fault(self, kind: str, method: str = "*", **more: Any) -> Fault:
        self.faults.append(Fault(kind, method, **more))
        return self.faults[-1]

    def sent(self, method: str) -> list[dict[str, Any]]:
        """The parameters of all calls of this method that happened."""
        happened = {"ok", "lost", "silence", "garbled"}
        return [
            call.params for call in self.calls if call.method == method and call.outcome in happened
        ]

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/control/"):
            return await control(self, request)
        token, _, method = request.path.removeprefix("/bot").rpartition("/")
        if token != self.token:
            return _no(Refusal(401, "Unauthorized"))
        call = Call(method, await self._params(method, request), time.monotonic())
        self.calls.append(call)
        if self.check:
            self.violations += self._spec.check(method, call.params)
        if self.latency:
            await asyncio.sleep(self.latency)
        try:
            return await self._answer(call, request)
        except Refusal as refusal:
            call.outcome = str(refusal.code)
            return _no(refusal)
        finally:
            self.wake()

    async def _params(self, method: str, request: web.BaseRequest) -> dict[str, Any]:
        """From JSON, a form or the query, as the Bot API allows."""
        match request.content_type:
            case "application/json":
                return json.loads(await request.read() or b"{}")
            case "multipart/form-data":
                form = {key: str(value) for key, value in (await request.post()).items()}
            case _:
                form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        return self._spec.decode_form(method, form | dict(request.query))

    async def _answer(self, call: Call, request: web.BaseRequest) -> web.StreamResponse:
        fault = self._fault_of(call)
        kind = call.outcome = "ok" if fault is None else fault.kind
        if fault is not None and kind == "error":
            raise Refusal(fault.code, fault.description, fault.retry_after)
        if fault is not None and kind == "html":
            return web.Response(status=fault.code, text="<html>Bad Gateway</html>")
        if kind == "reset":
            return _drop(request)
        result = await self.do(call.method, call.params)
        if kind == "silence":
            self.wake()
            await self._closed.wait()
        if kind in {"silence", "lost"}:
            return _drop(request)
        if kind == "garbled":
            return web.Response(body=b'{"ok":true,"resu', content_type="application/json")
        return _yes(result)

    def _fault_of(self, call: Call) -> Fault | None:
        query = str(call.params.get("callback_query_id"))
        chat = call.params.get("chat_id") or self.open_taps.get(query)
        return next((fault for fault in self.faults if fault.strikes(call.method, chat)), None)


def _yes(result: Any) -> web.Response:
    body = json.dumps({"ok": True, "result": result}).encode()
    return web.Response(body=body, content_type="application/json")


def _no(no: Refusal) -> web.Response:
    answer: dict[str, Any] = {"ok": False, "error_code": no.code, "description": no.description}
    if no.retry_after is not None:
        answer["parameters"] = {"retry_after": no.retry_after}
    body = json.dumps(answer).encode()
    return web.Response(status=no.code, body=body, content_type="application/json")


def _drop(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


# ── As a process of its own ─────────────────────────────────────────────────────────────────────

CONTROL = """
GET  /control/state                          counts, violations, figures of the load
GET  /control/calls?method=sendMessage       calls with parameters, time and outcome
GET  /control/chat?id=7                      what stands in a chat
GET  /control/updates                        ids: pending, confirmed; how often each was given
POST /control/push     {"updates": [...]}    raw updates
POST /control/type     {"chat": 7, "text": "hallo"}
POST /control/tap      {"chat": 7, "label": "Weiter"}
POST /control/fault    {"kind": "error", "method": "sendMessage", "code": 429, "retry_after": 1}
POST /control/latency  {"seconds": 0.04}
POST /control/load     {"users": 50, "count": 1000, "rate": null, "text": "hallo"}   begins writing
POST /control/wait     {"answered": 1000, "seconds": 60}    answers when so many were answered
POST /control/reset    {}                    forgets calls, load, chats and faults; ids go on
"""

Order = Callable[[FakeBotApi, dict[str, Any]], Any]


async def control(api: FakeBotApi, request: web.BaseRequest) -> web.Response:
    """One order from outside; the answer has the shape of the Bot API's."""
    order = ORDERS.get(request.path.removeprefix("/control/"))
    if order is None:
        return web.Response(status=404, text=CONTROL)
    body = await request.read()
    result = order(api, json.loads(body) if body else dict(request.query))
    return _yes(await result if isinstance(result, Awaitable) else result)


def state(api: FakeBotApi, _: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {
        "pending": len(api.pending),
        "confirmed": len(api.confirmed),
        "calls": Counter(call.method for call in api.calls),
        "violations": api.violations[:20],
        "load": api.load.figures(),
    }


def _updates(api: FakeBotApi, _: Mapping[str, Any]) -> dict[str, Any]:
    pending = [update["update_id"] for update in api.pending]
    return {"pending": pending, "confirmed": sorted(api.confirmed), "given": api.handed_out}


def _calls(api: FakeBotApi, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    wanted = {None, body.get("method")}
    return [asdict(call) for call in api.calls if wanted == {None} or call.method in wanted]


def _begin_load(api: FakeBotApi, body: dict[str, Any]) -> bool:
    task = asyncio.create_task(api.flood(**body))
    api.writing.add(task)
    task.add_done_callback(api.writing.discard)
    return True


async def _wait(api: FakeBotApi, body: Mapping[str, Any]) -> dict[str, Any]:
    enough = True
    try:
        await api.until(lambda: len(api.load.waits) >= body["answered"], body["seconds"])
    except TimeoutError:
        enough = False
    return {"enough": enough, **state(api)}


def _reset(api: FakeBotApi, _: Mapping[str, Any]) -> bool:
    api.calls, api.violations, api.faults, api.chats, api.load = [], [], [], {}, Load()
    return True


def _set_latency(api: FakeBotApi, body: Mapping[str, Any]) -> bool:
    api.latency = body["seconds"]
    return True


ORDERS: Mapping[str, Order] = {
    "state": state,
    "updates": _updates,
    "calls": _calls,
    "chat": lambda api, body: [asdict(message) for message in api.messages(int(body["id"]))],
    "push": lambda api, body: [api.push(update) for update in body["updates"]],
    "type": lambda api, body: api.type(**body),
    "tap": lambda api, body: api.tap(**body),
    "fault": lambda api, body: asdict(api.fault(**body)),
    "latency": _set_latency,
    "load": _begin_load,
    "wait": _wait,
    "reset": _reset,
}


async def serve(port: int, latency: float, *, check: bool) -> None:
    async with FakeBotApi(port=port, latency=latency, check=check) as api:
        print(json.dumps({"base_url": api.base_url, "token": api.token}), flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A fake Bot API server.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds added to each call")
    parser.add_argument("--no-check", action="store_true", help="do not check calls (bench)")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(options.port, options.latency, check=not options.no_check))
