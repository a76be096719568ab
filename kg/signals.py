"""What is seen of the words, the mentions and the pairs of a sentence, as numbers: what the reader (`kg/reader.py`) weighs.

`TOKEN_NAMES`, `MENTION_NAMES` and `PAIR_NAMES` give the order.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kg.frames import Frame, Path
    from kg.mentions import Found
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
    """What is measured of the pairs of some scenes of one document, for all of them at once; the scenes come in text order.

    `places` and `tokens` are those of all scenes. `subjects` and `objects` are the numbers of each pair's mentions among
    them, `ways` the number of its path, 0 for none; `inside` holds the tokens inside each path by their place in their
    sentence, path after path, `inside_counts` of each. `place_scenes` and `path_scenes` are the scenes of places and of paths.
    """

    def __init__(self, scenes: Sequence[Scene], pairs: Sequence[Sequence[Pair]]) -> None:
        """Number the mentions, tokens and paths of the scenes; `pairs` are those of each scene."""
        self.scenes = scenes
        self.pairs = [pair for own in pairs for pair in own]
        self.places = [place for scene in scenes for place in scene.places]
        self.tokens = [token for scene in scenes for token in scene.frame.tokens]
        index = {id(place): number for number, place in enumerate(self.places)}
        self.subjects = np.array([index[id(pair.subject)] for pair in self.pairs], dtype=np.int64)
        self.objects = np.array([index[id(pair.object)] for pair in self.pairs], dtype=np.int64)
        every = np.arange(len(scenes))
        lengths = np.array([len(scene.frame.tokens) for scene in scenes])
        self.lengths = lengths
        self.first_tokens = np.concatenate([[0], lengths.cumsum()])
        self.first_places = np.concatenate([[0], np.cumsum([len(scene.places) for scene in scenes])])
        self.place_scenes = np.repeat(every, np.diff(self.first_places))
        self.pair_scenes = np.repeat(every, [len(own) for own in pairs])
        self.is_verb = np.array([token.tag[:1] == "V" for token in self.tokens], dtype=bool)
        self._number_paths()

    def _number_paths(self) -> None:
        numbers: dict[int, int] = {}
        paths: list[Path] = []
        ways = []
        scenes = []
        for scene, pair in zip(self.pair_scenes.tolist(), self.pairs, strict=True):
            number = 0
            if pair.path is not None:
                number = numbers.get(id(pair.path), 0)
                if not number:
                    paths.append(pair.path)
                    scenes.append(scene)
                    number = numbers[id(pair.path)] = len(paths)
            ways.append(number)
        self.ways = np.array(ways, dtype=np.int64)
        self.path_scenes = np.array(scenes, dtype=np.int64)
        self.inside_counts = np.array([0, *(len(path.inner) for path in paths)], dtype=np.int64)
        self.inside = np.array([token for path in paths for token in path.inner], dtype=np.int64)
        inside_paths = np.repeat(np.arange(len(paths) + 1), self.inside_counts)
        self.inside_tokens = self.inside + self.first_tokens[self.path_scenes[inside_paths - 1]] if paths else self.inside
        self.inner = np.zeros((len(paths) + 1, int(self.lengths.max())), dtype=bool)
        self.inner[inside_paths, self.inside] = True
        verbs = np.bincount(inside_paths, self.is_verb[self.inside_tokens], len(paths) + 1)
        none = [0.0] * _N_PATH
        none[1] = _MAX_STEPS / 6.0
        self.path_rows = np.array([none, *(_path_row(path.up, path.down) for path in paths)], dtype=np.float32)
        self.path_rows[:, _PATH_VERBS] = np.minimum(verbs, 3) / 2.0
        self.steps = np.array([_NO_PATH, *(path.steps for path in paths)], dtype=np.int64)

    def rows(self) -> np.ndarray:  # noqa: PLR0915, one statement a group of columns
        """Return one row a pair, in the order of `PAIR_NAMES`."""
        scenes, places, tokens = self.scenes, self.places, self.tokens
        s, o, of_scene = self.subjects, self.objects, self.pair_scenes
        founds = [place.found for place in places]
        start = np.array([found.start for found in founds])
        end = np.array([found.end for found in founds])
        implied = np.array([found.is_implied for found in founds])
        carries = np.array([found.type in _CARRIERS for found in founds])
        carrier = carries & ~implied
        anchor, head, clause, subject, root = (
            np.array([-1 if value is None else value for value in values])
            for values in zip(*((p.anchor, p.head, p.clause, p.subject, p.root_subject) for p in places), strict=True)
        )
        first_two, first_four, above_two, whole = self._chains()
        is_first = start[s] <= start[o]
        first_end, second_start = np.where(is_first, end[s], end[o]), np.where(is_first, start[o], start[s])
        low = np.searchsorted([token.end for token in tokens], first_end, side="right")
        high = np.maximum(np.searchsorted([token.start for token in tokens], second_start, side="left"), low)
        is_open = (second_start > first_end) & ~implied[s]
        gap = np.where(is_open, high - low, 0)
        counts = self._counts()
        between = (counts[high] - counts[low]) * is_open[:, None]
        named = ~implied
        many = np.concatenate([[0], np.cumsum(carries[named])])
        left = np.searchsorted(start[named], first_end)
        right = np.maximum(np.searchsorted(start[named], second_start), left)
        types = np.array([_TYPE[found.type] for found in founds])
        peers = np.zeros((len(scenes), len(TYPES)))
        np.add.at(peers, (self.place_scenes[named], types[named]), 1)
        anaphor = np.array([found.is_anaphor for found in founds])
        n_carriers = np.bincount(self.place_scenes, carrier & ~anaphor, len(scenes))
        nearer, subjects, owner = self._rivals(np.flatnonzero(carrier & (anchor >= 0)), anchor, subject, first_two, above_two)
        classes = [frozenset(name for place in scene.places for name in place.found.classes) for scene in scenes]
        is_class = np.array([found.key in classes[scene] for found, scene in zip(founds, self.place_scenes.tolist(), strict=True)])
        columns = np.zeros((len(s), len(PAIR_NAMES)), dtype=np.float32)
        columns[:, 0] = is_first
        columns[:, 1] = np.minimum(gap, 40) / 20.0
        columns[:, 2] = 1.0 / (1 + gap)
        columns[:, 3:7] = np.minimum(between, _MOST_BETWEEN) / _SCALE_BETWEEN
        columns[:, 7] = np.minimum(right - left, 8) / 4.0
        columns[:, 8] = np.minimum(many[right] - many[left], 4) / 2.0
        columns[:, 9] = (np.minimum(n_carriers, 6) / 3.0)[of_scene]
        columns[:, 10] = np.minimum(peers[of_scene, types[o]], 8) / 4.0
        columns[:, 11 : 11 + _N_PATH] = self.path_rows[self.ways]
        at = 11 + _N_PATH
        columns[:, at] = (clause[o] >= 0) & (clause[o] == clause[s])
        columns[:, at + 1] = (subject[o] >= 0) & first_four[s, subject[o]]
        columns[:, at + 2] = (root[s] >= 0) & first_four[s, root[s]]
        columns[:, at + 3] = np.minimum(nearer, 4) / 2.0
        columns[:, at + 4] = np.minimum(subjects, 3) / 2.0
        columns[:, at + 5] = owner
        columns[:, at + 6] = [pair.object.found.key in pair.subject.found.classes for pair in self.pairs]
        columns[:, at + 7] = [pair.subject.found.key in pair.object.found.classes for pair in self.pairs]
        columns[:, at + 8] = is_class[s]
        columns[:, at + 9] = is_class[o]
        columns[:, at + 10] = (gap == 0) & ~implied[s]
        columns[:, at + 11] = np.array([scene.frame.is_heading for scene in scenes])[of_scene]
        columns[:, at + 12] = np.array([scene.frame.tokens[-1].text == "?" for scene in scenes])[of_scene]
        columns[:, at + 13] = (np.minimum(self.lengths, 60) / 30.0)[of_scene]
        share = np.where(head >= 0, head / self.lengths[self.place_scenes], -1.0)
        columns[:, at + 14], columns[:, at + 15] = share[o], share[s]
        ends = np.where(implied[s], -1, first_end), second_start
        self._triggers(columns[:, _TRIGGERS_FROM:], (anchor[s], anchor[o]), ends, whole)
        return columns

    def _chains(self) -> tuple[np.ndarray, ...]:
        """Tell of each place which tokens of its scene are in the parts of its chain: first two, first four, the two above, all."""
        chains = [place.chain for place in self.places]
        lines = np.repeat(np.arange(len(chains)), [len(chain) for chain in chains])
        tokens = np.array([token for chain in chains for token in chain], dtype=np.int64)
        steps = np.array([step for chain in chains for step in range(len(chain))], dtype=np.int64)
        marked = []
        for first, last in _PARTS:
            rows = np.zeros((len(chains), self.inner.shape[1]), dtype=bool)
            chosen = (steps >= first) & (steps < last)
            rows[lines[chosen], tokens[chosen]] = True
            marked.append(rows)
        return tuple(marked)

    def _counts(self) -> np.ndarray:
        """Return how many commas, brackets, semicolons or colons, and verbs stand before each token."""
        marks = np.zeros((len(self.tokens) + 1, 4))
        for row, token in enumerate(self.tokens, 1):
            kind = _COUNTED.get(token.text)
            if kind is not None:
                marks[row, kind] = 1
        marks[1:, 3] = self.is_verb
        return marks.cumsum(axis=0)

    def _crossed(self, counts: np.ndarray, firsts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return every pair with everything of its scene: the numbers of the pairs and of the things, `counts` a scene from `firsts` on."""
        own = counts[self.pair_scenes]
        lines = np.repeat(np.arange(len(own)), own)
        return lines, np.arange(len(lines)) - np.repeat(own.cumsum() - own, own) + firsts[self.pair_scenes[lines]]

    def _triggers(
        self, columns: np.ndarray, anchors: tuple[np.ndarray, np.ndarray], between: tuple[np.ndarray, np.ndarray], whole: np.ndarray
    ) -> None:
        """Mark where each predicate's wordings stand: on the path, between the names (from -1: of no use there), above the object."""
        hits = [hit for scene in self.scenes for hit in scene.hits]
        if not hits:
            return
        counts = np.array([len(scene.hits) for scene in self.scenes])
        token, first, last, predicate = np.array([(hit.token, hit.start, hit.end, _PREDICATE[hit.predicate]) for hit in hits]).T
        pair, hit = self._crossed(counts, counts.cumsum() - counts)
        at = token[hit]
        start, end = between
        on_path = self.inner[self.ways[pair], at] | (anchors[0][pair] == at) | (anchors[1][pair] == at)
        inside = ~on_path & (start[pair] >= 0) & (start[pair] <= first[hit]) & (last[hit] <= end[pair])
        above = ~on_path & ~inside & whole[self.objects[pair], at]
        base = len(_SITES) * predicate[hit]
        for site, holds in enumerate((on_path, inside, above)):
            columns[pair[holds], base[holds] + site] = 1.0

    def _rivals(
        self, carriers: np.ndarray, anchor: np.ndarray, subject: np.ndarray, first_two: np.ndarray, above_two: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return of each pair how many other carriers are nearer to its object, or subject there; and whether one owns its subject."""
        s, o, total = self.subjects, self.objects, len(self.subjects)
        counts = np.bincount(self.place_scenes[carriers], minlength=len(self.scenes))
        pair, number = self._crossed(counts, counts.cumsum() - counts)
        carrier = carriers[number]
        of_subject, of_object = s[pair], o[pair]
        is_rival = (carrier != of_subject) & (carrier != of_object) & (anchor[of_object] >= 0)
        pair, carrier, of_subject, of_object = pair[is_rival], carrier[is_rival], of_subject[is_rival], of_object[is_rival]
        scenes, places, anchors = self.scenes, self.places, anchor.tolist()
        known: dict[tuple[int, int], bool] = {}
        far: dict[tuple[int, int], int] = {}
        same, distance = [], []
        for scene, c, a, b in zip(self.pair_scenes[pair].tolist(), carrier.tolist(), of_subject.tolist(), of_object.tolist(), strict=True):
            is_same = known.get((c, a))
            if is_same is None:
                is_same = known[c, a] = not places[c].found.ids.isdisjoint(places[a].found.ids)
            same.append(is_same)
            steps = far.get((c, b))
            if steps is None:
                steps = far[c, b] = scenes[scene].distance(anchors[c], anchors[b])
            distance.append(steps)
        other = ~np.array(same, dtype=bool)
        pair, carrier, of_subject, of_object = pair[other], carrier[other], of_subject[other], of_object[other]
        nearer = np.bincount(pair, np.array(distance, dtype=np.int64)[other] < self.steps[self.ways[pair]], total)
        subjects = np.bincount(pair, (subject[of_object] >= 0) & first_two[carrier, subject[of_object]], total)
        owner = np.bincount(pair, above_two[of_subject, anchor[carrier]], total) > 0
        return nearer, subjects, owner


_PARTS = ((0, 2), (0, 4), (1, 3), (0, np.inf))
_NO_PATH = 99
_N_PATH = 6 + 2 * len(_STEPS)
_PATH_VERBS = 5
_MOST_BETWEEN, _SCALE_BETWEEN = np.array([6, 4, 3, 4]), np.array([3.0, 2.0, 2.0, 2.0])
_COUNTED = {",": 0, "(": 1, ")": 1, "()": 1, ";": 2, ":": 2, ";:": 2}


@lru_cache(maxsize=20_000)
def _path_row(up: tuple[str, ...], down: tuple[str, ...]) -> tuple[float, ...]:
    """Return what the labels of a path give; the verbs inside are not known from them."""
    ups, downs = [0.0] * len(_STEPS), [0.0] * len(_STEPS)
    for label in up:
        ups[_STEP.get(label, -1)] = 1.0
    for label in down:
        downs[_STEP.get(label, -1)] = 1.0
    return (
        1.0,
        (len(up) + len(down)) / 6.0,
        min(up.count("conj") + down.count("conj"), 4) / 2.0,
        min(sum(label in _CLAUSES for label in up), 3) / 2.0,
        min(sum(label in _CLAUSES for label in down), 3) / 2.0,
        0.0,
        *ups,
        *downs,
    )
