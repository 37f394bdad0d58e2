"""How few tokens an experiment's prompts can be computed with."""

from typing import Dict, Iterable, List, Sequence


class PrefixTree:
    """All token sequences seen so far, common beginnings once."""

    def __init__(self):
        self._root: Dict[int, dict] = {}

    def add(self, tokens: Sequence[int]) -> int:
        """Adds a prompt; returns how many of its tokens no earlier prompt begins with.

        At least one: the last token of a prompt is always computed, because its logits are wanted.
        """
        node, new = self._root, 0
        for token in tokens:
            following = node.get(token)
            if following is None:
                following = node[token] = {}
                new += 1
            node = following
        return max(new, 1)


def computed(prompts: Iterable[Sequence[int]]) -> int:
    """Tokens to compute when everything computed once is kept."""
    tree = PrefixTree()
    return sum(tree.add(prompt) for prompt in prompts)


def computed_apart(groups: Iterable[List[Sequence[int]]]) -> int:
    """The same when nothing is shared between groups."""
    return sum(computed(group) for group in groups)
