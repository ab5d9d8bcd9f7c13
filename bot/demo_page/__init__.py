"""The demo in a browser: visitor and desk side by side, and a clock that can be moved."""

from bot.demo_page.house import PORT, play

__all__ = ["PORT", "play"]
