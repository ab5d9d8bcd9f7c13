"""How the house is, for a monitor: numbers only, nothing about anybody."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.channels.web.site import Site
from bot.ports import where

FRESH = 5.0  # seconds that an answer is good for: whoever asks often causes no more work
PATIENCE = 3.0  # seconds that the store may take
STUCK = 900.0  # seconds that the oldest unsent may wait; bar 10 of the threat model

MEANT = {
    "store_ok": "1 while the store can be written.",
    "oldest_unsent_seconds": "How long the oldest unsent message has waited.",
    "unsent": "Messages that are owed.",
    "conversations": "Conversations that are kept.",
    "open_requests": "Requests that are open.",
    "members": "Members of staff.",
    "open_streams": "Open pages that hear of news.",
}


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
        """The same numbers as Prometheus reads them; no label says anything about anybody."""
        del request
        registry = CollectorRegistry(auto_describe=False)
        registry.register(_Numbers(await self._now(), self.site.streams.open, self.counted))
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

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


@dataclass(eq=False)
class _Numbers:
    """One look, as a collector of Prometheus."""

    found: Mapping[str, Any]
    streams: int
    counted: Mapping[int, int]

    def collect(self) -> Iterator[Metric]:
        numbers = {name: value for name, value in self.found.items() if name != "store"}
        numbers |= {"store_ok": int(self.found["store"] == "ok"), "open_streams": self.streams}
        for name, value in numbers.items():
            yield GaugeMetricFamily(f"lotse_{name}", MEANT[name], value)
        answers = CounterMetricFamily("lotse_http_answers", "Answers by status.", labels=["status"])
        for status, count in sorted(self.counted.items()):
            answers.add_metric([str(status)], count)
        yield answers
