"""graph.html: the page that people open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.page.payload import Bounds, pack
from kg.page.render import render

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build

TITLE = "What the texts claim"


def write(build: Build, out: Path, *, with_sparql: bool = False, bounds: Bounds | None = None) -> None:
    """Write the graph page of a built folder to the file `out`; the same build gives the same bytes.

    `with_sparql` puts the built folder's `graph.ttl`, the named queries and Oxigraph into the
    page, some 2 MB more, so that it answers SPARQL without a server.
    """
    out.write_text(page(build, with_sparql=with_sparql, bounds=bounds), encoding="utf-8", newline="\n")


def page(build: Build, *, with_sparql: bool = False, bounds: Bounds | None = None) -> str:
    """Return the graph page of a built folder as text."""
    return render(pack(build, bounds=bounds), title=TITLE, sparql=_asked(build) if with_sparql else None)


def _asked(build: Build) -> dict[str, object]:
    from kg.store import named_queries

    return {
        "turtle": (build.path / "graph.ttl").read_bytes(),
        "queries": [{"name": name, "help": query.help, "sparql": query.sparql} for name, query in sorted(named_queries().items())],
    }
