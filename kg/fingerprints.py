"""What a result depends on beside its text, in one short name, told without loading a model."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import InputError
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterable

_CODE = Path(__file__).resolve().parent
_DATA_SUFFIXES = frozenset({".tsv", ".ttl", ".json", ".npz"})
_PARSERS = ("charset-normalizer", "lxml", "markdown-it-py", "pypdf", "python-docx", "spacy", "trafilatura")
_DIGITS = 16


def fingerprint(model: str, lexicons: Iterable[Path]) -> str:
    """Return 16 hexadecimal digits that change with the software, its parsers, the ontology, the lexicons or the model.

    Raises InputError where a lexicon cannot be read.
    """
    digest = hashlib.sha256()
    for path in sorted(_CODE.rglob("*.py")):
        digest.update(path.read_bytes())
    for path in sorted(path for path in ONTOLOGY.rglob("*") if path.suffix in _DATA_SUFFIXES):
        digest.update(path.read_bytes())
    for path in lexicons:
        try:
            digest.update(path.read_bytes())
        except OSError as error:
            message = f"{path}: cannot be read ({error.strerror})"
            raise InputError(message) from error
    for part in (model, _meta(model), *map(_version, _PARSERS)):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:_DIGITS]


def describe(model: str) -> str:
    """Return the pipeline's name and version, or the name alone where there is none."""
    meta = _meta(model)
    return f"{model} {json.loads(meta).get('version', '')}".strip() if meta else model


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _meta(model: str) -> str:
    """Return what a pipeline says of itself as JSON, '' where there is none of that name: loading it complains."""
    folders = [Path(model)]
    if model.isidentifier():
        spec = find_spec(model)
        folders += map(Path, (spec.submodule_search_locations or ()) if spec else ())
    found = [folder / "meta.json" for folder in folders if (folder / "meta.json").is_file()]
    return found[0].read_text(encoding="utf-8") if found else ""
