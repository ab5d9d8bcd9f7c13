"""Records ↔ bytes, as JSON. Buttons travel apart, each with its tap as callback data.

The apart is for the union: ``Tap.data`` says which tap it is, so nothing has to be guessed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from pydantic import TypeAdapter
from pydantic.main import IncEx

from bot.core.messages import Button, Screen
from bot.core.records import (
    Conversation,
    Enclosure,
    Invitation,
    Member,
    PostFacts,
    Ref,
    Request,
    Word,
)
from bot.core.taps import Move, decode_tap
from bot.ports import Address

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Buttons = tuple[tuple[str, str], ...]  # label, callback data


@dataclass(frozen=True, slots=True)
class Payload:
    """What an outbox row holds: all that the channel needs, the address too.

    With the address inside, a last word still goes out after its conversation was forgotten.
    """

    channel: str
    id: str
    screen: Screen | None = None
    origin: str = ""
    erase: tuple[str, ...] = ()
    quiet: bool = False
    edits: str = ""
    empty: tuple[str, ...] = ()
    emptied: str = ""

    @property
    def address(self) -> Address:
        return Address(self.channel, self.id)


_CONVERSATION = TypeAdapter(tuple[Conversation, Buttons])
_MEMBER = TypeAdapter(tuple[Member, Buttons])
_PAYLOAD = TypeAdapter(tuple[Payload, Buttons, Buttons])
_REQUEST = TypeAdapter(Request)

# What travels apart from the record it belongs to; when loading, its default stands there.
_SHOWN: IncEx = {0: {"shown"}}
_CHOICES: IncEx = {0: {"screen": {"choices", "ways"}}}
_WORDS: IncEx = {"words"}

_WORD = TypeAdapter(Word)
_ENCLOSURE = TypeAdapter(Enclosure)
_POST = TypeAdapter(PostFacts)
_REF = TypeAdapter(Ref)
_INVITATION = TypeAdapter(Invitation)


def _flat(buttons: Sequence[Button]) -> Buttons:
    return tuple([(button.label, button.tap.data) for button in buttons])


def _buttons(flat: Buttons) -> tuple[Button, ...]:
    return tuple([_button(label, data) for label, data in flat])


@lru_cache(maxsize=4096)
def _button(label: str, data: str) -> Button:
    """The bot's own buttons, mostly those of the tree: the same few hundred at every turn."""
    # A tap that today's code no longer knows shows the present screen: no talk breaks over it.
    return Button(label, decode_tap(data) or Move.STAY)


def conversation_bytes(conversation: Conversation) -> bytes:
    return _CONVERSATION.dump_json((conversation, _flat(conversation.shown)), exclude=_SHOWN)


def conversation_of(plain: bytes) -> Conversation:
    conversation, shown = _CONVERSATION.validate_json(plain)
    return replace(conversation, shown=_buttons(shown)) if shown else conversation


def member_bytes(member: Member) -> bytes:
    return _MEMBER.dump_json((member, _flat(member.shown)), exclude=_SHOWN)


def member_of(plain: bytes) -> Member:
    member, shown = _MEMBER.validate_json(plain)
    return replace(member, shown=_buttons(shown))


def payload_bytes(payload: Payload) -> bytes:
    screen = payload.screen
    if screen is None:
        return _PAYLOAD.dump_json((payload, (), ()))
    parts = (payload, _flat(screen.choices), _flat(screen.ways))
    return _PAYLOAD.dump_json(parts, exclude=_CHOICES)


def payload_of(plain: bytes) -> Payload:
    payload, choices, ways = _PAYLOAD.validate_json(plain)
    if payload.screen is None:
        return payload
    screen = replace(payload.screen, choices=_buttons(choices), ways=_buttons(ways))
    return replace(payload, screen=screen)


def request_bytes(request: Request) -> bytes:
    """The facts without the words: those are sealed under the request's own key."""
    return _REQUEST.dump_json(request, exclude=_WORDS)


def request_of(plain: bytes) -> Request:
    return _REQUEST.validate_json(plain)


def word_bytes(word: Word) -> bytes:
    return _WORD.dump_json(word)


def word_of(plain: bytes) -> Word:
    return _WORD.validate_json(plain)


def enclosure_bytes(enclosure: Enclosure) -> bytes:
    return _ENCLOSURE.dump_json(enclosure)


def enclosure_of(plain: bytes) -> Enclosure:
    return _ENCLOSURE.validate_json(plain)


def post_bytes(post: PostFacts) -> bytes:
    return _POST.dump_json(post)


def post_of(plain: bytes) -> PostFacts:
    return _POST.validate_json(plain)


def ref_bytes(ref: Ref) -> bytes:
    return _REF.dump_json(ref)


def ref_of(plain: bytes) -> Ref:
    return _REF.validate_json(plain)


def invitation_bytes(invitation: Invitation) -> bytes:
    return _INVITATION.dump_json(invitation)


def invitation_of(plain: bytes) -> Invitation:
    return _INVITATION.validate_json(plain)


def micros(at: datetime) -> int:
    """Whole microseconds since 1970, exact in both directions."""
    return (at - _EPOCH) // _MICROSECOND


def moment(at: int) -> datetime:
    return _EPOCH + at * _MICROSECOND
