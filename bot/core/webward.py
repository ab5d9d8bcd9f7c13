"""From Telegram into the web chat: one tap, the same conversation, its words seen there only.

Where the operator says that Telegram carries no free text, this is the only way to write and to
read some, for visitors and for staff.
"""

from dataclasses import replace
from datetime import timedelta

from bot.core.knowledge import Knowledge
from bot.core.messages import Admit, Say, Screen, Visitor
from bot.core.records import Conversation
from bot.core.standing import show, stand, ways
from bot.core.world import Turn

TELEGRAM = "telegram"
GOOD_FOR = timedelta(minutes=15)


def kept_out(turn: Turn) -> bool:
    """Whether what was typed or would be read must not stand where it was said."""
    return turn.event.channel == TELEGRAM and turn.k.wordless


def lead(turn: Turn, conversation: Conversation, key: str = "web_link") -> None:
    """A link that opens this conversation in the web, once."""
    web, audience = turn.k.operator.get("web", ""), conversation.audience
    if not web:
        stand(turn, conversation, first=turn.text("web_none", audience))
        return
    code = turn.draw("web", 32)
    turn.do(Admit(code, Visitor(conversation.id), turn.event.at + GOOD_FOR))
    text = turn.text(key, audience, link=f"{web}/weiter/{code}")
    show(turn, conversation, Screen(text, (), ways(turn, audience)))


def desk(turn: Turn) -> str:
    """Where staff read and write."""
    web = turn.k.operator.get("web", "")
    return turn.text("web_desk", link=f"{web}/desk") if web else turn.text("web_none")


def withheld(k: Knowledge, say: Say, channel: str) -> Screen:
    """What is shown at a channel instead of somebody's words, if it must not carry them."""
    if not say.quotes or channel != TELEGRAM or not k.wordless:
        return say.screen
    key = "web_news" if isinstance(say.to, Visitor) else "web_card"
    text = k.texts[key].of(None).format(link=k.operator.get("web", "") + "/desk")
    return replace(say.screen, text=text)
