"""Many clients at once: no error, no growth. A few seconds in the normal suite, a minute under the marker soak."""

from __future__ import annotations

import ssl
import threading
import time
from pathlib import Path

import httpx
import pytest
from serving import build_folder, serving

REQUESTS = (
    ("POST", "/sparql", {"data": {"query": "SELECT ?s ?label { ?s skos:prefLabel ?label } ORDER BY ?label"}}),
    ("GET", "/sparql?query=ASK%20%7B%7D", {}),
    ("POST", "/sparql", {"data": {"query": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"}, "headers": {"Accept": "application/ld+json"}}),
    ("GET", "/concept/alpha", {"headers": {"Accept": "text/html"}}),
    ("GET", "/concept/alpha", {"headers": {"Accept": "application/n-triples"}}),
    ("GET", "/graph-store?default", {}),
    ("GET", "/health", {}),
    ("GET", "/metrics", {}),
)
MAX_GROWTH_BYTES = 30 << 20
LIMIT_SECONDS = 120.0


@pytest.mark.parametrize(
    ("clients", "seconds"), [pytest.param(8, 3.0, id="short"), pytest.param(50, 60.0, id="long", marks=pytest.mark.soak)]
)
def test_many_clients_see_no_error_and_memory_does_not_grow(tmp_path, clients, seconds):
    # No query comes near its limit here, however busy the machine: what runs out of time has test_server.py.
    with serving(build_folder(tmp_path / "built"), "--workers", "4", "--timeout", str(LIMIT_SECONDS)) as url:
        warm = hammer(url, clients, min(seconds / 3, 10.0))
        before = memory(url)
        hard = hammer(url, clients, seconds)
        after = memory(url)
    for statuses in (warm, hard):
        assert set(statuses) == {200}, {status: statuses.count(status) for status in set(statuses)}
    assert len(hard) > clients
    assert after - before < MAX_GROWTH_BYTES, (before, after)


def hammer(url, clients, seconds):
    """Give 200 for every request that was answered, for the others what came instead."""
    statuses = []
    # A client reads the list of trusted certificates when it is made, which takes longer than many requests; there is no TLS here.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    opened = [httpx.Client(base_url=url, timeout=2 * LIMIT_SECONDS, verify=context) for _ in range(clients)]
    end = time.monotonic() + seconds

    def one(number):
        with opened[number] as client:
            while time.monotonic() < end:
                method, path, more = REQUESTS[number % len(REQUESTS)]
                number += 1
                try:
                    response = client.request(method, path, **more)
                    is_well = response.status_code == 200 and response.content
                    statuses.append(200 if is_well else f"{path} {response.status_code}: {response.text[:80]}")
                except httpx.HTTPError as error:
                    statuses.append(f"{path} {type(error).__name__}")

    threads = [threading.Thread(target=one, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return statuses


def memory(url):
    """Return the resident bytes of the server."""
    if not Path("/proc/self/status").exists():
        return 0
    lines = httpx.get(url + "metrics").text.splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("process_resident_memory_bytes")))
