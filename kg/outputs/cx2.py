"""graph.cx2: the graph for Cytoscape (desktop and web) and NDEx, in the Cytoscape Exchange Format 2, with the colours of the page."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from kg import DISCLAIMER
from kg.views import STANDINGS, Link, Node, values, view

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build

_TYPES = {"str": "string", "int": "integer", "float": "double", "bool": "boolean", "tuple[str, ...]": "list_of_string"}
# CX2 has numbers for ids and the ends of links outside the attributes, and takes `name` for a node's and `interaction` for a link's label.
_NODE = {field.name: "name" if field.name == "label" else field.name for field in fields(Node)}
_LINK = {
    field.name: "interaction" if field.name == "label" else field.name for field in fields(Link) if field.name not in {"source", "target"}
}
_LINES = dict(zip(STANDINGS, ("solid", "dashed", "dotted", "dotted"), strict=True))


def write(build: Build, out: Path) -> None:
    """Write the graph as CX2; the same build gives the same bytes."""
    shown = view(build)
    place = {node.id: number for number, node in enumerate(shown.nodes)}
    nodes = [{"id": place[node.id], "v": _values(node, _NODE)} for node in shown.nodes]
    edges = [
        {"id": number, "s": place[link.source], "t": place[link.target], "v": _values(link, _LINK)}
        for number, link in enumerate(shown.links)
    ]
    aspects: list[tuple[str, list[dict[str, Any]]]] = [
        ("attributeDeclarations", [_declarations()]),
        ("networkAttributes", [{"name": "What the texts claim", "description": DISCLAIMER}]),
        ("nodes", nodes),
        ("edges", edges),
        ("visualProperties", [_style(shown.nodes)]),
    ]
    with out.open("w", encoding="utf-8", newline="\n") as file:
        file.write('[{"CXVersion":"2.0","hasFragments":false},\n')
        file.write(_dump({"metaData": [{"name": name, "elementCount": len(parts)} for name, parts in aspects]}))
        for name, parts in aspects:
            file.write(f',\n{{"{name}":[\n' + ",\n".join(map(_dump, parts)) + "\n]}")
        file.write(',\n{"status":[{"success":true}]}]\n')


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _values(row: Node | Link, names: dict[str, str]) -> dict[str, Any]:
    """Return the attributes that have a value; an empty text or list is left out, as CX2 has it."""
    return {names[name]: value for name, value in values(row).items() if name in names and value not in {"", ()}}


def _declarations() -> dict[str, Any]:
    return {
        "networkAttributes": {"name": {"d": "string"}, "description": {"d": "string"}},
        "nodes": {_NODE[field.name]: {"d": _TYPES[str(field.type)]} for field in fields(Node)},
        "edges": {_LINK[field.name]: {"d": _TYPES[str(field.type)]} for field in fields(Link) if field.name in _LINK},
    }


def _style(nodes: tuple[Node, ...]) -> dict[str, Any]:
    """Return how Cytoscape draws it: a node's colour by its type, a link's line by how its claims stand."""
    colours = {node.type: node.colour for node in nodes}
    return {
        "default": {
            "network": {"NETWORK_BACKGROUND_COLOR": "#FFFFFF"},
            "node": {"NODE_SHAPE": "ellipse", "NODE_LABEL_FONT_SIZE": 12},
            "edge": {"EDGE_TARGET_ARROW_SHAPE": "delta", "EDGE_LINE_COLOR": "#8A94A0", "EDGE_WIDTH": 1.5},
        },
        "nodeMapping": {
            "NODE_LABEL": {"type": "PASSTHROUGH", "definition": {"attribute": "name", "type": "string"}},
            "NODE_BACKGROUND_COLOR": _discrete("type", sorted(colours.items())),
        },
        "edgeMapping": {
            "EDGE_LABEL": {"type": "PASSTHROUGH", "definition": {"attribute": "interaction", "type": "string"}},
            "EDGE_LINE_STYLE": _discrete("standing", _LINES.items()),
        },
    }


def _discrete(attribute: str, values: Any) -> dict[str, Any]:
    return {
        "type": "DISCRETE",
        "definition": {"attribute": attribute, "type": "string", "map": [{"v": value, "vp": shown} for value, shown in values]},
    }
