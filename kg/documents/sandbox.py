"""The process that third-party document parsers run in: one JSON request a line in, one JSON reply a line out."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from typing import Any

from kg.documents import Options, Part
from kg.documents.reading import opened, parse
from kg.errors import InputError

_MAX_MEMORY_BYTES = 4_000_000_000


def limit_memory() -> None:
    """Let this process have so much memory and no more, where the system can hold it to that."""
    try:
        import resource
    except ImportError:  # pragma: no cover -- Windows has no such limits
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = _MAX_MEMORY_BYTES if hard == resource.RLIM_INFINITY else min(_MAX_MEMORY_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of the file that the request names, or the error that reading it gave."""
    options = Options(**request["options"])
    try:
        with opened(request["location"], options, is_compressed=request["is_compressed"], is_container=False) as stream:
            return {"parts": [asdict(part) for part in parse(request["format"], stream, options) if isinstance(part, Part)]}
    except InputError as error:
        return {"error": str(error)}
    except OSError as error:
        return {"error": f"cannot be read ({error.strerror or error})"}


def main() -> None:
    """Answer until standard input ends; what a parser prints goes nowhere."""
    limit_memory()
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        replies.write(json.dumps(answer(json.loads(line))) + "\n")


if __name__ == "__main__":
    main()
