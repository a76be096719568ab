"""neo4j/: the graph as CSV for `neo4j-admin database import full`, claims as nodes.

A relationship between two entities never says more than the texts: `ALLEVIATES` only where some text asserts it, `MAY_…`
where texts only hedge, none where they only deny it or find no evidence. The claims themselves, all of them, are nodes
(`:Claim`) with their qualifiers, tied to their `SUBJECT`, their `OBJECT` and, by `STATED_IN`, to their document.
"""

from __future__ import annotations

import csv
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from kg import escapes, schema
from kg.views import standing, view

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from kg.builds import Build, DocumentRecord
    from kg.model import Claim
    from kg.views import Link, Node

_LIST = ";"  # the delimiter of arrays that neo4j-admin expects
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OUTSIDE_NAMES = re.compile(r"\W+", re.ASCII)
_ENTITIES = ("id:ID(Entity)", "label", "iri", "kind", "names:string[]", "degree:int", "pagerank:double", "community:int", ":LABEL")
_CLAIMS = (
    *("id:ID(Claim)", "predicate", "polarity", "certainty", "basis", "stance", "standing", "attribution"),
    *("direction", "mechanism", "dose", "route", "population", "subjectText", "objectText"),
    *("sentence", "start:int", "end:int", "doc", "rule", ":LABEL"),
)
_DOCUMENTS = ("id:ID(Document)", "path", "sha256", "characters:int", "claims:int", "title", "url", "date", ":LABEL")
_RELATIONS = (":START_ID(Entity)", ":END_ID(Entity)", "asserted:int", "hedged:int", "denied:int", "documents:int", "sentence", ":TYPE")
_SUBJECTS = (":START_ID(Claim)", ":END_ID(Entity)", ":TYPE")
_STATED = (":START_ID(Claim)", ":END_ID(Document)", ":TYPE")


def write(build: Build, out: Path) -> None:
    """Write the CSV files into the folder `out`; the same build gives the same bytes."""
    out.mkdir(parents=True, exist_ok=True)
    shown = view(build)
    with _table(out / "entities.csv", _ENTITIES) as row:
        for node in shown.nodes:
            row(_entity(node))
    with _table(out / "relations.csv", _RELATIONS) as row:
        for link in shown.links:
            if link.standing in {"asserted", "hedged"}:
                row(_relation(link))
    with _table(out / "documents.csv", _DOCUMENTS) as row:
        for record in build.documents():
            row(_document(record))
    with (
        _table(out / "claims.csv", _CLAIMS) as row,
        _table(out / "subjects.csv", _SUBJECTS) as subject,
        _table(out / "objects.csv", _SUBJECTS) as object_,
        _table(out / "stated.csv", _STATED) as stated,
    ):
        for claim in build.claims():
            row(_claim(claim))
            subject((claim.id, claim.subject.entity.id, "SUBJECT"))
            object_((claim.id, claim.object.entity.id, "OBJECT"))
            stated((claim.id, claim.doc, "STATED_IN"))


@contextmanager
def _table(path: Path, columns: Iterable[str]) -> Iterator[Callable[[Iterable[Any]], None]]:
    """Open a table and give what writes one row of it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(columns)
        yield lambda cells: table.writerow([_cell(value) for value in cells])


def _cell(value: Any) -> Any:
    """Return a value on one line, safe in a spreadsheet too; None is an empty cell, which is no property."""
    if isinstance(value, tuple):
        value = _LIST.join(part.replace(_LIST, ",") for part in value)
    return escapes.cell(escapes.line(value)) if isinstance(value, str) else value


def _entity(node: Node) -> tuple[Any, ...]:
    labels = ("Entity", *(_name(type_) for type_ in _ancestors(node.type)))
    return (node.id, node.label, node.iri, node.kind, node.names, node.degree, node.pagerank, node.community, labels)


def _ancestors(type_: str) -> tuple[str, ...]:
    known = schema.load()
    return known.ancestors(type_) if type_ in known.types else ((type_,) if type_ else ())


def _relation(link: Link) -> tuple[Any, ...]:
    predicate = schema.load().predicates.get(link.predicate)
    if predicate is None:
        name = link.predicate if link.standing == "asserted" else f"may_{link.predicate}"
    else:
        name = predicate.name if link.standing == "asserted" else predicate.may
    kind = _name(_CAPITAL.sub("_", name)).upper()
    return (link.source, link.target, link.asserted, link.hedged, link.denied, link.documents, link.sentence, kind)


def _name(text: str) -> str:
    """Return the text as a name that needs no quotes in Cypher."""
    return _OUTSIDE_NAMES.sub("_", text)


def _claim(claim: Claim) -> tuple[Any, ...]:
    return (
        *(claim.id, claim.predicate, claim.polarity.value, claim.certainty.value, claim.basis.value, claim.stance.value),
        standing(claim.polarity, claim.certainty, claim.stance),
        None if claim.attribution is None else claim.attribution.label,
        *(claim.direction, claim.mechanism, claim.dose, claim.route, claim.population, claim.subject.text, claim.object.text),
        *(claim.sentence.text, claim.sentence.start, claim.sentence.end, claim.doc, claim.rule, "Claim"),
    )


def _document(record: DocumentRecord) -> tuple[Any, ...]:
    about = dict(record.metadata)
    titles = (about.get(name) for name in ("title", "url", "datePublished"))
    return (record.id, record.source.path, record.source.sha256, record.characters, record.claims, *titles, "Document")
