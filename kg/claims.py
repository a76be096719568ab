"""Mentions × predicates × what is seen between them → Claims, and what was refused and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg import pairs, signals
from kg.model import Claim, Entity, Mention, claim_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np

    from kg.mentions import Found
    from kg.model import Document, Sentence
    from kg.pairs import Pair, Scene
    from kg.qualifiers import Cues
    from kg.ranker import Ranker
    from kg.schema import Schema
    from kg.triggers import Hit, Triggers

# Of these a sentence states one direction only.
_ONE_WAY = frozenset({"interacts_with", "is_a", "symptom_of"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pair read as a claim of one predicate, with its probability and the words that carry it."""

    pair: Pair
    predicate: str
    subject: Entity
    object: Entity
    probability: float
    hit: Hit | None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A pair that could have been a claim and was not, and why."""

    sentence: Sentence
    subject: Mention
    object: Mention
    reason: str


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything that was measured in one scene: a pair, a predicate and readings for each row of numbers."""

    scene: Scene
    options: tuple[tuple[Pair, str, Entity, Entity], ...]
    numbers: tuple[list[float], ...]


def measure(scene: Scene, shares: Mapping[str, float], *, schema: Schema, ranker: Ranker) -> Rows:
    """Measure every pair of a scene for every predicate that fits it. `shares` are the parts of the document's names by entity id."""
    options: list[tuple[Pair, str, Entity, Entity]] = []
    numbers: list[list[float]] = []
    for pair in pairs.pairs(scene, schema):
        words = ranker.read(pairs.features(scene, pair))
        shared, sites = signals.share(scene, pair, shares.get(pair.subject.found.key, 0.0))
        for predicate, subject, object_ in options_of(pair, schema):
            options.append((pair, predicate, subject, object_))
            numbers.append(
                [
                    *shared,
                    *signals.own(pair, sites, predicate, subject.type, object_.type),
                    *answers(words, ranker.classes, predicate),
                    ranker.prior(pair.subject.found.type, pair.object.found.type, predicate),
                ]
            )
    return Rows(scene, tuple(options), tuple(numbers))


def answers(words: np.ndarray, classes: Sequence[str], predicate: str) -> tuple[float, float, float]:
    """Return what the first model says of a predicate: its probability, that of no claim, and that of the best other predicate."""
    own = classes.index(predicate)
    rest = max((float(words[i]) for i in range(1, len(classes)) if i != own), default=0.0)
    return float(words[own]), float(words[0]), rest


def options_of(pair: Pair, schema: Schema) -> Iterator[tuple[str, Entity, Entity]]:
    """Give every predicate that fits a pair, each with the first readings of the two that it fits."""
    seen: set[str] = set()
    for subject in pair.subject.found.entities:
        for object_ in pair.object.found.entities:
            for predicate in schema.signatures.get((subject.type, object_.type), ()):
                if predicate not in seen and subject.id != object_.id:
                    seen.add(predicate)
                    yield predicate, subject, object_


def choose(rows: Rows, probabilities: Sequence[float], *, ranker: Ranker) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
    """Keep the candidates that make sense together, likeliest first; the rest are refused with a reason.

    One mention is read one way by one subject; an implied subject gives way to a named one;
    the same two entities are joined by one predicate once a sentence.
    """
    best: dict[tuple[int, int], Candidate] = {}
    for (pair, predicate, subject, object_), probability in zip(rows.options, probabilities, strict=True):
        key = (id(pair.subject), id(pair.object))
        score = float(probability) - ranker.thresholds[predicate]
        held = best.get(key)
        if held is None or score > held.probability - ranker.thresholds[held.predicate]:
            best[key] = Candidate(pair, predicate, subject, object_, float(probability), None)
    ordered = sorted(
        best.values(),
        key=lambda c: (
            -(c.probability - ranker.thresholds[c.predicate]),
            c.pair.subject.found.start,
            c.pair.object.found.start,
            c.predicate,
        ),
    )
    kept: list[Candidate] = []
    refused: list[Refusal] = []
    for candidate in ordered:
        reason = _clash(candidate, kept)
        if candidate.probability < ranker.thresholds[candidate.predicate]:
            reason = f"too unlikely to say {candidate.predicate} ({candidate.probability:.2f})"
        if reason is None:
            kept.append(candidate)
        elif not candidate.pair.subject.found.is_implied:
            sentence = rows.scene.frame.sentence
            refused.append(
                Refusal(
                    sentence,
                    mention(candidate.pair.subject.found, candidate.subject, sentence),
                    mention(candidate.pair.object.found, candidate.object, sentence),
                    reason,
                )
            )
    return tuple(kept), tuple(refused)


def _clash(candidate: Candidate, kept: Sequence[Candidate]) -> str | None:
    for other in kept:
        same_subject = other.subject.id == candidate.subject.id
        same_place = other.pair.object is candidate.pair.object
        same_object = same_place or other.object.id == candidate.object.id
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
    text = sentence.text[max(found.start - sentence.start, 0) : max(found.end - sentence.start, 0)]
    return Mention(entity, text, found.start, found.end, found.rule, found.is_anaphor)


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
    """Give the claims of one sentence, qualified."""
    from kg import qualifiers

    sentence = scene.frame.sentence
    if not candidates:
        return
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
        yield Claim(
            id=claim_id(document.id, sentence, subject, candidate.predicate, object_, (q.polarity.value, q.certainty.value, q.basis.value)),
            doc=document.id,
            sentence=sentence,
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
