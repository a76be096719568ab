"""mappings.sssom.tsv: the public identifiers of the graph's entities, in the Simple Standard for Sharing Ontological Mappings.

Rows are those of `ontology/mappings.sssom.tsv` that the graph uses, "looked, found none" (`sssom:NoMapping`) included; an
identifier that only a user's own table gives is added as of unspecified justification.
"""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from kg import __version__, escapes, lexicon, rdf, tables
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from kg.builds import Build
    from kg.lexicon import Entry

COLUMNS = (
    *("subject_id", "subject_label", "predicate_id", "object_id"),
    *("object_label", "mapping_justification", "object_source", "match_string"),
)
_ALWAYS = ("c", "semapv", "skos", "sssom")
_MATCH = "skos:exactMatch"
_UNSPECIFIED = "semapv:UnspecifiedMatching"


def write(build: Build, out: Path) -> None:
    """Write the mappings as SSSOM in TSV; the same build gives the same bytes.

    An identifier whose prefix `ontology/prefixes.tsv` does not know is left out, as it is in the RDF.
    """
    entries = lexicon.load(build.lexicons()).entries
    rows = sorted(_rows(_ids(build, entries), entries))
    prefixes = lexicon.prefixes()
    used = sorted({*_ALWAYS, *(row[3].partition(":")[0] for row in rows)})
    with out.open("w", encoding="utf-8", newline="") as file:
        file.write(f"# mapping_set_id: {rdf.BASE}mappings\n# mapping_set_version: {__version__}\n")
        file.write("# mapping_set_title: Public identifiers of what the texts make claims about\n")
        file.write("# license: https://creativecommons.org/publicdomain/zero/1.0/\n# curie_map:\n")
        file.writelines(f'#   {prefix}: "{prefixes[prefix]}"\n' for prefix in used)
        table = csv.writer(file, delimiter="\t", lineterminator="\n")
        table.writerow(COLUMNS)
        table.writerows([escapes.cell(escapes.line(cell)) for cell in row] for row in rows)


def _ids(build: Build, entries: Mapping[str, Entry]) -> frozenset[str]:
    """Return every concept of the graph: what claims are about, who speaks them, and what the lexicon puts beside and above these."""
    ids: set[str] = set()
    for claim in build.claims():
        ids.update((claim.subject.entity.id, claim.object.entity.id))
        if claim.attribution is not None and claim.attribution.id is not None:
            ids.add(claim.attribution.id)
    return frozenset(ids) | rdf.related(ids, entries)


def _rows(ids: Iterable[str], entries: Mapping[str, Entry]) -> Iterator[tuple[str, ...]]:
    known = lexicon.prefixes()
    curated: dict[str, list[tuple[str, ...]]] = {}
    for row in tables.read(ONTOLOGY / "mappings.sssom.tsv", COLUMNS):
        curated.setdefault(row["subject_id"], []).append(tuple(row[column] for column in COLUMNS))
    for id_ in ids:
        given = curated.get(f"c:{id_}", [])
        yield from given
        there = {row[3] for row in given}
        if id_ in entries:
            for xref in entries[id_].xrefs:
                if xref not in there and xref.partition(":")[0] in known:
                    yield (f"c:{id_}", entries[id_].entity.label, _MATCH, xref, "", _UNSPECIFIED, "", "")
