"""Open pages that want to hear of news. What goes out says only that there is some.

The page itself fetches what is new, so nothing can reach the wrong page here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

BEAT = 25.0  # seconds between two signs of life; proxies close what is silent for a minute
AT_ONE_ADDRESS = 6  # open pages of one person; the oldest gives way
IN_ALL = 5000


class TooMany(Exception):  # noqa: N818
    """No room for another open page."""


@dataclass(eq=False)
class Page:
    """One open page."""

    address: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    newest: int = 0
    ended: bool = False
    doubted: bool = False  # it may not follow any more, perhaps

    def end(self) -> None:
        self.ended = True
        self.woken.set()


@dataclass
class Streams:
    """``beat`` in seconds."""

    beat: float = BEAT
    at_one_address: int = AT_ONE_ADDRESS
    in_all: int = IN_ALL
    open: int = 0
    _pages: dict[str, list[Page]] = field(default_factory=dict, init=False, repr=False)
    _closed: bool = field(default=False, init=False)

    def tell(self, address: str, row: int) -> None:
        """Something with this number now stands on the pages of this address."""
        for page in self._pages.get(address, ()):
            page.newest = max(page.newest, row)
            page.woken.set()

    def end(self, address: str) -> None:
        """Close the pages of one address."""
        for page in self._pages.get(address, ()):
            page.end()

    def look_again(self, prefix: str) -> None:
        """Pages of such addresses ask at once whether they may still follow."""
        for address, pages in self._pages.items():
            for page in pages if address.startswith(prefix) else ():
                page.doubted = True
                page.woken.set()

    def end_all(self) -> None:
        """Close every page, and open none any more."""
        self._closed = True
        for address in list(self._pages):
            self.end(address)

    def enter(self, address: str) -> Page:
        """Room for one more open page; raises ``TooMany``."""
        if self._closed or self.open >= self.in_all:
            raise TooMany
        pages = self._pages.setdefault(address, [])
        page = Page(address)
        pages.append(page)
        self.open += 1
        if len(pages) > self.at_one_address:
            pages[0].end()
        return page

    async def follow(
        self,
        page: Page,
        cursor: int,
        newest: Callable[[], Awaitable[int]],
        alive: Callable[[], Awaitable[bool]],
    ) -> AsyncIterator[bytes]:
        """The stream of a page that ``enter`` gave, from ``cursor`` on, while ``alive`` says so."""
        try:
            yield b"retry: 2000\n\n"
            page.newest = max(page.newest, await newest())
            while not page.ended:
                if page.doubted:
                    page.doubted = False
                    if not await alive():
                        return
                if page.newest > cursor:
                    cursor = page.newest
                    yield f"id: {cursor}\nevent: news\ndata: {cursor}\n\n".encode()
                elif not await self._waited(page):
                    if not await alive():
                        return
                    yield b": \n\n"
        finally:
            self._leave(page)

    async def _waited(self, page: Page) -> bool:
        """Whether something happened before the next beat."""
        page.woken.clear()
        try:
            async with asyncio.timeout(self.beat):
                await page.woken.wait()
        except TimeoutError:
            return False
        return True

    def _leave(self, page: Page) -> None:
        self.open -= 1
        pages = self._pages[page.address]
        pages.remove(page)
        if not pages:
            del self._pages[page.address]
