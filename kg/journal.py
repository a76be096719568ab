"""What a build keeps between runs: every file and document that was finished, so that a killed or a second run reads only what is left.

One SQLite file in the built folder. It is also the external sort: claims of a document come sorted,
documents are read back in id order, and no run holds more than one of them.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import zlib
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from kg.builds import dump_document, parse_document
from kg.documents import FORMATS, Fault
from kg.documents.files import File
from kg.errors import InputError
from kg.outputs import jsonl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kg.builds import DocumentRecord
    from kg.model import Source

FOLDER = ".cache"
_FORMAT = 1
_BEGUN = "~"
_TABLES = """
CREATE TABLE IF NOT EXISTS finished (id TEXT PRIMARY KEY, path TEXT, mark TEXT, faults TEXT, run INTEGER) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS documents (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE, file TEXT, mark TEXT, record TEXT, claims BLOB, statistics TEXT, run INTEGER
);
CREATE INDEX IF NOT EXISTS documents_by_file ON documents (file);
DROP TABLE IF EXISTS catalog;
CREATE TABLE catalog (
    number INTEGER PRIMARY KEY, path TEXT, stem TEXT, location TEXT, format TEXT, is_compressed INTEGER, size INTEGER,
    is_container INTEGER, place TEXT UNIQUE, id TEXT
);
CREATE INDEX catalog_by_stem ON catalog (stem);
CREATE INDEX catalog_by_path ON catalog (path);
"""
# "The file's path below INPUT without its suffix; the suffix stays where two would be equal" (DESIGN, formats). A file
# of many documents also keeps it where a folder of its name would hold documents of the same ids.
_NAME = """
UPDATE catalog SET id = CASE
    WHEN (SELECT count(*) FROM catalog AS other WHERE other.stem = catalog.stem) > 1 THEN path
    WHEN EXISTS (SELECT 1 FROM catalog AS other WHERE other.path = catalog.stem) THEN path
    WHEN is_container AND EXISTS (
        SELECT 1 FROM catalog AS other WHERE other.stem > catalog.stem || '/' AND other.stem < catalog.stem || '0'
    ) THEN path
    ELSE stem END
"""
_TWINS = "FROM catalog WHERE EXISTS (SELECT 1 FROM catalog AS other WHERE other.path = catalog.path AND other.number < catalog.number)"
_LISTED = "SELECT number, id, path, stem, location, format, is_compressed, size FROM catalog WHERE number > ? ORDER BY number LIMIT 500"
_LAST_RUN = "SELECT max(run) FROM (SELECT run FROM documents UNION SELECT run FROM finished)"


@dataclass(frozen=True, slots=True)
class Entry:
    """A document as it is kept: its record, its claims' lines in output order, and its counts; `mark` tells what it was made from."""

    file: str
    mark: str
    record: DocumentRecord
    lines: tuple[str, ...]
    statistics: str


@dataclass(slots=True)
class Journal:
    """The open journal of one built folder; `run` numbers this run."""

    out: Path
    _database: sqlite3.Connection
    run: int

    @property
    def folder(self) -> Path:
        """Where a build may keep files of its own."""
        return self.out / FOLDER

    def enlist(self, found: Iterable[File | Fault]) -> Iterator[Fault]:
        """Note the files to read and name them; what cannot be read, or has another file's name, comes back as a Fault."""
        with self._database:
            for item in found:
                if isinstance(item, Fault):
                    yield item
                    continue
                self._database.execute(
                    "INSERT OR IGNORE INTO catalog (path, stem, location, format, is_compressed, size, is_container, place)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    (
                        item.path,
                        item.stem,
                        os.fsencode(item.location),
                        item.format,
                        item.is_compressed,
                        item.size,
                        FORMATS[item.format].is_container,
                        os.fsencode(os.path.realpath(item.location)),
                    ),
                )
            for (location,) in self._database.execute(f"SELECT location {_TWINS} ORDER BY number"):
                yield Fault(os.fsdecode(location), "another input has a file of this name; build them from the folder above both")
            self._database.execute(f"DELETE {_TWINS}")
            self._database.execute(_NAME)

    def files(self) -> Iterator[tuple[str, File]]:
        """Give the files to read, each with its id, in the order of the inputs."""
        number = 0
        while rows := self._database.execute(_LISTED, (number,)).fetchall():
            for row in rows:
                number, id_, path, stem, location, format_, is_compressed, size = row
                yield id_, File(path, stem, os.fsdecode(location), format_, bool(is_compressed), size)

    def totals(self) -> tuple[int, int]:
        """Return the number of files to read, and their bytes."""
        count, size = self._database.execute("SELECT count(*), coalesce(sum(size), 0) FROM catalog").fetchone()
        return count, size

    def is_finished(self, id_: str, file: File, mark: str) -> tuple[Fault, ...] | None:
        """Return the faults of a file that an earlier run finished with the same mark, and keep its documents; else None."""
        row = self._database.execute(
            "SELECT faults FROM finished WHERE id = ? AND path = ? AND mark = ?", (id_, file.path, mark)
        ).fetchone()
        if row is None:
            return None
        names = self._database.execute("SELECT id, mark FROM documents WHERE file = ?", (id_,))
        if not all(kept and self._text(name).is_file() for name, kept in names):
            return None
        with self._database:
            self._database.execute("UPDATE documents SET run = ? WHERE file = ?", (self.run, id_))
            self._database.execute("UPDATE finished SET run = ? WHERE id = ?", (self.run, id_))
        return tuple(Fault(*fault) for fault in json.loads(row[0]))

    def begin(self, id_: str, path: str, mark: str, faults: Iterable[Fault]) -> None:
        """Note that a file of many documents was read to its end, and what of it could not be."""
        with self._database:
            self._database.execute(
                "INSERT OR REPLACE INTO finished VALUES (?, ?, ?, ?, ?)",
                (id_, path, _BEGUN + mark, json.dumps([(fault.where, fault.reason) for fault in faults]), self.run),
            )

    def fail(self, id_: str) -> None:
        """Note that a document of a file came to nothing by no fault of the file's own: the next run tries again."""
        with self._database:
            self._database.execute("DELETE FROM finished WHERE id = ?", (id_,))

    def finish(self) -> None:
        """Note that the documents of all files that were begun are kept."""
        with self._database:
            self._database.execute(
                "UPDATE finished SET mark = substr(mark, ?) WHERE run = ? AND substr(mark, 1, 1) = ?", (len(_BEGUN) + 1, self.run, _BEGUN)
            )

    def count(self) -> int:
        """Return the number of documents that this run has kept."""
        return int(self._database.execute("SELECT count(*) FROM documents WHERE run = ? AND mark != ''", (self.run,)).fetchone()[0])

    def has_seen(self, id_: str) -> bool:
        """Tell whether this run already kept a document of this id."""
        return self._database.execute("SELECT 1 FROM documents WHERE id = ? AND run = ?", (id_, self.run)).fetchone() is not None

    def reuse(self, id_: str, file: str, mark: str, source: Source) -> bool:
        """Keep the document of an earlier run if it has the same mark, with its new source; tell whether there was one."""
        row = self._database.execute(
            "SELECT record, claims FROM documents WHERE id = ? AND file = ? AND mark = ?", (id_, file, mark)
        ).fetchone()
        if row is None or not self._text(id_).is_file():
            return False
        record, claims = parse_document(row[0]), row[1]
        if record.source != source:
            lines = (jsonl.dump(replace(jsonl.parse(line), source=source)) for line in _unpack(claims))
            record, claims = replace(record, source=source), _pack(lines)
        with self._database:
            self._database.execute(
                "UPDATE documents SET run = ?, record = ?, claims = ? WHERE id = ?", (self.run, dump_document(record), claims, id_)
            )
        return True

    def reserve(self, id_: str, file: str) -> None:
        """Note that this run holds a document of this id, before it is finished."""
        with self._database:
            self._database.execute(
                "INSERT INTO documents (id, file, mark, run) VALUES (?, ?, '', ?)"
                " ON CONFLICT (id) DO UPDATE SET file = excluded.file, mark = '', run = excluded.run",
                (id_, file, self.run),
            )

    def keep(self, entry: Entry, text: str) -> None:
        """Keep a finished document; with it a file of one document is finished.

        The row comes first without its mark, then the text, then the mark: wherever the process
        is killed, the next run finds the document either finished or not, and no text without its row.

        Raises InputError where the text cannot be written.
        """
        id_ = entry.record.id
        self.reserve(id_, entry.file)
        path = self._text(id_)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_bytes(path, text.encode("utf-8"))
        except OSError as error:
            self.drop(id_)
            message = f"its text cannot be written as {path} ({error.strerror})"
            raise InputError(message) from error
        with self._database:
            self._database.execute(
                "UPDATE documents SET mark = ?, record = ?, claims = ?, statistics = ? WHERE id = ?",
                (entry.mark, dump_document(entry.record), _pack(entry.lines), entry.statistics, id_),
            )
            if entry.file == id_:
                self._database.execute(
                    "INSERT OR REPLACE INTO finished VALUES (?, ?, ?, '[]', ?)", (id_, entry.record.source.path, entry.mark, self.run)
                )

    def drop(self, id_: str) -> None:
        """Forget a document, and its text."""
        self._remove_text(id_)
        with self._database:
            self._database.execute("DELETE FROM documents WHERE id = ?", (id_,))

    def forget_others(self) -> None:
        """Forget every file and document that this run did not keep."""
        while names := self._database.execute("SELECT id FROM documents WHERE run != ? OR mark = '' LIMIT 500", (self.run,)).fetchall():
            for (name,) in names:
                self._remove_text(name)
            with self._database:
                self._database.executemany("DELETE FROM documents WHERE id = ?", names)
        with self._database:
            self._database.execute("DELETE FROM finished WHERE run != ?", (self.run,))

    def documents(self) -> Iterator[tuple[str, tuple[str, ...], str]]:
        """Give the line, the claims' lines and the statistics of every document, by id."""
        query = "SELECT id, record, claims, statistics FROM documents WHERE id > ? ORDER BY id LIMIT 50"
        last = ""
        while rows := self._database.execute(query, (last,)).fetchall():
            for _, record, claims, statistics in rows:
                yield record, _unpack(claims), statistics
            last = rows[-1][0]

    def _text(self, id_: str) -> Path:
        return self.out / "texts" / f"{id_}.txt"

    def _remove_text(self, id_: str) -> None:
        path = self._text(id_)
        with suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
        for parent in path.parents:
            if parent == self.out / "texts" or not parent.is_dir() or any(parent.iterdir()):
                return
            parent.rmdir()


@contextmanager
def opened(out: Path) -> Iterator[Journal]:
    """Open the journal of a built folder, and keep every other build out of it.

    Raises InputError where another build writes the folder, or it cannot be written.
    """
    folder = out / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(folder / "lock.sqlite", timeout=0, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        message = f"{out}: cannot be written ({error}); choose another folder with --out"
        raise InputError(message) from error
    try:
        _claim(lock, out)
        database = _connect(folder / "journal.sqlite")
        try:
            yield Journal(out, database, 1 + (database.execute(_LAST_RUN).fetchone()[0] or 0))
        finally:
            database.close()
    finally:
        lock.close()


def _claim(lock: sqlite3.Connection, out: Path) -> None:
    """Take the lock; the system lets go of it when the process ends, however it ends."""
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        message = f"{out}: another build is writing this folder; wait for it, or choose another with --out"
        raise InputError(message) from error


def _connect(path: Path) -> sqlite3.Connection:
    """Open the database; one of another format, or a damaged one, is started anew: it only saves work."""
    for _ in range(2):
        database = sqlite3.connect(path)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version in {0, _FORMAT}:
                database.executescript(_TABLES)
                database.execute(f"PRAGMA user_version = {_FORMAT}")
                return database
        except sqlite3.DatabaseError:
            pass  # damaged: it is made anew below
        database.close()
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
            path.with_name(name).unlink(missing_ok=True)
    message = f"{path}: cannot be opened; remove it"
    raise InputError(message)


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file so that it is either the old one or the whole new one."""
    with replacing(path) as part:
        part.write_bytes(data)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the place of `path` at the end; a file or a folder."""
    part = path.with_name(f".part-{path.name[:100]}")
    remove(part)
    try:
        yield part
        if part.is_dir() or path.is_dir():
            remove(path)
        part.replace(path)
    finally:
        remove(part)


def remove(path: Path) -> None:
    """Remove a file or a folder, if it is there; of a link only the link."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _pack(lines: Iterable[str]) -> bytes:
    return zlib.compress("\n".join(lines).encode("utf-8"), 1)


def _unpack(claims: bytes) -> tuple[str, ...]:
    text = zlib.decompress(claims).decode("utf-8")
    return tuple(text.split("\n")) if text else ()
