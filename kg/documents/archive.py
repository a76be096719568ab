"""ZIP archives: every member that has a reader, unpacked one at a time into a file that goes when it has been read."""

from __future__ import annotations

import lzma
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from kg.documents import Fault, Options, split_name
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK_BYTES = 1 << 20
_FREE_EXPANSION_BYTES = 50_000_000
_MAX_MEMBERS = 1_000_000
_IS_ENCRYPTED = 0x1


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive, unpacked at `location`; `stem` is its path in the archive without the suffix."""

    path: str
    stem: str
    location: str
    format: str
    is_compressed: bool


def read(stream: BinaryIO, options: Options) -> Iterator[Member | Fault]:
    """Give the members in name order; each is unpacked only while the caller holds it.

    Hidden members and folders are left out; archives in archives, locked members, and members
    that unpack to more than the limits are Faults.

    Raises InputError where the file is no archive, or is a bomb as a whole.
    """
    with tempfile.TemporaryDirectory(prefix="kg-") as folder, _archive(stream, folder) as archive:
        members = sorted(archive.infolist(), key=lambda member: member.filename)
        if len(members) > _MAX_MEMBERS:
            message = f"{len(members)} members; at most {_MAX_MEMBERS} are read"
            raise InputError(message)
        check(archive, options)
        location = Path(folder, "member")
        stems: set[str] = set()
        for member in members:
            name = member.filename
            if member.is_dir() or any(part.startswith((".", "__MACOSX")) for part in name.split("/")):
                continue
            stem, format_, is_compressed = split_name(name)
            problem = _problem(format_, member)
            if problem:
                yield Fault(name, problem)
                continue
            try:
                _unpack(archive, member, location)
            except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError, lzma.LZMAError, zlib.error) as error:
                yield Fault(name, f"damaged, or packed in a way that is not known ({error})")
                continue
            stem = name if stem in stems else stem
            stems.add(stem)
            yield Member(name, stem, str(location), format_, is_compressed)


def check(archive: zipfile.ZipFile, options: Options) -> None:
    """Refuse an archive that says it unpacks to more than the limits.

    Raises InputError.
    """
    packed = sum(member.compress_size for member in archive.infolist())
    unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > options.max_expanded_bytes or unpacked > max(packed * options.max_expansion, _FREE_EXPANSION_BYTES):
        message = f"unpacks from {packed} to {unpacked} bytes; refused as a bomb"
        raise InputError(message)


def _archive(stream: BinaryIO, folder: str) -> zipfile.ZipFile:
    """Open the archive; the stream cannot seek, so it is copied first."""
    copy = Path(folder, "archive")
    with copy.open("wb") as target:
        while block := stream.read(_BLOCK_BYTES):
            target.write(block)
    try:
        return zipfile.ZipFile(copy)
    except zipfile.BadZipFile as error:
        message = f"damaged or not a ZIP archive ({error})"
        raise InputError(message) from error


def _problem(format_: str, member: zipfile.ZipInfo) -> str:
    if member.flag_bits & _IS_ENCRYPTED:
        return "locked with a password"
    if format_ == "zip":
        return "an archive in an archive is not opened; unpack it first"
    if not format_:
        return "no reader for its suffix"
    return ""


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, location: Path) -> None:
    left = member.file_size
    with archive.open(member) as source, location.open("wb") as target:
        while block := source.read(_BLOCK_BYTES):
            left -= len(block)
            if left < 0:  # pragma: no cover -- zipfile itself stops at the size that the archive states
                message = f"{member.filename}: unpacks to more than the archive states; refused as a bomb"
                raise InputError(message)
            target.write(block)
