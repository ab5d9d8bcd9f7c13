"""What a visitor answers: taking a choice, opening a topic, and going back."""

from bot.core import telling, wishes
from bot.core.conditions import WHO, choices
from bot.core.records import Answer, Conversation
from bot.core.standing import place_of, sight_of, stand
from bot.core.taps import Open
from bot.core.tree import Ask, Choice, Node, Sets
from bot.core.values import replace
from bot.core.walk import answered, replay, shortened
from bot.core.world import Turn

# Who would read it is said here already, so what is typed here is meant for them.
BEFORE_WRITING = frozenset({"kontakt.wer_liest", "kontakt.einwilligung"})


def fresh(conversation: Conversation) -> Conversation:
    """A new walk: what is known of school and person stays, what belonged to the walk goes."""
    return replace(
        conversation,
        answers=(),
        consent=None,
        writing_to=None,
        held=(),
        worries=frozenset(),
    )


def choose(turn: Turn, conversation: Conversation, node: str, choice: str) -> None:
    """Take a choice, of the present screen or of an old one; what is gone shows today's place."""
    there = turn.k.tree.node(node)
    if not isinstance(there, Node):
        opened(turn, conversation, Open(node.partition(".")[0]))
        return
    found = next((c for c in there.choices if c.id == choice), None)
    if found is not None and found.act is not None:
        gone(turn, conversation)  # what acts is done by its own button, once
        return
    answer = Answer(node, choice if _offered(turn, conversation, there, found) else "")
    take(turn, conversation, answer)


def _offered(turn: Turn, conversation: Conversation, node: Node, found: Choice | None) -> bool:
    sight = sight_of(turn, conversation)
    return found is None or found in choices(turn.k.tree, node, sight)


def take(turn: Turn, conversation: Conversation, answer: Answer, *, first: str = "") -> None:
    """Record the answer and what it says about the visitor, and show where it leads."""
    tree, sight = turn.k.tree, sight_of(turn, conversation)
    if answer.choice:
        answers = answered(tree, conversation.answers, answer.node, answer.choice, sight)
    else:
        answers = (*conversation.answers, answer)
    answers = shortened(tree, answers, sight)
    conversation = replace(conversation, answers=answers, writing_to=None)
    conversation = record(turn, conversation, answer)
    telling.rescheduled(turn, conversation)
    asked = place_of(turn, conversation).node.ask is Ask.MESSAGE
    if not first and asked and conversation.draft and answer.node in BEFORE_WRITING:
        first = turn.text("draft_there", conversation.audience)
    stand(turn, conversation, first=first)


def record(turn: Turn, conversation: Conversation, answer: Answer) -> Conversation:
    """What the answer says about the visitor; a consent holds for the ladder it was given for."""
    directory, node = turn.k.directory, turn.k.tree.node(answer.node)
    sets = sets_of(node, answer)
    school = directory.schools.get(answer.choice.upper())
    if _asks(node, Ask.SCHOOL) and school is not None:
        return replace(conversation, school=school.id, district=school.district, consent=None)
    if _asks(node, Ask.PLACE) and answer.choice in directory.districts:
        return replace(conversation, school=None, district=answer.choice, consent=None)
    if sets.no_place:
        return replace(conversation, school=None, district="", consent=None)
    if sets.exclude:
        excluded = conversation.excluded | {sets.exclude}
        return replace(conversation, excluded=excluded, consent=None)
    return replace(
        wishes.chosen(conversation, sets),
        audience=sets.audience or conversation.audience,
        consent=conversation.consent if sets.consent is None else sets.consent,
    )


def unrecord(turn: Turn, conversation: Conversation, answer: Answer) -> Conversation:
    """Take back what the answer recorded."""
    directory, node = turn.k.directory, turn.k.tree.node(answer.node)
    sets = sets_of(node, answer)
    school = _asks(node, Ask.SCHOOL) and answer.choice.upper() in directory.schools
    place = _asks(node, Ask.PLACE) and answer.choice in directory.districts
    if school or place or sets.no_place:
        return replace(conversation, school=None, district=None, consent=None)
    return replace(
        wishes.unchosen(conversation, sets),
        audience=None if sets.audience else conversation.audience,
        excluded=conversation.excluded - {sets.exclude},
        consent=conversation.consent if sets.consent is None else None,
    )


def _asks(node: object, ask: Ask) -> bool:
    return isinstance(node, Node) and node.ask is ask


def sets_of(node: object, answer: Answer) -> Sets:
    found = node.choices if isinstance(node, Node) else ()
    return next((c.sets for c in found if c.id == answer.choice), Sets())


def opened(turn: Turn, conversation: Conversation, tap: Open) -> None:
    """Go to the start of a topic or into a piece; says so when something is asked before."""
    topic = turn.k.tree.topics.get(tap.topic)
    if topic is None:
        gone(turn, conversation)
        return
    answers = (*conversation.answers, Answer(topic.start))
    answers = shortened(turn.k.tree, answers, sight_of(turn, conversation))
    conversation = replace(conversation, answers=answers, writing_to=None)
    asked_first = place_of(turn, conversation).node.ref == WHO
    stand(turn, conversation, first=turn.text("who_first") if asked_first else "")


def gone(turn: Turn, conversation: Conversation) -> None:
    stand(turn, conversation, first=turn.text("button_gone", conversation.audience))


def go_back(turn: Turn, conversation: Conversation) -> None:
    """Drop the last answer and what it recorded, and more until the place is another."""
    here = place_of(turn, conversation).node.ref
    conversation = replace(conversation, writing_to=None)
    there = here
    while conversation.answers and there == here:
        *before, last = conversation.answers
        conversation = unrecord(turn, replace(conversation, answers=tuple(before)), last)
        for answer in before:  # what it had replaced holds again
            conversation = record(turn, conversation, answer)
        sight = sight_of(turn, conversation)
        there = replay(turn.k.tree, conversation.answers, sight).node.ref
    stand(turn, conversation)
