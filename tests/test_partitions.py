"""A built folder in parts: all claims, in order, on any path that fsspec knows."""

from __future__ import annotations

import sys

import pytest
from test_pipeline import FAKE, corpus

from kg import partitions
from kg.builds import open_build
from kg.errors import InputError
from kg.outputs import jsonl
from kg.pipeline import build


@pytest.fixture
def built(tmp_path):
    build([str(corpus(tmp_path / "in"))], tmp_path / "out", FAKE)
    return open_build(tmp_path / "out")


def test_parquet_parts_hold_every_claim_in_order(built, tmp_path, monkeypatch):
    parquet = pytest.importorskip("pyarrow.parquet")
    pytest.importorskip("fsspec")
    monkeypatch.setattr(partitions, "MAX_CLAIMS", 10)
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "part-00009.parquet").write_text("of an earlier build")
    assert partitions.write(built, f"file://{tmp_path}/parts", "parquet") == 3
    names = sorted(path.name for path in (tmp_path / "parts").iterdir())
    assert names == ["part-00000.parquet", "part-00001.parquet", "part-00002.parquet"]
    rows = [row for name in names for row in parquet.read_table(tmp_path / "parts" / name).to_pylist()]
    assert [jsonl.parse(row["claim"]) for row in rows] == list(built.claims())
    assert rows[0]["predicate"] == "alleviates"


def test_nquads_parts_together_are_the_graph(built, monkeypatch):
    fsspec = pytest.importorskip("fsspec")
    from kg.outputs import nquads

    monkeypatch.setattr(partitions, "MAX_LINES", 100)
    count = partitions.write(built, "memory://parts", "nquads")
    files = fsspec.filesystem("memory")
    together = b"".join(files.cat(f"/parts/part-{number:05d}.nq") for number in range(count))
    nquads.write(built, built.path / "all.nq")
    assert count > 1
    assert together == (built.path / "all.nq").read_bytes()


def test_a_path_that_cannot_be_written_is_an_input_error(built, tmp_path):
    pytest.importorskip("fsspec")
    with pytest.raises(InputError, match="cannot be written"):
        partitions.write(built, "klingon://x", "parquet")


def test_partitions_without_fsspec_say_what_to_install(built, monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match="pip install"):
        partitions.write(built, "x", "parquet")
