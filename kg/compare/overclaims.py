"""Where a document says more than is known: lone assertions, proof without a clinical ground, praise without cautions."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg import tables
from kg.compare import evidence
from kg.compare.render import Bullets, Heading, Paragraph, Quote, Report, Table
from kg.compare.sentences import cite, sentence_record
from kg.model import Basis, Certainty, Stance
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from kg.compare.render import Block
    from kg.model import Claim

PRAISE = frozenset(("alleviates", "produces"))
BENEFITS = PRAISE | {"adjunct_to", "binds", "modulates", "regulates"}
RISKS = frozenset(("has_caution", "interacts_with", "worsens"))
LONE, PROOF, GAP = "lone assertion", "proof without a clinical ground", "praise without cautions"
_SHOWN_CAUTIONS = 8

RECIPE = (
    "A document scores one point for each edge that it asserts and every other independent document hedges, one for each edge that it "
    "calls proven while no sentence of the corpus names a clinical ground for it, and one for each substance that it praises without any "
    f"caution while another independent document gives one; documents are ranked by their points. Here {evidence.COPY_RECIPE}."
)

_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Overclaim:
    """One finding in one document.

    `claims` are its sentences; `others` the sentences of other documents that hedge the edge, or
    that give the cautions; `missing` the labels of those cautions.
    """

    kind: str
    doc: str
    about: str
    claims: tuple[Claim, ...]
    others: tuple[Claim, ...]
    missing: tuple[str, ...] = ()


def proof_wordings(path: Path = ONTOLOGY / "reference" / "proof-wordings.tsv") -> re.Pattern[str]:
    """Return the wordings that claim proof as one expression.

    Raises TableError.
    """
    phrases = [row["phrase"] for row in tables.read(path, ("phrase", "example"))]
    alternatives = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"\b(?:{alternatives})\b", re.IGNORECASE)


def find(claims: Iterable[Claim], copies: Mapping[str, str], proof: re.Pattern[str]) -> tuple[Overclaim, ...]:
    """Return every finding, by document, kind and what it is about.

    Near-copies are each named, but count as one where others are asked for. All affirmed claims
    of praise, of mechanism and of risk are held until the last is read.
    """
    edges: dict[_Key, list[Claim]] = defaultdict(list)
    risks: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        if claim.stance is not Stance.AFFIRMED:
            continue
        if claim.predicate in BENEFITS:
            edges[claim.subject.entity.id, claim.predicate, claim.object.entity.id].append(claim)
        elif claim.predicate in RISKS:
            risks[claim.subject.entity.id].append(claim)
            if claim.predicate == "interacts_with":
                risks[claim.object.entity.id].append(claim)
    found = [*_lone(edges, copies), *_unfounded(edges, proof), *_gaps(edges, risks, copies)]
    return tuple(sorted(found, key=lambda one: (one.doc, one.kind, one.about)))


def _by_document(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    documents: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        documents[claim.doc].append(claim)
    return documents


def _group(document: str, copies: Mapping[str, str]) -> str:
    return copies.get(document, document)


def _edge(claim: Claim) -> str:
    return f"{claim.subject.entity.label} {claim.predicate.replace('_', ' ')} {claim.object.entity.label}"


def _lone(edges: Mapping[_Key, list[Claim]], copies: Mapping[str, str]) -> Iterable[Overclaim]:
    for claims in edges.values():
        documents = _by_document(claims)
        asserting = {doc for doc, own in documents.items() if any(claim.certainty is Certainty.ASSERTED for claim in own)}
        if len({_group(doc, copies) for doc in asserting}) != 1:
            continue
        group = _group(min(asserting), copies)
        others = [claim for claim in claims if _group(claim.doc, copies) != group]
        if others:
            for doc in asserting:
                own = tuple(claim for claim in documents[doc] if claim.certainty is Certainty.ASSERTED)
                yield Overclaim(LONE, doc, _edge(own[0]), own, evidence.strongest(others))


def _unfounded(edges: Mapping[_Key, list[Claim]], proof: re.Pattern[str]) -> Iterable[Overclaim]:
    for claims in edges.values():
        proven = [claim for claim in claims if claim.predicate in PRAISE and proof.search(claim.sentence.text)]
        # The wording itself ("clinically proven") names no trial, so it is no ground.
        if proven and not any(claim.basis is Basis.CLINICAL and not proof.search(claim.sentence.text) for claim in claims):
            for doc, own in _by_document(proven).items():
                yield Overclaim(PROOF, doc, _edge(own[0]), tuple(own), ())


def _gaps(edges: Mapping[_Key, list[Claim]], risks: Mapping[str, list[Claim]], copies: Mapping[str, str]) -> Iterable[Overclaim]:
    praise: dict[str, list[Claim]] = defaultdict(list)
    for (subject, predicate, _), claims in edges.items():
        if predicate in PRAISE:
            praise[subject].extend(claims)
    for subject, praising in praise.items():
        warned = {_group(claim.doc, copies) for claim in risks.get(subject, ())}
        for doc, own in _by_document(praising).items():
            if warned and _group(doc, copies) not in warned:
                others = evidence.strongest(risks[subject])
                labels = {_caution(claim, subject) for claim in others}
                label = own[0].subject.entity.label
                yield Overclaim(GAP, doc, label, tuple(sorted(own, key=lambda claim: claim.key)), others, tuple(sorted(labels)))


def _caution(claim: Claim, subject: str) -> str:
    label = claim.object.entity.label if claim.subject.entity.id == subject else claim.subject.entity.label
    prefix = {"interacts_with": "interacts with ", "worsens": "worsens "}.get(claim.predicate, "")
    return prefix + label


def rank(found: Iterable[Overclaim]) -> tuple[tuple[str, int], ...]:
    """Return (document, points), most points first, then by id; a document without a finding is left out."""
    points: dict[str, int] = defaultdict(int)
    for one in found:
        points[one.doc] += 1
    return tuple(sorted(points.items(), key=lambda pair: (-pair[1], pair[0])))


def as_json(found: tuple[Overclaim, ...], place: Callable[[Claim], str]) -> dict[str, Any]:
    """Return ranks and findings as JSON values."""
    return {
        "recipe": RECIPE,
        "documents": [{"doc": doc, "points": points} for doc, points in rank(found)],
        "findings": [
            {
                "kind": one.kind,
                "doc": one.doc,
                "about": one.about,
                "claims": [sentence_record(claim, place) for claim in one.claims],
                "others": [sentence_record(claim, place) for claim in one.others],
                "missing": list(one.missing),
            }
            for one in found
        ],
    }


def report(found: tuple[Overclaim, ...], place: Callable[[Claim], str], *, quotes: int = 3) -> Report:
    """Return the ranks, then each document's findings with at most `quotes` sentences of each side."""
    ranked = rank(found)
    kinds = (LONE, PROOF, GAP)
    rows = tuple(
        (doc, str(points), *(str(sum(1 for one in found if one.doc == doc and one.kind == kind)) for kind in kinds))
        for doc, points in ranked
    )
    parts: list[Block] = [Table(("document", "points", *kinds), rows)] if rows else [Paragraph("Nothing found.")]
    for doc, _ in ranked:
        parts.append(Heading(doc))
        for one in found:
            if one.doc == doc:
                parts += [Heading(f"{one.kind.capitalize()}: {one.about}", 3), *_quotes(one, place, quotes)]
    return Report("Does a text say more than is known?", RECIPE, tuple(parts))


def _quotes(one: Overclaim, place: Callable[[Claim], str], quotes: int) -> Iterable[Block]:
    yield from (Quote(claim.sentence.text, cite(claim, place)) for claim in _sentences(one.claims)[:quotes])
    if one.missing:
        yield Paragraph("Other documents warn of:")
        yield Bullets((*one.missing[:_SHOWN_CAUTIONS], *_more(len(one.missing) - _SHOWN_CAUTIONS)))
    elif one.others:
        yield Paragraph("Others hedge:")
        yield from (Quote(claim.sentence.text, cite(claim, place)) for claim in _sentences(one.others)[:quotes])


def _sentences(claims: Iterable[Claim]) -> list[Claim]:
    """Return one claim a sentence, in the order given."""
    return list({(claim.doc, claim.sentence.start): claim for claim in reversed(tuple(claims))}.values())[::-1]


def _more(count: int) -> tuple[str, ...]:
    return (f"… and {count} more",) if count > 0 else ()
