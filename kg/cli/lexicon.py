"""kg lexicon: a user's own terms."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.cli.app import app, say

lexicon = typer.Typer(name="lexicon", help="Make a table of your own terms for --lexicon.", no_args_is_help=True)
app.add_typer(lexicon)


@lexicon.command()
def add(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="A table, or a file in OBO, OWL or SKOS."),
    ],
    out: Annotated[Path, typer.Option("--out", dir_okay=False, help="The table to write or to add to.")] = Path("lexicon.tsv"),
    type_: Annotated[str, typer.Option("--type", help="What the terms are, such as Condition, where the file does not tell.")] = "",
    under: Annotated[str, typer.Option("--under", help="Take only this term of the vocabulary, by its id, and what is below it.")] = "",
    related: Annotated[bool, typer.Option("--related", help="Take broader, narrower and related synonyms too.")] = False,
) -> None:
    """Add your own terms to a table that `--lexicon` takes.

    A term that the shipped lexicon knows, by its identifier or its label, adds its names to that
    concept. A table that exists already keeps its rows; adding the same file again changes nothing.
    """
    from kg import additions, schema
    from kg import lexicon as lexicons

    types = {name.lower(): name for name in schema.load().types}
    if type_ and type_.lower() not in types:
        message = f"unknown type '{type_}'; known: {', '.join(types.values())}"
        raise typer.BadParameter(message, param_hint="--type")
    if under and lexicons.is_table(file):
        message = "a table has no terms below others; give a vocabulary in OBO, OWL or SKOS"
        raise typer.BadParameter(message, param_hint="--under")
    if not lexicons.is_table(out):
        message = f"'{out}' is named like a vocabulary; must be a table, such as lexicon.tsv"
        raise typer.BadParameter(message, param_hint="--out")
    known = additions.read(out).rows if out.is_file() else ()
    addition = additions.read(file, type=types.get(type_.lower()), under=under or None, related=related, known=known)
    rows = additions.merge(known, addition.rows)
    additions.write(out, rows)
    lexicons.load((out,))  # prepares the index, so that the first build need not
    left_out = f"; {addition.left_out} names left out, for they hold {{, }}, | or no letter" if addition.left_out else ""
    say(f"{out}: {len(rows)} concepts, {sum(len(row.values('names')) + 1 for row in rows)} names{left_out}")
    say(f"use it with: kg build INPUT --lexicon {out}")
