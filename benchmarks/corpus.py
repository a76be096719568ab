"""Make a corpus of any size from a folder of texts: `python benchmarks/corpus.py FOLDER COUNT OUT [--sparse]`.

Copy n of a text is that text with its sentences in another order, so that no two documents are the
same and all are as dense in claims. `--sparse` puts each text into sixteen times as much plain prose that
holds no claim, so that few sentences can hold one.
"""

import argparse
import itertools
import random
from pathlib import Path

SEED = 20261124
SPARSE_FACTOR = 16
FOLDER_FILES = 1000
_SUBJECTS = ("The committee", "Our reporter", "A local choir", "The museum", "Her neighbour", "The ferry company", "An old clockmaker")
_VERBS = (
    "met again on Tuesday",
    "moved to a smaller house",
    "painted the long fence",
    "waited for the evening train",
    "answered every letter",
)
_ENDS = (
    "because the rain had not stopped",
    "while the children played in the yard",
    "after the market had closed for the day",
    "although nobody had asked for it",
    "and nothing else was said about the matter that week",
)


def filler(chance: random.Random) -> str:
    """Return a sentence about nothing that the graph knows."""
    return f"{chance.choice(_SUBJECTS)} {chance.choice(_VERBS)} {chance.choice(_ENDS)}."


def vary(text: str, chance: random.Random, *, is_sparse: bool) -> str:
    """Return the text with its paragraphs' sentences shuffled, between filler where it is to be sparse."""
    paragraphs = []
    for paragraph in text.split("\n"):
        sentences = [sentence for sentence in paragraph.replace(". ", ".\0").split("\0") if sentence]
        chance.shuffle(sentences)
        if is_sparse:
            padded = ([sentence, *(filler(chance) for _ in range(SPARSE_FACTOR))] for sentence in sentences)
            sentences = list(itertools.chain.from_iterable(padded))
        paragraphs.append(" ".join(sentences))
    return "\n".join(paragraphs)


def make(source: Path, count: int, out: Path, *, is_sparse: bool = False) -> int:
    """Write so many documents and return their characters; the same arguments give the same corpus."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(source.iterdir()) if path.suffix in {".txt", ".md"}]
    chance = random.Random(SEED)
    total = 0
    for number in range(count):
        folder = out / f"{number // FOLDER_FILES:04d}"
        folder.mkdir(parents=True, exist_ok=True)
        text = vary(texts[number % len(texts)], chance, is_sparse=is_sparse)
        (folder / f"{number:06d}.txt").write_text(text, encoding="utf-8")
        total += len(text)
    return total


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("out", type=Path)
    parser.add_argument("--sparse", action="store_true")
    options = parser.parse_args()
    print(make(options.source, options.count, options.out, is_sparse=options.sparse), "characters")
