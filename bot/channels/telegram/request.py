"""HTTP under the Bot: python-telegram-bot's own extension point, filled with aiohttp.

Every failure becomes one of two exceptions with facts and without the address that was called:
the address holds the token.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp
from pydantic_core import from_json, to_json
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData
from yarl import URL


class Unreached(TelegramError):  # noqa: N818  (named as what happened)
    """No answer came; whether the call arrived is not known."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no answer from Telegram: {why}")


class Answered(TelegramError):  # noqa: N818
    """Telegram said no, in its own words; ``wait`` are the seconds it told us to wait."""

    def __init__(self, code: int, description: str, wait: float | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.wait = wait


class AiohttpRequest(BaseRequest):
    """So many connections, kept alive; ``patience`` is the time in seconds a call may take."""

    __slots__ = ("_connections", "_patience", "_session", "_timeouts", "_urls")

    def __init__(self, connections: int, patience: float) -> None:
        self._connections = connections
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._timeouts: dict[float, aiohttp.ClientTimeout] = {}
        self._urls: dict[str, URL] = {}

    @property
    def read_timeout(self) -> float:
        return self._patience

    async def initialize(self) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT, "Content-Type": "application/json"},
            )

    async def shutdown(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(  # noqa: PLR0913, PLR0917  (python-telegram-bot's signature)
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One call; the parameters go as one JSON object. Waiting has one limit, in all."""
        del write_timeout, connect_timeout, pool_timeout
        patience = read_timeout if isinstance(read_timeout, (int, float)) else self._patience
        body = to_json(request_data.parameters) if request_data else None
        return await self._do(method, url, body, patience)

    async def ask(self, url: str, params: Mapping[str, Any], patience: float | None = None) -> Any:
        """One call and what came of it; raises ``Answered`` or ``Unreached``."""
        body = to_json(params)
        _, payload = await self._do("POST", url, body, patience or self._patience)
        return self.parse_json_payload(payload)["result"]

    async def _do(
        self, method: str, url: str, body: bytes | None, patience: float
    ) -> tuple[int, bytes]:
        if self._session is None:
            raise RuntimeError("the connection to Telegram has not been started")
        try:
            async with self._session.request(
                method,
                self._url(url),
                data=None if body is None else aiohttp.BytesPayload(body),
                timeout=self._timeout(patience),
                allow_redirects=False,
            ) as response:
                code, payload = response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            raise Unreached(type(failure).__name__) from None
        if code != HTTPStatus.OK:
            raise refusal(code, payload)
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as Telegram means it; python-telegram-bot's own would log its contents."""
        answer = _read(payload)
        if "result" not in answer:
            raise Unreached("the answer cannot be read")
        return answer

    def _url(self, url: str) -> URL:
        """Parsed once for each method."""
        known = self._urls.get(url)
        if known is None:
            known = self._urls[url] = URL(url, encoded=True)
        return known

    def _timeout(self, seconds: float) -> aiohttp.ClientTimeout:
        known = self._timeouts.get(seconds)
        if known is None:
            known = self._timeouts[seconds] = aiohttp.ClientTimeout(total=seconds)
        return known


def refusal(code: int, payload: bytes) -> Answered:
    """What Telegram meant by an answer that is not 200."""
    answer = _read(payload)
    told = answer.get("parameters")
    wait = told.get("retry_after") if isinstance(told, dict) else None
    return Answered(
        code,
        str(answer.get("description", ""))[:200],
        float(wait) if isinstance(wait, (int, float)) and 0 <= wait < 10**6 else None,
    )


def _read(payload: bytes) -> dict[str, Any]:
    """The object that this is, or an empty one; a broken letter does not spoil the rest."""
    try:
        answer = from_json(payload)
    except ValueError:
        answer = _repaired(payload)
    return answer if isinstance(answer, dict) else {}


def _repaired(payload: bytes) -> object:
    try:
        return json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
