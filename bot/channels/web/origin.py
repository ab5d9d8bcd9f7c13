"""Where the pages live, as browsers name it: scheme, host and port."""

from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class OriginFault(ValueError):  # noqa: N818  (named as the rule it states)
    """An address under which no page may live; a German sentence with the remedy."""


@dataclass(frozen=True, slots=True)
class Origin:
    """``text`` is what a browser sends as ``Origin``, ``host`` what it sends as ``Host``."""

    text: str
    host: str
    secure: bool

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises ``OriginFault``: pages go over TLS, plain http only on this very machine."""
        try:
            parts = urlsplit(text)
            name, port = parts.hostname or "", parts.port
        except ValueError:
            raise OriginFault(f"„{text}“ ist keine Adresse, zum Beispiel {_EXAMPLE}.") from None
        if parts.scheme not in {"http", "https"} or not name or parts.path.strip("/"):
            raise OriginFault(f"„{text}“ ist keine Adresse, zum Beispiel {_EXAMPLE}.")
        if parts.username is not None or parts.query or parts.fragment:
            raise OriginFault(f"In „{text}“ steht zu viel. Nur so: {_EXAMPLE}.")
        secure = parts.scheme == "https"
        if not secure and name not in LOOPBACK:
            raise OriginFault(f"„{text}“ ist nicht verschlüsselt. Bitte https davor, mit TLS.")
        host = f"[{name}]" if ":" in name else name
        if port is not None and port != (443 if secure else 80):
            host = f"{host}:{port}"
        return cls(f"{parts.scheme}://{host}", host, secure)


_EXAMPLE = "https://lotse.example.de"
