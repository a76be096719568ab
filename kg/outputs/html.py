"""graph.html: the page that people open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.page.payload import Bounds, pack
from kg.page.render import render
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build

TITLE = "What the texts claim"


def write(build: Build, out: Path, *, with_sparql: bool = False, bounds: Bounds | None = None) -> None:
    """Write the graph page of a built folder to the file `out`; the same build gives the same bytes.

    `with_sparql` puts the graph as RDF, the ontology, the named queries and Oxigraph into the
    page, some 2 MB more, so that it answers SPARQL as `kg query` does, without a server.
    """
    out.write_text(page(build, with_sparql=with_sparql, bounds=bounds), encoding="utf-8", newline="\n")


def page(build: Build, *, with_sparql: bool = False, bounds: Bounds | None = None) -> str:
    """Return the graph page of a built folder as text."""
    return render(pack(build, bounds=bounds), title=TITLE, sparql=_asked(build) if with_sparql else None)


def _asked(build: Build) -> dict[str, object]:
    from kg import rdf, store

    return {
        "trig": "".join((rdf.HEADER, *map(rdf.in_graph, rdf.blocks_of(build)))),
        "ontology": "".join((ONTOLOGY / name).read_text(encoding="utf-8") for name in store.ONTOLOGY_FILES),
        "ontologyGraph": rdf.ONTOLOGY_GRAPH,
        "base": rdf.BASE,
        "prefixes": dict(rdf.PREFIXES),
        "queries": [{"name": name, "help": query.help, "sparql": query.sparql} for name, query in sorted(store.named_queries().items())],
    }
