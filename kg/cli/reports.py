"""The reports: conflicts, evidence, table, check, overclaims, diff, path, profile, coverage."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.app import DEFAULT_GRAPH, GraphDir, app, say
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from kg.compare.render import Report


class Form(StrEnum):
    """How a report is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


class TableForm(StrEnum):
    """How the evidence table is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    CSV = "csv"


class DiffForm(StrEnum):
    """How a comparison of two builds is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


Format = Annotated[Form, typer.Option("--format", help="How to write it.")]
Out = Annotated[Path | None, typer.Option("--out", help="The file to write; standard output without it.")]
ExitCode = Annotated[bool, typer.Option("--exit-code", help="Exit 1 where there is something to report, for use in CI.")]
Lexicon = Annotated[
    list[Path],
    typer.Option("--lexicon", exists=True, dir_okay=False, help="More names: a table, or an OBO, OWL or SKOS file; may be repeated."),
]


@app.command()
def conflicts(graph: GraphDir = DEFAULT_GRAPH, form: Format = Form.MARKDOWN, out: Out = None) -> None:
    """Say where texts disagree, with both sides' sentences, grounds and speakers."""
    from kg.builds import open_build
    from kg.compare import conflicts as work
    from kg.compare.sentences import places

    build = open_build(graph)
    found, place = work.of_build(build), places(build)
    _give(form.value, out, lambda: work.report(found, place), lambda: work.as_json(found, place))


@app.command()
def evidence(
    graph: GraphDir = DEFAULT_GRAPH,
    form: Format = Form.MARKDOWN,
    out: Out = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Edges to show; JSON holds all.")] = 100,
) -> None:
    """Say what stands behind each edge: documents, near-copies counted once, grounds, hedges, speakers."""
    from kg.builds import open_build
    from kg.compare import evidence as work

    build = open_build(graph)
    copies = work.copies(build)
    rungs = work.ladder(build.claims(), copies)
    _give(form.value, out, lambda: work.report(rungs, copies, limit=limit), lambda: work.as_json(rungs, copies))


@app.command()
def table(
    entity: Annotated[str | None, typer.Argument(help="A substance, a condition, …: id, label or name; all claims without it.")] = None,
    graph: GraphDir = DEFAULT_GRAPH,
    form: Annotated[TableForm, typer.Option("--format", help="How to write it.")] = TableForm.MARKDOWN,
    out: Out = None,
) -> None:
    """Give the evidence table: claims by certainty and ground, with page or heading."""
    from kg.builds import open_build
    from kg.compare import entities, render
    from kg.compare import table as work
    from kg.compare.sentences import places

    build = open_build(graph)
    about = None if entity is None else entities.find(entities.collect(build.claims()), entity)
    claims, place = work.select(build.claims(), None if about is None else about.id), places(build)
    if form is TableForm.CSV:
        _put(render.to_csv(work.table(claims, place)), out)
    else:
        _give(form.value, out, lambda: work.report(claims, about, place), lambda: work.as_json(claims, place))


@app.command()
def check(
    graph: GraphDir = DEFAULT_GRAPH,
    form: Format = Form.MARKDOWN,
    out: Out = None,
    lexicon: Lexicon = [],  # noqa: B006 -- Typer copies it
    exit_code: ExitCode = False,
) -> None:
    """Compare claims with curated facts: supported, refuted, or not covered (which never means false)."""
    from kg import lexicon as lexicons
    from kg.builds import open_build
    from kg.compare import reference as work
    from kg.compare.sentences import places

    build = open_build(graph)
    known = work.load(lexicons.load(tuple(lexicon)))
    _give(
        form.value,
        out,
        lambda: work.report(work.check(build.claims(), known), facts=known.facts),
        lambda: work.as_json(work.check(build.claims(), known), places(build)),
    )
    if exit_code and any(finding.verdict is work.Verdict.REFUTED for finding in work.check(build.claims(), known)):
        raise typer.Exit(1)


@app.command()
def overclaims(graph: GraphDir = DEFAULT_GRAPH, form: Format = Form.MARKDOWN, out: Out = None) -> None:
    """Say which documents claim more than the others: lone assertions, unfounded proof, praise without cautions."""
    from kg.builds import open_build
    from kg.compare import evidence as weights
    from kg.compare import overclaims as work
    from kg.compare.sentences import places

    build = open_build(graph)
    found, place = work.find(build.claims(), weights.copies(build), work.proof_wordings()), places(build)
    _give(form.value, out, lambda: work.report(found, place), lambda: work.as_json(found, place))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(help="The folder of the older build.")],
    new: Annotated[Path, typer.Argument(help="The folder of the newer build.")],
    form: Annotated[DiffForm, typer.Option("--format", help="How to write it.")] = DiffForm.TEXT,
    out: Out = None,
    exit_code: ExitCode = False,
) -> None:
    """Say which claims and edges came, went, or changed certainty, polarity or ground between two builds."""
    from kg.builds import open_build
    from kg.compare import diff as work

    found = work.compare(open_build(old).claims(), open_build(new).claims())
    if form is DiffForm.TEXT:
        _put("".join(f"{line}\n" for line in work.lines(found)), out)
    else:
        _give(form.value, out, lambda: work.report(found), lambda: work.as_json(found))
    if exit_code and not found.is_empty:
        raise typer.Exit(1)


@app.command()
def path(
    start: Annotated[str, typer.Argument(metavar="A", help="Where the path starts: id, label or name.")],
    end: Annotated[str, typer.Argument(metavar="B", help="Where the path ends: id, label or name.")],
    graph: GraphDir = DEFAULT_GRAPH,
    form: Format = Form.MARKDOWN,
    out: Out = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Paths to show.")] = 10,
) -> None:
    """Show how A is said to reach B over constituents, receptors and neurotransmitters."""
    from kg.builds import open_build
    from kg.compare import entities
    from kg.compare import evidence as weights
    from kg.compare import paths as work
    from kg.compare.sentences import places

    build = open_build(graph)
    known = entities.collect(build.claims())
    first, last = entities.find(known, start), entities.find(known, end)
    found, place = work.find(build.claims(), first.id, last.id, weights.copies(build), limit=limit), places(build)
    _give(form.value, out, lambda: work.report(found, first, last, place), lambda: work.as_json(found, place))


@app.command()
def profile(
    substance: Annotated[str, typer.Argument(help="A substance or compound: id, label or name.")],
    graph: GraphDir = DEFAULT_GRAPH,
    form: Format = Form.MARKDOWN,
    out: Out = None,
) -> None:
    """Give one page on a substance: what it contains, binds, is said to do, its risks, who says so, what is disputed."""
    from kg.builds import open_build
    from kg.compare import conflicts as disputes
    from kg.compare import entities
    from kg.compare import evidence as weights
    from kg.compare import profile as work
    from kg.compare.sentences import places

    build = open_build(graph)
    entity = entities.find(entities.collect(build.claims()), substance)
    copies, place = weights.copies(build), places(build)
    claims = work.select(build.claims(), entity.id)
    disputed = disputes.contradictions(claims, copies)
    _give(
        form.value,
        out,
        lambda: work.report(entity, claims, disputed, copies, place),
        lambda: work.as_json(entity, claims, disputed, copies, place),
    )


@app.command()
def coverage(
    graph: GraphDir = DEFAULT_GRAPH,
    form: Format = Form.MARKDOWN,
    out: Out = None,
    lexicon: Lexicon = [],  # noqa: B006 -- Typer copies it
    model: Annotated[str, typer.Option("--model", help="Another spaCy pipeline, by package name or folder.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Sentences and names to show; JSON holds all.")] = 100,
) -> None:
    """Say what was passed over and why: sentences with two entities and no claim, and names that no lexicon has."""
    from kg.builds import open_build
    from kg.compare import coverage as work
    from kg.extraction import open_extractor

    build = open_build(graph)
    extractor = open_extractor(model=model or None, lexicons=tuple(lexicon))
    found = work.measure(extractor.extract(work.documents(build)))
    _give(form.value, out, lambda: work.report(found, limit=limit), lambda: work.as_json(found))


def _give(form: str, out: Path | None, report: Callable[[], Report], values: Callable[[], dict[str, Any]]) -> None:
    """Write a report in one form; only that form is made."""
    from kg import DISCLAIMER
    from kg.compare import render

    if form == "json":
        _put(json.dumps({"disclaimer": DISCLAIMER} | values(), ensure_ascii=False, indent=1) + "\n", out)
    else:
        _put({"markdown": render.to_markdown, "html": render.to_html}[form](report()), out)


def _put(text: str, out: Path | None) -> None:
    """Write the text to the file, or to standard output."""
    if out is None:
        say(text.removesuffix("\n"))
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        message = f"{out}: cannot be written ({error.strerror})"
        raise InputError(message) from error
    say(f"wrote {out}")
