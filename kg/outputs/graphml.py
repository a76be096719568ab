"""graph.graphml: the graph for yEd, Cytoscape, Gephi, igraph and networkx.

A node's key is the entity's id, a link's is made of what it says. Tuples are joined by " | ", texts stand on one
line, and what XML cannot hold becomes U+FFFD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg import DISCLAIMER, escapes
from kg.views import values, view

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx

    from kg.builds import Build


def write(build: Build, out: Path) -> None:
    """Write the graph as GraphML; the same build gives the same bytes."""
    import networkx as nx

    nx.write_graphml_xml(attributed(build), out, encoding="utf-8", prettyprint=True, named_key_ids=True, edge_id_from_attribute="id")


def attributed(build: Build) -> nx.MultiDiGraph:
    """Return the graph with every attribute as one text, number or boolean that XML can hold."""
    import networkx as nx

    shown = view(build)
    graph = nx.MultiDiGraph(description=DISCLAIMER)
    for node in shown.nodes:
        graph.add_node(escapes.xml(node.id), **{name: _plain(value) for name, value in values(node).items() if name != "id"})
    for link in shown.links:
        attributes = {name: _plain(value) for name, value in values(link).items() if name not in {"source", "target"}}
        graph.add_edge(escapes.xml(link.source), escapes.xml(link.target), key=link.id, **attributes)
    return graph


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        value = " | ".join(value)
    return escapes.line(value) if isinstance(value, str) else value
