"""SHACL: whether a graph keeps what `ontology/shapes.ttl` promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from pathlib import Path

SHAPES = ONTOLOGY / "shapes.ttl"
_SH = "http://www.w3.org/ns/shacl#"


def check(path: Path) -> tuple[str, ...]:
    """Return what is wrong with a graph in Turtle, one line a complaint: where, what; sorted. None where it conforms.

    Raises InputError where the file cannot be read as Turtle.
    """
    import pyshacl
    import rdflib
    from rdflib.plugins.parsers.notation3 import BadSyntax

    graph = rdflib.Graph()
    try:
        graph.parse(path, format="turtle")
    except (OSError, BadSyntax) as error:
        message = f"{path}: cannot be read as Turtle ({type(error).__name__}); `kg build` writes graph.ttl"
        raise InputError(message) from error
    shapes = rdflib.Graph().parse(SHAPES, format="turtle")
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes, advanced=False)
    sh = rdflib.Namespace(_SH)
    return tuple(
        sorted(
            f"{report.value(result, sh.focusNode)}: {report.value(result, sh.resultMessage)}"
            for result in report.subjects(rdflib.RDF.type, sh.ValidationResult)
        )
    )
