"""Concerns as people write them."""

from bot.core.tree import Audience, Tree


class TopicIndex:
    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def find(self, text: str, audience: Audience | None) -> tuple[tuple[str, float], ...]:
        del text, audience
        return ()
