"""One raw call of the Bot API, and what its failures mean for what is owed."""

import logging
import re
from collections.abc import Mapping
from typing import Any

import telegram
from telegram.error import TelegramError

from bot.channels.telegram.request import AiohttpRequest, Answered, Unreached
from bot.ports import Refused, TryLater

LONGEST_BACKOFF = 60.0  # seconds between two tries of one send
TOKEN_PAUSE = 60.0  # seconds; a rejected token needs a person
GONE = re.compile(
    r"chat not found|user not found|deactivated|PEER_ID_INVALID|blocked by the user", re.IGNORECASE
)


class TokenRejected(Exception):  # noqa: N818  (named as what happened)
    """Telegram kennt das Token nicht. Bitte LOTSE_TELEGRAM_TOKEN prüfen (BotFather, /token)."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


class Wire:
    """``telegram.Bot`` over our own HTTP; answers come back as plain values.

    Raises ``Answered`` and ``Unreached``, neither of which carries the token or an address.
    """

    def __init__(self, token: str, base_url: str | None, connections: int, patience: float) -> None:
        _quieten()
        self._out, self._in = AiohttpRequest(connections, patience), AiohttpRequest(1, patience)
        self._bot = telegram.Bot(
            token,
            base_url=base_url or "https://api.telegram.org/bot",
            request=self._out,
            get_updates_request=self._in,
        )
        self.username = ""

    async def start(self) -> None:
        """Open the connections; an unreachable Telegram is no reason not to start."""
        try:
            await self._bot.initialize()
        except Answered as no:
            if no.code in {401, 404}:
                raise TokenRejected from None
        except TelegramError:
            return
        else:
            self.username = self._bot.username

    async def learn_name(self) -> str:
        """The bot's name, asked for when it could not be learnt at the start; "" for now."""
        if not self.username:
            try:
                me = await self.call("getMe", {})
            except (Answered, Unreached):
                return ""
            name = me.get("username") if isinstance(me, dict) else None
            self.username = name if isinstance(name, str) else ""
        return self.username

    async def stop(self) -> None:
        await self._bot.shutdown()

    async def call(
        self, method: str, params: Mapping[str, Any], patience: float | None = None
    ) -> Any:
        """One call; ``patience`` in seconds overrides the usual one, for long polling.

        Raw, past the bot's own methods: building objects out of each answer costs more than the
        call itself, and the way through ``do_api_request`` a quarter of it.
        """
        way = self._in if method == "getUpdates" else self._out
        return await way.ask(f"{self._bot.base_url}/{method}", params, patience)


def _quieten() -> None:
    """These print addresses with the token, parameters and answers when asked for details."""
    for name in ("telegram", "httpx", "httpcore", "aiohttp"):
        logging.getLogger(name).setLevel(logging.WARNING)


def verdict(failure: Answered | Unreached, tries: int) -> TryLater | Refused:
    """What a failed send means: later, or never. ``tries`` are the sends that may have arrived."""
    backoff = min(2.0 ** min(tries, 10), LONGEST_BACKOFF)
    if isinstance(failure, Unreached):
        return TryLater(backoff)
    match failure.code:
        case 429 if failure.wait is not None:
            return TryLater(failure.wait, told=True)
        case 401 | 404:
            return TryLater(TOKEN_PAUSE, everybody=True)
        case code if 400 <= code < 500 and code not in {409, 429}:
            gone = code == 403 or GONE.search(failure.description) is not None
            return Refused(str(failure), gone=gone)
        case _:
            return TryLater(backoff)
