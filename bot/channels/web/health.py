"""How the house is, for a monitor: numbers only, nothing about anybody."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.channels.web.site import Site
from bot.ports import where

FRESH = 5.0  # seconds that an answer is good for: whoever asks often causes no more work
PATIENCE = 3.0  # seconds that the store may take
STUCK = 900.0  # seconds that the oldest unsent may wait; bar 10 of the threat model


@dataclass
class Health:
    """``counted``: answers by status. ``steady`` in seconds."""

    site: Site
    steady: Callable[[], float]
    counted: Mapping[int, int]
    _found: dict[str, Any] = field(default_factory=dict, init=False)
    _looked: float | None = field(default=None, init=False)
    _oldest: tuple[int, float] | None = field(default=None, init=False)
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def routes(self) -> list[Route]:
        return [Route("/healthz", self.healthz), Route("/metrics", self.metrics)]

    async def healthz(self, request: Request) -> Response:
        """200, or 503 when somebody has to look: the store, or what waits too long to be sent."""
        del request
        found = await self._now()
        well = found["store"] == "ok" and found["oldest_unsent_seconds"] < STUCK
        state = {"ok": well, **found}
        return JSONResponse(state, 200 if well else 503)

    async def metrics(self, request: Request) -> Response:
        del request
        found = await self._now()
        lines = [f"lotse_store_ok {int(found['store'] == 'ok')}"]
        numbers = {name: value for name, value in found.items() if name != "store"}
        lines += [f"lotse_{name} {value}" for name, value in numbers.items()]
        lines.append(f"lotse_open_streams {self.site.streams.open}")
        lines += [
            f'lotse_http_answers_total{{status="{status}"}} {count}'
            for status, count in sorted(self.counted.items())
        ]
        kind = "text/plain; version=0.0.4; charset=utf-8"
        return PlainTextResponse("\n".join(lines) + "\n", media_type=kind)

    async def _now(self) -> dict[str, Any]:
        async with self._looking:
            now = self.steady()
            if self._looked is None or now - self._looked > FRESH:
                self._found, self._looked = await self._look(now), now
        return self._found

    async def _look(self, now: float) -> dict[str, Any]:
        at = self.site.clock()

        def unit(work: Any) -> tuple[frozenset[int], Any]:
            work.set_mark("health", "", at)
            return work.rows(), work.stats()

        try:
            async with asyncio.timeout(PATIENCE):
                rows, stats = await self.site.store.run(unit)
        except Exception as error:  # noqa: BLE001  (whatever it is, it is not well)
            self.site.log("web: store not well", **where(error))
            return {"store": "failed", "oldest_unsent_seconds": 0}
        return {
            "store": "ok",
            "oldest_unsent_seconds": round(self._age(rows, now)),
            "unsent": len(rows),
            "conversations": stats.conversations,
            "open_requests": stats.open_requests,
            "members": stats.members,
        }

    def _age(self, rows: frozenset[int], now: float) -> float:
        """How long the oldest has been the oldest: rows carry no time."""
        if not rows:
            self._oldest = None
            return 0.0
        first = min(rows)
        if self._oldest is None or self._oldest[0] != first:
            self._oldest = (first, now)
        return now - self._oldest[1]
