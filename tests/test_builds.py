from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg import builds
from kg.builds import DocumentRecord
from kg.errors import InputError
from kg.model import Section, Source

RECORD = DocumentRecord(
    "folder/leaf",
    Source("folder/leaf.html", "ab" * 32),
    120,
    3,
    (("author", "A. Nyman"), ("title", "Leaf")),
    (Section(0, 4, "heading", "Leaf"),),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "texts" / "folder").mkdir(parents=True)
    (tmp_path / "claims.jsonl").write_text("", encoding="utf-8")
    (tmp_path / "documents.jsonl").write_text(builds.dump_document(RECORD) + "\n", encoding="utf-8")
    (tmp_path / "report.json").write_text(json.dumps({"claims": 0}), encoding="utf-8")
    (tmp_path / "texts" / "folder" / "leaf.txt").write_bytes(b"Leaf\r\neases\n")
    return tmp_path


@pytest.mark.parametrize("record", [RECORD, DocumentRecord("a", Source("a.txt", "0"), 0, 0)])
def test_a_document_comes_back_as_it_was(record: DocumentRecord) -> None:
    assert builds.parse_document(builds.dump_document(record)) == record


def test_a_built_folder_gives_what_is_in_it(folder: Path) -> None:
    build = builds.open_build(folder)
    assert tuple(build.claims()) == ()
    assert tuple(build.documents()) == (RECORD,)
    assert build.report() == {"claims": 0}


def test_a_text_keeps_its_line_ends_so_that_offsets_hold(folder: Path) -> None:
    assert builds.open_build(folder).text("folder/leaf") == "Leaf\r\neases\n"


def test_a_folder_without_a_graph_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no claims\.jsonl here; run `kg build INPUT --out"):
        builds.open_build(tmp_path)
