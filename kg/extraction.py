"""The road from documents to claims, opened once with its model and lexicon."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg import __version__, claims, frames, lexicon, mentions, pairs, qualifiers, reader, schema, sentences, signals, triggers
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from kg.claims import Refusal
    from kg.mentions import Found
    from kg.model import Claim, Document, Sentence
    from kg.pairs import Scene
    from kg.reader import View

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
    """A document cut and marked: the names of the sentences that are parsed, and of those that are only remembered, by sentence."""

    document: Document
    sentences: tuple[Sentence, ...]
    marks: tuple[Found, ...]
    named: dict[int, tuple[Found, ...]]
    aside: dict[int, tuple[Found, ...]]


@dataclass(frozen=True, slots=True)
class Extractor:
    """Everything that extraction needs, loaded; `fingerprint` names software, ontology, lexicons and model."""

    lexicon: lexicon.Lexicon
    parser: sentences.Parser
    schema: schema.Schema
    triggers: triggers.Triggers
    reader: reader.Reader
    cues: Any
    fingerprint: str

    def extract(self, documents: Iterable[Document]) -> Iterator[Extraction]:
        """Give what each document says, in order. Short documents are parsed together; only a batch is in memory."""
        batch: list[_Reading] = []
        waiting = 0
        for document in documents:
            reading = self._read(document)
            batch.append(reading)
            waiting += 1 + len(reading.named)
            if waiting >= _BATCH_SENTENCES:
                yield from self._finish(batch)
                batch, waiting = [], 0
        yield from self._finish(batch)

    def _read(self, document: Document) -> _Reading:
        """Cut the document and mark its names; a sentence with no name that could be an object is not parsed.

        An item of a list has the names of its lead-in, too.
        """
        cut = sentences.with_leads(document.text, sentences.split(document.text))
        marks = mentions.find_names(document.text, self.lexicon)
        named: dict[int, tuple[Found, ...]] = {}
        aside: dict[int, tuple[Found, ...]] = {}
        place = 0
        for sentence in cut:
            own = []
            while place < len(marks) and marks[place].start < sentence.end:
                if marks[place].end > sentence.start and marks[place].end <= sentence.end:
                    own.append(marks[place])
                place += 1
            lead = sentence.lead
            if own and lead is not None:
                named[sentence.index] = (*named.get(lead.index, aside.get(lead.index, ())), *own)
            elif mentions.can_hold(own, sentence.text):
                named[sentence.index] = tuple(own)
            elif own:
                aside[sentence.index] = tuple(own)
        return _Reading(document, cut, marks, named, aside)

    def _finish(self, batch: list[_Reading]) -> Iterator[Extraction]:
        chosen = [reading.sentences[index] for reading in batch for index in reading.named]
        parsed = iter(self.parser.parse(chosen))
        for reading in batch:
            yield self._relate(reading, [next(parsed) for _ in reading.named])

    def _relate(self, reading: _Reading, parsed: list[Sentence]) -> Extraction:
        text = reading.document.text
        marks, scenes = self._see(reading, parsed)
        shares = mentions.shares(marks)
        found: list[Claim] = []
        refusals: list[Refusal] = []
        weighed = claims.weigh(scenes, shares, schema=self.schema, reader=self.reader)
        for (scene, _), options in zip(scenes, weighed, strict=True):
            kept, refused = claims.choose(scene, options, thresholds=self.reader.thresholds)
            refusals.extend(refused)
            found.extend(claims.extract(reading.document, scene, kept, triggers=self.triggers, cues=self.cues))
        unique = {claim.id: claim for claim in found}
        return Extraction(
            reading.document,
            tuple(sorted(unique.values(), key=lambda claim: claim.key)),
            len(reading.sentences),
            len(parsed),
            tuple(refusals),
            tuple(dict.fromkeys(text[m.start : m.end] for m in marks if m.key not in self.lexicon.entries and m.rule != "abbreviation")),
        )

    def see(self, document: Document) -> list[Scene]:
        """Return every sentence of a document that was parsed, with what is named, implied and worded in it."""
        reading = self._read(document)
        parsed = list(self.parser.parse([reading.sentences[index] for index in reading.named]))
        return [scene for scene, _ in self._see(reading, parsed)[1]]

    def _see(self, reading: _Reading, parsed: list[Sentence]) -> tuple[list[Found], list[tuple[Scene, View]]]:
        """Return all names of a document, those that only the reader sees included, and the scene of each parsed sentence."""
        trees = [frames.Frame(sentence) for sentence in parsed]
        hits = [self.triggers.find(sentence.tokens) for sentence in parsed]
        named = [reading.named[sentence.index] for sentence in parsed]
        rows = [signals.of_tokens(tree, own, hit) for tree, own, hit in zip(trees, named, hits, strict=True)]
        views = self.reader.see(trees, rows)
        seen = reader.settle([reader.name(own, tree, view) for own, tree, view in zip(named, trees, views, strict=True)], trees, views)
        taken = {mark.start for own in named for mark in own}
        untouched = (mark for mark in reading.marks if mark.start not in taken)
        # What an item has of its lead-in counts there.
        of_sentences = (mark for tree, own in zip(trees, seen, strict=True) for mark in own if mark.start >= tree.sentence.start)
        marks = sorted((*of_sentences, *untouched), key=lambda mark: mark.start)
        discourse = mentions.Discourse(marks, reading.document.text)
        scenes = []
        aside = iter(reading.aside.items())
        waiting = next(aside, None)
        for tree, own, hit, view in zip(trees, seen, hits, views, strict=True):
            while waiting is not None and waiting[0] < tree.sentence.index:
                discourse.resolve(None, reading.sentences[waiting[0]], waiting[1])
                waiting = next(aside, None)
            scenes.append((pairs.stage(tree, discourse.resolve(tree, tree.sentence, own), hit), view))
        return marks, scenes


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
        reader.load(),
        qualifiers.load(),
        digest.hexdigest()[:16],
    )
