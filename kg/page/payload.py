"""What the graph page carries of a built folder: bounded, and told what was left out."""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from kg import layout, schema
from kg.graph import of_build, qualify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from kg.builds import Build
    from kg.graph import Measures
    from kg.model import Claim, Edge, Entity

MAX_NODES = 5_000
MAX_EDGES = 20_000
MAX_CLAIMS = 20_000
MAX_CLAIMS_PER_STANCE = 100
MAX_DRAWN = 1_500
MAX_OVERVIEW = 64
MIN_RADIUS = 5.0
RADIUS_RANGE = 17.0
RADIUS_POWER = 0.75
# Offices that a compact identifier can be looked up at; anything else is shown as plain text.
RESOLVER = "https://bioregistry.io/"
_COMPACT = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,30}:[A-Za-z0-9_.\-]{1,60}")
_WEB = re.compile(r"https?://[^\s<>\"'\\]{1,400}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a graph the page carries and draws."""

    nodes: int = MAX_NODES
    edges: int = MAX_EDGES
    claims: int = MAX_CLAIMS
    claims_per_stance: int = MAX_CLAIMS_PER_STANCE
    drawn: int = MAX_DRAWN
    overview: int = MAX_OVERVIEW


@dataclass(frozen=True, slots=True)
class Payload:
    """The page's data: `nodes` and `edges` for pyvis, and `rest` for the script; all of it plain JSON."""

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]
    rest: dict[str, Any]


def pack(build: Build, *, bounds: Bounds | None = None) -> Payload:
    """Choose and lay out what the page shows of a built folder.

    The nodes kept are the first by PageRank, the edges those with most claims among them, and of each edge's claims
    the first in output order of every stance, so that a disagreement is never the part left out.
    """
    bounds = bounds or Bounds()
    survey = of_build(build)
    entities, edges, measures = survey.entities, survey.edges, survey.measures
    ranked = sorted(entities, key=lambda id_: (-measures.pagerank[id_], id_))
    kept = ranked[: bounds.nodes]
    inside = set(kept)
    shown = sorted(
        (edge for edge in edges if edge.subject in inside and edge.object in inside),
        key=lambda edge: (-edge.total, edge.subject, edge.predicate, edge.object),
    )[: bounds.edges]
    claims = _choose(build.claims(), shown, bounds)
    types = _types(entities)
    nodes = _nodes([entities[id_] for id_ in kept], types, shown, measures, bounds, _identifiers(kept, build.lexicons()))
    place = {id_: index for index, id_ in enumerate(kept)}
    preds = list(schema.load().predicates)
    preds += sorted({edge.predicate for edge in shown} - set(preds))
    rest = _details(build, claims, shown)
    described = schema.load()
    rest["types"] = [_type(name, described) for name in types]
    rest["preds"] = [_predicate(name, described) for name in preds]
    rest["totals"] = {"nodes": len(entities), "edges": len(edges), "claims": sum(edge.total for edge in edges)}
    rest["drawn"] = bounds.drawn
    return Payload(nodes, [_edge(edge, index, place, preds) for index, edge in enumerate(shown)], rest)


def _choose(claims: Iterable[Claim], edges: Iterable[Edge], bounds: Bounds) -> list[Claim]:
    """Choose in one reading; no more claims than the page carries are ever held."""
    wanted = {(edge.subject, edge.predicate, edge.object) for edge in edges}
    seen: dict[tuple[str, str, str, str], int] = {}

    def ranked() -> Iterator[tuple[int, int, Claim]]:
        for index, claim in enumerate(claims):
            triple = (claim.subject.entity.id, claim.predicate, claim.object.entity.id)
            if triple in wanted:
                key = (*triple, claim.stance.value)
                rank = seen[key] = seen.get(key, 0) + 1
                if rank <= bounds.claims_per_stance:
                    yield rank, index, claim

    # The first claim of every edge and stance comes before the second of any.
    best = heapq.nsmallest(bounds.claims, ranked())
    return [claim for _, _, claim in sorted(best, key=itemgetter(1))]


def _links(edges: Iterable[Edge]) -> dict[tuple[str, str], float]:
    links: dict[tuple[str, str], float] = {}
    for edge in edges:
        pair = (min(edge.subject, edge.object), max(edge.subject, edge.object))
        links[pair] = links.get(pair, 0) + edge.total
    return links


def _nodes(
    entities: list[Entity], types: list[str], edges: list[Edge], measures: Measures, bounds: Bounds, xrefs: dict[str, list[list[str]]]
) -> list[dict[str, Any]]:
    kept = [entity.id for entity in entities]
    links = _links(edges)
    top = set(_main(kept, links, bounds.overview))
    strongest = max((measures.pagerank[id_] for id_ in kept), default=1.0)
    rank = {id_: round(measures.pagerank[id_] / strongest, 4) for id_ in kept}
    boxes = {entity.id: layout.box(entity.label, MIN_RADIUS + RADIUS_RANGE * rank[entity.id] ** RADIUS_POWER) for entity in entities}
    near = layout.overview([id_ for id_ in kept if id_ in top], links, boxes)
    far = layout.chart(kept[: bounds.drawn], links)
    claims: dict[str, int] = dict.fromkeys(kept, 0)
    for edge in edges:
        for id_ in {edge.subject, edge.object}:
            claims[id_] += edge.total
    numbers = {name: number for number, name in enumerate(types)}
    nodes = []
    for index, entity in enumerate(entities):
        id_ = entity.id
        node: dict[str, Any] = {
            "id": index,
            "key": id_,
            "label": entity.label,
            "type": numbers[entity.type],
            "rank": rank[id_],
            "degree": measures.degree[id_],
            "group": measures.community[id_],
            "claims": claims[id_],
        }
        names = [name for name in entity.names if name.casefold() != entity.label.casefold()]
        if names:
            node["names"] = names
        if entity.kind:
            node["kind"] = entity.kind
        if id_ in xrefs:
            node["xrefs"] = xrefs[id_]
        if id_ in near:
            node["near"] = near[id_]
        if id_ in far:
            node["x"], node["y"] = far[id_]
        nodes.append(node)
    return nodes


def _main(kept: list[str], links: Mapping[tuple[str, str], float], most: int) -> list[str]:
    """Choose the nodes of the opening view: the first by rank that touch one another, or have no link at all in a small graph."""
    if len(kept) <= most:
        return kept
    neighbours: dict[str, set[str]] = {}
    for a, b in links:
        neighbours.setdefault(a, set()).add(b)
        neighbours.setdefault(b, set()).add(a)
    top = kept[:most]
    inside = set(top)
    return [id_ for id_ in top if neighbours.get(id_, set()) & inside]


def _types(entities: Mapping[str, Entity]) -> list[str]:
    known = list(schema.load().types)
    return known + sorted({entity.type for entity in entities.values()} - set(known))


def _identifiers(ids: Iterable[str], lexicons: tuple[Path, ...]) -> dict[str, list[list[str]]]:
    """Return each entity's public identifiers, as text and address; the address is empty where none is safe to link."""
    from kg import lexicon

    entries = lexicon.load(lexicons).entries
    found = {}
    for id_ in ids:
        entry = entries.get(id_)
        if entry is not None and entry.xrefs:
            found[id_] = [[xref, address(xref)] for xref in entry.xrefs]
    return found


def address(xref: str) -> str:
    """Return where a public identifier can be looked up, or nothing where it has no such shape.

    >>> address("CHEBI:6956")
    'https://bioregistry.io/CHEBI:6956'
    >>> address("javascript:alert(1)")
    ''
    """
    if _WEB.fullmatch(xref):
        return xref
    return RESOLVER + xref if _COMPACT.fullmatch(xref) and not xref.lower().startswith(("javascript:", "data:")) else ""


def _edge(edge: Edge, index: int, place: Mapping[str, int], preds: list[str]) -> dict[str, Any]:
    return {
        "id": index,
        "from": place[edge.subject],
        "to": place[edge.object],
        "p": preds.index(edge.predicate),
        "counts": [[*kind.split("/"), count] for kind, count in edge.counts],
        "docs": edge.documents,
    }


class _Table:
    """Numbers values in the order in which they are first met."""

    def __init__(self) -> None:
        self.rows: dict[Any, int] = {}

    def number(self, value: Any) -> int:
        return self.rows.setdefault(value, len(self.rows))


def _details(build: Build, claims: list[Claim], edges: list[Edge]) -> dict[str, Any]:
    edge_of = {(edge.subject, edge.predicate, edge.object): index for index, edge in enumerate(edges)}
    docs, sentences, rules, speakers = _Table(), _Table(), _Table(), _Table()
    rows = []
    for claim in claims:
        start = claim.sentence.start
        extras = {
            name: value
            for name, value in (
                ("direction", claim.direction),
                ("mechanism", claim.mechanism),
                ("dose", claim.dose),
                ("route", claim.route),
                ("population", claim.population),
                ("anaphor", 1 if claim.subject.is_anaphor or claim.object.is_anaphor else None),
            )
            if value
        }
        rows.append(
            [
                edge_of[claim.subject.entity.id, claim.predicate, claim.object.entity.id],
                sentences.number((docs.number(claim.doc), start, claim.sentence.text)),
                *(offset - start for mention in (claim.subject, claim.object) for offset in (mention.start, mention.end)),
                qualify(claim),
                -1 if claim.attribution is None else speakers.number(claim.attribution.label),
                # Those of a list's lead-in stand before the sentence.
                [[cue.kind, cue.start - start, cue.end - start] for cue in claim.cues if cue.start >= start],
                rules.number(claim.rule),
                claim.id,
                *([extras] if extras else []),
            ]
        )
    documents = 0
    known: dict[str, Mapping[str, str]] = {}
    for documents, record in enumerate(build.documents(), 1):  # noqa: B007 -- the count after the last is their number
        if record.id in docs.rows:
            known[record.id] = dict(record.metadata)
    counts = _Table()
    for row in rows:
        row[6] = counts.number(row[6])
    return {
        "docs": [_document(id_, known.get(id_, {})) for id_ in docs.rows],
        "documents": documents,
        "sentences": [list(sentence) for sentence in sentences.rows],
        "rules": list(rules.rows),
        "speakers": list(speakers.rows),
        "qualifiers": [kind.split("/") for kind in counts.rows],
        "claims": rows,
    }


def _document(id_: str, metadata: Mapping[str, str]) -> dict[str, str]:
    fields = {name: metadata[name] for name in ("title", "author", "datePublished", "url") if metadata.get(name)}
    if not _WEB.fullmatch(fields.get("url", "")):
        fields.pop("url", None)
    return {"id": id_, **fields}


def _type(name: str, described: schema.Schema) -> dict[str, str]:
    type_ = described.types.get(name)
    if type_ is None:
        return {"id": name, "label": name, "colour": "#7F7F7F", "shape": "dot", "definition": ""}
    return {"id": name, "label": type_.label, "colour": type_.colour, "shape": type_.shape, "definition": type_.definition}


def _predicate(name: str, described: schema.Schema) -> dict[str, str]:
    predicate = described.predicates.get(name)
    label = name.replace("_", " ") if predicate is None else predicate.label
    base, third, denied = conjugate(label)
    definition = "" if predicate is None else predicate.definition
    return {"id": name, "label": label, "base": base, "third": third, "denied": denied, "definition": definition}


def conjugate(label: str) -> tuple[str, str, str]:
    """Return a predicate's label as a sentence needs it: after "may", as a statement, and denied.

    >>> conjugate("binds")
    ('bind', 'binds', 'does not bind')
    >>> conjugate("symptom of")
    ('be symptom of', 'is symptom of', 'is not symptom of')
    """
    first, _, more = label.partition(" ")
    tail = f" {more}" if more else ""
    if first == "is":
        return f"be{tail}", label, f"is not{tail}"
    if first == "has":
        return f"have{tail}", label, f"does not have{tail}"
    if first.endswith("s"):
        return f"{first[:-1]}{tail}", label, f"does not {first[:-1]}{tail}"
    return f"be {label}", f"is {label}", f"is not {label}"
