"""Plain text in any encoding: the text is the decoded file itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from kg.documents import Options, Part
from kg.documents.encodings import decode
from kg.documents.layout import describe, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_TITLE_CHARACTERS = 150


def read(stream: BinaryIO, _options: Options) -> Iterator[Part]:
    """Give the file as one document; its first line is the title where it is short enough to be one.

    Raises InputError where the bytes are not text.
    """
    text, encoding = decode(stream.read())
    first = squeeze(text.lstrip()[: _MAX_TITLE_CHARACTERS * 2].split("\n", 1)[0])
    title = first if len(first) <= _MAX_TITLE_CHARACTERS else ""
    yield Part(text, describe({"title": title}), (), None, encoding)
