"""PDF: the text layer, page by page, by pypdf."""

from __future__ import annotations

import re
import statistics
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.documents import Options, Part
from kg.documents.layout import BLOCK_END, BULLET, Block, clean, describe, lay, squeeze
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_PAGES = 5000
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u00ad\u2010]$")
_SENTENCE_END = re.compile(r"[.!?:;][\"'”’)\]]*$")
# A line this much shorter than the page's usual one ends its paragraph where a sentence ends too.
_SHORT_LINE = 0.8


def read(stream: BinaryIO, options: Options) -> Iterator[Part]:
    """Give the file as one document whose sections are its pages, numbered from 1.

    The lines of a paragraph are joined and a word broken by a hyphen at a line's end is made
    whole, so that sentences can be read; the text in `texts/` is the joined one.

    Raises InputError where the file is locked, has no text layer, or has too many pages.
    """
    import io

    from pypdf import PdfReader

    reader = PdfReader(io.BytesIO(stream.read(options.max_document_bytes)), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        message = "locked with a password"
        raise InputError(message)
    if len(reader.pages) > _MAX_PAGES:
        message = f"{len(reader.pages)} pages; at most {_MAX_PAGES} are read"
        raise InputError(message)
    pages = [(str(number), page.extract_text()) for number, page in enumerate(reader.pages, 1)]
    text, sections = lay(Block(unwrap(text), ("page", number)) for number, text in pages)
    if not text:
        message = "no text layer (scanned pages need text recognition first)"
        raise InputError(message)
    yield Part(text, _metadata(reader), sections)


def _metadata(reader: Any) -> tuple[tuple[str, str], ...]:
    found = reader.metadata or {}
    date = re.match(r"D?:?(\d{4})(\d\d)?(\d\d)?", str(found.get("/CreationDate", "")))
    return describe(
        {
            "title": str(found.get("/Title") or ""),
            "author": str(found.get("/Author") or ""),
            "keywords": str(found.get("/Keywords") or ""),
            "dateCreated": "-".join(filter(None, date.groups())) if date else "",
        }
    )


def unwrap(page: str) -> str:
    r"""Join the lines of each paragraph.

    A paragraph ends at an empty line, before a bullet, or where a sentence ends on a line clearly
    shorter than the page's usual line.

    >>> unwrap("Kava may relieve anxi-\nety in some\npeople.")
    'Kava may relieve anxiety in some people.'
    """
    lines = [squeeze(line) for line in clean(page).split("\n")]
    filled = [len(line) for line in lines if line]
    usual = statistics.median_high(filled) if filled else 0
    paragraphs: list[str] = []
    is_open = False
    for line in lines:
        if not line:
            is_open = False
            continue
        if not is_open or BULLET.match(line):
            paragraphs.append(line)
        elif _HYPHEN.search(paragraphs[-1]) and line[0].islower():
            paragraphs[-1] = paragraphs[-1][:-1] + line
        else:
            paragraphs[-1] += " " + line
        is_open = not (len(line) < _SHORT_LINE * usual and _SENTENCE_END.search(line))
    return BLOCK_END.join(paragraphs)
