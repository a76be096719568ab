"""What holds for every request: whose Host is served, which origins may read, which headers each reply carries."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kg.server.metrics import Metrics

_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
    "connect-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)
GRAPH_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; worker-src blob:; style-src 'unsafe-inline'; "
    "img-src data: blob:; font-src data:; connect-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_ALLOWED_METHODS = "GET, HEAD, POST, OPTIONS"


@dataclass(frozen=True, slots=True)
class Access:
    """Host names that are served beside addresses and localhost, and origins (or `*`) that may read beside those on loopback."""

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()

    def serves(self, host: str) -> bool:
        """Tell whether a Host header is ours.

        An attacker who rebinds a DNS name to this machine still sends that name, so an address is always safe.
        """
        try:
            name = urlsplit("//" + host).hostname or ""
        except ValueError:
            return False
        if any(char in host for char in "/?#@\\"):
            return False
        if name in _LOCAL or name in self.hosts:
            return True
        return _is_address(name)

    def lets_read(self, origin: str) -> bool:
        """Tell whether pages of an origin may read replies."""
        if "*" in self.origins or origin in self.origins:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme in {"http", "https"} and parts.hostname in _LOCAL


def _is_address(name: str) -> bool:
    try:
        return bool(ipaddress.ip_address(name))
    except ValueError:
        return False


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, access: Access, metrics: Metrics) -> None:
        """Wrap the application."""
        self._app = app
        self._access = access
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin", "")
        hosts = [value for name, value in scope["headers"] if name == b"host"]

        async def reply(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._count(scope, message["status"])
                present = {name for name, _ in message["headers"]}
                extra = {
                    "x-content-type-options": "nosniff",
                    "referrer-policy": "no-referrer",
                    "content-security-policy": _NOTHING,
                    "cross-origin-resource-policy": "same-origin",
                    "x-frame-options": "DENY",
                }
                if origin and self._access.lets_read(origin):
                    extra["access-control-allow-origin"] = origin
                    extra["access-control-expose-headers"] = "Content-Type, Link"
                pairs = [(name.encode(), value.encode("latin-1")) for name, value in extra.items() if name.encode() not in present]
                varied = [value for name, value in message["headers"] if name == b"vary"]
                kept = [(name, value) for name, value in message["headers"] if name != b"vary"]
                message = {**message, "headers": [*kept, *pairs, (b"vary", b", ".join([*varied, b"Origin"]))]}
            await send(message)

        if len(hosts) != 1 or not self._access.serves(headers.get("host", "")):
            await _plain(reply, 421, "this server does not answer for that Host; name it with --allow-host")
        elif scope["method"] == "OPTIONS":
            await _options(reply, is_preflight="access-control-request-method" in headers and self._access.lets_read(origin))
        else:
            await self._app(scope, receive, reply)

    def _count(self, scope: Scope, status: int) -> None:
        route = scope.get("route")
        path = getattr(route, "path", "other")
        method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "OPTIONS"} else "other"
        self._metrics.requests[path, method, status] += 1


async def _plain(send: Send, status: int, text: str) -> None:
    body = text.encode() + b"\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _options(send: Send, *, is_preflight: bool) -> None:
    headers = [(b"allow", _ALLOWED_METHODS.encode())]
    if is_preflight:
        headers += [
            (b"access-control-allow-methods", _ALLOWED_METHODS.encode()),
            (b"access-control-allow-headers", b"Accept, Content-Type"),
            (b"access-control-max-age", b"600"),
        ]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
