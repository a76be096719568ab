"""A listening server from its start to its end."""

from __future__ import annotations

import ipaddress
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from kg import store
from kg.builds import open_build
from kg.errors import InputError
from kg.server.guard import Access
from kg.server.pool import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

SHUTDOWN_SECONDS = 5
BACKLOG = 512


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes a free one.

    Raises InputError where the address is taken or not ours.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listener = socket.socket(family, kind, protocol)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        message = f"{host}:{port}: cannot listen there ({error.strerror}); try another --port or --host"
        raise InputError(message) from error
    return listener


def is_loopback(host: str) -> bool:
    """Tell whether only this machine can reach the host."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def url_of(listener: socket.socket) -> str:
    """Return the address of the site."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def serve(
    folder: Path,
    listener: socket.socket,
    *,
    database: Path | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen values
    access: Access = Access(),  # noqa: B008
    started: Callable[[], None] = lambda: None,
    logs_requests: bool = False,
) -> None:
    """Serve a built folder until SIGINT or SIGTERM; running queries then get a few seconds.

    `database` is a store on disk that holds the build; without it one is made in a temporary folder.

    Raises InputError where the folder holds no graph.
    """
    import uvicorn

    from kg.server.app import build_app

    build = open_build(folder)
    with ExitStack() as stack:
        if database is None:
            database = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kg-serve-"))) / "store"
            store.load_store(build, database)
        elif not store.is_store(database):
            message = f"{database}: not a store; `kg build --store {database}` makes one"
            raise InputError(message)
        config = uvicorn.Config(
            build_app(folder, database, limits=limits, access=access),
            access_log=logs_requests,
            log_level="info" if logs_requests else "warning",
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
            timeout_keep_alive=30,
            ws="none",
        )
        server = uvicorn.Server(config)
        started()
        server.run(sockets=[listener])
