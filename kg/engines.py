"""Where documents are read and extracted: in this process, in several, or on a Ray cluster. Every engine gives the same outcomes."""

from __future__ import annotations

import collections
import gc
import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from kg.builds import DocumentRecord
from kg.documents import Fault, Options
from kg.documents.reading import Sandbox, read
from kg.errors import InputError
from kg.journal import Entry
from kg.outputs import jsonl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kg.documents.files import File
    from kg.extraction import Extraction
    from kg.model import Claim, Document

MAX_CHUNK_TASKS = 400
_WAITING_CHUNKS_A_WORKER = 3
# What is held back to be cut smaller when the end is in sight.
_LAST_CHUNKS_A_WORKER = 4
MIN_CHUNK_BYTES = 4_000
_MAX_DEATHS = 2
_OBJECTS_BETWEEN_COLLECTIONS = 20_000


class Extractor(Protocol):
    """What a worker needs of `kg.extraction.Extractor`."""

    def extract(self, documents: Iterable[Document]) -> Iterator[Extraction]:
        """Give what each document says, in order."""
        ...  # pragma: no cover


@dataclass(frozen=True, slots=True)
class Task:
    """One document to extract: a whole file that is still to be read, or a document of a file of many.

    `parent` is the file's id (the document's own where it is the whole file); `mark` tells what
    the outcome is made from.
    """

    id: str
    parent: str
    file: File
    sha256: str
    mark: str
    document: Document | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a task: an entry with its text, or a fault."""

    task: Task
    entry: Entry | None = None
    text: str = ""
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker is started with; `opener` loads the extractor, `options` bound the reading."""

    opener: Callable[[], Extractor]
    options: Options


@dataclass(slots=True)
class Worker:
    """A worker: its extractor, loaded at the first document, and the process that its parsers run in."""

    job: Job
    _sandbox: Sandbox = field(init=False)
    _extractor: Extractor | None = None

    def __post_init__(self) -> None:
        """Start without an extractor: where nothing changed, none is needed."""
        self._sandbox = Sandbox(self.job.options)

    def work(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Give the outcome of every task: faults as they are met, documents in order."""
        if self._extractor is None:
            self._extractor = self.job.opener()
            # The lexicon and the model stay: the collector need not walk over their million objects again and again.
            gc.freeze()
            gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
        waiting: collections.deque[Task] = collections.deque()
        faults: collections.deque[Outcome] = collections.deque()

        def documents() -> Iterator[Document]:
            for task in tasks:
                found = task.document or next(
                    read(task.file, task.id, task.sha256, self.job.options, self._sandbox), Fault(task.file.path, "empty")
                )
                if isinstance(found, Fault):
                    faults.append(Outcome(task, fault=found))
                else:
                    waiting.append(task)
                    yield found

        for extraction in self._extractor.extract(documents()):
            yield _outcome(waiting.popleft(), extraction)
            while faults:
                yield faults.popleft()
        yield from faults

    def close(self) -> None:
        """End the parsers' process."""
        self._sandbox.close()


def _outcome(task: Task, extraction: Extraction) -> Outcome:
    document = extraction.document
    size, total = len(document.text), len(extraction.claims)
    record = DocumentRecord(document.id, document.source, size, total, document.metadata, document.sections)
    lines = tuple(jsonl.dump(claim) for claim in extraction.claims)
    statistics = json.dumps(_statistics(extraction), ensure_ascii=False)
    return Outcome(task, Entry(task.parent, task.mark, record, lines, statistics), document.text)


def _statistics(extraction: Extraction) -> dict[str, Any]:
    reasons = collections.Counter(refusal.reason for refusal in extraction.refusals)
    return {
        "sentences": extraction.sentences,
        "parsed": extraction.parsed,
        "refusals": dict(sorted(reasons.items())),
        "unknown": list(extraction.unknown),
        "counts": count(extraction.claims),
    }


def count(claims: Iterable[Claim]) -> dict[str, dict[str, int]]:
    """Return how many claims have each value of each quality, names sorted."""
    every = tuple(claims)
    counts = {
        "predicate": collections.Counter([claim.predicate for claim in every]),
        "subject_type": collections.Counter([claim.subject.entity.type for claim in every]),
        "object_type": collections.Counter([claim.object.entity.type for claim in every]),
        "polarity": collections.Counter([claim.polarity.value for claim in every]),
        "certainty": collections.Counter([claim.certainty.value for claim in every]),
        "basis": collections.Counter([claim.basis.value for claim in every]),
        "stance": collections.Counter([claim.stance.value for claim in every]),
        "kind": collections.Counter([kind for claim in every if (kind := claim.kind) is not None]),
        "attribution": collections.Counter([claim.attribution.label for claim in every if claim.attribution]),
    }
    return {name: dict(sorted(counts[name].items())) for name in sorted(counts) if counts[name]}


def chunks(tasks: Iterable[Task], max_bytes: int, *, workers: int) -> Iterator[tuple[Task, ...]]:
    """Bundle tasks, in order, into chunks of about so many bytes of text; the last ones are smaller, so that all workers end together."""
    held: collections.deque[tuple[Task, int]] = collections.deque()
    left = 0
    for task in tasks:
        size = task.file.size if task.document is None else len(task.document.text)
        held.append((task, size))
        left += size
        while left >= workers * _LAST_CHUNKS_A_WORKER * max_bytes or len(held) >= workers * _LAST_CHUNKS_A_WORKER * MAX_CHUNK_TASKS:
            chunk, taken = _chunk(held, max_bytes)
            left -= taken
            yield chunk
    while held:
        chunk, taken = _chunk(held, min(max_bytes, max(left // (workers * _LAST_CHUNKS_A_WORKER), MIN_CHUNK_BYTES)))
        left -= taken
        yield chunk


def _chunk(held: collections.deque[tuple[Task, int]], max_bytes: int) -> tuple[tuple[Task, ...], int]:
    """Take the next chunk from the front, and return it with its bytes."""
    bundle: list[Task] = []
    taken = 0
    while held and taken < max_bytes and len(bundle) < MAX_CHUNK_TASKS:
        task, size = held.popleft()
        bundle.append(task)
        taken += size
    return tuple(bundle), taken


def run_here(job: Job, tasks: Iterable[Task]) -> Iterator[Outcome]:
    """Work in this process; each outcome comes as soon as it is there."""
    first = next(iter(tasks := iter(tasks)), None)
    if first is None:
        return
    worker = Worker(job)
    try:
        yield from worker.work(itertools.chain((first,), tasks))
    finally:
        worker.close()


_worker: Worker | None = None


def _start(job: Job) -> None:
    global _worker  # noqa: PLW0603 -- one worker a process, as the pool starts it
    _worker = Worker(job)


def _work(chunk: tuple[Task, ...]) -> tuple[Outcome, ...]:
    if _worker is None:  # pragma: no cover -- the pool starts every process with its worker
        message = "a worker was not started"
        raise InputError(message)
    return tuple(_worker.work(chunk))


def run_processes(job: Job, tasks: Iterable[Task], *, workers: int, chunk_bytes: int) -> Iterator[Outcome]:
    """Work in several processes; outcomes come as chunks finish, in no order.

    When a process dies, the chunks that were under way are tried again one document at a
    time; a document that a process dies over twice is a Fault.
    """
    from concurrent.futures.process import BrokenProcessPool

    waiting: collections.deque[tuple[tuple[Task, ...], int]] = collections.deque()
    source = chunks(tasks, chunk_bytes, workers=workers)
    while True:
        suspects: list[tuple[tuple[Task, ...], int]] = []
        try:
            for outcomes in _pool_round(job, source, waiting, suspects, workers=workers):
                yield from outcomes
        except BrokenProcessPool:
            for chunk, deaths in suspects:
                if len(chunk) == 1 and deaths + 1 >= _MAX_DEATHS:
                    yield Outcome(chunk[0], fault=Fault(chunk[0].file.path, "the process that read it died, twice"))
                else:
                    waiting.extend(((task,), deaths + (len(chunk) == 1)) for task in chunk)
        else:
            return


def _pool_round(
    job: Job,
    source: Iterator[tuple[Task, ...]],
    waiting: collections.deque[tuple[tuple[Task, ...], int]],
    suspects: list[tuple[tuple[Task, ...], int]],
    *,
    workers: int,
) -> Iterator[tuple[Outcome, ...]]:
    """Run one pool until all is done or a process of it dies; `suspects` then holds the chunks that were under way."""
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

    is_careful = bool(waiting)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1 if is_careful else workers, context, _start, (job,)) as pool:
        running: dict[Future[tuple[Outcome, ...]], tuple[tuple[Task, ...], int]] = {}
        try:
            while True:
                # After a death one document at a time runs, so that the next death names its document.
                limit = 1 if is_careful else workers * _WAITING_CHUNKS_A_WORKER
                while len(running) < limit:
                    following = waiting.popleft() if waiting else None
                    if following is None and not is_careful:
                        chunk = next(source, None)
                        following = None if chunk is None else (chunk, 0)
                    if following is None:
                        break
                    running[pool.submit(_work, following[0])] = following
                if not running:
                    break
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    outcomes = future.result()
                    del running[future]
                    yield outcomes
        finally:
            suspects.extend(running.values())
            for future in running:
                future.cancel()
    if is_careful:
        yield from _pool_round(job, source, waiting, suspects, workers=workers)
