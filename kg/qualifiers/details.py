"""Direction, mechanism, dose, route and population of a claim."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.model import Cue
from kg.qualifiers.cues import fitting
from kg.qualifiers.trees import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.model import Mention, Sentence
    from kg.qualifiers.cues import FoundCue
    from kg.qualifiers.trees import Tree

MAX_POPULATION_CHARACTERS = 80
_NUMBER = r"\d+(?:[.,]\d+)*"
_DOSE = re.compile(
    rf"(?<![\w.-]){_NUMBER}(?:\s*(?:-|–|to|and|or|,)\s*{_NUMBER})*\s*"
    r"(?:mg|g|µg|μg|mcg|ug|micrograms?|milligrams?|grams?|ml|mL|IU|nmol|µmol|μmol)\b(?!/[dm]?[lL]\b)"
    r"(?:\s*/\s*(?:kg|day|d)\b)*"
    r"(?:\s*(?:per|a|each)\s+(?:day|kg|kilogram|dose|week)"
    r"|\s+(?:once|twice|three times|four times)\s+(?:daily|a day)|\s+daily)?"
)


_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Dose:
    """An amount as written, and its place."""

    text: str
    start: int
    end: int


def find_doses(sentence: Sentence) -> tuple[Dose, ...]:
    """Return the amounts of a sentence, in text order; a concentration ("5 mg/mL") is none."""
    if _DIGIT.search(sentence.text) is None:
        return ()
    return tuple(
        Dose(match.group(), sentence.start + match.start(), sentence.start + match.end()) for match in _DOSE.finditer(sentence.text)
    )


def dose(tree: Tree, doses: Sequence[Dose], found: Sequence[FoundCue], subject: int, object_: int) -> Cue | None:
    """Return the amount that goes with a claim: in figures before in words, the nearest to its subject in the same clause."""
    here = [
        (abs(tree.tokens[subject].end - item.start), Cue("dose", item.text, item.start, item.end))
        for item in doses
        if _is_near(tree, tree.token_at(item.start, item.end), subject, object_)
    ]
    if here:
        return min(here, key=lambda pair: (pair[0], pair[1].start))[1]
    words = nearest(tree, found, subject, object_)
    return words.cue if words is not None else None


def nearest(tree: Tree, found: Sequence[FoundCue], subject: int, object_: int) -> FoundCue | None:
    """Return the cue in the claim's own clause that stands nearest to its subject."""
    here = [item for item in found if _is_near(tree, item.head, subject, object_)]
    return min(here, key=lambda item: (abs(item.head - subject), item.first)) if here else None


def _clause(tree: Tree, token: int) -> int:
    """Return the verb whose clause a token stands in; a participle or an infinitive belongs to the clause above it."""
    while tree.heads[token] != token:
        if tree.is_verb[token] and tree.crossing(token) in {"clause", "relcl"}:
            return token
        token = tree.heads[token]
    return token


def _is_near(tree: Tree, token: int | None, subject: int, object_: int) -> bool:
    if token is None:
        return False
    clause = _clause(tree, token)
    return clause in (_clause(tree, object_), _clause(tree, subject))


def population(sentence: Sentence, tree: Tree, found: Sequence[FoundCue], subject: int, object_: int) -> tuple[str | None, list[Cue]]:
    """Return in whom: the noun with the words before it and what "with" or "aged" adds, as written, up to a bound."""
    here = [item for item in found if item.head not in (subject, object_) and _is_near(tree, item.head, subject, object_)]
    if not here:
        return None, []
    item = next((one for one in here if tree.tokens[one.head].dep == "pobj"), here[0])
    head = item.head
    first, last = item.first, item.last
    for child in tree.children[head]:
        dep = tree.tokens[child].dep
        if child < head and dep in {"amod", "compound", "nummod", "nmod"}:
            first = min(first, child)
        elif child > head and dep in {"prep", "acl"} and tree.words[child] in {"with", "aged", "undergoing", "receiving", "taking"}:
            below = tree.leave[child] - tree.enter[child] + 1
            last = max(last, child + below - 1)
    last = min(last, len(tree.tokens) - 1)
    start, end = tree.tokens[first].start, tree.tokens[last].end
    if end - start > MAX_POPULATION_CHARACTERS:
        start, end = tree.tokens[first].start, tree.tokens[item.last].end
    text = " ".join(sentence.cut(start, end).split())
    return text, [Cue("population", text, start, end)]


def _way(tree: Tree, subject: int, object_: int) -> tuple[int, ...]:
    """Return the tokens from the object up to where the subject joins, that one included."""
    meeting = tree.meet(subject, object_)
    way = [object_]
    while way[-1] != meeting:
        way.append(tree.heads[way[-1]])
    return tuple(way)


def direction(tree: Tree, found: Sequence[FoundCue], subject: int, object_: int, mention: Mention) -> tuple[str | None, list[Cue]]:
    """Return whether the object goes up or down: each word on the way from the object to the subject turns it once.

    "inhibits the release of" is a decrease; "blocks the reduction of" an increase.
    """
    if not found:
        return None, []
    way = _way(tree, subject, object_)
    hits = [item for item in fitting(found, mention.entity.type) if _bears_on(tree, item, way, subject, object_)]
    if not hits:
        return None, []
    # A long phrase has the last word over its parts ("inhibits the reuptake of").
    longest = max(len(item.row.words) for item in hits)
    if longest > 1:
        hits = [item for item in hits if len(item.row.words) == longest][:1]
    falls = sum(item.row.value == "decreases" for item in hits)
    value = "decreases" if falls % 2 else "increases"
    return value, [item.cue for item in hits]


def mechanism(tree: Tree, found: Sequence[FoundCue], subject: int, object_: int, mention: Mention) -> tuple[str | None, list[Cue]]:
    """Return how the subject acts on its target: the first phrase on the way from the object to the subject."""
    if not found:
        return None, []
    way = _way(tree, subject, object_)
    hits = [item for item in fitting(found, mention.entity.type) if _bears_on(tree, item, way, subject, object_)]
    if not hits:
        return None, []
    # In "a partial agonist of A and an antagonist of B" the way from B passes both: the first one is B's own.
    best = min(hits, key=lambda item: (_rank(tree, item, way), -len(item.row.words)))
    return best.row.value, [best.cue]


def _rank(tree: Tree, item: FoundCue, way: tuple[int, ...]) -> int:
    """Return how far along the way a word stands; one beside the way stands where it joins."""
    return next((way.index(token) for token in tree.up(item.head) if token in way), len(way))


def _bears_on(tree: Tree, item: FoundCue, way: tuple[int, ...], subject: int, object_: int) -> bool:
    """Say whether a word of action lies on the way, modifies a word on it, or is what the verb on it holds."""
    head, meeting = item.head, way[-1]
    if item.first <= object_ <= item.last:
        return True
    if head in way:
        if tree.is_verb[head] and head == meeting and head != subject:
            dep = tree.tokens[tree.child_towards(head, object_)].dep
            return dep not in SUBJECTS or dep == "nsubjpass"
        return True
    noun = tree.heads[head] if tree.tokens[head].dep in {"amod", "compound"} else head
    if noun in way and noun != head:
        return noun != meeting or noun == object_
    # "has antagonistic action at the receptor": the place hangs on the verb, not on the action.
    is_held = tree.tokens[noun].dep in {"dobj", "attr"} and tree.heads[noun] == meeting and meeting != object_
    return is_held and tree.tokens[tree.child_towards(meeting, object_)].dep == "prep"
