"""Files → Documents, each within the limits; what cannot be read becomes a Fault, and the rest is read."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import io
import json
import re
import subprocess
import sys
import threading
import zlib
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from kg.documents import FORMATS, Fault, Options, Part
from kg.documents.files import printable_path
from kg.documents.layout import clean, squeeze
from kg.errors import InputError, KgError
from kg.model import Document, Section, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.documents.files import File

_BLOCK_BYTES = 1 << 20
_FREE_EXPANSION_BYTES = 50_000_000
_MAX_NAME_CHARACTERS = 100
_UNSAFE = re.compile(r"[^\w.+-]+")


class _Bounded(io.RawIOBase):
    """A stream that stops with an InputError after `limit` bytes: a bomb is not unpacked."""

    def __init__(self, stream: BinaryIO, limit: int, message: str) -> None:
        super().__init__()
        self._stream = stream
        self._left = limit
        self._message = message

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        block = self._stream.read(len(buffer))
        self._left -= len(block)
        if self._left < 0:
            raise InputError(self._message)
        buffer[: len(block)] = block
        return len(block)


def digest(location: str) -> str:
    """Return the SHA-256 of a file.

    Raises InputError where it cannot be read.
    """
    try:
        with open(location, "rb") as stream:  # noqa: PTH123 -- a name that is no valid text stays one
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        message = f"cannot be read ({error.strerror})"
        raise InputError(message) from error


@contextmanager
def opened(location: str, options: Options, *, is_compressed: bool, is_container: bool) -> Iterator[BinaryIO]:
    """Open a file, unpacked, for as many bytes as its kind may have."""
    with open(location, "rb") as raw:  # noqa: PTH123 -- the same
        size = raw.seek(0, io.SEEK_END)
        raw.seek(0)
        limit = options.max_expanded_bytes if is_container else options.max_document_bytes
        message = f"over {limit} bytes; split it, or allow more with --max-bytes"
        stream: BinaryIO = raw
        if is_compressed:
            allowed = max(size * options.max_expansion, _FREE_EXPANSION_BYTES)
            if allowed < limit:
                limit, message = allowed, f"unpacks to over {options.max_expansion} times its size; refused as a bomb"
            stream = cast("BinaryIO", gzip.GzipFile(fileobj=raw))
        yield cast("BinaryIO", io.BufferedReader(_Bounded(stream, limit, message), _BLOCK_BYTES))


def parse(format_: str, stream: BinaryIO, options: Options) -> Iterator[Part | Fault]:
    """Give the parts of one file, in file order.

    Raises InputError for whatever its parser stumbles over: no document is worth a traceback.
    """
    reader = importlib.import_module(FORMATS[format_].module)
    try:
        yield from reader.read(stream, options)
    except KgError:
        raise
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        message = f"damaged or not gzip ({error})"
        raise InputError(message) from error
    except Exception as error:
        message = f"its parser gave up ({type(error).__name__}: {str(error)[:200]})"
        raise InputError(message) from error


@dataclass(slots=True)
class Sandbox:
    """A process of its own for the parsers that can hang or eat memory; killed and started anew when one does."""

    options: Options
    _process: subprocess.Popen[bytes] | None = None

    def read(self, format_: str, location: str, *, is_compressed: bool) -> tuple[Part | Fault, ...]:
        """Return the parts of one file.

        Raises InputError where the parser fails, dies, or takes longer than `options.seconds`.
        """
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kg.documents.sandbox"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        process = self._process
        request = {"format": format_, "location": location, "is_compressed": is_compressed, "options": asdict(self.options)}
        expired = threading.Event()

        def kill() -> None:
            expired.set()
            process.kill()

        timer = threading.Timer(self.options.seconds, kill)
        timer.start()
        try:
            reply = _exchange(process, json.dumps(request))
        finally:
            timer.cancel()
        if reply is None:
            self.close()
            message = (
                f"its parser took over {self.options.seconds:g} seconds; stopped"
                if expired.is_set()
                else "its parser died or ran out of memory"
            )
            raise InputError(message)
        record = json.loads(reply)
        if "error" in record:
            raise InputError(record["error"])
        return tuple(_part(part) for part in record["parts"])

    def close(self) -> None:
        """End the process, if one runs."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


def _exchange(process: subprocess.Popen[bytes], request: str) -> bytes | None:
    stdin, stdout = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    try:
        stdin.write(request.encode() + b"\n")
        stdin.flush()
        reply = stdout.readline()
    except OSError:
        return None
    return reply if reply.endswith(b"\n") else None


def _part(record: dict[str, Any]) -> Part:
    metadata = tuple((name, value) for name, value in record["metadata"])
    sections = tuple(Section(**section) for section in record["sections"])
    return Part(record["text"], metadata, sections, record["name"], record["encoding"])


def read(file: File, id_: str, sha256: str, options: Options, sandbox: Sandbox) -> Iterator[Document | Fault]:
    """Give the documents of one file, in file order; what breaks a limit or cannot be parsed is a Fault.

    A file of many documents names them `id/name`, with what is no word character of the name
    turned into `_`; a name that comes twice is the caller's to notice.
    """
    for part in _parts(file, options, sandbox):
        if isinstance(part, Fault):
            # Parsers quote what they stumble over: the words of the file, down to control characters and halves of characters.
            yield Fault(printable_path(clean(part.where)), printable_path(squeeze(part.reason)))
            continue
        where = file.path if part.name is None else f"{file.path}: {printable_path(part.name)}"
        complaint = _complaint(part.text, options)
        if complaint:
            yield Fault(where, complaint)
            continue
        metadata = part.metadata
        if part.encoding not in {"utf-8", "ascii"}:
            metadata = tuple(sorted((*metadata, ("encodingFormat", f"text/plain; charset={part.encoding}"))))
        path = file.path if part.name is None else f"{file.path}/{printable_path(part.path or part.name)}"
        name = id_ if part.name is None else f"{id_}/{safe_name(part.name)}"
        yield Document(name, part.text, Source(path, sha256), metadata, part.sections)


def _parts(file: File, options: Options, sandbox: Sandbox) -> Iterator[Part | Fault]:
    kind = FORMATS[file.format]
    try:
        if kind.is_sandboxed:
            yield from sandbox.read(file.format, file.location, is_compressed=file.is_compressed)
        else:
            if file.format in {"csv", "tsv"}:
                options = replace(options, format=file.format)
            with opened(file.location, options, is_compressed=file.is_compressed, is_container=kind.is_container) as stream:
                for part in parse(file.format, stream, options):
                    yield from _resolved(part, file, options, sandbox)
    except InputError as error:
        yield Fault(file.path, str(error))
    except OSError as error:
        yield Fault(file.path, f"cannot be read ({error.strerror or error})")


def _resolved(part: Part | Fault, file: File, options: Options, sandbox: Sandbox) -> Iterator[Part | Fault]:
    """A member of an archive comes unpacked into a file of its own, and is read as one."""
    from kg.documents.archive import Member

    if isinstance(part, Fault):
        yield Fault(f"{file.path}: {part.where}", part.reason)
    elif isinstance(part, Member):
        inner = replace(file, path=f"{file.path}/{part.path}", location=part.location, format=part.format, is_compressed=part.is_compressed)
        for found in _parts(inner, options, sandbox):
            if isinstance(found, Fault):
                yield found
            else:
                yield replace(
                    found,
                    name=part.stem if found.name is None else f"{part.stem}/{found.name}",
                    path=part.path if found.name is None else f"{part.path}/{found.name}",
                )
    else:
        yield part


def safe_name(name: str) -> str:
    """Return a name that can be a path below `texts/` on any system; a long one is cut and gets a digest.

    >>> safe_name("../a b/c")
    '_/a_b/c'
    """
    parts = [_UNSAFE.sub("_", piece).strip(".") or "_" for piece in name.split("/") if piece not in {"", "."}]
    safe = "/".join(parts) or "_"
    if len(safe) <= _MAX_NAME_CHARACTERS:
        return safe
    return f"{safe[:_MAX_NAME_CHARACTERS].rstrip('./')}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _complaint(text: str, options: Options) -> str:
    if not text.strip():
        return "empty"
    if len(text) > options.max_document_characters:
        return f"{len(text)} characters; at most {options.max_document_characters} are read (--max-characters)"
    longest = max(map(len, text.splitlines()))
    if longest > options.max_line_characters:
        return f"a line of {longest} characters; at most {options.max_line_characters} are read"
    return ""
