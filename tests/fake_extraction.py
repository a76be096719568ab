"""An extractor of a few lines, so that builds are tested without a model: "X relieves Y" is a claim, "X may relieve Y" a hedged one."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass

from kg.extraction import Extraction
from kg.model import Basis, Certainty, Claim, Entity, Mention, Polarity, Sentence, Stance, claim_id
from tests.factories import refusal

_SENTENCE = re.compile(r"[^.\n]+\.?")
_CLAIM = re.compile(r"\b(\w+) (may relieve|relieves) (\w+)")


@dataclass(frozen=True)
class FakeExtractor:
    predicate: str = "alleviates"

    def extract(self, documents):
        for document in documents:
            time.sleep(float(os.environ.get("FAKE_SECONDS", "0")))
            if "CRASH" in document.text:
                os._exit(9)
            sentences = [
                Sentence(number, match.start(), match.end(), match[0]) for number, match in enumerate(_SENTENCE.finditer(document.text))
            ]
            claims = [claim for sentence in sentences for claim in _claims(document, sentence, self.predicate)]
            refusals = tuple(refusal(claim.sentence, claim.subject.entity, claim.object.entity, "no trigger") for claim in claims[:1])
            yield Extraction(
                document, tuple(sorted(claims, key=lambda claim: claim.key)), len(sentences), len(sentences), refusals, ("Xyz",)
            )


def _claims(document, sentence, predicate):
    for match in _CLAIM.finditer(sentence.text):
        subject, object_ = (
            Mention(
                Entity(match[group].lower(), match[group].lower(), type_), match[group], *(sentence.start + p for p in match.span(group))
            )
            for group, type_ in ((1, "Substance"), (3, "Condition"))
        )
        certainty = Certainty.HEDGED if "may" in match[2] else Certainty.ASSERTED
        yield Claim(
            claim_id(document.id, sentence, subject, predicate, object_, (certainty,)), document.id, sentence, subject, predicate, object_,
            Polarity.AFFIRMED, certainty, Basis.NONE, Stance.AFFIRMED, None, None, None, (), "fake.tsv:1", document.source,
        )  # fmt: skip


def open_fake():
    return FakeExtractor()


def open_strange():
    return FakeExtractor("heals")


def die(*_):
    os._exit(9)


def open_none():
    message = "the extractor was opened though nothing changed"
    raise AssertionError(message)
