"""claims.parquet: one claim a row, for pandas, Polars, DuckDB, Spark, R. Needs pyarrow (the extra `parquet`)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from kg import DISCLAIMER, __version__
from kg.errors import InputError
from kg.views import standing

if TYPE_CHECKING:
    from pathlib import Path

    from kg.builds import Build
    from kg.model import Claim

ROWS_A_GROUP = 50_000


def write(build: Build, out: Path) -> None:
    """Write the claims in output order; the same build gives the same bytes, with one group of rows in memory at a time.

    Raises InputError where pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        message = "the format parquet needs pyarrow; install it with `pip install 'substance-kg[parquet]'`"
        raise InputError(message) from error
    schema = _schema(pa)
    claims = build.claims()
    with parquet.ParquetWriter(out, schema, compression="zstd") as table:
        while rows := [_row(claim) for claim in islice(claims, ROWS_A_GROUP)]:
            table.write_table(pa.Table.from_pylist(rows, schema=schema))


def _schema(pa: Any) -> Any:
    """Return the columns; offsets are Unicode code points of the document's text, end exclusive."""
    text, offset = pa.string(), pa.int64()
    cue = pa.struct([("kind", text), ("text", text), ("start", offset), ("end", offset)])
    ends = [
        field
        for end in ("subject", "object")
        for field in (
            *((f"{end}_{part}", text) for part in ("id", "label", "type", "text")),
            (f"{end}_start", offset),
            (f"{end}_end", offset),
        )
    ]
    columns = [
        *(("id", text), ("doc", text), ("sentence", text), ("sentence_start", offset), ("sentence_end", offset)),
        *ends,
        *((name, text) for name in ("predicate", "polarity", "certainty", "basis", "stance", "standing")),
        *((name, text) for name in ("attribution_id", "attribution", "direction", "mechanism", "kind", "dose", "route", "population")),
        ("cues", pa.list_(cue)),
        *(("rule", text), ("path", text), ("sha256", text)),
    ]
    return pa.schema(columns, metadata={"about": DISCLAIMER, "software": f"kg {__version__}"})


def _row(claim: Claim) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": claim.id,
        "doc": claim.doc,
        "sentence": claim.sentence.text,
        "sentence_start": claim.sentence.start,
        "sentence_end": claim.sentence.end,
        "predicate": claim.predicate,
        "polarity": claim.polarity.value,
        "certainty": claim.certainty.value,
        "basis": claim.basis.value,
        "stance": claim.stance.value,
        "standing": standing(claim.polarity, claim.certainty, claim.stance),
        "attribution_id": None if claim.attribution is None else claim.attribution.id,
        "attribution": None if claim.attribution is None else claim.attribution.label,
        "direction": claim.direction,
        "mechanism": claim.mechanism,
        "kind": claim.kind,
        "dose": claim.dose,
        "route": claim.route,
        "population": claim.population,
        "cues": [{"kind": cue.kind, "text": cue.text, "start": cue.start, "end": cue.end} for cue in claim.cues],
        "rule": claim.rule,
        "path": claim.source.path,
        "sha256": claim.source.sha256,
    }
    for end, mention in (("subject", claim.subject), ("object", claim.object)):
        entity = mention.entity
        row |= {f"{end}_id": entity.id, f"{end}_label": entity.label, f"{end}_type": entity.type}
        row |= {f"{end}_text": mention.text, f"{end}_start": mention.start, f"{end}_end": mention.end}
    return row
