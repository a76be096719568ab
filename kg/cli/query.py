"""`kg query`, `kg export`, `kg validate`: ask a built graph, hand it on, check it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import sys
from enum import StrEnum
from pathlib import Path  # noqa: TC003 - Typer reads the annotation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg import escapes
from kg.cli.app import DEFAULT_GRAPH, GraphDir, app, printable, say, warn
from kg.outputs import WRITERS, writer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from kg.store import Answer

LABEL = "Label"
READABLE_CHARACTERS = 12  # a column of text is not made narrower
PIPE_CHARACTERS = 1 << 20
GAP_CHARACTERS = 2
_NUMBER = re.compile(r"-?[0-9]*\.?[0-9]+")


class ResultFormat(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    TSV = "tsv"
    JSON = "json"
    TURTLE = "turtle"


@app.command()
def query(
    sparql: Annotated[str | None, typer.Argument(help="SPARQL 1.1; the prefixes kg:, c:, rdf:, skos: … are known.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="A named query; `kg query` alone lists them.")] = None,
    set_: Annotated[list[str] | None, typer.Option("--set", help="A parameter of the named query, as name=value. May be repeated.")] = None,
    graph: GraphDir = DEFAULT_GRAPH,
    format_: Annotated[ResultFormat, typer.Option("--format", help="How to write the answer.")] = ResultFormat.TABLE,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds before the query is ended.")] = 30.0,
    limit: Annotated[int, typer.Option("--limit", help="The most rows or triples to give.")] = 100_000,
) -> None:
    """Ask the built graph in SPARQL, or by a named query."""
    from kg import store as stores
    from kg.builds import open_build
    from kg.errors import QueryError

    if sparql is None and name is None:
        for known in stores.named_queries().values():
            settings = "".join(f" [--set {parameter.name}=…]" for parameter in known.parameters)
            say(f"{known.name}{settings}\n    {known.help}")
        return
    if sparql is not None and name is not None:
        message = "give a query or --name, not both"
        raise typer.BadParameter(message)
    given = dict(part.partition("=")[::2] for part in set_ or [])
    opened = stores.open_store(open_build(graph))
    if name is not None:
        text = stores.fill(opened, stores.named_query(name), given)
    else:
        if given:
            message = "--set belongs to a named query; give --name too"
            raise QueryError(message)
        text = sparql or ""
    write(stores.ask(opened, text, timeout=timeout, limit=limit), format_)


def write(answer: Answer, format_: ResultFormat) -> None:
    """Write an answer to standard output; say on standard error where it was cut."""
    if answer.is_cut:
        warn("kg: the answer was cut at --limit")
    if answer.form == "boolean":
        sys.stdout.write(
            json.dumps({"head": {}, "boolean": answer.boolean}) + "\n" if format_ is ResultFormat.JSON else f"{answer.boolean}\n".lower()
        )
    elif answer.form == "triples" or format_ is ResultFormat.TURTLE:
        triples(answer)
    elif format_ is ResultFormat.JSON:
        bindings = [
            {variable: _json(term) for variable, term in zip(answer.variables, row, strict=True) if term is not None} for row in answer.rows
        ]
        sys.stdout.write(
            json.dumps({"head": {"vars": list(answer.variables)}, "results": {"bindings": bindings}}, ensure_ascii=False) + "\n"
        )
    elif format_ is ResultFormat.TABLE:
        table(answer)
    else:
        sys.stdout.write(separated(answer, "," if format_ is ResultFormat.CSV else "\t"))


def triples(answer: Answer) -> None:
    """Write the triples of an answer as Turtle."""
    from kg import store as stores
    from kg.errors import QueryError

    if answer.form == "rows":
        message = "only CONSTRUCT and DESCRIBE give Turtle; use --format table, csv, tsv or json for SELECT"
        raise QueryError(message)
    sys.stdout.write(stores.turtle(answer))


def separated(answer: Answer, delimiter: str) -> str:
    """Return an answer as CSV or TSV; a cell that a spreadsheet would run is quoted by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(answer.variables)
    for row in answer.rows:
        writer.writerow([escapes.cell(_value(term)) for term in row])
    return out.getvalue()


def table(answer: Answer) -> None:
    """Write an answer for people; concepts, properties and documents by their short names.

    A column that only names what the column of its label says is left out. Into a pipe or a file each row is one line,
    whatever its length. On a terminal long texts are wrapped, and where the columns do not fit the rows come one below the other.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    columns = _columns(answer)
    console = Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else PIPE_CHARACTERS)
    drawn = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    needed = -GAP_CHARACTERS
    for heading, cells in columns:
        longest = max(map(len, (heading, *cells)))
        is_number = any(cells) and all(map(_NUMBER.fullmatch, filter(None, cells)))
        least = longest if is_number else max(len(heading), min(longest, READABLE_CHARACTERS))
        drawn.add_column(Text(heading), justify="right" if is_number else "left", no_wrap=is_number, overflow="fold", min_width=least)
        needed += least + GAP_CHARACTERS
    for row in zip(*(cells for _, cells in columns), strict=True):
        drawn.add_row(*map(Text, row))
    with console.capture() as written:
        if needed <= console.width:
            console.print(drawn)
        else:
            _records(columns, console)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in written.get().splitlines()))
    say("1 row" if len(answer.rows) == 1 else f"{len(answer.rows)} rows")


def _records(columns: Sequence[tuple[str, tuple[str, ...]]], console: Console) -> None:
    """Write the rows one below the other, each value with its heading before it."""
    from rich.table import Table
    from rich.text import Text

    for number, row in enumerate(zip(*(cells for _, cells in columns), strict=True), start=1):
        record = Table.grid(padding=(0, 2, 0, 0))
        record.add_column(no_wrap=True)
        record.add_column()
        for (heading, _), cell in zip(columns, row, strict=True):
            record.add_row(Text(heading), Text(cell))
        console.rule(Text(f"row {number}"), align="left", characters="─", style="none")
        console.print(record)


def _columns(answer: Answer) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the headings with their cells; `x` goes where `xLabel` says the same, which then is headed `x`."""
    cells = {
        variable: tuple(printable(escapes.line(_short(_value(row[place])))) for row in answer.rows)
        for place, variable in enumerate(answer.variables)
    }
    told = {variable for variable in cells if _is_told(cells[variable], cells.get(variable + LABEL))}
    shown = [variable for variable in cells if variable not in told]
    bare = {variable: variable.removesuffix(LABEL) for variable in shown}
    return tuple((variable if bare[variable] in shown else bare[variable], cells[variable]) for variable in shown)


def _is_told(names: Sequence[str], labels: Sequence[str] | None) -> bool:
    """Tell whether every name has a label, and no two have the same."""
    if labels is None or not all(labels):
        return False
    return len(set(names)) == len(set(labels)) == len(set(zip(names, labels, strict=True)))


def _short(value: str) -> str:
    """Return an IRI with its prefix, one of ours that has none without its base; any other text as it is."""
    from kg import rdf

    for prefix, iri in rdf.PREFIXES.items():
        if value.startswith(iri) and len(value) > len(iri):
            return f"{prefix}:{value[len(iri) :]}"
    return value.removeprefix(rdf.BASE)


def _value(term: Any) -> str:
    return "" if term is None else str(term.value)


def _json(term: Any) -> dict[str, str]:
    if not hasattr(term, "datatype"):
        return {"type": "uri", "value": term.value}
    found = {"type": "literal", "value": str(term.value)}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype.value != "http://www.w3.org/2001/XMLSchema#string":
        found["datatype"] = term.datatype.value
    return found


@app.command()
def export(
    format_: Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {', '.join(WRITERS)}.")],
    out: Annotated[Path, typer.Option("--out", help="The file (or folder) to write.")],
    graph: GraphDir = DEFAULT_GRAPH,
    with_sparql: Annotated[bool, typer.Option("--with-sparql", help="Let the page (html) answer SPARQL without a server.")] = False,
) -> None:
    """Write the built graph in another format."""
    from kg.builds import open_build

    if with_sparql and format_ != "html":
        message = f"only the page, html, can answer SPARQL; {format_} cannot"
        raise typer.BadParameter(message, param_hint="--with-sparql")
    options = {"with_sparql": True} if with_sparql else {}
    build = open_build(graph)
    out.parent.mkdir(parents=True, exist_ok=True)
    writer(format_, **options)(build, out)
    say(f"wrote {out}")


@app.command()
def validate(graph: GraphDir = DEFAULT_GRAPH) -> None:
    """Check a built graph against the ontology's shapes; exit 1 where it does not conform."""
    from kg import validate as validation

    complaints = validation.check(graph / "graph.ttl" if graph.is_dir() else graph)
    for complaint in complaints:
        say(complaint)
    if complaints:
        warn(f"kg: {graph} does not conform: {len(complaints)} complaints")
        raise typer.Exit(1)
    say(f"{graph} conforms to ontology/shapes.ttl")
