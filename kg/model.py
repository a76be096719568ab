"""The values that travel the road: frozen, with tuples inside.

Offsets are Unicode code points of the document's text, 0-based, end exclusive.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

from kg.values import swift


class Polarity(StrEnum):
    """Whether the text says yes or no."""

    AFFIRMED = "affirmed"
    NEGATED = "negated"


class Certainty(StrEnum):
    """How sure the text is."""

    ASSERTED = "asserted"
    HEDGED = "hedged"


class Basis(StrEnum):
    """The ground that the sentence itself names."""

    CLINICAL = "clinical"
    PRECLINICAL = "preclinical"
    RESEARCH = "research"
    USER_REPORT = "user_report"
    TRADITIONAL_USE = "traditional_use"
    REGULATORY = "regulatory"
    NONE = "none"


class Stance(StrEnum):
    """Refuted is not unproven: finer than polarity, and independent of it."""

    AFFIRMED = "affirmed"
    DENIED = "denied"
    EVIDENCE_ABSENT = "evidence_absent"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document's bytes came from: the path relative to the input, and the SHA-256 of the file."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the text with a name: a page, a heading, an abstract's part."""

    start: int
    end: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Document:
    """One text to read.

    `metadata` holds sorted (name, value) pairs with the names of schema.org: title, author,
    datePublished, url, license, identifier.
    """

    id: str
    text: str
    source: Source
    metadata: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()


@swift
@dataclass(frozen=True, slots=True)
class Token:
    """One token of a parsed sentence; `head` is the index of its governor in the same sentence, its own index at the root."""

    text: str
    start: int
    end: int
    lemma: str
    tag: str
    dep: str
    head: int


@swift
@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a document; it has no tokens where it was not parsed.

    `lead` is what introduces the list that the sentence is an item of ("Side effects include:"). Then the tokens are those of
    both, and the first of them stand before `start`.
    """

    index: int
    start: int
    end: int
    text: str
    tokens: tuple[Token, ...] = ()
    lead: Sentence | None = None

    def cut(self, start: int, end: int) -> str:
        """Return the characters of a span of the document that lies in the sentence or in its lead-in."""
        part = self if start >= self.start or self.lead is None else self.lead
        return part.text[max(start - part.start, 0) : max(end - part.start, 0)]


@swift
@dataclass(frozen=True, slots=True)
class Entity:
    """A concept of the lexicon, or one that the text itself introduced; `kind` is a Caution's kind."""

    id: str
    label: str
    type: str
    names: tuple[str, ...] = ()
    kind: str | None = None

    def __hash__(self) -> int:
        """Hash the id alone: what is equal has it, and the names would take long."""
        return hash(self.id)


@swift
@dataclass(frozen=True, slots=True)
class Mention:
    """An entity at a place in a text; an anaphor has its own offsets and its antecedent's entity."""

    entity: Entity
    text: str
    start: int
    end: int
    rule: str = ""
    is_anaphor: bool = False


@swift
@dataclass(frozen=True, slots=True)
class Cue:
    """The words that a qualifier was read from."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who says so: an Authority of the lexicon by `id`, or a speaker that only has a label."""

    id: str | None
    label: str


@swift
@dataclass(frozen=True, slots=True)
class Claim:
    """One statement that a text makes, with all that is needed to check it.

    `mechanism` is agonist, partial agonist, antagonist, … and `direction` is increases or
    decreases, where the sentence says so. `rule` names the data row that made the claim.
    """

    id: str
    doc: str
    sentence: Sentence
    subject: Mention
    predicate: str
    object: Mention
    polarity: Polarity
    certainty: Certainty
    basis: Basis
    stance: Stance
    attribution: Attribution | None
    direction: str | None
    mechanism: str | None
    cues: tuple[Cue, ...]
    rule: str
    source: Source
    dose: str | None = None
    route: str | None = None
    population: str | None = None

    @property
    def kind(self) -> str | None:
        """The kind of the Caution that this claim is about, if it is about one."""
        return self.object.entity.kind

    @property
    def key(self) -> tuple[str, int, int, int, str, str]:
        """The order of claims in every output: document, sentence, subject, object, predicate, id."""
        return (self.doc, self.sentence.start, self.subject.start, self.object.start, self.predicate, self.id)


def claim_id(
    doc: str,
    sentence: Sentence,
    subject: Mention,
    predicate: str,
    object_: Mention,
    qualifiers: tuple[str, ...],
) -> str:
    """Return the claim's name: 16 hexadecimal digits that depend on what it says and where, and on nothing else."""
    parts = (
        doc,
        str(sentence.start),
        subject.entity.id,
        str(subject.start),
        str(subject.end),
        predicate,
        object_.entity.id,
        str(object_.start),
        str(object_.end),
        *qualifiers,
    )
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Edge:
    """All claims with the same subject, predicate and object: a view, never a claim of its own.

    `counts` maps "polarity/certainty/basis/stance" to the number of claims; `claims` holds the
    ids of the first claims in output order, up to the bound that the caller set.
    """

    subject: str
    predicate: str
    object: str
    counts: tuple[tuple[str, int], ...]
    documents: int
    claims: tuple[str, ...] = field(default=())

    @property
    def total(self) -> int:
        """The number of claims behind this edge."""
        return sum(count for _, count in self.counts)
