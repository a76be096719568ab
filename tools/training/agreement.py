"""How far two annotators of the same passages agree: `python tools/training/agreement.py`.

Reads `second/`, passages that a second annotator read apart from those of `passages/`, with the sentences of the public corpora in
../shared/data. Two claims are one where predicate and sentence are the same and the names of subject and object contain one another.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import passages
import texts

SHARED = passages.HERE.parent.parent.parent / "shared"
sys.path.insert(0, str(SHARED / "gold"))

import score  # noqa: E402


def read(folder: Path) -> dict[str, texts.Text]:
    """Return the passages of the public corpora in a folder, by corpus and id."""
    found = {}
    for path in sorted(folder.glob("*.txt")):
        for own in passages.passages(path):
            origin, lines = passages.restored(own, folder)
            if lines is not None:
                with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
                    file.write("\n".join(lines))
                    file.flush()
                    found[origin] = texts.read(Path(file.name))[0][0]
    return found


def is_one(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether two annotated entities are the same."""
    return any(a in b or b in a for a in one["names"] for b in other["names"])


def main() -> None:
    """Compare and print."""
    first, second = read(passages.FOLDER), read(passages.HERE / "second")
    both = sorted(first.keys() & second.keys())
    matched = total = 0
    agree = dict.fromkeys(("polarity", "certainty", "basis"), 0)
    for name in both:
        a, b = first[name], second[name]
        sentences = [[one.text[start:end] for start, end in one.sents] for one in (a, b)]
        edges = [
            [
                place
                for place, other in enumerate(b.claims)
                if claim["pred"] == other["pred"]
                and sentences[0][claim["sent"]] == sentences[1][other["sent"]]
                and is_one(a.entities[claim["subj"]], b.entities[other["subj"]])
                and is_one(a.entities[claim["obj"]], b.entities[other["obj"]])
            ]
            for claim in a.claims
        ]
        pairs = score.best_matching(len(a.claims), len(b.claims), edges)
        matched += len(pairs)
        total += len(a.claims) + len(b.claims)
        for mine, its in pairs.items():
            for field in agree:
                agree[field] += a.claims[mine][field] == b.claims[its][field]
    shares = "  ".join(f"{field} {count / matched:.3f}" for field, count in agree.items())
    print(f"{len(both)} passages, {total} claims in all, F1 {2 * matched / total:.3f}; over the claims of both: {shares}")


if __name__ == "__main__":
    main()
