"""What a reader sees: entity pages, lists, the editor. Every value goes through Jinja with escaping on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import DISCLAIMER, rdf, schema, store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jinja2 import Environment

ASSETS = Path(__file__).resolve().parent / "assets"
KINDS = ("concept", "claim", "document", "speaker")
MAX_ROWS = 5000
MAX_CLAIMS = 200
_WEB = re.compile(r"https?://[^\s<>\"]+\Z")
_SHORT = {iri: name for name, iri in rdf.PREFIXES.items()}

Binding = dict[str, dict[str, str]]

_FACTS = "SELECT ?p ?o ?label WHERE { ?this ?p ?o OPTIONAL { ?o skos:prefLabel ?label } } ORDER BY ?p ?o"
CONCEPTS = (
    "SELECT ?thing ?label ?type WHERE { ?thing a skos:Concept ; skos:inScheme <concept> ; skos:prefLabel ?label ; a ?type"
    f" FILTER(?type != skos:Concept && ?type != prov:Agent) }} ORDER BY LCASE(?label) ?thing ?type LIMIT {MAX_ROWS + 1}"
)
DOCUMENTS = (
    "SELECT ?thing ?title ?claims WHERE { ?thing a kg:Document OPTIONAL { ?thing dcterms:title ?title }"
    f" OPTIONAL {{ ?thing kg:claims ?claims }} }} ORDER BY ?thing LIMIT {MAX_ROWS + 1}"
)
COUNTS = """SELECT ?name (COUNT(?thing) AS ?count) WHERE {
  { ?thing a kg:Document BIND("documents" AS ?name) } UNION { ?thing a kg:Claim BIND("claims" AS ?name) }
  UNION { ?thing skos:inScheme <concept> BIND("concepts" AS ?name) } } GROUP BY ?name ORDER BY ?name"""
_CLAIMS = """SELECT DISTINCT
  ?claim ?subject ?subjectLabel ?predicate ?object ?objectLabel ?polarity ?certainty ?basis ?stance ?quote ?document WHERE {
  %s
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:polarity ?polarity ; kg:certainty ?certainty ;
    kg:basis ?basis ; kg:stance ?stance ; prov:wasDerivedFrom ?document ; oa:hasTarget/oa:hasSelector/oa:exact ?quote .
  OPTIONAL { ?subject skos:prefLabel ?subjectLabel } OPTIONAL { ?object skos:prefLabel ?objectLabel }
} ORDER BY ?predicate ?subject ?object ?document ?claim LIMIT %d"""
_OWN = {
    "concept": "{ ?claim rdf:subject ?this } UNION { ?claim rdf:object ?this }",
    "document": "?claim prov:wasDerivedFrom ?this ; a kg:Claim .",
    "claim": "BIND(?this AS ?claim)",
    "speaker": "?claim kg:attributedTo ?this .",
}
_GRAPH = {
    "concept": "CONSTRUCT { ?s ?p ?o } WHERE { { ?this ?p ?o BIND(?this AS ?s) } UNION { ?s ?p ?this BIND(?this AS ?o) } }",
    "document": "CONSTRUCT { ?s ?p ?o } WHERE { { ?this ?p ?o BIND(?this AS ?s) } UNION { ?s ?p ?this BIND(?this AS ?o) } }",
    "speaker": "CONSTRUCT { ?s ?p ?o } WHERE { { ?this ?p ?o BIND(?this AS ?s) } UNION { ?s ?p ?this BIND(?this AS ?o) } }",
    "claim": """CONSTRUCT { ?s ?p ?o } WHERE {
  { ?this ?p ?o BIND(?this AS ?s) } UNION { ?this oa:hasTarget ?s . ?s ?p ?o }
  UNION { ?this oa:hasTarget/oa:hasSelector ?s . ?s ?p ?o } UNION { ?this kg:hasCue ?s . ?s ?p ?o } }""",
}


def iri_of(kind: str, id_: str) -> str:
    """Return the IRI of an entity page."""
    named = {"concept": rdf.concept_iri, "claim": rdf.claim_iri, "document": rdf.document_iri, "speaker": rdf.speaker_iri}
    return named[kind](id_)


def _about(query: str, iri: str) -> str:
    # IRIs of kg.rdf hold nothing that could end an IRI in SPARQL: all else is percent-encoded there.
    return query.replace("?this", f"<{iri}>")


def facts_query(iri: str) -> str:
    """Return the query for what the graph says of an entity."""
    return _about(_FACTS, iri)


def claims_query(kind: str, iri: str) -> str:
    """Return the query for the claims that an entity page shows."""
    return _about(_CLAIMS % (_OWN[kind], MAX_CLAIMS + 1), iri)


def graph_query(kind: str, iri: str) -> str:
    """Return the query for an entity as RDF."""
    return _about(_GRAPH[kind], iri)


@dataclass(frozen=True, slots=True)
class Link:
    """A text, with where it leads: a page of ours, another site, or nowhere."""

    text: str
    href: str = ""
    is_foreign: bool = False


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(ASSETS / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def render(template: str, **values: Any) -> str:
    """Return a page."""
    return _environment().get_template(template).render(root="/", disclaimer=DISCLAIMER, **values)


def short(iri: str) -> str:
    """Return the IRI with a prefix where we have one.

    >>> short("http://www.w3.org/2004/02/skos/core#prefLabel")
    'skos:prefLabel'
    """
    for namespace, name in _SHORT.items():
        if iri.startswith(namespace):
            return f"{name}:{iri.removeprefix(namespace)}"
    return iri


def link(iri: str, text: str = "") -> Link:
    """Return the link to an IRI: our own lead to this server, other web addresses to themselves, the rest nowhere."""
    if iri.startswith(rdf.BASE):
        # The leading "./" keeps a colon in the first segment from being read as a scheme.
        return Link(text or short(iri), "./" + iri.removeprefix(rdf.BASE))
    return Link(text or short(iri), iri, is_foreign=True) if _WEB.match(iri) else Link(text or iri)


def _cell(term: Mapping[str, str], label: str = "") -> Link:
    return link(term["value"], label) if term["type"] == "uri" else Link(term["value"])


def entity(kind: str, id_: str, facts: Sequence[Binding], claims: Sequence[Binding]) -> str:
    """Return the page of a concept, a document, a claim or a speaker."""
    iri = iri_of(kind, id_)
    rows: dict[str, list[Link]] = {}
    title = id_
    for fact in facts:
        property_ = fact["p"]["value"]
        if property_ in {rdf.PREFIXES["skos"] + "prefLabel", rdf.PREFIXES["dcterms"] + "title", rdf.PREFIXES["rdfs"] + "label"}:
            title = fact["o"]["value"]
        rows.setdefault(property_, []).append(_cell(fact["o"], fact.get("label", {}).get("value", "")))
    return render(
        "entity.html",
        title=title,
        iri=iri,
        path="./" + iri.removeprefix(rdf.BASE),
        facts=[(link(property_), cells) for property_, cells in rows.items()],
        claims=[_claim(row) for row in claims[:MAX_CLAIMS]],
        is_cut=len(claims) > MAX_CLAIMS,
    )


def _claim(row: Binding) -> dict[str, Any]:
    def named(name: str) -> Link:
        return link(row[name]["value"], row.get(name + "Label", {}).get("value", ""))

    return {
        "subject": named("subject"),
        "object": named("object"),
        "predicate": link(row["predicate"]["value"], _predicate_label(row["predicate"]["value"])),
        "claim": named("claim"),
        "document": link(row["document"]["value"], rdf.id_of(row["document"]["value"])),
        "tags": [short(row[name]["value"]).removeprefix("kg:").removeprefix(name + "-") for name in ("stance", "certainty", "basis")],
        "quote": row["quote"]["value"],
    }


@cache
def _labels() -> Mapping[str, str]:
    return {schema.NAMESPACE + predicate.name: predicate.label for predicate in schema.load().predicates.values()}


def _predicate_label(iri: str) -> str:
    return _labels().get(iri, "")


def listing(title: str, columns: Sequence[str], rows: Sequence[Binding]) -> str:
    """Return a page with a table of things; the first column is the thing, the second its name."""
    names = ("thing", *columns)
    shown = []
    for row in rows[:MAX_ROWS]:
        thing = row["thing"]["value"]
        cells = [_cell(row[name]) if name in row else Link("") for name in columns]
        shown.append((link(thing, rdf.id_of(thing)), *cells))
    return render("list.html", title=title, columns=names, rows=shown, is_cut=len(rows) > MAX_ROWS)


def index(counts: Iterable[tuple[str, str]], downloads: Iterable[str]) -> str:
    """Return the overview."""
    return render("index.html", counts=list(counts), downloads=list(downloads), queries=list(store.named_queries().values()))


def editor() -> str:
    """Return the query editor."""
    return render("editor.html", prefixes=dict(rdf.PREFIXES))


def ontology() -> str:
    """Return the types and predicates."""
    known = schema.load()
    return render("ontology.html", types=list(known.types.values()), predicates=list(known.predicates.values()))


def problem(status: int, message: str) -> str:
    """Return a page that says what went wrong."""
    return render("problem.html", status=status, message=message)
