"""The files of a built folder, written from the journal: claims, documents, report, and the formats asked for."""

from __future__ import annotations

import json
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO

from kg import DISCLAIMER, __version__, additions, graph, lexicon, tables
from kg.builds import LEXICON, Build, parse_document
from kg.errors import InputError
from kg.journal import remove, replacing, write_bytes
from kg.outputs import DEFAULT_NAMES, DESCRIPTIONS, writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from kg.documents import Fault
    from kg.journal import Journal
    from kg.model import Claim

_MAX_UNKNOWN = 200
_MAX_COUNTED_NAMES = 100_000
_SECONDS_DIGITS = 3
# The format that reads every claim and nothing of the graph's measures.
_WATCHED = "turtle"
# The format that the measures serve: it is written by the process that has them.
_MEASURED = "html"
# Where there are fewer claims, to start another process takes longer than to write them.
MIN_SHARED_CLAIMS = 5_000


@dataclass(slots=True)
class Clock:
    """Seconds that each stage took, by its name."""

    seconds: dict[str, float] = field(default_factory=dict)
    _last: float = field(default_factory=time.perf_counter)

    def mark(self, stage: str) -> None:
        """Note that a stage has ended."""
        now = time.perf_counter()
        self.note(stage, now - self._last)
        self._last = now

    def note(self, stage: str, seconds: float) -> None:
        """Note what a stage took that went on beside others."""
        self.seconds[stage] = round(seconds, _SECONDS_DIGITS)

    def skip(self) -> None:
        """Count what went by since the last stage to none."""
        self._last = time.perf_counter()


def write(
    book: Journal,
    formats: Mapping[str, Mapping[str, Any]],
    run: Mapping[str, Any],
    faults: Iterable[Fault],
    skipped: int,
    clock: Clock,
    *,
    workers: int = 1,
) -> dict[str, Any]:
    """Write all files of the built folder, each whole or not at all, and return the report.

    `formats` holds the options of each format's writer; `run` is what the report says of how the build was made.
    With several workers outputs are written beside one another, each in one process; the bytes are the same.
    Outputs that an earlier build wrote and this one does not are removed.

    Raises InputError where a process that writes an output dies, and what a writer raises.
    """
    out = book.out
    figures = _write_lines(book, out)
    clock.mark("claims")
    build = Build(out)
    report: dict[str, Any] = {
        "about": DISCLAIMER,
        "software": __version__,
        **run,
        "documents": {
            "read": figures.documents,
            "characters": figures.characters,
            "with_claims": figures.with_claims,
            "skipped_total": skipped,
            "skipped": [{"path": fault.where, "reason": fault.reason} for fault in sorted(faults, key=lambda f: (f.where, f.reason))],
        },
        "sentences": {"found": figures.sentences, "parsed": figures.parsed},
        "claims": figures.claims,
        "counts": {name: _sorted(figures.counts[name]) for name in sorted(figures.counts)},
        "refusals": _sorted(figures.refusals),
        "unknown": dict(sorted(figures.unknown.items(), key=lambda item: (-item[1], item[0]))[:_MAX_UNKNOWN]),
        "graph": {},
    }
    names = _names(formats)
    old = _earlier_outputs(out)
    report["outputs"] = sorted(names.values())
    # Statements name the run by the report, and the page shows all of it: it is written before each, and again with what they add.
    _write_report(out, report)
    for name in old - set(names.values()):
        remove(out / name)
    outputs = _Outputs(build, names, formats, report, clock)
    if workers > 1 and figures.claims >= MIN_SHARED_CLAIMS:
        outputs.share(workers)
    else:
        outputs.put_all()
    report["timings"] = clock.seconds
    _write_report(out, report)
    return report


@dataclass(frozen=True, slots=True)
class _Watched(Build):
    """A built folder of whose graph the survey is taken while a writer reads its claims."""

    watch: graph.Watch = field(default_factory=graph.Watch)

    def claims(self) -> Iterator[Claim]:
        """Give every claim, in output order."""
        return self.watch.over(Build.claims(self))


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The outputs of a build: the file name and the writer's options of each format; the report gets the graph's measures."""

    build: Build
    names: Mapping[str, str]
    formats: Mapping[str, Mapping[str, Any]]
    report: dict[str, Any]
    clock: Clock

    def put_all(self) -> None:
        """Write one after the other."""
        if _WATCHED in self.names:
            # The claims are read once for both: reading is most of the work of each.
            watched = _Watched(self.build.path)
            self._put(watched, _WATCHED)
            self.build.once("survey", watched.watch.survey)
        self._measure()
        for format_ in self.names:
            if format_ != _WATCHED:
                self._put(self.build, format_)

    def share(self, workers: int) -> None:
        """Write in so many processes, this one included; an output takes its place when all of them are written."""
        import multiprocessing
        from concurrent.futures import Future, ProcessPoolExecutor
        from concurrent.futures.process import BrokenProcessPool

        plain = [format_ for format_ in self.names if format_ not in DESCRIPTIONS]
        own = _MEASURED if _MEASURED in plain else plain[-1] if plain else None
        others = [format_ for format_ in plain if format_ != own]
        first = [format_ for format_ in others if format_ == _WATCHED]
        apart: dict[str, Future[float]] = {}
        processes = max(1, min(workers - 1, len(others)))
        try:
            # The processes end before the files take their places, or go.
            with ExitStack() as parts, ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:

                def hand_out(format_: str) -> None:
                    part = parts.enter_context(replacing(self.build.path / self.names[format_]))
                    apart[format_] = pool.submit(_write_apart, self.build.path, format_, self.formats[format_], part)

                for format_ in first:
                    hand_out(format_)
                self._measure()
                for format_ in others:
                    if format_ not in first:
                        hand_out(format_)
                if own is not None:
                    self._put(self.build, own)
                try:
                    for format_, written in apart.items():
                        self.clock.note(self.names[format_], written.result())
                finally:
                    pool.shutdown(cancel_futures=True)
        except BrokenProcessPool as error:
            message = f"{self.build.path}: a process that wrote an output died; run the build again"
            raise InputError(message) from error
        self.clock.skip()
        for format_ in self.names:
            if format_ in DESCRIPTIONS:
                self._put(self.build, format_)

    def _measure(self) -> None:
        """Measure the graph for the report, and write that."""
        survey = graph.of_build(self.build)
        self.report["graph"] = {"edges": len(survey.edges), **survey.measures.summary()}
        self.clock.mark("measures")
        _write_report(self.build.path, self.report)

    def _put(self, build: Build, format_: str) -> None:
        with replacing(build.path / self.names[format_]) as part:
            writer(format_, **self.formats[format_])(build, part)
        self.clock.mark(self.names[format_])


def _write_apart(path: Path, format_: str, options: Mapping[str, Any], part: Path) -> float:
    """Write an output of a built folder in a process of its own, and return the seconds that took."""
    started = time.perf_counter()
    writer(format_, **options)(Build(path), part)
    return time.perf_counter() - started


def write_lexicon(out: Path, lexicons: Iterable[Path]) -> None:
    """Keep the user's terms in the built folder, so that it says all of its concepts wherever it is moved; none leave no file."""
    rows = [tables.Row({**row.cells, "type": type_}, row.path, row.line) for type_, row in lexicon.read_users(lexicons)]
    if rows:
        write_bytes(out / LEXICON, additions.text(rows).encode("utf-8"))
    else:
        (out / LEXICON).unlink(missing_ok=True)


@dataclass(slots=True)
class _Figures:
    documents: int = 0
    characters: int = 0
    with_claims: int = 0
    sentences: int = 0
    parsed: int = 0
    claims: int = 0
    counts: dict[str, Counter[str]] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)

    def add(self, statistics: dict[str, Any]) -> None:
        self.sentences += statistics["sentences"]
        self.parsed += statistics["parsed"]
        self.refusals.update(statistics["refusals"])
        self.unknown.update(statistics["unknown"])
        self.unknown = _bounded(self.unknown)
        for name, counts in statistics["counts"].items():
            self.counts.setdefault(name, Counter()).update(counts)
            self.counts[name] = _bounded(self.counts[name])


def _bounded(counts: Counter[str]) -> Counter[str]:
    """Return the counts without the rarest names, where there are more than may be held."""
    floor = 0
    while len(counts) > _MAX_COUNTED_NAMES:
        floor += 1
        counts = Counter({name: count for name, count in counts.items() if count > floor})
    return counts


def _write_lines(book: Journal, out: Path) -> _Figures:
    """Write claims.jsonl and documents.jsonl: documents come in id order and each one's claims sorted, so the whole is sorted."""
    figures = _Figures()
    with _lines(out / "claims.jsonl") as claims, _lines(out / "documents.jsonl") as documents:
        for line, lines, statistics in book.documents():
            documents.write(line + "\n")
            claims.writelines(claim + "\n" for claim in lines)
            figures.documents += 1
            figures.characters += parse_document(line).characters
            figures.claims += len(lines)
            figures.with_claims += bool(lines)
            figures.add(json.loads(statistics))
    return figures


@contextmanager
def _lines(path: Path) -> Iterator[TextIO]:
    with replacing(path) as part, part.open("w", encoding="utf-8", newline="\n") as lines:
        yield lines


def _names(formats: Iterable[str]) -> dict[str, str]:
    """Return the file name of every format asked for, what describes the others last; claims.jsonl is always there."""
    asked = sorted(dict.fromkeys(formats), key=DESCRIPTIONS.__contains__)
    return {format_: DEFAULT_NAMES[format_] for format_ in asked if format_ != "jsonl"}


def _earlier_outputs(out: Path) -> set[str]:
    """Return the names that the last build says it wrote; only plain names, for they are removed."""
    try:
        names = json.loads((out / "report.json").read_text(encoding="utf-8"))["outputs"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return set(names) & set(DEFAULT_NAMES.values())


def _write_report(out: Path, report: dict[str, Any]) -> None:
    write_bytes(out / "report.json", (json.dumps(report, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))


def _sorted(counts: Counter[str]) -> dict[str, int]:
    return dict(sorted(counts.items()))
