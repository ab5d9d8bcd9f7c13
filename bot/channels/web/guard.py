"""What holds for every route and every answer, errors included: a wall around the application."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.channels.web.decode import FORM
from bot.channels.web.origin import Origin
from bot.ports import Log, where

BODY = 16 * 1024  # bytes; the longest text that the core reads has 4,096 characters
BODY_WITHIN = 10.0  # seconds for a whole body; slow headers are the reverse proxy's business
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def headers_of(origin: Origin, neutral: str, *, framed: bool = False) -> Mapping[str, str]:
    """On every answer. ``neutral``: the only foreign origin a form may end at, by its redirect.

    ``framed``: pages of this origin may show others of it side by side; the demo alone does.
    """
    policy = "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"form-action 'self' {neutral}",
            "base-uri 'none'",
            *(
                ("frame-ancestors 'self'", "frame-src 'self'")
                if framed
                else ("frame-ancestors 'none'",)
            ),
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )
    found = {
        "content-security-policy": policy,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "origin-agent-cluster": "?1",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "x-frame-options": "SAMEORIGIN" if framed else "DENY",
        "x-robots-tag": "noindex, nofollow",
    }
    if origin.secure:
        found["strict-transport-security"] = "max-age=63072000; includeSubDomains"
    return found


@dataclass
class Guard:
    """Around ``app``: headers on all answers, foreign hosts and origins and long bodies refused.

    ``free``: paths that prove themselves in another way (a webhook's secret). ``page``: what is
    said instead of the answer, by status.
    """

    app: ASGIApp
    origin: Origin
    headers: Mapping[str, str]
    page: Callable[[int], bytes]
    log: Log
    free: frozenset[str] = frozenset()
    hostless: frozenset[str] = frozenset()
    body: int = BODY
    body_within: float = BODY_WITHIN
    counted: dict[int, int] = field(default_factory=dict)  # answers by status

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return  # nothing of ours speaks websocket
        answer = _Answer(send, self.headers, self.counted)
        try:
            refused = self._refused(scope)
            if refused:
                await self._say(answer, refused)
            elif scope["path"] in self.free or scope["method"] in SAFE:
                await self.app(scope, receive, answer)
            else:
                await self._with_body(scope, receive, answer)
        except Exception as error:  # noqa: BLE001  (nobody outside learns what broke)
            self.log("web: crashed", route=_route(scope), **where(error))
            if not answer.begun:
                await self._say(answer, 500)

    def _refused(self, scope: Scope) -> int:
        headers = Headers(scope=scope)
        path = scope["path"]
        if headers.get("host") != self.origin.host and path not in self.hostless | self.free:
            return 421
        if scope["method"] in SAFE or path in self.free:
            return 0
        # A browser cannot be made to lie about these; a page of another site is told apart.
        if headers.get("origin") != self.origin.text:
            return 403
        if headers.get("sec-fetch-site", "same-origin") != "same-origin":
            return 403
        if headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
            return 415
        length = headers.get("content-length", "0")
        return 413 if not length.isdigit() or int(length) > self.body else 0

    async def _with_body(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        """The whole body first, counted as it comes: a length can be left out."""
        try:
            async with asyncio.timeout(self.body_within):
                body = await _read(receive, self.body)
        except TimeoutError:
            await self._say(answer, 408)
            return
        if body is None:
            await self._say(answer, 413)
            return
        given = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Message:
            return next(given, None) or await receive()

        await self.app(scope, again, answer)

    async def _say(self, answer: "_Answer", status: int) -> None:
        page = self.page(status)
        headers = [(b"content-type", b"text/html; charset=utf-8"), _length(page)]
        if status in {408, 413}:
            headers.append((b"connection", b"close"))
        await answer({"type": "http.response.start", "status": status, "headers": headers})
        await answer({"type": "http.response.body", "body": page})


@dataclass
class _Answer:
    """Sends on, with what belongs on every answer."""

    send: Send
    headers: Mapping[str, str]
    counted: dict[int, int]
    begun: bool = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            self.counted[message["status"]] = self.counted.get(message["status"], 0) + 1
            headers = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                headers[name] = value
            headers.setdefault("cache-control", "no-store")
        await self.send(message)


async def _read(receive: Receive, most: int) -> bytes | None:
    """The body; None when it is longer than ``most``."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return body
        body += bytes(message.get("body", b""))
        if len(body) > most:
            return None
        if not message.get("more_body", False):
            return body


def _length(page: bytes) -> tuple[bytes, bytes]:
    return (b"content-length", str(len(page)).encode())


def _route(scope: Scope) -> str:
    """The pattern, not the path: a path may carry a code."""
    return getattr(scope.get("route"), "path", "?")
