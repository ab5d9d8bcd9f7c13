"""The door that only goes out, against a real SMTP server: TLS, log-in, refusals, lost connections."""

import contextlib
import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from smtp_server import HOST, PASSWORD, USER, Postbox, smtp_server

from bot.channels.email import LATER, MOST_TRIES, Email, Server, encode, returned
from bot.cli.people import bounce
from bot.core.messages import Screen
from bot.ports import Address, Outgoing, Refused, TryLater

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TO = Address("email", "anna@beispiel.example")
NOTICE = Screen(
    "Es liegt etwas auf Ihrem Schreibtisch\n\nHier: https://lotse.example.de/desk/mail/x"
)


@dataclass
class Door:
    """The channel and the server that it hands its mail to."""

    email: Email
    box: Postbox
    context: ssl.SSLContext


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    async with smtp_server(tmp_path) as (box, context):
        server = Server(HOST, box.port, "lotse@example.de", "starttls", USER, PASSWORD)
        yield Door(Email(server, lambda: NOW, context=context, within=5), box, context)


def row(number: int = 1, screen: Screen | None = NOTICE, tries: int = 0) -> Outgoing:
    return Outgoing(number, TO, screen, tries=tries)


# ── It arrives ──────────────────────────────────────────────────────────────────────────────────


async def test_a_notice_arrives_encrypted_and_as_it_was_written(door):
    receipt = await door.email.send(row())
    ((to, mail),) = door.box.mails
    assert (to, door.box.encrypted) == (TO.id, [True])
    assert mail["Subject"] == "Es liegt etwas auf Ihrem Schreibtisch"
    assert mail["To"] == TO.id
    assert mail["From"] == "Schulerfolg-Lotse <lotse@example.de>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().strip() == "Hier: https://lotse.example.de/desk/mail/x"
    assert receipt.messages == (mail["Message-ID"],)


async def test_umlauts_arrive_in_the_subject_and_below(door):
    await door.email.send(row(screen=Screen("Größe\n\nÄußerst schön")))
    ((_, mail),) = door.box.mails
    assert (mail["Subject"], mail.get_content().strip()) == ("Größe", "Äußerst schön")


async def test_what_has_nothing_to_show_sends_nothing(door):
    assert (await door.email.send(row(screen=None))).messages == ()
    assert door.box.mails == []


def test_the_same_row_has_the_same_message_id_and_another_row_another():
    ids = [encode(row(n), NOTICE, "lotse@example.de", NOW)["Message-ID"] for n in (1, 1, 2)]
    assert ids[0] == ids[1] != ids[2]


# ── It does not arrive ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("answer", ["550 5.1.1 no such user", "551 not here", "553 no", "554 no"])
async def test_a_recipient_refused_for_good_is_gone(door, answer):
    door.box.recipients.append(answer)
    with pytest.raises(Refused) as refused:
        await door.email.send(row())
    assert refused.value.gone
    assert TO.id not in str(refused.value)


async def test_a_message_refused_for_good_is_given_up(door):
    door.box.contents.append("554 5.7.1 no")
    with pytest.raises(Refused):
        await door.email.send(row())


@pytest.mark.parametrize("part", ["recipients", "contents"])
async def test_what_is_put_off_is_tried_later_for_this_recipient_alone(door, part):
    getattr(door.box, part).append("451 4.7.1 greylisted, try again")
    with pytest.raises(TryLater) as later:
        await door.email.send(row())
    assert (later.value.seconds, later.value.everybody) == (LATER, False)
    await door.email.send(row())
    assert len(door.box.mails) == 1


async def test_a_lost_connection_is_tried_again(door):
    door.box.cut = 1
    with pytest.raises(TryLater):
        await door.email.send(row())
    await door.email.send(row())
    first, second = (mail["Message-ID"] for _, mail in door.box.mails)
    assert first == second  # a mailbox can tell that it is the same


@pytest.mark.parametrize(
    "change",
    [
        {"port": 1},
        {"password": "falsch"},
        {"host": "127.0.0.1"},  # the certificate is for another name
        {"tls": "tls"},  # the server speaks it only after STARTTLS
        {"tls": "off", "user": "", "password": ""},  # the server insists on it
    ],
    ids=["nobody listens", "wrong password", "wrong name", "wrong kind of tls", "no tls"],
)
async def test_a_server_that_lets_nobody_in_stops_all_mail_for_now_and_blames_nobody(door, change):
    email = Email(replace(door.email.server, **change), lambda: NOW, "x", door.context, 0.5)
    with pytest.raises(TryLater) as later:
        await email.send(row())
    assert later.value.everybody
    assert "Mailserver" in await email.fault()


async def test_a_certificate_that_nobody_vouches_for_gets_no_mail(door):
    email = Email(door.email.server, lambda: NOW, within=5)
    with pytest.raises(TryLater):
        await email.send(row())
    assert door.box.mails == []


async def test_a_server_without_starttls_gets_no_mail(tmp_path):
    """A planted fault: somebody between us and the server takes STARTTLS away."""
    async with smtp_server(tmp_path, tls=False) as (box, context):
        server = Server(HOST, box.port, "lotse@example.de")
        with pytest.raises(TryLater):
            await Email(server, lambda: NOW, context=context, within=5).send(row())
        assert box.mails == []
        await Email(replace(server, tls="off"), lambda: NOW, within=5).send(row())
        assert box.encrypted == [False]  # what the check above would have let through


async def test_what_could_not_go_for_a_day_is_given_up_without_blaming_the_address(door):
    with pytest.raises(Refused) as refused:
        await door.email.send(row(tries=MOST_TRIES))
    assert not refused.value.gone


async def test_a_server_that_answers_is_no_fault(door):
    assert await door.email.fault() == ""


async def test_no_address_and_no_password_stands_in_the_log(door, caplog):
    caplog.set_level(logging.DEBUG)
    door.box.recipients += ["450 later", "550 no"]
    for _ in range(3):
        with contextlib.suppress(TryLater, Refused):
            await door.email.send(row())
    assert len(door.box.mails) == 1
    said = "\n".join(record.getMessage() for record in caplog.records if record.name != "mail.log")
    assert TO.id not in said
    assert PASSWORD not in said
    assert PASSWORD not in repr(door.email)


# ── It comes back ───────────────────────────────────────────────────────────────────────────────

BOUNCE = """\
From: MAILER-DAEMON@mail.example.de
To: lotse@example.de
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.de

Final-Recipient: rfc822; Anna@Beispiel.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: {kind}

From: lotse@example.de
Message-ID: <abc@example.de>
Subject: Es liegt etwas auf Ihrem Schreibtisch

--b--
"""


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_mail_that_comes_back_names_whom_it_did_not_reach_and_which_it_was(kind):
    raw = BOUNCE.format(action="failed", status="5.1.1", kind=kind).encode()
    assert returned(raw) == (TO.id, "<abc@example.de>")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00" * 100,
        b"Subject: Hallo\n\nIch bin im Urlaub.",
        BOUNCE.format(action="delayed", status="4.4.1", kind="message/rfc822").encode(),
        BOUNCE.format(action="failed", status="4.4.1", kind="message/rfc822").encode(),
        BOUNCE.format(action="failed", status="5.1.1", kind="text/plain").encode(),
        BOUNCE.replace("Message-ID: <abc@example.de>\n", "")
        .format(action="failed", status="5.1.1", kind="message/rfc822")
        .encode(),
        b"Content-Type: message/delivery-status\n\nx",
    ],
)
def test_what_says_nothing_of_a_mail_of_ours_is_nothing(raw):
    assert returned(raw) is None


def test_the_command_says_so_when_what_it_is_given_is_nothing_of_ours():
    done = CliRunner().invoke(bounce, input=b"Subject: Hallo\n\nIch bin im Urlaub.")
    assert (done.exit_code, "unzustellbare E-Mail von hier" in done.output) == (0, True)
