"""What is measured of a pair of mentions and one predicate: numbers that mean the same for every predicate.

So what is learned of a frequent predicate ("its trigger lies on the path between the two")
holds for a rare one too. `NAMES` gives the order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.pairs import site

if TYPE_CHECKING:
    from kg.pairs import Pair, Scene

_SUBJECTS = ("Substance", "Compound", "Alkaloid", "Receptor", "Neurotransmitter", "Treatment", "Condition", "Effect", "Organism")
_OBJECTS = (*_SUBJECTS, "Place", "Caution")
_KINDS = ("adverse_effect", "dependence", "interaction", "legal_status", "evidence_gap", "medical_supervision", "general")
_FAR = 99.0
_PLACES = ("path", "between", "above", "elsewhere")
_CARRIERS = frozenset({"Substance", "Compound", "Alkaloid"})
_CLAUSES = frozenset({"relcl", "advcl", "acl", "ccomp", "xcomp", "pcomp"})
_UP = ("nsubj", "nsubjpass", "pobj", "poss", "compound", "dobj", "amod", "agent", "relcl", "advcl", "conj", "prep")
_DOWN = ("dobj", "pobj", "nsubj", "nsubjpass", "compound", "amod", "attr", "poss", "relcl", "advcl", "conj", "prep")

_SHARED = (
    *(f"object is {name}" for name in _OBJECTS),
    *(f"object kind is {name}" for name in _KINDS),
    "object readings",
    "subject is anaphor",
    "subject is implied",
    "subject is topic",
    "object is anaphor",
    "object is topic",
    "subject from lexicon",
    "object from lexicon",
    "subject share of the document",
    "subject covered by examples",
    "object covered by examples",
    "subject is an example",
    "object is an example",
    "subject first",
    "gap in tokens",
    "commas between",
    "brackets between",
    "semicolons and colons between",
    "verbs between",
    "mentions between",
    "named carriers in sentence",
    "carriers between",
    "objects of this type in sentence",
    "path steps",
    "path conjuncts",
    "path clauses up",
    "path clauses down",
    "path verbs",
    *(f"up has {label}" for label in _UP),
    *(f"down has {label}" for label in _DOWN),
    "same clause",
    "subject is the clause's subject",
    "subject is the first clause's subject",
    "carriers nearer by path",
    "carriers are the clause's subject",
    "subject belongs to another carrier",
    "subject in a phrase of the object",
    "object in a phrase of the subject",
    "caution triggers in sentence",
    "object is a class of the subject",
    "subject is a class of the object",
    "subject is a class of another mention",
    "object is a class of another mention",
    "adjacent",
    "heading",
    "question",
    "sentence tokens",
    "object place in sentence",
    "subject place in sentence",
)
_OWN = (
    *(f"subject is {name}" for name in _SUBJECTS),
    "subject reading is natural",
    "object reading is natural",
    *(f"own trigger {place}" for place in _PLACES),
    *(f"other trigger {place}" for place in _PLACES),
    "own triggers in sentence",
    "own trigger distance to object",
)
NAMES = (*_SHARED, *_OWN)


def share(scene: Scene, pair: Pair, part: float) -> tuple[list[float], list[tuple[str, str, int]]]:
    """Return the numbers of a pair that no predicate changes, and where each trigger stands to it.

    A trigger is (predicate, place, tokens to the object).

    `part` is the subject's part of the document's names.
    """
    tokens = scene.frame.tokens
    subject, object_ = pair.subject.found, pair.object.found
    s, o, path = pair.subject, pair.object, pair.path
    is_first = subject.start <= object_.start
    first, second = (subject, object_) if is_first else (object_, subject)
    between = scene.frame.inside(first.end, second.start) if second.start > first.end and not subject.is_implied else range(0)
    commas = brackets = colons = verbs_between = 0
    for index in between:
        text = tokens[index].text
        commas += text == ","
        brackets += text in "()"
        colons += text in ";:"
        verbs_between += tokens[index].tag[:1] == "V"
    inside = carriers = named = peers = nearer = subjects = owner = 0
    steps = float(path.steps) if path else _FAR
    for place in scene.places:
        other = place.found
        if other.is_implied:
            continue
        peers += other.type == object_.type
        is_carrier = other.type in _CARRIERS
        named += is_carrier and not other.is_anaphor
        if other is subject or other is object_:
            continue
        if first.end <= other.start and other.end <= second.start:
            inside += 1
            carriers += is_carrier
        if is_carrier and not other.ids & subject.ids and place.anchor is not None and o.anchor is not None:
            if o.subject is not None and o.subject in place.chain[:2]:
                subjects += 1
            way = scene.frame.path(place.anchor, o.anchor)
            if way is not None and way.steps < steps:
                nearer += 1
            if len(s.chain) > 1 and place.anchor in s.chain[1:3]:
                owner = 1
    up = path.up if path else ()
    down = path.down if path else ()
    is_clause_subject = o.subject is not None and o.subject in s.chain[:4]
    root_subject = scene.frame.subject(s.chain[-1]) if s.chain else None
    total = len(tokens)
    values = [
        *(float(object_.type == name) for name in _OBJECTS),
        *(float(object_.kind == name) for name in _KINDS),
        float(len(object_.types)),
        float(subject.is_anaphor and not subject.is_implied),
        float(subject.is_implied),
        float(subject.is_topic),
        float(object_.is_anaphor),
        float(object_.is_topic),
        float(subject.rule.startswith("lexicon/")),
        float(object_.rule.startswith("lexicon/")),
        part,
        float(s.covered),
        float(o.covered),
        float(s.example_of is not None),
        float(o.example_of is not None),
        float(is_first),
        float(len(between)) if not subject.is_implied else -1.0,
        float(commas),
        float(brackets),
        float(colons),
        float(verbs_between),
        float(inside),
        float(named),
        float(carriers),
        float(peers),
        steps,
        float(up.count("conj") + down.count("conj")),
        float(sum(label in _CLAUSES for label in up)),
        float(sum(label in _CLAUSES for label in down)),
        float(sum(tokens[i].tag[:1] == "V" for i in path.inner)) if path else 0.0,
        *(float(label in up) for label in _UP),
        *(float(label in down) for label in _DOWN),
        float(o.clause is not None and o.clause == s.clause),
        float(is_clause_subject),
        float(root_subject is not None and root_subject in s.chain[:4]),
        float(nearer),
        float(subjects),
        float(owner),
        float(path is not None and not down and "pobj" in up),
        float(path is not None and not up and "pobj" in down),
        float(sum(hit.predicate == "has_caution" for hit in scene.hits)),
        float(object_.key in subject.classes),
        float(subject.key in object_.classes),
        float(any(subject.key in place.found.classes for place in scene.places)),
        float(any(object_.key in place.found.classes for place in scene.places)),
        float(not between and not subject.is_implied),
        float(scene.is_heading),
        float(tokens[-1].text == "?"),
        float(total),
        o.head / total if o.head is not None else -1.0,
        s.head / total if s.head is not None else -1.0,
    ]
    inner = path.inner if path else ()
    target = o.head if o.head is not None else 0
    return values, [(hit.predicate, site(pair, hit, inner), abs(hit.token - target)) for hit in scene.hits]


def own(pair: Pair, triggers: list[tuple[str, str, int]], predicate: str, subject_type: str, object_type: str) -> list[float]:
    """Return the numbers of a pair that depend on the predicate and on how the two are read."""
    mine = dict.fromkeys(_PLACES, 0.0)
    others = dict.fromkeys(_PLACES, 0.0)
    nearest, count = _FAR, 0
    for name, place, distance in triggers:
        if name == predicate:
            mine[place] = 1.0
            count += 1
            nearest = min(nearest, distance)
        else:
            others[place] += 1.0
    return [
        *(float(subject_type == name) for name in _SUBJECTS),
        float(pair.subject.found.type == subject_type),
        float(pair.object.found.type == object_type),
        *mine.values(),
        *others.values(),
        float(count),
        float(nearest),
    ]
