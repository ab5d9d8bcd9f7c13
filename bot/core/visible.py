"""Where a desk may show what: in Telegram only as far as the carrier allows it.

``no``: that there is something, without a name; ``notice``: cards without words; ``text``: words
too, for the claimer, when the visitor wrote through Telegram. All else stands at the web desk.
"""

from typing import Final

from bot.core.messages import Screen
from bot.core.posts import carrier_of
from bot.core.records import Author, Member, Request
from bot.core.world import Turn

TELEGRAM: Final = "telegram"  # the channel's name
NOTHING: Final = "no"
TEXT: Final = "text"
SCOPES: Final = (NOTHING, "notice", TEXT)


def scope(turn: Turn, post: str) -> str:
    """What the carrier allows: in the directory, else as its permission was recorded here."""
    carrier = carrier_of(post, turn.k.directory)
    if carrier is not None and carrier.approved_on is not None and carrier.approved_by:
        return carrier.telegram
    permission = turn.team.facts(post).permission
    return permission.telegram if permission else NOTHING


def scopes(turn: Turn, request: Request, reader: Member) -> frozenset[str]:
    """What the carrier that has it allows, and for a reader from elsewhere her own one too."""
    elsewhere = () if request.post in reader.posts else reader.posts
    return frozenset(scope(turn, post) for post in (request.post, *elsewhere))


def nothing_there(turn: Turn, request: Request, reader: Member) -> bool:
    """Whether nothing at all of a request may stand in Telegram, not even its name."""
    return not request.practice and NOTHING in scopes(turn, request, reader)


def words_there(turn: Turn, request: Request, reader: Member) -> bool:
    """Whether the words of a request may be read in Telegram."""
    written = (word.via for word in request.words if word.by is Author.VISITOR)
    allowed = scopes(turn, request, reader) == {TEXT} and all(via == TELEGRAM for via in written)
    return request.practice or allowed


def hidden_here(turn: Turn, request: Request, reader: Member) -> bool:
    """Whether this event came through a door in which its words may not stand."""
    return turn.event.channel == TELEGRAM and not words_there(turn, request, reader)


def instead(
    turn: Turn, request: Request, reader: Member, screen: Screen, bare: Screen | None
) -> Screen | None:
    """What Telegram shows instead of this screen; None: the same. ``bare``: without the words."""
    if words_there(turn, request, reader):
        return None
    if nothing_there(turn, request, reader):
        return Screen(turn.text("desk_in_web"), slot="desk_in_web", edit=screen.edit)
    return bare
