"""Take the mean of the weights of two readers of one shape, one of which went on from the other.

    python tools/mean_reader.py FIRST.npz SECOND.npz [--out ontology/models/reader.npz]

Lemmas, tags and dependencies are those of the second; what the first does not know keeps the second's numbers. Thresholds are the first's.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

TABLES = {"lemma": "text_lemmas", "tag": "text_tags", "dep": "text_deps"}


def rows_of(arrays: dict[str, np.ndarray], name: str) -> dict[str, int]:
    """Return the row of each word of a table."""
    return {word: row for row, word in enumerate(bytes(arrays[TABLES[name]]).decode().split("\n"))}


def mean(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the mean of two readers' arrays."""
    found = {}
    for name, array in second.items():
        if array.dtype != np.float16 or name in {"pieces", "piece_scale"}:
            found[name] = array
            continue
        other = first[name]
        if name in TABLES:
            known = rows_of(first, name)
            pairs = [(row, known[word]) for word, row in rows_of(second, name).items() if word in known]
            own, theirs = (list(rows) for rows in zip(*pairs, strict=True))
            other = array.copy()
            other[own] = first[name][theirs]
        found[name] = ((array.astype(np.float32) + other.astype(np.float32)) / 2).astype(np.float16)
    return found | {"thresholds": first["thresholds"]}


def main() -> None:
    """Read, mix, write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("first", type=Path)
    arguments.add_argument("second", type=Path)
    arguments.add_argument("--out", type=Path, default=Path("ontology/models/reader.npz"))
    given = arguments.parse_args()
    loaded = []
    for path in (given.first, given.second):
        with np.load(path) as arrays:
            loaded.append({name: arrays[name] for name in arrays.files})
    np.savez_compressed(given.out, **mean(*loaded))


if __name__ == "__main__":
    main()
