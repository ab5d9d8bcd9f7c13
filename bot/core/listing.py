"""What a member may ask for at any time: the list of open requests, the posts, help."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

from bot.core import away, cards, editing, mailbox, situation, steps, team, tour, visible, webward
from bot.core.calendar import clock, local
from bot.core.cards import tell
from bot.core.messages import Button, Command, EraseChat, Screen, Staff
from bot.core.reach import kept_out, posts_of
from bot.core.records import PAGE, Member, Ref, Request
from bot.core.screens import post_name
from bot.core.taps import Act
from bot.core.world import Turn

LIST = 10  # cards on one page of the list
SLOT = "list"
WIDEST = 60  # characters of a row: what a button on a phone still shows
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


def commanded(  # noqa: C901, PLR0912  (each command has its line)
    turn: Turn, member: Member, command: Command
) -> None:
    """Every command ends what was being written; a draft and its buttons stay good."""
    member = replace(member, asked=None)
    match command:
        case Command.DESK | Command.NEW | Command.BACK:
            listed(turn, member)
        case Command.POST:
            posts(turn, member)
        case Command.PLAN:
            steps.plans(turn, member)
        case Command.ABSENT:
            away.shown(turn, member, member)
        case Command.MAIL:
            mailbox.shown(turn, member)
        case Command.PREVIEW:
            editing.ask(turn, member)
        case Command.INVITE:
            team.listed(turn, member)
        case Command.SITUATION:
            situation.shown(turn, member)
        case Command.HELP | Command.LANGUAGE | Command.EMERGENCY:
            tell(turn, member, turn.text("desk_help"), tour.button(turn, member))
        case Command.WEB:
            tell(turn, member, webward.desk(turn))
        case Command.PRIVACY:
            tell(turn, member, turn.text("desk_privacy", None, kept=turn.kept(), **turn.k.operator))
        case Command.ERASE:
            turn.do(EraseChat(Staff(member.id)))
            tell(turn, member, turn.text("desk_erased"))
        case Command.END:
            tell(turn, member, turn.text("desk_end"))
        case _:
            assert_never(command)


def posts(turn: Turn, member: Member) -> None:
    """How far each post has come that is mine or that I may switch on."""
    seated = dict.fromkeys(post for each in turn.team.members for post in each.posts)
    led = (post for post in seated if steps.may_lead(turn, member, post))
    found = tuple(dict.fromkeys((*member.posts, *led)))
    if not found:
        tell(turn, member, turn.text("no_post"))
    for post in found:
        steps.checklist(turn, member, post)


def listed(turn: Turn, member: Member) -> None:
    """Open requests of my posts, a page of them; they leave it only by what is done with them."""
    paged(turn, member, 0)


def turned(turn: Turn, member: Member, ref: Ref) -> None:
    """Another page, in the place of the one that is there."""
    paged(turn, member, int(ref.extra), edit=True)


def pages_needed(page: int) -> range:
    """The pages of one post that hold whatever may stand before or on this page, and one more."""
    return range(LIST * (page + 1) // PAGE + 1)


def paged(turn: Turn, member: Member, page: int, *, edit: bool = False) -> None:
    loaded = [
        request
        for post in posts_of(turn, member)
        for each in pages_needed(page)
        for request in turn.requests_at(post, each)
        if not kept_out(turn, request, member)
    ]
    if not loaded:
        cards.offer(turn, member, ())
        turn.say(Staff(member.id), Screen(turn.text("list_empty"), slot=SLOT, edit=edit))
        return
    page = min(page, (len(loaded) - 1) // LIST)  # those of the last page may be gone by now
    start, end = LIST * page, LIST * (page + 1)
    found = tuple(sorted(loaded, key=lambda request: request.order)[start:end])
    more = len(loaded) > end
    count = f"{start + 1}–{start + len(found)}" if page or more else str(len(found))
    ways = [("do_list_back", page - 1)] * (page > 0) + [("do_list_on", page + 1)] * more
    buttons = tuple(
        turn.acting(
            turn.text(key), member.id, "list_page", extra=str(to), group=f"{SLOT}:{member.id}"
        )
        for key, to in ways
    )
    choices = (*rows(turn, member, found), *buttons)
    screen = Screen(turn.text("list_head", count=count), choices, slot=SLOT, edit=edit)
    laid(turn, member, screen, found, tuple(line(turn, member, each) for each in found))


def rows(turn: Turn, member: Member, found: tuple[Request, ...]) -> tuple[Button, ...]:
    return tuple(turn.acting(row(turn, member, each), member.id, "show", each.id) for each in found)


def laid(
    turn: Turn,
    member: Member,
    screen: Screen,
    found: tuple[Request | None, ...],
    lines: tuple[str, ...] = (),
) -> None:
    """Buttons about requests, the first ones about these; in Telegram only what may stand there.

    The places stay the same, so that a number means the same card at both desks.
    """
    cards.offer(turn, member, screen.choices)
    hidden = [each is not None and visible.nothing_there(turn, each, member) for each in found]
    bare = None
    if any(hidden):
        kept = [line for line, hide in zip(lines, hidden, strict=False) if not hide]
        text = "\n".join((turn.text("list_head_bare"), *kept, turn.text("list_in_web")))
        row = turn.text("list_hidden")
        choices = tuple(
            Button(row, button.tap) if hide else button
            for button, hide in zip(screen.choices, hidden, strict=False)
        )
        bare = replace(screen, text=text, choices=(*choices, *screen.choices[len(found) :]))
    screen = replace(screen, text="\n".join((screen.text, *lines)))
    turn.say(Staff(member.id), screen, telegram=bare)


def which(turn: Turn, member: Member, *found: Button) -> None:
    """A word that fits several cards or posts: they are listed, and the choice does it."""
    buttons = tuple(Button(about(turn, member, each), each.tap) for each in found)
    screen = Screen(turn.text("list_which", word=found[0].label), buttons)
    laid(turn, member, screen, tuple(request_of(turn, each) for each in found))


def request_of(turn: Turn, button: Button) -> Request | None:
    ref = turn.ref(button.tap.ref) if isinstance(button.tap, Act) else None
    return turn.request(ref.about) if ref else None


def about(turn: Turn, member: Member, button: Button) -> str:
    """The request or the post that a button is about."""
    ref = turn.ref(button.tap.ref) if isinstance(button.tap, Act) else None
    request = request_of(turn, button)
    if request is not None:
        return row(turn, member, request)
    return post_name(turn, ref.extra if ref else "")


def line(turn: Turn, member: Member, request: Request) -> str:
    """What a row says, uncut, with the school, how to be answered, and the language."""
    card = cards.card_of(turn, request, member)
    wish = turn.text(f"list_reach_{request.reach.value}")
    facts = (card.topic, card.school, wish, card.language, urgency(turn, member, request))
    told = " · ".join(fact for fact in facts if fact)
    return turn.text("list_line", name=request.name, who=asker(turn, request), facts=told)


def asker(turn: Turn, request: Request) -> str:
    return turn.text(f"list_who_{request.audience.value}")


def row(turn: Turn, member: Member, request: Request) -> str:
    """Name, who asks, topic and how urgent; what is too wide is taken from the topic."""
    topic = cards.subject(turn, request)
    who, due = asker(turn, request), urgency(turn, member, request)
    whole = turn.text("list_row", name=request.name, who=who, topic=topic, due=due)
    if len(whole) > WIDEST:
        room = max(0, len(topic) - (len(whole) - WIDEST) - 1)
        cut = f"{topic[:room].rstrip()}…"
        whole = turn.text("list_row", name=request.name, who=who, topic=cut, due=due)
    return whole[:WIDEST]


def urgency(turn: Turn, member: Member, request: Request) -> str:
    if request.overdue_since is not None:
        said = turn.text("list_overdue")
    elif request.due is not None:
        said = by(request.due, turn.event.at)
    else:
        said = cards.state_of(turn, request, member)
    return f"{turn.text('list_red')}, {said}" if request.alert else said


def by(at: datetime, now: datetime) -> str:
    """An instant in few letters: „heute 15 Uhr“, „Do 26.11. 14:30 Uhr“."""
    then = local(at)
    day = f"{DAYS[then.weekday()]} {then.day}.{then.month}."
    return f"{'heute' if then.date() == local(now).date() else day} {clock(then.time())} Uhr"
