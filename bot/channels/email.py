"""E-mail as a door that only goes out: to members, and to nobody else.

The first line of a screen is the subject. What a server refuses for good is ``Refused``; what it
or the network puts off is ``TryLater``.
"""

import asyncio
import hashlib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import SMTP, default
from email.utils import format_datetime

import aiosmtplib

from bot.core.messages import Screen
from bot.core.notices import EMAIL
from bot.ports import Outgoing, Receipt, Refused, Take, TryLater

SENDER_NAME = "Schulerfolg-Lotse"
WITHIN = 30.0  # seconds for one step of the talk with the server
LATER = 60.0  # seconds; greylisting wants about this much
MOST_TRIES = 1440  # about a day: a notice that is older says nothing new
GONE = 500  # SMTP: 5xx is for good, 4xx for now


@dataclass(frozen=True)
class Server:
    """Where mail is handed in; ``tls``: starttls, tls (from the first byte), or off."""

    host: str
    port: int
    sender: str  # address
    tls: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass
class Email:
    """Implements ``bot.ports.Channel``; ``own``: what this machine calls itself to the server."""

    server: Server
    clock: Callable[[], datetime]
    own: str = "localhost"
    context: ssl.SSLContext | None = None  # whose certificates are believed; None: the system's
    within: float = WITHIN
    name: str = EMAIL

    async def listen(self, take: Take) -> None:
        """Nobody writes here; what comes back goes to ``lotse bounce``."""
        del take
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Hand one message to the server; the receipt is its Message-ID."""
        if outgoing.screen is None:
            return Receipt()
        if outgoing.tries >= MOST_TRIES:
            raise Refused("a day has passed", gone=False)
        message = encode(outgoing, outgoing.screen, self.server.sender, self.clock())
        try:
            async with self._talk() as talk:
                await talk.sendmail(self.server.sender, [outgoing.address.id], message.as_bytes())
        except (aiosmtplib.SMTPException, OSError) as error:
            raise judged(error) from None  # the error quotes the address
        return Receipt((message["Message-ID"],))

    async def fault(self) -> str:
        """A German sentence when no mail can be handed in now, for ``lotse status``."""
        try:
            async with self._talk() as talk:
                await talk.mail(self.server.sender)
                await talk.rset()
        except (aiosmtplib.SMTPException, OSError) as error:
            return f"Der Mailserver nimmt gerade nichts an ({type(error).__name__})."
        return ""

    def _talk(self) -> aiosmtplib.SMTP:
        server = self.server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            local_hostname=self.own,
            timeout=self.within,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=self.context if server.tls != "off" else None,
        )


def encode(outgoing: Outgoing, screen: Screen, sender: str, at: datetime) -> EmailMessage:
    """The screen as a mail. The same row gives the same Message-ID: a repeat can be told."""
    subject, _, body = screen.text.partition("\n")
    seed = "\0".join((str(outgoing.row), outgoing.address.id, screen.text))
    mine = hashlib.sha256(seed.encode()).hexdigest()[:48]
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{SENDER_NAME} <{sender}>"
    message["To"] = outgoing.address.id
    message["Subject"] = subject
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{mine}@{sender.partition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nothing answers it by itself
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(body.strip() + "\n")
    return message


def judged(error: Exception) -> TryLater | Refused:
    """What an answer of the server, or its silence, means for this message and for the others."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _answer(max(each.code for each in error.recipients))
        case aiosmtplib.SMTPRecipientRefused() | aiosmtplib.SMTPDataError():
            return _answer(error.code)
        case _:  # not reached, not let in, or cut off: the others would fare no better
            return TryLater(LATER, everybody=True)


def _answer(code: int) -> TryLater | Refused:
    return Refused("not accepted", gone=True) if code >= GONE else TryLater(LATER)


def returned(raw: bytes) -> tuple[str, str] | None:
    """Whom a mail of ours did not reach, and its Message-ID, from what a mail server sent back.

    RFC 3464; None for anything else, and for what may still arrive.
    """
    parts = list(message_from_bytes(raw, policy=default).walk())
    failed = next((who for part in parts for who in _failed(part)), None)
    ours = next((mine for part in parts for mine in _original(part)), None)
    return (failed, ours) if failed and ours else None


def _failed(part: Message) -> list[str]:
    """The address in a status that says "failed" and 5.x.x."""
    if part.get_content_type() != "message/delivery-status":
        return []
    found = []
    for block in part.get_payload():
        if not isinstance(block, Message):
            continue
        to = str(block.get("Original-Recipient") or block.get("Final-Recipient") or "")
        action, status = str(block.get("Action", "")), str(block.get("Status", ""))
        if action.strip().lower() == "failed" and status.strip().startswith("5"):
            found.append(to.partition(";")[2].strip().lower())
    return found


def _original(part: Message) -> list[str]:
    """The Message-ID of the mail that came back, whole or only its head."""
    payload = part.get_payload()
    match part.get_content_type():
        case "message/rfc822":
            inner = payload[0] if isinstance(payload, list) and payload else None
        case "text/rfc822-headers":
            raw = part.get_payload(decode=True)
            inner = message_from_bytes(raw) if isinstance(raw, bytes) else None
        case _:
            return []
    mine = str(inner.get("Message-ID", "")).strip() if isinstance(inner, Message) else ""
    return [mine] if mine else []
