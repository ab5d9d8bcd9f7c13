"""Which visit a request belongs to: a random name in a cookie, made by a POST only.

The name is the address's id: nobody can guess it (256 bits), and the store seals and hashes it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.origin import Origin
from bot.ports import Address

CHANNEL = "web"
REMEMBERED = timedelta(days=90)  # after "Ja, merken"; as long as a silent conversation is kept
_NAME = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes
_TOKEN = re.compile(r"([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One kind of cookie; ``prefix`` keeps the addresses of visitors and of the desk apart."""

    name: str
    prefix: str
    same_site: Literal["lax", "strict"]
    secure: bool

    @property
    def full_name(self) -> str:
        """``__Host-``: only this host over TLS can have set it, for all of its paths."""
        return f"__Host-{self.name}" if self.secure else self.name

    def value(self, request: Request) -> str | None:
        """What the browser brought, if it can be one of ours."""
        found = request.cookies.get(self.full_name, "")
        return found if _NAME.fullmatch(found) else None

    def address(self, value: str) -> Address:
        return Address(CHANNEL, f"{self.prefix}{value}")

    def put(self, response: Response, value: str, lasting: timedelta | None = None) -> None:
        """Until the browser closes, or as long as ``lasting`` says."""
        response.set_cookie(
            self.full_name,
            value,
            max_age=None if lasting is None else int(lasting.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite=self.same_site,
        )

    def take_away(self, response: Response) -> None:
        response.set_cookie(
            self.full_name,
            "",
            max_age=0,
            path="/",
            secure=self.secure,
            httponly=True,
            samesite=self.same_site,
        )


def visitor_cookie(origin: Origin) -> Cookie:
    # Lax: who comes back by a link in a mail still finds the thread; no GET changes anything.
    return Cookie("besuch", "v.", "lax", origin.secure)


def desk_cookie(origin: Origin) -> Cookie:
    return Cookie("schreibtisch", "d.", "strict", origin.secure)


@dataclass
class Beginnings:
    """Names for new visits. A form that is sent twice begins one visit, not two.

    Each page without a visit carries a token of its own; the name is derived from it with a key
    that lives as long as this process. A foreign or missing token gets a name by chance.
    """

    chance: Callable[[], bytes]
    _key: bytes = field(default=b"", init=False, repr=False)

    def __post_init__(self) -> None:
        self._key = self.chance()

    def token(self) -> str:
        seed = _text(self.chance())
        return f"{seed}.{self._sign('token', seed)}"

    def name(self, token: str, more: str = "") -> str:
        """The same for the same token and ``more``; nobody else can find it out."""
        found = _TOKEN.fullmatch(token)
        if found is not None and hmac.compare_digest(found[2], self._sign("token", found[1])):
            return self._sign(f"name/{more}", found[1])
        return self.fresh()

    def fresh(self) -> str:
        """A name by chance, 256 bits."""
        return _text(self.chance())

    def _sign(self, purpose: str, seed: str) -> str:
        return _text(hmac.digest(self._key, f"{purpose}/{seed}".encode(), "sha256"))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def event_id(*parts: str) -> str:
    """The same for the same thing sent again by the same form; says nothing to who reads it."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:40]
