"""A built folder of made-up claims, for benchmarks: the same numbers give the same bytes."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

from kg import schema
from kg.builds import Build, DocumentRecord, dump_document
from kg.model import Attribution, Basis, Certainty, Claim, Cue, Entity, Mention, Polarity, Sentence, Source, Stance, claim_id
from kg.outputs import jsonl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLAIMS_A_SENTENCE = 2
CLAIMS_A_DOCUMENT = 30
SEED = 7


def _entities(count: int) -> dict[str, list[Entity]]:
    kinds = ("adverse_effect", "dependence", "evidence_gap", "general")
    return {
        type_: [
            Entity(
                f"{type_.lower()}-{number}",
                f"{type_.lower()} {number}",
                type_,
                (f"{type_.lower()} {number}", f"{type_.lower()} no. {number}"),
                kinds[number % len(kinds)] if type_ == "Caution" else None,
            )
            for number in range(count)
        ]
        for type_ in schema.load().types
    }


def claims(count: int, *, entities: int = 400) -> Iterator[Claim]:
    """Give claims in output order; few entities stand in many claims, as in real texts."""
    rng = random.Random(SEED)
    pool = _entities(entities)
    known = schema.load()
    shapes = [(s, p, o) for (s, o), predicates in known.signatures.items() for p in predicates]
    for number in range(count):
        document, place = divmod(number, CLAIMS_A_DOCUMENT)
        type_s, predicate, type_o = shapes[min(int(rng.expovariate(0.08)), len(shapes) - 1)]
        subject = pool[type_s][min(int(rng.expovariate(8 / entities)), entities - 1)]
        object_ = pool[type_o][min(int(rng.expovariate(8 / entities)), entities - 1)]
        start = place // CLAIMS_A_SENTENCE * 200
        sentence = Sentence(
            0, start, start + 120, f"{subject.label} may do something to {object_.label} in this sentence.".ljust(119) + "."
        )
        doc = f"made-up-{document:06}"
        first = Mention(subject, subject.label, start, start + len(subject.label))
        second_start = start + len(subject.label) + 21 + place % CLAIMS_A_SENTENCE
        second = Mention(object_, object_.label, second_start, second_start + len(object_.label))
        is_hedged = rng.random() < 0.3
        is_denied = rng.random() < 0.06
        basis = rng.choice(tuple(Basis))
        yield Claim(
            claim_id(doc, sentence, first, predicate, second, (str(place), basis.value)),
            doc,
            sentence,
            first,
            predicate,
            second,
            Polarity.NEGATED if is_denied else Polarity.AFFIRMED,
            Certainty.HEDGED if is_hedged else Certainty.ASSERTED,
            basis,
            Stance.DENIED if is_denied else Stance.AFFIRMED,
            Attribution(None, "users") if basis is Basis.USER_REPORT else None,
            None,
            None,
            (Cue("certainty", "may", start + 20, start + 23),) if is_hedged else (),
            f"triggers/{predicate}.tsv:1",
            Source(f"{doc}.txt", "0" * 64),
        )


def build(path: Path, count: int) -> Build:
    """Write a built folder with so many claims."""
    (path / "texts").mkdir(parents=True, exist_ok=True)
    documents: dict[str, int] = {}
    with (path / "claims.jsonl").open("w", encoding="utf-8") as file:
        for claim in sorted(claims(count), key=lambda claim: claim.key):
            documents[claim.doc] = documents.get(claim.doc, 0) + 1
            file.write(jsonl.dump(claim) + "\n")
    with (path / "documents.jsonl").open("w", encoding="utf-8") as file:
        for doc, number in sorted(documents.items()):
            text = "A made-up text. " * (CLAIMS_A_DOCUMENT // CLAIMS_A_SENTENCE * 200 // 16 + 1)
            (path / "texts" / f"{doc}.txt").write_text(text, encoding="utf-8")
            file.write(dump_document(DocumentRecord(doc, Source(f"{doc}.txt", "0" * 64), len(text), number, (("title", doc),))) + "\n")
    (path / "report.json").write_text(json.dumps({"software": "synthetic", "fingerprint": "0"}), encoding="utf-8")
    return Build(path)
