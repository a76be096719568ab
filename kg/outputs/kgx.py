"""kgx/: the graph as KGX (TSV and JSON Lines) in the Biolink Model 4.4, one association a claim.

Left out are claims that evidence is absent: Biolink has no word for them, and neither `negated` nor its contrary would be
true. Everything of ours that Biolink has no slot for stands in columns `kg_…`. Offsets count Unicode code points of the
supporting text. A list in TSV is separated by |, and a | inside a text is written as ¦.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kg import biolink, escapes, lexicon, rdf
from kg.graph import collect
from kg.model import Stance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from kg.biolink import Thing
    from kg.builds import Build, DocumentRecord
    from kg.model import Claim, Entity

NAME = "substance-kg"
SOURCE = "infores:substance-kg"
NODES = ("id", "category", "name", "provided_by", "synonym", "xref")
EDGES = (
    *("id", "category", "subject", "predicate", "object", "negated"),
    *("knowledge_level", "agent_type", "primary_knowledge_source", "publications", "has_evidence_of_type", "supporting_text"),
    *("qualified_predicate", "object_aspect_qualifier", "object_direction_qualifier", "causal_mechanism_qualifier"),
    *("original_subject", "original_predicate", "original_object"),
    *("kg_polarity", "kg_certainty", "kg_basis", "kg_attribution", "kg_direction", "kg_mechanism", "kg_dose", "kg_route", "kg_population"),
    *("kg_subject_text", "kg_subject_start", "kg_subject_end", "kg_object_text", "kg_object_start", "kg_object_end"),
    *("kg_document", "kg_sentence_start", "kg_sentence_end", "kg_rule"),
)
# Prefixes that our own table lacks, as the Biolink Model spells and expands them.
_MORE_PREFIXES = {
    "claim": rdf.PREFIXES["claim"],
    "doi": "https://doi.org/",
    "infores": "https://w3id.org/information-resource-registry/",
    "PMC": "http://europepmc.org/articles/PMC",
    "PMID": "http://www.ncbi.nlm.nih.gov/pubmed/",
}
_ALWAYS = frozenset({"biolink", "c", "claim", "ECO", "infores", "kg"})
# Of one publication one identifier, in the order of the Translator's rules: PMID, PMCID, DOI; else its address, else our own name.
_PUBLICATIONS = (
    ("PMID", re.compile(r"(?:\bPMID[:\s]*|pubmed\.ncbi\.nlm\.nih\.gov/|ncbi\.nlm\.nih\.gov/pubmed/)(\d{1,9})\b", re.IGNORECASE)),
    ("PMC", re.compile(r"\bPMC:?(\d{1,9})\b", re.IGNORECASE)),
    ("doi", re.compile(r"\b(10\.\d{4,9}/[^\s\"<>|;]+)")),
)
_WEB = re.compile(r"https?://[^\s<>\"{}|\\^`]+")


def write(build: Build, out: Path) -> None:
    """Write `substance-kg_nodes` and `substance-kg_edges`, each .tsv and .jsonl, and `prefixes.json` into the folder `out`.

    The same build gives the same bytes.
    """
    out.mkdir(parents=True, exist_ok=True)
    entries = lexicon.load(build.lexicons()).entries
    entities = collect(build.claims())
    things = {id_: biolink.thing(entity, entries.get(id_)) for id_, entity in entities.items()}
    with _files(out, "nodes", NODES) as row:
        for node in _nodes(entities, things):
            row(node)
    publications = {record.id: publication(record) for record in build.documents()}
    with _files(out, "edges", EDGES) as row:
        for claim in build.claims():
            if claim.stance is not Stance.EVIDENCE_ABSENT:
                row(_edge(claim, things, publications))
    used = {curie.partition(":")[0] for node in things.values() for curie in (node.id, *node.others)}
    used |= {name.partition(":")[0] for name in publications.values()} | _ALWAYS
    known = {biolink.spell(prefix): iri for prefix, iri in lexicon.prefixes().items()} | _MORE_PREFIXES
    text = json.dumps({prefix: known[prefix] for prefix in sorted(used) if prefix in known}, indent=1)
    (out / "prefixes.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def publication(record: DocumentRecord) -> str:
    """Return the one name of a document: PMID, PMC or DOI as a CURIE, else its address, else the IRI that it has in the graph."""
    about = dict(record.metadata)
    names = f"{about.get('identifier', '')} {about.get('url', '')}"
    for prefix, pattern in _PUBLICATIONS:
        if found := pattern.search(names):
            return f"{prefix}:{found[1]}"
    url = about.get("url", "")
    return url if _WEB.fullmatch(url) else rdf.document_iri(record.id)


def _nodes(entities: Mapping[str, Entity], things: Mapping[str, Thing]) -> Iterator[dict[str, Any]]:
    """Give a node an identifier, in their order: entities that share a public one are one node, with the categories and names of both."""
    together: dict[str, list[str]] = {}
    for id_, thing in things.items():
        together.setdefault(thing.id, []).append(id_)
    for curie, ids in sorted(together.items()):
        name = entities[ids[0]].label
        yield {
            "id": curie,
            "category": sorted({f"biolink:{things[id_].category}" for id_ in ids}),
            "name": name,
            "provided_by": [SOURCE],
            "synonym": sorted({text for id_ in ids for text in (entities[id_].label, *entities[id_].names)} - {name}),
            "xref": sorted({other for id_ in ids for other in things[id_].others}),
        }


def _edge(claim: Claim, things: Mapping[str, Thing], publications: Mapping[str, str]) -> dict[str, Any]:
    subject, object_ = things[claim.subject.entity.id], things[claim.object.entity.id]
    what = biolink.associate(claim, subject.category, object_.category)
    direction = biolink.qualifier("direction", claim.direction) if "direction" in what.slots else None
    ends = (object_, subject) if what.is_turned else (subject, object_)
    start = claim.sentence.start
    return {
        "id": f"claim:{rdf.claim_iri(claim.id).removeprefix(rdf.PREFIXES['claim'])}",
        "category": [f"biolink:{what.category}"],
        "subject": ends[0].id,
        "predicate": f"biolink:{what.predicate}",
        "object": ends[1].id,
        "negated": biolink.is_denied(claim),
        "knowledge_level": biolink.knowledge_level(claim),
        "agent_type": "text_mining_agent",
        "primary_knowledge_source": SOURCE,
        "publications": [publications.get(claim.doc, rdf.document_iri(claim.doc))],
        "has_evidence_of_type": list(biolink.evidence()[claim.basis.value]),
        "supporting_text": [claim.sentence.text],
        # The Translator's rule: a direction says what the object's activity or amount is caused to do.
        "qualified_predicate": None if direction is None else "biolink:causes",
        "object_aspect_qualifier": None if direction is None else "activity_or_abundance",
        "object_direction_qualifier": direction,
        "causal_mechanism_qualifier": biolink.qualifier("mechanism", claim.mechanism) if "mechanism" in what.slots else None,
        "original_subject": biolink.own(claim.subject.entity),
        "original_predicate": f"kg:{claim.predicate}",
        "original_object": biolink.own(claim.object.entity),
        "kg_polarity": claim.polarity.value,
        "kg_certainty": claim.certainty.value,
        "kg_basis": claim.basis.value,
        "kg_attribution": None if claim.attribution is None else claim.attribution.label,
        "kg_direction": claim.direction,
        "kg_mechanism": claim.mechanism,
        "kg_dose": claim.dose,
        "kg_route": claim.route,
        "kg_population": claim.population,
        "kg_subject_text": claim.subject.text,
        "kg_subject_start": claim.subject.start - start,
        "kg_subject_end": claim.subject.end - start,
        "kg_object_text": claim.object.text,
        "kg_object_start": claim.object.start - start,
        "kg_object_end": claim.object.end - start,
        "kg_document": claim.doc,
        "kg_sentence_start": start,
        "kg_sentence_end": claim.sentence.end,
        "kg_rule": claim.rule,
    }


@contextmanager
def _files(out: Path, kind: str, columns: tuple[str, ...]) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Open a table in both forms and give what writes one row of it; what has no value is an empty cell and no key."""
    with (
        (out / f"{NAME}_{kind}.tsv").open("w", encoding="utf-8", newline="") as tsv,
        (out / f"{NAME}_{kind}.jsonl").open("w", encoding="utf-8", newline="\n") as jsonl,
    ):
        tsv.write("\t".join(columns) + "\n")

        def row(record: dict[str, Any]) -> None:
            tsv.write("\t".join(_cell(record[column]) for column in columns) + "\n")
            jsonl.write(
                json.dumps({name: value for name, value in record.items() if value not in (None, [], "")}, ensure_ascii=False) + "\n"
            )

        yield row


def _cell(value: Any) -> str:
    """Return a value without tabs, line ends and quotes, which KGX reads as they stand; safe in a spreadsheet too."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "|".join(_cell(part.replace("|", "¦")) for part in value)
    return escapes.cell(escapes.line(value)) if isinstance(value, str) else str(value)
