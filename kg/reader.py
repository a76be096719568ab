"""The learned part: reads a parsed sentence as a whole, marks what is named in it, and says which mentions make a claim.

One small network, trained by `tools/train_reader.py`: every word is its pieces, affixes, tag, dependency and
lexicon names; two blocks mix it with its neighbours, its governor and the whole sentence; one layer
tells names from other words, another joins two mentions by a predicate or by none. It is plain arrays, evaluated
with numpy alone. Nothing depends on what else is read: a document gives the same numbers in any company.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

import numpy as np

from kg import signals
from kg.errors import OntologyError
from kg.mentions import CONSTITUENTS, STATE_TYPES, SUBJECT_TYPES, Found, entity_of, readings
from kg.model import Entity
from kg.resources import ONTOLOGY
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from kg.frames import Frame
    from kg.model import Token

PATH = ONTOLOGY / "models" / "reader.npz"
MAX_TOKENS = 160
MAX_WORD_CHARACTERS = 60
MAX_REMEMBERED_WORDS = 20_000
MAX_REMEMBERED_NAMES = 20_000
_GROUP_TOKENS = 1_200
_GROUP_SENTENCES = 4
_OUT = np.float32(-1e9)
_FEW = 1e-5


@swift
@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of tokens that is read as a name: first and last token (end exclusive), and its first token's likeliest type."""

    first: int
    last: int
    type: str


@swift
@dataclass(frozen=True, slots=True)
class View:
    """What the reader sees in one sentence: a vector for each token, and how likely each is to be part of a name of each type.

    Column 0 of `types` is for no name; the others are in the order of `signals.TYPES`. `begins` tells how likely a token
    is to be the first of a name, `kinds` how much speaks for each kind of Caution, were it one, in the order of `signals.KINDS`.
    """

    vectors: np.ndarray
    types: np.ndarray
    begins: np.ndarray
    kinds: np.ndarray
    _likeliest: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Keep each token's likeliest type at hand."""
        object.__setattr__(self, "_likeliest", tuple(self.types[:, 1:].argmax(axis=1).tolist()))

    def spans(self, least: float) -> Iterator[Span]:
        """Give the stretches of tokens that are likelier than `least` to be part of a name, in text order."""
        named = (1.0 - self.types[:, 0]).tolist()
        if max(named, default=0.0) < least:
            return
        begins, likeliest = self.begins.tolist(), self._likeliest
        first = None
        for index in range(len(named) + 1):
            is_in = index < len(named) and named[index] >= least
            if first is not None and (not is_in or likeliest[index] != likeliest[first] or begins[index] * 2 > named[index]):
                yield Span(first, index, signals.TYPES[likeliest[first]])
                first = None
            if is_in and first is None:
                first = index

    def reading(self, first: int, last: int) -> tuple[str, float]:
        """Return the likeliest type of a stretch of tokens and how likely it is."""
        if last == first + 1:
            best = self._likeliest[first]
            return signals.TYPES[best], float(self.types[first, 1 + best])
        mean = self.types[first:last].mean(axis=0)[1:]
        best = int(mean.argmax())
        return signals.TYPES[best], float(mean[best])

    def kind(self, first: int, last: int) -> str:
        """Return the likeliest kind of a Caution that these tokens name."""
        return signals.KINDS[int(self.kinds[first:last].sum(axis=0).argmax())]


@dataclass(frozen=True)
class Reader:
    """The network's arrays by name, the words that it knows, and the least probability at which each predicate is believed."""

    arrays: Mapping[str, np.ndarray]
    pieces: Mapping[str, int]
    lemmas: Mapping[str, int]
    tags: Mapping[str, int]
    dependencies: Mapping[str, int]
    thresholds: Mapping[str, float]
    blocks: int
    heads: int
    _rows: dict[str, int] = field(default_factory=dict)
    _spelled: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Make room for what the words that are met bring."""
        width = self.arrays["static.bias"].shape[0]
        object.__setattr__(self, "_spelled", np.empty((MAX_REMEMBERED_WORDS, width), dtype=np.float32))

    def see(self, frames: Sequence[Frame], rows: Sequence[np.ndarray]) -> list[View]:
        """Return what is seen in the parsed sentences of one document. `rows` are their `signals.of_tokens`."""
        views: list[View] = []
        start = total = 0
        for stop, frame in enumerate(frames, 1):
            total += min(len(frame.tokens), MAX_TOKENS)
            if total >= _GROUP_TOKENS or stop == len(frames):
                views.extend(self._view(frames[start:stop], rows[start:stop]))
                start, total = stop, 0
        return views

    def _view(self, frames: Sequence[Frame], rows: Sequence[np.ndarray]) -> Iterator[View]:
        """Give what is seen in a few sentences; their tokens lie one after the other in one array."""
        sizes = np.array([min(len(frame.tokens), MAX_TOKENS) for frame in frames])
        vectors = self._encode(frames, rows, sizes)
        tags = _softmax(self._line(vectors, "tagger"))
        types = np.concatenate([tags[:, :1], tags[:, 1::2] + tags[:, 2::2]], axis=1)
        begins = tags[:, 1::2].sum(axis=1)
        kinds = self._line(vectors, "kind")
        stop = 0
        for size in sizes.tolist():
            own = slice(stop, stop + size)
            stop += size
            yield View(vectors[own], types[own], begins[own], kinds[own])

    def _encode(self, frames: Sequence[Frame], rows: Sequence[np.ndarray], sizes: np.ndarray) -> np.ndarray:
        arrays, width = self.arrays, self.arrays["first.weight"].shape[0]
        firsts = sizes.cumsum() - sizes
        tokens = [token for frame, size in zip(frames, sizes.tolist(), strict=True) for token in frame.tokens[:size]]
        tags, dependencies, lemmas = self.tags, self.dependencies, self.lemmas
        places = np.array([(tags.get(t.tag, -1), dependencies.get(t.dep, -1), lemmas.get(t.lemma, 0), t.head) for t in tokens])
        x = np.concatenate([own[:size] for own, size in zip(rows, sizes.tolist(), strict=True)]) @ arrays["token"]
        x += self._words([token.text for token in tokens])
        x += arrays["tag"][places[:, 0]]
        x += arrays["dep"][places[:, 1]]
        x += arrays["lemma"][places[:, 2]]
        x = self._norm(x, "first")
        of_sentence = np.repeat(np.arange(len(sizes)), sizes)
        head = np.minimum(places[:, 3], sizes[of_sentence] - 1) + firsts[of_sentence]
        groups = _alike(sizes, firsts)
        # The first token of a sentence has none before it, the last none after it.
        first, last = firsts, firsts + sizes - 1
        for block in range(self.blocks):
            name = f"blocks.{block}."
            y = self._norm(x, name + "n1")
            around = np.empty((len(y), 4 * width), dtype=np.float32)
            around[:, :width] = y
            around[1:, width : 2 * width] = y[:-1]
            around[first, width : 2 * width] = 0
            around[:-1, 2 * width : 3 * width] = y[1:]
            around[last, 2 * width : 3 * width] = 0
            around[:, 3 * width :] = y[head]
            mixed = self._line(around, name + "mix")
            x += np.maximum(mixed, 0, out=mixed)
            x += self._attend(self._norm(x, name + "n2"), groups, name)
            up = self._line(self._norm(x, name + "n3"), name + "up")
            x += self._line(np.maximum(up, 0, out=up), name + "down")
        return self._norm(x, "last")

    def _attend(self, y: np.ndarray, groups: Sequence[tuple[np.ndarray, np.ndarray]], name: str) -> np.ndarray:
        width = y.shape[1]
        parts = self._line(y, name + "qkv").reshape(len(y), 3, self.heads, width // self.heads)
        parts[:, 0] *= np.float32((width // self.heads) ** -0.5)
        seen = np.empty((len(y), self.heads, width // self.heads), dtype=np.float32)
        for rows, bias in groups:
            # Sentences × tokens × part × head × width to part × sentences × head × tokens × width.
            q, k, v = parts[rows].transpose(2, 0, 3, 1, 4)
            weights = q @ k.swapaxes(-1, -2)
            weights += bias
            seen[rows] = (_softmax(weights) @ v).transpose(0, 2, 1, 3)
        return self._line(seen.reshape(len(y), width), name + "out")

    def _line(self, x: np.ndarray, name: str) -> np.ndarray:
        weight = self.arrays[name + ".weight"]
        y: np.ndarray = x.reshape(-1, x.shape[-1]) @ weight
        y += self.arrays[name + ".bias"]
        found: np.ndarray = y.reshape(*x.shape[:-1], weight.shape[1])
        return found

    def _norm(self, x: np.ndarray, name: str) -> np.ndarray:
        width = x.shape[-1]
        y: np.ndarray = x - x @ np.full((width, 1), 1 / width, dtype=x.dtype)
        y /= np.sqrt(np.einsum("...i,...i->...", y, y)[..., None] / width + np.float32(_FEW))
        y *= self.arrays[name + ".weight"]
        y += self.arrays[name + ".bias"]
        return y

    def _words(self, words: Sequence[str]) -> np.ndarray:
        """Return what each word brings by its letters alone, remembered."""
        rows = self._rows
        new = [word for word in dict.fromkeys(words) if word not in rows]
        if len(rows) + len(new) > MAX_REMEMBERED_WORDS:
            rows.clear()
            new = list(dict.fromkeys(words))
        for word in new:
            self._spelled[len(rows)] = self._spell(word)
            rows[word] = len(rows)
        return self._spelled[[rows[word] for word in words]]

    def _spell(self, word: str) -> np.ndarray:
        arrays = self.arrays
        rows = split(word[:MAX_WORD_CHARACTERS], self.pieces)
        vector: np.ndarray = arrays["static.bias"] + np.array(shape(word), dtype=np.float32) @ arrays["shape"]
        if rows:
            pieces = arrays["pieces"][rows].astype(np.float32) * arrays["piece_scale"][rows]
            vector = vector + pieces.mean(axis=0) @ arrays["static.weight"]
        for place, bucket in enumerate(buckets(word)):
            vector = vector + arrays[f"affix.{place}"][bucket]
        return vector

    def weigh(self, measures: signals.Measures, views: Sequence[View], mentions: np.ndarray, allowed: np.ndarray) -> np.ndarray:
        """Return for each pair how likely it is no claim (column 0) and a claim of each predicate, in the order of `signals.PREDICATES`.

        `views` are those of the scenes that are measured, `mentions` their `signals.of_mentions`; `allowed` tells which
        columns the types of each pair allow.
        """
        arrays, places, width = self.arrays, measures.places, views[0].vectors.shape[1]
        x = np.concatenate([*(view.vectors for view in views), np.zeros((1, width), dtype=np.float32)])
        nothing = len(x) - 1
        sizes = np.array([len(view.vectors) for view in views])
        firsts = sizes.cumsum() - sizes
        scenes = measures.place_scenes.tolist()
        size_of, first_of = sizes.tolist(), firsts.tolist()

        def row(scene: int, token: int | None) -> int:
            return first_of[scene] + token if token is not None and token < size_of[scene] else nothing

        spans = []
        for scene, place in zip(scenes, places, strict=True):
            found, size, first = place.found, size_of[scene], first_of[scene]
            inside = range(0) if found.is_implied else measures.scenes[scene].frame.inside(found.start, found.end)
            is_seen = bool(inside) and inside.start < size
            spans.append(range(first + inside.start, first + min(inside.stop, size)) if is_seen else range(first, first + size))
        named = _means(x, np.array([token for span in spans for token in span]), np.array([len(span) for span in spans]))
        heads = np.array([row(scene, place.head) for scene, place in zip(scenes, places, strict=True)])
        clauses = np.array([row(scene, place.clause) for scene, place in zip(scenes, places, strict=True)])
        m = self._line(np.concatenate([x[heads], named, mentions], axis=1), "mention")
        np.maximum(m, 0, out=m)
        h = measures.rows() @ arrays["pair"]
        h += self._line(m, "as_subject")[measures.subjects]
        h += (m @ arrays["as_object"] + x[clauses] @ arrays["verb"])[measures.objects]
        h += (self._inside(measures, x, sizes, firsts) @ arrays["way"])[measures.ways]
        seen, numbers = _between(x, spans, measures)
        h += (seen @ arrays["between"])[numbers]
        np.maximum(h, 0, out=h)
        told = self._line(h, "tell")
        np.maximum(told, 0, out=told)
        h = self._line(h, "mid")
        for ends, heard in zip((measures.subjects, measures.objects), np.split(arrays["hear"], 2), strict=True):
            pooled, numbers = _pooled(told, ends, len(places))
            h += (pooled @ heard)[numbers]
        np.maximum(h, 0, out=h)
        labels = self._line(h, "label")
        return _softmax(np.where(allowed, labels, _OUT))

    def _inside(self, measures: signals.Measures, x: np.ndarray, sizes: np.ndarray, firsts: np.ndarray) -> np.ndarray:
        """Return the mean of what is seen inside each path; zeros for one without a token inside."""
        paths = np.repeat(np.arange(len(measures.inside_counts)), measures.inside_counts)
        scenes = measures.path_scenes[paths - 1]
        is_seen = measures.inside < sizes[scenes]
        counts = np.bincount(paths[is_seen], minlength=len(measures.inside_counts))
        return _means(x, (measures.inside + firsts[scenes])[is_seen], counts)


def _alike(sizes: np.ndarray, firsts: np.ndarray) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
    """Bundle sentences of about one length: the numbers of their tokens, a line a sentence, and what keeps from looking beyond its end.

    A line that is shorter than the longest goes on with its last token, which is seen alike each time.
    """
    order = np.argsort(sizes, kind="stable")
    found = []
    for start in range(0, len(order), _GROUP_SENTENCES):
        chosen = order[start : start + _GROUP_SENTENCES]
        steps = np.arange(int(sizes[chosen].max()))
        is_own = steps < sizes[chosen, None]
        rows = firsts[chosen, None] + np.minimum(steps, sizes[chosen, None] - 1)
        found.append((rows, np.where(is_own, np.float32(0), _OUT)[:, None, None, :]))
    return tuple(found)


def _pooled(told: np.ndarray, owner: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the maximum of what each mention's pairs tell, and the row of each pair; `owner` numbers the mentions."""
    order = np.argsort(owner, kind="stable")
    counts = np.bincount(owner, minlength=count)
    is_some = counts > 0
    starts = (counts.cumsum() - counts)[is_some]
    number = (is_some.cumsum() - 1)[owner]
    sorted_ = told[order]
    means = np.add.reduceat(sorted_, starts, axis=0) / counts[is_some, None].astype(told.dtype)
    return np.concatenate([means, np.maximum.reduceat(sorted_, starts, axis=0)], axis=1), number


def _between(rows: np.ndarray, spans: Sequence[range], measures: signals.Measures) -> tuple[np.ndarray, np.ndarray]:
    """Return the means over the tokens that stand between two mentions, each once, and for each pair the number of its own.

    Zeros where nothing stands there, as for an implied mention.
    """
    first, stop = np.array([(span.start, span.stop) for span in spans]).T
    s, o = measures.subjects, measures.objects
    after = np.minimum(stop[s], stop[o])
    until = np.maximum(np.maximum(first[s], first[o]), after)
    # A pair and its reverse have the same words between them.
    places, numbers = np.unique(after * (len(rows) + 1) + until, return_inverse=True)
    after, until = np.divmod(places, len(rows) + 1)
    sums = np.concatenate([np.zeros((1, rows.shape[1]), dtype=rows.dtype), rows.cumsum(axis=0)])
    means: np.ndarray = (sums[until] - sums[after]) / np.maximum(until - after, 1)[:, None].astype(rows.dtype)
    return means, numbers


def _means(rows: np.ndarray, chosen: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return the means of rows, the first so many of those chosen, the next so many, and so on; of none zeros."""
    means = np.zeros((len(counts), rows.shape[1]), dtype=rows.dtype)
    is_some = counts > 0
    if is_some.any():
        starts = (counts.cumsum() - counts)[is_some]
        means[is_some] = np.add.reduceat(rows[chosen], starts, axis=0)
        means[is_some] /= counts[is_some, None].astype(rows.dtype)
    return means


# How sure the reader must be of a name that no list holds, and of a type that the lexicon does not give a name.
NAME_PROBABILITY = 0.85
TYPE_PROBABILITY = 0.5
# What may stand for each other in every place: the lexicon's word decides between them.
_ALIKE = (frozenset(SUBJECT_TYPES), STATE_TYPES)
_NO_NAMES = frozenset({"ROOT", "acl", "advcl", "xcomp", "ccomp", "relcl", "pcomp", "csubj", "aux", "auxpass"})
_EDGES = frozenset({"DT", "PRP$", "IN", "CC", "TO", ",", ".", ":", "-LRB-", "-RRB-", "``", "''", "HYPH", "_SP", "MD", "RB", "WDT", "POS"})
_LAST_EDGES = _EDGES - {"RB"}


def _can_name(token: Token) -> bool:
    """Tell whether a word can carry a name: noun, adjective, number, or a participle that neither heads a clause nor helps a verb."""
    return token.tag[:2] in {"NN", "JJ", "CD", "FW", "NF"} or (token.tag in {"VBG", "VBN"} and token.dep not in _NO_NAMES)


# Of these kinds a Caution is one concept however it is worded: "more studies are needed" and "evidence is scant" are one.
_GENERAL = {
    kind: Entity(kind.replace("_", "-"), kind.replace("_", " "), "Caution", (), kind)
    for kind in ("evidence_gap", "legal_status", "medical_supervision", "regulatory_warning", "variability", "not_a_substitute")
}


def name(own: Sequence[Found], frame: Frame, view: View) -> tuple[Found, ...]:
    """Return the names of a sentence with those that only the reader sees, and its readings of the others, in text order."""
    found = []
    for place, mark in enumerate(own):
        inside = frame.inside(mark.start, mark.end)
        if inside and inside.stop <= len(view.vectors):
            type_, probability = view.reading(inside.start, inside.stop)
            if probability >= TYPE_PROBABILITY and is_new(type_, mark.types) and not _shares_words(own, place):
                found.append(read_also(mark, type_))
                continue
        found.append(mark)
    for span in view.spans(NAME_PROBABILITY):
        first, last = span.first, span.last
        while first < last and frame.tokens[first].tag in _EDGES:
            first += 1
        while first < last and frame.tokens[last - 1].tag in _LAST_EDGES:
            last -= 1
        if first == last or not any(_can_name(token) for token in frame.tokens[first:last]):
            continue
        start, end = frame.tokens[first].start, frame.tokens[last - 1].end
        if start < frame.sentence.start:
            continue  # of a list's lead-in, read with that
        if any(mark.start < end and start < mark.end for mark in own):
            continue
        text = frame.sentence.cut(start, end)
        kind = view.kind(first, last) if span.type == "Caution" else None
        found.append(Found(start, end, _named(text, span.type, kind), "tagger"))
    return tuple(sorted(found, key=lambda mark: mark.start))


def _shares_words(own: Sequence[Found], place: int) -> bool:
    """Tell whether a name lies in another or holds one: of "mu-opioid receptor agonist" and its receptor each is what it is."""
    mark = own[place]
    return any(
        mark.start < other.end and other.start < mark.end for other in (*own[max(place - 1, 0) : place], *own[place + 1 : place + 2])
    )


@lru_cache(maxsize=MAX_REMEMBERED_NAMES)
def _named(text: str, type_: str, kind: str | None) -> tuple[Entity, ...]:
    return readings((_GENERAL.get(kind or "") or entity_of(text, type_, kind),))


def settle(seen: Sequence[tuple[Found, ...]], frames: Sequence[Frame], views: Sequence[View]) -> list[tuple[Found, ...]]:
    """Return a document's names, sentence by sentence, those that can be taken as what they are in this document: taken, part or organism.

    Morphine is a constituent where a text is about opium, and a substance where it is about morphine; a mushroom is picked or
    it is taken: all its mentions decide.
    """
    votes: dict[tuple[str, tuple[int, ...]], list[float]] = {}
    for own, frame, view in zip(seen, frames, views, strict=True):
        for mark in own:
            for columns in _rivals(mark):
                inside = frame.inside(mark.start, mark.end)
                rows = view.types[inside.start : min(inside.stop, len(view.types))]
                if len(rows):
                    vote = float(rows[:, _SUBSTANCE].sum() - rows[:, columns].sum()) / len(rows)
                    votes.setdefault((mark.key, columns), []).append(vote)
    if not votes:
        return list(seen)
    means = {key: sum(cast) / len(cast) for key, cast in votes.items()}
    return [tuple(_settled(mark, means) for mark in own) for own in seen]


_SUBSTANCE = 1 + signals.TYPES.index("Substance")
_ORGANISM_COLUMNS = (1 + signals.TYPES.index("Organism"),)
_PART_COLUMNS = tuple(1 + signals.TYPES.index(name) for name in sorted(CONSTITUENTS))
# An alkaloid stays one unless its text is clear that it is taken (guidelines: "in any knowledgeable reading").
ALKALOID_MARGIN = 0.7


def _rivals(mark: Found) -> Iterator[tuple[int, ...]]:
    """Give the columns of what a name may be instead of a substance."""
    if "Substance" in mark.types:
        if not CONSTITUENTS.isdisjoint(mark.types):
            yield _PART_COLUMNS
        if "Organism" in mark.types:
            yield _ORGANISM_COLUMNS


def _settled(mark: Found, votes: Mapping[tuple[str, tuple[int, ...]], float]) -> Found:
    """Return a name with the reading first that its document votes for.

    Taken or constituent, it stays one concept, the lexicon's first; as an organism it is another than as what is taken.
    """
    vote = votes.get((mark.key, _PART_COLUMNS))
    if vote is not None:
        least = ALKALOID_MARGIN if mark.type == "Alkaloid" else 0.0
        wanted = {"Substance"} if vote > least else CONSTITUENTS if vote < least else frozenset[str]()
        either = [entity for entity in mark.entities if entity.type == "Substance" or entity.type in CONSTITUENTS]
        ranked = iter(sorted(either, key=lambda entity: entity.type not in wanted))
        entities = tuple(replace(next(ranked), id=either[0].id) if entity in either else entity for entity in mark.entities)
        mark = replace(mark, entities=entities)
    vote = votes.get((mark.key, _ORGANISM_COLUMNS))
    if vote and mark.type in {"Substance", "Organism"}:
        first = "Substance" if vote > 0 else "Organism"
        mark = replace(mark, entities=tuple(sorted(mark.entities, key=lambda entity: entity.type != first)))
    return mark


def is_new(type_: str, types: Sequence[str]) -> bool:
    """Tell whether a type that is seen in a name's place says more than the types that the name can have."""
    if "Authority" in types:
        return type_ == "Caution"
    return type_ not in types and type_ != "Authority" and not any(type_ in group and group & set(types) for group in _ALIKE)


def read_also(mark: Found, type_: str) -> Found:
    """Return a name with one more reading, of a type that only its place tells."""
    own = mark.entities[0]
    if own.type == "Authority":
        # Where an authority's name stands for a caution it stands for what it said.
        warning = Entity(f"{own.id}-warning", f"{own.label} warning", "Caution", own.names, "regulatory_warning")
        return replace(mark, entities=(*mark.entities, warning))
    kind = "adverse_effect" if type_ == "Caution" else None
    return replace(mark, entities=(*mark.entities, Entity(f"{own.id}-{type_.lower()}", own.label, type_, own.names, kind)))


def _softmax(x: np.ndarray) -> np.ndarray:
    y: np.ndarray = np.exp(x - x.max(axis=-1, keepdims=True))
    y /= y.sum(axis=-1, keepdims=True)
    return y


AFFIXES = (("prefix", 3, 1024), ("suffix", 3, 1024), ("suffix", 4, 2048))


def buckets(word: str) -> tuple[int, ...]:
    """Return the bucket of each affix of a word, case ignored."""
    low = word.lower()
    parts = ((kind, size, low[:size] if kind == "prefix" else low[-size:], count) for kind, size, count in AFFIXES)
    return tuple(zlib.crc32(f"{kind}{size}{part}".encode()) % count for kind, size, part, count in parts)


def shape(word: str) -> tuple[bool, ...]:
    """Return what the letters of a word look like: capitals, digits, hyphens, Greek."""
    return (
        word[:1].isupper(),
        word.isupper() and len(word) > 1,
        any(char.isdigit() for char in word),
        word.isdigit(),
        "-" in word[1:-1],
        not any(char.isalnum() for char in word),
        any("α" <= char <= "ω" for char in word),
        any(char.isupper() for char in word[1:]) and not word.isupper(),
    )


_PARTS = re.compile(r"\w+|[^\w\s]")


def split(word: str, pieces: Mapping[str, int]) -> list[int]:
    """Return the rows of a word's pieces: of each run of letters and digits the longest first one and so on (WordPiece, arXiv:1609.08144).

    Letters that no piece has are passed over.
    """
    found = []
    for part in _PARTS.findall(word.lower()):
        start = 0
        while start < len(part):
            end = len(part)
            while end > start:
                row = pieces.get(part[start:end] if start == 0 else "##" + part[start:end])
                if row is not None:
                    found.append(row)
                    break
                end -= 1
            start = max(end, start + 1)
    return found


@cache
def load(path: Path = PATH) -> Reader:
    """Read the shipped network.

    Raises OntologyError where the file is missing or is not one that `tools/train_reader.py` wrote.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        names = ("text_pieces", "text_lemmas", "text_tags", "text_deps")
        lists = {name: arrays.pop(name).tobytes().decode("utf-8").split("\n") for name in names}
        limits = arrays.pop("thresholds").tolist()
        heads = int(arrays.pop("heads"))
        whole = {"pieces"}
        return Reader(
            {name: value if name in whole else np.ascontiguousarray(value.astype(np.float32)) for name, value in arrays.items()},
            _places(lists["text_pieces"]),
            _places(lists["text_lemmas"]),
            _places(lists["text_tags"]),
            _places(lists["text_deps"]),
            dict(zip(signals.PREDICATES, limits, strict=True)),
            sum(name.endswith(".mix.weight") for name in arrays),
            heads,
        )
    except (OSError, KeyError, ValueError) as error:
        message = f"{path.parent.name}/{path.name}: not a reader model ({error}); make it with tools/train_reader.py"
        raise OntologyError(message) from error


def _places(names: Sequence[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}
