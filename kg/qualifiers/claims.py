"""Sentence and claim → the claim's qualifiers, by what the cues of the sentence cover."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg.model import Attribution, Basis, Certainty, Cue, Polarity, Stance
from kg.qualifiers import cues as cue_tables
from kg.qualifiers import details, models, speakers
from kg.qualifiers.trees import Tree, plant
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.model import Mention, Sentence

# The borders that each kind of cue reaches over: what is denied is the clause itself, a hedge holds for all that follows from it.
_REACH = {
    "polarity": frozenset({"in", "above"}),
    "stance": frozenset({"in", "above", "inside", "in:participle"}),
    "certainty": frozenset({"in", "above", "inside", "in:participle"}),
}
# The kinds of Caution that one can say no to; the others mostly are a no themselves ("not without a doctor's advice").
_DENIABLE_KINDS = frozenset({"adverse_effect", "dependence", "interaction", "legal_status", "contraindication", "quality"})


@dataclass(frozen=True, slots=True)
class Cues:
    """What qualifying needs, opened once: the table of cues and the learned weights."""

    table: cue_tables.CueTable
    models: models.Models


@swift
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
    is_title: bool


@swift
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
        if found.row.scope == "modified" and found.row.type is not None and _is_in_name(found.cue, mentions):
            continue
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
        is_title=sentence.lead is None
        and len(tree.words) >= MIN_HEADING_TOKENS
        and (sentence.index == 0 or tree.words[-1] not in models.ENDS),
    )


def _is_in_name(cue: Cue, mentions: Sequence[Mention]) -> bool:
    """Say whether a word is only part of a longer name ("low blood pressure")."""
    return any(mention.start <= cue.start and cue.end < mention.end for mention in mentions)


def is_heading(tree: Tree) -> bool:
    """Say whether a sentence has no verb with a tense, as headings and titles have none."""
    return not any(tree.is_finite(index) for index, token in enumerate(tree.tokens) if token.tag[:1] == "V" or token.tag == "MD")


def qualify(found: SentenceCues, *, subject: Mention, object: Mention, predicate: str, trigger: tuple[int, int] | None) -> Qualifiers:
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
    situation = models.situate(tree, s, o, predicate, (subject, object), is_heading=found.is_heading)
    polarity_cues = denials(found, situation)
    stance_cues = _covering(found, "stance", s, o, object)
    certainty, certainty_cues = _certainty(found, situation, is_negated=bool(polarity_cues))
    if stance_cues and not polarity_cues and object.entity.kind is None and certainty is Certainty.ASSERTED:
        # "no good evidence that it relieves pain" says neither yes nor no (guidelines: evidence lacking).
        certainty, certainty_cues = Certainty.HEDGED, [Cue("certainty", cue.text, cue.start, cue.end) for cue in stance_cues]
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


def _covering(found: SentenceCues, kind: str, s: int, o: int, object_: Mention) -> list[Cue]:
    """Return the cues of a kind that cover a claim."""
    reach = _REACH[kind]
    return [
        cue.cue
        for cue in cue_tables.fitting(found.found.get(kind, ()), object_.entity.type)
        if cue.row.scope == "sentence" or cue_tables.cover(cue, found.tree, s, o) in reach
    ]


def denials(found: SentenceCues, situation: models.Situation) -> list[Cue]:
    """Return the cues that deny a claim, none where it is affirmed: where its sentence denies anything, the model decides."""
    every = denying(found, situation)
    if not every:
        return []
    # "A, but not B, relieved pain": the denial has its own phrase.
    if apart := [cue.cue for cue, code in every if cue.end is not None and code == "in"]:
        return apart
    of_verb, in_word = covering_denials(situation, every)
    if found.models.polarity.decide(polarity_features(situation, every, (of_verb, in_word))) == Polarity.AFFIRMED:
        return []
    nearest = min((cue for cue, _ in every), key=lambda cue: (abs(cue.first - situation.object), cue.first))
    return of_verb or in_word or [nearest.cue]


def denying(found: SentenceCues, situation: models.Situation) -> tuple[tuple[cue_tables.FoundCue, str], ...]:
    """Return the denials in a claim's sentence that may speak of its object, each with how it stands to the claim."""
    tree, s, o = situation.tree, situation.subject, situation.object
    fitting = cue_tables.fitting(found.found.get("polarity", ()), situation.object_mention.entity.type)
    return tuple((cue, cue_tables.cover(cue, tree, s, o)) for cue in fitting)


def covering_denials(situation: models.Situation, every: Sequence[tuple[cue_tables.FoundCue, str]]) -> tuple[list[Cue], list[Cue]]:
    """Return the denials that cover a claim by the parse: those of its verb and those in a word.

    One of each takes the denial back ("not without side effects").
    """
    tree, object_ = situation.tree, situation.object_mention
    of_verb: list[Cue] = []
    in_word: list[Cue] = []
    is_deniable = object_.entity.kind is None or object_.entity.kind in _DENIABLE_KINDS
    for cue, code in every:
        row = cue.row
        if not is_deniable and row.scope != "clause":
            continue
        is_within = models.holds(object_, cue.cue.start, cue.cue.end)
        if row.scope == "mention":
            if is_within or cue.anchor == situation.object:
                in_word.append(cue.cue)
            continue
        if is_within and (row.type is None or cue.cue.end < object_.end):
            continue
        if row.scope == "clause":
            if code in _REACH["polarity"]:
                of_verb.append(cue.cue)
        elif code in _REACH["polarity"] or (code in {"inside", "nested"} and tree.tokens[cue.anchor].tag[:1] == "N"):
            in_word.append(cue.cue)
    return of_verb, in_word


def polarity_features(
    situation: models.Situation, every: Sequence[tuple[cue_tables.FoundCue, str]], covering: tuple[Sequence[Cue], Sequence[Cue]]
) -> tuple[str, ...]:
    """Return what the polarity model looks at."""
    of_verb, in_word = covering
    covered = "denied twice" if of_verb and in_word else "denied" if of_verb or in_word else "not denied"
    return tuple(dict.fromkeys(models.of_polarity(situation, every, covered)))


def certainty_features(found: SentenceCues, situation: models.Situation, *, is_negated: bool) -> tuple[str, ...]:
    """Return what the certainty model looks at."""
    return tuple(dict.fromkeys(models.of_certainty(situation, found.found.get("certainty", ()), is_negated=is_negated)))


def grounds(found: SentenceCues, object_: int, subject: int) -> tuple[models.Ground, ...]:
    """Return the words of a sentence that name a ground, in the order in which one wins over another.

    Clinical before preclinical before research before users (guidelines: two grounds in one sentence), then the first named.
    """
    every = [models.Ground(cue.row.value, " ".join(cue.row.words), cue.head, cue.cue) for cue in found.found.get("basis", ())]
    for speaker in found.speakers:
        if speaker.is_authority and speaker.head not in (object_, subject):
            cue = Cue("basis", speaker.cue.text, speaker.cue.start, speaker.cue.end)
            every.append(models.Ground(Basis.REGULATORY.value, "authority", speaker.head, cue))
    return tuple(sorted(every, key=lambda ground: (_RANK.get(ground.value, len(_RANK)), ground.cue.start)))


def ground_features(situation: models.Situation, ground: models.Ground, others: Sequence[models.Ground]) -> tuple[str, ...]:
    """Return what the basis model looks at."""
    return tuple(dict.fromkeys(models.of_ground(situation, ground, [other.value for other in others])))


def _certainty(found: SentenceCues, situation: models.Situation, *, is_negated: bool) -> tuple[Certainty, list[Cue]]:
    """Return how sure a claim is, with the cues in reach; a hedge without a cue names the noun that holds the claim together."""
    if found.is_heading and found.is_title and _is_headline(situation):
        value = Certainty.HEDGED
    elif is_passing(situation) or situation.object_mention.entity.kind in _FLAT_KINDS:
        value = Certainty.ASSERTED
    else:
        value = Certainty(found.models.certainty.decide(certainty_features(found, situation, is_negated=is_negated)))
    if value is Certainty.ASSERTED:
        return value, []
    hits = _covering(found, "certainty", situation.subject, situation.object, situation.object_mention)
    if not hits:
        near = [cue for cue in found.found.get("certainty", ()) if not found.tree.covers(situation.object, cue.head)]
        hits = [near[0].cue] if near and not situation.is_nominal else [_word(found.tree, situation.meeting)]
    return value, hits


def _word(tree: Tree, index: int) -> Cue:
    token = tree.tokens[index]
    return Cue("certainty", token.text, token.start, token.end)


def _basis(found: SentenceCues, situation: models.Situation) -> tuple[Basis, list[Cue]]:
    """Return the ground of a claim with the words that name it."""
    every = (
        ()
        if is_passing(situation) or situation.object_mention.entity.kind in _ADVICE_KINDS
        else grounds(found, situation.object, situation.subject)
    )
    for ground in every:
        if found.models.basis.decide(ground_features(situation, ground, every)) == _HOLDS:
            return Basis(ground.value), [ground.cue]
    return Basis.NONE, []


_RANK = {Basis.CLINICAL.value: 0, Basis.PRECLINICAL.value: 1, Basis.RESEARCH.value: 2, Basis.USER_REPORT.value: 3}
_HOLDS = "yes"
MIN_HEADING_TOKENS = 3
# What a heading says in passing of what a thing is; anything else that it says is hedged (guidelines: headings).
_CLASSIFYING = frozenset({"is_a", "contains", "derived_from", "native_to", "symptom_of"})
# Cautions that a text states flatly, whatever it doubts about harms and benefits (guidelines: certainty) …
_FLAT_KINDS = frozenset({"evidence_gap", "general", "legal_status", "medical_supervision", "regulatory_warning"})
# … and those that are the text's own advice, and rest on no ground.
_ADVICE_KINDS = frozenset({"general", "medical_supervision", "not_a_substitute"})
_TARGETING = frozenset({"binds"})


def is_passing(situation: models.Situation) -> bool:
    """Say whether a claim only tells what a thing is, in passing: neither the doubts nor the grounds around it are about that."""
    return situation.is_nominal and situation.predicate in _CLASSIFYING


def _is_headline(situation: models.Situation) -> bool:
    """Say whether a claim is what a heading announces, and not a name that it uses ("the MAO inhibitor harmaline")."""
    is_name = situation.meeting in (situation.subject, situation.object)
    return situation.predicate not in _CLASSIFYING and not (is_name and situation.predicate in _TARGETING)
