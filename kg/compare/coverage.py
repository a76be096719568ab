"""What the extractor passed over, and why: sentences with two entities and no claim, and names that no lexicon has."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.compare.render import Heading, Paragraph, Quote, Report, Table
from kg.model import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.builds import Build
    from kg.compare.render import Block
    from kg.extraction import Extraction

_MEASURED = re.compile(r" \(\d+(?:\.\d+)?\)$")

RECIPE = (
    "A sentence is listed where it names at least two entities and gave no claim, with the reason of each pair of entities in it; "
    "an unknown name is one that has the shape of a name and stands in no lexicon, counted once a document."
)


@dataclass(frozen=True, slots=True)
class Passed:
    """A sentence without a claim, by document and offsets, with its pairs of entities and the reason of each."""

    doc: str
    start: int
    end: int
    text: str
    pairs: tuple[tuple[str, str, str], ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons, each once, in order of the alphabet, without the figure that some end with."""
        return tuple(sorted({_MEASURED.sub("", reason) for _, _, reason in self.pairs}))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read and what was passed over; `reasons` counts sentences, `unknown` documents, the most frequent first."""

    documents: int
    sentences: int
    with_claims: int
    claims: int
    passed: tuple[Passed, ...]
    reasons: tuple[tuple[str, int], ...]
    unknown: tuple[tuple[str, int], ...]


def documents(build: Build) -> Iterator[Document]:
    """Give the documents of a build with their texts, as the extractor reads them."""
    for record in build.documents():
        yield Document(record.id, build.text(record.id), record.source, record.metadata, record.sections)


def measure(extractions: Iterable[Extraction]) -> Coverage:
    """Return what the extractions passed over, in the order of the documents."""
    counts: Counter[str] = Counter()
    passed: list[Passed] = []
    reasons: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for extraction in extractions:
        told = {claim.sentence.start for claim in extraction.claims}
        counts.update(documents=1, sentences=extraction.sentences, claims=len(extraction.claims), told=len(told))
        unknown.update(set(extraction.unknown))
        for one in _passed(extraction, told):
            passed.append(one)
            reasons.update(one.reasons)
    return Coverage(
        counts["documents"],
        counts["sentences"],
        counts["told"],
        counts["claims"],
        tuple(passed),
        _by_frequency(reasons),
        _by_frequency(unknown),
    )


def _passed(extraction: Extraction, told: set[int]) -> Iterator[Passed]:
    found: dict[int, list[tuple[str, str, str]]] = {}
    texts: dict[int, tuple[int, str]] = {}
    for refusal in extraction.refusals:
        sentence = refusal.sentence
        if sentence.start not in told:
            texts[sentence.start] = (sentence.end, sentence.text)
            found.setdefault(sentence.start, []).append((refusal.subject.entity.label, refusal.object.entity.label, refusal.reason))
    for start, pairs in sorted(found.items()):
        end, text = texts[start]
        yield Passed(extraction.document.id, start, end, text, tuple(sorted(set(pairs))))


def _by_frequency(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def as_json(coverage: Coverage) -> dict[str, Any]:
    """Return the coverage as JSON values."""
    return {
        "recipe": RECIPE,
        "documents": coverage.documents,
        "sentences": coverage.sentences,
        "sentences_with_claims": coverage.with_claims,
        "claims": coverage.claims,
        "sentences_passed_over": len(coverage.passed),
        "reasons": dict(coverage.reasons),
        "passed_over": [
            {
                "doc": one.doc,
                "start": one.start,
                "end": one.end,
                "sentence": one.text,
                "pairs": [{"subject": subject, "object": object_, "reason": reason} for subject, object_, reason in one.pairs],
            }
            for one in coverage.passed
        ],
        "unknown_names": [{"name": name, "documents": count} for name, count in coverage.unknown],
    }


def report(coverage: Coverage, *, limit: int = 100) -> Report:
    """Return the coverage as a report with at most `limit` sentences and names, and says how many there are."""
    parts: list[Block] = [
        Table(
            ("what", "number"),
            (
                ("documents", str(coverage.documents)),
                ("sentences", str(coverage.sentences)),
                ("sentences with a claim", str(coverage.with_claims)),
                ("claims", str(coverage.claims)),
                ("sentences with two entities and no claim", str(len(coverage.passed))),
            ),
        ),
        Heading("Reasons"),
        Table(("reason", "sentences"), tuple((reason, str(count)) for reason, count in coverage.reasons)),
        Heading("Names that no lexicon has"),
        Paragraph(f"{len(coverage.unknown)} names; at most {limit} are shown."),
        Table(("name", "documents"), tuple((name, str(count)) for name, count in coverage.unknown[:limit])),
        Heading("Sentences passed over"),
        Paragraph(f"{len(coverage.passed)} sentences; at most {limit} are shown."),
    ]
    parts.extend(Quote(one.text, f"{one.doc}; {'; '.join(one.reasons)}") for one in coverage.passed[:limit])
    return Report("What was passed over, and why", RECIPE, tuple(parts))
