"""One process that evaluates queries over a store on disk, and may be killed at any moment.

The engine cannot cancel a query (oxigraph/oxigraph#1926), and a query that nests too deeply ends the
process; so each runs here, behind a pipe. Jobs come in as lines of JSON. Frames go out: one byte that
tells data from the end, four bytes of length, the payload. After the store is open the process can open
no further file and no socket, whatever a query asks for.
"""

from __future__ import annotations

import json
import os
import struct
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyoxigraph as ox

from kg.rdf import BASE, PREFIXES
from kg.server.scan import scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FRAME = struct.Struct(">cI")
DATA, END = b"D", b"E"
CHUNK_BYTES = 1 << 16
MAX_DEPTH = 200
RESULT_FORMATS = {
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
    "csv": ox.QueryResultsFormat.CSV,
    "tsv": ox.QueryResultsFormat.TSV,
}
GRAPH_FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nq": ox.RdfFormat.N_QUADS,
}
_PLAIN = frozenset({ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS})


class _RefusedError(Exception):
    """A job that gets no answer, with the status that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class _TooLargeError(OSError):
    """The result outgrew its limit."""


class _Frames:
    """A binary file whose bytes leave as data frames, up to a limit."""

    def __init__(self, pipe: IO[bytes], limit: int) -> None:
        self._pipe = pipe
        self._limit = limit
        self._chunks: list[bytes] = []
        self._waiting = 0
        self.size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self._waiting += len(data)
        if self.size > self._limit:
            raise _TooLargeError
        self._chunks.append(bytes(data))
        if self._waiting >= CHUNK_BYTES:
            self.flush()
        return len(data)

    def flush(self) -> None:
        if self._waiting:
            self._pipe.write(FRAME.pack(DATA, self._waiting) + b"".join(self._chunks))
            self._chunks.clear()
            self._waiting = 0


def _nodes(iris: Iterable[str]) -> list[ox.NamedNode]:
    try:
        return [ox.NamedNode(iri) for iri in iris]
    except ValueError as error:
        message = f"not the IRI of a graph: {error}"
        raise _RefusedError(400, message) from error


def _known(store: ox.Store, graphs: list[ox.NamedNode], status: int) -> list[ox.NamedNode]:
    for graph in graphs:
        if not store.contains_named_graph(graph):
            message = f"no graph <{graph.value}> here, and none is fetched; GRAPH ?g {{}} lists those that are"
            raise _RefusedError(status, message)
    return graphs


def _evaluate(store: ox.Store, job: Mapping[str, Any]) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    query: str = job["query"]
    seen = scan(query, base=BASE, prefixes=PREFIXES)
    if seen.has_service:
        raise _RefusedError(403, "SERVICE is refused: this endpoint asks no other")
    if seen.depth > MAX_DEPTH:
        message = f"nested {seen.depth} deep; at most {MAX_DEPTH}"
        raise _RefusedError(400, message)
    default, named = job.get("default"), job.get("named")
    shorthand: dict[str, Any] = {"base_iri": BASE, "prefixes": dict(PREFIXES)}
    options: dict[str, Any] = {"use_default_graph_as_union": True}
    if default or named:
        # The protocol's dataset replaces the query's own (SPARQL 1.1 Protocol, 2.1.4).
        status = job.get("unknown_graph", 400)
        options = {
            "default_graph": _known(store, _nodes(default or ()), status),
            "named_graphs": _known(store, _nodes(named or ()), status),
        }
    elif seen.has_dataset:
        _known(store, _nodes(seen.graphs), 400)
        options = {}
    try:
        return store.query(query, **shorthand, **options)
    except SyntaxError as error:
        if seen.is_update:
            raise _RefusedError(403, "this endpoint is read-only: updates are refused") from error
        message = f"malformed query: {error.msg}"
        raise _RefusedError(400, message) from error


def answer(store: ox.Store, job: Mapping[str, Any], pipe: IO[bytes]) -> dict[str, Any]:
    """Evaluate one job, write its result to the pipe as data frames, and return what the end frame says.

    A job holds the `query`, the names of the formats for `results` and for `graphs` (None: the client likes none),
    the `limit` in bytes, and may hold the dataset (`default`, `named`), `unknown_graph` for the status of one
    that is not here, and `sorted` for a text that
    people read.
    """
    frames = _Frames(pipe, job["limit"])
    try:
        found = _evaluate(store, job)
        kind = "graph" if isinstance(found, ox.QueryTriples) else "results"
        name = job["graphs" if kind == "graph" else "results"]
        if name is None:
            return {"status": 406, "message": "none of the accepted formats can hold this result", "kind": kind}
        if isinstance(found, ox.QueryTriples):
            format_ = GRAPH_FORMATS[name]
            if format_ in _PLAIN:
                found.serialize(frames, format_)  # type: ignore[arg-type]
            else:
                triples: Iterable[ox.Triple] = found
                if job.get("sorted"):
                    triples = sorted(found, key=_reading_order)
                ox.serialize(triples, frames, format_, prefixes=dict(PREFIXES))  # type: ignore[arg-type]
        else:
            found.serialize(frames, RESULT_FORMATS[name])  # type: ignore[arg-type]
        frames.flush()
    except _RefusedError as error:
        return {"status": error.status, "message": str(error)}
    except _TooLargeError:
        return {"status": 500, "message": f"the result is larger than {job['limit']} bytes; ask for less, with LIMIT"}
    except (OSError, ValueError, RuntimeError) as error:
        if frames.size > job["limit"]:
            return {"status": 500, "message": f"the result is larger than {job['limit']} bytes; ask for less, with LIMIT"}
        return {"status": 500, "message": f"the query failed: {error}"}
    return {"status": 200, "kind": kind}


_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


def _reading_order(triple: ox.Triple) -> tuple[str, bool, str, str]:
    return (str(triple.subject), triple.predicate.value != _TYPE, triple.predicate.value, str(triple.object))


def _confine(memory_bytes: int) -> None:
    """Let this process open nothing more, and grow by no more than the limit; a platform without such limits leaves it as it is."""
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows
        return
    if memory_bytes:
        limit = memory_bytes + _address_space()
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _address_space() -> int:
    """Return the bytes of address space already taken, in which the store's files are mapped; 0 where the system does not tell."""
    try:
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    except OSError:  # pragma: no cover - not Linux
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _alarm(seconds: float) -> None:
    """Have the system end this process after so many seconds, even if its parent is gone; 0 calls it off."""
    try:
        from signal import ITIMER_REAL, SIG_DFL, SIGALRM, setitimer, signal
    except ImportError:  # pragma: no cover - Windows
        return
    signal(SIGALRM, SIG_DFL)
    setitimer(ITIMER_REAL, seconds)


def work(path: str, memory_bytes: int, jobs: IO[bytes], pipe: IO[bytes]) -> None:
    """Open the store, say so by an end frame, and answer jobs until there are no more."""
    store = ox.Store.read_only(path)
    _alarm(0)
    _confine(memory_bytes)
    _end(pipe, {"status": 200, "kind": "ready"})
    for line in jobs:
        job = json.loads(line)
        _alarm(job["seconds"] + 1)
        _end(pipe, answer(store, job, pipe))
        _alarm(0)


def _end(pipe: IO[bytes], message: Mapping[str, Any]) -> None:
    payload = json.dumps(message).encode()
    pipe.write(FRAME.pack(END, len(payload)) + payload)
    pipe.flush()


if __name__ == "__main__":
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which then closes the pipe
    work(sys.argv[1], int(sys.argv[2]), sys.stdin.buffer, sys.stdout.buffer)
