"""A parsed sentence as a tree: what hangs below what, and what is crossed on the way."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.values import swift

if TYPE_CHECKING:
    from kg.model import Mention, Sentence, Token

SUBJECTS = frozenset({"nsubj", "nsubjpass", "csubj", "csubjpass", "expl"})
AUXILIARIES = frozenset({"aux", "auxpass"})
FINITE_TAGS = frozenset({"VBZ", "VBD", "VBP", "MD"})
# A clause that begins with one of these says something of its own, whatever the main clause hedges or denies.
_OWN_MARKS = frozenset(
    {
        "although",
        "though",
        "because",
        "since",
        "while",
        "whereas",
        "whilst",
        "as",
        "despite",
        "unless",
        "when",
        "if",
        "after",
        "before",
        "until",
    }
)
_EXCEPT = frozenset({"unlike", "despite", "except", "besides", "than", "due", "because"})
_LISTING = frozenset({"including", "include", "as", "like"})
_COMPARING = frozenset({"than", "compared", "versus", "unlike"})


@swift
@dataclass(frozen=True, slots=True)
class Tree:
    """The tree of one sentence; every list has one item a token.

    `enter` and `leave` number the tokens so that `b` hangs below `a` (or is `a`) where
    enter[a] <= enter[b] <= leave[a].
    """

    tokens: tuple[Token, ...]
    starts: tuple[int, ...]
    words: tuple[str, ...]
    heads: tuple[int, ...]
    children: tuple[tuple[int, ...], ...]
    enter: tuple[int, ...]
    leave: tuple[int, ...]
    is_verb: tuple[bool, ...]

    def covers(self, above: int, below: int) -> bool:
        """Say whether one token hangs below another, or is it."""
        return self.enter[above] <= self.enter[below] <= self.leave[above]

    def token_at(self, start: int, end: int) -> int | None:
        """Return the head of a span of characters: its last token that hangs on one outside the span; None where no token lies in it."""
        first = bisect_right(self.starts, start) - 1
        tokens = self.tokens
        if first < 0 or tokens[first].end <= start:
            first += 1
        last = first
        while last < len(tokens) and tokens[last].start < end:
            last += 1
        for index in range(first, last):
            head = self.heads[index]
            if (head == index or not first <= head < last) and tokens[index].dep != "punct":
                return index
        return first if first < last else None

    def head_of(self, mention: Mention) -> int | None:
        """Return the head of a mention, or None where it lies outside the sentence."""
        return self.token_at(mention.start, mention.end)

    def up(self, token: int) -> tuple[int, ...]:
        """Return a token and all that it hangs on, up to the root."""
        way = [token]
        while self.heads[token] != token:
            token = self.heads[token]
            way.append(token)
        return tuple(way)

    def meet(self, one: int, other: int) -> int:
        """Return the lowest token that both hang on."""
        while not self.covers(one, other):
            one = self.heads[one]
        return one

    def between(self, below: int, above: int) -> tuple[int, ...]:
        """Return the tokens strictly between a token and one that it hangs on."""
        way = []
        token = self.heads[below] if below != above else above
        while token != above:
            way.append(token)
            token = self.heads[token]
        return tuple(way)

    def child_towards(self, above: int, below: int) -> int:
        """Return the child of one token that another hangs on, or is."""
        while self.heads[below] != above:
            below = self.heads[below]
        return below

    def lists(self, whole: int, part: int) -> bool:
        """Say whether a noun names another as its example or its other name ("alkaloids such as mitragynine")."""
        return any(
            self.tokens[token].dep == "appos" or (self.tokens[token].dep == "prep" and self.words[token] in _LISTING)
            for token in (part, *self.between(part, whole))
        )

    def is_compared(self, token: int, above: int) -> bool:
        """Say whether a token only stands for comparison below another ("than alcohol")."""
        return any(self.words[way] in _COMPARING for way in self.between(token, above))

    def has_own_subject(self, token: int) -> bool:
        """Say whether a verb has a subject of its own."""
        return any(self.tokens[child].dep in SUBJECTS for child in self.children[token])

    def clause(self, token: int) -> int:
        """Return the head of the clause that a token stands in: the next verb above it that has a subject or a tense, or the root."""
        while self.heads[token] != token:
            if (
                self.is_verb[token]
                and self.tokens[token].dep not in AUXILIARIES
                and (self.has_own_subject(token) or self.tokens[token].dep == "relcl")
            ):
                return token
            token = self.heads[token]
        return token

    def is_finite(self, token: int) -> bool:
        """Say whether a verb has a tense or an auxiliary of its own."""
        if self.tokens[token].tag in FINITE_TAGS:
            return True
        return any(self.tokens[child].dep in AUXILIARIES and self.tokens[child].tag != "TO" for child in self.children[token])

    def crossing(self, token: int) -> str:  # noqa: PLR0911 - one return a border
        """Say what border lies between a token and the one it hangs on; '' for none."""
        item = self.tokens[token]
        dep = item.dep
        if dep == "relcl":
            # "evidence that it relieves pain" says what the evidence is; "evidence which …" tells more of it.
            is_content = any(self.tokens[child].dep == "mark" and child < token for child in self.children[token])
            return "" if is_content else "relcl"
        if dep == "advcl":
            marked = any(
                self.tokens[child].dep in {"mark", "advmod"} and self.words[child] in _OWN_MARKS
                for child in self.children[token]
                if child < token
            )
            return "clause" if marked or self.has_own_subject(token) else "participle"
        if dep == "conj":
            if self.is_verb[token] and (self.has_own_subject(token) or self._is_finite_conjunct(token)):
                return "clause"
            return "but" if self._follows_but(token) else ""
        if dep == "parataxis":
            return "clause"
        if dep == "prep" and self.words[token] in _EXCEPT and (self.words[token] != "than" or self.words[self.heads[token]] == "other"):
            return "clause"
        if dep == "ccomp" and not self._is_complement(token):
            return "clause"
        return ""

    def _is_finite_conjunct(self, token: int) -> bool:
        """Say whether a second verb has a tense of its own.

        "may reduce pain, improve mood" has one modal for both, whatever the tagger says.
        """
        if self.tokens[token].tag == "VBP" and self.tokens[self.heads[token]].tag == "VB":
            return False
        return self.is_finite(token)

    def _is_complement(self, token: int) -> bool:
        """Say whether a clause is what its verb says or shows, and not a second sentence before it."""
        return token > self.heads[token]

    def _follows_but(self, token: int) -> bool:
        head = self.heads[token]
        return any(
            self.tokens[child].dep == "cc" and self.words[child] in {"but", "rather"} and head < child < token
            for sibling in (head, token)
            for child in self.children[sibling]
        )


def plant(sentence: Sentence) -> Tree:
    """Return the tree of a parsed sentence; one without tokens has an empty tree."""
    tokens = sentence.tokens
    size = len(tokens)
    heads = [token.head for token in tokens]
    if heads and not (min(heads) >= 0 and max(heads) < size):
        heads = [head if 0 <= head < size else index for index, head in enumerate(heads)]
    below: list[list[int]] = [[] for _ in tokens]
    roots = []
    for index, head in enumerate(heads):
        if head == index:
            roots.append(index)
        else:
            below[head].append(index)
    # One tree for one sentence, whatever the parser says: everything can be reached from the first root.
    for root in roots[1:]:
        heads[root] = roots[0]
        below[roots[0]].append(root)
    if len(roots) > 1:
        below[roots[0]].sort()
    enter, leave, below_and_own = [0] * size, [0] * size, [1] * size
    order: list[int] = []
    stack = roots[:1]
    while stack:
        index = stack.pop()
        enter[index] = len(order)
        order.append(index)
        stack.extend(reversed(below[index]))
    for index in reversed(order):
        leave[index] = enter[index] + below_and_own[index] - 1
        below_and_own[heads[index]] += below_and_own[index]
    words = [token.text.lower() for token in tokens]
    if "’" in sentence.text:
        words = [word.replace("’", "'") for word in words]
    return Tree(
        tokens,
        tuple([token.start for token in tokens]),
        tuple(words),
        tuple(heads),
        tuple(map(tuple, below)),
        tuple(enter),
        tuple(leave),
        tuple([token.tag[:1] == "V" or token.tag == "MD" or token.dep in AUXILIARIES for token in tokens]),
    )
