"""JSON Lines: one document a line, with `text`, and where given `id` and metadata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.documents import Fault, Options, Part
from kg.documents.layout import clean, describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A character takes at most 12 bytes in JSON (two escapes); a line is one document with its metadata.
_BYTES_A_CHARACTER = 12
_IDS = ("id", "_id", "pmid", "doi")
TEXTS = ("text", "abstract", "body", "content")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(stream: BinaryIO, options: Options) -> Iterator[Part | Fault]:
    """Give one document a line, named by its `id`, or else by its line number.

    A line that is too long or not an object with a text is a Fault; the rest is read.
    """
    limit = options.max_document_characters * _BYTES_A_CHARACTER
    number = 0
    while line := stream.readline(limit):
        number += 1
        if len(line) == limit and not line.endswith(b"\n"):
            while (rest := stream.readline(limit)) and not rest.endswith(b"\n"):
                pass
            yield Fault(f"line {number}", f"over {limit} bytes")
            continue
        line = line.removeprefix(_BYTE_ORDER_MARK).strip()
        if line:
            yield _document(line, number, options)


def _document(line: bytes, number: int, options: Options) -> Part | Fault:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Fault(f"line {number}", f"not JSON in UTF-8 ({str(error)[:100]})")
    return part(record, f"line {number}", str(number), options)


def part(record: Any, where: str, name: str, options: Options) -> Part | Fault:
    """Return the document that an object holds; `name` names it where it has no `id`.

    Metadata are the object's values under known names, and those of its `metadata` object.
    """
    if not isinstance(record, dict):
        return Fault(where, f"a {type(record).__name__}; must be an object with a text")
    text = pick(record, (options.column,) if options.column else TEXTS)
    if text is None:
        wanted = options.column or " or ".join(TEXTS)
        return Fault(where, f"no text under '{wanted}'; known here: {', '.join(sorted(map(str, record)))[:200]}")
    more = record.get("metadata")
    metadata = describe({**(more if isinstance(more, dict) else {}), **record})
    return Part(clean(text), metadata, (), clean(pick(record, _IDS) or name))


def pick(record: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    """Return the first value that is a text or a whole number, under the first of the names that has one."""
    for name in names:
        value = record.get(name)
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            return str(value)
    return None
