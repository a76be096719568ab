"""Trigger wordings: `ontology/triggers/<predicate>.tsv` → where a sentence says one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg import schema, tables
from kg.resources import ONTOLOGY
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from kg.model import Token
    from kg.tables import Row

COLUMNS = ("wording", "pos", "example")
WORDLESS = "-"
# Taggers read a verb in -s after a name that they do not know as a plural noun ("Kava lessens pain").
_MISREAD = frozenset({"NNS", "NNPS"})
_TAGS = {"verb": "V", "noun": "N", "adjective": "J", "any": ""}


@swift
@dataclass(frozen=True, slots=True)
class Hit:
    """A trigger in a sentence: the predicate it speaks for, the token that carries it, its characters, and its row."""

    predicate: str
    token: int
    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class Triggers:
    """All wordings by their first lemma, longest first; and each predicate's wordless row."""

    by_lemma: Mapping[str, tuple[tuple[tuple[str, ...], str, str, str], ...]]
    wordless: Mapping[str, str]

    def find(self, tokens: Sequence[Token]) -> tuple[Hit, ...]:
        """Give every wording that the sentence has, in text order; of one predicate the longest at a place."""
        hits: list[Hit] = []
        for index, token in enumerate(tokens):
            taken: set[str] = set()
            for lemmas, tag, predicate, rule in self.by_lemma.get(token.lemma, ()):
                last = index + len(lemmas)
                if predicate in taken or not (token.tag.startswith(tag) or (tag == "V" and token.tag in _MISREAD)):
                    continue
                if len(lemmas) > 1 and tuple(t.lemma for t in tokens[index:last]) != lemmas:
                    continue
                taken.add(predicate)
                hits.append(Hit(predicate, index, token.start, tokens[last - 1].end, rule))
        return tuple(hits)


def _check(row: Row) -> Iterable[str]:
    if row["pos"] not in _TAGS:
        yield f"unknown pos {row['pos']!r}; known: {', '.join(_TAGS)}"
    if not row["wording"] or not row["example"]:
        yield "a row needs a wording and an example"


@cache
def load(folder: Path = ONTOLOGY / "triggers") -> Triggers:
    """Read the triggers of every predicate of the schema.

    A wording is one or more lemmas; `pos` is the first one's word class. The wording `-`
    stands for pairs that are only named together: their types and place carry the claim.

    Raises TableError.
    """
    found: dict[str, list[tuple[tuple[str, ...], str, str, str]]] = {}
    wordless: dict[str, str] = {}
    for predicate in schema.load().predicates:
        for row in tables.read(folder / f"{predicate}.tsv", COLUMNS, _check):
            if row["wording"] == WORDLESS:
                wordless[predicate] = row.where
            else:
                lemmas = tuple(row["wording"].split())
                found.setdefault(lemmas[0], []).append((lemmas, _TAGS[row["pos"]], predicate, row.where))
    return Triggers(
        {first: tuple(sorted(rows, key=lambda row: (-len(row[0]), row[2], row[3]))) for first, rows in found.items()},
        wordless,
    )
