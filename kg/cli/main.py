"""The entry point of `kg`: registers the commands and turns a KgError into one line and exit 1."""

from __future__ import annotations

import sys

from kg.cli import build, explain, lexicon, query, reports, serve
from kg.cli.app import app, warn
from kg.errors import KgError

_COMMANDS = (build, explain, lexicon, query, reports, serve)


def run() -> None:
    """Run the command line."""
    try:
        app()
    except KgError as error:
        warn(f"kg: {error}")
        sys.exit(1)
