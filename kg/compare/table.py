"""The evidence table: every claim about one entity, by certainty and ground, with page or heading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.compare import evidence
from kg.compare.render import Paragraph, Report, Table
from kg.compare.sentences import sentence_record, speaker
from kg.model import Certainty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kg.model import Claim, Entity

COLUMNS = (
    "certainty",
    "ground",
    "stance",
    "subject",
    "predicate",
    "object",
    "who says so",
    "sentence",
    "document",
    "page or heading",
    "start",
    "end",
)

RECIPE = (
    "Every claim that has the entity as its subject or object: asserted before hedged, then by ground in the order "
    f"{', '.join(basis.value.replace('_', ' ') for basis in evidence.STRENGTH)}, then by document and place."
)


def order(claim: Claim) -> tuple[Any, ...]:
    """Return what the table sorts by: asserted first, the strongest ground first, then output order."""
    return (claim.certainty is Certainty.HEDGED, evidence.STRENGTH.index(claim.basis), claim.key)


def select(claims: Iterable[Claim], entity: str | None) -> tuple[Claim, ...]:
    """Return the claims about the entity in the table's order; all claims where no entity is given."""
    about = (claim for claim in claims if entity is None or entity in (claim.subject.entity.id, claim.object.entity.id))
    return tuple(sorted(about, key=order))


def table(claims: Iterable[Claim], place: Callable[[Claim], str]) -> Table:
    """Return the claims as rows, in the order given."""
    return Table(
        COLUMNS,
        tuple(
            (
                claim.certainty.value,
                claim.basis.value.replace("_", " "),
                claim.stance.value.replace("_", " "),
                claim.subject.entity.label,
                claim.predicate.replace("_", " "),
                claim.object.entity.label,
                speaker(claim),
                claim.sentence.text,
                claim.doc,
                place(claim),
                str(claim.sentence.start),
                str(claim.sentence.end),
            )
            for claim in claims
        ),
    )


def as_json(claims: Iterable[Claim], place: Callable[[Claim], str]) -> dict[str, Any]:
    """Return the table as JSON values."""
    return {"recipe": RECIPE, "claims": [sentence_record(claim, place) for claim in claims]}


def report(claims: tuple[Claim, ...], entity: Entity | None, place: Callable[[Claim], str]) -> Report:
    """Return the table as a report for print."""
    title = "Evidence table" if entity is None else f"Evidence table: {entity.label}"
    documents = len({claim.doc for claim in claims})
    return Report(title, RECIPE, (Paragraph(f"Claims: {len(claims)}; documents: {documents}."), table(claims, place)))
