"""One page on a substance: what it contains, binds, is said to do, for whom it is risky, who says so, what is disputed."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from kg.compare import conflicts, evidence
from kg.compare.render import Heading, Paragraph, Quote, Report, Table
from kg.compare.sentences import cite, sentence_record
from kg.model import Stance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kg.compare.conflicts import Contradiction
    from kg.compare.render import Block
    from kg.model import Claim, Entity

# (heading, predicate, whether the entity is the object)
SECTIONS = (
    ("What it is", "is_a", False),
    ("What is one", "is_a", True),
    ("Comes from", "derived_from", False),
    ("Native to", "native_to", False),
    ("Contains", "contains", False),
    ("Contained in", "contains", True),
    ("Binds", "binds", False),
    ("Modulates", "modulates", False),
    ("Said to relieve", "alleviates", False),
    ("Said to produce", "produces", False),
    ("Said to worsen", "worsens", False),
    ("Cautions", "has_caution", False),
    ("Interacts with", "interacts_with", False),
    ("Said to interact with it", "interacts_with", True),
    ("Taken alongside", "adjunct_to", False),
)

RECIPE = (
    "Each row is one edge of the claims about the substance, the heaviest first, with its strongest sentence; "
    f"{evidence.WEIGHT_RECIPE}; {evidence.COPY_RECIPE}. "
    "Sentences that deny, or say that evidence is lacking, are counted beside, not against."
)


def select(claims: Iterable[Claim], entity: str) -> tuple[Claim, ...]:
    """Return the claims that have the entity as subject or object, in output order."""
    return tuple(claim for claim in claims if entity in (claim.subject.entity.id, claim.object.entity.id))


def _edges(claims: Iterable[Claim], copies: Mapping[str, str]) -> list[tuple[float, tuple[Claim, ...], tuple[Claim, ...]]]:
    """Return (weight, affirming claims, other claims) of each edge, the heaviest first."""
    edges: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in claims:
        edges[claim.subject.entity.id, claim.object.entity.id].append(claim)
    found = []
    for key, own in edges.items():
        affirming = evidence.strongest(claim for claim in own if claim.stance is Stance.AFFIRMED)
        others = evidence.strongest(claim for claim in own if claim.stance is not Stance.AFFIRMED)
        found.append((evidence.weigh(affirming, copies), key, affirming, others))
    return [(weight, affirming, others) for weight, _, affirming, others in sorted(found, key=lambda one: (-one[0], one[1]))]


def _sections(claims: tuple[Claim, ...], entity: str) -> Iterable[tuple[str, list[Claim], bool]]:
    for heading, predicate, is_object in SECTIONS:
        end = "object" if is_object else "subject"
        own = [claim for claim in claims if claim.predicate == predicate and getattr(claim, end).entity.id == entity]
        if own:
            yield heading, own, is_object


def speakers(claims: Iterable[Claim]) -> tuple[tuple[str, int], ...]:
    """Return (speaker, claims), the most frequent first; a text that speaks in its own voice is "the document itself"."""
    counts = Counter(claim.attribution.label if claim.attribution else "the document itself" for claim in claims)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def as_json(
    entity: Entity, claims: tuple[Claim, ...], disputed: Iterable[Contradiction], copies: Mapping[str, str], place: Callable[[Claim], str]
) -> dict[str, Any]:
    """Return the profile as JSON values."""
    return {
        "recipe": RECIPE,
        "entity": {"id": entity.id, "label": entity.label, "type": entity.type},
        "sections": [
            {
                "heading": heading,
                "edges": [
                    {
                        "weight": weight,
                        "affirmed": [sentence_record(claim, place) for claim in affirming],
                        "other": [sentence_record(claim, place) for claim in others],
                    }
                    for weight, affirming, others in _edges(own, copies)
                ],
            }
            for heading, own, _ in _sections(claims, entity.id)
        ],
        "speakers": dict(speakers(claims)),
        "disputed": conflicts.as_json(disputed, place)["contradictions"],
    }


def report(
    entity: Entity,
    claims: tuple[Claim, ...],
    disputed: tuple[Contradiction, ...],
    copies: Mapping[str, str],
    place: Callable[[Claim], str],
    *,
    limit: int = 15,
) -> Report:
    """Return the profile as a report with at most `limit` rows a section, and says how many more there are."""
    documents = len({claim.doc for claim in claims})
    parts: list[Block] = [Paragraph(f"{entity.type}. Claims about it: {len(claims)}, in documents: {documents}.")]
    for heading, own, is_object in _sections(claims, entity.id):
        edges = _edges(own, copies)
        rows = tuple(_row(weight, affirming, others, is_object=is_object) for weight, affirming, others in edges[:limit])
        parts += [Heading(heading), Table(("what", "weight", "documents", "hedged", "denied", "no evidence", "strongest sentence"), rows)]
        if len(edges) > limit:
            parts.append(Paragraph(f"… and {len(edges) - limit} more."))
    parts += [Heading("Who says so"), Table(("speaker", "claims"), tuple((who, str(count)) for who, count in speakers(claims)))]
    parts.append(Heading("What is disputed"))
    if disputed:
        parts.extend(conflicts.blocks(disputed, place, level=3, quotes=2))
    else:
        parts.append(Paragraph("No two of these claims contradict each other."))
    unproven = [claim for claim in claims if claim.stance is Stance.EVIDENCE_ABSENT]
    if unproven:
        parts.append(Heading("Where evidence is said to be lacking"))
        parts.extend(Quote(claim.sentence.text, cite(claim, place)) for claim in unproven[:limit])
    return Report(f"What the texts say about {entity.label}", RECIPE, tuple(parts))


def _row(weight: float, affirming: tuple[Claim, ...], others: tuple[Claim, ...], *, is_object: bool) -> tuple[str, ...]:
    best = (affirming or others)[0]
    hedged = sum(claim.certainty.value == "hedged" for claim in affirming)
    return (
        (best.subject if is_object else best.object).entity.label,
        evidence.number(weight),
        str(len({claim.doc for claim in affirming})),
        f"{hedged} of {len(affirming)}",
        str(sum(claim.stance is Stance.DENIED for claim in others)),
        str(sum(claim.stance is Stance.EVIDENCE_ABSENT for claim in others)),
        f"{best.sentence.text} ({best.doc})",
    )
