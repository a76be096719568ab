"""DOCX: paragraphs and tables in page order, by python-docx."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.documents import Options, Part
from kg.documents.archive import check
from kg.documents.layout import Block, describe, lay, squeeze
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_HEADINGS = ("Heading", "Title")


def read(stream: BinaryIO, options: Options) -> Iterator[Part]:
    """Give the file as one document; headings are sections.

    Raises InputError where the file is no ZIP archive or is a bomb.
    """
    import docx

    data = io.BytesIO(stream.read(options.max_document_bytes))
    try:
        with zipfile.ZipFile(data) as archive:
            check(archive, options)
    except zipfile.BadZipFile as error:
        message = f"damaged or not DOCX ({error})"
        raise InputError(message) from error
    document = docx.Document(data)
    text, sections = lay(_blocks(document.iter_inner_content()))
    found = document.core_properties
    created = found.created.date().isoformat() if found.created else ""
    metadata = describe(
        {"title": found.title, "author": found.author, "keywords": found.keywords, "language": found.language, "dateCreated": created}
    )
    yield Part(text, metadata, sections)


def _blocks(content: Any) -> Iterator[Block]:
    for item in content:
        if hasattr(item, "rows"):
            for row in item.rows:
                for cell in row.cells:
                    yield from _blocks(cell.iter_inner_content())
        else:
            text = squeeze(item.text)
            style = item.style.name if item.style is not None else ""
            is_heading = bool(text) and (style or "").startswith(_HEADINGS)
            is_item = (style or "").startswith("List") or bool(item._p.xpath("./w:pPr/w:numPr"))  # noqa: SLF001 -- python-docx tells no other way
            yield Block(text, ("heading", text) if is_heading else None, is_item and not is_heading)
