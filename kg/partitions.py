"""A built folder in parts, on any path that fsspec knows: Parquet for tables, N-Quads for stores."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO

from kg.errors import InputError
from kg.outputs import jsonl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kg.builds import Build
    from kg.model import Claim

FORMATS = ("parquet", "nquads")
MAX_CLAIMS, MAX_LINES = 100_000, 1_000_000
_GROUP_CLAIMS = 5_000


def write(build: Build, url: str, format_: str) -> int:
    """Write `part-00000`, `part-00001` and so on below the URL, in output order, and return how many.

    A part holds so many claims (Parquet) or statements (N-Quads); the same build gives the same
    parts. Parts of an earlier build are removed.

    Raises InputError where fsspec or pyarrow is not installed, or the URL cannot be written.
    """
    try:
        import fsspec

        files, path = fsspec.core.url_to_fs(url)
        files.makedirs(path, exist_ok=True)
        for old in files.glob(f"{path}/part-*"):
            files.rm_file(old)
        count = 0
        suffix, most, put = (".parquet", MAX_CLAIMS, _put_claims) if format_ == "parquet" else (".nq", MAX_LINES, _put_lines)
        items: Iterator[Any] = build.claims() if format_ == "parquet" else _statements(build)
        for first in items:
            with files.open(f"{path}/part-{count:05d}{suffix}", "wb") as target:
                put(target, chain((first,), islice(items, most - 1)))
            count += 1
    except ImportError as error:
        message = f"partitions need {error.name}; install it with `pip install 'substance-kg[ray]'`"
        raise InputError(message) from error
    except (OSError, ValueError) as error:
        message = f"{url}: cannot be written ({error})"
        raise InputError(message) from error
    return count


def _put_claims(target: BinaryIO, claims: Iterator[Claim]) -> None:
    """Write one Parquet file, with so many claims in memory as a row group has."""
    import pyarrow as pa
    from pyarrow import parquet

    rows = map(_row, claims)
    group = list(islice(rows, _GROUP_CLAIMS))
    schema = pa.schema([(name, pa.string()) for name in group[0]])
    with parquet.ParquetWriter(target, schema) as writer:
        while group:
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
            group = list(islice(rows, _GROUP_CLAIMS))


def _put_lines(target: BinaryIO, lines: Iterator[bytes]) -> None:
    target.writelines(lines)


def _row(claim: Claim) -> dict[str, Any]:
    """What one filters by as columns, and the whole claim as its line of claims.jsonl."""
    return {
        "id": claim.id,
        "doc": claim.doc,
        "subject": claim.subject.entity.id,
        "subject_type": claim.subject.entity.type,
        "predicate": claim.predicate,
        "object": claim.object.entity.id,
        "object_type": claim.object.entity.type,
        "polarity": claim.polarity.value,
        "certainty": claim.certainty.value,
        "basis": claim.basis.value,
        "stance": claim.stance.value,
        "sentence": claim.sentence.text,
        "claim": jsonl.dump(claim),
    }


def _statements(build: Build) -> Iterator[bytes]:
    from kg import rdf

    return chain.from_iterable(rdf.lines(block) for block in rdf.blocks_of(build))
