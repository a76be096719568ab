"""The entry point of `kg`: registers the commands and turns a KgError into one line and exit 1."""

from __future__ import annotations

import os
import sys

from kg.cli import build, explain, lexicon, query, reports, serve
from kg.cli.app import app, warn
from kg.errors import KgError

_COMMANDS = (build, explain, lexicon, query, reports, serve)
# The libraries that numpy may be linked with read these when it is loaded. Their threads wait busily for one another, which
# on a machine with other work costs more than they save; and with one thread the sums do not depend on how many cores there are.
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def run() -> None:
    """Run the command line, with one thread for matrices unless the environment asks for more; workers inherit that."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    try:
        app()
    except KgError as error:
        warn(f"kg: {error}")
        sys.exit(1)
