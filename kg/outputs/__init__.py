"""One writer a format: `write(build, out)` writes one file, or one folder, from a built folder.

A writer's module is imported only when its format is asked for.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from kg.builds import Build

WRITERS: Mapping[str, str] = {
    "html": "kg.outputs.html",
    "turtle": "kg.outputs.turtle",
    "trig": "kg.outputs.trig",
    "nquads": "kg.outputs.nquads",
    "ntriples": "kg.outputs.ntriples",
    "rdfxml": "kg.outputs.rdfxml",
    "jsonld": "kg.outputs.jsonld",
    "nanopubs": "kg.outputs.nanopubs",
    "graphml": "kg.outputs.graphml",
    "gexf": "kg.outputs.gexf",
    "cx2": "kg.outputs.cx2",
    "neo4j": "kg.outputs.neo4j",
    "kgx": "kg.outputs.kgx",
    "sssom": "kg.outputs.sssom",
    "parquet": "kg.outputs.parquet",
    "rocrate": "kg.outputs.rocrate",
}
DEFAULT_NAMES: Mapping[str, str] = {
    "html": "graph.html",
    "turtle": "graph.ttl",
    "trig": "graph.trig",
    "nquads": "graph.nq",
    "ntriples": "graph.nt",
    "rdfxml": "graph.rdf",
    "jsonld": "graph.jsonld",
    "nanopubs": "nanopubs.trig",
    "graphml": "graph.graphml",
    "gexf": "graph.gexf",
    "cx2": "graph.cx2",
    "neo4j": "neo4j",
    "kgx": "kgx",
    "sssom": "mappings.sssom.tsv",
    "parquet": "claims.parquet",
    "rocrate": "ro-crate-metadata.json",
}
# Formats that describe the files of other formats, and so are written after them.
DESCRIPTIONS = frozenset({"rocrate"})


def writer(format_: str, **options: Any) -> Callable[[Build, Path], None]:
    """Return the writer of a format; `options` are those that only its own `write` knows.

    Raises InputError where there is none of that name.
    """
    if format_ not in WRITERS:
        message = f"no format {format_!r}; known: {', '.join(sorted(WRITERS))}"
        raise InputError(message)
    module: Any = import_module(WRITERS[format_])
    return partial(module.write, **options)
