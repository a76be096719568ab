"""How much stands behind an edge: documents, near-copies counted once, grounds, speakers."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.compare.render import Heading, Paragraph, Report, Table
from kg.model import Basis, Certainty, Stance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kg.builds import Build
    from kg.model import Claim

POINTS: dict[Basis, float] = {
    Basis.CLINICAL: 4.0,
    Basis.REGULATORY: 3.0,
    Basis.RESEARCH: 3.0,
    Basis.PRECLINICAL: 2.0,
    Basis.TRADITIONAL_USE: 1.0,
    Basis.USER_REPORT: 1.0,
    Basis.NONE: 1.0,
}
STRENGTH = tuple(POINTS)
HEDGED_SHARE = 0.5
SHINGLE_WORDS = 5
COPY_SIMILARITY = 0.5
_BANDS = 42
_ROWS = 3
_SHOWN_DOCUMENTS = 5

WEIGHT_RECIPE = (
    "each independent document counts once, with its strongest sentence: clinical 4 points, regulatory or research 3, "
    "preclinical 2, any other ground 1, and half of that where the sentence hedges"
)
COPY_RECIPE = "two documents that share at least half of their runs of five words are near-copies and count as one"
RECIPE = f"The weight of an edge is the sum over documents, where {WEIGHT_RECIPE}; {COPY_RECIPE}."


def points(claim: Claim) -> float:
    """Return what one sentence weighs: the points of its basis, half of them where it hedges."""
    return POINTS[claim.basis] * (HEDGED_SHARE if claim.certainty is Certainty.HEDGED else 1.0)


def weigh(claims: Iterable[Claim], copies: Mapping[str, str]) -> float:
    """Return the weight of claims that say the same; no claims weigh 0.

    A clinical hedged sentence (2) and an unfounded flat one (1) in one document, and an
    unfounded flat one in another, weigh 2 + 1 = 3.
    """
    best: dict[str, float] = {}
    for claim in claims:
        group = copies.get(claim.doc, claim.doc)
        best[group] = max(best.get(group, 0.0), points(claim))
    return sum(best.values())


def strongest(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return the claims by weight, the strongest first, then in output order."""
    return tuple(sorted(claims, key=lambda claim: (-points(claim), claim.key)))


def near_copies(texts: Iterable[tuple[str, str]], read: Callable[[str], str]) -> dict[str, str]:
    """Return, for each document that repeats others, the name of its group: the first id of the group.

    A document that repeats no other is left out. `texts` gives (id, text) once, and `read` gives a
    text again: only the signatures stay in memory. Candidates are found by MinHash and then
    compared in full, so no document is called a copy by accident of a hash.

    Source: MinHash, doi:10.1109/SEQUEN.1997.666900.
    """
    import numpy as np

    factors, offsets = _seeds()
    buckets: dict[bytes, str] = {}
    group: dict[str, str] = {}
    pairs: set[tuple[str, str]] = set()
    for document, text in texts:
        shingles = _shingles(text)
        if not shingles:
            continue
        values = np.fromiter(shingles, dtype=np.uint64, count=len(shingles))
        signature = np.full(_BANDS * _ROWS, np.iinfo(np.uint64).max, dtype=np.uint64)
        for start in range(0, len(values), 4096):
            hashed = values[start : start + 4096, None] * factors[None, :] + offsets[None, :]
            signature = np.minimum(signature, hashed.min(axis=0))
        for band in range(_BANDS):
            key = bytes([band]) + signature[band * _ROWS : (band + 1) * _ROWS].tobytes()
            if (first := buckets.setdefault(key, document)) != document:
                pairs.add((first, document))
    for first, second in sorted(pairs):
        one, other = _root(group, first), _root(group, second)
        if one != other and _similarity(_shingles(read(first)), _shingles(read(second))) >= COPY_SIMILARITY:
            low, high = sorted((one, other))
            group[high] = low
            group.setdefault(low, low)
    return {document: _root(group, document) for document in sorted(group)}


def _root(group: Mapping[str, str], document: str) -> str:
    while (above := group.get(document, document)) != document:
        document = above
    return document


def _shingles(text: str) -> frozenset[int]:
    words = "".join(char if char.isalnum() else " " for char in text.casefold()).split()
    runs = (" ".join(words[at : at + SHINGLE_WORDS]) for at in range(max(len(words) - SHINGLE_WORDS + 1, min(len(words), 1))))
    return frozenset(int.from_bytes(hashlib.blake2b(run.encode(), digest_size=8).digest(), "big") for run in runs)


def _similarity(one: frozenset[int], other: frozenset[int]) -> float:
    return len(one & other) / len(one | other)


def _seeds() -> tuple[Any, Any]:
    """Return the odd factors and the offsets of the hash functions: fixed numbers, the same on every machine."""
    import numpy as np

    def number(name: str) -> int:
        return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")

    count = range(_BANDS * _ROWS)
    factors = np.array([number(f"factor {index}") | 1 for index in count], dtype=np.uint64)
    offsets = np.array([number(f"offset {index}") for index in count], dtype=np.uint64)
    return factors, offsets


def copies(build: Build) -> dict[str, str]:
    """Return the near-copies among the documents of a build, as `near_copies` does."""
    return near_copies(((record.id, build.text(record.id)) for record in build.documents()), build.text)


@dataclass(frozen=True, slots=True)
class Rung:
    """What stands behind one edge.

    `strongest` is the strongest basis of the claims that affirm it, None where none does;
    `hedged` the share of affirming claims that hedge; `speakers` the attributions by name;
    `unattributed` counts documents that say it in their own voice. `denied` and `unproven`
    count claims that deny it, and that say that evidence is lacking.
    """

    subject: str
    predicate: str
    object: str
    claims: int
    documents: tuple[str, ...]
    independent: int
    strongest: Basis | None
    hedged: float
    speakers: tuple[str, ...]
    unattributed: int
    denied: int
    unproven: int
    weight: float


class _Tally:
    """The running counts of one edge; it keeps no claim, so memory grows with edges and documents only."""

    __slots__ = ("best", "claims", "denied", "documents", "grounds", "hedged", "labels", "own", "speakers", "unproven")

    def __init__(self, subject: str, object_: str) -> None:
        self.labels = (subject, object_)
        self.claims = self.hedged = self.denied = self.unproven = 0
        self.documents: set[str] = set()
        self.own: set[str] = set()
        self.speakers: set[str] = set()
        self.grounds: set[Basis] = set()
        self.best: dict[str, float] = {}

    def add(self, claim: Claim, copies: Mapping[str, str]) -> None:
        if claim.stance is Stance.DENIED:
            self.denied += 1
            return
        if claim.stance is Stance.EVIDENCE_ABSENT:
            self.unproven += 1
            return
        self.claims += 1
        self.hedged += claim.certainty is Certainty.HEDGED
        self.documents.add(claim.doc)
        self.grounds.add(claim.basis)
        if claim.attribution is None:
            self.own.add(claim.doc)
        else:
            self.speakers.add(claim.attribution.label)
        group = copies.get(claim.doc, claim.doc)
        self.best[group] = max(self.best.get(group, 0.0), points(claim))


def ladder(claims: Iterable[Claim], copies: Mapping[str, str]) -> tuple[Rung, ...]:
    """Return one rung an edge, the heaviest first, then by subject, predicate and object; labels, not ids."""
    tallies: dict[tuple[str, str, str], _Tally] = {}
    for claim in claims:
        key = (claim.subject.entity.id, claim.predicate, claim.object.entity.id)
        tally = tallies.get(key)
        if tally is None:
            tally = tallies[key] = _Tally(claim.subject.entity.label, claim.object.entity.label)
        tally.add(claim, copies)
    rungs = (
        Rung(
            tally.labels[0],
            key[1],
            tally.labels[1],
            tally.claims,
            tuple(sorted(tally.documents)),
            len(tally.best),
            min(tally.grounds, key=STRENGTH.index, default=None),
            tally.hedged / tally.claims if tally.claims else 0.0,
            tuple(sorted(tally.speakers)),
            len(tally.own),
            tally.denied,
            tally.unproven,
            sum(tally.best.values()),
        )
        for key, tally in tallies.items()
    )
    return tuple(sorted(rungs, key=lambda rung: (-rung.weight, rung.subject, rung.predicate, rung.object)))


def as_json(rungs: Iterable[Rung], copies: Mapping[str, str]) -> dict[str, Any]:
    """Return the ladder as JSON values."""
    return {
        "recipe": RECIPE,
        "near_copies": _groups(copies),
        "edges": [
            {
                "subject": rung.subject,
                "predicate": rung.predicate,
                "object": rung.object,
                "claims": rung.claims,
                "documents": list(rung.documents),
                "independent": rung.independent,
                "strongest": None if rung.strongest is None else rung.strongest.value,
                "hedged": round(rung.hedged, 4),
                "speakers": list(rung.speakers),
                "unattributed_documents": rung.unattributed,
                "denied": rung.denied,
                "evidence_absent": rung.unproven,
                "weight": rung.weight,
            }
            for rung in rungs
        ],
    }


def _groups(copies: Mapping[str, str]) -> list[list[str]]:
    groups: dict[str, list[str]] = {}
    for document, first in sorted(copies.items()):
        groups.setdefault(first, []).append(document)
    return [groups[first] for first in sorted(groups)]


def report(rungs: tuple[Rung, ...], copies: Mapping[str, str], *, limit: int) -> Report:
    """Return the ladder as a report with at most `limit` edges, and says how many there are."""
    rows = tuple(
        (
            rung.subject,
            rung.predicate,
            rung.object,
            number(rung.weight),
            str(rung.independent),
            str(len(rung.documents)),
            "" if rung.strongest is None else rung.strongest.value,
            f"{rung.hedged:.0%}",
            said_by(rung),
            str(rung.denied),
            str(rung.unproven),
        )
        for rung in rungs[:limit]
    )
    repeated = [Paragraph(f"Near-copies, counted once: {', '.join(group)}.") for group in _groups(copies)]
    return Report(
        "Evidence ladder",
        RECIPE,
        (
            Heading("Near-copies"),
            *(repeated or [Paragraph("No two documents are near-copies.")]),
            Heading("Edges"),
            Paragraph(f"{len(rungs)} edges; the {len(rows)} heaviest are shown."),
            Table(
                (
                    "subject",
                    "predicate",
                    "object",
                    "weight",
                    "independent documents",
                    "documents",
                    "strongest ground",
                    "hedged",
                    "who says so",
                    "denied",
                    "no evidence",
                ),
                rows,
            ),
        ),
    )


def number(value: float) -> str:
    """Return a weight as people write it.

    >>> number(3.0), number(2.5)
    ('3', '2.5')
    """
    return f"{value:g}"


def said_by(rung: Rung) -> str:
    """Return who says so, in words."""
    own = [f"{rung.unattributed} document{'s' if rung.unattributed != 1 else ''} in own voice"] if rung.unattributed else []
    return "; ".join([*rung.speakers, *own])
