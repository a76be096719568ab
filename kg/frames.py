"""Who stands where to whom in one parsed sentence: paths, heads and coordination. Syntax only.

Labels are those of spaCy's English models (ClearNLP style). All functions take the tokens of
one sentence and token indexes in it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.model import Sentence, Token

MAX_PATH_STEPS = 12
_SUBJECT = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass"})
# "include" as a preposition: "alkaloids including A".
_LIKE = frozenset({"like", "include", "including"})
_RELATIVE = frozenset({"WDT", "WP"})


@swift
@dataclass(frozen=True, slots=True)
class Path:
    """The way from one token to another over the tree.

    `up` holds the labels of the steps from the first token to the common ancestor, `down` those
    from the ancestor to the second token; `inner` the tokens strictly between the two, the
    ancestor included where it is neither.
    """

    up: tuple[str, ...]
    down: tuple[str, ...]
    inner: tuple[int, ...]

    @property
    def steps(self) -> int:
        """The number of steps."""
        return len(self.up) + len(self.down)


class Frame:
    """One parsed sentence, with what is asked of it many times kept: chains to the root, first conjuncts, and the tokens of spans."""

    __slots__ = ("_chains", "_deps", "_firsts", "_spans", "_starts", "children", "sentence", "tokens")

    def __init__(self, sentence: Sentence) -> None:
        """Prepare a sentence that has tokens."""
        self.sentence = sentence
        self.tokens: Sequence[Token] = sentence.tokens
        self._chains: dict[int, tuple[int, ...]] = {}
        self._firsts: dict[int, int] = {}
        self._spans: dict[tuple[int, int], range] = {}
        self._starts = [token.start for token in self.tokens]
        self._deps = [token.dep for token in self.tokens]
        self.children: list[list[int]] = [[] for _ in self.tokens]
        for index, token in enumerate(self.tokens):
            if token.head != index:
                self.children[token.head].append(index)

    @property
    def is_heading(self) -> bool:
        """Tell whether no verb governs the sentence, as in headings."""
        return not any(token.dep == "ROOT" and token.tag[:1] == "V" for token in self.tokens)

    def chain(self, index: int) -> tuple[int, ...]:
        """Return the token and all its governors, up to the root."""
        known = self._chains.get(index)
        if known is None:
            found = [index]
            while (head := self.tokens[found[-1]].head) != found[-1]:
                found.append(head)
            known = self._chains[index] = tuple(found)
        return known

    def first_conjunct(self, index: int) -> int:
        """Return the first member of the coordination (or the named thing of an apposition) that the token belongs to."""
        known = self._firsts.get(index)
        if known is None:
            known = index
            # "A, B and C bind D" parses as a chain of conjuncts, so walk it (guidelines: coordination).
            while self.tokens[known].dep in {"conj", "appos"} and not self.tokens[known].tag.startswith("V"):
                known = self.tokens[known].head
            self._firsts[index] = known
        return known

    def general(self, index: int) -> int | None:
        """Return the first conjunct of the noun that a token is an example or a name of; None where it stands for itself."""
        noun = self.class_noun(index)
        return None if noun is None else self.first_conjunct(noun)

    def class_noun(self, index: int) -> int | None:
        """Return the noun that a token is an example or a name of: "alkaloids like A and B", "compounds, A and B", "such as", "including".

        None where it stands for itself.
        """
        first = self.first_conjunct(index)
        token = self.tokens[first]
        if token.dep == "pobj":
            preposition = self.tokens[token.head]
            if preposition.head != token.head and (
                preposition.lemma in _LIKE
                or (preposition.lemma == "as" and any(self.tokens[child].lemma == "such" for child in self.children[token.head]))
            ):
                governor = preposition.head
                if not self.tokens[governor].tag.startswith("N"):
                    governor = self._noun_before(token.head)
                if self.tokens[governor].tag.startswith("N"):
                    return governor
        return first if first != index and self._is_apposed(index, first) else None

    def _noun_before(self, index: int) -> int:
        """Return the plural noun right before "like" or "such as", where the parser hangs these on the verb; else the token itself."""
        before = index - 1
        while before > 0 and (self.tokens[before].lemma == "such" or self.tokens[before].tag == ","):
            before -= 1
        return before if before >= 0 and self.tokens[before].tag in {"NNS", "NNPS"} else index

    def _is_apposed(self, index: int, first: int) -> bool:
        while index != first:
            if self.tokens[index].dep == "appos":
                return True
            index = self.tokens[index].head
        return False

    def head(self, start: int, end: int) -> int | None:
        """Return the token of a span that governs the others, the last one where several do; None where no token is inside.

        Offsets count characters of the document.
        """
        inside = self.inside(start, end)
        if not inside:
            return None
        tops = [i for i in inside if not inside.start <= self.tokens[i].head < inside.stop or self.tokens[i].head == i]
        return tops[-1] if tops else inside[-1]

    def inside(self, start: int, end: int) -> range:
        """Return the indexes of the tokens that overlap a span of the document."""
        known = self._spans.get((start, end))
        if known is None:
            first = max(bisect_right(self._starts, start) - 1, 0)
            if first < len(self.tokens) and self.tokens[first].end <= start:
                first += 1
            known = self._spans[start, end] = range(first, max(first, bisect_left(self._starts, end)))
        return known

    def path(self, a: int, b: int) -> Path | None:
        """Return the way from one token to another; None where it is longer than `MAX_PATH_STEPS`."""
        left, right = self.chain(a), self.chain(b)
        # Chains end alike from the first token that both have.
        step, turn = len(left), len(right)
        while step and turn and left[step - 1] == right[turn - 1]:
            step -= 1
            turn -= 1
        if step == len(left) or step + turn > MAX_PATH_STEPS:
            return None
        deps = self._deps
        up = tuple([deps[i] for i in left[:step]])
        down = tuple([deps[i] for i in right[:turn]][::-1])
        inner = left[1 : step + 1] if step and turn else left[1:step]
        return Path(up, down, inner + right[1:turn][::-1])

    def clause(self, index: int) -> int:
        """Return the token that heads the clause a token stands in: the nearest verb, or the root."""
        for token in self.chain(index):
            if self.tokens[token].tag[:1] in {"V", "M"} or self.tokens[token].dep == "ROOT":
                return token
        return index

    def subject(self, verb: int) -> int | None:
        """Return what does (or undergoes) a verb; a conjoined, controlled or dangling verb takes the subject above it.

        "receptors, which influence" and "compounds acting on" give the noun before. None where no
        subject is found within `MAX_PATH_STEPS`.
        """
        for _ in range(MAX_PATH_STEPS):
            token = self.tokens[verb]
            for child in self.children[verb]:
                if self.tokens[child].dep in _SUBJECT:
                    if token.dep == "relcl" and self.tokens[child].tag in _RELATIVE:
                        return self.first_conjunct(token.head)
                    return child
            if token.dep in {"relcl", "acl"}:
                return self.first_conjunct(token.head)
            if token.head == verb:
                return None
            verb = token.head
        return None
