"""Environment → one frozen ``Settings``; all faults are reported at once, each with its remedy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from rapidfuzz import process

from bot.core.mailbox import address_of
from bot.core.retention import Keep

PREFIX = "LOTSE_"
KEPT = Keep()
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
CLOSE = 70  # how alike a misspelt name must be for "Meinten Sie"


def _at_most(longest: timedelta, least: int = 1) -> Any:
    """So many days, or fewer: what is kept can be shortened, not lengthened."""
    return Field(longest.days, ge=least, le=longest.days)


class _Variables(BaseSettings):
    """Every variable there is; ``.env.example`` is tested against this list."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    telegram_token: SecretStr | None = None
    telegram_api: str = "https://api.telegram.org/bot"
    database: Path = Path("lotse.sqlite")
    key: SecretStr | None = None
    knowledge: Path = Path("knowledge")
    operator_name: str = ""
    operator_address: str = ""
    operator_email: str = ""
    privacy_contact: str = ""
    telegram_connections: int = Field(16, ge=1, le=256)
    telegram_limits: Literal["on", "off"] = "on"
    keep_words_days: int = _at_most(KEPT.words)
    keep_conversations_days: int = _at_most(KEPT.conversations)
    keep_seen_days: int = _at_most(KEPT.seen, least=2)  # Telegram repeats an update for a day
    keep_audit_days: int = _at_most(KEPT.audit)
    telegram_webhook: Literal["on", "off"] = "off"
    telegram_free_text: Literal["on", "off"] = "on"
    web_origin: str = ""
    web_address: str = Field("127.0.0.1:8080", pattern=r"^[\w.\-\[\]:]+:\d{1,5}$")
    web_proxies: str = ""
    smtp_host: str = Field("", pattern=r"^[\w.\-\[\]:]*$")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_tls: Literal["starttls", "tls", "off"] = "starttls"
    smtp_user: str = ""
    smtp_password: SecretStr | None = None
    smtp_from: str = ""


TALKATIVE = ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE")  # then Python prints what is being worked on
NAMES = tuple(f"{PREFIX}{name.upper()}" for name in _Variables.model_fields)
NEEDED = {
    "LOTSE_KEY": "Einen neuen Schlüssel macht: lotse key new",
    "LOTSE_OPERATOR_NAME": "Wer betreibt den Bot? Zum Beispiel: Landkreis Muster, Jugendamt.",
    "LOTSE_OPERATOR_ADDRESS": "Anschrift des Betreibers in einer Zeile.",
    "LOTSE_OPERATOR_EMAIL": "Eine Adresse, unter der der Betreiber erreichbar ist.",
    "LOTSE_PRIVACY_CONTACT": "Wer beantwortet Fragen zum Datenschutz? Name und Mail oder Telefon.",
}


class SettingsFault(Exception):  # noqa: N818  (it is a list of faults, not one error)
    """Settings that cannot be used; ``faults`` are German sentences with the remedy."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Mail:
    """Where e-mail to members is handed in."""

    host: str
    port: int
    tls: str
    user: str
    password: str = field(repr=False)
    sender: str


@dataclass(frozen=True)
class Settings:
    """What the operator decided."""

    telegram_token: str | None
    telegram_api: str
    database: Path
    key: str | None = field(repr=False)
    knowledge: Path
    operator: Mapping[str, str]
    telegram_connections: int = 16
    telegram_limits: bool = True  # off: as fast as it goes; for a Bot API server of one's own
    telegram_webhook: bool = False  # Telegram calls us at the web origin
    web_origin: str = ""  # where the pages live; "" keeps that door shut
    web_address: str = "127.0.0.1:8080"
    web_proxies: tuple[str, ...] = ()
    mail: Mail | None = None  # None keeps that door shut
    keep: Keep = field(default_factory=Keep)


def read(
    environ: Mapping[str, str], env_file: Path | None = None, *, run: bool = False
) -> Settings:
    """The settings from the environment over ``.env``; ``run`` also asks for what a bot needs.

    Raises ``SettingsFault`` with every fault at once.
    """
    given = dict(dotenv_values(env_file)) if env_file and env_file.is_file() else {}
    given |= environ
    mine = {k: v for k, v in given.items() if k.upper().startswith(PREFIX) and v not in {None, ""}}
    faults = [_unknown(name) for name in mine if name not in NAMES]
    if run:
        faults += _open_to_all(env_file)
        faults += [
            f"{name} ist gesetzt: Dann stünden Texte im Protokoll. Bitte wegnehmen."
            for name in TALKATIVE
            if environ.get(name)
        ]
        faults += [f"{name} fehlt. {hint}" for name, hint in NEEDED.items() if not mine.get(name)]
    values = {k.removeprefix(PREFIX).lower(): v for k, v in mine.items() if k in NAMES}
    try:
        variables = _Variables.model_validate(values)
    except ValidationError as error:
        faults += [
            _invalid(each["loc"], each["input"], each.get("ctx", {})) for each in error.errors()
        ]
    else:
        faults += _together(variables)
    if faults:
        raise SettingsFault(faults)
    return _settings(variables)


def _together(variables: _Variables) -> list[str]:
    """Settings that only make sense beside others."""
    if variables.telegram_webhook == "on" and not variables.web_origin.startswith("https://"):
        return [
            "LOTSE_TELEGRAM_WEBHOOK=on braucht LOTSE_WEB_ORIGIN mit https: Dort ruft Telegram an."
        ]
    if variables.telegram_free_text == "off" and not variables.web_origin:
        return ["LOTSE_TELEGRAM_FREE_TEXT=off braucht LOTSE_WEB_ORIGIN: Geschrieben wird dort."]
    return _of_mail(variables)


def _of_mail(variables: _Variables) -> list[str]:
    """E-mail is one door: its settings come together, or none of them."""
    host, password = variables.smtp_host, variables.smtp_password
    wanted = (
        (host or not variables.smtp_from, "LOTSE_SMTP_FROM braucht LOTSE_SMTP_HOST."),
        (host or not variables.smtp_user, "LOTSE_SMTP_USER braucht LOTSE_SMTP_HOST."),
        (
            not host or address_of(variables.smtp_from),
            "LOTSE_SMTP_HOST braucht LOTSE_SMTP_FROM, eine Adresse wie lotse@example.de.",
        ),
        (
            not host or variables.web_origin,
            "LOTSE_SMTP_HOST braucht LOTSE_WEB_ORIGIN: Der Link in der E-Mail führt dorthin.",
        ),
        (
            bool(variables.smtp_user) == bool(password),
            "LOTSE_SMTP_USER und LOTSE_SMTP_PASSWORD gehören zusammen.",
        ),
        (
            not host or variables.smtp_tls != "off" or host in LOOPBACK,
            "LOTSE_SMTP_TLS=off geht nur auf diesem Rechner. Bitte starttls oder tls.",
        ),
    )
    return [fault for good, fault in wanted if not good]


def _open_to_all(env_file: Path | None) -> list[str]:
    """The file holds the key and the token: whoever may log in here must not read it."""
    if env_file is None or not env_file.is_file() or not env_file.stat().st_mode & 0o007:
        return []
    return [
        f"{env_file.name} ist für alle auf diesem Rechner lesbar. Bitte: chmod 600 {env_file.name}"
    ]


def _unknown(name: str) -> str:
    known = [each.removeprefix(PREFIX) for each in NAMES]
    close = process.extractOne(name.removeprefix(PREFIX), known, score_cutoff=CLOSE)
    hint = f"Meinten Sie {PREFIX}{close[0]}?" if close else "Die bekannten stehen in .env.example."
    return f"{name} ist keine Einstellung. {hint}"


def _invalid(location: tuple[int | str, ...], value: object, limit: Mapping[str, object]) -> str:
    name = f"{PREFIX}{str(location[0]).upper()}"
    if name.startswith(f"{PREFIX}KEEP_") and "le" in limit:
        return f"{name}: höchstens {limit['le']} Tage. Fristen lassen sich kürzen, nicht aufheben."
    return f"{name}: „{value}“ passt nicht. Ein Beispiel steht in .env.example."


def _settings(variables: _Variables) -> Settings:
    token, key = variables.telegram_token, variables.key
    return Settings(
        telegram_token=token.get_secret_value() if token else None,
        telegram_api=variables.telegram_api,
        database=variables.database,
        key=key.get_secret_value() if key else None,
        knowledge=variables.knowledge,
        operator={
            "name": variables.operator_name,
            "address": variables.operator_address,
            "email": variables.operator_email,
            "privacy": variables.privacy_contact,
            "web": variables.web_origin.rstrip("/"),
            "telegram_text": variables.telegram_free_text,
            "mail": "on" if variables.smtp_host else "",
        },
        telegram_connections=variables.telegram_connections,
        telegram_limits=variables.telegram_limits == "on",
        telegram_webhook=variables.telegram_webhook == "on",
        web_origin=variables.web_origin,
        web_address=variables.web_address,
        web_proxies=tuple(variables.web_proxies.split()),
        mail=_mail(variables),
        keep=Keep(
            words=timedelta(days=variables.keep_words_days),
            conversations=timedelta(days=variables.keep_conversations_days),
            seen=timedelta(days=variables.keep_seen_days),
            audit=timedelta(days=variables.keep_audit_days),
        ),
    )


def _mail(variables: _Variables) -> Mail | None:
    if not variables.smtp_host:
        return None
    password = variables.smtp_password
    return Mail(
        variables.smtp_host,
        variables.smtp_port,
        variables.smtp_tls,
        variables.smtp_user,
        password.get_secret_value() if password else "",
        variables.smtp_from.strip().lower(),
    )
