"""`ontology/cues.tsv` → the cues of a sentence, each with what it can cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg import tables
from kg.model import Basis, Certainty, Cue, Polarity, Stance
from kg.qualifiers.trees import SUBJECTS, Tree
from kg.resources import ONTOLOGY
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

COLUMNS = ("phrase", "kind", "value", "scope", "example")
KINDS: Mapping[str, frozenset[str] | None] = {
    "polarity": frozenset(Polarity),
    # "studied": the words do not doubt the claim, they only say that somebody looks for it, sells it or hopes for it.
    "certainty": frozenset({*(value.value for value in Certainty), "studied"}),
    "basis": frozenset(Basis),
    "stance": frozenset(Stance),
    "attribution": None,
    "direction": frozenset({"increases", "decreases"}),
    "mechanism": None,
    "route": None,
    "population": None,
    "dose": None,
}
SCOPES = frozenset({"clause", "complement", "modified", "mention", "sentence"})
# What a claim says where no cue is read; a row with such a value only keeps shorter phrases from being read.
NEUTRAL = frozenset({Polarity.AFFIRMED.value, Certainty.ASSERTED.value, Basis.NONE.value})
MAX_GAP_TOKENS = 2
_ANY = "*"
_HYPHENS = frozenset({"-", "‐", "‑", "–"})
_MODIFIERS = frozenset(
    {"amod", "det", "advmod", "neg", "compound", "nummod", "preconj", "cc", "quantmod", "npadvmod", "nmod", "predet", "punct"}
)
_PREDICATES = frozenset({"acomp", "attr", "oprd"})
_AUXILIARIES = frozenset({"aux", "auxpass"})
_CARRIED = frozenset({"attr", "acomp", "oprd", "pcomp", "aux", "auxpass"})
_CONTENT = frozenset("NVJ")
_BEFORE_PHRASE = frozenset({",", "but", "and", "("})
_LIGHT = frozenset({"dobj", "attr", "oprd", "nsubj", "nsubjpass"})


@dataclass(frozen=True, slots=True)
class CueRow:
    """One row of the table.

    `type` is the type that the claim's object must have, where the scope names one; `tag` is
    how the part-of-speech tag of the first word begins, where the phrase says so ("lower/J").
    """

    words: tuple[str, ...]
    tag: str | None
    kind: str
    value: str
    scope: str
    type: str | None
    example: str
    where: str


@swift
@dataclass(frozen=True, slots=True)
class FoundCue:
    """A row at a place: tokens `first` to `last`, the `head` among them, and the `anchor` that it governs.

    `clause` is the verb whose other complements it reaches too, where it is the object or
    the predicate of a verb that adds little ("has no effect on"); otherwise None. `end` is
    the last token of the one phrase that it denies ("but not by hexamethonium").
    """

    row: CueRow
    cue: Cue
    first: int
    last: int
    head: int
    anchor: int
    clause: int | None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class CueTable:
    """All rows by their first word, longest phrase first."""

    rows: tuple[CueRow, ...]
    by_word: Mapping[str, tuple[CueRow, ...]]


def fitting(found: Iterable[FoundCue], type_: str) -> tuple[FoundCue, ...]:
    """Return the cues that may speak of an object of a type, in order."""
    return tuple(item for item in found if item.row.type in (None, type_))


def _check(row: tables.Row) -> Iterable[str]:
    kind, value, (scope, _, _) = row["kind"], row["value"], row["scope"].partition(":")
    if not row["phrase"] or row["phrase"].split()[0] == _ANY or row["phrase"].split()[-1] == _ANY:
        yield f"phrase {row['phrase']!r} must begin and end with a word"
    if kind not in KINDS:
        yield f"unknown kind {kind!r}; known: {', '.join(sorted(KINDS))}"
    elif not value or ((known := KINDS[kind]) is not None and value not in known):
        yield f"unknown value {value!r} of {kind}; known: {', '.join(sorted(KINDS[kind] or ('any word',)))}"
    if scope not in SCOPES:
        yield f"unknown scope {scope!r}; known: {', '.join(sorted(SCOPES))}"
    if row["example"].count("[") != 2 or row["example"].count("]") != 2:  # noqa: PLR2004 - a subject and an object
        yield "the example must have its subject and its object in brackets"


def read(path: Path | None = None) -> CueTable:
    """Read the table of cues, in file order.

    Raises TableError, with all that is wrong with it.
    """
    rows = []
    by_word: dict[str, list[CueRow]] = {}
    for cells in tables.read(path or ONTOLOGY / "cues.tsv", COLUMNS, _check):
        scope, _, type_ = cells["scope"].partition(":")
        first, *rest = cells["phrase"].split()
        first, _, tag = first.partition("/")
        row = CueRow((first, *rest), tag or None, cells["kind"], cells["value"], scope, type_ or None, cells["example"], cells.where)
        rows.append(row)
        by_word.setdefault(row.words[0], []).append(row)
    return CueTable(tuple(rows), {word: tuple(sorted(found, key=lambda row: -len(row.words))) for word, found in by_word.items()})


def find(table: CueTable, tree: Tree) -> tuple[FoundCue, ...]:
    """Mark the cues of one sentence, in text order; of the phrases of one kind the longest from the left wins.

    Phrases that only keep others from being read are not given.
    """
    found: list[FoundCue] = []
    taken: dict[str, int] = {}
    by_word, tokens, words = table.by_word, tree.tokens, tree.words
    size = len(words)
    for index, word in enumerate(words):
        lemma = tokens[index].lemma
        rows = by_word.get(word, ())
        if lemma != word and lemma in by_word:
            rows = (*rows, *by_word[lemma])
        if not rows:
            continue
        # Most phrases end at their second word: it is not the next one here.
        following = (words[index + 1], tokens[index + 1].lemma, _ANY) if index + 1 < size and words[index + 1] not in _HYPHENS else None
        best: dict[str, tuple[int, int, CueRow]] = {}
        for row in rows:
            length = len(row.words)
            if length > 1 and following is not None and row.words[1] not in following:
                continue
            kind = row.kind
            if taken.get(kind, -1) >= index or (row.tag is not None and not tokens[index].tag.startswith(row.tag)):
                continue
            last = index if length == 1 else _match(row.words, 1, index + 1, tree)
            if last is not None and (kind not in best or (length, last) > best[kind][:2]):
                best[kind] = (length, last, row)
        for kind, (_, last, row) in best.items():
            taken[kind] = last
            if row.value not in NEUTRAL:
                found.append(_place(row, index, last, tree))
    return tuple(found)


def _match(words: tuple[str, ...], place: int, index: int, tree: Tree) -> int | None:
    """Return the token at which the rest of a phrase ends, or None where it is not there."""
    size = len(tree.words)
    while index < size and tree.words[index] in _HYPHENS:
        index += 1
    if index >= size:
        return None
    if words[place] == _ANY:
        for skipped in range(MAX_GAP_TOKENS + 1):
            if index + skipped < size and (end := _match(words, place + 1, index + skipped, tree)) is not None:
                return end
            if index + skipped < size and tree.tokens[index + skipped].dep == "punct":
                return None
        return None
    if words[place] not in (tree.words[index], tree.tokens[index].lemma):
        return None
    return index if place + 1 == len(words) else _match(words, place + 1, index + 1, tree)


def _place(row: CueRow, first: int, last: int, tree: Tree) -> FoundCue:
    tokens, heads = tree.tokens, tree.heads
    tops = [i for i in range(first, last + 1) if heads[i] == i or not first <= heads[i] <= last]
    head = next((i for i in reversed(tops) if tokens[i].tag[:1] in _CONTENT), tops[0])
    anchor, clause, end = head, None, None
    dep = tokens[head].dep
    if row.scope == "clause":
        anchor = _verb_of(tree, head)
        if dep == "neg" and first == last and first and tree.words[first - 1] in _BEFORE_PHRASE:
            end = _phrase_end(tree, first)
    elif dep == "cc" and last > first:
        end = _phrase_end(tree, last, past_verbs=True)
    elif row.scope in {"modified", "mention"} or dep == "mark" or (dep in {"amod", "compound"} and head < heads[head]):
        anchor, clause = _modified(tree, head)
    if clause is None and tokens[anchor].dep in _LIGHT and tokens[anchor].tag.startswith("N") and tree.is_verb[heads[anchor]]:
        clause = heads[anchor]
    text = " ".join(token.text for token in tokens[first : last + 1])
    return FoundCue(row, Cue(row.kind, text, tokens[first].start, tokens[last].end), first, last, head, anchor, clause, end)


def _verb_of(tree: Tree, head: int) -> int:
    """Return the verb that a modal, a "not" or an adverb goes with."""
    tokens, heads = tree.tokens, tree.heads
    if tokens[head].dep in _MODIFIERS or tokens[head].dep in _AUXILIARIES:
        head = heads[head]
    if tokens[head].dep in _CARRIED and tree.is_verb[heads[head]]:
        head = heads[head]
    return head


def _modified(tree: Tree, head: int) -> tuple[int, int | None]:
    """Return the word that an adjective or a determiner goes with, and the verb that it is the predicate of, if it is."""
    tokens, heads = tree.tokens, tree.heads
    anchor = heads[head] if tokens[head].dep in _MODIFIERS else head
    if tokens[anchor].dep not in _PREDICATES:
        return anchor, None
    clause = heads[anchor]
    if tokens[anchor].tag.startswith("N"):
        return anchor, clause
    # "appears to be safe": what is said of the subject is said of the subject of "appears".
    while tokens[clause].dep == "xcomp" and not tree.has_own_subject(clause):
        clause = heads[clause]
    return clause, clause


def _phrase_end(tree: Tree, first: int, *, past_verbs: bool = False) -> int | None:
    """Return the last token of the phrase that a "not" after a comma or "but" denies, or None where a verb follows it.

    A phrase after "rather than" may hold verbs.
    """
    index = first + 1
    while index < len(tree.words) and tree.tokens[index].dep != "punct":
        if tree.is_verb[index] and not past_verbs and tree.tokens[index].dep not in _MODIFIERS:
            return None if index <= first + 2 else index - 1
        index += 1
    return index - 1


def cover(found: FoundCue, tree: Tree, subject: int, object_: int) -> str:
    """Say how a cue stands to a claim with these heads.

    `in` is the plain case; `in:BORDER` names a border between them (relcl, clause,
    participle, but, verb, subject); `inside` means that subject and object both lie in one
    noun phrase below the cue, `member` that one lists the other there, `nested` that a verb
    there joins them ("disturbances associated with PTSD"), `subject` that both
    lie in the subject of the cue's verb, `than` that the subject is what is compared with,
    `above` that the cue's clause describes the object; `out` is the rest.
    """
    if found.end is not None:
        inside = [token for token in (subject, object_) if found.first < token <= found.end]
        is_name = len(inside) > 1 and tree.meet(subject, object_) in inside
        return "in" if inside and not is_name else "out"
    if found.first <= object_ <= found.last:
        return "in"
    anchor = found.anchor
    reach = anchor
    if not tree.covers(anchor, object_):
        if _describes(tree, anchor, subject, object_):
            return "above"
        if found.clause is None or not tree.covers(found.clause, object_):
            return "out"
        reach = found.clause
    if border := _border(found, tree, reach, object_):
        return border
    return _inner(found, tree, reach, subject, object_)


def _describes(tree: Tree, anchor: int, subject: int, object_: int) -> bool:
    """Say whether the cue's clause describes the object ("side effects that it may cause")."""
    if tree.tokens[anchor].dep not in {"relcl", "acl", "amod"} or not tree.covers(anchor, subject):
        return False
    noun = tree.heads[anchor]
    return noun == object_ or (tree.tokens[object_].dep == "conj" and tree.heads[object_] == noun)


def _border(found: FoundCue, tree: Tree, reach: int, token: int) -> str:
    """Return how far a token lies from the cue that reaches it: the first border between them, '' for none."""
    is_clause = reach != found.anchor
    if is_clause:
        if token == reach:
            return "in:verb"
        top = tree.child_towards(reach, token)
        if tree.tokens[top].dep in SUBJECTS and tree.tokens[found.anchor].dep not in _PREDICATES:
            return "in:subject"
        if tree.tokens[top].dep == "conj":
            return "in:clause"
    way = token
    while way != reach:
        border = tree.crossing(way)
        if border:
            return f"in:{border}"
        way = tree.heads[way]
    return ""


def _inner(found: FoundCue, tree: Tree, reach: int, subject: int, object_: int) -> str:  # noqa: PLR0911 - one return a relation
    """Say how subject and object lie to each other below a cue."""
    if subject == object_ or not tree.covers(reach, subject):
        return "in"
    if tree.is_compared(subject, reach):
        return "than"
    if reach not in (object_, subject):
        top = tree.child_towards(reach, object_)
        if tree.tokens[top].dep in SUBJECTS and tree.covers(top, subject):
            # "The effect of kava on pain was studied": the subject is all that is said.
            is_all = tree.tokens[top].dep == "nsubjpass" and found.row.scope == "complement"
            # "Its use during pregnancy is safe": the adjective says it of all the subject.
            is_said = found.row.scope == "modified" and tree.tokens[found.head].dep in _PREDICATES
            return "in" if is_all or is_said else "subject"
    meeting = tree.meet(subject, object_)
    if meeting in (subject, object_) and tree.lists(meeting, object_ if meeting == subject else subject):
        return "member"
    if meeting in (subject, object_) and meeting not in (found.anchor, reach) and _has_verb(tree, subject, object_, meeting):
        return "nested"
    if meeting not in (found.anchor, reach) and subject != found.anchor and not _has_verb(tree, subject, object_, meeting):
        return "inside"
    return "in"


def _has_verb(tree: Tree, subject: int, object_: int, meeting: int) -> bool:
    """Say whether a verb lies on the way between two tokens."""
    if tree.is_verb[meeting]:
        return True
    return any(tree.is_verb[token] for end in (subject, object_) for token in tree.between(end, meeting))


def spans(row: CueRow, tree: Tree) -> tuple[tuple[int, int], ...]:
    """Return where a phrase stands in a sentence, as first and last token, whatever other phrases are read there."""
    found = []
    for index, word in enumerate(tree.words):
        token = tree.tokens[index]
        if row.words[0] in (word, token.lemma) and (row.tag is None or token.tag.startswith(row.tag)):
            last = index if len(row.words) == 1 else _match(row.words, 1, index + 1, tree)
            if last is not None:
                found.append((index, last))
    return tuple(found)
