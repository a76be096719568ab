"""What 100,000 terms of a user's own cost: `python benchmarks/lexicon.py TEXTS [--terms 100000] [--rounds 3]`.

Made-up terms (a label, two more names, a parent, an identifier; six different words to ten terms) are loaded by new
processes, once with no prepared index and then with it; then the texts are extracted with them and without, in turns,
in one process. The figures are medians of processor time, so that what else the machine does counts little.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kg import additions, tables
from kg.extraction import open_extractor
from kg.model import Document, Source

SEED = 11
_START = ["qu", "br", "cl", "dr", "fl", "gr", "kl", "pr", "sk", "str", "tr", "vl", "zw", "ch", "th"]
_MIDDLE = ["a", "e", "i", "o", "u", "ai", "ea", "oo", "ia"]
_END = ["b", "d", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "x", "z", "nd", "rk", "st"]
_LAST = ["in", "ol", "osis", "itis", "ine", "one", "ide", "ate", "um"]
_LOAD = """
import sys, time
from pathlib import Path
from kg import lexicon
started = time.process_time()
lexicon.load(tuple(map(Path, sys.argv[1:])))
print(time.process_time() - started)
"""


def terms(count: int) -> list[tables.Row]:
    """Return made-up terms with names of one to three words, the same for the same count."""
    rng = random.Random(SEED)
    types = ("Substance", "Compound", "Condition", "Receptor", "Organism")

    def word() -> str:
        syllables = ((rng.choice(_START), rng.choice(_MIDDLE), rng.choice(_END)) for _ in range(2))
        return "".join("".join(syllable) for syllable in syllables) + rng.choice(_LAST)

    words = [word() for _ in range(count * 6 // 10)]
    found = []
    for number in range(count):
        names = [" ".join(rng.choice(words) for _ in range(rng.choice((1, 2, 2, 3)))) for _ in range(3)]
        cells = {
            "id": f"made-up-{number}",
            "type": types[number % len(types)],
            "label": names[0],
            "names": "|".join(names[1:]),
            "kind": "",
            "parent": f"made-up-{number // 10}" if number >= 10 else "",
            "xrefs": f"CHEBI:{900_000_000 + number}",
            "source": "benchmark",
        }
        found.append(tables.Row(cells, "made-up", number + 2))
    return found


def load_seconds(cache: Path, *paths: Path) -> float:
    """Return how long a new process takes to load the lexicon."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    result = subprocess.run([sys.executable, "-c", _LOAD, *map(str, paths)], env=environment, check=True, capture_output=True, text=True)
    return float(result.stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as folder:
        path = Path(folder) / "terms.tsv"
        additions.write(path, terms(options.terms))
        new, kept = [], []
        for turn in range(options.rounds):
            cache = Path(folder) / f"cache-{turn}"
            new.append(load_seconds(cache, path))
            kept.append(load_seconds(cache, path))
        print(
            f"{options.terms} terms, {path.stat().st_size / 1e6:.1f} MB: loaded in {statistics.median(new):.2f} s, "
            f"{statistics.median(kept):.2f} s with the prepared index; the shipped lexicon alone: {load_seconds(cache):.2f} s, "
            f"{load_seconds(cache):.2f} s with it",
            flush=True,
        )
        texts = [one.read_text(encoding="utf-8") for one in sorted(options.texts.glob("*.txt"))]
        documents = [Document(f"text-{number}", text, Source("text", "0" * 64)) for number, text in enumerate(texts)]
        extractors = {"without": open_extractor(), "with": open_extractor(lexicons=(path,))}
        seconds: dict[str, list[float]] = {name: [] for name in extractors}
        found = {}
        for turn in range(options.rounds + 1):
            for name, extractor in extractors.items():
                started = time.process_time()
                found[name] = sum(len(extraction.claims) for extraction in extractor.extract(documents))
                if turn:
                    seconds[name].append(time.process_time() - started)
        ratio = statistics.median(seconds["with"]) / statistics.median(seconds["without"])
        print(
            f"{len(documents)} texts, {sum(map(len, texts))} characters: extracted in {statistics.median(seconds['without']):.2f} s of the "
            f"processor without them, {statistics.median(seconds['with']):.2f} s with, ratio {ratio:.3f}; "
            f"claims {found['without']} and {found['with']}"
        )


if __name__ == "__main__":
    main()
