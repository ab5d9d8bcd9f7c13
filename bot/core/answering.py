"""How a member answers: own words or snippets, always with a preview before anything goes."""

import hashlib
from dataclasses import replace

from bot.core import cards, snippets, visible
from bot.core.cards import tell
from bot.core.knowledge import GERMAN, german
from bot.core.messages import Screen
from bot.core.records import Member, Request
from bot.core.world import Turn

LONGEST = 4000  # characters of an answer; what is longer is cut, and the preview shows it


def answer(turn: Turn, member: Member, request: Request) -> None:
    """What is typed next is the answer; a draft that is there goes on."""
    if visible.hidden_here(turn, request, member):
        cards.put_down(turn, request, member, edit=True)
        cards.told(turn, request, member, turn.text("answer_in_web", name=request.name))
        return
    cards.put_down(turn, request, member, edit=True)  # its other buttons stay good
    if member.writing_to == request.id and member.draft:
        preview(turn, member, member.draft)
        return
    label, group = turn.text("do_cancel"), f"reply:{request.id}"
    cancel = turn.acting(label, member.id, "reply_discard", request.id, group=group)
    member = replace(member, draft="", own_words=False, asked="answer", writing_to=request.id)
    text = turn.text("reply_write", name=request.name)
    if request.language != GERMAN:
        text = f"{text}\n\n{reads(turn, request)}"
    more = turn.acting(turn.text("do_snippets"), member.id, "snippets", request.id)
    cards.told(
        turn, request, member, text, cancel, *([more] if snippets.offered(turn, request) else [])
    )


def choose(turn: Turn, member: Member, request: Request) -> None:
    """The prepared answers that fit; the choice is seen in a preview first."""
    group = f"snippets:{request.id}"
    buttons = tuple(
        turn.acting(each.title, member.id, "snippet", request.id, extra=each.id, group=group)
        for each in snippets.offered(turn, request)
    )
    cards.told(turn, request, member, turn.text("snippets_which", name=request.name), *buttons)


def prepared(turn: Turn, member: Member, request: Request, snippet: str) -> None:
    """A prepared answer joins the draft."""
    found = next((each for each in snippets.offered(turn, request) if each.id == snippet), None)
    if found is None:
        tell(turn, member, turn.text("desk_already_done"))
        return
    going_on = member.writing_to == request.id
    draft, own = (member.draft, member.own_words) if going_on else ("", False)
    member = replace(member, writing_to=request.id, own_words=own or found.german)
    preview(turn, member, joined(draft, found.text))


def reads(turn: Turn, request: Request) -> str:
    """What the person reads: said before a word is written, since own words go out in German."""
    if german(request.language):
        return turn.text("reply_simple")
    language = turn.k.languages.get(request.language)
    return turn.text("reply_foreign", language=language.name if language else request.language)


def marked(turn: Turn, request: Request, text: str, *, own: bool) -> str:
    """The answer as the visitor reads it; own words say that they are German."""
    if german(request.language) or not own:
        return text
    return f"{turn.text('answer_in_german')}\n\n{text}"


def written(turn: Turn, member: Member, text: str) -> None:
    """Own words join the draft."""
    preview(turn, replace(member, own_words=True), joined(member.draft, text))


def joined(draft: str, text: str) -> str:
    return (f"{draft}\n\n{text}" if draft else text)[:LONGEST]


def preview(turn: Turn, member: Member, draft: str) -> None:
    """What the visitor would read, the whole of it, before it goes."""
    request = turn.request(member.writing_to or "")
    if not cards.mine(request, member):
        tell(turn, without_draft(member), turn.text("desk_not_yours"))
        return
    if visible.hidden_here(turn, request, member):
        text = turn.text("answer_in_web", name=request.name)
        cards.told(turn, request, replace(member, asked=None), text)
        return
    group, extra = f"reply:{request.id}", fingerprint(draft)
    send, drop = (
        turn.acting(
            turn.text(f"do_{action}"), member.id, action, request.id, extra=extra, group=group
        )
        for action in ("reply_send", "reply_discard")
    )
    cards.offer(turn, replace(member, asked="answer", draft=draft), (send, drop))
    shown = marked(turn, request, draft, own=member.own_words)
    screen = Screen(turn.text("reply_preview", name=request.name, text=shown), (send, drop))
    cards.show(turn, request, member, screen, quotes=True)


def without_draft(member: Member) -> Member:
    """Nobody is being answered."""
    return replace(member, draft="", own_words=False, asked=None, writing_to=None)


def fingerprint(text: str) -> str:
    """Tells whether the draft is still the one that the preview showed."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]


def discard(turn: Turn, member: Member, request: Request) -> None:
    """Nothing goes out; the card's own buttons may be typed again."""
    member = without_draft(member) if member.writing_to == request.id else member
    cards.put_down(turn, request, member, edit=True)
    cards.told(turn, request, member, turn.text("reply_discarded", name=request.name))


def back_in_preview(turn: Turn, member: Member, request: Request, text: str, *, own: bool) -> None:
    """An answer that was taken back; beside another draft it is only shown."""
    if member.draft and member.writing_to:
        screen = Screen(turn.text("undone_text", name=request.name, text=text))
        cards.show(turn, request, member, screen, quotes=True)
        return
    preview(turn, replace(member, writing_to=request.id, own_words=own), text)
