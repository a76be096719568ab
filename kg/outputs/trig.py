"""graph.trig: the same statements as graph.ttl, each document's claims in a named graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import DISCLAIMER, rdf

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build


def write(build: Build, out: Path) -> None:
    """Write the graph as TriG; the same build gives the same bytes."""
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {DISCLAIMER}\n{rdf.HEADER}")
        for block in rdf.blocks_of(build):
            file.write(rdf.in_graph(block))
