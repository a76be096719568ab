"""EPUB: the chapters in reading order."""

from __future__ import annotations

import io
import posixpath
import zipfile
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote

from kg.documents import Options, Part
from kg.documents.archive import check
from kg.documents.layout import describe, lay, squeeze
from kg.documents.markup import find
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(stream: BinaryIO, options: Options) -> Iterator[Part]:
    """Give the book as one document; headings are sections.

    Raises InputError where the file is no EPUB, is locked, or is a bomb.
    """
    data = io.BytesIO(stream.read(options.max_document_bytes))
    try:
        with zipfile.ZipFile(data) as archive:
            check(archive, options)
            package_path = _package_path(archive)
            package = _parse(archive.read(package_path))
            blocks = [block for path in _spine(package, package_path) for block in find(_parse(archive.read(path)))]
    except (zipfile.BadZipFile, KeyError) as error:
        message = f"damaged or not EPUB ({error})"
        raise InputError(message) from error
    text, sections = lay(blocks)
    names = {"title": "title", "creator": "author", "date": "date", "publisher": "publisher", "language": "language", "rights": "license"}
    found = {new: [squeeze("".join(node.itertext())) for node in package.iterfind(f".//{{*}}{old}")] for old, new in names.items()}
    yield Part(text, describe(found), sections)


def _parse(data: bytes) -> Any:
    """Parse without expanding entities and without fetching anything; what is not well-formed is mended."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    root = etree.fromstring(data, parser)
    if root is None:
        message = "a part of it is not XML"
        raise InputError(message)
    return root


def _package_path(archive: zipfile.ZipFile) -> str:
    if "META-INF/encryption.xml" in archive.namelist() and b"EncryptedData" in archive.read("META-INF/encryption.xml"):
        message = "locked (parts of it are encrypted)"
        raise InputError(message)
    found = _parse(archive.read("META-INF/container.xml")).find(".//{*}rootfile")
    if found is None:
        message = "damaged or not EPUB (its container names no package)"
        raise InputError(message)
    return str(found.get("full-path"))


def _spine(package: Any, package_path: str) -> Iterator[str]:
    items = {item.get("id"): item.get("href", "") for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        href = items.get(reference.get("idref"))
        if href:
            yield posixpath.normpath(posixpath.join(posixpath.dirname(package_path), unquote(href.partition("#")[0])))
