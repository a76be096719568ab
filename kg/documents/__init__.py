"""One reader a format. Every reader is a function `read(stream, options)`: bytes in, the parts of one file out, in file order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kg.model import Section


@dataclass(frozen=True, slots=True)
class Options:
    """What every reader may be told, and the limits that hold for every document.

    `column` names the text in a table or in JSON Lines; `format` overrules the suffix for files
    that are named one by one. Bytes are counted after decompression, characters are code points.
    """

    column: str | None = None
    format: str | None = None
    max_document_bytes: int = 100_000_000
    max_document_characters: int = 5_000_000
    max_line_characters: int = 1_000_000
    max_expanded_bytes: int = 4_000_000_000
    max_expansion: int = 250
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Part:
    """One document of a file: `name` tells it from the file's others, None where the file is one document.

    `path` is where in the file it stands, if that is not its name.
    """

    text: str
    metadata: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()
    name: str | None = None
    encoding: str = "utf-8"
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A stretch of a file that cannot be read while the rest can: where (`line 17`, a member's name) and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Format:
    """A way to read files: its module; whether one file holds many documents; whether its parser runs in a process of its own."""

    module: str
    is_container: bool = False
    is_sandboxed: bool = False


FORMATS: Mapping[str, Format] = {
    "text": Format("kg.documents.text"),
    "markdown": Format("kg.documents.markdown", is_sandboxed=True),
    "html": Format("kg.documents.web", is_sandboxed=True),
    "pdf": Format("kg.documents.pdf", is_sandboxed=True),
    "docx": Format("kg.documents.docx", is_sandboxed=True),
    "epub": Format("kg.documents.epub", is_sandboxed=True),
    "jsonl": Format("kg.documents.jsonl", is_container=True),
    "csv": Format("kg.documents.table", is_container=True),
    "tsv": Format("kg.documents.table", is_container=True),
    "xml": Format("kg.documents.literature", is_container=True),
    "json": Format("kg.documents.bioc", is_container=True),
    "pubtator": Format("kg.documents.pubtator", is_container=True),
    "zip": Format("kg.documents.archive", is_container=True),
}

SUFFIXES: Mapping[str, str] = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "docx",
    ".epub": "epub",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "tsv",
    ".xml": "xml",
    ".nxml": "xml",
    ".json": "json",
    ".pubtator": "pubtator",
    ".zip": "zip",
}

COMPRESSED = ".gz"


def split_name(path: str) -> tuple[str, str, bool]:
    """Return the path without its suffix, the suffix's format ('' where none is known), and whether it is compressed.

    >>> split_name("a/pubmed.xml.gz")
    ('a/pubmed', 'xml', True)
    >>> split_name("notes.v2")
    ('notes.v2', '', False)
    """
    folder, slash, name = path.rpartition("/")
    is_compressed = name.lower().endswith(COMPRESSED) and len(name) > len(COMPRESSED)
    bare = name[: -len(COMPRESSED)] if is_compressed else name
    stem, dot, suffix = bare.rpartition(".")
    known = SUFFIXES.get(f".{suffix.lower()}", "") if dot and stem else ""
    return folder + slash + (stem if known else name), known, is_compressed
