"""graph.rdf: the same statements as graph.ttl in RDF/XML, for tools that read no Turtle.

What XML 1.0 cannot hold in a quoted text, a control character, becomes U+FFFD; nothing else differs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import escapes, rdf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from kg.builds import Build


class _Sink:
    """A file whose carriage returns are written as references, for an XML reader takes a bare one for a line end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        self._file.write(data.replace(b"\r", b"&#13;"))
        return len(data)

    def flush(self) -> None:
        self._file.flush()


def write(build: Build, out: Path) -> None:
    """Write the graph as RDF/XML; the same build gives the same bytes."""
    with out.open("wb") as file:
        sink: Any = _Sink(file)
        ox.serialize(_triples(build), sink, ox.RdfFormat.RDF_XML, prefixes=dict(rdf.PREFIXES))


def _triples(build: Build) -> Iterator[ox.Triple]:
    for quad in rdf.parse(rdf.blocks_of(build)):
        object_ = quad.object
        if isinstance(object_, ox.Literal) and (text := escapes.xml(object_.value)) != object_.value:
            object_ = (
                ox.Literal(text, language=object_.language) if object_.language is not None else ox.Literal(text, datatype=object_.datatype)
            )
        yield ox.Triple(quad.subject, quad.predicate, object_)
