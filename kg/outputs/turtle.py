"""graph.ttl: everything that the build says, in readable Turtle, the union of all documents' graphs.

The blocks of `kg.rdf` are already sorted and grouped by subject, so they are written as they come: the same bytes at every
size, with one document in memory at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import DISCLAIMER, rdf

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build


def write(build: Build, out: Path) -> None:
    """Write the graph as Turtle; the same build gives the same bytes."""
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"# {DISCLAIMER}\n{rdf.HEADER}")
        for block in rdf.blocks_of(build):
            file.write(block.turtle)
