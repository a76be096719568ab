"""Who disagrees, on what grounds: pairs of sides that cannot both be right, with no side declared the winner.

`contradictions(claims)` gives them for claims at hand; `of_build` for a built folder of any size;
`pairs` the ids of claims that contradict each other, for `kg:contradicts` and the page.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.compare import evidence
from kg.compare.render import Heading, Paragraph, Quote, Report
from kg.compare.sentences import cite, sentence_record
from kg.model import Polarity, Stance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kg.builds import Build
    from kg.compare.render import Block
    from kg.model import Claim

MAX_PAIRED_CLAIMS = 20
HARM_SUFFIX = "-harm"
ACTIVATES = frozenset(("agonist", "full agonist", "partial agonist", "biased agonist", "activator", "positive allosteric modulator"))
BLOCKS = frozenset(
    (
        "antagonist",
        "competitive antagonist",
        "non-competitive antagonist",
        "uncompetitive antagonist",
        "inverse agonist",
        "inhibitor",
        "reversible inhibitor",
        "negative allosteric modulator",
        "blocker",
    )
)

RECIPE = (
    "Two sides are set against each other where one sentence affirms what another denies, or where the same subject is said to "
    "relieve and to worsen or cause the same condition, to activate and to block the same target, to increase and to decrease the "
    "same thing, or to have no known interactions and to interact with something named; they are ranked by the weight of the lighter "
    f"side, then by both together, where {evidence.WEIGHT_RECIPE}, and {evidence.COPY_RECIPE}. "
    "A sentence that only says that evidence is lacking takes no side."
)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a disagreement: what it says in a word, its claims with the strongest first, and their weight."""

    says: str
    claims: tuple[Claim, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two sides on one question.

    `kind` is affirmed/denied, relieves/worsens, relieves/causes, activates/blocks,
    increases/decreases or none known/named; `subject` and `object` are labels;
    `within` names the documents that stand on both sides.
    """

    kind: str
    subject: str
    predicate: str
    object: str
    left: Side
    right: Side
    within: tuple[str, ...]

    @property
    def weight(self) -> float:
        """The weight of the lighter side: a dispute is as strong as its weaker party."""
        return min(self.left.weight, self.right.weight)

    @property
    def key(self) -> tuple[float, float, str, str, str, str]:
        """The order of a report: the best-founded dispute first."""
        return (-self.weight, -self.left.weight - self.right.weight, self.subject, self.object, self.kind, self.predicate)


_Question = tuple[str, str, str, str]


def _answers(claim: Claim) -> Iterator[tuple[_Question, str]]:
    """Give each question that the claim takes a side on, and the side: "left" or "right"."""
    subject, object_ = claim.subject.entity.id, claim.object.entity.id
    if claim.stance is not Stance.EVIDENCE_ABSENT:
        yield ("affirmed/denied", subject, claim.predicate, object_), "right" if claim.stance is Stance.DENIED else "left"
    if claim.predicate == "has_caution" and claim.kind == "interaction" and claim.polarity is Polarity.NEGATED:
        yield ("none known/named", subject, "interacts_with", ""), "left"
    if claim.stance is not Stance.AFFIRMED:
        return
    if claim.predicate == "alleviates":
        yield ("relieves/worsens", subject, "", object_), "left"
        yield ("relieves/causes", subject, "", object_), "left"
    elif claim.predicate == "worsens":
        yield ("relieves/worsens", subject, "", object_), "right"
    elif claim.predicate == "has_caution" and object_.endswith(HARM_SUFFIX):
        yield ("relieves/causes", subject, "", object_.removesuffix(HARM_SUFFIX)), "right"
    elif claim.predicate == "interacts_with":
        yield ("none known/named", subject, "interacts_with", ""), "right"
        yield ("none known/named", object_, "interacts_with", ""), "right"
    if claim.mechanism is not None and claim.mechanism in ACTIVATES | BLOCKS:
        yield ("activates/blocks", subject, claim.predicate, object_), "left" if claim.mechanism in ACTIVATES else "right"
    # A mechanism already tells the direction of binding ("antagonist"): one disagreement is reported once.
    elif claim.direction in ("increases", "decreases"):
        yield ("increases/decreases", subject, claim.predicate, object_), "left" if claim.direction == "increases" else "right"


_SIDES = {
    "affirmed/denied": ("affirmed", "denied"),
    "relieves/worsens": ("relieves", "worsens"),
    "relieves/causes": ("relieves", "causes as a harm"),
    "activates/blocks": ("activates", "blocks"),
    "increases/decreases": ("increases", "decreases"),
    "none known/named": ("no known interactions", "a named interaction"),
}


def contradictions(claims: Iterable[Claim], copies: Mapping[str, str] | None = None) -> tuple[Contradiction, ...]:
    """Return the disagreements between the claims, the best-founded first.

    `copies` maps each near-copy to its group (`evidence.copies`). Only the claims of questions
    that are disputed are kept, but all are held until the last is read: for a built folder use `of_build`.
    """
    known = {} if copies is None else copies
    sides: dict[_Question, dict[str, list[Claim]]] = defaultdict(lambda: {"left": [], "right": []})
    for claim in claims:
        for question, side in _answers(claim):
            sides[question][side].append(claim)
    found = (
        _contradiction(question, both["left"], both["right"], known) for question, both in sides.items() if both["left"] and both["right"]
    )
    return tuple(sorted(found, key=lambda one: one.key))


def of_build(build: Build, copies: Mapping[str, str] | None = None) -> tuple[Contradiction, ...]:
    """Return the disagreements of a built folder in two readings: the first finds the questions, the second keeps their claims."""
    seen: dict[_Question, set[str]] = defaultdict(set)
    for claim in build.claims():
        for question, side in _answers(claim):
            seen[question].add(side)
    disputed = frozenset(question for question, both in seen.items() if len(both) > 1)
    return contradictions(
        (claim for claim in build.claims() if any(question in disputed for question, _ in _answers(claim))),
        evidence.copies(build) if copies is None else copies,
    )


def _contradiction(question: _Question, left: list[Claim], right: list[Claim], copies: Mapping[str, str]) -> Contradiction:
    kind, subject, predicate, _ = question
    names = _SIDES[kind]
    first = left[0]
    return Contradiction(
        kind,
        first.subject.entity.label if first.subject.entity.id == subject else first.object.entity.label,
        predicate or first.predicate,
        "" if kind == "none known/named" else first.object.entity.label,
        Side(names[0], evidence.strongest(left), evidence.weigh(left, copies)),
        Side(names[1], evidence.strongest(right), evidence.weigh(right, copies)),
        tuple(sorted({claim.doc for claim in left} & {claim.doc for claim in right})),
    )


def pairs(found: Iterable[Contradiction]) -> tuple[tuple[str, str], ...]:
    """Return the ids of claims that contradict each other, each pair once and in order.

    Of each side the strongest `MAX_PAIRED_CLAIMS` claims are paired with those of the other,
    so a much-repeated dispute cannot make the graph grow without bound.
    """
    return tuple(
        sorted(
            {
                (min(one.id, other.id), max(one.id, other.id))
                for contradiction in found
                for one in contradiction.left.claims[:MAX_PAIRED_CLAIMS]
                for other in contradiction.right.claims[:MAX_PAIRED_CLAIMS]
            }
        )
    )


def as_json(found: Iterable[Contradiction], place: Callable[[Claim], str]) -> dict[str, Any]:
    """Return the disagreements as JSON values; `place` gives a claim's page or heading."""
    return {
        "recipe": RECIPE,
        "contradictions": [
            {
                "kind": one.kind,
                "subject": one.subject,
                "predicate": one.predicate,
                "object": one.object,
                "weight": one.weight,
                "within": list(one.within),
                "sides": [
                    {
                        "says": side.says,
                        "weight": side.weight,
                        "claims": [sentence_record(claim, place) for claim in side.claims],
                    }
                    for side in (one.left, one.right)
                ],
            }
            for one in found
        ],
    }


def title(one: Contradiction) -> str:
    """Return the question in words."""
    if one.kind == "affirmed/denied":
        return f"{one.subject} {one.predicate.replace('_', ' ')} {one.object}: affirmed and denied"
    if one.kind == "none known/named":
        return f"{one.subject}: no known interactions, and named ones"
    return f"{one.subject} and {one.object}: {one.left.says} and {one.right.says}"


def blocks(found: Iterable[Contradiction], place: Callable[[Claim], str], *, level: int = 2, quotes: int = 6) -> tuple[Block, ...]:
    """Return the disagreements as blocks of a report, with at most `quotes` sentences a side."""
    made: list[Block] = []
    for number, one in enumerate(found, 1):
        made.append(Heading(f"{number}. {title(one)}", level))
        if one.within:
            made.append(Paragraph(f"Within one document: {', '.join(one.within)}."))
        for side in (one.left, one.right):
            documents = len({claim.doc for claim in side.claims})
            made.append(
                Paragraph(
                    f"{side.says.capitalize()}: weight {evidence.number(side.weight)}, {_count(len(side.claims), 'claim')} "
                    f"in {_count(documents, 'document')}."
                )
            )
            made.extend(Quote(claim.sentence.text, cite(claim, place)) for claim in side.claims[:quotes])
            if len(side.claims) > quotes:
                made.append(Paragraph(f"… and {len(side.claims) - quotes} more."))
    return tuple(made)


def report(found: tuple[Contradiction, ...], place: Callable[[Claim], str]) -> Report:
    """Return the disagreements as a report."""
    intro = Paragraph(f"{_count(len(found), 'disagreement')}. No side is declared the winner.")
    return Report("Where the texts disagree", RECIPE, (intro, *blocks(found, place)))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
