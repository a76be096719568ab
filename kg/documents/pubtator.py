"""PubTator: `PMID|t|title` and `PMID|a|abstract` lines; annotations are left out."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO

from kg.documents import Fault, Options, Part
from kg.documents.layout import Block, describe, lay

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE = re.compile(r"([^|\t]{1,100})\|([ta])\|(.*)", re.DOTALL)
_SECTIONS = {"t": ("title", "Title"), "a": ("abstract", "Abstract")}


def read(stream: BinaryIO, options: Options) -> Iterator[Part | Fault]:
    """Give one document an article, in file order, named by its PMID."""
    limit = options.max_document_characters * 4
    lines = (_LINE.match(line.decode("utf-8", "replace").rstrip("\r\n")) for line in iter(lambda: stream.readline(limit), b""))
    for name, group in groupby(filter(None, lines), key=lambda match: match[1]):
        parts, length = [], 0
        for match in group:
            length += len(match[3])
            if length <= options.max_document_characters:
                parts.append((match[2], match[3]))
        if length > options.max_document_characters:
            yield Fault(name, f"{length} characters; at most {options.max_document_characters} are read (--max-characters)")
            continue
        text, sections = lay(Block(value, _SECTIONS[kind]) for kind, value in parts)
        title = " ".join(value for kind, value in parts if kind == "t")
        yield Part(text, describe({"title": title, "pmid": name if name.isdigit() else ""}), sections, name)
