from __future__ import annotations

from pathlib import Path

import pytest

from kg import tables
from kg.errors import TableError

COLUMNS = ("id", "names")


def write(folder: Path, text: str) -> Path:
    path = folder / "lexicon" / "thing.tsv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode())
    return path


def test_rows_come_in_file_order_with_their_place(tmp_path: Path) -> None:
    rows = tables.read(write(tmp_path, "# a comment\nid\tnames\n\nb\tB\na\tA|AA\n"), COLUMNS)
    assert [(row["id"], row.where) for row in rows] == [("b", "lexicon/thing.tsv:4"), ("a", "lexicon/thing.tsv:5")]
    assert rows[1].values("names") == ("A", "AA")


@pytest.mark.parametrize(("cell", "values"), [("", ()), ("|", ()), (" a | b ", ("a", "b"))])
def test_parts_of_a_cell_are_stripped_and_empty_ones_left_out(tmp_path: Path, cell: str, values: tuple[str, ...]) -> None:
    (row,) = tables.read(write(tmp_path, f"id\tnames\nx\t{cell}\n"), COLUMNS)
    assert row.values("names") == values


def test_cells_missing_at_the_end_are_empty(tmp_path: Path) -> None:
    (row,) = tables.read(write(tmp_path, "id\tnames\nx\n"), COLUMNS)
    assert row["names"] == ""


def test_lines_may_end_as_on_windows(tmp_path: Path) -> None:
    (row,) = tables.read(write(tmp_path, "id\tnames\r\nx\ty\r\n"), COLUMNS)
    assert row.cells == {"id": "x", "names": "y"}


def test_a_table_without_rows_gives_none(tmp_path: Path) -> None:
    assert tables.read(write(tmp_path, "id\tnames\n"), COLUMNS) == ()


def test_other_columns_are_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(TableError, match=r"^lexicon/thing\.tsv:1: columns are id, label; must be id, names$"):
        tables.read(write(tmp_path, "id\tlabel\n"), COLUMNS)


def test_every_complaint_is_raised_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, "id\tnames\nx\ty\tz\nb\tB\n")
    with pytest.raises(TableError) as caught:
        tables.read(path, COLUMNS, lambda row: (f"no {name}" for name in row["id"]))
    assert str(caught.value).splitlines() == ["lexicon/thing.tsv:2: 3 cells; must be at most 2", "lexicon/thing.tsv:3: no b"]


def test_a_file_that_is_no_text_is_a_complaint(tmp_path: Path) -> None:
    path = write(tmp_path, "")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TableError, match="cannot be read as UTF-8"):
        tables.read(path, COLUMNS)


def test_a_missing_file_is_a_complaint(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="No such file"):
        tables.read(tmp_path / "none.tsv", COLUMNS)
