"""How much memory a build of many documents takes: `python benchmarks/memory.py [--counts 1000 10000] [--real [--new-words 6]]`.

Every build is a process of its own; its figure is the most memory that it ever held (resident set). The documents are made up
and their claims are read by a pattern, so that ten thousand take minutes: what is measured is the road from file to graph, not spaCy.
With `--real` the documents are two sentences of `examples/` each, read as `kg build` reads them; `--new-words` puts as many
words that no other has into every sentence.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import string
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from kg import schema, sentences
from kg.extraction import Extraction, open_extractor
from kg.model import Attribution, Basis, Certainty, Claim, Entity, Mention, Polarity, Sentence, Stance, claim_id
from kg.pipeline import Settings, build
from kg.resources import EXAMPLES

SEED = 20261124
FOLDER_FILES = 1000
CLAIMS_A_DOCUMENT = 30
REAL_SENTENCES_A_DOCUMENT = 2
ENTITIES_A_TYPE = 60
FORMATS = ("turtle", "html")
_SENTENCE = re.compile(r"(\w+)-(\d+) (may )?(\w+) (\w+)-(\d+)\.")


def make(out: Path, count: int, *, entities: int) -> None:
    """Write so many documents of sentences that the pattern reads; few entities stand in many claims, as in real texts."""
    chance = random.Random(SEED)
    shapes = [(subject, name, object_) for (subject, object_), names in schema.load().signatures.items() for name in names]
    for number in range(count):
        said = []
        for _ in range(CLAIMS_A_DOCUMENT):
            subject, name, object_ = shapes[_skewed(chance, len(shapes))]
            hedge = "may " if chance.random() < 0.3 else ""
            said.append(f"{subject}-{_skewed(chance, entities)} {hedge}{name} {object_}-{_skewed(chance, entities)}.")
        _write(out, number, said)


def make_real(out: Path, count: int, *, new_words: int) -> None:
    """Write so many documents of real sentences, each with so many new words in brackets."""
    chance = random.Random(SEED)
    known = [one.text for path in sorted(EXAMPLES.iterdir()) for one in sentences.split(path.read_text(encoding="utf-8"))]
    plain = [text.removesuffix(".") for text in known if text.endswith(".")]
    for number in range(count):
        said = []
        for text in chance.choices(plain, k=REAL_SENTENCES_A_DOCUMENT):
            words = ("".join(chance.choices(string.ascii_lowercase, k=8)) for _ in range(new_words))
            said.append(f"{text} ({', '.join(words)})." if new_words else f"{text}.")
        _write(out, number, said)


def _write(out: Path, number: int, said: list[str]) -> None:
    path = out / f"{number // FOLDER_FILES:04d}" / f"{number:06d}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(" ".join(said), encoding="utf-8")


def _skewed(chance: random.Random, count: int) -> int:
    return min(int(chance.expovariate(8 / count)), count - 1)


@dataclass(frozen=True, slots=True)
class PatternExtractor:
    """Reads "Substance-3 may alleviates Condition-7." as a claim."""

    def extract(self, documents):
        """Give what each document says, in order."""
        for document in documents:
            claims = []
            for number, found in enumerate(_SENTENCE.finditer(document.text)):
                sentence = Sentence(number, found.start(), found.end(), found[0])
                subject, object_ = _mention(found, 1), _mention(found, 5)
                certainty = Certainty.HEDGED if found[3] else Certainty.ASSERTED
                speaker = Attribution(None, f"group {number % 5}")
                claims.append(
                    Claim(
                        claim_id(document.id, sentence, subject, found[4], object_, (certainty,)),
                        document.id,
                        sentence,
                        subject,
                        found[4],
                        object_,
                        Polarity.AFFIRMED,
                        certainty,
                        Basis.NONE,
                        Stance.AFFIRMED,
                        speaker,
                        None,
                        None,
                        (),
                        "pattern:1",
                        document.source,
                    )
                )
            unknown = (f"name {len(document.text)}",)
            yield Extraction(document, tuple(sorted(claims, key=lambda claim: claim.key)), len(claims), len(claims), (), unknown)


def _mention(found: re.Match[str], group: int) -> Mention:
    type_, number = found[group], found[group + 1]
    label = f"{type_.lower()} {number}"
    entity = Entity(f"{type_.lower()}-{number}", label, type_, (label, f"{label} extract"))
    return Mention(entity, f"{type_}-{number}", found.start(group), found.end(group + 1))


def measure(source: Path, out: Path, formats: tuple[str, ...], *, is_real: bool) -> None:
    """Build in this process and print what it took."""
    import resource

    started = time.perf_counter()
    report = build([str(source)], out, Settings(open_extractor if is_real else PatternExtractor, "memory", formats=formats))
    # Kilobytes on Linux, bytes on macOS.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1 if sys.platform == "linux" else 1024)
    figures = {"documents": report["documents"]["read"], "claims": report["claims"], "edges": report["graph"]["edges"]}
    print(json.dumps({**figures, "megabytes": round(peak / 1024, 1), "seconds": round(time.perf_counter() - started, 1)}))


def compare(counts: list[int], *, entities: int, formats: tuple[str, ...], is_real: bool, new_words: int) -> list[dict[str, float]]:
    """Return the figures of a build of each size."""
    figures = []
    real = ["--real"] if is_real else []
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="kg-bench-") as folder:
            source, out = Path(folder, "in"), Path(folder, "out")
            if is_real:
                make_real(source, count, new_words=new_words)
            else:
                make(source, count, entities=entities)
            command = [sys.executable, __file__, *real, "--one", str(source), str(out), "--formats", *formats]
            figures.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--counts", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--entities", type=int, default=ENTITIES_A_TYPE, help="how many of every type the texts speak of")
    parser.add_argument("--formats", nargs="*", default=FORMATS)
    parser.add_argument("--real", action="store_true", help="real sentences, read with spaCy")
    parser.add_argument("--new-words", type=int, default=0, help="words a real sentence that no other sentence has")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--one", nargs=2, type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(*options.one, tuple(options.formats), is_real=options.real)
        return
    shape = {"entities": options.entities, "is_real": options.real, "new_words": options.new_words}
    figures = compare(options.counts, formats=tuple(options.formats), **shape)
    if options.json:
        print(json.dumps(figures))
        return
    for figure in figures:
        print(", ".join(f"{value} {name}" for name, value in figure.items()))
    print(f"the last takes {figures[-1]['megabytes'] / figures[0]['megabytes']:.2f} times the memory of the first")


if __name__ == "__main__":
    main()
