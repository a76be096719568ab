"""JSON: BioC collections, or one object or a list of objects with a `text`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.documents import Fault, Options, Part
from kg.documents.encodings import decode
from kg.documents.jsonl import part
from kg.documents.layout import Block, describe, lay
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator


def read(stream: BinaryIO, options: Options) -> Iterator[Part | Fault]:
    """Give one document an object, named by its `id`, or else by its place in the list.

    Raises InputError where the file is not JSON.
    """
    try:
        record = json.loads(decode(stream.read(options.max_document_bytes))[0])
    except (ValueError, RecursionError) as error:
        message = f"not JSON, or larger than {options.max_document_bytes} bytes ({str(error)[:100]}); JSON Lines may be larger"
        raise InputError(message) from error
    collections = record if isinstance(record, list) else [record]
    for number, item in enumerate(collections, 1):
        documents = item.get("documents") if isinstance(item, dict) else None
        if isinstance(documents, list):
            for place, document in enumerate(documents, 1):
                yield _bioc(document, place)
        elif isinstance(item, dict) and isinstance(item.get("passages"), list):
            yield _bioc(item, number)
        else:
            yield part(item, f"item {number}", str(number), options)


def _bioc(document: Any, number: int) -> Part | Fault:
    passages = document.get("passages") if isinstance(document, dict) else None
    if not isinstance(passages, list) or not all(isinstance(passage, dict) for passage in passages):
        return Fault(f"document {number}", "not a BioC document: no passages")
    return bioc_part(
        str(document.get("id") or number),
        [(_infons(passage), str(passage.get("text") or "")) for passage in passages],
    )


def _infons(passage: dict[str, Any]) -> dict[str, str]:
    infons = passage.get("infons")
    return {str(key): str(value) for key, value in infons.items()} if isinstance(infons, dict) else {}


def bioc_part(name: str, passages: list[tuple[dict[str, str], str]]) -> Part:
    """Return the document of BioC passages, each with its infons; a passage's section is its `section_type` or `type`."""
    blocks = [Block(text, _section(infons)) for infons, text in passages]
    text, sections = lay(blocks)
    infons = passages[0][0] if passages else {}
    title = next((text for infons, text in passages if "title" in infons.get("type", "").lower()), "")
    known = {"pmid": infons.get("article-id_pmid", name if name.isdigit() else ""), "title": title}
    more = {key: infons.get(key, "") for key in ("journal", "year", "authors", "license")}
    return Part(text, describe({**more, **known, "doi": infons.get("article-id_doi", "")}), sections, name)


def _section(infons: dict[str, str]) -> tuple[str, str] | None:
    label = infons.get("section_type") or infons.get("type")
    return ("section", label) if label else None
