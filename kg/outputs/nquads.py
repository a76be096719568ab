"""graph.nq: one statement a line with the graph it stands in, sorted within each document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import rdf

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build


def write(build: Build, out: Path) -> None:
    """Write the graph as N-Quads; the same build gives the same bytes."""
    with out.open("wb") as file:
        for block in rdf.blocks_of(build):
            file.writelines(rdf.lines(block))
