"""HTML: the main content of a page, without menus, advertisements and comments, by trafilatura."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.documents import Options, Part
from kg.documents.encodings import decode
from kg.documents.layout import Block, describe, lay, squeeze
from kg.documents.markup import find

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE)
_HEAD_BYTES = 4096
# The extensive search asks dateparser, which compiles its patterns for every language: ten seconds for one odd date. What is
# the latest date must not hang on the day of the build.
_DATES = {"original_date": True, "extensive_search": False, "max_date": "2999-12-31"}
_BLOCKS = frozenset({"p", "head", "item", "cell", "quote", "code", "ab"})


def read(stream: BinaryIO, _options: Options) -> Iterator[Part]:
    """Give the page as one document; headings are sections.

    A page with no main content that can be told from the rest gives all its visible text.

    Raises InputError where the bytes are not text.
    """
    from lxml.html import HTMLParser, document_fromstring
    from trafilatura import bare_extraction

    data = stream.read()
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    page, encoding = decode(data, declared=None if declared is None else declared[1].decode("ascii"))
    found: Any = None
    if page.strip():
        found = bare_extraction(page, include_comments=False, include_tables=True, with_metadata=True, date_extraction_params=_DATES)
    if found is None or found.body is None:
        # Not from text: lxml refuses text whose first line declares an encoding.
        text, sections = lay(find(document_fromstring(page.encode("utf-8"), parser=HTMLParser(encoding="utf-8"))))
        metadata = describe({})
    else:
        text, sections = lay(_blocks(found.body))
        names = ("title", "author", "date", "url", "license", "sitename", "description", "language")
        metadata = describe({name: getattr(found, name) for name in names})
    yield Part(text, metadata, sections, None, encoding)


def _blocks(element: Any, *, is_item: bool = False) -> Iterator[Block]:
    """Give the innermost blocks in page order; text that stands beside a block is one of its own."""
    is_item = is_item or element.tag == "item"
    if not any(node.tag in _BLOCKS for node in element.iterdescendants()):
        text = squeeze("".join(element.itertext()))
        yield Block(text, ("heading", text) if element.tag == "head" and text else None, is_item)
        return
    text = squeeze(element.text or "")
    yield Block(text, None, is_item)
    is_item = is_item and not text
    for child in element:
        # An item's first paragraph has its mark.
        yield from _blocks(child, is_item=is_item)
        is_item = is_item and not "".join(child.itertext()).strip()
        yield Block(squeeze(child.tail or ""))
