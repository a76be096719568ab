"""CSV and TSV: one document a row, its text in one column."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, BinaryIO

from kg.documents import Fault, Options, Part, jsonl
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_COLUMNS = 10_000


def read(stream: BinaryIO, options: Options) -> Iterator[Part | Fault]:
    """Give one document a row, named by its `id` column, or else by its row number below the header.

    The first row names the columns; `options.column` names the text's, `text` where it is not given.

    Raises InputError where the header has no such column, or the file is not UTF-8.
    """
    csv.field_size_limit(options.max_document_characters)
    lines = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    rows = csv.reader(lines, delimiter="\t" if options.format == "tsv" else ",")
    try:
        header = next(rows, None)
        if header is None:
            return
        _check(header, options)
        for number, row in enumerate(rows, 1):
            if row:
                yield jsonl.part(dict(zip(header, row, strict=False)), f"row {number}", str(number), options)
    except UnicodeDecodeError as error:
        message = "not UTF-8; save it as UTF-8"
        raise InputError(message) from error
    except csv.Error as error:
        yield Fault(f"line {rows.line_num}", f"{error}; the rows after it are not read")


def _check(header: list[str], options: Options) -> None:
    if len(header) > _MAX_COLUMNS:
        message = f"{len(header)} columns; at most {_MAX_COLUMNS} are read"
        raise InputError(message)
    wanted = (options.column,) if options.column else jsonl.TEXTS
    if not set(wanted) & set(header):
        message = f"no column '{' or '.join(wanted)}'; known: {', '.join(header)[:200]}; name the text's with --column"
        raise InputError(message)
