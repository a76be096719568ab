"""`kg serve`."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads it when it runs
from typing import Annotated

import typer

from kg import DISCLAIMER
from kg.cli.app import DEFAULT_GRAPH, GraphDir, app, say, warn

_MEBIBYTE = 1 << 20


@app.command()
def serve(
    graph: GraphDir = DEFAULT_GRAPH,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = 7878,
    host: Annotated[
        str, typer.Option(help="The address to listen on. Any other than loopback opens the graph to the network.")
    ] = "127.0.0.1",
    store: Annotated[Path | None, typer.Option(help="A store that `kg build --store` wrote, instead of a temporary one.")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds after which a query is stopped.")] = 30.0,
    max_result: Annotated[int, typer.Option(min=1, help="Mebibytes that one result may have.")] = 64,
    max_memory: Annotated[int, typer.Option(min=64, help="Mebibytes that one query may take.")] = 2048,
    workers: Annotated[int, typer.Option(min=1, help="Queries that run at the same time.")] = 4,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="A host name to answer for, beside localhost and addresses. May be repeated.")
    ] = None,
    cors: Annotated[
        list[str] | None, typer.Option(help="An origin whose pages may read, or *; those on loopback always may. May be repeated.")
    ] = None,
    log: Annotated[bool, typer.Option("--log/--no-log", help="Write one line a request to standard error.")] = False,
) -> None:
    """Serve the graph page, a SPARQL endpoint, a query editor and a page an entity, read-only."""
    from kg.server.guard import Access
    from kg.server.pool import Limits
    from kg.server.running import is_loopback, listen, url_of
    from kg.server.running import serve as run

    listener = listen(host, port)
    if not is_loopback(host):
        warn(f"kg: warning: listening on {host}: everyone who reaches this machine can read the graph and its texts; there is no password")

    def started() -> None:
        say(f"{url_of(listener)} (query: {url_of(listener)}sparql). {DISCLAIMER} Ctrl+C stops.")

    with listener:
        run(
            graph,
            listener,
            database=store,
            limits=Limits(seconds=timeout, result_bytes=max_result * _MEBIBYTE, memory_bytes=max_memory * _MEBIBYTE, workers=workers),
            access=Access(frozenset(name.lower() for name in allow_host or ()), frozenset(cors or ())),
            started=started,
            logs_requests=log,
        )
