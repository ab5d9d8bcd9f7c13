"""The world behind the fake Bot API: people, their chats, what waits to be fetched. No HTTP here."""

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

BOT = {"id": 4242, "is_bot": True, "first_name": "Lotse", "username": "fake_lotse_bot"}
DATE = 1_790_000_000  # what the fake calls now, in its messages
ABOUT_ME = {
    "Commands": "commands",
    "Description": "description",
    "ShortDescription": "short_description",
}


@dataclass(slots=True)
class Message:
    """What stands in a chat."""

    id: int
    ours: bool  # the bot's
    text: str
    buttons: list[tuple[str, str]] = field(default_factory=list)  # label, callback data
    edits: int = 0
    quiet: bool = False


class Refusal(Exception):  # noqa: N818
    """The Bot API's no."""

    def __init__(self, code: int, description: str, retry_after: float | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after


class Load:
    """How long people waited; an answer belongs to the oldest open question of its chat."""

    def __init__(self) -> None:
        self.asked: dict[int, deque[float]] = {}
        self.waits: list[float] = []
        self.first: float | None = None
        self.last = 0.0

    def ask(self, chat: int) -> None:
        now = time.perf_counter()
        self.first = now if self.first is None else self.first
        self.asked.setdefault(chat, deque()).append(now)

    def answer(self, chat: int) -> None:
        if waiting := self.asked.get(chat):
            self.last = time.perf_counter()
            self.waits.append(self.last - waiting.popleft())

    @property
    def open(self) -> int:
        return sum(map(len, self.asked.values()))

    def figures(self) -> dict[str, Any]:
        """Seconds and numbers; ``per_second`` from the first question to the last answer."""
        waits = sorted(self.waits)
        span = self.last - self.first if self.first is not None and waits else 0.0
        return {
            "asked": len(waits) + self.open,
            "answered": len(waits),
            "seconds": span,
            "per_second": len(waits) / span if span else 0.0,
            "p50": waits[len(waits) // 2] if waits else None,
            "p99": waits[int(len(waits) * 0.99)] if waits else None,
            "max": waits[-1] if waits else None,
        }


class Chats:
    """Everything the server knows; ``do`` runs one method of the Bot API on it."""

    def __init__(self) -> None:
        self.pending: deque[dict[str, Any]] = deque()
        self.confirmed: set[int] = set()
        self.handed_out: Counter[int] = Counter()  # how often each update was given
        self.chats: dict[int, dict[int, Message]] = {}
        self.open_taps: dict[str, int] = {}  # callback query → its chat
        self.answered: Counter[str] = Counter()  # callback query → successful answers
        self.left: list[int] = []
        self.blocked: set[int] = set()
        self.too_old: set[int] = set()  # messages that cannot be deleted any more
        self.profile: dict[str, Any] = {}
        self.webhook = ""
        self.load = Load()
        self.closing = False
        self._next_update = 1000
        self._next_message = 0
        self._poll = 0  # the newest getUpdates; an older one that still waits gets a 409
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something happened: let everybody who waits look again."""
        self._news.set()

    async def until(self, true: Callable[[], object], seconds: float = 5.0) -> None:
        """Wait for something that a call brings about; ``TimeoutError`` when it never does."""
        async with asyncio.timeout(seconds):
            while not true():
                self._news.clear()
                await self._news.wait()

    # ── What people do ──────────────────────────────────────────────────────────────────────────

    def push(self, update: Mapping[str, Any]) -> int:
        """Any update, in the words of the Bot API; gets an id unless it has one."""
        if "update_id" not in update:
            update = {"update_id": self._next_update, **update}
            self._next_update += 1
        self.pending.append(dict(update))
        self.wake()
        return update["update_id"]

    def type(self, chat: int, text: str, **more: Any) -> int:
        """Somebody writes; ``more`` are further fields of the message. Gives the update's id."""
        message = {**self.envelope(chat), "text": text, **more}
        number = message["message_id"]
        self.chats.setdefault(chat, {})[number] = Message(number, ours=False, text=text)
        self.load.ask(chat)
        return self.push({"message": message})

    def envelope(self, chat: int) -> dict[str, Any]:
        """What every private message carries; takes a new message id."""
        self._next_message += 1
        return {
            "message_id": self._next_message,
            "date": DATE,
            "chat": _private(chat),
            "from": _person(chat),
        }

    def tap(self, chat: int, label: str, message: int | None = None) -> int:
        """Somebody taps a button by a part of its label, on the newest message that has it."""
        for shown in reversed(self.messages(chat)):
            for text, data in shown.buttons:
                if label in text and message in {None, shown.id}:
                    return self.tap_data(chat, shown.id, data)
        raise LookupError(f"no button {label!r} in chat {chat}")

    def tap_data(self, chat: int, message: int, data: str) -> int:
        query = str(10**15 + self._next_update)
        self.open_taps[query] = chat
        self.load.ask(chat)
        shown = {"message_id": message, "date": DATE, "chat": _private(chat), "text": "…"}
        tap = {
            "id": query,
            "from": _person(chat),
            "chat_instance": str(chat),
            "message": shown,
            "data": data,
        }
        return self.push({"callback_query": tap})

    async def flood(
        self, users: int, count: int, rate: float | None = None, text: str = "hallo"
    ) -> None:
        """``count`` messages by so many people in turn, all at once or so many a second."""
        begun = time.perf_counter()
        for number in range(count):
            if rate is not None:
                await asyncio.sleep(max(0.0, begun + number / rate - time.perf_counter()))
            self.type(100_000 + number % users, f"{text} {number}")

    # ── What stands in the chats ────────────────────────────────────────────────────────────────

    def messages(self, chat: int) -> list[Message]:
        return sorted(self.chats.get(chat, {}).values(), key=lambda message: message.id)

    def texts(self, chat: int) -> list[str]:
        """The bot's messages that stand in this chat now."""
        return [message.text for message in self.messages(chat) if message.ours]

    # ── The methods ─────────────────────────────────────────────────────────────────────────────

    async def do(self, method: str, params: Mapping[str, Any]) -> Any:
        """The result of a call, or ``Refusal``; unknown methods answer true."""
        match method:
            case "getUpdates":
                return await self._updates(params)
            case _ if method.startswith(("setMy", "getMy")):
                return self._about_me(method, params)
            case _:
                return getattr(self, f"_{method}", lambda _: True)(params)

    async def _updates(self, params: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Confirm what is before the offset, then give what waits or wait for it."""
        if self.webhook:
            raise Refusal(409, "Conflict: can't use getUpdates method while webhook is active")
        self._poll += 1
        mine = self._poll
        self.wake()
        self._confirm(params.get("offset", 0))
        with contextlib.suppress(TimeoutError):
            await self.until(
                lambda: self.pending or self.closing or mine != self._poll, params.get("timeout", 0)
            )
        if mine != self._poll:
            raise Refusal(409, "Conflict: terminated by other getUpdates request")
        size = min(len(self.pending), params.get("limit", 100))
        given = [self.pending[place] for place in range(size)]
        self.handed_out.update(update["update_id"] for update in given)
        return given

    def _confirm(self, offset: int) -> None:
        """Only what was given can be confirmed: ids may begin anew below the offset."""
        while offset > 0 and self.pending:
            update = self.pending[0]["update_id"]
            if update >= offset or not self.handed_out[update]:
                return
            self.pending.popleft()
            self.confirmed.add(update)

    def _sendMessage(self, params: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        chat = params["chat_id"]
        if chat in self.blocked:
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        self._next_message += 1
        quiet = params.get("disable_notification", False)
        message = Message(self._next_message, True, params["text"], _buttons(params), quiet=quiet)
        self.chats.setdefault(chat, {})[message.id] = message
        self.load.answer(chat)
        return _as_sent(chat, message)

    def _editMessageText(self, params: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        message = self.chats.get(params["chat_id"], {}).get(params["message_id"])
        if message is None or not message.ours:
            raise Refusal(400, "Bad Request: message to edit not found")
        if (message.text, message.buttons) == (params["text"], _buttons(params)):
            raise Refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply"
                " markup are exactly the same as a current content and reply markup of the message",
            )
        message.text, message.buttons = params["text"], _buttons(params)
        message.edits += 1
        self.load.answer(params["chat_id"])
        return _as_sent(params["chat_id"], message)

    def _deleteMessages(self, params: Mapping[str, Any]) -> bool:  # noqa: N802
        standing = self.chats.get(params["chat_id"], {})
        wanted = set(params["message_ids"])
        if not wanted & standing.keys():
            raise Refusal(400, "Bad Request: message to delete not found")
        if wanted & self.too_old:
            raise Refusal(400, "Bad Request: message can't be deleted for everyone")
        for number in wanted:
            standing.pop(number, None)
        return True

    def _deleteMessage(self, params: Mapping[str, Any]) -> bool:  # noqa: N802
        return self._deleteMessages({**params, "message_ids": [params["message_id"]]})

    def _answerCallbackQuery(self, params: Mapping[str, Any]) -> bool:  # noqa: N802
        query = params["callback_query_id"]
        if self.open_taps.pop(query, None) is None:
            raise Refusal(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        self.answered[query] += 1
        return True

    def _getMe(self, _: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        return BOT

    def _leaveChat(self, params: Mapping[str, Any]) -> bool:  # noqa: N802
        self.left.append(params["chat_id"])
        return True

    def _setWebhook(self, params: Mapping[str, Any]) -> bool:  # noqa: N802
        self.webhook = params["url"]
        return True

    def _deleteWebhook(self, _: Mapping[str, Any]) -> bool:  # noqa: N802
        self.webhook = ""
        return True

    def _about_me(self, method: str, params: Mapping[str, Any]) -> Any:
        name = method[5:]
        what, key = ABOUT_ME[name], f"{name}/{params.get('language_code', '')}"
        if method.startswith("set"):
            self.profile[key] = params.get(what, "")
            return True
        kept = self.profile.get(key, [] if name == "Commands" else "")
        return kept if name == "Commands" else {what: kept}


def _private(chat: int) -> dict[str, Any]:
    return {"id": chat, "type": "private", "first_name": "Kim"}


def _person(chat: int) -> dict[str, Any]:
    return {"id": chat, "is_bot": False, "first_name": "Kim", "language_code": "de"}


def _buttons(params: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows = params.get("reply_markup", {}).get("inline_keyboard", [])
    return [(button["text"], button.get("callback_data", "")) for row in rows for button in row]


def _as_sent(chat: int, message: Message) -> dict[str, Any]:
    return {
        "message_id": message.id,
        "from": BOT,
        "date": DATE,
        "chat": _private(chat),
        "text": message.text,
    }
