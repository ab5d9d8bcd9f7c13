"""The deadline walk on the screen: a day in, the steps out; the day is kept nowhere."""

from datetime import date

from bot.core.calendar import local
from bot.core.deadlines import Step, day_said, deadline_walk, spoken
from bot.core.messages import Button, Screen
from bot.core.records import Conversation
from bot.core.screens import beside
from bot.core.standing import show, sight_of, stand
from bot.core.taps import Move
from bot.core.times import in_german
from bot.core.tree import Ask, Audience, Node
from bot.core.view import Sight
from bot.core.world import Turn

FILE = "/fristen/{audience}/{day}.ics"  # where the web door hands out the calendar file


def typed(turn: Turn, conversation: Conversation, sight: Sight, text: str) -> None:
    """The day that was written; what is none is asked for again."""
    said = in_german(text, turn.k.times_of(conversation.language))
    day = day_said(said, local(turn.event.at).date())
    if day is None:
        stand(turn, conversation, first=turn.text("deadline_unclear", conversation.audience))
    else:
        shown(turn, conversation, sight, day)


def tapped(turn: Turn, conversation: Conversation, ref: str, choice: str) -> bool:
    """Whether the button was a day; an old one is counted against today, as a new one is."""
    node = turn.k.tree.node(ref)
    if not isinstance(node, Node) or node.ask is not Ask.DAY:
        return False
    day = day_said(choice, local(turn.event.at).date()) if "-" in choice else None
    if day is None:
        return False
    shown(turn, conversation, sight_of(turn, conversation), day)
    return True


def shown(turn: Turn, conversation: Conversation, sight: Sight, day: date) -> None:
    """The steps, what is due today first; nothing is recorded, back leads to the question."""
    audience = conversation.audience or Audience.TEACHER
    text = steps_text(turn, audience, day)
    if turn.event.channel == "web":
        file = FILE.format(audience=audience.value, day=day.isoformat())
        text = f"{text}\n\n{turn.text('deadline_file', audience, file=file)}"
    other = Button(turn.text("deadline_other", audience), Move.STAY)
    show(turn, conversation, Screen(text, (other,), beside(turn, sight)))


def steps_text(turn: Turn, audience: Audience, first: date) -> str:
    """The whole walk as text: also what is forwarded or printed."""
    today, calendar = local(turn.event.at).date(), turn.k.calendar
    steps = deadline_walk(turn.k.directory.deadlines, first, audience, calendar)
    due_now = [step for step in steps if step.due == today]
    rows = [turn.text("deadline_today", audience, step=step.deadline.title) for step in due_now]
    rows.append(turn.text("deadline_head", audience, day=spoken(first, turn.k.locale)))
    if not calendar.school_day(first):
        rows.append(turn.text("deadline_no_school", audience, day=spoken(first, turn.k.locale)))
    rows += [
        f"{number}. {_said(turn, audience, step, today)}" for number, step in enumerate(steps, 1)
    ]
    if any(step.due and step.deadline.count == "calendar" for step in steps):
        rows.append(turn.text("deadline_strict", audience))
    rows.append(turn.stand())
    return "\n\n".join(rows)


def _said(turn: Turn, audience: Audience, step: Step, today: date) -> str:
    row = step.deadline
    if step.due is None:
        when = turn.text("deadline_open", audience)
    else:
        key = "deadline_past" if step.due < today else "deadline_due"
        when = turn.text(key, audience, day=spoken(step.due, turn.k.locale))
        if step.safe is not None:
            safe = spoken(step.safe, turn.k.locale)
            when = f"{when} {turn.text('deadline_safe', audience, day=safe)}"
    source = turn.text(
        "deadline_source", audience, source=row.source,
        date=row.source_date or turn.text("deadline_undated", audience),
    )  # fmt: skip
    return f"{row.title}\n{when}\n{source}"
