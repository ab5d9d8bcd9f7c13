"""Break-glass, for danger to life: two members, each with a reason, see a visitor's address.

One of them is of the carrier that has the request, neither sits where the visitor wants nobody.
The core never holds the address, and the reasons stay in the audit. Nothing of it reaches the
visitor: whoever holds the phone would read it too.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.core import cards, visible
from bot.core.ahead import ahead
from bot.core.answering import LONGEST, fingerprint
from bot.core.cards import tell
from bot.core.directory import COORDINATION
from bot.core.messages import ADDRESS, EmptyDesk, LetSleep, Reveal, Screen, Staff, Timer, Tone, Wake
from bot.core.posts import other_carrier
from bot.core.presence import absent
from bot.core.reach import belongs, kept_out
from bot.core.records import Glass, Member, Ref, Request, Role
from bot.core.rights import WORK
from bot.core.routing import YOUTH_OFFICE
from bot.core.screens import post_name
from bot.core.steps import may_lead
from bot.core.world import Turn

ASKED = "glass"  # what the last screen asked for, followed by the request
PATIENCE = timedelta(hours=1)  # until nobody has agreed; issue 4 leaves it to us
SEEN_FOR = timedelta(hours=24)  # issue 4
MOST = 12  # members who are asked, the nearest first

# ── Who ─────────────────────────────────────────────────────────────────────────────────────────


def of_carrier(turn: Turn, request: Request, member: Member) -> bool:
    """Whether the member works for the carrier that has the request."""
    directory = turn.k.directory
    return any(not other_carrier(directory, request.post, post) for post in member.posts)


def near(turn: Turn, request: Request, member: Member) -> bool:
    """Whether the request lies at this desk, or this member leads or works beside it."""
    leads = member.role is Role.COORDINATOR and may_lead(turn, member, request.post)
    beside = of_carrier(turn, request, member) or COORDINATION in member.posts
    return leads or beside or belongs(turn, request, member)


def wanted(turn: Turn, request: Request, member: Member) -> bool:
    """Whether the visitor kept none of this member's posts out; of no post nothing is known."""
    unknown = not member.posts and YOUTH_OFFICE in request.excluded
    return not unknown and not kept_out(turn, request, member)


def pair(turn: Turn, request: Request, first: Member, other: Member) -> bool:
    """Whether these two may see it together."""
    reads = other.role in WORK and other.admitted and other.id != first.id
    reads = reads and not request.practice  # behind which is nobody
    one = of_carrier(turn, request, first) or of_carrier(turn, request, other)
    return reads and one and near(turn, request, other) and wanted(turn, request, other)


def others(turn: Turn, request: Request, first: Member) -> tuple[Member, ...]:
    """Who is asked: whoever is there, else everybody; those at whose desk it lies first."""
    found = [m for m in turn.team.members if pair(turn, request, first, m)]
    there = [m for m in found if not absent(m, turn.event.at)]
    return tuple(sorted(there or found, key=lambda m: not belongs(turn, request, m))[:MOST])


def sees(turn: Turn, request: Request, member: Member) -> bool:
    glass, at = request.glass, turn.event.at
    if glass is None or not request.open or member.id not in {glass.first, glass.second}:
        return False
    return glass.second != "" and running(glass, at)


def running(glass: Glass, at: datetime) -> bool:
    """Whether its time is not over, and was not written by a clock that was ahead."""
    return at < glass.until and not ahead(glass.until - SEEN_FOR, at)


def waiting(turn: Turn, request: Request, member: Member) -> bool:
    """Whether this member asked already, and somebody may still agree."""
    glass = request.glass
    asked = glass is not None and not glass.second and glass.first == member.id
    return asked and glass is not None and running(glass, turn.event.at)


def asking(turn: Turn, request: Request, member: Member) -> Member | None:
    """With whom this member may look, as the second, now."""
    first = turn.team.member(request.glass.first) if request.glass else None
    if first is None or not cards.mine(request, first) or not waiting(turn, request, first):
        return None
    return first if pair(turn, request, first, member) else None


# ── Two reasons ─────────────────────────────────────────────────────────────────────────────────


def begin(turn: Turn, member: Member, request: Request) -> None:
    """Whoever claimed it is asked for a reason, or learns how far it has come."""
    cards.put_down(turn, request, member, edit=True)
    if sees(turn, request, member):
        show(turn, member, request)
    elif waiting(turn, request, member) and request.glass is not None:
        until = turn.when(request.glass.until)
        text = turn.text("glass_waits", name=request.name, until=until)
        cards.told(turn, request, member, text)
    elif not others(turn, request, member):
        cards.told(turn, request, member, turn.text("glass_nobody", name=request.name))
    else:
        ask_reason(turn, member, request)


def ask_reason(turn: Turn, member: Member, request: Request) -> None:
    """What is typed next is this member's reason."""
    if (member.draft and member.writing_to) or visible.hidden_here(turn, request, member):
        tell(turn, member, turn.text("counsel_not_now"))
        return
    asked = replace(member, draft="", asked=f"{ASKED}:{request.id}")
    drop = turn.acting(turn.text("do_cancel"), member.id, "glass_drop", request.id)
    cards.told(turn, request, asked, turn.text("glass_write", name=request.name), drop)


def join(turn: Turn, member: Member, request: Request) -> None:
    if asking(turn, request, member):
        ask_reason(turn, member, request)
    else:
        refuse(turn, member, request, "glass_join")


def refuse(turn: Turn, member: Member, request: Request, action: str) -> None:
    """A kind sentence, and a line of the audit."""
    turn.audit(f"refused:{action}", request.name)
    tell(turn, replace(member, asked=None, draft=""), turn.text("glass_not_now"))


def typed(turn: Turn, member: Member, request_id: str, text: str) -> None:
    """Seen before it counts, as everything that is written here."""
    request = turn.request(request_id)
    if request is None or not (cards.mine(request, member) or asking(turn, request, member)):
        tell(turn, replace(member, asked=None, draft=""), turn.text("glass_not_now"))
        return
    draft = (f"{member.draft}\n\n{text}" if member.draft else text)[:LONGEST]
    extra, group = fingerprint(draft), f"glass:{request.id}:{member.id}"
    send, drop = (
        turn.acting(turn.text(key), member.id, action, request.id, extra=extra, group=group)
        for key, action in (("do_glass_send", "glass_send"), ("do_cancel", "glass_drop"))
    )
    cards.offer(turn, replace(member, draft=draft), (send, drop))
    screen = Screen(turn.text("glass_preview", name=request.name, text=draft), (send, drop))
    cards.show(turn, request, member, screen, quotes=True)


def send(turn: Turn, member: Member, ref: Ref, request: Request) -> None:
    """The reason counts: the first one asks the others, the second one opens."""
    why = member.draft
    if member.asked != f"{ASKED}:{request.id}" or fingerprint(why) != ref.extra:
        turn.audit("refused:glass_send", request.name)
        tell(turn, member, turn.text("desk_already_done"))
        return
    member = replace(member, asked=None, draft="")
    if first := asking(turn, request, member):
        opened(turn, first, member, request, why)
    elif cards.mine(request, member) and not waiting(turn, request, member):
        asked(turn, member, request, why)
    else:
        refuse(turn, member, request, "glass_send")


def asked(turn: Turn, member: Member, request: Request, why: str) -> None:
    """The first reason is written down, and the others get a card without a word of it."""
    until = turn.event.at + PATIENCE
    request = replace(shut(turn, request), glass=Glass(member.id, until))
    turn.put(request)
    turn.do(Wake(until, Timer.GLASS, request.id))
    turn.audit("glass_ask", request.name, why)
    found = others(turn, request, member)
    names = ", ".join(other.label for other in found)
    values = {"name": request.name, "until": turn.when(until)}
    cards.told(turn, request, member, turn.text("glass_asked", None, members=names, **values))
    values |= {"member": member.label, "post": post_name(turn, request.post)}
    for other in found:
        label = turn.text("do_glass_join")
        yes = turn.acting(label, other.id, "glass_join", request.id)
        cards.offer(turn, other, (yes,), ahead=other.asked is None, instead=False)
        screen = Screen(turn.text("glass_please", None, **values), (yes,), tone=Tone.ALERT)
        cards.show(turn, request, other, screen)


# ── The look ────────────────────────────────────────────────────────────────────────────────────


def opened(turn: Turn, first: Member, member: Member, request: Request, why: str) -> None:
    """Two reasons are there: both see it, for a day."""
    until = turn.event.at + SEEN_FOR
    request = replace(request, glass=Glass(first.id, until, member.id))
    turn.put(request)
    turn.put(member)
    turn.do(Wake(until, Timer.GLASS, request.id))
    turn.audit("glass_open", request.name, why)
    reveal(turn, member, request)
    reveal(turn, first, request)


def show(turn: Turn, member: Member, request: Request) -> None:
    """Once more, for one of the two while it lasts."""
    if not sees(turn, request, member):
        refuse(turn, member, request, "glass_show")
        return
    turn.audit("glass_show", request.name)
    reveal(turn, member, request)


def reveal(turn: Turn, member: Member, request: Request) -> None:
    """The store fills in the address, behind the core."""
    glass = request.glass
    both = [turn.team.member(m) for m in ((glass.first, glass.second) if glass else ())]
    values = {
        "name": request.name,
        "members": ", ".join(m.label for m in both if m is not None),
        "until": turn.when(glass.until if glass else turn.event.at),
    }
    again = turn.acting(turn.text("do_glass_show"), member.id, "glass_show", request.id)
    cards.offer(turn, member, (again,), ahead=member.asked is None, instead=False)
    seen = turn.text("glass_seen", None, address=ADDRESS, **values)
    screen = Screen(seen, (again,), tone=Tone.ALERT)
    none = Screen(turn.text("glass_none", name=request.name))
    bare = Screen(turn.text("words_in_web_of", name=request.name), (again,))
    there = visible.instead(turn, request, member, screen, bare)
    turn.do(Reveal(request.conversation, Staff(member.id), screen, none, request.id, there))


def kept(turn: Turn) -> None:
    """Whose desk this turn emptied for another reason, still sees it: a day is a day."""
    for effect in tuple(turn.effects):
        if isinstance(effect, EmptyDesk):
            request, member = turn.request(effect.request), turn.team.member(effect.member)
            if request is not None and member is not None and sees(turn, request, member):
                reveal(turn, member, request)


def due(turn: Turn, request: Request) -> None:
    """The hour in which somebody may agree is over, or the day in which two may look."""
    glass, at = request.glass, turn.event.at
    if glass is None:
        return
    if running(glass, at):  # the clock went back
        turn.do(Wake(glass.until, Timer.GLASS, request.id))
        return
    shut(turn, request)
    first = turn.team.member(glass.first)
    if first is not None and not glass.second:
        cards.told(turn, request, first, turn.text("glass_expired", name=request.name))


def shut(turn: Turn, request: Request) -> Request:
    """Nobody sees it any more; whoever has the request sees its words again."""
    glass = request.glass
    if glass is None:
        return request
    request = replace(request, glass=None)
    turn.put(request)
    turn.do(LetSleep(Timer.GLASS, request.id))
    if glass.second:
        turn.audit("glass_over", request.name)
        for member in (glass.first, glass.second):
            cards.empty(turn, request, member)
            again(turn, request, member)
    return request


def again(turn: Turn, request: Request, member_id: str) -> None:
    member = turn.team.member(member_id)
    if member is not None and cards.mine(request, member):
        cards.put_down(turn, request, member, edit=True)
        cards.whole(turn, request, member)


def left(turn: Turn, request: Request) -> Request:
    """One of the two is no member any more, or was taken from its post: that ends it."""
    glass = request.glass
    both = {glass.first, glass.second} - {""} if glass else set()
    found = [turn.team.member(member) for member in both]
    gone = any(member is None or request.post in member.left for member in found)
    return shut(turn, request) if gone else request
