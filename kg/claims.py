"""Mentions × predicates × what is seen between them → Claims, and what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING

import numpy as np

from kg import pairs, signals
from kg.model import Claim, Entity, Mention, claim_id
from kg.schema import READ_AS
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kg.mentions import Found
    from kg.model import Document, Sentence
    from kg.pairs import Pair, Scene
    from kg.qualifiers import Cues
    from kg.reader import Reader, View
    from kg.schema import Options, Schema
    from kg.triggers import Hit, Triggers

_BATCH_PAIRS = 1_000
_PLACE = {name: place for place, name in enumerate(signals.PREDICATES)}
_OF = frozenset({"of", "in"})
_OPPOSITES = {"alleviates": "worsens", "worsens": "alleviates"}
# Of these a sentence states one direction only.
_ONE_WAY = frozenset({"interacts_with", "is_a", "symptom_of"})


@swift
@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair read as a claim of one predicate, with its probability."""

    pair: Pair
    predicate: str
    subject: Entity
    object: Entity
    probability: float


@swift
@dataclass(frozen=True, slots=True)
class Refusal:
    """A pair that could have been a claim and was not, and why."""

    sentence: Sentence
    candidate: Candidate
    reason: str

    @property
    def subject(self) -> Mention:
        """What could have been the claim's subject."""
        return mention(self.candidate.pair.subject.found, self.candidate.subject, self.sentence)

    @property
    def object(self) -> Mention:
        """What could have been the claim's object."""
        return mention(self.candidate.pair.object.found, self.candidate.object, self.sentence)


def weigh(
    scenes: Sequence[tuple[Scene, View]], shares: Mapping[str, float], *, schema: Schema, reader: Reader
) -> Iterator[tuple[Candidate, ...]]:
    """Give of each scene of a document every pair, read as the predicate whose threshold it is furthest above.

    `shares` are the parts of the document's names by entity id. Scenes come in text order; many short ones are weighed together.
    """
    batch: list[tuple[Scene, View, tuple[Pair, ...]]] = []
    waiting = 0
    for scene, view in scenes:
        found = tuple(pairs.pairs(scene, schema))
        batch.append((scene, view, found))
        waiting += len(found)
        if waiting >= _BATCH_PAIRS:
            yield from _weigh(batch, shares, schema, reader)
            batch, waiting = [], 0
    yield from _weigh(batch, shares, schema, reader)


def _weigh(
    batch: Sequence[tuple[Scene, View, tuple[Pair, ...]]], shares: Mapping[str, float], schema: Schema, reader: Reader
) -> Iterator[tuple[Candidate, ...]]:
    held = [item for item in batch if item[2]]
    rows: Iterator[tuple[int, float, Options]] = iter(())
    if held:
        fitting = [_fitting(pair, schema) for _, _, own in held for pair in own]
        numbers = {options: number for number, options in enumerate(dict.fromkeys(fitting))}
        table = np.full((len(numbers), len(_PLACE)), len(_PLACE))
        for options, number in numbers.items():
            table[number, [_PLACE[predicate] for predicate, _, _ in options]] = range(len(options))
        ranks = table[[numbers[options] for options in fitting]]
        allowed = np.concatenate([np.ones((len(ranks), 1), dtype=bool), ranks < len(_PLACE)], axis=1)
        measures = signals.Measures([scene for scene, _, _ in held], [own for _, _, own in held])
        marks = np.concatenate([signals.of_mentions(scene, shares) for scene, _, _ in held])
        chances = reader.weigh(measures, [view for _, view, _ in held], marks, allowed).astype(np.float64)
        _heed(chances, [(scene, own) for scene, _, own in held])
        above = np.where(allowed[:, 1:], chances[:, 1:] - [reader.thresholds[predicate] for predicate in _PLACE], -np.inf)
        # Of equals the first that the schema names.
        best = np.where(above == above.max(axis=1, keepdims=True), ranks, len(_PLACE)).argmin(axis=1)
        rows = zip(best.tolist(), chances[np.arange(len(best)), 1 + best].tolist(), fitting, strict=True)
    for _, _, own in batch:
        yield tuple(
            _candidate(pair, signals.PREDICATES[place], probability, options)
            for pair, (place, probability, options) in zip(own, rows, strict=False)
            if options
        )


def _candidate(pair: Pair, predicate: str, probability: float, options: Options) -> Candidate:
    one, two = next((one, two) for name, one, two in options if name == predicate)
    return Candidate(pair, predicate, pair.subject.found.entities[one], _read(pair.object.found.entities[two], predicate), probability)


def _read(entity: Entity, predicate: str) -> Entity:
    """Return an object as its predicate takes it: the vitamin C that a fruit contains is a constituent."""
    type_ = READ_AS.get((predicate, entity.type))
    return entity if type_ is None else replace(entity, type=type_)


def _heed(chances: np.ndarray, scenes: Sequence[tuple[Scene, Sequence[Pair]]]) -> None:
    """Give what the reader holds for a predicate to its opposite where only the opposite's wording joins a pair or stands between it.

    "Increasing" in "increasing use for anxiety" says how a third thing is.
    """
    line = 0
    for scene, own in scenes:
        hits = [hit for hit in scene.hits if hit.predicate in _OPPOSITES]
        for row, pair in enumerate(own if hits else (), line):
            first, second = sorted((pair.subject.found, pair.object.found), key=attrgetter("start"))
            inner = pair.path.inner if pair.path else ()
            between = range(second.start if first.is_implied else first.end, second.start)
            said = {
                hit.predicate
                for hit in hits
                if hit.token in inner
                or (hit.start in between and hit.end <= second.start and not _is_of_another(hit, inner, second, scene))
            }
            if len(said) == 1:
                (predicate,) = said
                kept, given = 1 + _PLACE[predicate], 1 + _PLACE[_OPPOSITES[predicate]]
                chances[row, kept] += chances[row, given]
                chances[row, given] = 0.0
        line += len(own)


def _is_of_another(hit: Hit, inner: Sequence[int], second: Found, scene: Scene) -> bool:
    """Tell whether a wording is an adjective of a third thing: neither of the second of a pair nor of its amount ("levels of anxiety")."""
    tokens = scene.frame.tokens
    token = tokens[hit.token]
    if token.dep != "amod" or token.head in scene.frame.inside(second.start, second.end):
        return False
    return not (token.head in inner and any(tokens[other].head == token.head and tokens[other].lemma in _OF for other in inner))


def options_of(pair: Pair, schema: Schema) -> Iterator[tuple[str, Entity, Entity]]:
    """Give every predicate that fits a pair, each with the first readings of the two that it fits."""
    for predicate, one, two in _fitting(pair, schema):
        yield predicate, pair.subject.found.entities[one], _read(pair.object.found.entities[two], predicate)


def _fitting(pair: Pair, schema: Schema) -> Options:
    """Return every predicate that fits a pair, each with the places of the first readings of the two that it fits."""
    own, other = pair.subject.found, pair.object.found
    is_plain = len(own.types) == len(own.entities) and len(other.types) == len(other.entities)
    if is_plain and own.ids.isdisjoint(other.ids):
        return schema.options(own.types, other.types)
    found: dict[str, tuple[str, int, int]] = {}
    for one, subject in enumerate(own.entities):
        for two, object_ in enumerate(other.entities):
            for predicate in schema.signatures.get((subject.type, object_.type), ()):
                if subject.id != object_.id:
                    found.setdefault(predicate, (predicate, one, two))
    return tuple(found.values())


def choose(
    scene: Scene, candidates: Sequence[Candidate], *, thresholds: Mapping[str, float]
) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
    """Keep of a scene's candidates, one a pair, those that make sense together, likeliest first; the rest are refused with a reason.

    One mention is read one way by one subject; an implied subject gives way to a named one;
    the same two entities are joined by one predicate once a sentence.
    """
    ordered = sorted(
        candidates,
        key=lambda c: (
            -(c.probability - thresholds[c.predicate]),
            c.pair.subject.found.start,
            c.pair.object.found.start,
            c.predicate,
        ),
    )
    kept: list[Candidate] = []
    refused: list[Refusal] = []
    for candidate in ordered:
        if candidate.probability < thresholds[candidate.predicate]:
            reason: str | None = f"too unlikely to say {candidate.predicate} ({candidate.probability:.2f})"
        else:
            reason = _clash(candidate, kept)
        if reason is None:
            kept.append(candidate)
        elif not candidate.pair.subject.found.is_implied:
            refused.append(Refusal(scene.frame.sentence, candidate, reason))
    return tuple(kept), tuple(refused)


def _clash(candidate: Candidate, kept: Sequence[Candidate]) -> str | None:
    for other in kept:
        same_subject = other.subject.id == candidate.subject.id or pairs.is_one(other.pair.subject, candidate.pair.subject)
        same_place = other.pair.object is candidate.pair.object
        same_object = same_place or other.object.id == candidate.object.id or pairs.is_one(other.pair.object, candidate.pair.object)
        if same_place and same_subject:
            return f"{candidate.object.label} is read as {other.predicate} of {other.subject.label} already"
        if other.predicate == candidate.predicate:
            if same_object and same_subject:
                return "said already in this sentence"
            if same_object and candidate.pair.subject.found.is_implied:
                return "a named subject stands for the implied one"
            if other.predicate in _ONE_WAY and other.subject.id == candidate.object.id and other.object.id == candidate.subject.id:
                return "said already the other way round"
    return None


def mention(found: Found, entity: Entity, sentence: Sentence) -> Mention:
    """Return what was found as a mention of one entity, with the characters it stands on."""
    return Mention(entity, sentence.cut(found.start, found.end), found.start, found.end, found.rule, found.is_anaphor)


def _own(mention: Mention, sentence: Sentence) -> Mention:
    """Return a mention as its sentence has it: what a list's lead-in names is implied in the item."""
    if mention.start >= sentence.start:
        return mention
    return replace(mention, text="", start=sentence.start, end=sentence.start, is_anaphor=True)


def carrier(scene: Scene, pair: Pair, predicate: str) -> Hit | None:
    """Return the trigger that carries a predicate between two mentions: the one on their path, else the nearest to the object.

    None where the sentence has no wording of the predicate.
    """
    own = [hit for hit in scene.hits if hit.predicate == predicate]
    if not own:
        return None
    inner = set(pair.path.inner) if pair.path else set()
    return min(own, key=lambda hit: (hit.token not in inner, abs(hit.start - pair.object.found.start), hit.start))


def extract(document: Document, scene: Scene, candidates: Sequence[Candidate], *, triggers: Triggers, cues: Cues) -> Iterator[Claim]:
    """Give the claims of one sentence, qualified; they keep its text and its place, not its tokens."""
    from kg import qualifiers

    sentence = scene.frame.sentence
    if not candidates:
        return
    bare = replace(sentence, tokens=(), lead=None)
    named = [mention(place.found, place.found.entities[0], sentence) for place in scene.places if not place.found.is_implied]
    found_cues = qualifiers.find_cues(cues, sentence, named)
    for candidate in candidates:
        hit = carrier(scene, candidate.pair, candidate.predicate)
        subject = mention(candidate.pair.subject.found, candidate.subject, sentence)
        object_ = mention(candidate.pair.object.found, candidate.object, sentence)
        q = qualifiers.qualify(
            found_cues,
            subject=subject,
            object=object_,
            predicate=candidate.predicate,
            trigger=None if hit is None else (hit.start, hit.end),
        )
        subject, object_ = _own(subject, sentence), _own(object_, sentence)
        yield Claim(
            id=claim_id(document.id, sentence, subject, candidate.predicate, object_, (q.polarity.value, q.certainty.value, q.basis.value)),
            doc=document.id,
            sentence=bare,
            subject=subject,
            predicate=candidate.predicate,
            object=object_,
            polarity=q.polarity,
            certainty=q.certainty,
            basis=q.basis,
            stance=q.stance,
            attribution=q.attribution,
            direction=q.direction,
            mechanism=q.mechanism,
            cues=q.cues,
            rule=triggers.wordless[candidate.predicate] if hit is None else hit.rule,
            source=document.source,
            dose=q.dose,
            route=q.route,
            population=q.population,
        )
