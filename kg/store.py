"""Oxigraph: load a built graph, in memory or on disk, ask it, and the named queries of `ontology/queries/`.

Each document's claims are a named graph; the ontology is one more. A query sees them all as one graph unless it says GRAPH or FROM.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import rdf
from kg.builds import Build, open_build
from kg.errors import InputError, QueryError
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from multiprocessing.connection import Connection
    from pathlib import Path

ONTOLOGY_FILES = ("kg.ttl", "qualifiers.ttl")
SUFFIXES = {".ttl": ox.RdfFormat.TURTLE, ".trig": ox.RdfFormat.TRIG, ".nq": ox.RdfFormat.N_QUADS, ".nt": ox.RdfFormat.N_TRIPLES}
_LINES = frozenset({".nq", ".nt"})
DEFAULT_TIMEOUT_SECONDS = 30.0
DEFAULT_LIMIT_ROWS = 100_000
BATCH_BYTES = 1 << 24
_DISK_MARK = "CURRENT"  # every RocksDB folder has this file

_TOKEN = re.compile(
    r"""
      (?P<skip>\#[^\n\r]* | '''.*?(?<!\\)''' | \"\"\".*?(?<!\\)\"\"\" | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*" | [?$][\w]+)
    | (?P<iri><[^\x00-\x20<>"{}|^`\\]*>)
    | (?P<pname>[\w.-]*:[\w:.%\\-]*)
    | (?P<word>[A-Za-z]+)
    """,
    re.VERBOSE | re.DOTALL,
)
_UPDATES = frozenset({"ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE"})
_FORMS = frozenset({"ASK", "CONSTRUCT", "DESCRIBE", "SELECT"})
_PARAMETER = re.compile(r"#\s*set\s+(?P<name>[A-Za-z]\w*)\s*(?:\((?P<kind>concept|text|label)\))?:\s*(?P<help>.+)")
_WHERE = re.compile(r"(?P<head>(?:\bSELECT\b[^{}]*)?)\bWHERE \{")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A variable of a named query that a user may set; `kind` is concept, text, or label (of the variable with that ending)."""

    name: str
    kind: str
    help: str


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """One file of `ontology/queries/`: its first comment is the help text, lines `# set NAME (KIND): …` are its parameters."""

    name: str
    help: str
    sparql: str
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave: `form` is rows, boolean or triples; `is_cut` tells that the limit left some out."""

    form: str
    variables: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    triples: tuple[Any, ...] = ()
    boolean: bool = False
    is_cut: bool = False


# ---- loading ----


def load_ontology(store: ox.Store) -> None:
    """Add the classes, properties and qualifiers, as the graph that is named as the ontology."""
    graph = ox.NamedNode(rdf.ONTOLOGY_GRAPH)
    for name in ONTOLOGY_FILES:
        store.bulk_load(path=str(ONTOLOGY / name), format=ox.RdfFormat.TURTLE, to_graph=graph)


def load_blocks(load: Callable[..., None], blocks: Iterable[rdf.Block]) -> None:
    """Add blocks, some megabytes at a time, by a store's `load` (quicker in memory) or `bulk_load` (on disk)."""
    batch: list[str] = []
    size = 0
    for block in blocks:
        text = rdf.in_graph(block)
        batch.append(text)
        size += len(text)
        if size >= BATCH_BYTES:
            _load_batch(load, batch)
            batch.clear()
            size = 0
    _load_batch(load, batch)


def _load_batch(load: Callable[..., None], batch: Iterable[str]) -> None:
    load(input="".join((rdf.HEADER, *batch)).encode(), format=ox.RdfFormat.TRIG)


def memory_store(build: Build) -> ox.Store:
    """Return a store in memory with everything that the build says."""
    store = ox.Store()
    load_ontology(store)
    load_blocks(store.load, rdf.blocks_of(build))
    return store


def load_store(build: Build, path: Path) -> None:
    """Write the build into a store on disk, in place of the store that was there.

    Raises InputError where the folder holds something else than a store.
    """
    if path.exists() and not is_store(path) and (not path.is_dir() or any(path.iterdir())):
        message = f"{path}: holds something else than a store; name a folder that is empty or new"
        raise InputError(message)
    fresh = path.with_name(path.name + ".new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.parent.mkdir(parents=True, exist_ok=True)
    store = ox.Store(str(fresh))
    load_ontology(store)
    load_blocks(store.bulk_load, rdf.blocks_of(build))
    store.optimize()
    store.flush()
    del store  # closes it, so that the folder can be moved
    if path.exists():
        shutil.rmtree(path)
    fresh.rename(path)


def is_store(path: Path) -> bool:
    """Tell whether the folder is a store on disk."""
    return (path / _DISK_MARK).is_file()


def open_store(source: Build | Path) -> ox.Store:
    """Open a built folder or a file of RDF in memory, or a store on disk for reading.

    IRIs in N-Triples and N-Quads are taken as they are, without a look at their characters.

    Raises InputError where the path is none of these, or its RDF is not well formed.
    """
    if isinstance(source, Build):
        return memory_store(source)
    if is_store(source):
        return ox.Store.read_only(str(source))
    if source.is_file():
        return _file_store(source)
    return memory_store(open_build(source))


def _file_store(path: Path) -> ox.Store:
    format_ = SUFFIXES.get(path.suffix)
    if format_ is None:
        message = f"{path}: no RDF that is known here; known: {', '.join(SUFFIXES)}, a folder that `kg build` wrote, a store on disk"
        raise InputError(message)
    store = ox.Store()
    load_ontology(store)
    try:
        store.load(path=str(path), format=format_, lenient=path.suffix in _LINES)
    except SyntaxError as error:
        message = f"{path}: {error}"
        raise InputError(message) from error
    return store


# ---- asking ----


def refuse(sparql: str) -> None:
    """Refuse what a read-only store must not do: updates, SERVICE, and FROM a file or a host.

    What stands in strings, comments, variables and IRIs does not count.

    Raises QueryError.
    """
    word = ""
    form = ""
    for match in _TOKEN.finditer(sparql):
        if match.lastgroup == "iri" and word in {"FROM", "NAMED"} and not match[0].startswith(f"<{rdf.BASE}"):
            message = f"FROM {match[0]}: only graphs of this store, {rdf.BASE}document/…, can be named; nothing is fetched"
            raise QueryError(message)
        if match.lastgroup == "word":
            word = match[0].upper()
            if word == "SERVICE":
                message = "SERVICE is refused: nothing outside this graph is asked"
                raise QueryError(message)
            if word in _UPDATES and not form:
                message = f"{word} is refused: the graph is read-only; build it anew instead"
                raise QueryError(message)
            form = form or (word if word in _FORMS else "")


def ask(
    store: ox.Store,
    sparql: str,
    *,
    timeout: float | None = DEFAULT_TIMEOUT_SECONDS,
    limit: int | None = DEFAULT_LIMIT_ROWS,
) -> Answer:
    """Return the answer of a query.

    Oxigraph cannot stop a query, so with a `timeout` (seconds) it runs in a process of its own,
    which is ended when the time is over. At most `limit` rows or triples come back.

    Raises QueryError where the query is not well formed, is refused or takes too long.
    """
    refuse(sparql)
    if timeout is None:
        return _evaluate(store, sparql, limit)
    import multiprocessing

    # The process must share the store's memory, so it is a fork.
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_answer, args=(sender, store, sparql, limit), daemon=True)
    process.start()
    sender.close()
    try:
        if not receiver.poll(timeout):
            message = f"the query took more than {timeout:g} seconds and was ended; make it narrower or allow more time"
            raise QueryError(message)
        try:
            answer = receiver.recv()
        except EOFError as error:
            message = "the query ended without an answer; it may have used up the memory"
            raise QueryError(message) from error
    finally:
        process.kill()
        process.join()
        receiver.close()
    if isinstance(answer, QueryError):
        raise answer
    result: Answer = answer
    return result


def _answer(sender: Connection, store: ox.Store, sparql: str, limit: int | None) -> None:
    """Evaluate in the process of its own and send what came of it."""
    try:
        sender.send(_evaluate(store, sparql, limit))
    except QueryError as error:
        sender.send(error)
    sender.close()


def _evaluate(store: ox.Store, sparql: str, limit: int | None) -> Answer:
    try:
        results: Any = store.query(sparql, base_iri=rdf.BASE, prefixes=dict(rdf.PREFIXES), use_default_graph_as_union=True)
        if isinstance(results, ox.QueryBoolean):
            return Answer("boolean", boolean=bool(results))
        items: list[Any] = []
        is_cut = False
        for item in results:
            if limit is not None and len(items) >= limit:
                is_cut = True
                break
            items.append(item)
    except (SyntaxError, OSError, RuntimeError, ValueError) as error:
        message = f"the query cannot be answered: {error}"
        raise QueryError(message) from error
    if isinstance(results, ox.QueryTriples):
        return Answer("triples", triples=tuple(sorted(set(items), key=str)), is_cut=is_cut)
    return Answer("rows", tuple(v.value for v in results.variables), tuple(tuple(item) for item in items), is_cut=is_cut)


def turtle(answer: Answer) -> str:
    """Return the triples of an answer as Turtle, sorted, with the project's prefixes."""
    return (ox.serialize(answer.triples, format=ox.RdfFormat.TURTLE, prefixes=dict(rdf.PREFIXES)) or b"").decode("utf-8")


# ---- named queries ----


@cache
def named_queries() -> Mapping[str, NamedQuery]:
    """Return the queries of `ontology/queries/`, by name in order."""
    return {path.stem: _read_query(path) for path in sorted((ONTOLOGY / "queries").glob("*.rq"))}


def _read_query(path: Path) -> NamedQuery:
    sparql = path.read_text(encoding="utf-8")
    comments = [line for line in sparql.splitlines() if line.startswith("#")]
    if not comments:
        message = f"queries/{path.name}:1: no help text; the first line must be a comment that says what the query answers"
        raise QueryError(message)
    matches = (_PARAMETER.fullmatch(line) for line in comments[1:])
    parameters = tuple(Parameter(m["name"], m["kind"] or "concept", m["help"]) for m in matches if m)
    return NamedQuery(path.stem, comments[0].lstrip("# "), sparql, parameters)


def named_query(name: str) -> NamedQuery:
    """Return a named query.

    Raises QueryError where there is none of that name.
    """
    queries = named_queries()
    if name not in queries:
        message = f"no query named {name!r}; known: {', '.join(queries)}"
        raise QueryError(message)
    return queries[name]


def fill(store: ox.Store, query: NamedQuery, settings: Mapping[str, str]) -> str:
    """Return a named query with what a user set: each value becomes a VALUES clause, in place of the query's own.

    A concept may be given by its id, its IRI or any of its names. Values are written by Oxigraph, so
    that nothing in them can be read as SPARQL.

    Raises QueryError where the query has no such parameter, or the graph no such concept.
    """
    known = {parameter.name: parameter.kind for parameter in query.parameters}
    sparql = query.sparql
    clauses: dict[str, str] = {}
    for name, text in settings.items():
        if name not in known:
            message = f"query {query.name!r} has no parameter {name!r}; known: {', '.join(known) or 'none'}"
            raise QueryError(message)
        kind = known[name]
        variable = f"{name}Label" if kind == "label" else name
        term = find_concept(store, text) if kind == "concept" else ox.Literal(text, language="en" if kind == "label" else None)
        clauses[variable] = f"VALUES ?{variable} {{ {term} }}"
        sparql = re.sub(rf"^ *VALUES \?{variable} \{{[^}}]*\}}\n", "", sparql, flags=re.MULTILINE)
    return _narrow(sparql, clauses)


def _narrow(sparql: str, clauses: Mapping[str, str]) -> str:
    """Put each variable's clause into the query, and into the sub-selects that give the variable, so that their limits come after it."""
    parts: list[str] = []
    end = 0
    for number, where in enumerate(_WHERE.finditer(sparql)):
        parts.append(sparql[end : where.end()])
        end = where.end()
        # What stands in parentheses is counted or made, not given.
        parts += [f" {clause}" for name, clause in clauses.items() if number == 0 or re.search(rf"(?<!\()\?{name}\b(?!\))", where["head"])]
    return "".join((*parts, sparql[end:]))


_BY_NAME = """
SELECT DISTINCT ?concept {{
  ?concept skos:prefLabel|skos:altLabel ?name . ?concept skos:inScheme <concept> . FILTER(LCASE(STR(?name)) = {})
}} ORDER BY ?concept LIMIT 2
"""


def find_concept(store: ox.Store, text: str) -> ox.NamedNode:
    """Return the concept with this id, IRI or name (without regard to case).

    Raises QueryError where the graph has none, or several of that name.
    """
    iri = text if text.startswith(rdf.BASE) else rdf.concept_iri(text)
    try:
        node = ox.NamedNode(iri)
    except ValueError as error:
        message = f"{text!r} is not an IRI"
        raise QueryError(message) from error
    if next(store.quads_for_pattern(node, None, None, None), None) is not None:
        return node
    answer = _evaluate(store, _BY_NAME.format(ox.Literal(text.lower())), None)
    if len(answer.rows) != 1:
        problem = "two concepts have the name" if answer.rows else "the graph has no concept"
        message = f"{problem} {text!r}; `kg query --name entities` lists them"
        raise QueryError(message)
    found: ox.NamedNode = answer.rows[0][0]
    return found
