"""Names, name shapes, abbreviations and anaphors of one document → what may be a claim's subject or object.

A name whose type the context decides ("nausea": relieved, or suffered from?) keeps every
reading; the pair that it ends up in chooses one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, deque
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from kg import tables
from kg.model import Entity
from kg.resources import ONTOLOGY
from kg.salience import Salience
from kg.sentences import begins_line, is_heading
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kg.frames import Frame
    from kg.lexicon import Lexicon
    from kg.model import Sentence, Token
    from kg.tables import Row

SUBJECT_TYPES = ("Substance", "Compound", "Alkaloid")
SUBJECTS_AND_ORGANISMS = frozenset({*SUBJECT_TYPES, "Organism"})
STATE_TYPES = frozenset({"Condition", "Effect", "Caution"})
PLURAL_TAGS = frozenset({"NNS", "NNPS"})
MAX_IMPLIED = 2
MAX_GROUP = 4
MAX_SHAPE_WORDS = 5
MAX_SHAPE_CHARACTERS = 320
MAX_REMEMBERED_WORDS = 50_000
MAX_REMEMBERED_NAMES = 20_000
CONSTITUENTS = frozenset({"Compound", "Alkaloid"})
# How a concept of one type is read where its place asks for another: (type, suffix of the id, kind of Caution).
_READINGS = {
    "Condition": (("Caution", "harm", "adverse_effect"), ("Effect", "effect", None)),
    "Effect": (("Caution", "harm", "adverse_effect"), ("Condition", "condition", None)),
    "Caution": (("Condition", "condition", None),),
}
_READABLE_KINDS = frozenset({"adverse_effect", "dependence"})


@lru_cache(maxsize=MAX_REMEMBERED_NAMES)
def _types_and_ids(entities: tuple[Entity, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    return tuple(dict.fromkeys(entity.type for entity in entities)), frozenset(entity.id for entity in entities)


@swift
@dataclass(frozen=True, slots=True)
class Found:
    """Something named in a sentence, with every entity that the name can stand for, the likeliest first.

    `is_topic` tells that it is what the document is mostly about; an implied mention has no
    characters of its own and stands at the start of its sentence; `is_recent` tells that the sentence
    before names it too. `classes` are the ids above
    it in the lexicon.
    """

    start: int
    end: int
    entities: tuple[Entity, ...]
    rule: str
    is_anaphor: bool = False
    is_implied: bool = False
    is_topic: bool = False
    is_recent: bool = False
    classes: frozenset[str] = frozenset()
    types: tuple[str, ...] = field(init=False)
    ids: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        """Keep the types and ids at hand."""
        types, ids = _types_and_ids(self.entities)
        object.__setattr__(self, "types", types)
        object.__setattr__(self, "ids", ids)

    @property
    def type(self) -> str:
        """The likeliest type."""
        return self.entities[0].type

    @property
    def kind(self) -> str | None:
        """The kind of the likeliest entity, where it is a Caution."""
        return self.entities[0].kind

    @property
    def key(self) -> str:
        """The likeliest entity's id."""
        return self.entities[0].id


@cache
def read_as(entity: Entity) -> tuple[Entity, ...]:
    """Return the entity and its other readings: a Condition may be a harm suffered, an Effect a harm, a harm a Condition to relieve."""
    if entity.type == "Caution" and entity.kind not in _READABLE_KINDS:
        return (entity,)
    return (
        entity,
        *(
            Entity(f"{entity.id}-{suffix}", entity.label, type_, entity.names, kind)
            for type_, suffix, kind in _READINGS.get(entity.type, ())
        ),
    )


@lru_cache(maxsize=MAX_REMEMBERED_NAMES)
def readings(entities: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """Return all readings of a name's entities, each type once: what the lexicon says before what is read into it."""
    cast = tuple(reading for entity in entities for reading in read_as(entity)[1:])
    seen: dict[str, Entity] = {}
    for entity in (*entities, *cast):
        seen.setdefault(entity.type, entity)
    return tuple(seen.values())


@cache
def generic_names() -> frozenset[str]:
    """Read `ontology/generic-names.tsv`: names, in lower case, that stand for nothing by themselves.

    Raises TableError.
    """
    return frozenset(row["name"].casefold() for row in tables.read(ONTOLOGY / "generic-names.tsv", ("name", "example")))


@cache
def target_nouns() -> frozenset[str]:
    """Read `ontology/target-nouns.tsv`: what makes a name of that which acts on a target.

    Raises TableError.
    """
    return frozenset(row["noun"] for row in tables.read(ONTOLOGY / "target-nouns.tsv", ("noun", "example")))


# ---- names by shape ----

SHAPE_COLUMNS = ("type", "kind", "pattern", "example", "not_example")
# Words that are never the first part of a name: a shape's `{word}` and `{target}` leave them out. A part has a bounded length, so that
# no text makes the search slow.
_FUNCTION_WORDS = (  # noqa: SIM905 -- a list of words reads better than a list of strings
    "s a an the this that these those its it their they his her our your my some any all both each other another such many most several "
    "certain various different multiple more less few no not only also of in on at to by for from with without through via into onto "
    "over under between among against during after before as than like and or but nor if when while which who whom whose where how why "
    "what is are was were be been being am has have had do does did can could may might must shall should will would binds? binding "
    "acts? acting activat\\w+ block\\w* inhibit\\w* stimulat\\w+ affects? affected affecting influenc\\w+ interact\\w* modulat\\w+ "
    "target\\w* effects? caus\\w+ treat\\w* include includes including called known increas\\w+ decreas\\w+ reduc\\w+ reliev\\w+ "
    "alleviat\\w+ eas(?:e|es|ed|ing) lessen\\w* diminish\\w* lower(?:s|ed|ing)? manag(?:e|es|ed|ing) improv(?:e|es|ing) worsen\\w* "
    "exacerbat\\w+ aggravat\\w+ help(?:s|ed|ing)? combat\\w* fight(?:s|ing)? prevent(?:s|ed|ing)? tackl\\w+ sooth(?:e|es|ed) "
    "cur(?:e|es|ed|ing) experienc\\w+ report(?:s|ed|ing)? develop(?:s|ed|ing)? suffer\\w* diagnos(?:e|es|ed|ing) promot\\w+ "
    "enhanc(?:e|es|ing) support(?:s|ing)? boost\\w* produc\\w+ trigger(?:s|ed|ing)? provok\\w+ elicit\\w* get(?:s|ting)? "
    "feel(?:s|ing)? antagoni[sz](?:e|es|ed|ing) occup(?:y|ies|ied|ying) engag(?:e|es|ed|ing) desensiti[sz]\\w+ potentiat\\w+ "
    "minimi[sz]\\w+ address(?:es|ed|ing)? specific particular primarily mainly directly respectively significant(?:ly)? potential(?:ly)?"
).split()


def _any_of(words: Iterable[str]) -> str:
    """Return an expression for any of the words in any case, by first letters: what begins with another is passed over at once."""
    by_letter: dict[str, list[str]] = {}
    for word in words:
        by_letter.setdefault(word[0], []).append(word[1:])
    return "|".join(f"[{letter}{letter.upper()}](?i:{'|'.join(ends)})" for letter, ends in by_letter.items())


_MACROS = {
    "{word}": rf"(?=[A-Za-z])(?!(?:{_any_of(_FUNCTION_WORDS)})\b)[A-Za-z][\w'’-]{{1,60}}(?![\w'’-])",
    "{target}": rf"(?=[A-Za-zα-ωµ0-9(])(?!(?:{_any_of(_FUNCTION_WORDS)})\b|\w+['’]s\b)[A-Za-zα-ωµ0-9(][\w'’()/+-]{{0,60}}",
}


_RUN = re.compile(r"\w+")
_EARLIER_WORDS = re.compile(r"[^|(]* ")


@dataclass(frozen=True, slots=True)
class Shape:
    """A regular expression for names of one type that no list can hold; group `name` is the name.

    `last` finds what one word of every such name ends with; None where that is not told.
    """

    type: str
    kind: str | None
    pattern: re.Pattern[str]
    last: re.Pattern[str] | None
    rule: str

    def find(self, text: str, words: Iterable[tuple[int, int]]) -> Iterator[re.Match[str]]:
        """Give every name of this shape in a text, as `finditer` of the pattern does; `words` are those that end as one of a name must."""
        if self.last is None:
            yield from self.pattern.finditer(text)
            return
        after = 0
        for start, end in words:
            while start >= after:
                low, high = max(start - MAX_SHAPE_CHARACTERS, after), min(end + MAX_SHAPE_CHARACTERS, len(text))
                first, stop = start, end
                for _ in range(MAX_SHAPE_WORDS):
                    first = max(text.rfind(" ", low, first), low)
                    space = text.find(" ", stop + 1, high)
                    stop = high if space < 0 else space
                near = self.pattern.search(text, first, stop)
                # What begins after this word belongs to a later one. The search has seen a part of the text: the name may go on.
                match = None if near is None or near.start() > start else self.pattern.match(text, near.start())
                if match is None:
                    break
                yield match
                after = match.end()


def _check_shape(row: Row) -> Iterator[str]:
    try:
        pattern = _compile(row["pattern"])
    except re.error as error:
        yield f"pattern does not compile: {error}"
        return
    if "name" not in pattern.groupindex:
        yield "pattern has no group 'name'"
    if not row["example"]:
        yield "a row needs an example"


def _compile(pattern: str) -> re.Pattern[str]:
    for name, expression in _MACROS.items():
        pattern = pattern.replace(name, expression)
    return re.compile(pattern)


@cache
def shapes() -> tuple[Shape, ...]:
    """Read `ontology/name-shapes.tsv`.

    Raises TableError.
    """
    rows = tables.read(ONTOLOGY / "name-shapes.tsv", SHAPE_COLUMNS, _check_shape)
    return tuple(Shape(row["type"], row["kind"] or None, _compile(row["pattern"]), _last(row["pattern"]), row.where) for row in rows)


def _last(pattern: str) -> re.Pattern[str] | None:
    """Return an expression for the ends of words that group `last` of a pattern holds; of several words the last one counts."""
    _, _, rest = pattern.partition("(?P<last>")
    depth = 1
    for at, char in enumerate(rest):
        depth += (char == "(") - (char == ")")
        if not depth:
            return re.compile(rf"(?:{_EARLIER_WORDS.sub('', rest[:at])})\Z")
    return None


class _Ends(dict[str, tuple[int, ...]]):
    """The shapes, by number, that a word may end a name of; forgets everything when it has seen too many words."""

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= MAX_REMEMBERED_WORDS:
            self.clear()
        ends = (number for number, shape in enumerate(shapes()) if shape.last is not None and shape.last.search(word))
        found = self[word] = tuple(ends)
        return found


_ENDS = _Ends()


def _shaped(text: str) -> Iterator[tuple[Shape, re.Match[str]]]:
    """Give every name in a text that a shape tells, shape by shape."""
    words: list[list[tuple[int, int]]] = [[] for _ in shapes()]
    for word in _RUN.finditer(text):
        for number in _ENDS[word[0]]:
            words[number].append(word.span())
    for shape, own in zip(shapes(), words, strict=True):
        for match in shape.find(text, own):
            yield shape, match


def slug(text: str) -> str:
    """Return a name as an id: lower case, words joined by hyphens.

    >>> slug("Crohn's disease")
    'crohn-s-disease'
    """
    words = re.findall(r"\w+", text.casefold().replace("_", " "))
    return "-".join(words) or "unnamed"


def entity_of(name: str, type_: str, kind: str | None = None) -> Entity:
    """Return the entity that a text introduces by itself: its name is its label."""
    label = " ".join(name.split())
    return Entity(slug(label), label, type_, (label,), kind)


def find_names(text: str, lexicon: Lexicon) -> tuple[Found, ...]:
    """Mark every name in a text: the lexicon's, then those that a shape tells, then the text's own abbreviations.

    The longest name wins and marks never overlap; they come in text order. Offsets count
    characters of the text, end exclusive.
    """
    marks = [
        _listed(m.start, m.end, m.entities, lexicon) for m in lexicon.find(text) if text[m.start : m.end].casefold() not in generic_names()
    ]
    shaped = (
        Found(
            match.start("name"),
            match.end("name"),
            readings((entity_of(match["name"], shape.type, shape.kind),)),
            shape.rule,
        )
        for shape, match in _shaped(text)
    )
    marks.extend(_single(text, shaped, marks))
    named = _longest(marks)
    defined = dict(_abbreviations(text, named))
    if defined:
        short = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(defined, key=len, reverse=True))) + r")(?:s)?(?!\w)")
        named = _longest(
            [
                *named,
                *(
                    replace(
                        defined[match.group().removesuffix("s") if match.group() not in defined else match.group()],
                        start=match.start(),
                        end=match.end(),
                    )
                    for match in short.finditer(text)
                ),
            ],
            first_rule="abbreviation",
        )
    named = tuple(_with_shared_heads(text, named, lexicon))
    return tuple(sorted((*named, *_targets(text, named, lexicon)), key=lambda mark: mark.start))


def _single(text: str, shaped: Iterable[Found], listed: Sequence[Found]) -> list[Found]:
    """Return what shapes tell, without lists of names: "MT1/MT2 receptors" is two that the lexicon has."""
    starts = [mark.start for mark in listed]
    kept = []
    for mark in shaped:
        inside = listed[bisect_left(starts, mark.start) : bisect_left(starts, mark.end)]
        names = {other.key for other in inside if other.type == mark.type and other.end <= mark.end}
        if not (len(names) > 1 and "/" in text[mark.start : mark.end]):
            kept.append(mark)
    return kept


_JOINED = re.compile(r"\s*(?:,\s*(?:and|or)?|and/or|and|or|&|/|as well as)\s*")


def _with_shared_heads(text: str, named: Sequence[Found], lexicon: Lexicon) -> list[Found]:
    """Return the names, those that share the head of a later one with the target that they stand for: "opioid and dopamine receptors"."""
    found = list(named)
    head, after = "", None
    for place in range(len(found) - 1, -1, -1):
        mark = found[place]
        words = text[mark.start : mark.end].split()
        if mark.type == "Receptor" and len(words) > 1 and words[-1].isalpha():
            head, after = words[-1], mark
            continue
        if after is None or not _JOINED.fullmatch(text, mark.end, after.start):
            after = None
            continue
        if mark.type == "Receptor":
            after = mark
            continue
        target = lexicon.named(f"{text[mark.start : mark.end]} {head}", "Receptor")
        after = None
        if target is not None:
            after = found[place] = _listed(mark.start, mark.end, (target, *mark.entities), lexicon)
    return found


_TARGETS = frozenset({"Receptor", "Neurotransmitter"})


def _targets(text: str, named: Sequence[Found], lexicon: Lexicon) -> Iterator[Found]:
    """Give the targets inside names of what acts on them: the receptor of "mu-opioid receptor agonist"."""
    for mark in named:
        if mark.type not in SUBJECT_TYPES:
            continue
        words = text[mark.start : mark.end].split()
        if len(words) > 1 and words[-1].casefold().removesuffix("s") in target_nouns():
            inner = text[mark.start : mark.end].rstrip()
            inner = inner[: len(inner) - len(words[-1])]
            for m in lexicon.find(inner):
                if m.entities[0].type in _TARGETS:
                    yield _listed(mark.start + m.start, mark.start + m.end, m.entities, lexicon)


def _listed(start: int, end: int, entities: tuple[Entity, ...], lexicon: Lexicon) -> Found:
    """Return a mark of what the first of the entities is in the lexicon, with all their readings."""
    own = entities[0].id
    return Found(start, end, readings(entities), lexicon.entries[own].where, classes=classes(own, lexicon))


def classes(id: str, lexicon: Lexicon) -> frozenset[str]:
    """Return the ids of the classes above an entity of the lexicon, parent by parent."""
    above: list[str] = []
    parent = lexicon.entries[id].parent
    while parent is not None and parent not in above and parent in lexicon.entries:
        above.append(parent)
        parent = lexicon.entries[parent].parent
    return frozenset(above)


def _longest(marks: Iterable[Found], first_rule: str = "lexicon/") -> tuple[Found, ...]:
    """Keep, of marks that overlap, the longest; of equals the lexicon's."""
    ordered = sorted(marks, key=lambda mark: (mark.start - mark.end, not mark.rule.startswith(first_rule), mark.start, mark.rule))
    kept: dict[int, Found] = {}
    taken: set[int] = set()
    for mark in ordered:
        span = range(mark.start, mark.end)
        if taken.isdisjoint(span):
            taken.update(span)
            kept[mark.start] = mark
    return tuple(kept[start] for start in sorted(kept))


_SHORT = re.compile(r"\s*[(\[](?:or |also |abbreviated )?[\"'“‘]?(?P<short>[A-Za-z0-9][\w'+-]{0,9})[\"'”’]?(?:[,;:][^)\]]{0,40})?[)\]]")


def _abbreviations(text: str, named: Sequence[Found]) -> Iterator[tuple[str, Found]]:
    """Give the short forms that the text defines in brackets after a name, each with that name's mark.

    The letters of the short form must occur in the name in their order, the first one at its start
    (Schwartz and Hearst 2003, doi:10.1142/9789812776303_0042).
    """
    for mark in named:
        match = _SHORT.match(text, mark.end)
        if match is None:
            continue
        short = match["short"]
        if sum(char.isupper() for char in short) < max(1, len(short) // 2) or short.isdigit():
            continue
        long = text[mark.start : mark.end].casefold()
        letters = [char for char in short.casefold() if char.isalnum()]
        if letters[0] != long[:1]:
            continue
        place = 0
        for char in letters:
            place = long.find(char, place) + 1
            if place == 0:
                break
        else:
            yield short, replace(mark, rule="abbreviation")


# ---- anaphors ----

ANAPHOR_COLUMNS = ("wording", "kind", "types", "number", "example")
_POINTING = frozenset({"this", "these", "that", "those", "such", "both"})
# What may follow a noun and say which one is meant: "the drug that was given", "the plant of the Maya".
_AFTER_NOUN = frozenset({"prep", "relcl", "acl", "appos", "conj"})
_SENTENCES_REMEMBERED = 3
# What may stand before a general word and leave it general.
_EMPTY = frozenset("active bioactive natural dietary nutritional herbal organic chemical medicinal pharmaceutical medical".split())  # noqa: SIM905
_DETERMINERS = frozenset({"this", "these", "that", "those", "the", "such", "both", "each"})


@dataclass(frozen=True, slots=True)
class Anaphor:
    """A wording that stands for something named before."""

    kind: str
    types: tuple[str, ...]
    number: str
    rule: str

    def is_many(self, tag: str) -> bool:
        """Tell whether it stands for several; where its row leaves that to its form, the tag of the word tells."""
        return self.number == "many" or (self.number == "form" and tag in PLURAL_TAGS)


def _check_anaphor(row: Row) -> Iterator[str]:
    if row["number"] not in {"one", "many", "form"}:
        yield f"number is {row['number']!r}; must be one, many or form"


@cache
def anaphors() -> Mapping[str, Anaphor]:
    """Read `ontology/anaphors.tsv`: wordings by lemma.

    Raises TableError.
    """
    return {
        row["wording"]: Anaphor(
            row["kind"],
            SUBJECT_TYPES if row["types"] == "any" else row.values("types"),
            row["number"],
            row.where,
        )
        for row in tables.read(ONTOLOGY / "anaphors.tsv", ANAPHOR_COLUMNS, _check_anaphor)
    }


@lru_cache(maxsize=MAX_REMEMBERED_NAMES)
def is_general(entity: Entity) -> bool:
    """Tell whether an entity is only a word for its kind: "medication", "dietary supplement", "active compounds"."""
    words = re.sub(r"\(.*?\)", "", entity.label.casefold()).split()
    if not words or not _EMPTY.issuperset(words[:-1]):
        return False
    noun = _noun(words[-1])
    return noun is not None and noun.kind == "noun" and entity.type in noun.types


def _noun(word: str) -> Anaphor | None:
    """Return what a noun stands for, singular or plural."""
    return anaphors().get(word) or anaphors().get(word.removesuffix("s"))


def _is_particular(found: Found) -> bool:
    """Tell whether a name says more than the kind of what it names."""
    return not is_general(found.entities[0])


def _specific(frame: Frame, own: Sequence[Found]) -> list[Found]:
    """Leave out general nouns where something specific stands for them (guidelines: a generic class counts only where no name does).

    "These compounds" is an anaphor; "compounds such as A" gives its place to A; "A, a supplement" and "symptoms of A" name A.
    """
    named = [(found, frame.head(found.start, found.end)) for found in own]
    examples = {noun for _, head in named if head is not None and (noun := frame.class_noun(head)) is not None}
    kept = [found for found, head in named if head is None or not _gives_way(frame, found, head, named, examples)]
    # "Relief of symptoms for people with PTSD" is relief of PTSD.
    is_named = any(found.type == "Condition" and _is_particular(found) for found in kept)
    return [found for found in kept if not is_named or found.type != "Condition" or _is_particular(found)]


def _gives_way(frame: Frame, found: Found, head: int, named: Sequence[tuple[Found, int | None]], examples: set[int]) -> bool:
    """Tell whether a name is a class, or stands for something named before, while something specific is named in its place."""
    anaphor = _class_word(frame, found, head)
    if anaphor is None or anaphor.kind == "pronoun" or found.type not in anaphor.types:
        return False
    if any(frame.tokens[index].dep == "pobj" for index in frame.inside(found.start, found.end) if index > head):
        return False  # "a symptom of depression"
    if any(frame.tokens[child].text.casefold() in _POINTING for child in frame.children[head]):
        return True
    if anaphor.kind == "class" or (_is_particular(found) and (found.type in SUBJECT_TYPES or _is_bare(frame, head))):
        return False  # "phenazepam is a benzodiazepine drug", "diseases such as diabetes and Crohn's disease"
    if head in examples or frame.tokens[head].dep == "attr" or frame.class_noun(head) is not None:
        return True
    return any(
        other.type in anaphor.types
        and place is not None
        and (_is_introduced(frame, place, head) or (other.type == "Condition" and _is_of(frame, place, head)))
        for other, place in named
    )


def _is_bare(frame: Frame, noun: int) -> bool:
    """Tell whether a noun stands in the singular without an article, as names do: "Crohn's disease", not "a mood disorder"."""
    return frame.tokens[noun].tag not in PLURAL_TAGS and not any(frame.tokens[child].tag == "DT" for child in frame.children[noun])


def _says_which(token: Token) -> bool:
    """Tell whether a word after a noun says which one is meant, so that nothing before needs to: "of depression", "that was given"."""
    return token.dep in {"relcl", "acl"} or (token.dep == "prep" and token.lemma == "of")


def _is_introduced(frame: Frame, index: int, noun: int) -> bool:
    """Tell whether a name follows a noun after a comma, as the parser's conjunct: "the compounds, kavain and yangonin, act"."""
    token = frame.tokens[index]
    return token.dep == "conj" and token.head == noun and noun + 1 < index and frame.tokens[noun + 1].tag == ","


def _is_of(frame: Frame, index: int, noun: int) -> bool:
    """Tell whether a name says of what a noun is: "symptoms of depression", "anxiety and depression symptoms"."""
    token = frame.tokens[frame.first_conjunct(index)]
    if token.dep == "pobj" and frame.tokens[token.head].lemma == "of":
        token = frame.tokens[token.head]
        return token.head == noun
    return token.dep in {"compound", "amod", "nmod"} and token.head == noun


def _class_word(frame: Frame, found: Found, head: int) -> Anaphor | None:
    """Return the noun for a class in a name: its head, or what stands before it ("neurotransmitter levels")."""
    return next(
        (
            known
            for index in (head, *(i for i in frame.inside(found.start, found.end) if frame.tokens[i].dep == "compound"))
            if (known := anaphors().get(frame.tokens[index].lemma)) is not None
        ),
        None,
    )


def _particular(founds: Sequence[Found]) -> list[Found]:
    """Leave out of a group what is only the class of others in it: "alkaloids" and "active compounds" beside mitragynine."""
    above = frozenset[str]().union(*(found.classes for found in founds))
    kept = [found for found in founds if found.key not in above and not _names_class(found)]
    return kept or list(founds)


def _names_class(found: Found) -> bool:
    """Tell whether a name ends in a noun that stands for several things named before: "active compounds"."""
    noun = _noun(found.entities[0].label.split()[-1].casefold())
    return noun is not None and (noun.kind == "class" or noun.number == "many" or not _is_particular(found))


def can_hold(own: Sequence[Found], text: str) -> bool:
    """Tell whether a sentence with these names could state a claim: one could be an object, there are two, or a pronoun stands for another.

    "It may interact with SSRIs" names one only.
    """
    return len(own) > 1 or any(found.type not in SUBJECT_TYPES for found in own) or (bool(own) and _pronouns().search(text) is not None)


@cache
def _pronouns() -> re.Pattern[str]:
    words = sorted(wording for wording, anaphor in anaphors().items() if anaphor.kind == "pronoun")
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def shares(founds: Iterable[Found]) -> dict[str, float]:
    """Return each entity's part, by id, of the names in a document that can be subjects; the parts sum to 1.

    Empty where there are none.
    """
    counts = Counter(found.key for found in founds if found.type in SUBJECT_TYPES)
    return {key: count / counts.total() for key, count in counts.items()}


def _placed(found: Found, *, is_topic: bool, is_recent: bool) -> Found:
    """Return what was found with its place in the document told."""
    if found.is_topic == is_topic and found.is_recent == is_recent:
        return found
    return replace(found, is_topic=is_topic, is_recent=is_recent)


@dataclass(frozen=True, slots=True)
class _Group:
    """Substances that a sentence joins, or one alone; `is_plural` tells that one of the words is."""

    members: tuple[Found, ...]
    keys: frozenset[str]
    is_plural: bool


def _groups(frame: Frame, named: Sequence[Found]) -> tuple[_Group, ...]:
    """Return the substances of a sentence by what joins them, in text order."""
    joined: dict[int, list[tuple[Found, bool]]] = {}
    for found in named:
        head = frame.head(found.start, found.end) if found.type in SUBJECT_TYPES else None
        if head is not None:
            joined.setdefault(frame.first_conjunct(head), []).append((found, frame.tokens[head].tag in PLURAL_TAGS))
    return tuple(
        _Group(tuple(found for found, _ in own), frozenset(found.key for found, _ in own), any(is_plural for _, is_plural in own))
        for own in joined.values()
    )


class Discourse:
    """What has been named so far in a document: sentences are shown to it in order."""

    def __init__(self, marks: Sequence[Found] = (), text: str = "") -> None:
        """Start at the first sentence of a document: its text and all that it names, in text order."""
        self._salience = Salience(marks)
        self._organisms = tuple({found.key: found for found in marks if found.type == "Organism"}.values())
        self._text = text
        ranked = self._salience.ranked(0)
        self.about = ranked[0][1].entities[0] if ranked else None
        self._before: deque[tuple[Found, ...]] = deque(maxlen=_SENTENCES_REMEMBERED)
        self._parsed: deque[tuple[Frame, Sequence[Found]]] = deque(maxlen=_SENTENCES_REMEMBERED)
        self._named: set[str] = set()
        self._ranked: list[Found] = []

    def resolve(self, frame: Frame | None, sentence: Sentence, named: Sequence[Found]) -> tuple[Found, ...]:
        """Return the sentence's names, anaphors and implied subjects, in text order.

        An anaphor for one substance takes the likeliest one before (`kg/salience.py`), one for several or for anything else the
        nearest earlier mentions that fit it, in this sentence for none (there the name itself is at hand); one that fits
        none is left out. A class that is pointed at ("these stimulants") does the same, and stays a name where nothing fits. The two
        likeliest substances that the sentence does not name are implied.
        """
        topic_id = None if self.about is None else self.about.id
        before = {found.key for found in self._before[0]} if self._before else set()
        if begins_line(self._text, sentence.start):
            self._salience.begin_paragraph()
        self._ranked = [] if frame is None else [found for _, found in self._salience.ranked(sentence.index)]
        own = [_placed(found, is_topic=found.key == topic_id, is_recent=found.key in before) for found in named]
        standing: list[Found] = []
        if frame is not None:
            own, standing = self._pointed(frame, own)
            own = _specific(frame, own)
            standing.extend(self._anaphors(frame, own, standing))
        present = {found.key for found in (*own, *standing) if found.type in SUBJECT_TYPES}
        absent = [found.entities[0] for found in self._ranked if found.key not in present]
        implied = [
            Found(sentence.start, sentence.start, (entity,), "implied", is_anaphor=True, is_implied=True, is_topic=place == 0)
            for place, entity in enumerate(absent[:MAX_IMPLIED])
        ]
        # What follows a list speaks of what its lead-in was about, not of the last item.
        if sentence.lead is None:
            if own or standing:
                self._before.appendleft((*own, *standing))
                self._named.update(found.key for found in own if _is_particular(found))
            if frame is not None and named:
                self._parsed.appendleft((frame, named))
            self._salience.see(sentence.index, frame, named, is_heading=is_heading(sentence.text))
        return tuple(sorted((*implied, *own, *standing), key=lambda found: (found.start, found.end)))

    def _pointed(self, frame: Frame, own: Sequence[Found]) -> tuple[list[Found], list[Found]]:
        """Return the names without the classes that are pointed at, and what these stand for: "these stimulants", "the drug"."""
        kept: list[Found] = []
        standing: list[Found] = []
        for found in own:
            pointed = self._pointer(frame, found)
            if pointed is None:
                kept.append(found)
                continue
            start, head = pointed
            known = anaphors().get(frame.tokens[head].lemma)
            if known is not None and known.kind == "noun":
                before = (*self._ranked, *(other for others in self._before for other in others))
                if not any(other.type in known.types and _is_particular(other) for other in before):
                    kept.append(found)
                continue
            members = self._members(found, is_many=frame.tokens[head].tag in PLURAL_TAGS)
            if not members:
                kept.append(found)
            standing.extend(self._stand(members, start, found.end, found.rule))
        return kept, standing

    def _pointer(self, frame: Frame, found: Found) -> tuple[int, int] | None:
        """Return where the words that point at something named before begin, and a name's head, if they do so with this name; else None."""
        head = frame.head(found.start, found.end)
        if head is None or not any(type_ in SUBJECT_TYPES for type_ in found.types) or found.key in self._named:
            return None
        for child in frame.children[head]:
            word = frame.tokens[child].text.casefold()
            if frame.tokens[child].start >= found.start:
                continue
            if word in _POINTING:
                return frame.tokens[child].start, head
            if (
                word == "the"
                and frame.tokens[head].tag == "NN"
                and (not _is_particular(found) or self._members(found, is_many=False, by_type=False))
            ):
                after = any(frame.tokens[other].dep in _AFTER_NOUN and other > head for other in frame.children[head])
                return None if after else (frame.tokens[child].start, head)
        return None

    def _members(self, found: Found, *, is_many: bool, by_type: bool = True) -> list[Found]:
        """Return what was named before and is of a class: by the lexicon, else by its type; of the nearest sentence that names such.

        By its type only where the name can be a class: "these SSRIs", "this antidepressant", not "this psilocybin".
        """
        groups = [[other for other in others if found.ids & other.classes] for others in self._before]
        if by_type and (is_many or not _is_particular(found) or any(type_ not in SUBJECT_TYPES for type_ in found.types)):
            groups += [[other for other in others if other.type in SUBJECT_TYPES and _is_particular(other)] for others in self._before]
        for fitting in groups:
            members = list({other.key: other for other in fitting if other.key != found.key}.values())
            if len(members) >= (2 if is_many else 1):
                return members if is_many else members[:1]
        return []

    def _anaphors(self, frame: Frame, own: Sequence[Found], standing: Sequence[Found]) -> Iterator[Found]:
        """Give what the anaphors of a sentence stand for, where no name lies over them."""
        covered = [(found.start, found.end) for found in (*own, *standing)]
        known = anaphors()
        for index, token in enumerate(frame.tokens):
            anaphor = known.get(token.lemma) or known.get(token.text.casefold())
            if anaphor is None:
                continue
            start = token.start
            if anaphor.kind != "pronoun":
                determiners = [c for c in frame.children[index] if frame.tokens[c].text.casefold() in _DETERMINERS]
                if not determiners or any(
                    frame.tokens[c].dep in {"compound", "amod"} and frame.tokens[c].tag.startswith("NNP") for c in frame.children[index]
                ):
                    continue
                word = frame.tokens[determiners[0]].text.casefold()
                if word == "the" and any(c > index and _says_which(frame.tokens[c]) for c in frame.children[index]):
                    continue  # "the symptoms of depression"
                start = frame.tokens[determiners[0]].start
            elif token.text.casefold() in {"this", "these", "both"} and token.dep not in {"nsubj", "nsubjpass"}:
                continue
            if any(start < b and token.end > a for a, b in covered):
                continue
            yield from self._antecedents(anaphor, (start, token.end), own, is_many=anaphor.is_many(token.tag))

    def _antecedents(self, anaphor: Anaphor, place: tuple[int, int], own: Sequence[Found], *, is_many: bool) -> Iterator[Found]:
        def fits(found: Found) -> bool:
            return found.type in anaphor.types

        earlier = [found for found in own if found.end <= place[0] and fits(found)]
        if earlier and (not is_many or len({found.key for found in earlier}) > 1):
            return
        named = [[found for found in others if fits(found)] for others in self._before]
        if anaphor.kind != "pronoun":
            # "The drug" is not what "medications" were called before it, where something particular was named.
            named = [*([found for found in others if _is_particular(found)] for others in named), *named]
        before = next(filter(None, named), [])
        # "These compounds", "this interaction": of what was named before, the constituents rather than the whole.
        constituents = {found.key for found in before if found.type in CONSTITUENTS}
        if is_many and len(constituents) > 1:
            chosen = _particular([found for found in before if found.type in CONSTITUENTS])
        else:
            chosen = _particular(before) if is_many else before[:1]
            if SUBJECTS_AND_ORGANISMS.issuperset(anaphor.types):
                present = {found.key for found in own}
                likely = [found for found in self._ranked if found.key not in present and fits(found)]
                if anaphor.types[0] in CONSTITUENTS:
                    likely.sort(key=lambda found: found.key not in constituents)
                is_all = anaphor.kind != "pronoun" or anaphor is anaphors().get("both")
                chosen = (self._group(likely, is_all=is_all) if is_many else likely[:1]) or chosen
        if not chosen and anaphor.kind == "noun":
            # "This mushroom" in a text that names its constituents more often.
            chosen = [found for found in (*self._ranked, *self._organisms) if fits(found)][:1]
        yield from self._stand(chosen, *place, anaphor.rule)

    def _group(self, likely: Sequence[Found], *, is_all: bool) -> list[Found]:
        """Return what the likeliest was joined to where that makes several, or a plural: "kava and valerian", "the leaves".

        Else all that its sentence named, where that is asked for, or what the next likeliest was joined to. Empty where nothing was.
        """
        sentences = [_groups(frame, named) for frame, named in self._parsed]
        for found in likely:
            sentence = next((groups for groups in sentences if any(found.key in group.keys for group in groups)), None)
            if sentence is None:
                if is_all:
                    return [found]
                continue
            group = next(group for group in sentence if found.key in group.keys)
            if group.is_plural or len(group.keys) > 1:
                return list(group.members)
            if is_all:
                return _particular([member for group in sentence for member in group.members])
        return []

    def _stand(self, founds: Iterable[Found], start: int, end: int, rule: str) -> Iterator[Found]:
        """Give an anaphor for each of a group, at its place; of a group beyond `MAX_GROUP`, which few texts mean, for the first."""
        topic_id = None if self.about is None else self.about.id
        members = list({found.key: found for found in founds}.values())
        for found in members if len(members) <= MAX_GROUP else members[:1]:
            yield Found(start, end, found.entities, rule, is_anaphor=True, is_topic=found.key == topic_id, classes=found.classes)
