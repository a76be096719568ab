"""Freeze the prefixes that the lexicon uses out of the Bioregistry: writes `ontology/prefixes.tsv`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sources

OUT = sources.ROOT / "ontology" / "prefixes.tsv"
# our spelling of the prefix, and the Bioregistry's
WANTED = {
    "CHEBI": "chebi",
    "DOID": "doid",
    "ECO": "eco",
    "GO": "go",
    "HP": "hp",
    "MONDO": "mondo",
    "NCBITaxon": "ncbitaxon",
    "RO": "ro",
    "biolink": "biolink",
    "fplx": "fplx",
    "hgnc": "hgnc",
    "iso.3166": "iso.3166",
    "mesh": "mesh",
    "semapv": "semapv",
    "skos": "skos",
    "sssom": "sssom",
    "unii": "unii",
    "uniprot": "uniprot",
}
OWN = {"c": "https://w3id.org/substance-kg/concept/", "kg": "https://w3id.org/substance-kg/ontology#"}


def content() -> str:
    """Return the table: RDF form first, then the provider's address, then the Bioregistry's own resolver."""
    registry = json.loads(sources.read("bioregistry", "data/bioregistry.json"))
    lines = [
        "# The prefixes of CURIEs and what they stand for, frozen from the Bioregistry " + sources.PACKAGES["bioregistry"] + " (CC0).",
        "prefix\turi\tbioregistry",
    ]
    rows = {prefix: (uri, "") for prefix, uri in OWN.items()}
    for prefix, key in WANTED.items():
        record = registry[key]
        form = record.get("rdf_uri_format") or record.get("uri_format") or f"https://bioregistry.io/{key}:$1"
        rows[prefix] = (form.removesuffix("$1"), key)
    lines.extend(f"{prefix}\t{uri}\t{key}" for prefix, (uri, key) in sorted(rows.items()))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sources.fetch()
    OUT.write_text(content(), encoding="utf-8")
