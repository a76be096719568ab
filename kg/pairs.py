"""Pairs of mentions in one parsed sentence, and the words that are seen of each: what the ranker reads first.

Every feature is a readable word, so that `kg explain` can show why a pair became a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.frames import Frame, Path
    from kg.mentions import Found
    from kg.schema import Schema
    from kg.triggers import Hit

MAX_BETWEEN_WORDS = 12
MAX_MENTIONS = 40
MAX_PHRASE_WORDS = 3
_NEAR_CHARACTERS = (0, 12, 40, 90, 200)
_SKIPPED = frozenset({"DT", ",", "``", "''", "-LRB-", "-RRB-", "HYPH", "POS", "_SP"})
_CLAUSES = ("relcl", "advcl", "acl", "ccomp")


@dataclass(slots=True)
class Place:
    """Where one mention stands in its sentence, worked out once for all its pairs.

    `head` is its head word; `anchor` the word whose place in the sentence it takes: its first
    conjunct, or the general noun that it is an example of. `covered` tells that other mentions
    are its examples. `clause` is the verb (or root) above the anchor, `subject` that verb's subject.
    """

    found: Found
    head: int | None = None
    anchor: int | None = None
    example_of: int | None = None
    covered: bool = False
    clause: int | None = None
    subject: int | None = None
    chain: tuple[int, ...] = ()


@dataclass(slots=True)
class Scene:
    """One parsed sentence with its mentions: what all pairs of it share."""

    frame: Frame
    places: tuple[Place, ...]
    hits: Sequence[Hit]
    is_heading: bool


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
    for place in places:
        if place.head is not None:
            place.covered = any(
                other.example_of == place.head and other is not place and not place.found.ids & other.found.ids for other in places
            )
    is_heading = not any(token.dep == "ROOT" and token.tag[:1] == "V" for token in frame.tokens)
    return Scene(frame, tuple(places), hits, is_heading)


def pairs(scene: Scene, schema: Schema) -> Iterator[Pair]:
    """Give every ordered pair of different entities that some predicate fits, subjects in text order."""
    signatures = schema.signatures
    paths: dict[tuple[int, int], Path | None] = {}
    for subject in scene.places:
        own = subject.found
        for object_ in scene.places:
            other = object_.found
            if subject is object_ or other.is_implied or (own.start < other.end and other.start < own.end and not own.is_implied):
                continue
            if own.key == other.key or not any((a, b) in signatures for a in own.types for b in other.types):
                continue
            path = None
            if subject.anchor is not None and object_.anchor is not None:
                key = (subject.anchor, object_.anchor)
                if key not in paths:
                    paths[key] = scene.frame.path(*key)
                path = paths[key]
            yield Pair(subject, object_, path)


def _near(gap: int) -> int:
    return sum(gap > limit for limit in _NEAR_CHARACTERS)


def features(scene: Scene, pair: Pair) -> list[str]:  # noqa: C901, PLR0912 - one line a feature
    """Return the words that are seen of a pair, each once."""
    frame, tokens = scene.frame, scene.frame.tokens
    subject, object_ = pair.subject.found, pair.object.found
    subject_type, object_type = subject.type, object_.type
    types = f"{subject_type}>{object_type}"
    order = "so" if subject.start <= object_.start else "os"
    first, second = (subject, object_) if order == "so" else (object_, subject)
    role = "implied" if subject.is_implied else "anaphor" if subject.is_anaphor else "named"
    seen = [
        "bias",
        f"T={types}",
        f"O={types}:{order}",
        f"D={types}:{_near(max(0, second.start - first.end))}:{order}",
        f"R={role}",
        f"R={role}:{types}",
        f"oid={object_.key}",
        f"oid={object_.key}:{role}",
        f"sid={'topic' if subject.is_topic else subject.key}:{object_type}",
    ]
    seen.extend(f"alt={types}:{other}" for other in object_.types[1:])
    seen.extend(f"salt={types}:{other}" for other in subject.types[1:])
    if subject.is_topic:
        seen.append(f"topic:{types}")
    if object_.is_topic:
        seen.append(f"otopic:{types}")
    if object_.is_anaphor:
        seen.append(f"oana:{types}")
    if object_.kind:
        seen += (f"kind={object_.kind}", f"kind={object_.kind}:{role}")
    if scene.is_heading:
        seen.append(f"heading:{types}")
    if pair.subject.covered:
        seen.append(f"scovered:{subject_type}")
    if pair.object.covered:
        seen.append(f"ocovered:{object_type}")
    if not subject.is_implied:
        between = [i for i in frame.inside(first.end, second.start) if tokens[i].start >= first.end and tokens[i].end <= second.start]
        if not between:
            seen.append(f"adjacent:{types}:{order}")
        elif len(between) <= MAX_BETWEEN_WORDS:
            words = [tokens[i].lemma for i in between if tokens[i].tag not in _SKIPPED]
            for word in words:
                seen += (f"B={word}", f"B={word}:{types}:{order}")
            if len(words) <= MAX_PHRASE_WORDS:
                seen += (f"BB={'_'.join(words)}:{order}", f"BB={'_'.join(words)}:{types}")
    if pair.path is not None:
        seen.extend(_of_path(scene, pair.path, types, order))
    if pair.object.anchor is not None and pair.object.head is not None:
        seen.extend(_of_object(scene, pair, types))
    if pair.subject.anchor is not None:
        token = tokens[pair.subject.anchor]
        head = tokens[token.head]
        seen += (f"sh={head.lemma}:{token.dep}:{object_type}", f"sd={token.dep}:{types}")
        if token.dep == "pobj":
            seen.append(f"sa={tokens[head.head].lemma}_{head.lemma}:{object_type}")
    inner = () if pair.path is None else pair.path.inner
    for hit in scene.hits:
        where = site(pair, hit, inner)
        seen += (f"G={hit.predicate}:{where}", f"G={hit.predicate}:{where}:{types}", f"G={hit.predicate}:{where}:{role}")
    return list(dict.fromkeys(seen))


def site(pair: Pair, hit: Hit, inner: Sequence[int]) -> str:
    """Return where a trigger stands to a pair: on their path, between them, above the object, or elsewhere."""
    subject, object_ = pair.subject.found, pair.object.found
    if hit.token in inner or hit.token in (pair.subject.anchor, pair.object.anchor):
        return "path"
    low, high = (subject.end, object_.start) if subject.start <= object_.start else (object_.end, subject.start)
    if low <= hit.start and hit.end <= high and not subject.is_implied:
        return "between"
    return "above" if hit.token in pair.object.chain else "elsewhere"


def _of_path(scene: Scene, path: Path, types: str, order: str) -> Iterator[str]:
    tokens = scene.frame.tokens
    up, down = "/".join(path.up), "/".join(path.down)
    yield f"P={up}|{down}"
    yield f"P={up}|{down}:{types}"
    yield f"steps={min(path.steps, 9)}:{types}"
    for index in path.inner:
        token = tokens[index]
        if token.tag[:1] in "VNJ":
            yield f"L={token.lemma}"
            yield f"L={token.lemma}:{types}"
            if token.tag == "VBN":
                yield f"Lp={token.lemma}:{types}:{order}"
    if path.inner:
        yield f"LS={'_'.join(tokens[i].lemma for i in path.inner[:3])}:{types}"
    for label in _CLAUSES:
        if label in path.up:
            yield f"up{label}:{types}"
        if label in path.down:
            yield f"down{label}:{types}"


def _of_object(scene: Scene, pair: Pair, types: str) -> Iterator[str]:
    frame, tokens, place = scene.frame, scene.frame.tokens, pair.object
    type_ = place.found.type
    anchor = tokens[place.anchor or 0]
    head = tokens[anchor.head]
    yield f"oh={head.lemma}:{anchor.dep}:{type_}"
    yield f"oh={head.lemma}:{type_}"
    if anchor.dep == "pobj":
        above = tokens[head.head]
        yield f"oa={above.lemma}_{head.lemma}:{type_}"
        yield f"oa={above.lemma}:{type_}"
    for child in frame.children[place.head or 0]:
        if tokens[child].dep in {"amod", "compound", "det", "neg"}:
            yield f"om={tokens[child].lemma}:{type_}"
    verb = tokens[place.clause or 0].lemma
    yield f"ov={verb}:{type_}"
    yield f"ov={verb}:{types}"
    if pair.subject.clause is not None:
        yield f"sameclause={pair.subject.clause == place.clause}:{types}"
        if place.subject is not None:
            is_subject = place.subject in pair.subject.chain[:3]
            yield f"issubj={is_subject}:{types}"
            yield f"issubj={is_subject}:{verb}:{type_}"
