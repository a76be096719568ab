"""Text → what each station of the road saw in every sentence: the reasons behind claims and refusals."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg import claims, frames, qualifiers, sentences
from kg.model import Document, Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.claims import Refusal
    from kg.extraction import Extractor
    from kg.model import Claim, Cue, Mention, Sentence, Token
    from kg.pairs import Place


@dataclass(frozen=True, slots=True)
class Named:
    """Something that was marked: what it is read as, the rule, and the readings that its place may choose instead.

    `again` is the mention before it that it names once more, "" for none.
    """

    mention: Mention
    rule: str
    readings: tuple[str, ...]
    is_implied: bool
    again: str = ""


@dataclass(frozen=True, slots=True)
class Wording:
    """A trigger: its words, the predicate it speaks for, its row, and the verb and the subject of its clause, "" for none."""

    text: str
    predicate: str
    rule: str
    verb: str
    subject: str


@dataclass(frozen=True, slots=True)
class Ground:
    """A cue, what it says ("certainty hedged"), how far it reaches, and its row."""

    cue: Cue
    value: str
    scope: str
    rule: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim with the way over the parse from its subject to its object, "" where there is none."""

    claim: Claim
    path: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that was seen in one sentence, each part in text order."""

    sentence: Sentence
    named: tuple[Named, ...]
    wordings: tuple[Wording, ...]
    grounds: tuple[Ground, ...]
    readings: tuple[Reading, ...]
    refusals: tuple[Refusal, ...]


def explain(text: str, extractor: Extractor) -> Iterator[Explanation]:
    """Give what was seen in each sentence of a text, in order. A text without a sentence gives nothing."""
    source = Source("text", hashlib.sha256(text.encode(errors="replace")).hexdigest())
    (extraction,) = extractor.extract((Document("text", text, source),))
    scenes = {scene.frame.sentence.start: scene for scene in extractor.see(extraction.document)}
    for sentence in extractor.parser.parse(sentences.split(text)):
        scene = scenes.get(sentence.start)
        frame = frames.Frame(sentence) if scene is None else scene.frame
        named = () if scene is None else tuple(_named(place, frame.sentence, extractor) for place in scene.places)
        yield Explanation(
            frame.sentence,
            named,
            tuple(_wordings(frame, extractor)),
            tuple(_grounds(frame.sentence, [one.mention for one in named if not one.is_implied], extractor)),
            tuple(Reading(claim, _path(frame, claim)) for claim in extraction.claims if claim.sentence.start == sentence.start),
            tuple(refusal for refusal in extraction.refusals if refusal.sentence.start == sentence.start),
        )


def _named(place: Place, sentence: Sentence, extractor: Extractor) -> Named:
    found = place.found
    first, *others = found.entities
    entry = extractor.lexicon.entries.get(first.id)
    rule = found.rule if entry is None or entry.where == found.rule else f"{found.rule} {entry.where}"
    again = "" if place.again is None else sentence.cut(place.again.found.start, place.again.found.end)
    return Named(claims.mention(found, first, sentence), rule, tuple(other.type for other in others), found.is_implied, again)


def _wordings(frame: frames.Frame, extractor: Extractor) -> Iterator[Wording]:
    for hit in extractor.triggers.find(frame.tokens):
        clause = frame.clause(hit.token)
        subject = frame.subject(clause)
        yield Wording(
            frame.sentence.cut(hit.start, hit.end),
            hit.predicate,
            hit.rule,
            frame.tokens[clause].text,
            "" if subject is None else frame.tokens[subject].text,
        )


def _grounds(sentence: Sentence, named: Sequence[Mention], extractor: Extractor) -> Iterator[Ground]:
    found = qualifiers.find_cues(extractor.cues, sentence, named).found
    for one in sorted((one for kind in found.values() for one in kind), key=lambda one: (one.first, one.row.where)):
        yield Ground(one.cue, f"{one.row.kind} {one.row.value}".strip(), one.row.scope, one.row.where)


def _path(frame: frames.Frame, claim: Claim) -> str:
    first, last = (frame.head(mention.start, mention.end) for mention in (claim.subject, claim.object))
    path = None if first is None or last is None else frame.path(first, last)
    return "" if first is None or last is None or path is None else _drawn(frame.tokens, first, path, last)


def _drawn(tokens: Sequence[Token], first: int, path: frames.Path, last: int) -> str:
    """Return the path as words and labels: "Kava ←nsubj eases dobj→ worry"."""
    words = [tokens[place].text for place in (first, *path.inner, last)]
    labels = [f"←{label}" for label in path.up] + [f"{label}→" for label in path.down]
    return " ".join(part for word, label in zip(words, (*labels, ""), strict=False) for part in (word, label) if part)
