"""The payload as one HTML file: pyvis underneath, our own template around it, nothing loaded from anywhere."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

from kg import DISCLAIMER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.page.payload import Payload

SCRIPTS = ("data.js", "state.js", "shapes.js", "view.js", "panel.js", "table.js", "export.js", "controls.js", "main.js")
VIS = "templates/lib/vis-9.1.2/vis-network.min.js"
_PAGE = resources.files("kg.page")


def render(payload: Payload, *, title: str, sparql: Mapping[str, Any] | None = None) -> str:
    """Return the page; the same payload gives the same bytes.

    `sparql` holds the graph to ask (`trig`), the `ontology` (Turtle) and the name of its graph, the
    `base` and `prefixes` that queries may use, and the named `queries`; with it, the page carries
    Oxigraph and may compile WebAssembly.
    """
    # pyvis would turn every node's title into HTML and ask a CDN for Bootstrap: no title is ever
    # given, and its template is not used. Its add_node is slow (`in list`), so its lists are filled.
    from jinja2 import Environment, FileSystemLoader
    from markupsafe import Markup
    from pyvis.network import Network

    network = Network(directed=True, cdn_resources="in_line", neighborhood_highlight=False)
    network.nodes = payload.nodes
    network.edges = payload.edges
    network.set_options(json.dumps(options()))
    script = _script(with_sparql=sparql is not None)
    style = _read("style.css")
    network.templateEnv = Environment(loader=FileSystemLoader(str(_PAGE)), autoescape=True)
    network.templateEnv.policies["json.dumps_kwargs"] = {"ensure_ascii": False, "separators": (",", ":")}
    network.templateEnv.globals["page"] = {
        "title": title,
        "disclaimer": DISCLAIMER,
        "rest": payload.rest,
        "policy": policy(script, style, with_sparql=sparql is not None),
        # Our own files and those of pyvis, read from the installation: the only text that is not escaped.
        "script": Markup(script),  # noqa: S704
        "style": Markup(style),  # noqa: S704
        "sparql": None if sparql is None else _sparql(sparql),
    }
    network.path = "template.html"
    html: str = network.generate_html()
    return html


def options() -> dict[str, Any]:
    """Return the options that vis-network starts with: everything placed already, straight edges, nothing that moves by itself."""
    return {
        "autoResize": True,
        "layout": {"improvedLayout": False},
        "physics": {"enabled": False, "solver": "forceAtlas2Based", "stabilization": {"enabled": False}},
        "interaction": {
            "hover": True,
            "multiselect": False,
            "selectConnectedEdges": False,
            "hoverConnectedEdges": False,
            "zoomSpeed": 0.6,
            "tooltipDelay": 100000,
            "keyboard": {"enabled": False},
        },
        "nodes": {"chosen": False, "labelHighlightBold": False},
        "edges": {
            "smooth": {"enabled": False, "type": "curvedCW", "roundness": 0.15},
            "chosen": False,
            "selectionWidth": 0,
            "hoverWidth": 0,
        },
    }


def policy(script: str, style: str, *, with_sparql: bool) -> str:
    """Return the Content-Security-Policy that lets these two texts run and nothing else."""
    wasm = " 'wasm-unsafe-eval'" if with_sparql else ""
    return (
        f"default-src 'none'; script-src '{_digest(script)}'{wasm}; style-src '{_digest(style)}'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _read(name: str) -> str:
    return _PAGE.joinpath(name).read_text(encoding="utf-8")


def _script(*, with_sparql: bool) -> str:
    names = (*SCRIPTS[:-1], "ask.js", SCRIPTS[-1]) if with_sparql else SCRIPTS
    own = "\n".join(_read(name) for name in names)
    vis = resources.files("pyvis").joinpath(VIS).read_text(encoding="utf-8")
    engine = _engine() if with_sparql else ""
    text = f'{vis}\n{engine}\n(() => {{\n"use strict";\n{own}\n}})();\n'
    # What would end the script element, or hide its end, must not stand in it.
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--").replace("\r", "")


def _engine() -> str:
    """Return Oxigraph's glue as a plain script: its classes and its start under one name."""
    glue = _read("vendor/oxigraph.js")
    return f"const oxigraph = (() => {{\n{glue}\nreturn {{Store, initSync}};\n}})();"


def _sparql(sparql: Mapping[str, Any]) -> dict[str, Any]:
    wasm = _PAGE.joinpath("vendor/oxigraph.wasm.gz").read_bytes()
    packed = {name: gzip.compress(sparql[name].encode(), compresslevel=9, mtime=0) for name in ("trig", "ontology")}
    return {**sparql, **{name: base64.b64encode(data).decode() for name, data in {"wasm": wasm, **packed}.items()}}
