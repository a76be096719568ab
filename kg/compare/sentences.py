"""A claim's sentence as a report shows it: the words, who says so, on what ground, and the page or heading."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kg.builds import Build
    from kg.model import Claim, Section


def places(build: Build) -> Callable[[Claim], str]:
    """Return a function that names the page and heading of a claim, '' where its document has none."""
    sections = {record.id: tuple(sorted(record.sections, key=lambda section: section.start)) for record in build.documents()}
    return lambda claim: _place(sections, claim)


def _place(sections: Mapping[str, tuple[Section, ...]], claim: Claim) -> str:
    own = sections.get(claim.doc, ())
    nearest: dict[str, str] = {}
    for section in own[: bisect_right(own, claim.sentence.start, key=lambda section: section.start)]:
        if section.end > claim.sentence.start:
            nearest[section.kind] = f"page {section.label}" if section.kind == "page" and section.label.isdecimal() else section.label
    return ", ".join(nearest.values())


def speaker(claim: Claim) -> str:
    """Return who says so, '' where the text speaks in its own voice."""
    return "" if claim.attribution is None else claim.attribution.label


def cite(claim: Claim, place: Callable[[Claim], str]) -> str:
    """Return the line under a quoted sentence: document, place, ground, certainty, speaker."""
    parts = [claim.doc]
    if where := place(claim):
        parts.append(where)
    parts.append(claim.certainty.value)
    parts.append("no ground named" if claim.basis.value == "none" else f"ground: {claim.basis.value.replace('_', ' ')}")
    if who := speaker(claim):
        parts.append(f"speaker: {who}")
    return "; ".join(parts)


def sentence_record(claim: Claim, place: Callable[[Claim], str]) -> dict[str, Any]:
    """Return the claim as reports give it in JSON."""
    return {
        "id": claim.id,
        "doc": claim.doc,
        "place": place(claim),
        "start": claim.sentence.start,
        "end": claim.sentence.end,
        "sentence": claim.sentence.text,
        "subject": claim.subject.entity.id,
        "predicate": claim.predicate,
        "object": claim.object.entity.id,
        "stance": claim.stance.value,
        "polarity": claim.polarity.value,
        "certainty": claim.certainty.value,
        "basis": claim.basis.value,
        "speaker": speaker(claim) or None,
        "direction": claim.direction,
        "mechanism": claim.mechanism,
    }
