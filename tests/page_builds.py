"""Small built folders for the tests of the page, from our own sentences."""

from __future__ import annotations

import json
import re

from kg.builds import Build, DocumentRecord, dump_document
from kg.model import Attribution, Basis, Certainty, Claim, Cue, Entity, Mention, Polarity, Sentence, Source, Stance, claim_id
from kg.outputs import jsonl

SOURCE = Source("a.txt", "0" * 64)
CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def entity(label, type_="Substance", id_=None, names=()):
    return Entity(id_ or re.sub(r"\W+", "-", label.lower()), label, type_, tuple(names))


def claim(
    subject, predicate, object_, text, *, doc="a", start=0, stance="affirmed", certainty="asserted", basis="none", says=None, cue=None
):
    """Make a claim whose ends are found in `text` by their labels; offsets count from the document's start."""
    sentence = Sentence(0, start, start + len(text), text)

    def mention(which):
        at = text.lower().find(which.label.lower())
        at, length = (0, 1) if at < 0 else (at, len(which.label))
        return Mention(which, text[at : at + length], start + at, start + at + length)

    cues = () if cue is None else (Cue("certainty", cue, start + text.index(cue), start + text.index(cue) + len(cue)),)
    ends = mention(subject), mention(object_)
    return Claim(
        id=claim_id(doc, sentence, ends[0], predicate, ends[1], (stance, certainty)),
        doc=doc,
        sentence=sentence,
        subject=ends[0],
        predicate=predicate,
        object=ends[1],
        polarity=Polarity.NEGATED if stance == "denied" else Polarity.AFFIRMED,
        certainty=Certainty(certainty),
        basis=Basis(basis),
        stance=Stance(stance),
        attribution=None if says is None else Attribution(None, says),
        direction="increases" if predicate == "modulates" else None,
        mechanism=None,
        cues=cues,
        rule="triggers/x.tsv:1",
        source=SOURCE,
    )


def write_build(path, claims, *, metadata=()):
    """Write a built folder; claims are put in output order, and each document's text holds its sentences at their places."""
    claims = sorted(claims, key=lambda each: each.key)
    (path / "texts").mkdir(parents=True, exist_ok=True)
    (path / "claims.jsonl").write_text("".join(jsonl.dump(each) + "\n" for each in claims), encoding="utf-8")
    texts = {}
    for each in claims:
        before = texts.get(each.doc, "").ljust(each.sentence.end)
        texts[each.doc] = before[: each.sentence.start] + each.sentence.text + before[each.sentence.end :]
    for doc, text in texts.items():
        (path / "texts" / f"{doc}.txt").write_text(text, encoding="utf-8", newline="")
    records = (
        DocumentRecord(doc, SOURCE, len(text), sum(each.doc == doc for each in claims), tuple(sorted(metadata)))
        for doc, text in sorted(texts.items())
    )
    (path / "documents.jsonl").write_text("".join(dump_document(record) + "\n" for record in records), encoding="utf-8")
    (path / "report.json").write_text(json.dumps({"claims": len(claims)}), encoding="utf-8")
    return Build(path)


LEAF = entity("silverleaf", names=("moonleaf", "silver leaf"))
DREAD = entity("night dread", "Condition")
CALM = entity("quiet mind", "Effect")
OIL = entity("lunarine", "Alkaloid")
GATE = entity("lamp receptor", "Receptor")
RASH = entity("blue rash", "Caution")
ALONE = entity("tin tonic"), entity("flat mood", "Condition")


def small():
    """Twelve claims about an invented leaf: texts agree, hedge, deny, and one pair stands apart."""
    return [
        claim(
            LEAF,
            "alleviates",
            DREAD,
            "Silverleaf may relieve night dread 😀 in moths.",
            certainty="hedged",
            cue="may",
            basis="user_report",
            says="users",
        ),
        claim(LEAF, "alleviates", DREAD, "😀😀 Silverleaf relieves night dread.", start=60, basis="clinical"),
        claim(LEAF, "alleviates", DREAD, "Silverleaf does not relieve night dread.", doc="b", stance="denied"),
        claim(
            LEAF, "alleviates", DREAD, "No study shows that silverleaf relieves night dread.", doc="b", start=60, stance="evidence_absent"
        ),
        claim(LEAF, "contains", OIL, "Silverleaf contains lunarine.", doc="b", start=120),
        claim(OIL, "binds", GATE, "Lunarine binds the lamp receptor.", doc="c"),
        claim(OIL, "produces", CALM, "Lunarine gives a quiet mind.", doc="c", start=60, certainty="hedged"),
        claim(LEAF, "has_caution", RASH, "Silverleaf gave a blue rash.", doc="c", start=120),
        claim(OIL, "has_caution", RASH, "Lunarine gave no blue rash.", doc="c", start=180, stance="denied"),
        claim(LEAF, "produces", CALM, "Silverleaf gives a quiet mind.", doc="d"),
        claim(GATE, "regulates", DREAD, "The lamp receptor governs night dread.", doc="d", start=60),
        claim(*(ALONE[0], "alleviates", ALONE[1]), "Tin tonic lifts flat mood.", doc="e"),
    ]


def many(nodes, *, edges_per_node=3):
    """Claims over a made graph of `nodes` entities in communities, the same every time."""
    types = [("Substance", "alleviates"), ("Compound", "produces"), ("Alkaloid", "binds"), ("Condition", "symptom_of")]
    made = [entity(f"thing {number}", types[number % 4][0]) for number in range(nodes)]
    claims = []
    for number in range(nodes):
        for turn in range(edges_per_node):
            other = (number // (turn * 7 + 2) + turn * 13) % nodes if turn else (number * 31 + 7) % max(1, nodes // 20)
            if other != number:
                predicate = types[number % 4][1]
                text = f"Thing {number} was said to do something with thing {other}, which is written here at some length."
                claims.append(claim(made[number], predicate, made[other], text, doc=f"d{number % 50:02}", start=number * 200 + turn))
    return claims
