"""The road from documents to claims, opened once with its model and lexicon."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from kg import __version__, claims, frames, lexicon, mentions, pairs, qualifiers, ranker, schema, sentences, triggers
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kg.claims import Refusal
    from kg.mentions import Found
    from kg.model import Claim, Document, Sentence

_BATCH_SENTENCES = 256


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one document gave: its claims in output order, how many sentences it has and how many were parsed.

    `refusals` are the pairs of named things that gave no claim, with the reason; `unknown` the
    names that a shape told and no lexicon has, once each, in text order.
    """

    document: Document
    claims: tuple[Claim, ...]
    sentences: int
    parsed: int
    refusals: tuple[Refusal, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    document: Document
    sentences: tuple[Sentence, ...]
    named: dict[int, tuple[Found, ...]]
    shares: Mapping[str, float]
    about: Any
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Extractor:
    """Everything that extraction needs, loaded; `fingerprint` names software, ontology, lexicons and model."""

    lexicon: lexicon.Lexicon
    parser: sentences.Parser
    schema: schema.Schema
    triggers: triggers.Triggers
    ranker: ranker.Ranker
    cues: Any
    fingerprint: str

    def extract(self, documents: Iterable[Document]) -> Iterator[Extraction]:
        """Give what each document says, in order. Short documents are parsed together; only a batch is in memory."""
        batch: list[_Reading] = []
        waiting = 0
        for document in documents:
            reading = self._read(document)
            batch.append(reading)
            waiting += len(reading.named)
            if waiting >= _BATCH_SENTENCES:
                yield from self._finish(batch)
                batch, waiting = [], 0
        yield from self._finish(batch)

    def _read(self, document: Document) -> _Reading:
        """Cut the document and mark its names; a sentence with no name that could be an object is not parsed."""
        cut = sentences.split(document.text)
        marks = mentions.find_names(document.text, self.lexicon)
        named: dict[int, tuple[Found, ...]] = {}
        place = 0
        for sentence in cut:
            own = []
            while place < len(marks) and marks[place].start < sentence.end:
                if marks[place].end > sentence.start and marks[place].end <= sentence.end:
                    own.append(marks[place])
                place += 1
            if mentions.can_hold(own):
                named[sentence.index] = tuple(own)
        unknown = tuple(
            dict.fromkeys(
                document.text[mark.start : mark.end]
                for mark in marks
                if mark.key not in self.lexicon.entries and mark.rule != "abbreviation"
            )
        )
        return _Reading(document, cut, named, mentions.shares(marks), mentions.topic(marks), unknown)

    def _finish(self, batch: list[_Reading]) -> Iterator[Extraction]:
        chosen = [reading.sentences[index] for reading in batch for index in reading.named]
        parsed = iter(self.parser.parse(chosen))
        for reading in batch:
            yield self._relate(reading, [next(parsed) for _ in reading.named])

    def _relate(self, reading: _Reading, parsed: list[Sentence]) -> Extraction:
        discourse = mentions.Discourse(reading.about)
        measured = []
        for sentence in parsed:
            frame = frames.Frame(sentence)
            founds = discourse.resolve(frame, sentence, reading.named[sentence.index])
            scene = pairs.stage(frame, founds, self.triggers.find(sentence.tokens))
            measured.append(claims.measure(scene, reading.shares, schema=self.schema, ranker=self.ranker))
        numbers = [row for rows in measured for row in rows.numbers]
        probabilities: Sequence[float] = self.ranker.weigh(numbers).tolist() if numbers else []
        found: list[Claim] = []
        refusals: list[Refusal] = []
        place = 0
        for rows in measured:
            last = place + len(rows.numbers)
            kept, refused = claims.choose(rows, probabilities[place:last], ranker=self.ranker)
            place = last
            refusals.extend(refused)
            found.extend(
                replace(claim, sentence=replace(claim.sentence, tokens=()))
                for claim in claims.extract(reading.document, rows.scene, kept, triggers=self.triggers, cues=self.cues)
            )
        unique = {claim.id: claim for claim in found}
        return Extraction(
            reading.document,
            tuple(sorted(unique.values(), key=lambda claim: claim.key)),
            len(reading.sentences),
            len(parsed),
            tuple(refusals),
            reading.unknown,
        )


def open_extractor(*, model: str | None = None, lexicons: tuple[Path, ...] = ()) -> Extractor:
    """Load the spaCy pipeline (by name or folder; the shipped one by default), the ontology, and a user's lexicons on top.

    Raises InputError where the model cannot be loaded, TableError or OntologyError where data is wrong.
    """
    parser = sentences.open_parser(model)
    digest = hashlib.sha256(f"{__version__}\n{parser.version}\n".encode())
    for path in sorted(path for path in ONTOLOGY.rglob("*") if path.suffix in {".tsv", ".ttl", ".npz", ".json"}):
        digest.update(path.read_bytes())
    for path in lexicons:
        digest.update(path.read_bytes())
    return Extractor(
        lexicon.load(lexicons),
        parser,
        schema.load(),
        triggers.load(),
        ranker.load(),
        qualifiers.load(),
        digest.hexdigest()[:16],
    )
