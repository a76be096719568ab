"""Pairs of mentions in one parsed sentence: what could be a claim, by types and places."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.frames import MAX_PATH_STEPS
from kg.mentions import STATE_TYPES
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.frames import Frame, Path
    from kg.mentions import Found
    from kg.schema import Schema
    from kg.triggers import Hit

MAX_MENTIONS = 40


@dataclass(slots=True)
class Place:
    """Where one mention stands in its sentence, worked out once for all its pairs.

    `head` is its head word; `anchor` the word whose place in the sentence it takes: its first
    conjunct, or the general noun that it is an example of. `covered` tells that other mentions
    are its examples. `clause` is the verb (or root) above the anchor, `subject` that verb's subject,
    `root_subject` that of the whole sentence.
    """

    found: Found
    head: int | None = None
    anchor: int | None = None
    example_of: int | None = None
    covered: bool = False
    clause: int | None = None
    subject: int | None = None
    root_subject: int | None = None
    chain: tuple[int, ...] = ()


@dataclass(slots=True)
class Scene:
    """One parsed sentence with its mentions: what all pairs of it share."""

    frame: Frame
    places: tuple[Place, ...]
    hits: Sequence[Hit]
    paths: dict[tuple[int, int], Path | None] = field(default_factory=dict)

    def path(self, a: int, b: int) -> Path | None:
        """Return the way from one token to another, walked once; None where it is too long."""
        key = (a, b)
        if key not in self.paths:
            self.paths[key] = self.frame.path(a, b)
        return self.paths[key]

    def distance(self, a: int, b: int) -> int:
        """Return the number of steps between two tokens; more than any path has where there is none."""
        path = self.path(a, b)
        return path.steps if path is not None else MAX_PATH_STEPS + 1


@swift
@dataclass(frozen=True, slots=True)
class Pair:
    """Two mentions that some predicate could join, by their types."""

    subject: Place
    object: Place
    path: Path | None


def stage(frame: Frame, founds: Sequence[Found], hits: Sequence[Hit]) -> Scene:
    """Return the scene of a parsed sentence: its mentions in their places. Beyond `MAX_MENTIONS` they are left out."""
    places = []
    for found in founds[:MAX_MENTIONS]:
        place = Place(found)
        places.append(place)
        if found.is_implied:
            continue
        place.head = frame.head(found.start, found.end)
        if place.head is None:
            continue
        place.example_of = frame.general(place.head)
        place.anchor = frame.first_conjunct(place.head) if place.example_of is None else place.example_of
        place.chain = frame.chain(place.anchor)
        place.clause = frame.clause(place.anchor)
        place.subject = frame.subject(place.clause)
        place.root_subject = frame.subject(place.chain[-1])
    for place in places:
        if place.head is not None:
            place.covered = any(
                other.example_of == place.head and other is not place and not place.found.ids & other.found.ids for other in places
            )
    return Scene(frame, tuple(places), hits)


def pairs(scene: Scene, schema: Schema) -> Iterator[Pair]:
    """Give every ordered pair of different entities that some predicate fits, subjects in text order.

    Of states and harms no text says that one is a kind of another, where nothing else fits them. What the lead-in of a list
    says by itself is not said again by each item.
    """
    objects = [(place, place.found) for place in scene.places if not place.found.is_implied]
    begin = scene.frame.sentence.start
    for subject in scene.places:
        own = subject.found
        key, types = own.key, own.types
        # An implied mention has no characters, so it lies over none.
        start, end = (own.start, own.end) if not own.is_implied else (0, 0)
        for object_, other in objects:
            if subject is object_ or (start < other.end and other.start < end):
                continue
            if other.start < begin and (own.is_implied or own.start < begin):
                continue
            options = () if key == other.key else schema.options(types, other.types)
            if not options or (len(options) == 1 and options[0][0] == "is_a" and own.type in STATE_TYPES):
                continue
            path = None
            if subject.anchor is not None and object_.anchor is not None:
                path = scene.path(subject.anchor, object_.anchor)
            yield Pair(subject, object_, path)
