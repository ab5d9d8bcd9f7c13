"""What an operator reads in the audit: whether it still holds, and its lines.

What members are called comes from the audit itself as well: whoever has left is named in the
line with which they joined.
"""

from collections.abc import Mapping, Sequence

from bot.app import App
from bot.commands.house import Arguments, Doors, Say
from bot.core.calendar import local
from bot.store import Work
from bot.store.audit import Entry, Verdict

SHOWN = 50  # lines, unless somebody asks for more
PAGE = 1000


async def verify(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """One sentence; exit 1 when a line was changed or is missing."""
    del doors, arguments
    verdict: Verdict = await app.store.run(lambda work: work.verify_audit())
    if verdict.fault:
        await say(
            f"Das Protokoll stimmt nicht: {verdict.fault} Bis dahin stimmen {verdict.rows} Zeilen."
        )
        return 1
    await say(f"Das Protokoll stimmt: {verdict.rows} Zeilen.")
    return 0


async def show(app: App, doors: Doors, arguments: Arguments, say: Say) -> int:
    """The newest lines, oldest first; reasons for a look at an address only when asked for."""
    del doors
    last = int(str(arguments.get("last") or SHOWN))
    entries, labels = await app.store.run(lambda work: (_newest(work, last), _labels(work)))
    for entry in entries:
        await say(worded(entry, labels, reasons=arguments.get("reasons") is True))
    return 0


def worded(entry: Entry, labels: Mapping[str, str], *, reasons: bool) -> str:
    who = labels.get(entry.member, entry.member[:8]) if entry.member else "Betrieb"
    when = local(entry.at).strftime("%d.%m.%Y %H:%M")
    why = f" · Grund: {entry.why}" if reasons and entry.why else (" · mit Grund" * bool(entry.why))
    about = f" · {labels.get(entry.about, entry.about)}" if entry.about else ""
    return f"{entry.number} · {when} · {who} · {entry.action}{about}{why}"


def _newest(work: Work, last: int) -> Sequence[Entry]:
    return work.audited(max(work.last_audited() - last, 0), last)


def _labels(work: Work) -> Mapping[str, str]:
    """Member id → what colleagues read; of those who have left from their first line."""
    joined: dict[str, str] = {}
    after = 0
    while page := work.audited(after, PAGE):
        joined |= {e.member: e.about for e in page if e.action == "join" and e.member}
        after = page[-1].number
    return joined | {member.id: member.label for member in work.team().members}
