"""Markdown: the text is the decoded file itself, markup kept; headings are sections."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, BinaryIO

from kg.documents import Options, Part
from kg.documents.encodings import decode
from kg.documents.layout import describe, squeeze
from kg.model import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE = "---"


def read(stream: BinaryIO, _options: Options) -> Iterator[Part]:
    """Give the file as one document; the title is that of the front matter, or else the first heading.

    Raises InputError where the bytes are not text.
    """
    text, encoding = decode(stream.read())
    front, body = _front_matter(text)
    sections = _headings(text, body)
    title = {"title": sections[0].label} if sections else {}
    yield Part(text, describe(title | front), sections, None, encoding)


def _headings(text: str, body: int) -> tuple[Section, ...]:
    """`body` is the line where the front matter, which would parse as a heading, has ended."""
    from markdown_it import MarkdownIt

    # The parser counts lines by "\n" after turning "\r\n" and "\r" into it; so must the offsets.
    lines = text.replace("\r\n", "\0\n").replace("\r", "\n").split("\n")
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    tokens = MarkdownIt("commonmark").disable("inline").parse(text)
    found = [
        (starts[token.map[0]], squeeze(tokens[place + 1].content))
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.map and token.map[0] >= body
    ]
    ends = [*(start for start, _ in found), len(text)][1:]
    return tuple(Section(start, end, "heading", label) for (start, label), end in zip(found, ends, strict=True))


def _front_matter(text: str) -> tuple[dict[str, str], int]:
    lines = text.splitlines()
    if not lines or lines[0] != _FENCE or _FENCE not in lines[1:]:
        return {}, 0
    end = lines.index(_FENCE, 1)
    pairs = (line.partition(":") for line in lines[1:end] if ":" in line and not line[0].isspace())
    return {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}, end
