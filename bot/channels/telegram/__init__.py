"""Telegram as a door: translated at the edge, nothing more."""

from bot.channels.telegram.channel import Telegram, outage
from bot.channels.telegram.profile import Profile, apply, differs, profile_of
from bot.channels.telegram.webhook import Hooked
from bot.channels.telegram.wire import TokenRejected

__all__ = [
    "Hooked",
    "Profile",
    "Telegram",
    "TokenRejected",
    "apply",
    "differs",
    "outage",
    "profile_of",
]
