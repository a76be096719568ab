"""What is seen of the words, the mentions and the pairs of a sentence, as numbers: what the reader (`kg/reader.py`) weighs.

`TOKEN_NAMES`, `MENTION_NAMES` and `PAIR_NAMES` give the order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.frames import Frame, Path
    from kg.mentions import Found
    from kg.model import Token
    from kg.pairs import Pair, Scene
    from kg.triggers import Hit

TYPES = (
    "Substance",
    "Compound",
    "Alkaloid",
    "Receptor",
    "Neurotransmitter",
    "Condition",
    "Effect",
    "Caution",
    "Treatment",
    "Organism",
    "Place",
    "Authority",
)
KINDS = (
    "adverse_effect",
    "dependence",
    "interaction",
    "legal_status",
    "regulatory_warning",
    "evidence_gap",
    "medical_supervision",
    "variability",
    "not_a_substitute",
    "contraindication",
    "quality",
    "general",
)
PREDICATES = (
    "derived_from",
    "native_to",
    "contains",
    "binds",
    "modulates",
    "regulates",
    "produces",
    "alleviates",
    "worsens",
    "has_caution",
    "interacts_with",
    "adjunct_to",
    "symptom_of",
    "is_a",
)
_TYPE = {name: place for place, name in enumerate(TYPES)}
_KIND = {name: place for place, name in enumerate(KINDS)}
_PREDICATE = {name: place for place, name in enumerate(PREDICATES)}
_SOURCES = ("lexicon", "name-shapes", "abbreviation", "tagger")
_CARRIERS = frozenset({"Substance", "Compound", "Alkaloid"})
_CLAUSES = frozenset({"relcl", "advcl", "acl", "ccomp", "xcomp", "pcomp"})
_STEPS = tuple("nsubj nsubjpass pobj poss compound dobj amod agent relcl advcl conj prep attr appos acl dep".split())  # noqa: SIM905
_STEP = {name: place for place, name in enumerate(_STEPS)}
_SITES = ("path", "between", "above")
_MAX_STEPS = 13.0

TOKEN_NAMES = (
    *(f"begins {name}" for name in TYPES),
    *(f"in {name}" for name in TYPES),
    *(f"may be {name}" for name in TYPES),
    *(f"kind {name}" for name in KINDS),
    *(f"from {name}" for name in _SOURCES[:3]),
    *(f"trigger {name}" for name in PREDICATES),
    "heading",
    "first sentence",
)
_IN, _ALSO = len(TYPES), 2 * len(TYPES)
_KIND_AT = 3 * len(TYPES)
_SOURCE_AT = _KIND_AT + len(KINDS)
_TRIGGER_AT = _SOURCE_AT + 3

MENTION_NAMES = (
    *(f"type {name}" for name in TYPES),
    *(f"may be {name}" for name in TYPES),
    *(f"kind {name}" for name in KINDS),
    *(f"from {name}" for name in _SOURCES),
    "anaphor",
    "implied",
    "topic",
    "share of the document",
    "covered by examples",
    "an example",
    "stands with others",
    "named in sentence before",
)
PAIR_NAMES = (
    "subject first",
    "gap",
    "near",
    "commas between",
    "brackets between",
    "semicolons and colons between",
    "verbs between",
    "mentions between",
    "carriers between",
    "carriers in sentence",
    "objects of this type in sentence",
    "path",
    "path steps",
    "path conjuncts",
    "path clauses up",
    "path clauses down",
    "path verbs",
    *(f"up {name}" for name in _STEPS),
    *(f"down {name}" for name in _STEPS),
    "same clause",
    "subject is the clause's subject",
    "subject is the first clause's subject",
    "carriers nearer by path",
    "carriers are the clause's subject",
    "subject belongs to another carrier",
    "object is a class of the subject",
    "subject is a class of the object",
    "subject is a class of another mention",
    "object is a class of another mention",
    "adjacent",
    "heading",
    "question",
    "sentence length",
    "object place",
    "subject place",
    *(f"{name} {place}" for name in PREDICATES for place in _SITES),
)
_TRIGGERS_FROM = len(PAIR_NAMES) - len(PREDICATES) * len(_SITES)


def _source(rule: str) -> int:
    for place, name in enumerate(_SOURCES):
        if rule.startswith(name):
            return place
    return len(_SOURCES) - 1


def of_tokens(frame: Frame, marks: Sequence[Found], hits: Sequence[Hit]) -> np.ndarray:
    """Return one row a token: the names that lie over it, and the triggers. `marks` are the sentence's names before anaphors."""
    rows = np.zeros((len(frame.tokens), len(TOKEN_NAMES)), dtype=np.float32)
    for mark in marks:
        inside = frame.inside(mark.start, mark.end)
        if not inside:
            continue
        span = slice(inside.start, inside.stop)
        first, *others = mark.types
        rows[inside.start, _TYPE[first]] = 1
        rows[span, _IN + _TYPE[first]] = 1
        for other in others:
            rows[span, _ALSO + _TYPE[other]] = 1
        if mark.kind is not None:
            rows[span, _KIND_AT + _KIND[mark.kind]] = 1
        if (source := _source(mark.rule)) < len(_SOURCES) - 1:
            rows[span, _SOURCE_AT + source] = 1
    for hit in hits:
        rows[hit.token, _TRIGGER_AT + _PREDICATE[hit.predicate]] = 1
    rows[:, -2] = frame.is_heading
    rows[:, -1] = frame.sentence.index == 0
    return rows


def of_mentions(scene: Scene, shares: Mapping[str, float]) -> np.ndarray:
    """Return one row a mention of the scene. `shares` are the parts of the document's names by entity id."""
    rows = np.zeros((len(scene.places), len(MENTION_NAMES)), dtype=np.float32)
    at_type, at_kind, at_source = len(TYPES), 2 * len(TYPES), 2 * len(TYPES) + len(KINDS)
    spans: dict[tuple[int, int], int] = {}
    for place in scene.places:
        spans[place.found.start, place.found.end] = spans.get((place.found.start, place.found.end), 0) + 1
    for row, place in zip(rows, scene.places, strict=True):
        found = place.found
        first, *others = found.types
        row[_TYPE[first]] = 1
        for other in others:
            row[at_type + _TYPE[other]] = 1
        if found.kind is not None:
            row[at_kind + _KIND[found.kind]] = 1
        if not found.is_anaphor:
            row[at_source + _source(found.rule)] = 1
        row[at_source + len(_SOURCES) :] = (
            found.is_anaphor and not found.is_implied,
            found.is_implied,
            found.is_topic,
            shares.get(found.key, 0.0),
            place.covered,
            place.example_of is not None,
            spans[found.start, found.end] > 1,
            found.is_recent,
        )
    return rows


class Measures:
    """What is measured of the pairs of one scene, for all of them at once.

    `subjects` and `objects` are the places of each pair's mentions in the scene, `ways` the number of its path in `inner`,
    which marks the tokens inside each path; number 0 is for no path.
    """

    def __init__(self, scene: Scene, pairs: Sequence[Pair]) -> None:
        """Number the mentions and paths of a scene."""
        index = {id(place): number for number, place in enumerate(scene.places)}
        self.scene = scene
        self.subjects = np.array([index[id(pair.subject)] for pair in pairs], dtype=np.int64)
        self.objects = np.array([index[id(pair.object)] for pair in pairs], dtype=np.int64)
        numbers: dict[int, int] = {}
        paths: list[Path] = []
        ways = np.zeros(len(pairs), dtype=np.int64)
        for line, pair in enumerate(pairs):
            if pair.path is not None:
                number = numbers.get(id(pair.path))
                if number is None:
                    paths.append(pair.path)
                    number = numbers[id(pair.path)] = len(paths)
                ways[line] = number
        self.ways = ways
        self.inner = np.zeros((len(paths) + 1, len(scene.frame.tokens)), dtype=bool)
        self.path_rows = np.zeros((len(paths) + 1, _N_PATH), dtype=np.float32)
        self.path_rows[0, 1] = _MAX_STEPS / 6.0
        self.steps = np.full(len(paths) + 1, _NO_PATH, dtype=np.int64)
        for number, path in enumerate(paths, 1):
            self.inner[number, list(path.inner)] = True
            self.path_rows[number] = _path_row(path, scene.frame)
            self.steps[number] = path.steps

    def rows(self) -> np.ndarray:  # noqa: PLR0915, one statement a group of columns
        """Return one row a pair, in the order of `PAIR_NAMES`."""
        scene, frame = self.scene, self.scene.frame
        places, tokens = scene.places, frame.tokens
        s, o = self.subjects, self.objects
        total = len(tokens)
        start = np.array([place.found.start for place in places])
        end = np.array([place.found.end for place in places])
        implied = np.array([place.found.is_implied for place in places])
        carrier = np.array([place.found.type in _CARRIERS and not place.found.is_implied for place in places])
        anchor, head, clause, subject, root = (
            np.array([-1 if value is None else value for value in values])
            for values in zip(*((p.anchor, p.head, p.clause, p.subject, p.root_subject) for p in places), strict=True)
        )
        chains = [place.chain for place in places]
        first_two, first_four, above_two, whole = (_marked(chains, total, part) for part in _PARTS)
        is_first = start[s] <= start[o]
        first_end, second_start = np.where(is_first, end[s], end[o]), np.where(is_first, start[o], start[s])
        low = np.searchsorted([token.end for token in tokens], first_end, side="right")
        high = np.maximum(np.searchsorted([token.start for token in tokens], second_start, side="left"), low)
        is_open = (second_start > first_end) & ~implied[s]
        gap = np.where(is_open, high - low, 0)
        marks = np.array([_counted(token) for token in tokens]).reshape(total, 4)
        counts = np.concatenate([np.zeros((1, 4)), marks.cumsum(axis=0)])
        between = (counts[high] - counts[low]) * is_open[:, None]
        named = [place for place in places if not place.found.is_implied]
        starts = [place.found.start for place in named]
        many = np.concatenate([[0], np.cumsum([place.found.type in _CARRIERS for place in named])])
        left = np.searchsorted(starts, first_end)
        right = np.maximum(np.searchsorted(starts, second_start), left)
        peers: dict[str, int] = {}
        for place in named:
            peers[place.found.type] = peers.get(place.found.type, 0) + 1
        n_carriers = sum(carrier[i] and not place.found.is_anaphor for i, place in enumerate(places))
        nearer, subjects, owner = self._rivals(np.flatnonzero(carrier & (anchor >= 0)), anchor, subject, first_two, above_two)
        classes = frozenset(name for place in places for name in place.found.classes)
        kinds = np.array([(places[a].found, places[b].found) for a, b in zip(s.tolist(), o.tolist(), strict=True)], dtype=object).reshape(
            len(s), 2
        )
        columns = np.zeros((len(s), len(PAIR_NAMES)), dtype=np.float32)
        columns[:, 0] = is_first
        columns[:, 1] = np.minimum(gap, 40) / 20.0
        columns[:, 2] = 1.0 / (1 + gap)
        columns[:, 3:7] = np.minimum(between, _MOST_BETWEEN) / _SCALE_BETWEEN
        columns[:, 7] = np.minimum(right - left, 8) / 4.0
        columns[:, 8] = np.minimum(many[right] - many[left], 4) / 2.0
        columns[:, 9] = min(n_carriers, 6) / 3.0
        columns[:, 10] = [min(peers.get(object_.type, 0), 8) / 4.0 for _, object_ in kinds]
        columns[:, 11 : 11 + _N_PATH] = self.path_rows[self.ways]
        at = 11 + _N_PATH
        columns[:, at] = (clause[o] >= 0) & (clause[o] == clause[s])
        columns[:, at + 1] = (subject[o] >= 0) & first_four[s, subject[o]]
        columns[:, at + 2] = (root[s] >= 0) & first_four[s, root[s]]
        columns[:, at + 3] = np.minimum(nearer, 4) / 2.0
        columns[:, at + 4] = np.minimum(subjects, 3) / 2.0
        columns[:, at + 5] = owner
        columns[:, at + 6] = [object_.key in subject_.classes for subject_, object_ in kinds]
        columns[:, at + 7] = [subject_.key in object_.classes for subject_, object_ in kinds]
        columns[:, at + 8] = [subject_.key in classes for subject_, _ in kinds]
        columns[:, at + 9] = [object_.key in classes for _, object_ in kinds]
        columns[:, at + 10] = (gap == 0) & ~implied[s]
        columns[:, at + 11] = frame.is_heading
        columns[:, at + 12] = tokens[-1].text == "?"
        columns[:, at + 13] = min(total, 60) / 30.0
        columns[:, at + 14 : at + 16] = np.where(head >= 0, head / total, -1.0)[np.stack([o, s], axis=1)]
        ends = np.where(implied[s], -1, first_end), second_start
        self._triggers(columns[:, _TRIGGERS_FROM:], (anchor[s], anchor[o]), ends, whole[o])
        return columns

    def _triggers(
        self, columns: np.ndarray, anchors: tuple[np.ndarray, np.ndarray], between: tuple[np.ndarray, np.ndarray], above: np.ndarray
    ) -> None:
        """Mark where each predicate's wordings stand: on the path, between the names (from -1: of no use there), above the object."""
        start, end = between
        for hit in self.scene.hits:
            on_path = self.inner[self.ways, hit.token] | (anchors[0] == hit.token) | (anchors[1] == hit.token)
            inside = ~on_path & (start >= 0) & (start <= hit.start) & (hit.end <= end)
            first = len(_SITES) * _PREDICATE[hit.predicate]
            for column, holds in enumerate((on_path, inside, ~on_path & ~inside & above[:, hit.token]), first):
                columns[holds, column] = 1.0

    def _rivals(
        self, carriers: np.ndarray, anchor: np.ndarray, subject: np.ndarray, first_two: np.ndarray, above_two: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return of each pair how many other carriers are nearer to its object, or subject there; and whether one owns its subject."""
        s, o, scene = self.subjects, self.objects, self.scene
        if not len(carriers):
            none = np.zeros(len(s))
            return none, none, none
        ids = [place.found.ids for place in scene.places]
        same = np.array([[bool(ids[c] & other) for other in ids] for c in carriers])
        anchors = anchor.tolist()
        distance = np.array(
            [[_NO_PATH if b < 0 or c == i else scene.distance(anchors[c], b) for i, b in enumerate(anchors)] for c in carriers.tolist()]
        )
        is_rival = (carriers[:, None] != s) & (carriers[:, None] != o) & ~same[:, s] & (anchor[o] >= 0)
        nearer = (is_rival & (distance[:, o] < self.steps[self.ways])).sum(axis=0)
        subjects = (is_rival & (subject[o] >= 0) & first_two[carriers][:, subject[o]]).sum(axis=0)
        owner = (is_rival & above_two[s][:, anchor[carriers]].T).any(axis=0)
        return nearer, subjects, owner


_PARTS = (slice(0, 2), slice(0, 4), slice(1, 3), slice(None))
_NO_PATH = 99
_N_PATH = 6 + 2 * len(_STEPS)
_MOST_BETWEEN, _SCALE_BETWEEN = np.array([6, 4, 3, 4]), np.array([3.0, 2.0, 2.0, 2.0])


def _marked(chains: Sequence[Sequence[int]], total: int, part: slice) -> np.ndarray:
    """Return for each chain which tokens are in a part of it."""
    rows = np.zeros((len(chains), total), dtype=bool)
    for row, chain in zip(rows, chains, strict=True):
        row[list(chain[part])] = True
    return rows


def _counted(token: Token) -> tuple[bool, bool, bool, bool]:
    text = token.text
    return text == ",", text in "()", text in ";:", token.tag[:1] == "V"


def _path_row(path: Path, frame: Frame) -> list[float]:
    ups, downs = [0.0] * len(_STEPS), [0.0] * len(_STEPS)
    for label in path.up:
        ups[_STEP.get(label, -1)] = 1.0
    for label in path.down:
        downs[_STEP.get(label, -1)] = 1.0
    return [
        1.0,
        path.steps / 6.0,
        min(path.up.count("conj") + path.down.count("conj"), 4) / 2.0,
        min(sum(label in _CLAUSES for label in path.up), 3) / 2.0,
        min(sum(label in _CLAUSES for label in path.down), 3) / 2.0,
        min(sum(frame.tokens[i].tag[:1] == "V" for i in path.inner), 3) / 2.0,
        *ups,
        *downs,
    ]
