"""The second factor of the desk: codes of an app, and recovery codes for the day without it.

Required for coordinators and admins, who see a whole district; a worker may have one.
"""

import base64
import hmac
import re
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pyotp

from bot.core.messages import Staff
from bot.core.records import Member, Role, Team, TeamKey
from bot.ports import Address, Factor

REQUIRED = frozenset({Role.COORDINATOR, Role.ADMIN})
STEP = 30  # seconds, RFC 6238
WINDOW = (-1, 0, 1)  # steps: clocks of telephones go wrong
HALF = timedelta(minutes=5)  # between the key and the code
RECOVERY = 8  # codes, each good once
ISSUER = "Schulerfolg-Lotse"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose session it is, and how far the second factor is."""

    address: Address
    member: Member
    factor: Factor | None

    @property
    def confirmed(self) -> bool:
        return self.factor is not None and self.factor.confirmed

    @property
    def lacking(self) -> bool:
        """Whether nothing may be seen before there is one."""
        return self.member.role in REQUIRED and not self.confirmed


def standing(work: Any, address: Address) -> Standing | None:
    who = work.who(address)
    team = work.load(TeamKey())
    if not isinstance(who, Staff) or not isinstance(team, Team):
        return None
    member = team.member(who.member)
    return Standing(address, member, work.factor(member.id)) if member else None


# ── Setting up ──────────────────────────────────────────────────────────────────────────────────


def begun(work: Any, member: str) -> Factor:
    """The factor that waits for its first code; the same until it is confirmed."""
    found: Factor | None = work.factor(member)
    if found is None:
        found = Factor(pyotp.random_base32(), 0, confirmed=False)
        work.put_factor(member, found, ())
    return found


def link(factor: Factor, label: str) -> str:
    """What an authenticator app opens."""
    return pyotp.TOTP(factor.secret).provisioning_uri(name=label, issuer_name=ISSUER)


def confirmed(work: Any, member: str, code: str, at: datetime) -> tuple[str, ...]:
    """The recovery codes, shown once, if this was the first right code; else nothing."""
    factor = work.factor(member)
    step = _step(factor, code, at) if factor and not factor.confirmed else 0
    if not step:
        return ()
    codes = tuple(_recovery() for _ in range(RECOVERY))
    work.put_factor(member, replace(factor, step=step, confirmed=True), tuple(map(tidy, codes)))
    return codes


# ── Asked ───────────────────────────────────────────────────────────────────────────────────────


def passed(work: Any, member: str, code: str, at: datetime) -> bool:
    """Whether this code opens the desk now; it opens it once."""
    factor = work.factor(member)
    if factor is None or not factor.confirmed:
        return False
    step = _step(factor, code, at)
    if step:
        work.put_factor(member, replace(factor, step=step))
        return True
    return bool(work.use_code(member, tidy(code)))


def _step(factor: Factor, code: str, at: datetime) -> int:
    """The step of which this is the code, if it is later than the last one used; else 0."""
    digits, totp, now = re.sub(r"\s", "", code), pyotp.TOTP(factor.secret), int(at.timestamp())
    for offset in WINDOW:
        step = now // STEP + offset
        right = hmac.compare_digest(totp.at(step * STEP).encode(), digits.encode())
        if right and step > factor.step:
            return step
    return 0


def _recovery() -> str:
    text = base64.b32encode(secrets.token_bytes(10)).decode()
    return f"{text[:4]}-{text[4:8]}-{text[8:12]}-{text[12:]}"


def tidy(code: str) -> str:
    """A recovery code without what copying adds or changes."""
    return re.sub(r"[^A-Z2-7]", "", code.upper())
