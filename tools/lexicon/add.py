"""Merge short lines of terms into the lexicon: `python tools/lexicon/add.py TYPE FILE [SOURCE]`.

A line is `label | name | name{option} > parent`; a Caution's kind stands in square brackets after
its label. `parent` is an id or any name of a concept of the same type. A line whose label is already a name of
a concept of the type adds its names to that concept. A name that another concept of the type has is left out, and said.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from rows import Row, key, owners, read, write

from kg.additions import slug
from kg.lexicon import normal, plain

_LINE = re.compile(r"(?P<label>[^|>\[]+?)\s*(?:\[(?P<kind>\w+)\]\s*)?(?P<names>(?:\|[^>]*)?)(?:>\s*(?P<parent>.+))?")


def add(type_: str, lines: list[str], source: str) -> None:
    """Merge the lines into the lexicon's files."""
    rows = read()
    owned = owners(rows)
    parents: list[tuple[str, str]] = []
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        match = _LINE.fullmatch(text.replace("->", "\u2192"))
        if match is None:
            print(f"{number}: cannot be read: {text}")
            continue
        written = match["label"].replace("\u2192", "->")
        label = plain(written)
        id_ = owned.get((type_, normal(label)))
        if id_ is None:
            id_ = slug(label)
            if id_ in rows:
                id_ = f"{id_}-{type_}"
            if id_ in rows:
                print(f"{number}: id {id_} is taken: {text}")
                continue
            rows[id_] = Row(id_, type_, label, kind=match["kind"] or "", source=source)
            owned[type_, normal(label)] = id_
        row = rows[id_]
        own = [written] if written != label else []
        for name in (*own, *(part.strip() for part in match["names"].split("|"))):
            if not name:
                continue
            if not normal(plain(name)):
                print(f"{number}: name without words: {name}")
            elif owned.setdefault((type_, key(name)), id_) != id_:
                print(f"{number}: {name!r} of {id_} belongs to {owned[type_, key(name)]}")
            elif name not in row.names:
                row.names.append(name)
        if match["parent"]:
            parents.append((id_, match["parent"].strip()))
    for id_, parent in parents:
        found = parent if parent in rows else owned.get((type_, normal(parent)))
        if found is None or found == id_:
            print(f"parent {parent!r} of {id_} is unknown")
        else:
            rows[id_].parent = found
    write(rows)


if __name__ == "__main__":
    add(sys.argv[1], Path(sys.argv[2]).read_text(encoding="utf-8").splitlines(), sys.argv[3] if len(sys.argv) > 3 else "curated")
