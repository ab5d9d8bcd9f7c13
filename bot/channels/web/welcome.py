"""The first screen for somebody who has not begun: the core is asked, nothing happens."""

from datetime import datetime

from bot.core import turn as core
from bot.core.knowledge import Knowledge
from bot.core.messages import Event, Say, Screen, Started, Visitor
from bot.core.records import Team, TeamKey
from bot.core.visitor import POSTER


def payload_of(code: str) -> str:
    """What a poster's or school's code starts with."""
    return f"{POSTER}{code}" if code else ""


def welcome(knowledge: Knowledge, at: datetime, code: str, language: str) -> Screen:
    """The core's answer to a start that has not happened: nothing is stored, nothing is owed."""
    body = Started(payload_of(code), language)
    event = Event("", at, bytes(32), Visitor(""), body, channel="web")
    outcome = core.turn(knowledge, {TeamKey(): Team()}, event)
    return next(effect.screen for effect in outcome.effects if isinstance(effect, Say))
