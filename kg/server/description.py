"""What a machine sees: the SPARQL 1.1 service description with VoID statistics of the dataset."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kg import DISCLAIMER, rdf, schema
from kg.server.negotiation import GRAPHS, RESULTS
from kg.server.worker import GRAPH_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_GRAPHS = 1000
_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_XSD_INTEGER = ox.NamedNode(rdf.PREFIXES["xsd"] + "integer")
PREFIXES = {**rdf.PREFIXES, "sd": _SD, "void": _VOID, "formats": "http://www.w3.org/ns/formats/"}

STATISTICS = {
    "triples": "SELECT (COUNT(*) AS ?count) WHERE { ?s ?p ?o }",
    "classes": "SELECT ?thing (COUNT(*) AS ?count) WHERE { ?s a ?thing } GROUP BY ?thing ORDER BY ?thing",
    "properties": "SELECT ?thing (COUNT(*) AS ?count) WHERE { ?s ?thing ?o } GROUP BY ?thing ORDER BY ?thing",
    "graphs": "SELECT ?thing (COUNT(*) AS ?count) WHERE { GRAPH ?thing { ?s ?p ?o } } GROUP BY ?thing ORDER BY ?thing"
    f" LIMIT {MAX_GRAPHS}",
}


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many triples there are, in all and by class, property and named graph; pairs of IRI and number."""

    triples: int
    classes: Sequence[tuple[str, int]]
    properties: Sequence[tuple[str, int]]
    graphs: Sequence[tuple[str, int]]


def describe(endpoint: str, statistics: Statistics) -> tuple[ox.Triple, ...]:
    """Return the description of the endpoint at an address, without blank nodes and in a fixed order."""
    by_subject: dict[str, list[ox.Triple]] = {}
    for triple in _triples(endpoint, statistics):
        by_subject.setdefault(str(triple.subject), []).append(triple)
    return tuple(triple for triples in by_subject.values() for triple in triples)


def _node(iri: str) -> ox.NamedNode:
    return ox.NamedNode(iri)


def _integer(number: int) -> ox.Literal:
    return ox.Literal(str(number), datatype=_XSD_INTEGER)


def _triples(endpoint: str, statistics: Statistics) -> Iterator[ox.Triple]:
    type_ = _node(rdf.PREFIXES["rdf"] + "type")
    service, dataset, default = (_node(f"{endpoint}#{name}") for name in ("service", "dataset", "default-graph"))
    yield ox.Triple(service, type_, _node(_SD + "Service"))
    yield ox.Triple(service, _node(_SD + "endpoint"), _node(endpoint))
    yield ox.Triple(service, _node(_SD + "supportedLanguage"), _node(_SD + "SPARQL11Query"))
    yield ox.Triple(service, _node(_SD + "feature"), _node(_SD + "UnionDefaultGraph"))
    for format_ in (*RESULTS, *GRAPHS):
        yield ox.Triple(service, _node(_SD + "resultFormat"), _node(format_.iri))
    yield ox.Triple(service, _node(_SD + "defaultDataset"), dataset)
    yield ox.Triple(dataset, type_, _node(_SD + "Dataset"))
    yield ox.Triple(dataset, type_, _node(_VOID + "Dataset"))
    yield ox.Triple(dataset, _node(rdf.PREFIXES["dcterms"] + "description"), ox.Literal(DISCLAIMER, language="en"))
    yield ox.Triple(dataset, _node(_SD + "defaultGraph"), default)
    yield ox.Triple(default, type_, _node(_SD + "Graph"))
    yield ox.Triple(default, _node(_VOID + "triples"), _integer(statistics.triples))
    yield ox.Triple(dataset, _node(_VOID + "triples"), _integer(statistics.triples))
    yield ox.Triple(dataset, _node(_VOID + "sparqlEndpoint"), _node(endpoint))
    yield ox.Triple(dataset, _node(_VOID + "uriSpace"), ox.Literal(rdf.BASE))
    yield ox.Triple(dataset, _node(_VOID + "vocabulary"), _node(schema.NAMESPACE))
    for number, (iri, count) in enumerate(statistics.classes):
        part = _node(f"{endpoint}#class-{number}")
        yield ox.Triple(dataset, _node(_VOID + "classPartition"), part)
        yield ox.Triple(part, _node(_VOID + "class"), _node(iri))
        yield ox.Triple(part, _node(_VOID + "entities"), _integer(count))
    for number, (iri, count) in enumerate(statistics.properties):
        part = _node(f"{endpoint}#property-{number}")
        yield ox.Triple(dataset, _node(_VOID + "propertyPartition"), part)
        yield ox.Triple(part, _node(_VOID + "property"), _node(iri))
        yield ox.Triple(part, _node(_VOID + "triples"), _integer(count))
    for number, (iri, count) in enumerate(statistics.graphs):
        named, graph = _node(f"{endpoint}#named-{number}"), _node(f"{endpoint}#graph-{number}")
        yield ox.Triple(dataset, _node(_SD + "namedGraph"), named)
        yield ox.Triple(named, type_, _node(_SD + "NamedGraph"))
        yield ox.Triple(named, _node(_SD + "name"), _node(iri))
        yield ox.Triple(named, _node(_SD + "graph"), graph)
        yield ox.Triple(graph, type_, _node(_SD + "Graph"))
        yield ox.Triple(graph, _node(_VOID + "triples"), _integer(count))


def serialize(triples: Sequence[ox.Triple], format_: str) -> bytes:
    """Return triples in one of our graph formats."""
    data: bytes = ox.serialize(triples, format=GRAPH_FORMATS[format_], prefixes=PREFIXES)  # type: ignore[assignment]
    return data
