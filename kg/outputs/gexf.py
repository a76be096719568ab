"""graph.gexf: the graph for Gephi, with the colours of the page; lay it out there. Attributes are those of the GraphML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg import DISCLAIMER
from kg.outputs.graphml import attributed

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build

_MIN_SIZE, _MAX_SIZE = 4.0, 40.0


def write(build: Build, out: Path) -> None:
    """Write the graph as GEXF 1.2; the same build gives the same bytes."""
    from networkx.readwrite.gexf import GEXFWriter

    graph = attributed(build)
    most = max((rank for _, rank in graph.nodes(data="pagerank")), default=1.0)
    for _, node in graph.nodes(data=True):
        colour = node.pop("colour")
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        size = round(_MIN_SIZE + (_MAX_SIZE - _MIN_SIZE) * node["pagerank"] / most, 2)
        node["viz"] = {"color": {"r": red, "g": green, "b": blue, "a": 1.0}, "size": size}
    for _, _, link in graph.edges(data=True):
        link["weight"] = link["asserted"] + link["hedged"] + link["denied"] + link["evidence_absent"]
    writer = GEXFWriter(encoding="utf-8", prettyprint=True, version="1.2draft")
    writer.add_graph(graph)
    for meta in writer.xml.findall("meta"):
        meta.attrib.pop("lastmodifieddate", None)  # today, which is not of the build
        for creator in meta:
            creator.text = f"kg. {DISCLAIMER}"
    with out.open("wb") as file:
        writer.write(file)
