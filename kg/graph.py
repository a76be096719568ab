"""Claims → edges, a networkx graph, and what is measured on it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import InputError
from kg.model import Edge, Entity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import networkx as nx

    from kg.builds import Build
    from kg.model import Claim

MAX_CLAIMS = 50
MAX_NAMES = 40
_MAX_HELD_NAMES = 200
COMMUNITY_SEED = 1
PAGERANK_DIGITS = 9


@dataclass(slots=True)
class _Tally:
    """What is known so far of one edge."""

    counts: dict[str, int]
    documents: int
    last: str
    claims: list[str]


def qualify(claim: Claim) -> str:
    """Return the claim's qualifiers as an edge counts them: "polarity/certainty/basis/stance"."""
    return f"{claim.polarity}/{claim.certainty}/{claim.basis}/{claim.stance}"


def assemble(claims: Iterable[Claim], *, max_claims: int = MAX_CLAIMS) -> tuple[Edge, ...]:
    """Bundle claims into edges, one for each subject, predicate and object, in that order.

    Claims are read once and in output order (`Claim.key`); what is kept of an edge does not
    grow with its claims: counts by qualifiers, and the ids of the first `max_claims`.

    Raises InputError where a claim of an earlier document comes after one of a later document,
    because documents could then not be counted.
    """
    edges = _Edges(max_claims)
    for claim in claims:
        edges.add(claim)
    return edges.settle()


class _Edges:
    """The edges of the claims met so far."""

    def __init__(self, max_claims: int) -> None:
        self._tallies: dict[tuple[str, str, str], _Tally] = {}
        self._shared: dict[str, str] = {}  # one object for every id and kind of qualifiers, however many edges have it
        self._max_claims = max_claims
        self._doc = ""

    def add(self, claim: Claim) -> None:
        doc, shared = claim.doc, self._shared
        if doc < self._doc:
            message = f"claims must come in output order: {doc!r} came after {self._doc!r}; sort them by Claim.key"
            raise InputError(message)
        self._doc = doc
        triple = (claim.subject.entity.id, claim.predicate, claim.object.entity.id)
        tally = self._tallies.get(triple)
        if tally is None:
            subject, predicate, object_ = (shared.setdefault(part, part) for part in triple)
            tally = self._tallies[subject, predicate, object_] = _Tally({}, 0, "", [])
        kind = qualify(claim)
        kind = shared.setdefault(kind, kind)
        tally.counts[kind] = tally.counts.get(kind, 0) + 1
        if tally.documents == 0 or tally.last != doc:
            tally.documents += 1
            tally.last = doc
        if len(tally.claims) < self._max_claims:
            tally.claims.append(claim.id)

    def settle(self) -> tuple[Edge, ...]:
        """Return the edges, and forget them."""
        return tuple(_edge(triple, self._tallies.pop(triple)) for triple in sorted(self._tallies))


def _edge(triple: tuple[str, str, str], tally: _Tally) -> Edge:
    return Edge(*triple, tuple(sorted(tally.counts.items())), tally.documents, tuple(tally.claims))


class _Forms:
    """How often each entity was met with which label, type and kind, and its names."""

    def __init__(self) -> None:
        self._labels: dict[str, Counter[tuple[str, str, str]]] = {}
        self._names: dict[str, set[str]] = {}
        self._last: dict[str, tuple[str, ...]] = {}  # the names that were added last

    def add(self, claim: Claim) -> None:
        for mention in (claim.subject, claim.object):
            entity = mention.entity
            id_ = entity.id
            seen = self._labels.get(id_)
            if seen is None:
                seen = self._labels[id_] = Counter()
                self._names[id_] = set()
            seen[entity.label, entity.type, entity.kind or ""] += 1
            if self._last.get(id_) is not entity.names:
                self._last[id_] = entity.names
                own = self._names[id_]
                own.update(entity.names)
                if len(own) > _MAX_HELD_NAMES:
                    self._names[id_] = set(sorted(own)[:MAX_NAMES])

    def settle(self) -> dict[str, Entity]:
        """Return the entities, each by its commonest form."""
        entities = {}
        for id_ in sorted(self._labels):
            seen = self._labels[id_]
            label, type_, kind = min(seen, key=lambda form: (-seen[form], form))
            entities[id_] = Entity(id_, label, type_, tuple(sorted(self._names[id_])[:MAX_NAMES]), kind or None)
        return entities


def collect(claims: Iterable[Claim]) -> dict[str, Entity]:
    """Return the entities that claims are about, by id and in the order of ids.

    Documents may give one entity different labels, types and kinds: the commonest holds, the
    first in alphabetical order among equals. Names are those of all documents, up to 40, sorted.
    """
    forms = _Forms()
    for claim in claims:
        forms.add(claim)
    return forms.settle()


def connect(edges: Iterable[Edge], entities: Mapping[str, Entity] | Iterable[Entity]) -> nx.MultiDiGraph:
    """Make the edges a networkx graph; entities without an edge are isolated nodes.

    A node is an entity's id, with its `label`, `type`, `kind` and `names`; an edge's key is its
    predicate, with `total`, `documents`, `counts` and `claims`. Nodes come in the order of ids,
    edges in the order given. An end that `entities` lacks is labelled with its id and has no type.
    """
    import networkx as nx

    known: Mapping[str, Entity]
    known = entities if hasattr(entities, "items") else {entity.id: entity for entity in entities}  # type: ignore[assignment]
    edges = tuple(edges)
    graph = nx.MultiDiGraph()
    for id_ in sorted({*known, *(edge.subject for edge in edges), *(edge.object for edge in edges)}):
        entity = known.get(id_) or Entity(id_, id_, "")
        graph.add_node(id_, label=entity.label, type=entity.type, kind=entity.kind, names=entity.names)
    for edge in edges:
        graph.add_edge(
            edge.subject,
            edge.object,
            key=edge.predicate,
            total=edge.total,
            documents=edge.documents,
            counts=dict(edge.counts),
            claims=edge.claims,
        )
    return graph


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of each node, by id.

    `degree` counts the neighbours (not the claims, nor the direction). `pagerank` adds up to 1
    over the nodes; it walks edges both ways, in proportion to their claims. `community` is 0 for
    the largest community of the Louvain method, and so on down.
    """

    degree: Mapping[str, int]
    pagerank: Mapping[str, float]
    community: Mapping[str, int]
    components: int

    def summary(self) -> dict[str, Any]:
        """Return the figures of the whole graph, for `report.json`."""
        return {
            "nodes": len(self.degree),
            "isolated": sum(1 for degree in self.degree.values() if degree == 0),
            "components": self.components,
            "communities": len(set(self.community.values())),
            "max_degree": max(self.degree.values(), default=0),
            "top": sorted(self.pagerank, key=lambda id_: (-self.pagerank[id_], id_))[:10],
        }


def measure(graph: nx.MultiDiGraph) -> Measures:
    """Measure degree, PageRank and communities; the same graph gives the same figures in every process.

    >>> measure(connect((Edge("a", "binds", "b", (("affirmed/asserted/none/affirmed", 2),), 1),), ())).degree
    {'a': 1, 'b': 1}
    """
    return _measure(sorted(graph), graph.edges(data="total"))


def measure_edges(edges: Iterable[Edge], ids: Iterable[str] = ()) -> Measures:
    """Measure as `measure` does, without making the graph that it would be given; `ids` are nodes that may have no edge."""
    edges = tuple(edges)
    nodes = sorted({*ids, *(edge.subject for edge in edges), *(edge.object for edge in edges)})
    return _measure(nodes, ((edge.subject, edge.object, edge.total) for edge in edges))


def _measure(ids: list[str], edges: Iterable[tuple[str, str, int]]) -> Measures:
    import networkx as nx

    places = {id_: place for place, id_ in enumerate(ids)}
    # Whole numbers hash to themselves, so that networkx's sets have one order under any PYTHONHASHSEED.
    simple = nx.Graph()
    simple.add_nodes_from(range(len(ids)))
    weights: dict[tuple[int, int], int] = {}
    for subject, object_, total in edges:
        low, high = sorted((places[subject], places[object_]))
        if low != high:
            weights[low, high] = weights.get((low, high), 0) + total
    simple.add_weighted_edges_from((*pair, weight) for pair, weight in sorted(weights.items()))
    ranks = nx.pagerank(simple, tol=1e-9, max_iter=500) if ids else {}
    groups = nx.community.louvain_communities(simple, seed=COMMUNITY_SEED) if ids else []
    community = {}
    for number, group in enumerate(sorted(groups, key=lambda group: (-len(group), min(group)))):
        community.update(dict.fromkeys(group, number))
    return Measures(
        {id_: simple.degree[place] for id_, place in places.items()},
        {id_: round(ranks[place], PAGERANK_DIGITS) for id_, place in places.items()},
        {id_: community[place] for id_, place in places.items()},
        nx.number_connected_components(simple),
    )


@dataclass(frozen=True, slots=True)
class Survey:
    """What one reading of all claims gives: the entities by id, the edges, and what is measured of their graph."""

    entities: Mapping[str, Entity]
    edges: tuple[Edge, ...]
    measures: Measures


def of_build(build: Build) -> Survey:
    """Return the survey of a built folder; its claims are read once for all that ask."""
    return build.once("survey", lambda: survey(build.claims()))


class Watch:
    """Takes the survey of claims while somebody else reads them, all and in output order."""

    def __init__(self) -> None:
        """Start before the first claim."""
        self._forms, self._edges = _Forms(), _Edges(0)

    def over(self, claims: Iterable[Claim]) -> Iterator[Claim]:
        """Give the claims on as they come."""
        for claim in claims:
            self._forms.add(claim)
            self._edges.add(claim)
            yield claim

    def survey(self) -> Survey:
        """Return the survey of the claims that were given on."""
        return _settle(self._forms, self._edges)


def survey(claims: Iterable[Claim], *, max_claims: int = 0) -> Survey:
    """Return the entities, the edges and the measures of claims in output order, read once; edges hold that many claims' ids.

    Raises InputError as `assemble` does.
    """
    forms, edges = _Forms(), _Edges(max_claims)
    for claim in claims:
        forms.add(claim)
        edges.add(claim)
    return _settle(forms, edges)


def _settle(forms: _Forms, edges: _Edges) -> Survey:
    entities, settled = forms.settle(), edges.settle()
    return Survey(entities, settled, measure_edges(settled, entities))
