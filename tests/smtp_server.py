"""A real SMTP server on this machine, with STARTTLS and a certificate of its own."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "localhost"
USER, PASSWORD = "lotse", "geheim"


@dataclass
class Postbox:
    """What arrived, and how the next messages are answered: one line each, then 250."""

    recipients: list[str] = field(default_factory=list)  # answers to RCPT
    contents: list[str] = field(default_factory=list)  # answers to DATA
    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)  # to whom, what
    encrypted: list[bool] = field(default_factory=list)
    cut: int = 0  # so many times the connection ends instead of an answer to DATA
    port: int = 0

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:  # noqa: N802
        if self.recipients:
            return self.recipients.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802
        found = cast("EmailMessage", message_from_bytes(envelope.content, policy=default))
        if self.contents:
            return self.contents.pop(0)
        self.mails.append((envelope.rcpt_tos[0], found))
        self.encrypted.append(session.ssl is not None)
        if self.cut:
            self.cut -= 1
            server.transport.abort()
        return "250 OK"


def letting_in(server, session, envelope, mechanism, data) -> AuthResult:
    good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good)


@contextlib.asynccontextmanager
async def smtp_server(
    folder: Path, *, tls: bool = True
) -> AsyncIterator[tuple[Postbox, ssl.SSLContext]]:
    """The server, and a context that believes its certificate and no other."""
    certificate, key = certified(folder)
    serving = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    serving.load_cert_chain(certificate, key)
    box = Postbox()

    def one() -> SMTP:
        return SMTP(
            box,
            hostname=HOST,
            tls_context=serving if tls else None,
            require_starttls=tls,
            authenticator=letting_in,
            auth_required=tls,
            auth_exclude_mechanism=["LOGIN"],
            loop=asyncio.get_running_loop(),
        )

    server = await asyncio.get_running_loop().create_server(one, HOST, 0)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box, ssl.create_default_context(cafile=str(certificate))
    finally:
        server.close()


def certified(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, secret = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, secret
