"""The web as a door: pages for visitors and for the desk, whole without JavaScript."""

from bot.channels.web.channel import Web
from bot.channels.web.emergency import emergency_page
from bot.channels.web.origin import Origin, OriginFault

__all__ = ["Origin", "OriginFault", "Web", "emergency_page"]
