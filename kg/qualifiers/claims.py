"""Sentence and claim → the claim's qualifiers, by what the cues of the sentence cover."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg.model import Attribution, Basis, Certainty, Cue, Polarity, Stance
from kg.qualifiers import cues as cue_tables
from kg.qualifiers import details, speakers
from kg.qualifiers import models
from kg.qualifiers.trees import Tree, plant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.model import Mention, Sentence

# The borders that each kind of cue reaches over: what is denied is the clause itself, a hedge holds for all that follows from it.
_REACH = {
    "polarity": frozenset({"in", "above"}),
    "stance": frozenset({"in", "above", "inside", "in:participle"}),
    "certainty": frozenset({"in", "above", "inside", "in:participle"}),
}
_REACH_OF_WORDS = frozenset({"in", "above", "inside"})


@dataclass(frozen=True, slots=True)
class Cues:
    """What qualifying needs, opened once: the table of cues and the learned weights."""

    table: cue_tables.CueTable
    models: models.Models


@dataclass(frozen=True, slots=True)
class SentenceCues:
    """The cues of one sentence by kind, with its tree, its doses and the mentions of those who can speak."""

    sentence: Sentence
    tree: Tree
    found: dict[str, tuple[cue_tables.FoundCue, ...]]
    speakers: tuple[speakers.Speaker, ...]
    doses: tuple[details.Dose, ...]
    models: models.Models
    is_heading: bool


@dataclass(frozen=True, slots=True)
class Qualifiers:
    """How a text makes a claim; `cues` holds the words of each, in text order."""

    polarity: Polarity
    certainty: Certainty
    basis: Basis
    stance: Stance
    attribution: Attribution | None
    direction: str | None
    mechanism: str | None
    dose: str | None
    route: str | None
    population: str | None
    cues: tuple[Cue, ...]


@cache
def load() -> Cues:
    """Read the table of cues and the learned weights.

    Raises TableError.
    """
    return Cues(cue_tables.read(), models.read())


def find_cues(cues: Cues, sentence: Sentence, mentions: Sequence[Mention]) -> SentenceCues:
    """Mark the cues of one parsed sentence; a sentence without tokens has none."""
    tree = plant(sentence)
    kinds: dict[str, list[cue_tables.FoundCue]] = {}
    for found in cue_tables.find(cues.table, tree):
        kinds.setdefault(found.row.kind, []).append(found)
    by_kind = {kind: tuple(items) for kind, items in kinds.items()}
    return SentenceCues(
        sentence,
        tree,
        by_kind,
        speakers.find(tree, mentions, by_kind.get("attribution", ())),
        details.find_doses(sentence),
        cues.models,
        is_heading(tree),
    )


def is_heading(tree: Tree) -> bool:
    """Say whether a sentence has no verb with a tense, as headings and titles have none."""
    return not any(tree.is_finite(index) for index, token in enumerate(tree.tokens) if token.tag[:1] == "V" or token.tag == "MD")


def qualify(found: SentenceCues, *, subject: Mention, object: Mention, predicate: str, trigger: tuple[int, int] | None) -> Qualifiers:  # noqa: A002
    """Read the qualifiers of one claim.

    `trigger` is the span of the words that carry the relation, where known. A subject or an
    object outside the sentence counts as standing at the other one.
    """
    tree = found.tree
    s, o = tree.head_of(subject), tree.head_of(object)
    if o is None and trigger is not None:
        o = tree.token_at(*trigger)
    if s is None:
        s = o
    if o is None:
        o = s
    if s is None or o is None:
        return _PLAIN
    situation = models.Situation(found.tree, s, o, predicate, subject, object, found.is_heading)
    polarity_cues = _polarity(found, s, o, subject, object)
    stance_cues = _covering(found, "stance", s, o, object)
    certainty, certainty_cues = _certainty(found, situation)
    basis, basis_cues = _basis(found, situation)
    polarity = Polarity.NEGATED if polarity_cues else Polarity.AFFIRMED
    stance = Stance.DENIED if polarity_cues else Stance.AFFIRMED
    if stance_cues:
        stance = Stance.EVIDENCE_ABSENT
    speaker = speakers.of(found.speakers, tree, s, o, basis)
    direction, direction_cues = details.direction(tree, found.found.get("direction", ()), s, o, object)
    mechanism, mechanism_cues = details.mechanism(tree, found.found.get("mechanism", ()), s, o, object)
    dose = details.dose(tree, found.doses, found.found.get("dose", ()), s, o)
    route = details.nearest(tree, found.found.get("route", ()), s, o)
    population, population_cues = details.population(found.sentence, tree, found.found.get("population", ()), s, o)
    every = [*polarity_cues, *stance_cues, *certainty_cues, *basis_cues, *direction_cues, *mechanism_cues, *population_cues]
    if speaker is not None:
        every.append(speaker.cue)
    if dose is not None:
        every.append(dose)
    if route is not None:
        every.append(route.cue)
    return Qualifiers(
        polarity,
        certainty,
        basis,
        stance,
        speaker.attribution if speaker is not None else None,
        direction,
        mechanism,
        dose.text if dose is not None else None,
        route.row.value if route is not None else None,
        population,
        tuple(sorted(set(every), key=lambda cue: (cue.start, cue.end, cue.kind))),
    )


_PLAIN = Qualifiers(Polarity.AFFIRMED, Certainty.ASSERTED, Basis.NONE, Stance.AFFIRMED, None, None, None, None, None, None, ())


def _within(cue: Cue, mention: Mention) -> bool:
    return mention.start <= cue.start and cue.end <= mention.end


def _covering(found: SentenceCues, kind: str, s: int, o: int, object_: Mention) -> list[Cue]:
    """Return the cues of a kind that cover a claim."""
    reach = _REACH[kind]
    hits = []
    for cue in found.found.get(kind, ()):
        row = cue.row
        if row.type is not None and row.type != object_.entity.type:
            continue
        if row.scope == "sentence" or cue_tables.cover(cue, found.tree, s, o) in reach:
            hits.append(cue.cue)
    return hits


def _polarity(found: SentenceCues, s: int, o: int, subject: Mention, object_: Mention) -> list[Cue]:
    """Return the cues that deny a claim; two denials, one of the verb and one in a word, make none ("not without side effects")."""
    of_verb, in_word = [], []
    for cue in found.found.get("polarity", ()):
        row = cue.row
        if row.type is not None and row.type != object_.entity.type:
            continue
        if row.type is None and (_within(cue.cue, object_) or _within(cue.cue, subject)):
            continue
        code = cue_tables.cover(cue, found.tree, s, o)
        if row.scope == "mention" and not (cue.cue.start < object_.end and object_.start < cue.cue.end):
            continue
        if code in (_REACH["polarity"] if row.scope == "clause" else _REACH_OF_WORDS):
            (of_verb if row.scope == "clause" else in_word).append(cue.cue)
    return [] if of_verb and in_word else of_verb or in_word


def _certainty(found: SentenceCues, situation: models.Situation) -> tuple[Certainty, list[Cue]]:
    hits = _covering(found, "certainty", situation.subject, situation.object, situation.object_mention)
    return (Certainty.HEDGED, hits) if hits else (Certainty.ASSERTED, [])


_ORDER = (Basis.CLINICAL, Basis.PRECLINICAL, Basis.RESEARCH, Basis.USER_REPORT)


def _basis(found: SentenceCues, situation: models.Situation) -> tuple[Basis, list[Cue]]:
    """Return the ground of a claim: clinical before preclinical before research before users, otherwise the first named."""
    every = found.found.get("basis", ())
    for basis in _ORDER:
        hits = [cue.cue for cue in every if cue.row.value == basis]
        if hits:
            return basis, hits[:1]
    return (Basis(every[0].row.value), [every[0].cue]) if every else (Basis.NONE, [])
