"""The lexicon: `ontology/lexicon/*.tsv` and a user's terms → entities, and their names found in a text.

Names and texts are folded to the same words: letter runs and digit runs, without regard to
case, accents, hyphens, brackets, plural and spelling. The names are kept in one dictionary of
joined words and one of first words, so a text is read once whatever the number of names.

A name may carry options in braces (`docs/lexicon.md`):
`{case}` counts only as written; `{with:a,b}` counts only where another name of the concept stands
in the document or one of the words stands nearby (`{with}`: only the former);
`{not:a,b}` does not count where one of the words stands next to it.

Source: prefix index over normalised names, doi:10.1093/bioadv/vbac034.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg import __version__, tables
from kg.errors import TableError
from kg.model import Entity
from kg.resources import ONTOLOGY
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

COLUMNS = ("id", "label", "names", "kind", "parent", "xrefs", "source")
USER_COLUMNS = ("id", "type", "label", "names", "kind", "parent", "xrefs", "source")
NEARBY_WORDS = 10
BESIDE_WORDS = 2
MAX_REMEMBERED_WORDS = 200_000
MIN_PLURAL_LETTERS = 4
MIN_FOOTNOTED_LETTERS = 5
MAX_WORDS_BEFORE_HYPHEN = 4
MAX_KEPT_INDEXES = 3

_FORMAT = 2
_SINGLE = 1
_LONGER = 2

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_GREEK_LETTERS = "αβγδεζηθικλμνξοπρσςτυφχψω"
_GREEK_NAMES = (
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigma",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
)
_GREEK = (
    {chr(0xB5): "mu"}
    | dict(zip(_GREEK_LETTERS, _GREEK_NAMES, strict=True))
    | dict(
        zip(
            _GREEK_LETTERS.replace("ς", "").upper(),
            (name for letter, name in zip(_GREEK_LETTERS, _GREEK_NAMES, strict=True) if letter != "ς"),
            strict=True,
        )
    )
)
# every Greek letter by its name
GREEK = str.maketrans(_GREEK)
_RAISED = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
_DIGITS = "0-9₀-₉⁰¹²³⁴-⁹"
_MARKS = "\u0300-\u036f"
_JOINERS = "\u00ad\u200b-\u200d\u2060\ufeff"
_LETTERS = rf"[^\W\d_{_DIGITS}{''.join(_GREEK)}]+"
_WORD = re.compile(
    rf"({_LETTERS}(?:[{_MARKS}{_JOINERS}]+{_LETTERS})*[{_MARKS}]*|[{''.join(_GREEK)}]|[{_DIGITS}]+)(?:['\u2019\u02bc]s(?!\w))?"
)
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010\u2011](?=[^\W\d_])")
_INVISIBLE = re.compile(rf"[-\u2010\u2011{_MARKS}{_JOINERS}]")
_PLAIN_GAPS = frozenset(("", " ", "-"))
# A name never reaches over one of these: the end of a sentence or of a list item. A comma inside a chemical name has no
# space beside it; a line end before a lower-case letter only wraps the line.
_BREAK = re.compile(r"[!?;|•…\r]|\.(?!\w)|[,:](?=\s)|(?<=\s)[,:]|\n(?!(?<=[^\n]\n)[ \t]*[^\W\d_A-ZÀ-Þ])")
_CLOSING = {")": "(", "]": "["}
_DOT = re.compile(r"\s*\.\s*")
_OPTIONS = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: the entity, the concept above it, its public identifiers (CURIEs), who named it, and where the row stands."""

    entity: Entity
    parent: str | None
    xrefs: tuple[str, ...]
    source: str
    where: str


@swift
@dataclass(frozen=True, slots=True)
class Match:
    """A name at a place in a text, with every entity that it may mean, one of each type, in the order of the lexicon."""

    start: int
    end: int
    entities: tuple[Entity, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """When a name counts: `case` holds its words as written; `near` and `beside` hold folded words."""

    case: tuple[str, ...] | None = None
    is_conditional: bool = False
    near: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


_ALWAYS = _Rule()


class _Folder(dict[str, str]):
    """Words already folded; forgets everything when it has seen too many, so that no text can fill the memory."""

    def __missing__(self, word: str) -> str:
        if len(self) >= MAX_REMEMBERED_WORDS:
            self.clear()
        folded = self[word] = _fold(word)
        return folded


class _Words:
    """A text as folded words with their offsets."""

    __slots__ = ("ends", "folded", "starts", "text")

    def __init__(self, text: str, starts: list[int], ends: list[int], folded: list[str]) -> None:
        self.text = text
        self.starts = starts
        self.ends = ends
        self.folded = folded

    def raw(self, index: int) -> str:
        """Return the word as written, without hyphens and invisible characters."""
        return _INVISIBLE.sub("", self.text[self.starts[index] : self.ends[index]])


def _split(text: str) -> _Words:
    """Return the text's letter runs and digit runs."""
    found = [(match.start(1), match.end(1), match[1]) for match in _WORD.finditer(text)]
    return _Words(text, [start for start, _, _ in found], [end for _, end, _ in found], [_FOLDED[word] for _, _, word in found])


def _join(words: _Words) -> tuple[_Words, tuple[int, ...]]:
    """Return the words with letters that a hyphen joins made one ("anti-depressant"), and which ones were joined."""
    starts: list[int] = []
    ends: list[int] = []
    folded: list[str] = []
    joined: list[int] = []
    copied = 0
    for hyphen in _HYPHEN.finditer(words.text):
        at = bisect_left(words.starts, hyphen.end())
        if at == 0 or words.ends[at - 1] != hyphen.start():
            continue
        if at > copied:
            starts += words.starts[copied:at]
            ends += words.ends[copied:at]
            folded += words.folded[copied:at]
            joined.append(len(starts) - 1)
        ends[-1] = words.ends[at]
        folded[-1] += words.folded[at]
        copied = at + 1
    starts += words.starts[copied:]
    ends += words.ends[copied:]
    folded += words.folded[copied:]
    return _Words(words.text, starts, ends, folded), tuple(joined)


@swift
@dataclass(frozen=True, slots=True)
class _Candidate:
    """A name that stands in the text: `length` words from `index`, and what it may mean there."""

    words: _Words
    index: int
    length: int
    meanings: tuple[tuple[Entity, _Rule], ...]

    @property
    def start(self) -> int:
        """The start of the first word."""
        return self.words.starts[self.index]

    @property
    def end(self) -> int:
        """The end of the last word, or of a bracket that opened in the name: "5-HT(2A)"."""
        end = self.words.ends[self.index + self.length - 1]
        text = self.words.text
        closing = _CLOSING.get(text[end : end + 1])
        return end + 1 if closing is not None and closing in text[self.start : end] else end


class _Entries(Mapping[str, Entry]):
    """Concepts by id in the order of their numbers; each is made when it is first asked for."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._numbers = {line.partition("\t")[0]: number for number, line in enumerate(lines)}
        self._made: dict[int, Entry] = {}

    def at(self, number: int) -> Entry:
        """Return the concept of a number."""
        made = self._made.get(number)
        if made is None:
            id_, label, type_, names, kind, parent, xrefs, source, where = self._lines[number].split("\t")
            entity = Entity(id_, label, type_, tuple(names.split("|")), kind or None)
            made = self._made[number] = Entry(entity, parent or None, tuple(xrefs.split("|")) if xrefs else (), source, where)
        return made

    def __getitem__(self, id_: str) -> Entry:
        return self.at(self._numbers[id_])

    def __contains__(self, id_: object) -> bool:
        return id_ in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


@dataclass(frozen=True)
class Lexicon:
    """Concepts by id, and their names ready to be found.

    `_names` maps folded words to the numbers of entity and rule, in turn, or to that of the one entity that they
    always mean; `_heads` tells of a first
    word whether it is a name (1), begins longer ones (2) or both (3); `_longer` gives the lengths of the names
    that begin with two words, longest first.
    """

    entries: _Entries
    _rules: tuple[_Rule, ...]
    _names: Mapping[str, int | Sequence[int]]
    _heads: Mapping[str, int]
    _longer: Mapping[str, Sequence[int]]
    _dotted: frozenset[str]

    def named(self, name: str, type: str) -> Entity | None:
        """Return the concept of a type that has the name without condition."""
        found = self._names.get(normal(name), ())
        numbers = (found, 0) if isinstance(found, int) else found
        owners = (self.entries.at(number).entity for number, rule in zip(numbers[::2], numbers[1::2], strict=True) if rule == 0)
        return next((entity for entity in owners if entity.type == type), None)

    def find(self, text: str) -> tuple[Match, ...]:
        """Mark every name in a text.

        The longest name wins, matches never overlap, and they come in text order. Offsets count
        code points of the text as given, end exclusive; no name reaches over the end of a sentence.
        """
        candidates = self._candidates(text)
        conditional = any(rule.is_conditional for candidate in candidates for _, rule in candidate.meanings)
        known = _known(candidates) if conditional else frozenset()
        matches = []
        after = 0
        for candidate in candidates:
            if candidate.start < after:
                continue
            meant: dict[str, Entity] = {}
            for entity, rule in candidate.meanings:
                if not rule.is_conditional or entity.id in known or _is_near(candidate, rule.near):
                    meant.setdefault(entity.type, entity)
            if meant:
                matches.append(Match(candidate.start, candidate.end, tuple(meant.values())))
                after = candidate.end
        return tuple(matches)

    def _candidates(self, text: str) -> list[_Candidate]:
        """Return every name that stands in the text, in text order, longest first."""
        words = _split(text)
        heads = self._heads
        candidates = [candidate for index, word in enumerate(words.folded) if word in heads for candidate in self._at(words, index, 1)]
        joined, places = _join(words)
        for place in places:
            for index in range(max(0, place - MAX_WORDS_BEFORE_HYPHEN), place + 1):
                if joined.folded[index] in heads:
                    candidates.extend(self._at(joined, index, place - index + 1))
        if places:
            candidates.sort(key=lambda candidate: (candidate.start, -candidate.end))
        return candidates

    def _at(self, words: _Words, index: int, least: int) -> Iterator[_Candidate]:
        """Give every name of at least so many words that begins at a word, longest first."""
        folded = words.folded
        head = folded[index]
        kind = self._heads[head]
        if kind > _SINGLE and index + 1 < len(folded):
            for length in self._longer.get(f"{head} {folded[index + 1]}", ()):
                if length < least:
                    return
                found = self._names.get(" ".join(folded[index : index + length]))
                if found is not None and (candidate := self._candidate(words, index, length, found)) is not None:
                    yield candidate
        if least == 1 and kind != _LONGER and (candidate := self._candidate(words, index, 1, self._names[head])) is not None:
            yield candidate

    def _candidate(self, words: _Words, index: int, length: int, found: int | Sequence[int]) -> _Candidate | None:
        """Return the words as a candidate, None where they are no whole name or no rule lets them count."""
        if not self._is_whole(words, index, length):
            return None
        if isinstance(found, int):
            return _Candidate(words, index, length, ((self.entries.at(found).entity, _ALWAYS),))
        meanings = tuple(
            (self.entries.at(entity).entity, self._rules[rule])
            for entity, rule in zip(found[::2], found[1::2], strict=True)
            if rule == 0 or _is_allowed(words, index, length, self._rules[rule])
        )
        return _Candidate(words, index, length, meanings) if meanings else None

    def _is_whole(self, words: _Words, index: int, length: int) -> bool:
        """Tell whether the words are not cut out of a longer one, and stand in one sentence."""
        text, starts, ends = words.text, words.starts, words.ends
        last = index + length - 1
        if last >= len(starts) or (index and ends[index - 1] == starts[index]):
            return False
        if last + 1 < len(starts) and ends[last] == starts[last + 1]:
            # a footnote mark may stick to a word ("kratom1"), never to a short one ("D2", "B12")
            footnote = words.folded[last + 1].isdigit() and ends[last] - starts[last] >= MIN_FOOTNOTED_LETTERS
            if not footnote:
                return False
        if length > 1 and words.folded[last] == "a" and text[starts[last]] == "a" and text[starts[last] - 1].isspace():
            return False  # "GABA a" is no GABA-A
        for at in range(index, last):
            gap = text[ends[at] : starts[at + 1]]
            if gap in _PLAIN_GAPS or (words.folded[at] in self._dotted and _DOT.fullmatch(gap) is not None):
                continue
            if _BREAK.search(text, ends[at], starts[at + 1] + 1) is not None:
                return False
        return True


def _known(candidates: Iterable[_Candidate]) -> frozenset[str]:
    """Return the ids of the concepts that the text names without condition."""
    known: set[str] = set()
    after = 0
    for candidate in candidates:
        ids = [entity.id for entity, rule in candidate.meanings if not rule.is_conditional]
        if candidate.start >= after and ids:
            known.update(ids)
            after = candidate.end
    return frozenset(known)


def _is_allowed(words: _Words, index: int, length: int, rule: _Rule) -> bool:
    """Tell whether the rule's `case` and `beside` let the words count."""
    if rule.case is not None:
        raw = [words.raw(at) for at in range(index, index + length)]
        if any(written not in {wanted, wanted + "s"} for written, wanted in zip(raw, rule.case, strict=True)):
            return False
    if rule.beside:
        before = words.folded[max(0, index - BESIDE_WORDS) : index]
        after = words.folded[index + length : index + length + BESIDE_WORDS]
        return rule.beside.isdisjoint(before) and rule.beside.isdisjoint(after)
    return True


def _is_near(candidate: _Candidate, near: frozenset[str]) -> bool:
    """Tell whether one of the words stands near the name."""
    folded, index, after = candidate.words.folded, candidate.index, candidate.index + candidate.length
    return not (near.isdisjoint(folded[max(0, index - NEARBY_WORDS) : index]) and near.isdisjoint(folded[after : after + NEARBY_WORDS]))


@cache
def _spellings() -> tuple[re.Pattern[str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Return one pattern that finds whether any spelling applies, and every spelling in order."""
    rows = tables.read(ONTOLOGY / "spelling.tsv", ("pattern", "replacement", "example", "other"))
    every = re.compile("|".join(f"(?:{row['pattern']})" for row in rows))
    return every, tuple((re.compile(row["pattern"]), row["replacement"]) for row in rows)


def _fold(word: str) -> str:
    """Return the word that stands for all spellings of this one."""
    if word.isascii():
        if word.isdigit():
            return word
        letters = word.lower()
    elif word in _GREEK:
        return _GREEK[word]
    elif word.translate(_RAISED).isdigit():
        return word.translate(_RAISED)
    else:
        letters = _INVISIBLE.sub("", unicodedata.normalize("NFKD", word)).casefold()
    letters = _singular(letters)
    every, spellings = _spellings()
    if every.search(letters) is not None:
        for pattern, replacement in spellings:
            letters = pattern.sub(replacement, letters)
    return letters


def _singular(word: str) -> str:
    """Return a word without its plural ending; both sides are folded, so it need not be an English word.

    >>> [_singular(word) for word in ("alkaloids", "therapies", "abscesses", "psychoses", "virus", "analysis", "gas")]
    ['alkaloid', 'therapy', 'abscess', 'psychosis', 'virus', 'analysis', 'gas']
    """
    if len(word) < MIN_PLURAL_LETTERS or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > len("dies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zzes")):
        return word[:-2]
    if word.endswith("oses") and not word.endswith(("doses", "noses", "roses", "closes", "poses")):
        return word[:-2] + "is"
    if word.endswith("oes") and len(word) > len("shoes"):
        return word[:-2]
    return word[:-1]


_FOLDED = _Folder()


def normal(name: str) -> str:
    """Return the folded words of a name, joined by spaces: two names that meet are equal here.

    >>> normal("7-OH-mitragynine") == normal("7 oh Mitragynines")
    True
    """
    return " ".join(_split(name).folded)


def plain(name: str) -> str:
    """Return a name without its options.

    >>> plain("ice{with:meth}")
    'ice'
    """
    return _OPTIONS.sub("", name).strip() if "{" in name else name


def _rule(words: _Words, options: Iterable[str]) -> _Rule:
    """Return the rule that the options of a name with these words state.

    Raises ValueError where an option is unknown.
    """
    rule = _ALWAYS
    for option in options:
        key, _, value = option.partition(":")
        folded = frozenset(word for part in value.split(",") for word in _split(part).folded)
        if key == "case" and not value:
            rule = _Rule(tuple(words.raw(at) for at in range(len(words.folded))), rule.is_conditional, rule.near, rule.beside)
        elif key == "with":
            rule = _Rule(rule.case, True, folded, rule.beside)  # noqa: FBT003
        elif key == "not" and folded:
            rule = _Rule(rule.case, rule.is_conditional, rule.near, folded)
        else:
            raise ValueError(option)
    return rule


def check(row: tables.Row) -> Iterator[str]:
    """Give what is wrong with one row."""
    if not _ID.fullmatch(row["id"]):
        yield f"id {row['id']!r}; must be lower-case words joined by hyphens"
    if not row["label"] or tables.SEPARATOR in row["label"]:
        yield f"label {row['label']!r}; must be one name"
    if not row["source"]:
        yield "no source; must say who names it"
    for name in (row["label"], *row.values("names")):
        if "{" in name:
            yield from _check_options(name)
        elif not name[:1].isalpha() and _WORD.search(name) is None:
            yield f"name {name!r}; must have a letter or a digit"
    for xref in row.values("xrefs") if row["xrefs"] else ():
        if ":" not in xref:
            yield f"xref {xref!r}; must be PREFIX:ID"


def _check_options(name: str) -> Iterator[str]:
    bare = plain(name)
    if _WORD.search(bare) is None:
        yield f"name {name!r}; must have a letter or a digit"
    try:
        _rule(_split(bare), _OPTIONS.findall(name))
    except ValueError as error:
        yield f"name {name!r} has the option {str(error)!r}; known: case, with, with:WORD,…, not:WORD,…"


@cache
def prefixes() -> Mapping[str, str]:
    """Return what each prefix of a CURIE stands for, frozen from the Bioregistry, sorted by prefix."""
    return {row["prefix"]: row["uri"] for row in tables.read(ONTOLOGY / "prefixes.tsv", ("prefix", "uri", "bioregistry"))}


def _types() -> dict[str, str]:
    from kg import schema

    return {type_.lower(): type_ for type_ in schema.load().types}


def _shipped() -> Iterator[tuple[str, tables.Row]]:
    types = _types()
    for path in sorted((ONTOLOGY / "lexicon").glob("*.tsv")):
        if path.stem not in types:
            message = f"lexicon/{path.name}: no such type; known: {', '.join(sorted(types))}"
            raise TableError(message)
        for row in tables.read(path, COLUMNS, check):
            yield types[path.stem], row


def read_users(paths: Iterable[Path]) -> Iterator[tuple[str, tables.Row]]:
    """Give the rows of users' tables and vocabularies with their types, in order.

    Raises TableError, with file and line.
    """
    types = _types()

    def check_typed(row: tables.Row) -> Iterator[str]:
        yield from check(row)
        if row["type"].lower() not in types:
            yield f"type {row['type']!r}; known: {', '.join(types.values())}"

    for path in paths:
        if is_table(path):
            rows = tables.read(path, USER_COLUMNS, check_typed)
        else:
            from kg import additions

            rows = additions.read(path).rows
        for row in rows:
            yield types[row["type"].lower()], row


def is_table(path: Path) -> bool:
    """Tell whether a user's file is one of kg's own tables; any other is a vocabulary in OBO, OWL or SKOS."""
    from kg.terms import SUFFIXES

    return path.suffix.lower() not in SUFFIXES


def load(extra: tuple[Path, ...] = ()) -> Lexicon:
    """Read the shipped lexicon, and users' tables and vocabularies (OBO, OWL, SKOS) after it.

    A user's row with the id of an earlier one adds its names and identifiers to it, and its parent where it has
    none. A name that an earlier concept of the same type has stays with that concept.

    Read once for the same tables with the same content.

    Raises TableError, with every complaint of a table at once.
    """
    return _read(extra, tuple((path.stat().st_mtime_ns, path.stat().st_size) if path.is_file() else (0, 0) for path in extra))


@lru_cache(maxsize=3)
def _read(extra: tuple[Path, ...], stamps: tuple[tuple[int, int], ...]) -> Lexicon:  # noqa: ARG001 -- part of the cache's key
    key = _content_key(extra)
    with _uncollected():
        prepared = _kept(key)
        if prepared is None:
            prepared = _prepared(extra)
            _keep(key, prepared)
        return _opened(prepared)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage collection go over the many values that are made and kept here."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _content_key(extra: tuple[Path, ...]) -> str:
    """Return what the prepared index depends on: this software, the spellings and every table, as a hash."""
    digest = hashlib.sha256(f"{_FORMAT} {__version__}".encode())
    for path in (Path(__file__), ONTOLOGY / "spelling.tsv", ONTOLOGY / "kg.ttl", *sorted((ONTOLOGY / "lexicon").glob("*.tsv")), *extra):
        content = path.read_bytes() if path.is_file() else b""
        digest.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _cache_folder() -> Path:
    """Return the user's folder for what can be made again."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "substance-kg"


def _kept(key: str) -> Any:
    """Return the index that was prepared for this content before; None where there is none that can be read."""
    try:
        prepared = json.loads((_cache_folder() / f"lexicon-{key}.json").read_bytes())
    except (OSError, RuntimeError, ValueError):
        return None
    if not isinstance(prepared, dict) or prepared.get("key") != key:
        return None
    return {**prepared, **{part: _unpacked(prepared[part]) for part in _MAPPINGS}}


def _keep(key: str, prepared: dict[str, Any]) -> None:
    """Keep a prepared index for the next start, and forget the oldest; where that cannot be written, the next start prepares it again."""
    try:
        folder = _cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"lexicon-{key}.{os.getpid()}.part"
        packed = {name: _packed(prepared[name]) for name in _MAPPINGS}
        part.write_text(json.dumps({**prepared, **packed, "key": key}, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        part.replace(folder / f"lexicon-{key}.json")
        for old in sorted(folder.glob("lexicon-*.json"), key=lambda path: path.stat().st_mtime)[:-MAX_KEPT_INDEXES]:
            old.unlink(missing_ok=True)
    except (OSError, RuntimeError):
        return


# The parts of an index that are mappings.
_MAPPINGS = ("names", "heads", "longer")


def _packed(mapping: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """Return a mapping in a form that is read fast: its keys as one text, its values."""
    return "\n".join(mapping), list(mapping.values())


def _unpacked(packed: Sequence[Any]) -> dict[str, Any]:
    keys, values = packed
    return dict(zip(keys.split("\n"), values, strict=True)) if values else {}


def _opened(prepared: dict[str, Any]) -> Lexicon:
    """Return the lexicon of a prepared index."""
    rules = tuple(
        _Rule(None if case is None else tuple(case), conditional, frozenset(near), frozenset(beside))
        for case, conditional, near, beside in prepared["rules"]
    )
    names_, heads, longer = (prepared[part] for part in _MAPPINGS)
    lines = prepared["entries"].split("\n") if prepared["entries"] else []
    return Lexicon(_Entries(lines), rules, names_, heads, longer, frozenset(prepared["dotted"]))


@dataclass(slots=True)
class _Concept:
    """A concept while the tables are read; `names` keep their options."""

    row: tables.Row
    type: str
    names: list[str]
    xrefs: list[str]
    parent: str = ""


def _concepts(extra: tuple[Path, ...]) -> dict[str, _Concept]:
    """Return every concept by id, the shipped ones first.

    Raises TableError.
    """
    concepts: dict[str, _Concept] = {}
    complaints: list[str] = []
    rows = ((False, *pair) for pair in _shipped()), ((True, *pair) for pair in read_users(extra))
    for is_user, type_, row in chain(*rows):
        id_ = row["id"]
        concept = concepts.setdefault(id_, _Concept(row, type_, [], []))
        if concept.row is not row and not (is_user and concept.type == type_):
            complaints.append(f"{row.where}: id {id_!r} is a {concept.type} at {concept.row.where}; must be unique across all types")
            continue
        concept.names.extend((*row.values("names"), row["label"]))
        concept.xrefs.extend(row.values("xrefs"))
        concept.parent = concept.parent or row["parent"]
    if complaints:
        raise TableError("\n".join(complaints))
    return concepts


def _prepared(extra: tuple[Path, ...]) -> dict[str, Any]:
    """Return the index as plain lists and mappings; of two concepts of one type with one name, the earlier keeps it.

    A label that is one of the concept's names under a rule counts under that rule only.
    """
    concepts = _concepts(extra)
    rules: dict[_Rule, int] = {_ALWAYS: 0}
    types = [concept.type for concept in concepts.values()]
    alone: dict[str, int] = {}  # names that always mean one concept
    meanings: dict[str, list[tuple[int, str, int, _Rule]]] = {}
    dotted: set[str] = set()
    for number, concept in enumerate(concepts.values()):
        for name in concept.names:
            if (key := _simple_key(name)) and key not in meanings and alone.setdefault(key, number) == number:
                continue
            options = _OPTIONS.findall(name) if "{" in name else ()
            bare = plain(name) if options else name
            words = _split(bare)
            if "." in bare:
                dotted.update(folded for folded, end in zip(words.folded, words.ends, strict=True) if bare[end : end + 1] == ".")
            for view in (words, _join(words)[0]) if "-" in bare else (words,):
                rule = _rule(view, options) if options else _ALWAYS
                key = " ".join(view.folded)
                if (others := meanings.get(key)) is None:
                    only = alone.pop(key, None)
                    others = meanings[key] = [] if only is None else [(only, types[only], 0, _ALWAYS)]
                if any((n == number and not options) or (t, its.case) == (concept.type, rule.case) for n, t, _, its in others):
                    continue
                found = (number, concept.type, rules.setdefault(rule, len(rules)), rule)
                others.insert(0 if rule.case is not None else len(others), found)
    heads, longer = _beginnings(chain(alone, meanings))
    return {
        "entries": "\n".join(_line(concept) for concept in concepts.values()),
        "rules": [(rule.case, rule.is_conditional, sorted(rule.near), sorted(rule.beside)) for rule in rules],
        "names": alone | {key: _numbers(found) for key, found in meanings.items()},
        "heads": heads,
        "longer": longer,
        "dotted": sorted(dotted),
    }


def _beginnings(keys: Iterable[str]) -> tuple[dict[str, int], dict[str, list[int]]]:
    """Return what each first word begins, and the lengths of the names that two words begin, longest first."""
    heads: dict[str, int] = {}
    longer: dict[str, list[int]] = {}
    for key in keys:
        end = key.find(" ")
        if end < 0:
            heads[key] = heads.get(key, 0) | _SINGLE
            continue
        first, second = key[:end], key.find(" ", end + 1)
        heads[first] = heads.get(first, 0) | _LONGER
        length = key.count(" ") + 1
        lengths = longer.setdefault(key if second < 0 else key[:second], [length])
        if length not in lengths:
            lengths.append(length)
            lengths.sort(reverse=True)
    return heads, longer


def _simple_key(name: str) -> str:
    """Return the folded words of a name of nothing but plain letters and single spaces; '' for any other."""
    if not name.isascii() or not name.replace(" ", "").isalpha() or "  " in name:
        return ""
    return " ".join(map(_FOLDED.__getitem__, name.split(" ")))


def _numbers(found: Sequence[tuple[int, str, int, _Rule]]) -> int | list[int]:
    """Return the numbers of entity and rule in turn; the entity's alone where there is one and it always counts."""
    return found[0][0] if len(found) == 1 and found[0][2] == 0 else [part for number, _, rule, _ in found for part in (number, rule)]


def _line(concept: _Concept) -> str:
    """Return a concept as one line; no cell of a table has tabs, line ends or `|` inside its parts."""
    row = concept.row
    plain_names = (plain(name) if "{" in name else name for name in concept.names)
    names, xrefs = (tables.SEPARATOR.join(dict.fromkeys(parts)) for parts in (plain_names, concept.xrefs))
    return "\t".join((row["id"], row["label"], concept.type, names, row["kind"], concept.parent, xrefs, row["source"], row.where))
