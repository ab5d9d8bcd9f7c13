"""Where a choice or a gate leads: names of an author → refs, each misspelt one a finding."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.check.findings import meant
from bot.core.tree import BY_TOPIC, DECISIONS, Call, Done, Goto, Target
from bot.loading.pages import Page, Path
from bot.loading.shapes import ChoiceShape


@dataclass(frozen=True)
class Names:
    """What a target may name: each topic and piece with the ref of its start."""

    topics: Mapping[str, str]
    pieces: Mapping[str, str]


class Targets:
    """Resolves the names of one topic; ``special``: pieces and the entrance may do more."""

    def __init__(
        self, page: Page, topic: str, nodes: frozenset[str], names: Names, *, special: bool
    ) -> None:
        self._page, self._id, self._nodes, self._names = page, topic, nodes, names
        self._special = special

    def _fault(self, path: Path, slug: str, text: str, proposal: str = "") -> None:
        self._page.fault(self._page.line(path), slug, text, proposal)

    def outcomes(self, ref: str, path: Path, decide: str, to: Mapping[str, str]) -> dict[str, str]:
        outcomes = DECISIONS.get(decide)
        if outcomes is None:
            self._fault(
                (*path, "decide"),
                "tree-unknown-decision",
                f"Die Entscheidung „{decide}“ gibt es nicht.",
                meant(decide, DECISIONS),
            )
            outcomes = frozenset(to)
        allowed = outcomes | self._names.topics.keys() if decide == BY_TOPIC else outcomes
        for missing in sorted(outcomes - set(to)):
            self._fault(
                (*path, "to"),
                "tree-missing-outcome",
                f"Für das Ergebnis „{missing}“ von „{decide}“ fehlt ein Ziel.",
                f"Bitte „{missing}: …“ unter „to“ ergänzen.",
            )
        found: dict[str, str] = {}
        for outcome, name in to.items():
            where = (*path, "to", outcome)
            if outcome not in allowed:
                self._fault(
                    where,
                    "tree-unknown-outcome",
                    f"„{decide}“ hat kein Ergebnis „{outcome}“.",
                    meant(outcome, allowed),
                )
            found[outcome] = self._resolved(name, where, f"Das Ergebnis „{outcome}“") or ref
        return found

    def of(self, path: Path, choice: ChoiceShape) -> Target | None:
        given = [
            name
            for name, there in (
                ("goto", choice.goto is not None),
                ("call", choice.call is not None),
                ("done", choice.done),
            )
            if there
        ]
        if len(given) != 1:
            stands = " und ".join(f"„{name}“" for name in given) or "kein Ziel"
            self._fault(
                path,
                "tree-one-target",
                f"Auswahl „{choice.id}“ braucht genau ein Ziel, hier steht {stands}.",
                "Möglich ist: goto, call mit then, oder done.",
            )
            return None
        if choice.call is None and (
            choice.then is not None or choice.with_.skip_school is not None
        ):
            self._fault(
                path,
                "tree-then-without-call",
                f"Auswahl „{choice.id}“ hat „then“ oder „with“, ruft aber keinen Baustein.",
                "Bitte „call: …“ ergänzen oder die Angabe löschen.",
            )
        what = f"Auswahl „{choice.id}“"
        if choice.goto is not None:
            ref = self._resolved(choice.goto, (*path, "goto"), what)
            return None if ref is None else Goto(ref)
        if choice.call is not None:
            return self._call(path, what, choice.call, choice)
        return self._done(path, what)

    def _done(self, path: Path, what: str) -> Done | None:
        if self._special:
            return Done()
        self._fault(
            (*path, "done"),
            "tree-piece-only",
            f"{what}: „done“ darf nur in Bausteinen (tree/pieces) stehen.",
            "Bitte „goto: …“ schreiben.",
        )
        return None

    def _call(self, path: Path, what: str, name: str, choice: ChoiceShape) -> Call | None:
        start = self._names.pieces.get(name)
        if start is None:
            proposal = meant(name, self._names.pieces)
            if name in self._names.topics or name in self._nodes:
                proposal = f"Bitte „goto: {name}“ schreiben."
            self._fault(
                (*path, "call"),
                "tree-unknown-piece",
                f"{what} ruft „{name}“, diesen Baustein gibt es nicht.",
                proposal,
            )
        if choice.then is None:
            self._fault(
                path,
                "tree-call-without-then",
                f"{what} ruft einen Baustein, sagt aber nicht, wie es danach weitergeht.",
                "Bitte „then: …“ ergänzen.",
            )
            return None
        then = self._resolved(choice.then, (*path, "then"), what)
        if start is None or then is None:
            return None
        return Call(start, then, choice.with_.skip_school)

    def _resolved(self, name: str, path: Path, what: str) -> str | None:
        """The ref that a name leads to: a screen of this file first, else a topic's start."""
        if name in self._nodes:
            return f"{self._id}.{name}"
        if name in self._names.topics:
            return self._names.topics[name]
        topic = name.partition(".")[0]
        if name in self._names.pieces:
            self._fault(
                path,
                "tree-goto-piece",
                f"{what} führt mit „goto“ in den Baustein „{name}“ und käme nicht zurück.",
                f"Bitte „call: {name}“ mit „then: …“ schreiben.",
            )
        elif "." in name and topic in self._names.topics:
            self._fault(
                path,
                "tree-goto-middle",
                f"{what} springt mitten in ein anderes Thema („{name}“).",
                f"Bitte zum Anfang des Themas: „goto: {topic}“.",
            )
        else:
            self._fault(
                path,
                "tree-unknown-target",
                f"{what} führt zu „{name}“, das gibt es nicht.",
                meant(name, {*self._nodes, *self._names.topics}),
            )
        return None
