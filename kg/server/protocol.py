"""What a request asks for, by the SPARQL 1.1 Protocol and the Graph Store Protocol."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl

from kg.server.problems import Problem

MAX_PARAMETERS = 1000
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
READ_ONLY = "this endpoint is read-only: updates are refused"


@dataclass(frozen=True, slots=True)
class Ask:
    """One query with the dataset that the protocol names and the format that overrides the Accept header."""

    query: str
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    format: str | None = None


def parameters(text: bytes) -> tuple[tuple[str, str], ...]:
    """Return the name and value of each parameter, decoded once and in order; raises Problem 400 where they are not UTF-8."""
    try:
        return tuple(parse_qsl(text.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_PARAMETERS))
    except UnicodeDecodeError as error:
        raise Problem(400, "the parameters are not percent-encoded UTF-8") from error
    except ValueError as error:
        raise Problem(400, f"too many parameters; at most {MAX_PARAMETERS}") from error


def read_query(method: str, query_string: bytes, content_type: str | None, body: bytes) -> Ask:
    """Return the query of a request in one of the protocol's three forms.

    Raises Problem: 400 for a malformed request, 403 for an update, 415 for a body of another type.
    """
    in_url = parameters(query_string)
    if method != "POST":
        return _ask(in_url, is_post=False)
    media_type, charset = _content_type(content_type)
    if media_type not in {FORM, QUERY, UPDATE}:
        raise Problem(415, f"a body must be {QUERY} or {FORM}", {"Accept-Post": f"{QUERY}, {FORM}"})
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise Problem(415, "a body must be in UTF-8")
    if media_type == UPDATE:
        raise Problem(403, READ_ONLY)
    if media_type == FORM:
        return _ask(parameters(body), is_post=True)
    if any(name in {"query", "update"} for name, _ in in_url):
        raise Problem(400, "the query stands in the body, so the address must hold none")
    try:
        query = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem(400, "the query is not UTF-8") from error
    return _ask((*in_url, ("query", query)), is_post=True)


def _content_type(header: str | None) -> tuple[str, str]:
    media_type, *rest = (header or "").lower().split(";")
    charset = "utf-8"
    for parameter in rest:
        name, _, value = parameter.strip().partition("=")
        if name == "charset":
            charset = value.strip('"')
    return media_type.strip(), charset


def _ask(pairs: tuple[tuple[str, str], ...], *, is_post: bool) -> Ask:
    def values(name: str) -> tuple[str, ...]:
        return tuple(value for key, value in pairs if key == name)

    if values("update") or values("using-graph-uri") or values("using-named-graph-uri"):
        raise Problem(403 if is_post else 400, READ_ONLY)
    queries = values("query")
    if len(queries) != 1:
        raise Problem(400, f"{len(queries)} queries given; send one, as the parameter `query` or as the body")
    if "\x00" in queries[0]:
        raise Problem(400, "malformed query: it holds a null character")
    formats = values("format")
    return Ask(queries[0], values("default-graph-uri"), values("named-graph-uri"), formats[-1] if formats else None)


def read_graph(query_string: bytes) -> tuple[str | None, str | None]:
    """Return which graph the Graph Store Protocol asks for (None: the default graph) and the format that overrides the Accept header.

    Raises Problem 400 unless the request holds either `default` or one `graph`.
    """
    pairs = parameters(query_string)
    graphs = [value for name, value in pairs if name == "graph"]
    is_default = any(name == "default" for name, _ in pairs)
    if len(graphs) + is_default != 1:
        raise Problem(400, "say which graph: ?default or ?graph=IRI")
    formats = [value for name, value in pairs if name == "format"]
    return (graphs[0] if graphs else None), (formats[-1] if formats else None)
