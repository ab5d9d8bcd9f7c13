"""Telegram calls us instead of being asked: 200 only after the commit, else it comes again."""

import asyncio
import contextlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.decode import ALLOWED_UPDATES
from bot.channels.telegram.request import Answered, Unreached
from bot.ports import Take, TryLater

PATH = "/telegram"
HEADER = "x-telegram-bot-api-secret-token"
BODY = 1024 * 1024  # bytes; an update is far smaller, a foreign caller may send anything
BODY_WITHIN = 10.0  # seconds for a whole body
STOP_WITHIN = 1.0  # seconds for the last call
EVERY = 180.0  # seconds between two looks whether Telegram still calls us; ``doors.HEARD_EVERY``


def secret_of(token: str) -> str:
    """What Telegram shows us with each update: from the token, so nothing more is to be kept."""
    return hmac.digest(token.encode(), b"lotse webhook", "sha256").hex()


class Hooked(Telegram):
    """Implements ``bot.ports.Channel``; ``route`` belongs into an application at ``origin``."""

    def __init__(
        self,
        token: str,
        base_url: str | None,
        clock: Callable[[], datetime],
        *,
        origin: str,
        **more: Any,
    ) -> None:
        super().__init__(token, base_url, clock, **more)
        self._secret = secret_of(token)
        self._url = f"{origin}{PATH}"
        self._take: Take | None = None

    def route(self) -> Route:
        return Route(PATH, self._called, methods=["POST"])

    async def stop(self) -> None:
        """What comes meanwhile waits at Telegram; whoever starts next may ask or be called."""
        with contextlib.suppress(Answered, Unreached):
            await self._wire.call("deleteWebhook", {}, STOP_WITHIN)
        await super().stop()

    async def listen(self, take: Take) -> None:
        """Be called until cancelled. The wish is repeated: so a quiet day is no outage."""
        self._take = take
        try:
            while True:
                await self._pause(await self._wished())
        finally:
            self._take = None

    async def _wished(self) -> float:
        """Tell Telegram where to call; the seconds until it is told again."""
        params = {
            "url": self._url,
            "secret_token": self._secret,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        try:
            await self._wire.call("setWebhook", params)
        except (Answered, Unreached) as failure:
            return self._complain(failure)
        await self._note_hearing()
        return EVERY

    # ── Called ──────────────────────────────────────────────────────────────────────────────────

    async def _called(self, request: Request) -> Response:
        """200: it is committed. 404 without the secret: nothing is here for anybody else."""
        shown = request.headers.get(HEADER, "").encode("utf-8", "replace")
        if not hmac.compare_digest(shown, self._secret.encode()):
            return Response(status_code=404)
        try:
            async with asyncio.timeout(BODY_WITHIN):
                update = json.loads(await _body(request))
        except (ValueError, RecursionError):
            return Response(status_code=400)
        except TimeoutError:
            return Response(status_code=408)
        return await self._taken([update])

    async def _unconfirmable(self) -> None:
        """With 200 Telegram does not send it again: nothing has to be waited for."""

    async def _taken(self, updates: Sequence[object]) -> Response:
        later = Response(status_code=503, headers={"retry-after": "1"})
        if self._take is None:
            return later
        try:
            await self._hand_over(updates, self._take)
        except TryLater:
            return later
        self.heard = self._clock()
        return Response()


async def _body(request: Request) -> bytes:
    """The body; ``ValueError`` when it is longer than any update."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY:
            raise ValueError("too long")
    return body
