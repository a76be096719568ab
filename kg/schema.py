"""The ontology's types, predicates and signatures, read from `ontology/kg.ttl`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg.errors import OntologyError
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAMESPACE = "https://w3id.org/substance-kg/ontology#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_SCHEMA = "https://schema.org/"
_ANY = "Entity"
# Predicates, each with two numbers: which readings of a subject and of an object it fits.
Options = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class EntityType:
    """A class of entities; `parent` is the class above it, None at the top."""

    id: str
    label: str
    definition: str
    example: str
    parent: str | None
    colour: str
    shape: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """A kind of claim: `id` as in claims.jsonl (`has_caution`), `name` as in RDF (`hasCaution`).

    `domains` and `ranges` hold the types that may stand, subclasses included; both are empty
    where any two of the same kind may stand.
    """

    id: str
    name: str
    label: str
    definition: str
    example: str
    domains: frozenset[str]
    ranges: frozenset[str]

    @property
    def may(self) -> str:
        """The RDF name of the twin for what texts only hedge."""
        return "may" + self.name[0].upper() + self.name[1:]

    @property
    def claimed(self) -> str:
        """The RDF name of the property above both twins."""
        return "claimed" + self.name[0].upper() + self.name[1:]


# What an object is read as where its predicate says so: what is contained is a constituent, also where it can be taken by itself.
READ_AS = {("contains", "Substance"): "Compound"}


@dataclass(frozen=True)
class Schema:
    """Types and predicates by id, in the order of `kg.ttl`."""

    types: Mapping[str, EntityType]
    predicates: Mapping[str, Predicate]

    @cached_property
    def _ancestors(self) -> dict[str, tuple[str, ...]]:
        chains: dict[str, tuple[str, ...]] = {}
        for name in self.types:
            chain = [name]
            while (parent := self.types[chain[-1]].parent) is not None:
                chain.append(parent)
            chains[name] = tuple(chain)
        return chains

    def ancestors(self, type_: str) -> tuple[str, ...]:
        """Return the type and the types above it, nearest first."""
        return self._ancestors[type_]

    @cached_property
    def signatures(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The predicates that fit each pair of types, in the order of `kg.ttl`; pairs that fit none are absent."""
        pairs = {}
        for subject in self.types:
            for object_ in self.types:
                fitting = tuple(p for p in self.predicates if self._fits(self.predicates[p], subject, object_))
                if fitting:
                    pairs[subject, object_] = fitting
        return pairs

    @cached_property
    def _options(self) -> dict[tuple[tuple[str, ...], tuple[str, ...]], Options]:
        return {}

    def options(self, subjects: tuple[str, ...], objects: tuple[str, ...]) -> Options:
        """Return every predicate that fits two things of several types each, with the place of the first types of both that it fits."""
        known = self._options.get((subjects, objects))
        if known is None:
            found: dict[str, tuple[str, int, int]] = {}
            for one, subject in enumerate(subjects):
                for other, object_ in enumerate(objects):
                    for predicate in self.signatures.get((subject, object_), ()):
                        found.setdefault(predicate, (predicate, one, other))
            known = self._options[subjects, objects] = tuple(found.values())
        return known

    def fits(self, predicate: str, subject_type: str, object_type: str) -> bool:
        """Tell whether the predicate may stand between the two types."""
        return predicate in self.signatures.get((subject_type, object_type), ())

    def _fits(self, predicate: Predicate, subject: str, object_: str) -> bool:
        if predicate.domains:
            return subject in predicate.domains and READ_AS.get((predicate.id, object_), object_) in predicate.ranges
        # A constituent may be of a class of substances (guidelines, is_a).
        return bool(set(self._ancestors[subject]) & set(self._ancestors[object_])) or (
            "Compound" in self._ancestors[subject] and object_ == "Substance"
        )


@cache
def load(path: Path = ONTOLOGY / "kg.ttl") -> Schema:  # noqa: C901 - one pass, every complaint
    """Read the ontology.

    Raises OntologyError where a type or a predicate lacks its label, definition, example or
    signature, with every complaint at once.
    """
    try:
        quads = tuple(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    except (OSError, SyntaxError) as error:
        message = f"{path.name}: cannot be read as Turtle ({error})"
        raise OntologyError(message) from error
    facts: dict[str, dict[str, list[str]]] = {}
    for quad in quads:
        facts.setdefault(quad.subject.value, {}).setdefault(quad.predicate.value, []).append(quad.object.value)
    complaints: list[str] = []

    def one(iri: str, name: str) -> str:
        values = facts[iri].get(name, [])
        if len(values) != 1:
            complaints.append(f"{path.name}: {iri} has {len(values)} of {name}; must have one")
            return ""
        return values[0]

    types: dict[str, EntityType] = {}
    predicates: dict[str, Predicate] = {}
    for iri, values in facts.items():
        if NAMESPACE + "shape" in values:
            parent = one(iri, _RDFS + "subClassOf").removeprefix(NAMESPACE)
            types[iri.removeprefix(NAMESPACE)] = EntityType(
                iri.removeprefix(NAMESPACE),
                one(iri, _RDFS + "label"),
                one(iri, _SKOS + "definition"),
                one(iri, _SKOS + "example"),
                None if parent == _ANY else parent,
                one(iri, NAMESPACE + "colour"),
                one(iri, NAMESPACE + "shape"),
            )
    for iri, values in facts.items():
        if NAMESPACE + "key" in values:
            key = one(iri, NAMESPACE + "key")
            ends = {}
            for end in ("domainIncludes", "rangeIncludes"):
                named = {value.removeprefix(NAMESPACE) for value in values.get(_SCHEMA + end, [])}
                if not named:
                    complaints.append(f"{path.name}: {iri} has no schema:{end}; must name a class")
                ends[end] = (
                    frozenset(name for name, type_ in types.items() if named & {name, type_.parent}) if _ANY not in named else frozenset()
                )
            predicates[key] = Predicate(
                key,
                iri.removeprefix(NAMESPACE),
                one(iri, _RDFS + "label"),
                one(iri, _SKOS + "definition"),
                one(iri, _SKOS + "example"),
                ends["domainIncludes"],
                ends["rangeIncludes"],
            )
    if complaints:
        raise OntologyError("\n".join(complaints))
    return Schema(types, predicates)
