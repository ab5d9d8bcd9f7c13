"""Danger in what was typed: help that answers now, for this worry and this person."""

from dataclasses import replace

from bot.core.facts import answering, helpline
from bot.core.messages import Screen, Tone
from bot.core.tree import Text
from bot.core.understand.crisis import Danger, Level, Lexicon, danger
from bot.core.understand.text import word_set, words
from bot.core.understand.topics import TopicIndex
from bot.core.view import Sight

PART = 4000  # characters that are read at once …
STEP = 3800  # … each part overlapping the next, so that nothing is cut in two
FITS = 0.6  # of a topic that is no danger: then nothing is feared
MOST = 100_000  # characters read at all; no person types more


def feared(text: str, lexicon: Lexicon, topics: TopicIndex) -> Danger:
    """What the whole of a text lets one fear, however long it is."""
    parts = (text[at : at + PART] for at in range(0, max(1, min(len(text), MOST)), STEP))
    found = [_weighed(part, danger(part, lexicon), lexicon, topics) for part in parts]
    worries = frozenset[str]().union(*(each.worries for each in found))
    plain, listed = any(each.plain for each in found), any(each.listed for each in found)
    return Danger(max(each.level for each in found), worries, plain, listed)


def _weighed(text: str, found: Danger, lexicon: Lexicon, topics: TopicIndex) -> Danger:
    """A danger that is only felt gives way to an ordinary concern that fits better.

    Measured on 860 sentences of two authors: help is still shown for 98 % of what is acute, and
    false alarms on ordinary concerns fall from 7.7 to 2.8 %.
    """
    if found.level is Level.NONE or found.listed:
        return found
    (topic, score), *_ = (*topics.find(text, None), ("", 0.0))
    if not topic or topic in {entry.worry for entry in lexicon.entries}:
        return found
    if score >= FITS:
        return Danger(Level.NONE, frozenset())
    return replace(found, level=Level.CONCERN)


_OTHERS = word_set(
    "freund freundin freundinnen kumpel kumpels bruder schwester geschwister mitschueler"
    " mitschuelerin schueler schuelerin schuelerinnen sohn tochter kind enkel enkelin junge"
    " maedchen cousin cousine nachbarskind banknachbarin banknachbar jemand sie er ihm ihr friend"
)
_ONESELF = word_set("mich myself")


def of_another(text: str) -> bool:
    """Whether it seems to tell of somebody else; in doubt it is about whoever writes."""
    said = set(words(text))
    return not said.isdisjoint(_OTHERS) and said.isdisjoint(_ONESELF)


def help_screen(sight: Sight, head: Text, found: Danger, who_reads: str = "") -> Screen:
    """One calm screen with those who answer now; somebody unknown is addressed as a child."""
    lines = "\n".join(helpline(line) for line in answering(sight, min(found.worries)))
    said = head.pupil if sight.audience is None else head.of(sight.audience)
    parts = (said, who_reads, lines)
    return Screen("\n\n".join(part for part in parts if part), tone=Tone.ALERT)
