"""What changed between two builds: claims and edges that came, went, or changed certainty, polarity or ground."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from kg.compare.render import Heading, Paragraph, Quote, Report, Table
from kg.compare.sentences import sentence_record
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.compare.render import Block
    from kg.model import Claim

QUALIFIERS = ("polarity", "certainty", "basis", "stance", "direction", "mechanism")

RECIPE = (
    "Two claims are the same where document, words of the sentence, subject, predicate and object are the same, so text that moved is "
    f"no change; a claim changed where any of {', '.join(QUALIFIERS)} differs; an edge (subject, predicate, object over all documents) "
    "changed where the set of stances and certainties behind it differs."
)


@dataclass(frozen=True, slots=True)
class Changed:
    """A claim of both builds, and the qualifiers that differ, each with its old and new value."""

    old: Claim
    new: Claim
    differences: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """An edge by labels; `old` and `new` are its stances and certainties, empty where the build has no such edge."""

    subject: str
    predicate: str
    object: str
    old: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Diff:
    """All changes, in output order; `same` counts claims that did not change."""

    came: tuple[Claim, ...]
    went: tuple[Claim, ...]
    changed: tuple[Changed, ...]
    edges: tuple[EdgeChange, ...]
    documents_came: tuple[str, ...]
    documents_went: tuple[str, ...]
    same: int

    @property
    def is_empty(self) -> bool:
        """Whether nothing that the claims say has changed."""
        return not (self.came or self.went or self.changed)


class _Edges:
    """What stands behind each edge, without its claims."""

    def __init__(self) -> None:
        self.labels: dict[tuple[str, str, str], tuple[str, str]] = {}
        self.states: dict[tuple[str, str, str], set[str]] = defaultdict(set)
        self.documents: list[str] = []

    def read(self, claims: Iterable[Claim]) -> Iterator[tuple[str, tuple[Claim, ...]]]:
        """Give the claims document by document and note their edges on the way.

        Raises InputError where the documents are not in order.
        """
        for document, own in groupby(claims, key=lambda claim: claim.doc):
            if self.documents and document <= self.documents[-1]:
                message = f"{document}: claims.jsonl is not sorted by document; build it again"
                raise InputError(message)
            self.documents.append(document)
            group = tuple(own)
            for claim in group:
                key = (claim.subject.entity.id, claim.predicate, claim.object.entity.id)
                self.labels[key] = (claim.subject.entity.label, claim.object.entity.label)
                self.states[key].add(f"{claim.stance.value}, {claim.certainty.value}")
            yield document, group


def compare(old: Iterable[Claim], new: Iterable[Claim]) -> Diff:
    """Return what changed; both are read once, side by side, and only a document's claims are held.

    Raises InputError where one of the two is not in output order.
    """
    before, after = _Edges(), _Edges()
    came: list[Claim] = []
    went: list[Claim] = []
    changed: list[Changed] = []
    same = 0
    for one, other in _side_by_side(before.read(old), after.read(new)):
        left, right = _match(one), _match(other)
        came.extend(claim for key, claim in right.items() if key not in left)
        went.extend(claim for key, claim in left.items() if key not in right)
        for key in left.keys() & right.keys():
            if differences := _differences(left[key], right[key]):
                changed.append(Changed(left[key], right[key], differences))
            else:
                same += 1
    return Diff(
        tuple(sorted(came, key=lambda claim: claim.key)),
        tuple(sorted(went, key=lambda claim: claim.key)),
        tuple(sorted(changed, key=lambda change: change.new.key)),
        _edge_changes(before, after),
        tuple(sorted(set(after.documents) - set(before.documents))),
        tuple(sorted(set(before.documents) - set(after.documents))),
        same,
    )


_Group = tuple[str, tuple["Claim", ...]]


def _side_by_side(old: Iterator[_Group], new: Iterator[_Group]) -> Iterator[tuple[tuple[Claim, ...], tuple[Claim, ...]]]:
    left, right = next(old, None), next(new, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right[0]):
            yield left[1] if left is not None else (), ()
            left = next(old, None)
        elif left is None or right[0] < left[0]:
            yield (), right[1]
            right = next(new, None)
        else:
            yield left[1], right[1]
            left, right = next(old, None), next(new, None)


_Key = tuple[str, str, str, str, int]


def _match(claims: Iterable[Claim]) -> dict[_Key, Claim]:
    """Return the claims by what they say; claims that say the same in the same words are told apart by their turn."""
    turns: Counter[tuple[str, str, str, str]] = Counter()
    found: dict[_Key, Claim] = {}
    for claim in claims:
        key = (" ".join(claim.sentence.text.split()), claim.subject.entity.id, claim.predicate, claim.object.entity.id)
        found[*key, turns[key]] = claim
        turns[key] += 1
    return found


def _differences(old: Claim, new: Claim) -> tuple[tuple[str, str, str], ...]:
    pairs = ((name, str(getattr(old, name) or "none"), str(getattr(new, name) or "none")) for name in QUALIFIERS)
    return tuple(pair for pair in pairs if pair[1] != pair[2])


def _edge_changes(before: _Edges, after: _Edges) -> tuple[EdgeChange, ...]:
    changes = []
    for key in sorted(before.states.keys() | after.states.keys()):
        old, new = (tuple(sorted(edges.states.get(key, ()))) for edges in (before, after))
        if old != new:
            subject, object_ = after.labels.get(key) or before.labels[key]
            changes.append(EdgeChange(subject, key[1], object_, old, new))
    return tuple(changes)


def as_json(diff: Diff) -> dict[str, Any]:
    """Return the changes as JSON values."""
    return {
        "recipe": RECIPE,
        "counts": counts(diff),
        "documents": {"came": list(diff.documents_came), "went": list(diff.documents_went)},
        "came": [sentence_record(claim, _nowhere) for claim in diff.came],
        "went": [sentence_record(claim, _nowhere) for claim in diff.went],
        "changed": [
            {
                "old": sentence_record(change.old, _nowhere),
                "new": sentence_record(change.new, _nowhere),
                "differences": [{"field": name, "old": old, "new": new} for name, old, new in change.differences],
            }
            for change in diff.changed
        ],
        "edges": [
            {"subject": edge.subject, "predicate": edge.predicate, "object": edge.object, "old": list(edge.old), "new": list(edge.new)}
            for edge in diff.edges
        ],
    }


def _nowhere(_: Claim) -> str:
    return ""


def counts(diff: Diff) -> dict[str, int]:
    """Return how many claims came, went, changed and stayed, and how many edges changed."""
    return {
        "came": len(diff.came),
        "went": len(diff.went),
        "changed": len(diff.changed),
        "same": diff.same,
        "edges": len(diff.edges),
    }


def said(claim: Claim) -> str:
    """Return the claim in words."""
    return f"{claim.subject.entity.label} {claim.predicate.replace('_', ' ')} {claim.object.entity.label}"


def lines(diff: Diff) -> Iterator[str]:
    """Give the changes as plain lines: + came, - went, ~ changed, e for an edge; then the counts."""
    for claim in diff.came:
        yield f"+ {claim.doc}: {said(claim)} [{claim.stance.value}, {claim.certainty.value}, {claim.basis.value}]"
    for claim in diff.went:
        yield f"- {claim.doc}: {said(claim)} [{claim.stance.value}, {claim.certainty.value}, {claim.basis.value}]"
    for change in diff.changed:
        yield f"~ {change.new.doc}: {said(change.new)} [{_in_words(change)}]"
    for edge in diff.edges:
        yield f"e {edge.subject} {edge.predicate.replace('_', ' ')} {edge.object}: {_state(edge.old)} -> {_state(edge.new)}"
    yield "; ".join(f"{name}: {count}" for name, count in counts(diff).items())


def _in_words(change: Changed) -> str:
    return ", ".join(f"{name}: {old} -> {new}" for name, old, new in change.differences)


def _state(states: tuple[str, ...]) -> str:
    return " / ".join(states) or "absent"


def report(diff: Diff, *, limit: int = 200) -> Report:
    """Return the changes as a report with at most `limit` of each sort, and says how many there are."""
    parts: list[Block] = [Table(("change", "number"), tuple((name, str(count)) for name, count in counts(diff).items()))]
    for heading, documents in (("Documents that came", diff.documents_came), ("Documents that went", diff.documents_went)):
        if documents:
            parts += [Heading(heading), Paragraph(", ".join(documents))]
    for heading, claims in (("Claims that came", diff.came), ("Claims that went", diff.went)):
        if claims:
            parts.append(Heading(f"{heading}: {len(claims)}"))
            parts.extend(
                Quote(
                    claim.sentence.text, f"{claim.doc}: {said(claim)}; {claim.stance.value}, {claim.certainty.value}, {claim.basis.value}"
                )
                for claim in claims[:limit]
            )
    if diff.changed:
        parts.append(Heading(f"Claims that changed: {len(diff.changed)}"))
        parts.extend(
            Quote(change.new.sentence.text, f"{change.new.doc}: {said(change.new)}; {_in_words(change)}") for change in diff.changed[:limit]
        )
    if diff.edges:
        parts.append(Heading(f"Edges that changed: {len(diff.edges)}"))
        parts.append(
            Table(
                ("subject", "predicate", "object", "old", "new"),
                tuple(
                    (edge.subject, edge.predicate.replace("_", " "), edge.object, _state(edge.old), _state(edge.new))
                    for edge in diff.edges[:limit]
                ),
            )
        )
    return Report("What changed between two builds", RECIPE, tuple(parts))
