"""The Typer application that every module of commands registers on, and what they share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg import DISCLAIMER

app = typer.Typer(
    name="kg",
    help=f"Build a knowledge graph of the claims that texts make about substances. {DISCLAIMER}",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

GraphDir = Annotated[Path, typer.Option("--graph", help="The folder that `kg build` wrote.")]
DEFAULT_GRAPH = Path("output")


def say(line: str) -> None:
    """Write one plain line to standard output."""
    typer.echo(printable(line))


def warn(line: str) -> None:
    """Write one plain line to standard error."""
    typer.echo(printable(line), err=True)


def printable(text: str) -> str:
    r"""Return the text with control and bidirectional characters replaced, so that a document cannot steer a terminal.

    >>> printable("a\x1b[31mb")
    'a\ufffd[31mb'
    """
    return "".join(char if char in "\n\t" or char.isprintable() else "\ufffd" for char in text)
