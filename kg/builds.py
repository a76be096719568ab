"""A built folder: what `kg build` wrote, opened again for queries, exports, reports and the page."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from kg.errors import InputError
from kg.model import Section, Source
from kg.outputs import jsonl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from kg.model import Claim


LEXICON = "lexicon.tsv"
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What the build kept of one document beside its text; `characters` counts code points, `claims` its claims."""

    id: str
    source: Source
    characters: int
    claims: int
    metadata: tuple[tuple[str, str], ...] = ()
    sections: tuple[Section, ...] = ()


def dump_document(record: DocumentRecord) -> str:
    """Return the document's line of documents.jsonl, without the line end."""
    return json.dumps(
        {
            "id": record.id,
            "source": {"path": record.source.path, "sha256": record.source.sha256},
            "characters": record.characters,
            "claims": record.claims,
            "metadata": dict(record.metadata),
            "sections": [{"start": s.start, "end": s.end, "kind": s.kind, "label": s.label} for s in record.sections],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def parse_document(line: str) -> DocumentRecord:
    """Return the record of one line of documents.jsonl."""
    record = json.loads(line)
    return DocumentRecord(
        record["id"],
        Source(record["source"]["path"], record["source"]["sha256"]),
        record["characters"],
        record["claims"],
        tuple(sorted(record["metadata"].items())),
        tuple(Section(s["start"], s["end"], s["kind"], s["label"]) for s in record["sections"]),
    )


@dataclass(frozen=True, slots=True)
class Build:
    """A folder with `claims.jsonl`, `documents.jsonl`, `report.json` and `texts/`, and `lexicon.tsv` where a user's terms were read.

    Claims stream from disk in output order (`Claim.key`), so a reader's memory does not grow with the corpus.
    """

    path: Path
    _kept: dict[str, tuple[tuple[int, int], Any]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: str, make: Callable[[], Made]) -> Made:
        """Return what `make` makes of the claims; it is asked once under a name as long as the claims' file stays the same."""
        state = (self.path / "claims.jsonl").stat()
        stamp = (state.st_mtime_ns, state.st_size)
        kept = self._kept.get(name)
        if kept is None or kept[0] != stamp:
            kept = self._kept[name] = (stamp, make())
        made: Made = kept[1]
        return made

    def claims(self) -> Iterator[Claim]:
        """Give every claim, in output order."""
        return jsonl.read(self.path / "claims.jsonl")

    def documents(self) -> Iterator[DocumentRecord]:
        """Give every document that was read, by id."""
        with (self.path / "documents.jsonl").open(encoding="utf-8") as lines:
            for line in lines:
                yield parse_document(line)

    def report(self) -> dict[str, Any]:
        """Return `report.json`."""
        report: dict[str, Any] = json.loads((self.path / "report.json").read_text(encoding="utf-8"))
        return report

    def lexicons(self) -> tuple[Path, ...]:
        """Return the table of the user's own terms, none where there were none."""
        path = self.path / LEXICON
        return (path,) if path.is_file() else ()

    def text(self, document: str) -> str:
        """Return the text that the document's offsets refer to."""
        return (self.path / "texts" / f"{document}.txt").read_bytes().decode("utf-8")


def open_build(path: Path) -> Build:
    """Open a built folder.

    Raises InputError where it holds no graph.
    """
    if not (path / "claims.jsonl").is_file():
        message = f"{path}: no claims.jsonl here; run `kg build INPUT --out {path}` first"
        raise InputError(message)
    return Build(path)
