"""``make screenshots``: the two pictures of the README, taken of the real pages."""

import asyncio
import tempfile
from pathlib import Path

from web.browser import base_of, browsing
from web.gallery import Tour
from web.house import served

from bot.core.records import Role

PICTURES = Path(__file__).parents[2] / "bot/pictures"
MOST = 150_000  # bytes of one picture
PHONE = {"viewport": {"width": 360, "height": 720}, "is_mobile": True, "has_touch": True}
DESK = {"viewport": {"width": 1000, "height": 720}}


async def nothing(name: str) -> None:
    """Nobody looks on while the walk goes there."""
    del name


async def take(folder: Path) -> None:
    async with (
        served(folder, staffed=True) as (house, client),
        browsing(**PHONE, device_scale_factor=1.5) as phone,
        browsing(**DESK, device_scale_factor=1.5) as office,
    ):
        visitor, desk = await phone.new_page(), await office.new_page()
        mine = Tour(house, base_of(client), visitor, nothing)
        await mine.goto("")
        await mine.tap("Schüler:in", "Worum geht es?")
        await mine.tap("Mobbing", "fertiggemacht")
        await visitor.mouse.move(1, 1)
        await visitor.locator("#neu").scroll_into_view_if_needed()
        await visitor.screenshot(path=PICTURES / "visitor.png")
        await mine.sending()
        theirs = Tour(house, base_of(client), desk, nothing)
        await theirs.join("e" * 43, Role.WORKER)
        await theirs.goto("desk")
        await theirs.say("/anfragen", "Offene Anfragen: 1")
        await theirs.tap("· Schüler:in ·", "Übernehmen")
        await theirs.tap("Übernehmen", "Antworten")
        await theirs.goto("desk#neu")
        await desk.screenshot(path=PICTURES / "desk.png")


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(take(Path(folder)))
    for picture in PICTURES.iterdir():
        assert picture.stat().st_size <= MOST, picture


if __name__ == "__main__":
    main()
