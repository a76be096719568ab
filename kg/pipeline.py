"""The whole road: files in, a built folder out; incremental, parallel and bounded."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg import engines, journal, summaries
from kg.documents import FORMATS, Fault, Options
from kg.documents.files import find
from kg.documents.reading import Sandbox, digest, read
from kg.engines import Job, Outcome, Task
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kg.documents.files import File
    from kg.engines import Extractor
    from kg.journal import Journal
    from kg.model import Document

DEFAULT_FORMATS = ("turtle", "html")
MAX_FAULTS = 10_000
_MAX_CHUNK_BYTES, _CHUNKS_A_WORKER = 64_000, 8


@dataclass(frozen=True, slots=True)
class Settings:
    """How to build.

    `fingerprint` names all that a document's claims depend on beside the document, `model` the
    spaCy pipeline; `lexicons` are the user's own terms that `opener` loads; `with_sparql` lets the page answer SPARQL.
    """

    opener: Callable[[], Extractor]
    fingerprint: str
    model: str = ""
    lexicons: tuple[Path, ...] = ()
    workers: int = 1
    engine: str = "local"
    address: str | None = None
    formats: tuple[str, ...] = DEFAULT_FORMATS
    reading: Options = field(default_factory=Options)
    with_sparql: bool = False


@dataclass(slots=True)
class Progress:
    """How far a build is: files looked at of all, documents kept, and what was skipped (`faults` holds the first of it)."""

    files: int = 0
    total: int = 0
    documents: int = 0
    claims: int = 0
    skipped: int = 0
    faults: list[Fault] = field(default_factory=list)

    def skip(self, fault: Fault) -> None:
        """Count what could not be read."""
        self.skipped += 1
        if self.skipped <= MAX_FAULTS:
            self.faults.append(fault)


def build(inputs: Sequence[str], out: Path, settings: Settings, *, watch: Callable[[Progress], None] = lambda _: None) -> dict[str, Any]:
    """Read the inputs, extract their claims, write the graph, and return the report.

    What an earlier run finished is not done again, and what it made of documents that are gone
    goes. The same inputs give the same bytes, whatever was kept and however many workers there are.

    Raises InputError where no document could be read (the folder then keeps its last graph), or
    where another build writes the folder.
    """
    clock = summaries.Clock()
    with journal.opened(out) as book:
        progress = Progress()
        for fault in book.enlist(find(inputs, settings.reading, beside=out)):
            progress.skip(fault)
        progress.total, size = book.totals()
        for outcome in _run(settings, _tasks(book, settings, progress), size):
            _keep(book, outcome, progress)
            watch(progress)
        progress.documents = book.count()
        watch(progress)
        if not progress.documents:
            message = "no document could be read"
            raise InputError(message)
        book.finish()
        book.forget_others()
        clock.mark("extraction")
        summaries.write_lexicon(out, settings.lexicons)
        names = [path.name for path in settings.lexicons]
        run: dict[str, Any] = {"fingerprint": settings.fingerprint, "model": settings.model, "lexicons": names}
        formats: dict[str, dict[str, Any]] = {format_: {} for format_ in settings.formats}
        if "html" in formats and settings.with_sparql:
            formats["html"]["with_sparql"] = True
        return summaries.write(book, formats, run, progress.faults, progress.skipped, clock, workers=settings.workers)


def _tasks(book: Journal, settings: Settings, progress: Progress) -> Iterator[Task]:
    """Give what is left to do, in the order of the inputs."""
    sandbox = Sandbox(settings.reading)
    try:
        for id_, file in book.files():
            progress.files += 1
            try:
                sha256 = digest(file.location)
            except InputError as error:
                progress.skip(Fault(file.path, str(error)))
                continue
            mark = _mark(settings.fingerprint, repr(settings.reading), id_, file.path, file.format, sha256)
            faults = book.is_finished(id_, file, mark)
            if faults is not None:
                for fault in faults:
                    progress.skip(fault)
            elif FORMATS[file.format].is_container:
                yield from _members(book, settings, progress, (id_, file, sha256, mark, sandbox))
            else:
                yield Task(id_, id_, file, sha256, mark)
    finally:
        sandbox.close()


def _members(book: Journal, settings: Settings, progress: Progress, place: tuple[str, File, str, str, Sandbox]) -> Iterator[Task]:
    """Give the documents of a file of many that are new; those that an earlier run finished are kept as they are."""
    id_, file, sha256, mark, sandbox = place
    faults: list[Fault] = []
    for found in read(file, id_, sha256, settings.reading, sandbox):
        if isinstance(found, Fault) or book.has_seen(found.id):
            fault = found if isinstance(found, Fault) else Fault(f"{file.path}: {found.id}", "this id came before in the file")
            progress.skip(fault)
            faults.append(fault)
            continue
        document_mark = _document_mark(settings.fingerprint, found)
        if not book.reuse(found.id, id_, document_mark, found.source):
            book.reserve(found.id, id_)
            yield Task(found.id, id_, file, sha256, document_mark, found)
    book.begin(id_, file.path, mark, faults[:MAX_FAULTS])


def _mark(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _document_mark(fingerprint: str, document: Document) -> str:
    sections = json.dumps([(section.start, section.end, section.kind, section.label) for section in document.sections])
    return _mark(fingerprint, document.id, document.source.path, document.text, json.dumps(document.metadata), sections)


def _run(settings: Settings, tasks: Iterator[Task], size: int) -> Iterator[Outcome]:
    job = Job(settings.opener, settings.reading)
    share = size // (settings.workers * _CHUNKS_A_WORKER)
    chunk_bytes = min(max(share, engines.MIN_CHUNK_BYTES), _MAX_CHUNK_BYTES)
    if settings.engine == "ray":
        from kg import clusters

        return clusters.run(
            job, engines.chunks(tasks, chunk_bytes, workers=settings.workers), address=settings.address, workers=settings.workers
        )
    if settings.workers == 1:
        return engines.run_here(job, tasks)
    return engines.run_processes(job, tasks, workers=settings.workers, chunk_bytes=chunk_bytes)


def _keep(book: Journal, outcome: Outcome, progress: Progress) -> None:
    fault = outcome.fault
    if outcome.entry is not None:
        try:
            book.keep(outcome.entry, outcome.text)
        except InputError as error:
            fault = Fault(outcome.task.file.path, str(error))
        else:
            progress.documents += 1
            progress.claims += len(outcome.entry.lines)
    if fault is not None:
        book.fail(outcome.task.parent)
        progress.skip(fault)
