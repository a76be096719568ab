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
    from collections.abc import Iterator, Mapping, Sequence

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
_AGO = (*FEATURES[:4], FEATURES[3], FEATURES[3])
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
    always: tuple[tuple[str, float], ...]
    last: int | None = None
    role: tuple[tuple[str, float], ...] = ()


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
                ("first of the document", key == named[0].key),
                ("share of the document", count / len(named)),
                ("most often named", rank == 0),
                ("constituent", mark.type in mentions.CONSTITUENTS),
                ("general word", general[key]),
                ("class of another", min(above[key], _TIMES_COUNTED) / _TIMES_COUNTED),
                ("of a class named", not mark.classes.isdisjoint(first)),
                ("times named", math.log1p(count)),
            )
            self._standings[key] = _Standing(mark, tuple((name, float(value)) for name, value in always if value))
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

    def candidates(self, index: int) -> Iterator[tuple[Found, list[tuple[str, float]]]]:
        """Give what a sentence, by its number in the document, could be about, with what speaks for it."""
        for key in dict.fromkeys((*self._recent, *self._heading, *self._expected)):
            standing = self._standings[key]
            features = [*standing.always, *standing.role]
            if standing.last is None:
                features.append(("not named yet", 1.0))
            elif 0 < index - standing.last <= len(_AGO):
                features.append((_AGO[index - standing.last - 1], 1.0))
            if key in self._heading:
                features.append(("in the heading above", 1.0))
            if key in self._opening:
                features.append(("in the first sentence that names one", 1.0))
            for name, counts in (("in this paragraph", self._paragraph), ("in the paragraph before", self._paragraph_before)):
                if counts[key]:
                    features.append((name, min(counts[key], _TIMES_COUNTED) / _TIMES_COUNTED))
            yield standing.found, features

    def ranked(self, index: int) -> list[tuple[float, Found]]:
        """Return what a sentence, by its number in the document, could be about, the likeliest first, with how much speaks for it."""
        weight = weights()
        scored = [(sum(weight[name] * value for name, value in features), found) for found, features in self.candidates(index)]
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


def _role(frame: Frame | None, found: Found, *, is_first: bool) -> tuple[tuple[str, float], ...]:
    """Return what speaks for a substance by its part in the sentence that names it."""
    features = [("first of its sentence", 1.0)] if is_first else []
    head = None if frame is None else frame.head(found.start, found.end)
    if frame is not None and head is not None:
        role = frame.tokens[frame.first_conjunct(head)].dep
        if role in {"nsubj", "nsubjpass"}:
            features.append(("subject", 1.0))
        if role == "pobj":
            features.append(("after a preposition", 1.0))
        if frame.tokens[head].dep == "conj":
            features.append(("joined to another", 1.0))
    return tuple(features)
