"""Content negotiation (RFC 9110, section 12.5.1): which of our formats an Accept header likes best."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\Z")
_MAX_RANGES = 100


@dataclass(frozen=True, slots=True)
class Format:
    """A format by the name that `format=` takes; the first media type is its own, the others are names that people use for it."""

    name: str
    media_types: tuple[str, ...]
    suffix: str
    iri: str = ""


_FORMATS = "http://www.w3.org/ns/formats/"
RESULTS = (
    Format("json", ("application/sparql-results+json", "application/json", "text/json"), "srj", _FORMATS + "SPARQL_Results_JSON"),
    Format("xml", ("application/sparql-results+xml", "application/xml", "text/xml"), "srx", _FORMATS + "SPARQL_Results_XML"),
    Format("csv", ("text/csv",), "csv", _FORMATS + "SPARQL_Results_CSV"),
    Format("tsv", ("text/tab-separated-values",), "tsv", _FORMATS + "SPARQL_Results_TSV"),
)
GRAPHS = (
    Format("ttl", ("text/turtle", "application/x-turtle", "application/turtle"), "ttl", _FORMATS + "Turtle"),
    Format("nt", ("application/n-triples", "text/plain"), "nt", _FORMATS + "N-Triples"),
    Format("jsonld", ("application/ld+json", "application/json"), "jsonld", _FORMATS + "JSON-LD"),
    Format("rdf", ("application/rdf+xml", "application/xml", "text/xml"), "rdf", _FORMATS + "RDF_XML"),
    Format("trig", ("application/trig",), "trig", _FORMATS + "TriG"),
    Format("nq", ("application/n-quads",), "nq", _FORMATS + "N-Quads"),
)
HTML = Format("html", ("text/html", "application/xhtml+xml"), "html")


@dataclass(frozen=True, slots=True)
class Choice:
    """The format that was chosen, and the media type by which the client knows it."""

    format: Format
    media_type: str


def parse(accept: str) -> tuple[tuple[str, str, float], ...]:
    """Return the (type, subtype, quality) of each media range; what is not a media range is left out, as are parameters other than q."""
    ranges = []
    for part in accept.split(",")[:_MAX_RANGES]:
        media_range, *parameters = (piece.strip() for piece in part.split(";"))
        type_, slash, subtype = media_range.lower().partition("/")
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip().lower() == "q":
                quality = float(value) if _QUALITY.match(value.strip()) else 0.0
        if slash and type_ and subtype and (type_ != "*" or subtype == "*"):
            ranges.append((type_, subtype, quality))
    return tuple(ranges)


def choose(accept: str | None, formats: Iterable[Format]) -> Choice | None:
    """Return the format that the client likes best, the first of ours where it likes several alike, None where it likes none.

    The most specific range decides on each media type, so `text/turtle;q=0, */*` refuses Turtle only.
    A missing or empty header accepts everything.

    >>> choose("text/csv;q=0.5, text/*;q=0.4", RESULTS).format.name
    'csv'
    """
    ranges = parse(accept) if accept and accept.strip() else (("*", "*", 1.0),)
    best: Choice | None = None
    best_rank = (0.0, 0, 0)
    for format_ in formats:
        for position, media_type in enumerate(format_.media_types):
            quality, specificity = _quality(media_type, ranges)
            # Of types liked alike, one that the client named beats one that it left to a wildcard, and a format's own name its aliases.
            rank = (quality, specificity, -position)
            if quality > 0 and rank > best_rank:
                best, best_rank = Choice(format_, media_type), rank
                if specificity < _NAMED:
                    best = Choice(format_, format_.media_types[0])
    return best


_NAMED = 2


def _quality(media_type: str, ranges: tuple[tuple[str, str, float], ...]) -> tuple[float, int]:
    type_, _, subtype = media_type.partition("/")
    found = (-1, 0.0)
    for range_type, range_subtype, quality in ranges:
        if (range_type, range_subtype) == (type_, subtype):
            found = max(found, (_NAMED, quality))
        elif range_type == type_ and range_subtype == "*":
            found = max(found, (1, quality))
        elif range_type == "*":
            found = max(found, (0, quality))
    return found[1], found[0]


def by_name(name: str, formats: Iterable[Format]) -> Choice | None:
    """Return the format that `format=NAME` means, None where there is none of that name."""
    for format_ in formats:
        if name in (format_.name, format_.suffix, *format_.media_types):
            return Choice(format_, format_.media_types[0])
    return None
