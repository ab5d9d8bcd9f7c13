"""Whether somebody got in touch: asked some days after, and only who agreed to be asked."""

from dataclasses import replace
from datetime import timedelta

from bot.core import cards, telling
from bot.core.messages import Button, Count, Screen, Timer, Wake
from bot.core.records import Conversation, Reason, Ref, Request
from bot.core.standing import stand
from bot.core.world import Turn

AFTER = timedelta(days=7)  # a call or a meeting has had a school week


def later(turn: Turn, request: Request) -> None:
    """A timer, where the visitor agreed."""
    if request.may_ask:
        turn.do(Wake(turn.event.at + AFTER, Timer.ASK, request.id))


def offer(turn: Turn, request: Request) -> Button:
    """To be asked later, for the visitor to choose."""
    label = turn.text_for(request, "do_ask_later")
    return turn.acting(label, request.conversation, "ask_later", request.id)


def agreed(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    request = of(turn, conversation, ref)
    if request is None:
        stand(turn, conversation, first=turn.text("already_done", conversation.audience))
        return
    request = replace(request, may_ask=True)
    turn.put(request)
    later(turn, request)
    stand(turn, conversation, first=turn.text("will_ask", conversation.audience))


def ask(turn: Turn, request: Request) -> None:
    """Asked once; of what was withdrawn or has had its time nobody is reminded."""
    if not request.may_ask or not request.conversation or request.reason is Reason.WITHDRAWN:
        return
    turn.put(replace(request, may_ask=False))
    text = turn.text_for(request, "contact_asked", name=request.name)
    telling.tell(turn, request, text, *telling.yes_or_no(turn, request, "contact"))


def answered(turn: Turn, conversation: Conversation, ref: Ref) -> None:
    """Counted; a no is told to whoever has it, and the visitor learns what else there is."""
    request = of(turn, conversation, ref)
    said = ref.action.removeprefix("contact_")
    turn.do(Count(f"contact/{said}", (request.district if request else None) or ""))
    key = f"contact_{said}"
    if request is not None and request.open and said == "no":
        key = "contact_no_told"
        holder = cards.holder(turn, request)
        told = (holder,) if holder else turn.team.of(request.post)
        for member in told:
            text = turn.german.said("contact_missing", None, name=request.name)
            cards.show(turn, request, member, Screen(text))
    stand(turn, conversation, first=turn.text(key, conversation.audience))


def of(turn: Turn, conversation: Conversation, ref: Ref) -> Request | None:
    """The visitor's own request, also after its end."""
    request = turn.request(ref.about)
    own = request is not None and request.conversation == conversation.id
    return request if own else None
