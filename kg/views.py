"""The graph as plain rows, for programs that know nodes and links with attributes and nothing of claims.

A link says of itself how its claims stand, in its label too: a drawing that shows no attribute still tells "denied" from "asserted".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg import graph, rdf, schema
from kg.model import Certainty, Polarity, Stance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.builds import Build
    from kg.model import Claim, Edge, Entity

STANDINGS = ("asserted", "hedged", "denied", "evidence_absent")
MAX_CLAIMS = 50
_LEADS = {"asserted": "", "hedged": "may: ", "denied": "denied: ", "evidence_absent": "no evidence: "}
_COLOUR = "#999999"


@dataclass(frozen=True, slots=True)
class Node:
    """An entity with its measures; `colour` is that of its type, as #rrggbb, `kind` is '' but for a Caution."""

    id: str
    iri: str
    label: str
    type: str
    kind: str
    names: tuple[str, ...]
    colour: str
    degree: int
    pagerank: float
    community: int


@dataclass(frozen=True, slots=True)
class Link:
    """All claims with one subject, predicate and object, counted by how they stand.

    `standing` is the strongest of `STANDINGS` that a claim has; `is_disputed` tells that some say yes and some no. `sentence`
    is the first claim's of that standing, in output order, and `claims` are the ids of the first 50.
    """

    id: str
    source: str
    target: str
    predicate: str
    label: str
    standing: str
    is_disputed: bool
    asserted: int
    hedged: int
    denied: int
    evidence_absent: int
    documents: int
    bases: tuple[str, ...]
    sentence: str
    doc: str
    claims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class View:
    """Nodes by id, links by subject, predicate and object."""

    nodes: tuple[Node, ...]
    links: tuple[Link, ...]


def values(row: Node | Link) -> dict[str, Any]:
    """Return a node's or a link's attributes by name, in their order."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


def standing(polarity: str, certainty: str, stance: str) -> str:
    """Return how a claim with these qualifiers stands: the four values of `STANDINGS`, of which each claim has one.

    >>> standing("affirmed", "hedged", "affirmed"), standing("negated", "hedged", "denied")
    ('hedged', 'denied')
    """
    if stance == Stance.EVIDENCE_ABSENT:
        return "evidence_absent"
    if stance == Stance.DENIED or polarity == Polarity.NEGATED:
        return "denied"
    return "asserted" if certainty == Certainty.ASSERTED else "hedged"


def view(build: Build) -> View:
    """Return the whole graph of a built folder; it is held in memory, the claims are not.

    Nodes and links have one order, so that writers need not sort.
    """
    survey = graph.survey(build.claims(), max_claims=MAX_CLAIMS)
    first = _first_claims(build.claims())
    known = schema.load()
    nodes = tuple(_node(entity, known, survey.measures) for entity in survey.entities.values())
    return View(nodes, tuple(_link(edge, known, first) for edge in survey.edges))


def _node(entity: Entity, known: schema.Schema, measures: graph.Measures) -> Node:
    type_ = known.types.get(entity.type)
    return Node(
        entity.id,
        rdf.concept_iri(entity.id),
        entity.label,
        entity.type,
        entity.kind or "",
        entity.names,
        _COLOUR if type_ is None else type_.colour,
        measures.degree[entity.id],
        measures.pagerank[entity.id],
        measures.community[entity.id],
    )


def _first_claims(claims: Iterator[Claim]) -> dict[tuple[str, str, str, str], Claim]:
    """Return the first claim of each subject, predicate, object and standing."""
    first: dict[tuple[str, str, str, str], Claim] = {}
    for claim in claims:
        how = standing(claim.polarity, claim.certainty, claim.stance)
        first.setdefault((claim.subject.entity.id, claim.predicate, claim.object.entity.id, how), claim)
    return first


def _link(edge: Edge, known: schema.Schema, first: dict[tuple[str, str, str, str], Claim]) -> Link:
    counts = dict.fromkeys(STANDINGS, 0)
    bases = set()
    for key, count in edge.counts:
        polarity, certainty, basis, stance = key.split("/")
        counts[standing(polarity, certainty, stance)] += count
        bases.add(basis)
    strongest = next(how for how in STANDINGS if counts[how])
    claim = first[edge.subject, edge.predicate, edge.object, strongest]
    predicate = known.predicates.get(edge.predicate)
    return Link(
        hashlib.sha256(f"{edge.subject}\x1f{edge.predicate}\x1f{edge.object}".encode()).hexdigest()[:16],
        edge.subject,
        edge.object,
        edge.predicate,
        _LEADS[strongest] + (edge.predicate if predicate is None else predicate.label),
        strongest,
        bool((counts["asserted"] or counts["hedged"]) and counts["denied"]),
        counts["asserted"],
        counts["hedged"],
        counts["denied"],
        counts["evidence_absent"],
        edge.documents,
        tuple(sorted(bases)),
        claim.sentence.text,
        claim.doc,
        edge.claims,
    )
