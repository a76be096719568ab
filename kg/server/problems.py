"""What the server refuses, as an HTTP status with a plain sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Problem(Exception):  # noqa: N818 - the name of RFC 9457
    """A request that gets no answer: the status, the sentence that the client reads, and headers that go with it."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the three."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})
