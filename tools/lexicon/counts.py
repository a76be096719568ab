"""Write the table of counts in docs/lexicon.md from the lexicon itself. `make docs` runs it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from kg import lexicon, schema

if TYPE_CHECKING:
    from kg.model import Entity

PAGE = Path(__file__).resolve().parents[2] / "docs" / "lexicon.md"
_PLACE = re.compile(r"(<!-- counts:[^\n]*-->\n).*?(<!-- end of counts -->)", re.DOTALL)


def row(name: str, entries: list[lexicon.Entry]) -> str:
    """Return a row of the table."""
    names = sum(len(names_of(entry.entity)) for entry in entries)
    share = sum(bool(entry.xrefs) for entry in entries) / len(entries)
    return f"| {name} | {len(entries):,} | {names:,} | {sum(bool(entry.parent) for entry in entries):,} | {share:.0%} |"


def names_of(entity: Entity) -> set[str]:
    """Return a concept's names, its label among them."""
    return {entity.label, *entity.names}


def page() -> str:
    """Return the page with today's counts."""
    entries = list(lexicon.load().entries.values())
    rows = [row(type_, own) for type_ in schema.load().types if (own := [entry for entry in entries if entry.entity.type == type_])]
    table = ["| type | concepts | names | with a parent | with an identifier |", "|---|---|---|---|---|", *rows, row("all", entries)]
    return _PLACE.sub(lambda match: match[1] + "\n".join(table) + "\n" + match[2], PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
