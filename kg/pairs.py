"""Pairs of mentions in one parsed sentence: what could be a claim, by types and places."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.frames import MAX_PATH_STEPS
from kg.mentions import PLURAL_TAGS, STATE_TYPES, SUBJECT_TYPES, SUBJECTS_AND_ORGANISMS, is_general
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.frames import Frame, Path
    from kg.mentions import Found
    from kg.schema import Schema
    from kg.triggers import Hit

MAX_MENTIONS = 40
_KINDS = (SUBJECTS_AND_ORGANISMS, STATE_TYPES, frozenset({"Receptor"}), frozenset({"Neurotransmitter"}))
_NAMES = r"(?:brand|trade|street|generic|slang|code|common)[\s-]*names?(?:\s+(?:is|are|include|including))?"
_KNOWN_AS = re.compile(
    r"""[,;]?\s*[(\[]?(?:and\s+|or\s+)?(?:(?:also|commonly|otherwise|better|formerly|more|popularly|widely|simply|often|sometimes)\s+)*"""
    r"""(?:(?:known|called|marketed|sold|branded|nicknamed|abbreviated|referred\s+to|a\.?k\.?a\.?)(?:\s+(?:as|under|by))?(?:\s+(?:the|its)\b)?"""
    rf"""(?:\s+{_NAMES})?|(?:by\s+)?(?:the\s+|its\s+)?{_NAMES}):?\s*["“'‘]?""",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"""\s?[(\[](?:or\s+|i\.?e\.?,?\s+)?["“'‘]?""", re.IGNORECASE)
_BRACKET_ENDS = re.compile(r"""["”'’]?[®™]?\s?[)\]]""")
_ONE_MORE = re.compile(r"""["”'’]?(?:,\s*(?:and|or)?|\s+or|\s+and)\s*["“'‘]?""")
_MODIFIES = frozenset({"compound", "amod", "nmod"})


@dataclass(slots=True)
class Place:
    """Where one mention stands in its sentence, worked out once for all its pairs.

    `head` is its head word; `anchor` the word whose place in the sentence it takes: its first
    conjunct, or the general noun that it is an example of. `covered` tells that other mentions
    are its examples. `again` is the mention before it that it names once more. `clause` is the verb (or root) above the
    anchor, `subject` that verb's subject, `root_subject` that of the whole sentence.
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
    again: Place | None = None


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
    _mark_again(frame, places)
    return Scene(frame, tuple(places), hits)


def _mark_again(frame: Frame, places: Sequence[Place]) -> None:
    """Tell of each mention that names the one before it once more: "kava (Piper methysticum)", "A, also known as B or C"."""
    before: Place | None = None
    is_listed = False
    for place in places:
        if place.found.is_anaphor or place.head is None:
            continue
        if before is not None and place.found.start >= before.found.end:
            between = frame.sentence.cut(before.found.end, place.found.start)
            is_known_as = _KNOWN_AS.fullmatch(between) is not None or (is_listed and _ONE_MORE.fullmatch(between) is not None)
            is_again = is_known_as or _is_in_brackets(frame, place, between) or _is_part(frame, before, place, between)
            if is_again and _can_be_one(frame, before, place):
                place.again = before.again or before
            is_listed = place.again is not None and is_known_as
        before = place


def _can_be_one(frame: Frame, before: Place, place: Place) -> bool:
    """Tell whether two mentions can name one thing: of one kind, of one number, and neither is a class of the other."""
    one, two = before.found, place.found
    if not any(one.type in kind and two.type in kind for kind in _KINDS) or one.ids & two.classes or two.ids & one.classes:
        return False
    if is_general(one.entities[0]) or is_general(two.entities[0]) or before.head is None or place.head is None:
        return False
    return frame.tokens[before.head].tag != "NNS" or frame.tokens[place.head].tag in PLURAL_TAGS


def _is_in_brackets(frame: Frame, place: Place, between: str) -> bool:
    """Tell whether a mention stands alone in brackets after what is before it."""
    if _IN_BRACKETS.fullmatch(between) is None:
        return False
    return _BRACKET_ENDS.match(frame.sentence.cut(place.found.end, frame.sentence.end)) is not None


def _is_part(frame: Frame, before: Place, place: Place, between: str) -> bool:
    """Tell whether a mention only says of what kind the next one is: "anticholinergic delirium"."""
    if between not in {" ", "-"} or before.head is None:
        return False
    token = frame.tokens[before.head]
    return token.dep in _MODIFIES and token.head in frame.inside(place.found.start, place.found.end)


def _spare(one: Place, again: Place) -> Iterator[Place]:
    """Give which of two names for one thing need not be a subject: an organism's, and of two of a kind the second, if the first is known.

    "Kava (Piper methysticum)" is about kava, "flubromazolam (JYI-73)" about flubromazolam.
    """
    for place in (one, again):
        if place.found.type == "Organism" and one.found.type != again.found.type:
            yield place
    is_known = [place.found.rule.startswith("lexicon/") for place in (one, again)]
    if again.found.type in SUBJECT_TYPES and (is_known[0] or not is_known[1]):
        yield again


def is_one(a: Place, b: Place) -> bool:
    """Tell whether two mentions name one thing by how they stand to each other."""
    return (a.again or a) is (b.again or b)


def pairs(scene: Scene, schema: Schema) -> Iterator[Pair]:
    """Give every ordered pair of different entities that some predicate fits, subjects in text order.

    Of states and harms no text says that one is a kind of another, where nothing else fits them. What the lead-in of a list
    says by itself is not said again by each item. A second name for one thing makes no claim of its own.
    """
    objects = [(place, place.found) for place in scene.places if not place.found.is_implied]
    begin = scene.frame.sentence.start
    spare = {id(name) for place in scene.places if place.again is not None for name in _spare(place.again, place)}
    for subject in scene.places:
        own = subject.found
        if id(subject) in spare:
            continue
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
