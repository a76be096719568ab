"""Claims in the words of the Biolink Model: `ontology/biolink/*.tsv` → categories, identifiers, associations, evidence codes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg import rdf, tables
from kg.errors import OntologyError
from kg.model import Basis, Certainty, Polarity, Stance
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kg.lexicon import Entry
    from kg.model import Claim, Entity

_FOLDER = ONTOLOGY / "biolink"
_CATEGORIES = ("type", "kind", "prefix", "curie", "category")
_ASSOCIATIONS = ("predicate", "subject", "object", "when", "biolink", "association", "turned", "qualifiers")
_QUALIFIERS = ("field", "value", "biolink")
_ANYTHING = "NamedThing"
_DENIED = "denied"
_WITNESSES = frozenset({Basis.USER_REPORT, Basis.TRADITIONAL_USE})
_SKOS = rdf.PREFIXES["skos"]
# A code that means the same, then one that means more: each is true of the claim. A narrower one may not be.
_MATCHES = tuple(f"{_SKOS}{name}" for name in ("exactMatch", "closeMatch", "broadMatch"))
_ECO = "http://purl.obolibrary.org/obo/ECO_"


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity as Biolink knows it: `id` is a CURIE, public where there is one, `others` are its further CURIEs."""

    id: str
    category: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Association:
    """What a claim is in Biolink, without the prefix `biolink:`; `is_turned` tells that its subject is the association's object."""

    predicate: str
    category: str
    is_turned: bool
    slots: frozenset[str]


def thing(entity: Entity, entry: Entry | None) -> Thing:
    """Return an entity's category and identifiers; without an entry of the lexicon it keeps our own name, as an unknown type does."""
    ours = own(entity)
    xrefs = () if entry is None else entry.xrefs
    for row in _categories():
        if row["type"] == entity.type and row["kind"] in {"", entity.kind or ""}:
            named = next((xref for xref in xrefs if row["prefix"] and xref.startswith(f"{row['prefix']}:")), None)
            if named is not None:
                id_ = _spelled(named)
                return Thing(id_, row["category"], (ours, *(curie for curie in map(_spelled, xrefs) if curie != id_)))
            if not row["prefix"]:
                return Thing(ours, row["category"], tuple(map(_spelled, xrefs)))
    return Thing(ours, _ANYTHING, tuple(map(_spelled, xrefs)))


def own(entity: Entity) -> str:
    """Return our own name of an entity as a CURIE, the same as in the Turtle."""
    return f"c:{rdf.concept_iri(entity.id).removeprefix(rdf.PREFIXES['c'])}"


def spell(prefix: str) -> str:
    """Return a prefix as Biolink spells it."""
    return _spellings().get(prefix, prefix)


def _spelled(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return f"{spell(prefix)}:{local}"


def associate(claim: Claim, subject: str, object_: str) -> Association:
    """Return what a claim is, given the categories of its ends; a predicate that no row names is a bare `related_to`."""
    return _associate(claim.predicate, subject, object_, _DENIED if is_denied(claim) else claim.basis.value)


@cache
def _associate(predicate: str, subject: str, object_: str, when: str) -> Association:
    for row in _associations():
        if row["predicate"] == predicate and all(
            not row[column] or value in row.values(column) for column, value in (("subject", subject), ("object", object_), ("when", when))
        ):
            return Association(row["biolink"], row["association"], row["turned"] == "yes", frozenset(row.values("qualifiers")))
    return Association("related_to", "Association", is_turned=False, slots=frozenset())


def is_denied(claim: Claim) -> bool:
    """Tell whether the text says that it is not so."""
    return claim.stance is Stance.DENIED or claim.polarity is Polarity.NEGATED


def qualifier(field: str, value: str | None) -> str | None:
    """Return Biolink's word for a claim's mechanism or direction, None where it has none."""
    return None if value is None else _qualifiers().get((field, value))


def knowledge_level(claim: Claim) -> str:
    """Return how a claim is known: hedged is a prediction, what users and traditions tell an observation, the rest an assertion."""
    if claim.certainty is Certainty.HEDGED:
        return "prediction"
    return "observation" if claim.basis in _WITNESSES else "knowledge_assertion"


@cache
def evidence() -> Mapping[str, tuple[str, ...]]:
    """Return the evidence codes (ECO) of each basis, from `ontology/qualifiers.ttl`.

    Raises OntologyError where a basis has none.
    """
    matches: dict[str, dict[str, list[str]]] = {}
    for quad in ox.parse(path=str(ONTOLOGY / "qualifiers.ttl"), format=ox.RdfFormat.TURTLE):
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode) and quad.object.value.startswith(_ECO):
            matches.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object.value)
    codes = {}
    for basis in Basis:
        found = matches.get(rdf.qualifier_iri("basis", basis.value), {})
        best = next((found[match] for match in _MATCHES if match in found), ())
        if not best:
            message = f"qualifiers.ttl: basis {basis.value} has no ECO code that is as wide; must have an exact, close or broad match"
            raise OntologyError(message)
        codes[basis.value] = tuple(sorted(f"ECO:{iri.removeprefix(_ECO)}" for iri in best))
    return codes


@cache
def _categories() -> tuple[tables.Row, ...]:
    return tables.read(_FOLDER / "categories.tsv", _CATEGORIES)


@cache
def _spellings() -> Mapping[str, str]:
    return {row["prefix"]: row["curie"] for row in _categories() if row["prefix"]}


@cache
def _associations() -> tuple[tables.Row, ...]:
    return tables.read(_FOLDER / "associations.tsv", _ASSOCIATIONS, _check)


def _check(row: tables.Row) -> Iterable[str]:
    if row["turned"] not in {"", "yes"}:
        yield f"turned is {row['turned']!r}; must be yes or empty"
    if unknown := set(row.values("when")) - {_DENIED, *Basis}:
        yield f"when {', '.join(sorted(unknown))}; known: denied, {', '.join(Basis)}"
    if unknown := set(row.values("qualifiers")) - {"mechanism", "direction"}:
        yield f"qualifiers {', '.join(sorted(unknown))}; known: mechanism, direction"


@cache
def _qualifiers() -> Mapping[tuple[str, str], str]:
    return {(row["field"], row["value"]): row["biolink"] for row in tables.read(_FOLDER / "qualifiers.tsv", _QUALIFIERS)}
