"""Claims and builds made by hand, without a model."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from kg.builds import DocumentRecord, dump_document, open_build
from kg.claims import Candidate, Refusal
from kg.mentions import Found
from kg.model import Attribution, Basis, Certainty, Claim, Entity, Mention, Polarity, Section, Sentence, Source, Stance, claim_id
from kg.outputs import jsonl
from kg.pairs import Pair, Place

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from kg.builds import Build

TYPES = {
    "kava": "Substance",
    "kratom": "Substance",
    "alcohol": "Substance",
    "warfarin": "Substance",
    "caffeine": "Alkaloid",
    "mitragynine": "Alkaloid",
    "kavain": "Compound",
    "kavalactones": "Compound",
    "mu-opioid-receptor": "Receptor",
    "opioid-receptors": "Receptor",
    "gaba-a-receptor": "Receptor",
    "dopamine": "Neurotransmitter",
    "cortisol": "Neurotransmitter",
    "mood": "Effect",
    "anxiety": "Condition",
    "depression": "Condition",
    "insomnia": "Condition",
}
KINDS = {
    "liver-damage": "adverse_effect",
    "nausea": "adverse_effect",
    "anxiety-harm": "adverse_effect",
    "dependence": "dependence",
    "interactions": "interaction",
}


def entity(id_: str) -> Entity:
    """The entity with this id; one that is not listed is a Condition."""
    kind = KINDS.get(id_)
    label = id_.replace("-", " ")
    return Entity(id_, label, "Caution" if kind else TYPES.get(id_, "Condition"), (label,), kind)


def claim(
    said: str,
    doc: str = "a",
    *,
    start: int = 0,
    text: str | None = None,
    stance: str = "affirmed",
    polarity: str | None = None,
    certainty: str = "asserted",
    basis: str = "none",
    speaker: str | None = None,
    direction: str | None = None,
    mechanism: str | None = None,
) -> Claim:
    """A claim from "subject predicate object", for example "kava alleviates anxiety"."""
    subject, predicate, object_ = said.split()
    words = text or said.replace("_", " ") + "."
    sentence = Sentence(0, start, start + len(words), words)
    one, other = Mention(entity(subject), subject, start, start + 1), Mention(entity(object_), object_, start + 2, start + 3)
    yes = polarity or ("negated" if stance == "denied" else "affirmed")
    qualifiers = (yes, certainty, basis, stance, str(direction), str(mechanism))
    return Claim(
        id=claim_id(doc, sentence, one, predicate, other, qualifiers),
        doc=doc,
        sentence=sentence,
        subject=one,
        predicate=predicate,
        object=other,
        polarity=Polarity(yes),
        certainty=Certainty(certainty),
        basis=Basis(basis),
        stance=Stance(stance),
        attribution=None if speaker is None else Attribution(None, speaker),
        direction=direction,
        mechanism=mechanism,
        cues=(),
        rule="triggers/test.tsv:1",
        source=Source(f"{doc}.txt", "0" * 64),
    )


def write_build(
    folder: Path, claims: list[Claim], *, texts: Mapping[str, str] | None = None, sections: Mapping[str, tuple[Section, ...]] | None = None
) -> Build:
    """A built folder with these claims; a document without a text gets its name as text."""
    ordered = sorted(claims, key=lambda one: one.key)
    documents = sorted({one.doc for one in ordered} | set(texts or {}))
    (folder / "texts").mkdir(parents=True)
    (folder / "claims.jsonl").write_text("".join(jsonl.dump(one) + "\n" for one in ordered), encoding="utf-8")
    lines = []
    for document in documents:
        words = (texts or {}).get(document, document)
        (folder / "texts" / f"{document}.txt").write_text(words, encoding="utf-8")
        record = DocumentRecord(document, Source(f"{document}.txt", "0" * 64), len(words), 0, (), (sections or {}).get(document, ()))
        lines.append(dump_document(record) + "\n")
    (folder / "documents.jsonl").write_text("".join(lines), encoding="utf-8")
    (folder / "report.json").write_text(json.dumps({"claims": len(ordered)}), encoding="utf-8")
    return open_build(folder)


def nowhere(_: Claim) -> str:
    """The place of a claim whose document has no pages and no headings."""
    return ""


def refusal(sentence: Sentence, subject: Entity, obj: Entity, reason: str) -> Refusal:
    """Return a pair of a sentence that was refused as a claim of relief."""
    first, second = (Place(Found(sentence.start, sentence.start + 1, (entity,), "lexicon/any.tsv:1")) for entity in (subject, obj))
    return Refusal(sentence, Candidate(Pair(first, second, None), "alleviates", subject, obj, 0.1), reason)
