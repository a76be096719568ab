"""Look up the public identifier of every concept, and write the mapping set: `python tools/lexicon/ground.py`.

An identifier is only ever taken from a source table, where the concept's label or one of its
names is a name of the id there. A label that is the id's label beats a label that is a synonym,
which beats another name; two concepts of one type never share an id. For types whose concepts gather
many wordings (an effect, a caution) only the label counts, and so it does where a concept's names are the labels of
several ids: one of these is part of the concept, not the same. `reviewed.tsv` says which of them a reader chose, and which a reader refused.
Where nothing is found the mapping set says `sssom:NoMapping`.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import sources
from rows import ROOT, Row, read, write

from kg import tables as files
from kg.lexicon import normal, plain

REVIEWED = Path(__file__).parent / "reviewed.tsv"
MAPPINGS = ROOT / "ontology" / "mappings.sssom.tsv"
LEXICAL = "semapv:LexicalMatching"
# how many names beside the label may be looked up
FALLBACK_NAMES = {"substance": 2, "compound": 1, "alkaloid": 2, "receptor": 3, "condition": 2, "neurotransmitter": 2}
MIN_FALLBACK_LETTERS = 4
SCORES = ((True, True), (True, False), (False, True), (False, False))
HEADER = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "object_source",
    "match_string",
)


def tables(type_: str) -> dict[str, sources.Table]:
    """Return the tables where the type's identifiers are looked for, by prefix."""
    chemical = {
        "CHEBI": sources.obo("chebi", "CHEBI"),
        "unii": sources.unii(),
        "mesh": sources.mesh("D B01.875 B01.650 G D20 J02"),
        "mesh supplement": sources.mesh_supplement(),
    }
    target = {"hgnc": sources.hgnc(), "fplx": sources.famplex(), "mesh": sources.mesh("D08 D12 D23")}
    disease = {
        "MONDO": sources.obo("mondo", "MONDO"),
        "DOID": sources.obo("doid", "DOID"),
        "HP": sources.obo("hp", "HP"),
        "mesh": sources.mesh("C F03 F01.145 F02.830 G11 F01.470 F01"),
    }
    return {
        "substance": chemical,
        "compound": chemical,
        "alkaloid": chemical,
        "receptor": target,
        "neurotransmitter": {**chemical, **target, "mesh": sources.mesh("D")},
        "condition": disease,
        "caution": {"HP": disease["HP"], "mesh": sources.mesh("C F03")},
        "effect": {"mesh": sources.mesh("F G D27")},
        "treatment": {"mesh": sources.mesh("E F02 F04 I03 G11 N02")},
        "organism": {"NCBITaxon": sources.ncbitaxon()},
        "place": {"iso.3166": sources.countries(), "mesh": sources.mesh("Z")},
        "authority": {"mesh": sources.mesh("I N")},
    }[type_]


@cache
def reviewed(verdict: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the identifiers that a reader judged so, and the name that each was met by, by concept."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in files.read(REVIEWED, ("concept", "xref", "name", "verdict", "why")):
        if row["verdict"] == verdict:
            found[row["concept"]] = (*found.get(row["concept"], ()), (row["xref"], row["name"]))
    return found


def candidates(row: Row, prefix: str, table: sources.Table) -> list[tuple[int, str, str]]:
    """Return (rank, id, name that matched) of every id that the row's names meet, best first."""
    chosen = [(-1, id_, name) for id_, name in reviewed("same").get(row.id, ()) if id_ in table.labels]
    if prefix == "NCBITaxon":
        return [*chosen, *((0, id_, row.label) for id_ in table.names.get(row.label, {}))]
    called = table.names.get(normal(row.label), {})
    if prefix == "hgnc":
        # a symbol is only met as it is written, and before any alias
        symbols = [
            (0, id_, name)
            for name in (row.label, *map(plain, row.names))
            for id_, own in table.names.get(normal(name), {}).items()
            if own and name == table.labels[id_]
        ]
        if len({id_ for _, id_, _ in symbols}) > 1:
            return [*chosen, *((0, id_, row.label) for id_ in sorted({id_ for _, id_, _ in symbols} & called.keys()))]
        return [*chosen, *(symbols or [(2, id_, row.label) for id_ in called])]
    labelled = {
        id_
        for name in (row.label, *row.names)
        if "{with" not in name
        for id_, own in table.names.get(normal(plain(name)), {}).items()
        if own
    }
    names = [row.label, *(name for name in row.names if "{" not in name and normal(name) != normal(row.label))]
    found: list[tuple[int, str, str]] = []
    for place, name in enumerate(names[: FALLBACK_NAMES.get(row.type, 0) + 1]):
        if place and (len(labelled) > 1 or len(name) < MIN_FALLBACK_LETTERS or (name.isupper() and len(name) < MIN_FALLBACK_LETTERS + 1)):
            continue
        for id_, is_label in table.names.get(normal(name), {}).items():
            if place and not is_label:
                continue
            rank = SCORES.index((place == 0, is_label))
            found.append((rank * 100 + place, id_, name))
    return [*chosen, *sorted(found)]


def ground(rows: dict[str, Row]) -> list[tuple[str, ...]]:
    """Set the identifiers of every row and return the mappings, sorted."""
    mappings: list[tuple[str, ...]] = []
    taken: dict[tuple[str, str], str] = {}
    chosen: dict[str, list[tuple[str, str, str]]] = {id_: [] for id_ in rows}
    refused = {(own, id_) for own, others in reviewed("other").items() for id_, _ in others}
    types = sorted({row.type for row in rows.values()})
    for type_ in types:
        for prefix, table in tables(type_).items():
            wanted = [
                (rank, row.id, id_, name)
                for row in rows.values()
                if row.type == type_
                for rank, id_, name in candidates(row, prefix, table)
            ]
            has: set[str] = set()
            for _, own, id_, name in sorted(wanted):
                done = any(other.split(":")[0] == id_.split(":")[0] for other, _, _ in chosen[own])
                if own in has or done or (type_, id_) in taken or (own, id_) in refused:
                    continue
                has.add(own)
                taken[type_, id_] = own
                chosen[own].append((id_, table.labels[id_], name))
                protein = table.parents.get(id_, ("",))[0] if prefix == "hgnc" else ""
                if protein and (type_, protein) not in taken:
                    taken[type_, protein] = own
                    chosen[own].append((protein, table.labels[id_], name))
    for id_, row in rows.items():
        row.xrefs = sorted(found for found, _, _ in chosen[id_])
        for found, label, name in sorted(chosen[id_]):
            mappings.append((f"c:{id_}", row.label, "skos:exactMatch", found, label, LEXICAL, "", name))
        if not chosen[id_]:
            mappings.append(
                (
                    f"c:{id_}",
                    row.label,
                    "skos:exactMatch",
                    "sssom:NoMapping",
                    "",
                    LEXICAL,
                    ",".join(sorted({t.split(" ")[0] for t in tables(row.type)})),
                    "",
                )
            )
    return sorted(mappings)


def write_mappings(mappings: list[tuple[str, ...]]) -> None:
    """Write the SSSOM mapping set, with the prefixes that it uses."""
    from kg import lexicon

    prefixes = lexicon.prefixes()
    used = sorted({value.split(":")[0] for row in mappings for value in (row[0], row[2], row[3], row[5])})
    lines = [
        "# mapping_set_id: https://w3id.org/substance-kg/mappings",
        "# mapping_set_title: Concepts of the substance-kg lexicon and public identifiers",
        "# license: https://creativecommons.org/publicdomain/zero/1.0/",
        "# curie_map:",
        *(f'#   {prefix}: "{prefixes[prefix]}"' for prefix in used),
        "\t".join(HEADER),
    ]
    lines.extend("\t".join(row) for row in mappings)
    MAPPINGS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sources.fetch()
    lexicon_rows = read()
    found = ground(lexicon_rows)
    write(lexicon_rows)
    write_mappings(found)
    for type_ in sorted({row.type for row in lexicon_rows.values()}):
        members = [row for row in lexicon_rows.values() if row.type == type_]
        grounded = sum(bool(row.xrefs) for row in members)
        print(f"{type_}: {grounded} of {len(members)} ({grounded / len(members):.0%})")
