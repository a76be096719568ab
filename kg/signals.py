"""What is measured of a pair of mentions and one predicate: numbers that mean the same for every predicate.

So what is learned of a frequent predicate ("its trigger lies on the path between the two")
holds for a rare one too. `NAMES` gives the order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kg.pairs import Pair, Scene

_SUBJECTS = ("Substance", "Compound", "Alkaloid", "Receptor", "Neurotransmitter", "Treatment", "Condition", "Effect", "Organism")
_OBJECTS = (
    "Substance",
    "Compound",
    "Alkaloid",
    "Receptor",
    "Neurotransmitter",
    "Treatment",
    "Condition",
    "Effect",
    "Organism",
    "Place",
    "Caution",
)
_KINDS = ("adverse_effect", "dependence", "interaction", "legal_status", "evidence_gap", "medical_supervision", "general")
_FAR = 99.0
_PLACES = ("path", "between", "above", "elsewhere")
_CARRIERS = frozenset({"Substance", "Compound", "Alkaloid"})
_UP = ("nsubj", "nsubjpass", "pobj", "poss", "compound", "dobj", "amod", "agent")
_DOWN = ("dobj", "pobj", "nsubj", "nsubjpass", "compound", "amod", "attr", "poss")

NAMES = (
    *(f"subject is {name}" for name in _SUBJECTS),
    *(f"object is {name}" for name in _OBJECTS),
    *(f"object kind is {name}" for name in _KINDS),
    "subject reading is natural",
    "object reading is natural",
    "object readings",
    "subject is anaphor",
    "subject is implied",
    "subject is topic",
    "object is anaphor",
    "object is topic",
    "subject from lexicon",
    "object from lexicon",
    "subject share of the document",
    "subject first",
    "gap in tokens",
    "commas between",
    "brackets between",
    "semicolon or colon between",
    "verbs between",
    "mentions between",
    "subject rivals between",
    "subject rivals",
    "named subjects in sentence",
    "objects of this type in sentence",
    "path steps",
    "path conjuncts",
    "path appositions",
    "path clauses up",
    "path clauses down",
    "path verbs",
    *(f"up has {label}" for label in _UP),
    *(f"down has {label}" for label in _DOWN),
    "same clause",
    "subject is the clause's subject",
    "subject is the root's subject",
    "nearest rival's path is shorter",
    "subject rank by path",
    "subject in a prepositional phrase of the object",
    "object in a prepositional phrase of the subject",
    *(f"own trigger {place}" for place in _PLACES),
    *(f"other trigger {place}" for place in _PLACES),
    "own triggers in sentence",
    "own trigger distance to object",
    "caution triggers in sentence",
    "adjacent",
    "heading",
    "question",
    "sentence tokens",
    "object place in sentence",
    "list position of object",
    "subject is coordinated",
)


@dataclass(slots=True)
class Measured:
    """What all pairs of one scene share, measured once."""

    clause: list[int | None]
    steps: dict[tuple[int, int], int]
    question: bool


def measure(scene: Scene, pair: Pair, predicate: str, subject_type: str, object_type: str, share: float) -> list[float]:
    """Return the numbers of one pair, read with these types, for one predicate, in the order of `NAMES`."""
    frame, tokens = scene.frame, scene.frame.tokens
    subject, object_ = pair.subject, pair.object
    sh, oh = pair.subject_head, pair.object_head
    is_first = subject.start <= object_.start
    first, second = (subject, object_) if is_first else (object_, subject)
    between = frame.inside(first.end, second.start) if second.start > first.end and not subject.is_implied else range(0)
    between = range(between.start, between.stop)
    tags = [tokens[i].tag for i in between]
    texts = [tokens[i].text for i in between]
    inner = [
        found
        for found in scene.founds
        if not found.is_implied and found is not subject and found is not object_ and first.end <= found.start and found.end <= second.start
    ]
    rivals = [
        (found, head)
        for found, head in zip(scene.founds, scene.heads, strict=True)
        if not found.is_implied
        and found is not object_
        and found is not subject
        and subject_type in found.types
        and not found.ids & subject.ids
    ]
    named = sum(1 for found in scene.founds if not found.is_implied and not found.is_anaphor and found.type in _CARRIERS)
    peers = sum(1 for found in scene.founds if not found.is_implied and object_.type == found.type)
    path = pair.path
    up = path.up if path else ()
    down = path.down if path else ()
    labels = up + down
    verbs = sum(1 for i in path.inner if tokens[i].tag[:1] == "V") if path else 0
    clause_o = frame.clause(oh) if oh is not None else None
    clause_s = frame.clause(sh) if sh is not None else None
    same_clause = clause_o is not None and clause_o == clause_s
    is_clause_subject = is_root_subject = 0.0
    if sh is not None and clause_o is not None:
        governor = frame.subject(clause_o)
        chain = frame.chain(frame.first_conjunct(sh))
        is_clause_subject = float(governor is not None and governor in chain[:4])
        root = frame.chain(sh)[-1]
        governor = frame.subject(root)
        is_root_subject = float(governor is not None and governor in chain[:4])
    own_steps = float(path.steps) if path else _FAR
    shorter = rank = 0
    if oh is not None:
        for _, head in rivals:
            other = frame.path(head, oh) if head is not None else None
            if other is not None and other.steps < own_steps:
                rank += 1
                shorter = 1
    on_path = set(path.inner) if path else set()
    if path is not None:
        on_path.update(i for i in (sh, oh) if i is not None)
    above = set(frame.chain(oh)) if oh is not None else set()
    low, high = first.end, second.start
    own = dict.fromkeys(_PLACES, 0.0)
    other_hits = dict.fromkeys(_PLACES, 0.0)
    nearest = _FAR
    caution = count = 0
    for hit in scene.hits:
        if hit.token in on_path:
            place = "path"
        elif low <= hit.start and hit.end <= high and not subject.is_implied:
            place = "between"
        elif hit.token in above:
            place = "above"
        else:
            place = "elsewhere"
        if hit.predicate == predicate:
            own[place] = 1.0
            count += 1
            if oh is not None:
                nearest = min(nearest, float(abs(hit.token - oh)))
        else:
            other_hits[place] += 1.0
        caution += hit.predicate == "has_caution"
    position = 0
    if oh is not None:
        index = oh
        while tokens[index].dep == "conj" and position < 9:
            index = tokens[index].head
            position += 1
    s_in_o = o_in_s = 0.0
    if path is not None:
        s_in_o = float(not down and "pobj" in up)
        o_in_s = float(not up and "pobj" in down)
    total = len(tokens)
    values = [
        *(float(subject_type == name) for name in _SUBJECTS),
        *(float(object_.type == name) for name in _OBJECTS),
        *(float(object_.kind == name) for name in _KINDS),
        float(subject.type == subject_type),
        float(object_.type == object_type),
        float(len(object_.types)),
        float(subject.is_anaphor and not subject.is_implied),
        float(subject.is_implied),
        float(subject.is_topic),
        float(object_.is_anaphor),
        float(object_.is_topic),
        float(subject.rule == "lexicon"),
        float(object_.rule == "lexicon"),
        share,
        float(is_first),
        float(len(between)) if not subject.is_implied else -1.0,
        float(texts.count(",")),
        float(texts.count("(") + texts.count(")")),
        float(texts.count(";") + texts.count(":")),
        float(sum(tag[:1] == "V" for tag in tags)),
        float(len(inner)),
        float(sum(subject_type in found.types and not found.ids & subject.ids for found in inner)),
        float(len(rivals)),
        float(named),
        float(peers),
        own_steps,
        float(labels.count("conj")),
        float(labels.count("appos")),
        float(sum(label in {"relcl", "advcl", "acl", "ccomp", "xcomp", "pcomp"} for label in up)),
        float(sum(label in {"relcl", "advcl", "acl", "ccomp", "xcomp", "pcomp"} for label in down)),
        float(verbs),
        *(float(label in up) for label in _UP),
        *(float(label in down) for label in _DOWN),
        float(same_clause),
        is_clause_subject,
        is_root_subject,
        float(shorter),
        float(rank),
        s_in_o,
        o_in_s,
        *own.values(),
        *other_hits.values(),
        float(count),
        nearest,
        float(caution),
        float(not between and not subject.is_implied),
        float(scene.is_heading),
        float(tokens[-1].text == "?"),
        float(total),
        float(oh) / total if oh is not None and total else -1.0,
        float(position),
        float(sh is not None and tokens[sh].dep == "conj"),
    ]
    return values


def order(values: Sequence[float]) -> dict[str, float]:
    """Return the numbers by name, as `kg explain` shows them."""
    return dict(zip(NAMES, values, strict=True))
