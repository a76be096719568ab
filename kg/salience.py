"""Which substance a text is about at a place: what a pronoun, "the drug" or an unnamed subject stands for.

Every substance that was named is weighed by how and where that was: how long ago, as the subject of its sentence or
after a preposition, in the heading above, how often in this paragraph, how much of the document is about it. The weights are
learned (`tools/train_salience.py`).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg import tables
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from kg.frames import Frame
    from kg.mentions import Found

PATH = ONTOLOGY / "models" / "salience.tsv"
FEATURES = (
    "one sentence ago",
    "two sentences ago",
    "three sentences ago",
    "four to six sentences ago",
    "not named yet",
    "first of its sentence",
    "subject",
    "after a preposition",
    "joined to another",
    "in the heading above",
    "first of the document",
    "in the first sentence that names one",
    "share of the document",
    "most often named",
    "in this paragraph",
    "in the paragraph before",
    "constituent",
    "general word",
    "class of another",
    "of a class named",
    "times named",
)
_DISTANCES = (0, 1, 2, 3, 3, 3)
_TIMES_COUNTED = 3
_EXPECTED = 3
_FAR = 12


@cache
def weights() -> Mapping[str, float]:
    """Read `ontology/models/salience.tsv`: how much each of the `FEATURES` speaks for a substance.

    Raises TableError.
    """
    return {row["feature"]: float(row["weight"]) for row in tables.read(PATH, ("feature", "weight"))}


@dataclass(slots=True)
class _Standing:
    """A substance of the document: what always speaks for it, when it was named last, and what speaks for it by how that was."""

    found: Found
    always: tuple[tuple[int, float], ...]
    rank: int
    last: int | None = None
    role: tuple[tuple[int, float], ...] = ()


class Salience:
    """The substances of one document, and how much of the attention each has; sentences are shown in their order."""

    def __init__(self, marks: Sequence[Found] = ()) -> None:
        """Start before the first sentence of a document that names these substances, in text order."""
        from kg import mentions

        named = [mark for mark in marks if mark.type in mentions.SUBJECT_TYPES]
        counts = Counter(mark.key for mark in named)
        first: dict[str, Found] = {}
        for mark in named:
            first.setdefault(mark.key, mark)
        general = {key: mentions.is_general(mark.entities[0]) for key, mark in first.items()}
        above = Counter(above for mark in first.values() for above in mark.classes)
        order = sorted(first, key=lambda key: (general[key], -counts[key]))
        self._standings: dict[str, _Standing] = {}
        for rank, key in enumerate(order):
            mark, count = first[key], counts[key]
            always = (
                (10, key == named[0].key),
                (12, count / len(named)),
                (13, rank == 0),
                (16, mark.type in mentions.CONSTITUENTS),
                (17, general[key]),
                (18, min(above[key], _TIMES_COUNTED) / _TIMES_COUNTED),
                (19, not mark.classes.isdisjoint(first)),
                (20, math.log1p(count)),
            )
            self._standings[key] = _Standing(mark, tuple((place, float(value)) for place, value in always if value), rank)
        self._expected = order[:_EXPECTED]
        self._recent: dict[str, None] = {}
        self._heading: frozenset[str] = frozenset()
        self._opening: frozenset[str] = frozenset()
        self._paragraph: Counter[str] = Counter()
        self._paragraph_before: Counter[str] = Counter()

    def begin_paragraph(self) -> None:
        """Take what comes next for a new paragraph."""
        if self._paragraph:
            self._paragraph, self._paragraph_before = Counter(), self._paragraph

    def candidates(self, index: int) -> Iterator[tuple[Found, list[tuple[int, float]]]]:
        """Give what a sentence, by its number in the document, could be about, with what speaks for it, by number of the feature."""
        for key in dict.fromkeys((*self._recent, *self._heading, *self._expected)):
            standing = self._standings[key]
            features = [*standing.always, *standing.role]
            if standing.last is None:
                features.append((4, 1.0))
            elif 0 < index - standing.last <= len(_DISTANCES):
                features.append((_DISTANCES[index - standing.last - 1], 1.0))
            if key in self._heading:
                features.append((9, 1.0))
            if key in self._opening:
                features.append((11, 1.0))
            for place, counts in ((14, self._paragraph), (15, self._paragraph_before)):
                if counts[key]:
                    features.append((place, min(counts[key], _TIMES_COUNTED) / _TIMES_COUNTED))
            yield standing.found, features

    def ranked(self, index: int, without: Collection[str] = ()) -> list[tuple[float, Found]]:
        """Return what a sentence could be about, the likeliest first, with how much speaks for it; not what `without` has the id of."""
        weight = _weights()
        scored = [
            (sum(weight[place] * value for place, value in features), found)
            for found, features in self.candidates(index)
            if found.key not in without
        ]
        scored.sort(key=lambda one: (-one[0], one[1].start))
        return scored

    def see(self, index: int, frame: Frame | None, named: Sequence[Found], *, is_heading: bool) -> None:
        """Take in the names of a sentence, by its number in the document; without its parse only that they are there."""
        from kg import mentions

        subjects = [found for found in named if found.key in self._standings and found.type in mentions.SUBJECT_TYPES]
        keys = frozenset(found.key for found in subjects)
        if is_heading:
            self._heading = frozenset(found.key for found in subjects if not mentions.is_general(found.entities[0]))
        if not subjects:
            return
        self._opening = self._opening or keys
        for place, found in enumerate(subjects):
            standing = self._standings[found.key]
            if standing.last != index:
                standing.last, standing.role = index, _role(frame, found, is_first=place == 0)
            self._paragraph[found.key] += 1
        for key in keys:
            self._recent.pop(key, None)
        self._recent.update(dict.fromkeys(found.key for found in subjects))
        for key in [key for key in self._recent if index - (self._standings[key].last or 0) > _FAR]:
            del self._recent[key]


@cache
def _weights() -> tuple[float, ...]:
    return tuple(weights()[name] for name in FEATURES)


def _role(frame: Frame | None, found: Found, *, is_first: bool) -> tuple[tuple[int, float], ...]:
    """Return what speaks for a substance by its part in the sentence that names it."""
    features = [(5, 1.0)] if is_first else []
    head = None if frame is None else frame.head(found.start, found.end)
    if frame is not None and head is not None:
        role = frame.tokens[frame.first_conjunct(head)].dep
        if role in {"nsubj", "nsubjpass"}:
            features.append((6, 1.0))
        if role == "pobj":
            features.append((7, 1.0))
        if frame.tokens[head].dep == "conj":
            features.append((8, 1.0))
    return tuple(features)
