"""Lexicon rows in memory: read from `ontology/lexicon/*.tsv`, merged, sorted by id and written back."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from kg import tables
from kg.lexicon import COLUMNS, normal, plain

ROOT = Path(__file__).resolve().parents[2]
LEXICON = ROOT / "ontology" / "lexicon"
TYPES = (
    "substance",
    "compound",
    "alkaloid",
    "receptor",
    "neurotransmitter",
    "condition",
    "effect",
    "caution",
    "treatment",
    "organism",
    "place",
    "authority",
)


@dataclass
class Row:
    """One concept while it is being edited; `names` keep their options."""

    id: str
    type: str
    label: str
    names: list[str] = field(default_factory=list)
    kind: str = ""
    parent: str = ""
    xrefs: list[str] = field(default_factory=list)
    source: str = ""


def read() -> dict[str, Row]:
    """Return every row of the lexicon by id."""
    rows: dict[str, Row] = {}
    for type_ in TYPES:
        path = LEXICON / f"{type_}.tsv"
        if path.exists():
            for row in tables.read(path, COLUMNS):
                rows[row["id"]] = Row(
                    row["id"],
                    type_,
                    row["label"],
                    list(row.values("names")),
                    row["kind"],
                    row["parent"],
                    list(row.values("xrefs")),
                    row["source"],
                )
    return rows


def write(rows: dict[str, Row]) -> None:
    """Write every row back, sorted by id; names keep their order, each folded form once."""
    for type_ in TYPES:
        lines = ["\t".join(COLUMNS)]
        for row in sorted((row for row in rows.values() if row.type == type_), key=lambda row: row.id):
            names: dict[str, str] = {}
            for name in row.names:
                names.setdefault(key(name), name)
            label = normal(row.label)
            kept = [name for folded, name in names.items() if folded != label or "{" in name]
            lines.append("\t".join((row.id, row.label, "|".join(kept), row.kind, row.parent, "|".join(row.xrefs), row.source)))
        (LEXICON / f"{type_}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def key(name: str) -> str:
    """Return what makes a name unique in a type: its folded words, and its letters where they count as written."""
    return normal(plain(name)) + (f" = {plain(name)}" if "{case}" in name else "")


def owners(rows: dict[str, Row]) -> dict[tuple[str, str], str]:
    """Return the id of the concept that owns each (type, folded name)."""
    found: dict[tuple[str, str], str] = {}
    for row in rows.values():
        for name in (row.label, *row.names):
            found.setdefault((row.type, key(name)), row.id)
    return found
