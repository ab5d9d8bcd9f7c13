"""One ladder, as the command ``lotse route`` shows it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.core.knowledge import Knowledge
from bot.core.records import Team
from bot.core.routing import Wish, contacts, ladder, suppose_all_live
from bot.core.tree import Audience


def route(  # noqa: PLR0913, PLR0917  (a question has these parts)
    knowledge: Knowledge,
    team: Team,
    school: str,
    audience: Audience,
    topic: str,
    at: datetime,
    *,
    all_live: bool = False,
) -> dict[str, Any]:
    """Every rung in order whatever its state, and the contacts that are shown.

    Raises ``KeyError`` with a German sentence for a school or topic that does not exist.
    """
    directory = knowledge.directory
    known = directory.schools.get(school)
    if known is None:
        raise KeyError(f"Die Schule „{school}“ gibt es nicht, zum Beispiel ST-80.")
    if topic not in knowledge.tree.topics:
        raise KeyError(f"Das Thema „{topic}“ gibt es nicht, zum Beispiel mobbing.")
    if all_live:
        team = suppose_all_live(directory, team, offices_only=False)
    skips = knowledge.tree.topics[topic].skip_school
    wish = Wish(audience, school, known.district, topic, skip_school=skips)
    return {
        "school": school,
        "district": known.district,
        "ladder": [
            {
                "post": rung.post,
                "state": rung.state.value,
                "reason": rung.why,
                "promise": rung.promise.isoformat() if rung.promise else None,
            }
            for rung in ladder(directory, knowledge.calendar, team, wish, at)
        ],
        "shown": [
            asdict(contact) for contact in contacts(directory, knowledge.calendar, team, wish, at)
        ],
    }
