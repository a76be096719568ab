"""Inputs → the files to read: folders walked, lists opened, every file with its path below the input and its format."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.documents import FORMATS, Fault, Options, split_name
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STANDARD_INPUT = "-"
_LIST_MARK = "@"


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: `path` is relative to its input, `stem` the same without its suffix, `size` its bytes on disk."""

    path: str
    stem: str
    location: str
    format: str
    is_compressed: bool
    size: int


def find(inputs: Iterable[str], options: Options, *, beside: Path | None = None) -> Iterator[File | Fault]:
    """Give every file below the inputs.

    An input is a file, a folder, or `@file`: a list of these, one a line. A folder is walked in
    name order; hidden files and what lies in `beside` (the folder being written) are left out,
    and links to folders are not followed. In a folder a file counts by its suffix; a file named
    by itself and without a known suffix is read as plain text. What is not there is a Fault.
    """
    for name in inputs:
        if name.startswith(_LIST_MARK) and not os.path.exists(name):  # noqa: PTH110 -- False for what cannot be a path
            yield from _listed(name, options, beside)
        elif os.path.isdir(name):  # noqa: PTH112 -- the same
            yield from _walked(Path(name), beside)
        else:
            yield _named(Path(name), options)


def _listed(name: str, options: Options, beside: Path | None) -> Iterator[File | Fault]:
    path = Path(name[len(_LIST_MARK) :])
    try:
        with path.open(encoding="utf-8-sig") as lines:
            for line in lines:
                if line.strip():
                    yield from find((line.strip(),), options, beside=beside)
    except (OSError, UnicodeDecodeError) as error:
        yield Fault(str(path), f"cannot be read as a list of paths ({_why(error)})")


def _walked(folder: Path, beside: Path | None) -> Iterator[File | Fault]:
    out = None if beside is None else beside.resolve()
    faults: list[Fault] = []

    def complain(error: OSError) -> None:
        faults.append(Fault(str(error.filename), f"cannot be read ({_why(error)})"))

    for parent, folders, names in os.walk(folder, onerror=complain):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and Path(parent, name).resolve() != out)
        for name in sorted(names):
            location = Path(parent, name)
            relative = printable_path(location.relative_to(folder).as_posix())
            stem, format_, is_compressed = split_name(relative)
            if name.startswith("."):
                continue
            if format_:
                yield _file(relative, stem, location, format_, is_compressed=is_compressed)
            else:
                yield Fault(relative, f"no reader for '{location.suffix or name}'")
    yield from faults


def _named(path: Path, options: Options) -> File | Fault:
    relative = printable_path(path.name)
    stem, format_, is_compressed = split_name(relative)
    return _file(relative, stem, path, options.format or format_ or "text", is_compressed=is_compressed)


def _file(path: str, stem: str, location: Path, format_: str, *, is_compressed: bool) -> File | Fault:
    try:
        status = location.stat()
    except FileNotFoundError:
        return Fault(str(location), "no such file or folder")
    except OSError as error:
        return Fault(str(location), f"cannot be read ({_why(error)})")
    if not stat.S_ISREG(status.st_mode):
        return Fault(str(location), "not a regular file")
    return File(path, stem, str(location), format_, is_compressed, status.st_size)


def spool(data: Iterable[bytes], folder: Path, options: Options) -> Path:
    """Keep standard input in a file called `stdin`, so that it can be read twice, and return its path.

    Raises InputError where it is larger than what may be read.
    """
    path = folder / "stdin"
    size = 0
    with path.open("wb") as copy:
        for block in data:
            size += len(block)
            if size > options.max_expanded_bytes:
                message = f"standard input: over {options.max_expanded_bytes} bytes; save it in a file and split it"
                raise InputError(message)
            copy.write(block)
    return path


def printable_path(path: str) -> str:
    r"""Return a path that can stand in UTF-8 text: bytes that are none, and control characters, are written as escapes.

    >>> printable_path("a\nb")
    'a\\x0ab'
    """
    text = path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() or char == " " else f"\\x{ord(char):02x}" for char in text)


def _why(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "not UTF-8"


def known_formats() -> str:
    """Return the names of the formats, for messages.

    >>> known_formats().split(", ")[:2]
    ['csv', 'docx']
    """
    return ", ".join(sorted(FORMATS))
