"""The shipped example of a reverse proxy, under slow and many connections (bar 39).

It needs Debian's nginx (``make test`` installs it). The file itself is served; only ports, paths,
the certificate and the ten seconds of patience are this machine's.
"""

import asyncio
import contextlib
import os
import re
import resource
import shutil
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import quantiles

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from fake_telegram import FakeBotApi
from soaking import soak
from test_telegram_channel import Clock
from test_telegram_channel import opened as telegram
from test_telegram_webhook import RIGHT, update
from web.house import ORIGIN, House, free_port, opened

from bot.channels.telegram import Hooked
from bot.channels.telegram.webhook import PATH

SHIPPED = Path(__file__).parents[1] / "bot/channels/web/proxy/nginx.conf"
HOST = "lotse.example.de"
HERE = "127.0.0.1"
PATIENCE = 2  # seconds here instead of ten
P95 = 0.5  # seconds, bar 39
SLOW = 1000
FORM = {"origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}


def nginx() -> str:
    found = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "nginx fehlt: apt-get install nginx-light"
    return found


def fitted(folder: Path, ports: tuple[int, int, int]) -> str:
    """The shipped file for this machine; every change must find its place."""
    plain, secure, behind = ports
    text = SHIPPED.read_text(encoding="utf-8")
    changes = {
        r"^user .*;$": "user root;" if os.geteuid() == 0 else "",  # the folder is ours alone
        r"^pid .*;": f"pid {folder}/nginx.pid;",
        r"/var/log/nginx/error.log": f"{folder}/error.log",
        r"/var/cache/nginx/lotse": f"{folder}/cache",
        r"/etc/letsencrypt/live/[\w.]+/fullchain.pem": f"{folder}/chain.pem",
        r"/etc/letsencrypt/live/[\w.]+/privkey.pem": f"{folder}/key.pem",
        r"listen \[::\].*;": "",
        r"listen 80 ": f"listen {HERE}:{plain} ",
        r"listen 443 ": f"listen {HERE}:{secure} ",
        r"127.0.0.1:8080": f"{HERE}:{behind}",
        r"(client_(?:header|body)_timeout|send_timeout) 10s": rf"\1 {PATIENCE}s",
    }
    for pattern, new in changes.items():
        text, times = re.subn(pattern, new, text, flags=re.MULTILINE)
        assert times, pattern
    bodies = ("client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path")
    temporary = [*bodies, "uwsgi_temp_path", "scgi_temp_path"]
    return text.replace("http {", "http {" + "".join(f"{t} {folder}/{t};" for t in temporary), 1)


def certify(folder: Path) -> None:
    """A certificate for this test alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    day, now = timedelta(days=1), datetime.now(UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - day).not_valid_after(now + day)
    alternative = x509.SubjectAlternativeName([x509.DNSName(HOST)])
    signed = made.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    plain, pem = serialization.NoEncryption(), serialization.Encoding.PEM
    (folder / "chain.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )


@dataclass
class Street:
    """The house, the proxy before it, and a way for ``client`` to come."""

    house: House
    secure: int
    trust: ssl.SSLContext
    client: httpx.AsyncClient
    stop: Callable[[], Awaitable[None]]
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self, *, tls: bool = True) -> asyncio.StreamReader:
        """One more connection; it stays until the end."""
        more = {"ssl": self.trust, "server_hostname": HOST} if tls else {}
        reader, writer = await asyncio.open_connection(HERE, self.secure, **more)
        self.writers.append(writer)
        return reader

    async def leave(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        for writer in self.writers:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


@contextlib.asynccontextmanager
async def street(folder: Path, **other) -> AsyncIterator[Street]:
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    ports = (free_port(), free_port(), free_port())
    certify(folder)
    (folder / "nginx.conf").write_text(fitted(folder, ports), encoding="utf-8")
    bind = (HERE, ports[2])
    async with opened(folder, bind=bind, proxies=(HERE,), **other) as house:
        serving = asyncio.create_task(house.web.listen(house.app.dispatcher.take))
        command = [nginx(), "-p", str(folder), "-c", "nginx.conf", "-g", "daemon off;"]
        proxy = await asyncio.create_subprocess_exec(*command)
        trust = ssl.create_default_context(cafile=str(folder / "chain.pem"))

        async def stop() -> None:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

        try:
            base = f"https://{HERE}:{ports[1]}"
            async with httpx.AsyncClient(
                base_url=base, verify=trust, headers={"host": HOST}
            ) as one:
                one.event_hooks["request"] = [_named]
                await _reached(one)
                here = Street(house, ports[1], trust, one, stop)
                yield here
                await here.leave()
        finally:
            proxy.terminate()
            await proxy.wait()
            await stop()


async def _named(request: httpx.Request) -> None:
    request.extensions["sni_hostname"] = HOST


async def _reached(client: httpx.AsyncClient) -> None:
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get("/healthz")).status_code == 200:
                    return
            await asyncio.sleep(0)


# ── What goes through ───────────────────────────────────────────────────────────────────────────


async def test_a_conversation_goes_through_and_news_come_at_once(tmp_path):
    async with street(tmp_path) as here:
        page = await here.client.get("/")
        assert page.headers["strict-transport-security"].startswith("max-age=63072000")
        answer = await here.client.post("/say", data={"text": "hallo"}, headers=FORM)
        assert answer.status_code == 303
        cookie = {"cookie": answer.headers["set-cookie"].partition(";")[0]}
        async with here.client.stream("GET", "/events?after=0", headers=cookie) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            lines = stream.aiter_lines()
            async with asyncio.timeout(10):
                while not (await anext(lines)).startswith("id: "):
                    pass


async def test_only_the_proxys_own_word_counts_for_where_somebody_comes_from(tmp_path):
    async with street(tmp_path) as here:
        counted = here.house.web.site.limits._buckets
        for forged in ("203.0.113.9", "198.51.100.7, 203.0.113.9"):
            await here.client.post(
                "/say", data={"text": "hallo"}, headers=FORM | {"x-forwarded-for": forged}
            )
        assert {who for _, who in counted if "." in who} == {HERE}


async def test_who_helps_now_is_there_while_the_service_is_down(tmp_path):
    async with street(tmp_path) as here:
        assert (await here.client.get("/hilfe-jetzt")).status_code == 200
        await here.stop()
        page = await here.client.get("/hilfe-jetzt")
        assert page.status_code == 200
        assert "112" in page.text
        for answer in (
            await here.client.get("/"),
            await here.client.post("/say", data={"text": "hallo"}, headers=FORM),
        ):
            assert answer.status_code == 502
            assert "112" in answer.text


# ── Slow, long, wrong (bar 39) ──────────────────────────────────────────────────────────────────


async def slowly(here: Street, number: int) -> list[asyncio.StreamReader]:
    """So many that begin and go no further: no handshake, half a head, half a body."""
    head = f"POST /say HTTP/1.1\r\nhost: {HOST}\r\norigin: {ORIGIN}\r\n"
    body = f"content-type: {FORM['content-type']}\r\ncontent-length: 9000\r\n\r\ntext="
    readers = []
    for n in range(number):
        readers.append(await here.connect(tls=n % 10 == 0))
        if n % 10 == 0:
            here.writers[-1].write((head if n % 20 else head + body).encode())
    return readers


async def p95(here: Street) -> float:
    """Seconds that others wait for a page."""
    times = []
    for _ in range(60):
        begun = time.perf_counter()
        assert (await here.client.get("/")).status_code == 200
        times.append(time.perf_counter() - begun)
    return quantiles(times, n=20)[-1]


async def ended(readers: list[asyncio.StreamReader], within: float) -> None:
    """Until all of them were closed from the other side; raises ``TimeoutError``."""

    async def closed(reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            await reader.read()

    async with asyncio.timeout(within):
        await asyncio.gather(*map(closed, readers))


async def slow_ones_harm_nobody(folder: Path, number: int) -> None:
    async with street(folder) as here:
        readers = await slowly(here, number)
        assert await p95(here) < P95
        await ended(readers, within=10 * PATIENCE + number / 500)


async def test_slow_connections_are_ended_and_others_wait_for_nothing(tmp_path):
    await slow_ones_harm_nobody(tmp_path, SLOW)


@pytest.mark.soak
async def test_ten_thousand_slow_connections_harm_nobody(tmp_path):
    await slow_ones_harm_nobody(tmp_path, soak(10_000, least=SLOW))


async def test_without_the_proxy_slow_heads_would_stay(tmp_path):
    """What the bar is for: nothing but the proxy ends these."""
    async with street(tmp_path) as here:
        bare = Street(here.house, here.house.web.port, here.trust, here.client, here.stop)
        readers = []
        for _ in range(3):
            readers.append(await bare.connect(tls=False))
            bare.writers[-1].write(b"POST /say HTTP/1.1\r\n")
        with pytest.raises(TimeoutError):
            await ended(readers, within=2 * PATIENCE)
        await bare.leave()


async def test_the_webhook_refuses_the_wrong_secret_and_what_is_too_long(tmp_path):
    async with (
        FakeBotApi() as api,
        telegram(api, Hooked, clock=Clock(), origin=ORIGIN) as door,
        street(tmp_path, also=[door.route()]) as here,
    ):
        long = {"text": "x" * 1_100_000}
        assert (await here.client.post(PATH, json=long, headers=RIGHT)).status_code == 413
        wrong = dict.fromkeys(RIGHT, "falsch")
        answer = await here.client.post(PATH, json=update(), headers=wrong)
        assert answer.status_code in {401, 403, 404}
        text = {"text": "x" * 20_000}
        assert (await here.client.post("/say", data=text, headers=FORM)).status_code == 413
