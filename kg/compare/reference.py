"""Claims against curated facts: supported, refuted, not covered; and not covered is never called false."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from kg import tables
from kg.compare import conflicts
from kg.compare.entities import fold
from kg.compare.render import Heading, Paragraph, Report, Table
from kg.compare.sentences import sentence_record
from kg.model import Stance
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from kg.lexicon import Lexicon
    from kg.model import Claim, Entity

COLUMNS = ("subject", "subject_names", "subject_id", "predicate", "object", "object_names", "object_id", "effect", "citation", "source")
FILES = ("constituents.tsv", "enzymes.tsv", "mechanisms.tsv")
EFFECTS = ("increases", "decreases")

RECIPE = (
    "A claim is supported where a curated fact in ontology/reference has the same subject, predicate and object, or an object that "
    "the lexicon files below the claim's; it is refuted where the claim denies such a fact, or names the opposite action on the same "
    "target as every fact on it; everything else is not covered, which says nothing about whether it is true, and so is a sentence "
    "that only says that evidence is lacking. The facts are plant constituents and drug targets, each with its citation; approved "
    "uses, interactions and legal status are left out, because no table at hand gives a citation that can be checked for them."
)


class Verdict(StrEnum):
    """What the reference says to a claim."""

    SUPPORTED = "supported"
    REFUTED = "refuted"
    NOT_COVERED = "not covered"


@dataclass(frozen=True, slots=True)
class Fact:
    """One curated fact; `effect` is increases or decreases (the target's activity), None where the source does not say."""

    subject: str
    predicate: str
    object: str
    effect: str | None
    citations: tuple[str, ...]
    source: str
    where: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A claim, the verdict, and the facts that it rests on; a claim that is not covered has none."""

    claim: Claim
    verdict: Verdict
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Reference:
    """Facts by folded subject name, predicate and folded object name; `above` by the classes of an object; `facts` counts them."""

    exact: Mapping[tuple[str, str, str], tuple[Fact, ...]]
    above: Mapping[tuple[str, str, str], tuple[Fact, ...]]
    predicates: frozenset[str]
    facts: int


def read(folder: Path = ONTOLOGY / "reference") -> tuple[tuple[Fact, tuple[str, ...], tuple[str, ...]], ...]:
    """Give each fact with the names of its subject and of its object, in file order.

    Raises TableError.
    """

    def check(row: tables.Row) -> Iterator[str]:
        if not row["subject"] or not row["predicate"] or not row["object"]:
            yield "a fact needs subject, predicate and object"
        if not row["citation"]:
            yield "a fact needs a citation"
        if row["effect"] not in (*EFFECTS, ""):
            yield f"unknown effect {row['effect']!r}; known: {', '.join(EFFECTS)}, or empty"

    return tuple(
        (
            Fact(row["subject"], row["predicate"], row["object"], row["effect"] or None, row.values("citation"), row["source"], row.where),
            (row["subject"], *row.values("subject_names")),
            (row["object"], *row.values("object_names")),
        )
        for name in FILES
        for row in tables.read(folder / name, COLUMNS, check)
    )


def load(lexicon: Lexicon, folder: Path = ONTOLOGY / "reference") -> Reference:
    """Read the facts and map their ends to the lexicon, where it has them under any of their names."""
    names = _Names(lexicon)
    exact: dict[tuple[str, str, str], dict[Fact, None]] = {}
    above: dict[tuple[str, str, str], dict[Fact, None]] = {}
    predicates = set()
    rows = read(folder)
    for fact, subjects, objects in rows:
        predicates.add(fact.predicate)
        for subject in names.same(subjects):
            for object_ in names.same(objects):
                exact.setdefault((subject, fact.predicate, object_), {})[fact] = None
            for class_ in names.above(objects):
                above.setdefault((subject, fact.predicate, class_), {})[fact] = None
    return Reference(
        {key: tuple(facts) for key, facts in exact.items()},
        {key: tuple(facts) for key, facts in above.items()},
        frozenset(predicates),
        len(rows),
    )


class _Names:
    """The lexicon by folded name."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.parents = {id_: entry.parent for id_, entry in lexicon.entries.items() if entry.parent is not None}
        self.ids: dict[str, list[str]] = {}
        for entry in lexicon.entries.values():
            for name in (entry.entity.label, *entry.entity.names):
                self.ids.setdefault(fold(name), []).append(entry.entity.id)

    def same(self, names: Iterable[str]) -> tuple[str, ...]:
        """The names themselves and the ids of the entities that bear them, folded, each once."""
        found = [[folded, *map(fold, self.ids.get(folded, ()))] for folded in map(fold, names)]
        return tuple(dict.fromkeys(key for keys in found for key in keys))

    def above(self, names: Iterable[str]) -> tuple[str, ...]:
        """The ids of the classes above the entities that bear the names, folded, each once."""
        found: dict[str, None] = {}
        for name in names:
            for id_ in self.ids.get(fold(name), ()):
                parent = self.parents.get(id_)
                while parent is not None and fold(parent) not in found:
                    found[fold(parent)] = None
                    parent = self.parents.get(parent)
        return tuple(found)


def _keys(entity: Entity) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(fold, (entity.id, entity.label, *entity.names))))


def judge(claim: Claim, reference: Reference) -> Finding:
    """Compare one claim with the facts."""
    if claim.predicate not in reference.predicates or claim.stance is Stance.EVIDENCE_ABSENT:
        return Finding(claim, Verdict.NOT_COVERED, ())
    keys = [(s, claim.predicate, o) for s in _keys(claim.subject.entity) for o in _keys(claim.object.entity)]
    exact = tuple(dict.fromkeys(fact for key in keys for fact in reference.exact.get(key, ())))
    facts = exact or tuple(dict.fromkeys(fact for key in keys for fact in reference.above.get(key, ())))
    if not facts:
        return Finding(claim, Verdict.NOT_COVERED, ())
    if claim.stance is Stance.DENIED:
        return Finding(claim, Verdict.REFUTED, facts)
    effect = _effect(claim)
    if exact and effect is not None and all(fact.effect not in (None, effect) for fact in exact):
        return Finding(claim, Verdict.REFUTED, exact)
    return Finding(claim, Verdict.SUPPORTED, facts)


def _effect(claim: Claim) -> str | None:
    if claim.mechanism in conflicts.ACTIVATES:
        return "increases"
    if claim.mechanism in conflicts.BLOCKS:
        return "decreases"
    return claim.direction if claim.mechanism is None else None


def check(claims: Iterable[Claim], reference: Reference) -> Iterator[Finding]:
    """Give the finding of each claim, in the order of the claims; none is held."""
    return (judge(claim, reference) for claim in claims)


def as_json(findings: Iterable[Finding], place: Callable[[Claim], str]) -> dict[str, Any]:
    """Return counts and every covered claim as JSON values."""
    counts, covered = _sort(findings)
    return {
        "recipe": RECIPE,
        "counts": {verdict.value: counts[verdict] for verdict in Verdict},
        "findings": [
            {
                "verdict": finding.verdict.value,
                "claim": sentence_record(finding.claim, place),
                "facts": [
                    {
                        "subject": fact.subject,
                        "predicate": fact.predicate,
                        "object": fact.object,
                        "effect": fact.effect,
                        "citations": list(fact.citations),
                        "source": fact.source,
                        "row": fact.where,
                    }
                    for fact in finding.facts
                ],
            }
            for finding in covered
        ],
    }


def report(findings: Iterable[Finding], *, facts: int) -> Report:
    """Return the comparison as a report: counts, then refuted and supported claims; `facts` is the size of the reference."""
    counts, covered = _sort(findings)
    parts: list[Heading | Paragraph | Table] = [
        Paragraph(f"Compared with {facts} curated facts."),
        Table(("verdict", "claims"), tuple((verdict.value, str(counts[verdict])) for verdict in Verdict)),
    ]
    for verdict in (Verdict.REFUTED, Verdict.SUPPORTED):
        rows = tuple(
            (
                f"{one.claim.subject.entity.label} {one.claim.predicate.replace('_', ' ')} {one.claim.object.entity.label}",
                one.claim.sentence.text,
                one.claim.doc,
                f"{one.facts[0].subject} {one.facts[0].predicate} {one.facts[0].object}"
                + (f" ({one.facts[0].effect} its activity)" if one.facts[0].effect else ""),
                ", ".join(one.facts[0].citations),
                one.facts[0].source,
            )
            for one in covered
            if one.verdict is verdict
        )
        if rows:
            parts += [Heading(verdict.value.capitalize()), Table(("claim", "sentence", "document", "fact", "citation", "source"), rows)]
    return Report("Claims against curated facts", RECIPE, tuple(parts))


def _sort(findings: Iterable[Finding]) -> tuple[Counter[Verdict], list[Finding]]:
    counts: Counter[Verdict] = Counter()
    covered = []
    for finding in findings:
        counts[finding.verdict] += 1
        if finding.verdict is not Verdict.NOT_COVERED:
            covered.append(finding)
    covered.sort(key=lambda finding: (finding.verdict is not Verdict.REFUTED, finding.claim.key))
    return counts, covered
