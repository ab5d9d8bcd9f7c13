"""The terminal as a door: one person at the keyboard plays the visitor and the desk.

A line is said by whoever is chosen; ``@`` lists the people, ``@2`` or ``@name`` chooses one.
Nothing here decides anything: lines become events, screens become lines.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.core.command_words import command_named
from bot.core.messages import Body, Button, Commanded, Screen, Started, Tone, Typed
from bot.ports import Address, Incoming, Outgoing, Receipt, Take

NAME = "terminal"
WIDTH = 78


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be played; ``id`` is their address in this channel."""

    id: str
    label: str
    desk: str = ""  # post and name, as a scenario calls this desk; "" = the visitor


def decode(line: str) -> Body:
    """What a line says: a command, or text."""
    word, _, rest = line.strip().partition(" ")
    if word == "/start":
        return Started(rest.strip())
    command = command_named(word[1:]) if word.startswith("/") else None
    return Commanded(command) if command else Typed(line)


def encode(screen: Screen) -> str:
    """The screen as lines: its text, numbered choices, then the ways out in their own words."""
    rows = [f"!!! {screen.text}" if screen.tone is Tone.ALERT else screen.text]
    numbered = [f"  {number} · {b.label}" for number, b in enumerate(screen.choices, 1)]
    if numbered:
        rows += ["", *numbered]
    if screen.ways:
        rows += ["", "  " + _in_brackets(screen.ways)]
    return "\n".join(rows)


def _in_brackets(ways: Sequence[Button]) -> str:
    return " ".join(f"[{way.label}]" for way in ways)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the talk: what ``who`` said or, ``answer``, was shown."""

    who: Person
    text: str
    answer: bool = False
    tapped: bool = False  # the text is the label of a button


@dataclass
class Terminal:
    """Implements ``bot.ports.Channel`` over lines; ``people`` grows as members join."""

    lines: AsyncIterator[str]
    show: Callable[[str], None]
    clock: Callable[[], datetime]
    people: list[Person] = field(default_factory=lambda: [Person("visitor", "Besuch")])
    speaking: int = 0
    name: str = NAME
    settled: Callable[[], Awaitable[None]] | None = None  # all that was said is answered
    talk: list[Line] = field(default_factory=list)
    _said: int = 0
    _seen: dict[str, Screen] = field(default_factory=dict)

    async def listen(self, take: Take) -> None:
        """Hear line after line until the input ends."""
        await self._say(take, Started())
        async for line in self.lines:
            text = line.rstrip("\n")
            if text.startswith("@"):
                self._choose(text[1:].strip())
            else:
                self._note(text)
                await self._say(take, decode(text))

    async def _say(self, take: Take, body: Body) -> None:
        """Hand it over and wait for the answer, so that a talk reads in its order."""
        await take([self._incoming(body)])
        if self.settled is not None:
            await self.settled()

    async def send(self, outgoing: Outgoing) -> Receipt:
        """Print the screen, with the name of whose it is where that is not clear."""
        if outgoing.screen is None:
            return Receipt()
        label = next((p.label for p in self.people if p.id == outgoing.address.id), "")
        changed = " (aktualisiert)" if outgoing.slot_message else ""
        head = f"── {label}{changed} ".ljust(WIDTH, "─")
        self.show(f"\n{head}\n{encode(outgoing.screen)}\n")
        self._keep(outgoing.address.id, outgoing.screen)
        return Receipt((str(outgoing.row),))

    def _keep(self, who: str, screen: Screen) -> None:
        person = next((p for p in self.people if p.id == who), Person(who, who))
        self.talk.append(Line(person, screen.text, answer=True))
        self._seen[who] = screen

    def _note(self, text: str) -> None:
        """What is said, as the label of a button where it names one."""
        person = self.people[self.speaking]
        shown = self._seen.get(person.id, Screen(""))
        labels = [button.label for button in shown.choices + shown.ways]
        said = text.strip().casefold()
        fitting = (b for n, b in enumerate(labels, 1) if said in {str(n), b.casefold()})
        label = next(fitting, None)
        self.talk.append(Line(person, label or text, tapped=label is not None))

    def _incoming(self, body: Body) -> Incoming:
        self._said += 1
        address = Address(NAME, self.people[self.speaking].id)
        number = f"{self.clock().timestamp()}/{self._said}"
        return Incoming(number, address, self.clock(), body, message=number)

    def _choose(self, who: str) -> None:
        for index, person in enumerate(self.people):
            if who == str(index + 1) or (who and person.label.lower().startswith(who.lower())):
                self.speaking = index
                self.show(f"(Jetzt spricht: {person.label})")
                return
        listed = " · ".join(f"@{i} {p.label}" for i, p in enumerate(self.people, 1))
        self.show(f"(Wer spricht? {listed})")
