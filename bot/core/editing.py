"""What a visitor would read on any screen, drafts included; for editors, at their desk too."""

from dataclasses import replace

from bot.core.cards import tell
from bot.core.check.findings import nearest
from bot.core.conditions import is_subject, meant
from bot.core.messages import Button, Screen
from bot.core.records import Conversation, Member, Ref
from bot.core.screens import here
from bot.core.tree import ENTRANCE, Audience, Call, Gate, Goto, Node, Target
from bot.core.view import Sight
from bot.core.walk import Place
from bot.core.world import Turn

ASKED = "preview"  # what is typed next names a screen


def screen_at(
    turn: Turn, node: Node, audience: Audience | None, language: str = "de", school: str = ""
) -> Screen:
    """The screen as this visitor would see it in this moment, whoever has joined."""
    known = turn.k.directory.schools.get(school.upper())
    visitor = Conversation(
        "preview",
        turn.event.at,
        audience=audience,
        language=language,
        school=known.id if known else None,
        district=known.district if known else None,
    )
    sight = Sight(turn.k, turn.team, visitor, turn.event.at, drafts=True)
    topic = turn.k.tree.topic_of(node.ref)
    subject = is_subject(turn.k.tree, node.ref)
    place = Place(node, (), topic.id if subject else None, skip_school=topic.skip_school)
    return here(turn, sight, place)


def node_called(turn: Turn, words: str) -> str | None:
    """The ref of a screen: ``topic.node``, or a topic alone for its first screen."""
    tree, said = turn.k.tree, words.strip().lower()
    return said if said in tree.nodes else tree.topics[said].start if said in tree.topics else None


def likely(turn: Turn, words: str) -> str:
    """The screen or topic that was probably meant; "" when nothing comes near."""
    return nearest(words.strip().lower(), [*turn.k.tree.nodes, *turn.k.tree.topics]) or ""


# ── At the desk ─────────────────────────────────────────────────────────────────────────────────


def ask(turn: Turn, member: Member) -> None:
    """Which screen? The desk saw that an editor asks."""
    tell(turn, replace(member, asked=ASKED), turn.text("preview_ask"))


def typed(turn: Turn, member: Member, text: str) -> None:
    """The screen that was named, for pupils first."""
    ref = node_called(turn, text)
    if ref is None:
        tell(turn, member, turn.text("preview_unknown", what=likely(turn, text) or "mobbing"))
    else:
        show(turn, member, ref, Audience.PUPIL)


def tapped(turn: Turn, member: Member, ref: Ref) -> None:
    """A button of a preview: the next screen, or the same one for somebody else."""
    node, _, audience = ref.extra.partition("|")
    if node not in turn.k.tree.nodes:
        tell(turn, member, turn.text("desk_already_done"))
    else:
        show(turn, member, node, Audience(audience))


def show(turn: Turn, member: Member, ref: str, audience: Audience) -> None:
    """The screen, a button for each choice, and the same screen for the other audiences."""
    member = replace(member, asked=ASKED)
    node = turn.k.tree.nodes[ref]
    if isinstance(node, Gate):
        ways = dict.fromkeys(node.to.values())
        buttons = tuple(_button(turn, member, there, there, audience) for there in ways)
        tell(turn, member, turn.text("preview_gate", node=ref, what=node.decide), *buttons)
        return
    who = turn.text(f"who_{audience.value}")
    head = turn.text("preview_draft" if node.draft else "preview_head", node=ref, who=who)
    seen = screen_at(turn, node, audience)
    sight = Sight(turn.k, turn.team, Conversation("", turn.event.at, audience=audience),
                  turn.event.at, drafts=True)  # fmt: skip
    strange = "" if meant(turn.k.tree, ref, sight) else turn.text("preview_not_for")
    buttons = tuple(
        _button(turn, member, choice.label.of(audience), _after(turn, choice.target), audience)
        for choice in node.choices
    )
    others = tuple(
        _button(turn, member, turn.text("preview_as", who=turn.text(f"who_{o.value}")), ref, o)
        for o in Audience
        if o is not audience
    )
    parts = (head, strange, seen.text)
    tell(turn, member, "\n\n".join(part for part in parts if part), *buttons, *others)


def _button(turn: Turn, member: Member, label: str, ref: str, audience: Audience) -> Button:
    return turn.acting(label, member.id, ASKED, extra=f"{ref}|{audience.value}")


def _after(turn: Turn, target: Target) -> str:
    """Where a choice leads; back from a piece is the entrance, since nobody called it here."""
    if isinstance(target, Goto | Call):
        return target.node
    return turn.k.tree.topics[ENTRANCE].start
