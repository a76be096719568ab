"""graph.jsonld: the same statements as graph.ttl as JSON, with the context that makes them RDF again; one node a line."""

from __future__ import annotations

import json
import re
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import rdf
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.builds import Build

_RDF = rdf.PREFIXES["rdf"]
_XSD = rdf.PREFIXES["xsd"]
_TYPE = _RDF + "type"
_OBJECT_PROPERTY = rdf.PREFIXES["owl"] + "ObjectProperty"
_SAFE_LOCAL = re.compile(r"[^/:\s][^:\s]*")
_INTEGER = re.compile(r"0|-?[1-9]\d{0,15}")
# Properties of other vocabularies whose values are always IRIs.
_LINKS = (
    "oa:hasSelector",
    "oa:hasSource",
    "oa:hasTarget",
    "prov:wasAssociatedWith",
    "prov:wasDerivedFrom",
    "prov:wasGeneratedBy",
    "rdf:object",
    "rdf:predicate",
    "rdf:subject",
    "skos:broader",
    "skos:exactMatch",
    "skos:inScheme",
    "skos:related",
)
_NUMBERS = ("oa:end", "oa:start")
_LONGEST_FIRST = tuple(sorted(rdf.PREFIXES.items(), key=lambda item: -len(item[1])))
_ENGLISH = ("rdfs:label", "skos:altLabel", "skos:prefLabel")


def write(build: Build, out: Path) -> None:
    """Write the graph as JSON-LD; the same build gives the same bytes, with one document in memory at a time."""
    terms = context()
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f'{{"@context": {json.dumps(terms, ensure_ascii=False, indent=1)},\n"@graph": [')
        separator = "\n"
        for block in rdf.blocks_of(build):
            for _, quads in groupby(rdf.parse([block]), key=attrgetter("subject")):
                file.write(f"{separator}{json.dumps(_node(tuple(quads), terms), ensure_ascii=False)}")
                separator = ",\n"
        file.write("\n]}\n")


def context() -> dict[str, Any]:
    """Return the JSON-LD context: the prefixes of the Turtle, and for each property what its values are."""
    links = {f"kg:{name}" for name in _object_properties()} | set(_LINKS)
    return {
        "@version": 1.1,
        "id": "@id",
        "type": "@type",
        **rdf.PREFIXES,
        **{name: {"@id": name, "@type": "@id"} for name in sorted(links)},
        **{name: {"@id": name, "@type": "xsd:nonNegativeInteger"} for name in _NUMBERS},
        **{name: {"@id": name, "@language": "en"} for name in _ENGLISH},
    }


def _object_properties() -> set[str]:
    kg = rdf.PREFIXES["kg"]
    quads = ox.parse(path=str(ONTOLOGY / "kg.ttl"), format=ox.RdfFormat.TURTLE)
    return {
        quad.subject.value.removeprefix(kg)
        for quad in quads
        if isinstance(quad.subject, ox.NamedNode)
        and quad.subject.value.startswith(kg)
        and quad.predicate.value == _TYPE
        and isinstance(quad.object, ox.NamedNode)
        and quad.object.value == _OBJECT_PROPERTY
    }


def _node(quads: tuple[ox.Quad, ...], terms: Mapping[str, Any]) -> dict[str, Any]:
    """Return all that a block says of one subject."""
    subject: Any = quads[0].subject
    node: dict[str, Any] = {}
    for predicate, group in groupby(quads, key=attrgetter("predicate")):
        name = "type" if predicate.value == _TYPE else short(predicate.value)
        coercion = {"@type": "@id"} if name == "type" else terms.get(name, {})
        node.setdefault(name, []).extend(_value(quad.object, coercion) for quad in group)
    return {"id": short(subject.value), **{name: values[0] if len(values) == 1 else values for name, values in node.items()}}


def _value(term: Any, coercion: Mapping[str, str]) -> Any:
    """Return a term as the shortest JSON that its property's coercion makes into that term again."""
    if isinstance(term, ox.NamedNode):
        return short(term.value) if coercion.get("@type") == "@id" else {"@id": short(term.value)}
    if term.language is not None:
        is_default = coercion.get("@language") == term.language
        return term.value if is_default else {"@value": term.value, "@language": term.language}
    datatype = term.datatype.value
    if short(datatype) == coercion.get("@type") or (datatype == _XSD + "integer" and not coercion):
        return int(term.value) if _INTEGER.fullmatch(term.value) else {"@value": term.value, "@type": short(datatype)}
    if datatype == _XSD + "string":
        return {"@value": term.value} if coercion else term.value
    return {"@value": term.value, "@type": short(datatype)}


def short(iri: str) -> str:
    """Return the IRI with a prefix where it has one and what follows cannot be read in another way."""
    for prefix, namespace in _LONGEST_FIRST:
        if iri.startswith(namespace) and _SAFE_LOCAL.fullmatch(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri
