"""Counters in the text format of Prometheus (version 0.0.4)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kg.server.pool import BUCKETS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kg.server.pool import Pool

_KIBIBYTE = 1024


@dataclass(slots=True)
class Metrics:
    """Requests by route, method and status since the start."""

    requests: Counter[tuple[str, str, int]] = field(default_factory=Counter)


def resident_bytes(process: str = "self") -> int:
    """Return the memory that a process holds, 0 where the system does not tell."""
    try:
        for line in Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * _KIBIBYTE
    except OSError:
        pass  # the process is gone, or the system has no /proc
    return 0


def render(metrics: Metrics, pool: Pool) -> str:
    """Return all counters."""
    return "".join(f"{line}\n" for line in _lines(metrics, pool))


def _lines(metrics: Metrics, pool: Pool) -> Iterable[str]:
    counts = pool.counts
    yield "# HELP kg_http_requests_total Requests by route, method and status."
    yield "# TYPE kg_http_requests_total counter"
    for (route, method, status), count in sorted(metrics.requests.items()):
        yield f'kg_http_requests_total{{route="{route}",method="{method}",status="{status}"}} {count}'
    yield "# HELP kg_queries_total Queries by outcome: answered, refused, failed, killed."
    yield "# TYPE kg_queries_total counter"
    for outcome, count in sorted(counts.queries.items()):
        yield f'kg_queries_total{{outcome="{outcome}"}} {count}'
    yield "# HELP kg_query_seconds How long queries ran."
    yield "# TYPE kg_query_seconds histogram"
    total = 0
    for bound, count in zip((*(f"{bound:g}" for bound in BUCKETS), "+Inf"), counts.seconds, strict=True):
        total += count
        yield f'kg_query_seconds_bucket{{le="{bound}"}} {total}'
    yield f"kg_query_seconds_sum {counts.seconds_sum:.6f}"
    yield f"kg_query_seconds_count {total}"
    for name, kind, help_, value in (
        ("kg_queries_killed_total", "counter", "Queries stopped at their time limit.", counts.killed),
        ("kg_workers_died_total", "counter", "Workers that ended during a query.", counts.died),
        ("kg_queries_running", "gauge", "Queries that run now.", counts.running),
        ("kg_queries_waiting", "gauge", "Queries that wait for a worker.", counts.waiting),
        ("kg_workers", "gauge", "Workers alive.", pool.workers),
        ("process_resident_memory_bytes", "gauge", "Memory of the server without its workers.", resident_bytes()),
    ):
        yield f"# HELP {name} {help_}"
        yield f"# TYPE {name} {kind}"
        yield f"{name} {value}"
