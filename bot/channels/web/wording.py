"""The pages' own sentences, in the language and for the audience of whoever reads them."""

from dataclasses import dataclass

from markupsafe import Markup

from bot.channels.web.prose import linked
from bot.core.knowledge import Knowledge
from bot.core.records import Conversation
from bot.core.tree import Audience

GERMAN = "de"
FROM_THE_RIGHT = frozenset({"ar", "fa", "prs", "ps", "ur"})


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates call it with a key of ``texts/web.yaml``; ``talk``: what the conversation is in."""

    knowledge: Knowledge
    talk: str = GERMAN
    audience: Audience | None = None

    def __call__(self, name: str, **values: str) -> str:
        return self.knowledge.said(f"page_{name}", self.audience, **values)

    def linked(self, name: str, **values: str) -> Markup:
        """The sentence with what can be dialled in it."""
        return linked(self(name, **values))

    def said(self, key: str) -> str:
        """One of the bot's own sentences, as it says them everywhere."""
        return self.knowledge.said(key, self.audience)

    def trouble(self, status: int) -> tuple[str, str]:
        """A heading, and what can be done."""
        title, _, sentence = self(f"trouble_{status}").partition("\n")
        return title, sentence

    @property
    def lang(self) -> str:
        """What the page around the conversation is in: German, until somebody translates it."""
        translated = self.knowledge.texts["page_talk"].german is not None
        return self.talk if translated else GERMAN

    @property
    def dir(self) -> str:
        return "rtl" if self.lang in FROM_THE_RIGHT else "ltr"


def wording(
    knowledge: Knowledge, conversation: Conversation | None = None, header: str = ""
) -> Wording:
    """As this conversation is led, or as the browser asks (``header``); German without words."""
    asked = header.partition("-")[0]
    if conversation is not None:
        asked = conversation.language
    talk = asked if asked in knowledge.others else GERMAN
    audience = conversation.audience if conversation else None
    return Wording(knowledge.speaking(talk), talk, audience)
