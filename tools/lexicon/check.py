"""Look up every identifier of the lexicon in its source table: `make check-identifiers`.

Each CURIE of `ontology/lexicon/*.tsv` must be in a table of a pinned package, and so must the
relations and classes of RO and Biolink that the ontology names. The mapping set must say the same as the lexicon: the same identifiers, each with the label of its
table and a name that both sides have; a concept without one says `sssom:NoMapping`. The `sssom` package must accept it.
The packages are downloaded once and kept in `.cache/`.
"""

from __future__ import annotations

import csv
import hashlib
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sources
from freeze_prefixes import OUT, content
from ground import MAPPINGS
from rows import ROOT, Row, read

from kg import lexicon
from kg.lexicon import normal, plain

SSSOM = ROOT / ".cache" / "sssom"
REQUIREMENTS = Path(__file__).parent / "sssom.txt"
VALIDATION = """
import sys
from sssom.constants import SchemaValidationType as Kind
from sssom.parsers import parse_sssom_table
from sssom.validators import validate

mappings = parse_sssom_table(sys.argv[1])
kinds = [Kind.JsonSchema, Kind.PrefixMapCompleteness, Kind.StrictCurieFormat]
validate(mappings, kinds, fail_on_error=True)
print(len(mappings.df))
"""
NO_MAPPING = "sssom:NoMapping"
MAX_SHOWN = 50


def lookups(rows: dict[str, Row]) -> tuple[dict[str, str], dict[str, set[str]]]:
    """Return the label and the folded names of every identifier of the rows that a source table has."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows.values():
        for xref in row.xrefs:
            wanted[xref.partition(":")[0]].add(xref)
    labels: dict[str, str] = {}
    names: dict[str, set[str]] = {}
    for prefix, ids in sorted(wanted.items()):
        for table in sources.tables(prefix):
            labels.update({id_: table.labels[id_] for id_ in ids if id_ in table.labels})
            names.update(table.names_of(ids))
    return labels, names


def mappings() -> list[dict[str, str]]:
    """Return the rows of the mapping set."""
    with MAPPINGS.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t", quoting=csv.QUOTE_NONE))


def complaints(rows: dict[str, Row], labels: dict[str, str], names: dict[str, set[str]], mapped: list[dict[str, str]]) -> list[str]:
    """Return what is wrong with the identifiers of the rows and with their mappings."""
    found = [f"{row.type}.tsv: {row.id}: {xref} is in no source table" for row in rows.values() for xref in row.xrefs if xref not in labels]
    said: dict[str, list[str]] = defaultdict(list)
    for mapping in mapped:
        id_, object_ = mapping["subject_id"].removeprefix("c:"), mapping["object_id"]
        said[id_].append(object_)
        row = rows.get(id_)
        if row is None or object_ == NO_MAPPING or object_ not in labels:
            continue
        own = {normal(plain(name)) for name in (row.label, *row.names)}
        if mapping["subject_label"] != row.label or mapping["object_label"] != labels[object_]:
            found.append(f"mappings: {id_} {object_}: the labels are {row.label!r} and {labels[object_]!r}")
        if normal(mapping["match_string"]) not in own:
            found.append(f"mappings: {id_} {object_}: {mapping['match_string']!r} is no name of the concept")
        match = mapping["match_string"] if object_.startswith("NCBITaxon:") else normal(mapping["match_string"])
        if match not in names[object_]:
            found.append(f"mappings: {id_} {object_}: {mapping['match_string']!r} is no name of the identifier")
    for id_ in sorted({*rows, *said}):
        wanted = sorted(rows[id_].xrefs) or [NO_MAPPING] if id_ in rows else []
        if sorted(said[id_]) != wanted:
            found.append(
                f"mappings: {id_}: {', '.join(sorted(said[id_])) or 'nothing'}; the lexicon has {', '.join(wanted) or 'no such concept'}"
            )
    return found


def ontology_complaints() -> list[str]:
    """Return the Relation Ontology's and Biolink's terms that the ontology names and no source table has.

    No package ships ECO; its few classes were read and checked by hand.
    """
    tables_ = (("obo", r"(?:RO|BFO)_\d+", sources.relations()), ("biolink", r"\w+", sources.biolink()))
    return [
        f"{path.name}: {prefix}:{term} is in no source table"
        for path in sorted((ROOT / "ontology").glob("*.ttl"))
        for prefix, shape, known in tables_
        for term in sorted(set(re.findall(rf"\b{prefix}:({shape})", path.read_text(encoding="utf-8"))) - known)
    ]


def prefix_complaints(rows: dict[str, Row]) -> list[str]:
    """Return the prefixes that the map lacks, or that stand for something else in the pinned Bioregistry."""
    found = [] if OUT.read_text(encoding="utf-8") == content() else ["prefixes.tsv: not what tools/lexicon/freeze_prefixes.py writes"]
    used = {xref.partition(":")[0] for row in rows.values() for xref in row.xrefs}
    return found + [f"prefixes.tsv: no {prefix}" for prefix in sorted(used - set(lexicon.prefixes()))]


def validate() -> str:
    """Let the `sssom` package, in an environment of its own, read and judge the mapping set; return what to say of it.

    What it accepted is not judged again while it stays the same. Raises CalledProcessError where it refuses.
    """
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    installed, accepted = SSSOM / "requirements.txt", SSSOM / "accepted.txt"
    python = SSSOM / "bin" / "python"
    if not (installed.is_file() and installed.read_text(encoding="utf-8") == wanted):
        subprocess.run([sys.executable, "-m", "venv", "--clear", "--without-pip", str(SSSOM)], check=True)
        pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install", "--quiet"]
        subprocess.run([*pip, "--no-deps", "--no-compile", "--requirement", str(REQUIREMENTS)], check=True)
        installed.write_text(wanted, encoding="utf-8")
    digest = hashlib.sha256((wanted + VALIDATION).encode() + MAPPINGS.read_bytes()).hexdigest()
    if accepted.is_file() and accepted.read_text(encoding="utf-8") == digest:
        return "accepted these mappings before"
    result = subprocess.run([str(python), "-W", "ignore", "-c", VALIDATION, str(MAPPINGS)], check=True, stdout=subprocess.PIPE, text=True)
    accepted.write_text(digest, encoding="utf-8")
    return f"accepts the {int(result.stdout.split()[-1])} mappings"


def main() -> int:
    """Check, say what was found, and return the exit code."""
    started = time.monotonic()
    missing = sources.missing()
    told = f"downloading {', '.join(missing)}" if missing else f"the source tables are in {sources.CACHE.relative_to(ROOT)}/ already"
    print(f"identifiers: {told}", flush=True)
    sources.fetch()
    rows = read()
    labels, names = lookups(rows)
    if wrong := [*complaints(rows, labels, names, mappings()), *ontology_complaints(), *prefix_complaints(rows)]:
        print("\n".join([*wrong[:MAX_SHOWN], f"identifiers: {len(wrong)} complaints"]), file=sys.stderr)
        return 1
    counts = Counter(xref.partition(":")[0] for row in rows.values() for xref in row.xrefs)
    by_prefix = ", ".join(f"{prefix} {count}" for prefix, count in sorted(counts.items()))
    print(f"identifiers: {counts.total()} of {counts.total()} found in a source table ({by_prefix})", flush=True)
    print(f"identifiers: the sssom package {validate()}; {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
