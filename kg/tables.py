"""Tables of tab-separated values: one row a fact, `#` starts a comment line, the first line names the columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

SEPARATOR = "|"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells by column name, and where it stands."""

    cells: dict[str, str]
    path: str
    line: int

    def __getitem__(self, column: str) -> str:
        """Return the cell; an empty one is ''."""
        return self.cells[column]

    def values(self, column: str) -> tuple[str, ...]:
        """Return the parts of a cell that `|` separates, in order; an empty cell has none."""
        cell = self.cells[column]
        if SEPARATOR not in cell:
            return (cell,) if cell else ()
        return tuple(filter(None, map(str.strip, cell.split(SEPARATOR))))

    @property
    def where(self) -> str:
        """The row's place, `folder/file.tsv:line`, the same on every machine; without the line where it is 0, for unknown."""
        return f"{self.path}:{self.line}" if self.line else self.path


def columns(path: Path) -> tuple[str, ...]:
    """Return the columns that a table names, none where it is empty.

    Raises TableError.
    """
    first = next((line for line in _lines(path) if _says_something(line)), "")
    return tuple(cell.strip() for cell in first.split("\t")) if first else ()


def read(path: Path, columns: Iterable[str], check: Callable[[Row], Iterable[str]] = lambda _: ()) -> tuple[Row, ...]:
    """Read a table in file order.

    `check` gives what is wrong with one row; every complaint of the whole table is raised
    at once, each with file and line. A column that is missing or unknown is a complaint.

    Raises TableError.
    """
    wanted = tuple(columns)
    name = f"{path.parent.name}/{path.name}"
    header: tuple[str, ...] | None = None
    rows: list[Row] = []
    complaints: list[str] = []
    for number, line in enumerate(_lines(path), 1):
        if not _says_something(line):
            continue
        cells = tuple(map(str.strip, line.split("\t")))
        if header is None:
            header = cells
            if header != wanted:
                message = f"{name}:{number}: columns are {', '.join(header)}; must be {', '.join(wanted)}"
                raise TableError(message)
        elif len(cells) > len(header):
            complaints.append(f"{name}:{number}: {len(cells)} cells; must be at most {len(header)}")
        else:
            if len(cells) < len(header):
                cells += ("",) * (len(header) - len(cells))
            row = Row(dict(zip(header, cells, strict=True)), name, number)
            for problem in check(row):
                complaints.append(f"{row.where}: {problem}")  # noqa: PERF401 -- most rows have none, and a generator costs more
            rows.append(row)
    if complaints:
        raise TableError("\n".join(complaints))
    return tuple(rows)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path.parent.name}/{path.name}: cannot be read as UTF-8 text ({error})"
        raise TableError(message) from error


def _says_something(line: str) -> bool:
    return bool(line.strip()) and not line.startswith("#")
