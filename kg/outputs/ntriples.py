"""graph.nt: one statement a line, the union of all documents' graphs, sorted within each document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import rdf

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build


def write(build: Build, out: Path) -> None:
    """Write the graph as N-Triples; the same build gives the same bytes."""
    with out.open("wb") as file:
        for block in rdf.blocks_of(build):
            file.writelines(rdf.lines(rdf.Block(None, block.turtle)))
