"""Blocks of text → one text with its sections, and metadata under the names of schema.org."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.model import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BLOCK_END = "\n\n"
BULLET = re.compile(r"[-*•‣▪◦·–] ")
_MAX_VALUE_CHARACTERS = 2000
_SPACE = re.compile(r"[ \t\r\n\f\v\xa0\u2028\u2029]+")
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.IGNORECASE)

# What sources call it → what schema.org calls it.
_NAMES = {
    "title": "title",
    "name": "title",
    "headline": "title",
    "author": "author",
    "authors": "author",
    "creator": "author",
    "date": "datePublished",
    "datepublished": "datePublished",
    "published": "datePublished",
    "year": "datePublished",
    "datecreated": "dateCreated",
    "url": "url",
    "link": "url",
    "license": "license",
    "licence": "license",
    "publisher": "publisher",
    "journal": "isPartOf",
    "ispartof": "isPartOf",
    "sitename": "isPartOf",
    "identifier": "identifier",
    "language": "inLanguage",
    "inlanguage": "inLanguage",
    "description": "description",
    "keywords": "keywords",
    "encodingformat": "encodingFormat",
}
_IDENTIFIERS = ("pmid", "pmcid", "doi")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, list item or page; `section`, (kind, label), opens a section that lasts until the next one opens."""

    text: str
    section: tuple[str, str] | None = None
    is_item: bool = False


def lay(blocks: Iterable[Block]) -> tuple[str, tuple[Section, ...]]:
    """Join blocks with an empty line between them.

    An item of a list begins with a hyphen. Blocks without text are left out; a section without text is left out too. Sections come in
    text order, do not overlap, and the last ends with the text.
    """
    pieces: list[str] = []
    opened: list[tuple[int, tuple[str, str]]] = []
    length = 0
    pending: tuple[str, str] | None = None
    for block in blocks:
        pending = block.section or pending
        text = clean(block.text).strip()
        if not text:
            continue
        if block.is_item and not BULLET.match(text):
            text = f"- {text}"
        if pieces:
            pieces.append(BLOCK_END)
            length += len(BLOCK_END)
        if pending is not None:
            opened.append((length, pending))
            pending = None
        pieces.append(text)
        length += len(text)
    ends = [*(start for start, _ in opened), length][1:]
    sections = tuple(
        Section(start, end, kind, squeeze(label)[:_MAX_VALUE_CHARACTERS]) for (start, (kind, label)), end in zip(opened, ends, strict=True)
    )
    return "".join(pieces), sections


def clean(text: str) -> str:
    """Return the text without what no file can hold or show: lone surrogates and control characters become U+FFFD or a space."""
    return _CONTROLS.sub(" ", _SURROGATES.sub("\ufffd", text)).replace("\r\n", "\n").replace("\r", "\n")


def squeeze(text: str) -> str:
    r"""Return the text on one line, with single spaces.

    >>> squeeze(" a\n  b ")
    'a b'
    """
    return _SPACE.sub(" ", clean(text)).strip()


def describe(values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return (name, value) pairs under schema.org names, sorted; what is empty, nested or unknown is left out.

    Lists are joined by "; ". A url must be http(s), so that no link runs a script.

    >>> describe({"authors": ["A. Roe", "B. Doe"], "year": 2020, "pmid": "12", "url": "javascript:1"})
    (('author', 'A. Roe; B. Doe'), ('datePublished', '2020'), ('identifier', 'pmid:12'))
    """
    found: dict[str, str] = {}
    identifiers: list[str] = []
    for key, value in values.items():
        text = _value(value)
        lower = key.lower()
        if not text:
            continue
        if lower in _IDENTIFIERS:
            identifiers.append(text if text.lower().startswith(f"{lower}:") else f"{lower}:{text}")
        elif lower in _NAMES:
            found.setdefault(_NAMES[lower], text)
    if identifiers:
        found.setdefault("identifier", "; ".join(sorted(identifiers)))
    if "url" in found and not _URL.fullmatch(found["url"]):
        del found["url"]
    return tuple(sorted(found.items()))


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "; ".join(filter(None, map(_value, value)))[:_MAX_VALUE_CHARACTERS]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    return squeeze(str(value))[:_MAX_VALUE_CHARACTERS]
