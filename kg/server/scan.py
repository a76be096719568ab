"""A lexical look at a SPARQL query before it is run: what it reaches for, and how deeply it nests.

The engine offers no syntax tree, so this reads tokens (SPARQL 1.1, section 19.8): what stands in
strings, IRIs and comments never counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING
from urllib.parse import urljoin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

_ESCAPE = r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}"
_TOKEN = re.compile(
    rf"""
    (?P<comment>\#[^\n\r]*)
  | (?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|{_ESCAPE})*>)
  | (?P<string>'''(?:(?:''?)?(?:[^'\\]|\\.))*''' | \"\"\"(?:(?:""?)?(?:[^"\\]|\\.))*\"\"\" | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*")
  | (?P<other>[?$@][\w-]+)
  | (?P<pname>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:(?:[\w:.%-]|\\.)*)
  | (?P<word>[^\W\d]\w*)
  | (?P<open>[({{\[])
  | (?P<close>[)}}\]])
    """,
    re.VERBOSE | re.DOTALL,
)
_CODE_POINT = re.compile(_ESCAPE)
_UPDATES = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH"})
_FORMS = frozenset({"SELECT", "CONSTRUCT", "DESCRIBE", "ASK"})
_MAX_CODE_POINT = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Scan:
    """What a query holds: the graphs of its FROM and FROM NAMED clauses, whether it calls a SERVICE or asks for an update, its depth."""

    graphs: tuple[str, ...]
    has_dataset: bool
    has_service: bool
    is_update: bool
    depth: int


def scan(query: str, *, base: str = "", prefixes: Mapping[str, str] | None = None) -> Scan:
    """Return what the query holds; one that is not well formed gives what can be seen of it.

    `base` and `prefixes` hold where the query declares none of its own.
    """
    tokens = tuple(_tokens(query))
    words = [text.upper() for kind, text in tokens if kind == "word"]
    form = next((word for word in words if word in _FORMS | _UPDATES), "")
    graphs = _graphs(tokens, base, {name + ":": iri for name, iri in (prefixes or {}).items()})
    return Scan(graphs, bool(graphs), "SERVICE" in words, form in _UPDATES, _depth(kind for kind, _ in tokens))


def _depth(kinds: Iterable[str]) -> int:
    steps = (1 if kind == "open" else -1 for kind in kinds if kind in {"open", "close"})
    return max(accumulate(steps), default=0)


def _graphs(tokens: Iterable[tuple[str, str]], base: str, namespaces: dict[str, str]) -> tuple[str, ...]:
    """Return the IRIs after FROM and FROM NAMED, made whole by the query's own BASE and PREFIX."""
    graphs: list[str] = []
    pending = ""
    for kind, text in tokens:
        before, pending = pending, ""
        if kind == "word":
            pending = "FROM" if before == "FROM" and text.upper() == "NAMED" else text.upper()
        elif kind == "pname" and before == "PREFIX":
            pending = "PREFIX " + text
        elif kind == "pname" and before == "FROM":
            prefix, _, local = text.partition(":")
            graphs.append(namespaces.get(prefix + ":", "") + re.sub(r"\\(.)", r"\1", local))
        elif kind == "iri":
            iri = _CODE_POINT.sub(_character, text[1:-1])
            iri = urljoin(base, iri) if base else iri
            if before == "FROM":
                graphs.append(iri)
            elif before == "BASE":
                base = iri
            elif before.startswith("PREFIX "):
                namespaces[before.removeprefix("PREFIX ")] = iri
    return tuple(graphs)


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    for match in _TOKEN.finditer(query):
        kind = match.lastgroup or ""
        if kind != "comment":
            yield kind, match.group()


def _character(match: re.Match[str]) -> str:
    code_point = int(match.group()[2:], base=16)  # noqa: FURB166 - the prefix is a backslash escape
    return chr(code_point) if code_point <= _MAX_CODE_POINT else "\ufffd"
