"""A user's own terms as rows of the lexicon: from kg's tables, and from OBO, OWL and SKOS files.

A term joins the concept of the same type that has its identifier or, where that has none of the same vocabulary, its label;
any other gets an id from its label. Abbreviations count only as written, and one or two letters only where the text
also names the concept otherwise.
"""

from __future__ import annotations

import os
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from kg import lexicon, tables, terms
from kg.errors import InputError, TableError
from kg.lexicon import USER_COLUMNS
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kg.lexicon import Lexicon
    from kg.terms import Term, Vocabulary

MAX_SHORT_LETTERS = 2
MAX_ABBREVIATION_LETTERS = 5

_CURIE = re.compile(r"([A-Za-z][\w.-]*):([^\s|/][^\s|]*)")
_IRI = re.compile(r"https?://[^\s|<>\"{}\\^`]+")
_UNTAKEN = re.compile(r"[{}|\\]")


@dataclass(frozen=True, slots=True)
class Addition:
    """Rows with `USER_COLUMNS`, those of a vocabulary by id, and how many names were left out, for no table can hold them."""

    rows: tuple[tables.Row, ...]
    left_out: int = 0


def read(
    path: Path, *, type: str | None = None, under: str | None = None, related: bool = False, known: Sequence[tables.Row] = ()
) -> Addition:
    """Read a user's terms as rows.

    `type` is that of every term (by default what `ontology/term-types.tsv` gives its vocabulary, or what the
    table's own column says); `under` takes only a term and what is below it; `related` takes looser synonyms too;
    `known` are the rows of an earlier addition, whose ids stay.

    Raises TableError, with file and line.
    """
    if lexicon.is_table(path):
        return Addition(_table(path, type))
    vocabulary = terms.read(path)
    chosen = vocabulary.terms if under is None else _below(vocabulary, under)
    return _Naming(vocabulary, _typed(vocabulary, chosen, type, path), related, known).addition()


def merge(old: Iterable[tables.Row], new: Iterable[tables.Row]) -> tuple[tables.Row, ...]:
    """Return the rows with those of one id made one, by id; the first keeps its label, and names and identifiers add up.

    Raises TableError where two rows of one id differ in type.
    """
    merged: dict[str, tables.Row] = {}
    complaints = []
    for row in (*old, *new):
        first = merged.setdefault(row["id"], row)
        if first is row:
            continue
        if first["type"].lower() != row["type"].lower():
            complaints.append(f"{row.where}: id {row['id']!r} is a {first['type']} at {first.where}; must be unique across all types")
            continue
        others = (*first.values("names"), *((row["label"],) if row["label"] != first["label"] else ()), *row.values("names"))
        cells = {
            **first.cells,
            "names": tables.SEPARATOR.join(dict.fromkeys(name for name in others if name != first["label"])),
            "xrefs": tables.SEPARATOR.join(dict.fromkeys((*first.values("xrefs"), *row.values("xrefs")))),
            "kind": first["kind"] or row["kind"],
            "parent": first["parent"] or row["parent"],
        }
        merged[row["id"]] = tables.Row(cells, first.path, first.line)
    if complaints:
        raise TableError("\n".join(complaints))
    return tuple(row for _, row in sorted(merged.items()))


def text(rows: Iterable[tables.Row]) -> str:
    """Return the rows as a table that `--lexicon` takes."""
    lines = ("\t".join(row[column] for column in USER_COLUMNS) for row in rows)
    return "\n".join(("\t".join(USER_COLUMNS), *lines)) + "\n"


def write(path: Path, rows: Iterable[tables.Row]) -> None:
    """Write a table that `--lexicon` takes, whole or not at all.

    Raises InputError where that cannot be written.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text(rows), encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        message = f"{path}: cannot be written ({error.strerror})"
        raise InputError(message) from error


def slug(label: str) -> str:
    """Return the id that a label gives; '' where it has no letter or digit that an id can hold.

    >>> slug("St. John's wort"), slug("μ-opioid receptor")
    ('st-johns-wort', 'mu-opioid-receptor')
    """
    plain = label.translate(lexicon.GREEK).replace("'", "").replace("\u2019", "")
    return re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower()).strip("-")


def _table(path: Path, type_: str | None) -> tuple[tables.Row, ...]:
    """Return the rows of one of kg's own tables; `type_` is for one without the column `type`.

    Raises TableError where an id is that of a shipped concept of another type.
    """
    if type_ is None or "type" in tables.columns(path):
        rows = tuple(row for _, row in lexicon.read_users((path,)))
    else:
        read_ = tables.read(path, lexicon.COLUMNS, lexicon.check)
        rows = tuple(tables.Row({"type": type_, **row.cells}, row.path, row.line) for row in read_)
    shipped = lexicon.load().entries
    complaints = [
        f"{row.where}: id {row['id']!r} is a {entry.entity.type} at {entry.where}; must be unique across all types"
        for row in rows
        if (entry := shipped.get(row["id"])) is not None and entry.entity.type.lower() != row["type"].lower()
    ]
    if complaints:
        raise TableError("\n".join(complaints))
    return rows


@cache
def _vocabulary_types() -> Mapping[str, str]:
    """Return the type of each vocabulary's terms, by prefix."""
    return {row["prefix"]: row["type"] for row in tables.read(ONTOLOGY / "term-types.tsv", ("prefix", "type"))}


def _typed(vocabulary: Vocabulary, chosen: Sequence[Term], type_: str | None, path: Path) -> list[tuple[str, Term]]:
    """Return the terms with their types.

    Raises TableError where nothing tells one.
    """
    types = _vocabulary_types()
    found = [(type_ or types.get(identifier(term.id, vocabulary.spaces).partition(":")[0], ""), term) for term in chosen]
    untold = [term for its, term in found if not its]
    if untold:
        others = f" (and of {len(untold) - 1} more)" if len(untold) > 1 else ""
        message = (
            f"{_where(vocabulary, untold[0])}: nothing tells the type of {untold[0].id}{others}; "
            f"`kg lexicon add {path.name} --type TYPE` makes a table that --lexicon takes"
        )
        raise TableError(message)
    return found


def _below(vocabulary: Vocabulary, under: str) -> tuple[Term, ...]:
    """Return a term and every term below it.

    Raises TableError where the vocabulary has no such term.
    """
    wanted = identifier(under, vocabulary.spaces)
    ids = {term.id for term in vocabulary.terms if identifier(term.id, vocabulary.spaces) == wanted}
    if not ids:
        message = f"{vocabulary.name}: no term {under!r}; must be the id of one"
        raise TableError(message)
    below: dict[str, list[str]] = {}
    for term in vocabulary.terms:
        for parent in term.parents:
            below.setdefault(parent, []).append(term.id)
    todo = list(ids)
    while todo:
        new = [id_ for id_ in below.get(todo.pop(), ()) if id_ not in ids]
        ids.update(new)
        todo += new
    return tuple(term for term in vocabulary.terms if term.id in ids)


def identifier(id: str, spaces: Mapping[str, str] = {}) -> str:
    """Return a term's id as a CURIE of the prefix map, else as an IRI; '' where it is neither.

    >>> identifier("http://purl.obolibrary.org/obo/MONDO_0005002"), identifier("UBERON:0000955")
    ('MONDO:0005002', 'http://purl.obolibrary.org/obo/UBERON_0000955')
    """
    iri = id if _IRI.fullmatch(id) else ""
    if not iri and (match := _CURIE.fullmatch(id)):
        prefix = _prefixes().get(match[1].lower())
        if prefix is not None and match[1] not in spaces:
            return f"{prefix}:{match[2]}"
        iri = spaces[match[1]] + match[2] if match[1] in spaces else f"{terms.OBO_IRI}{match[1]}_{match[2]}"
    for space, prefix in _namespaces():
        if iri.startswith(space) and _CURIE.fullmatch(f"{prefix}:{iri[len(space) :]}"):
            return f"{prefix}:{iri[len(space) :]}"
    return iri if _IRI.fullmatch(iri) else ""


@cache
def _prefixes() -> Mapping[str, str]:
    return {prefix.lower(): prefix for prefix in lexicon.prefixes()}


@cache
def _namespaces() -> tuple[tuple[str, str], ...]:
    """Return what prefixes stand for, longest first."""
    return tuple(sorted(((uri, prefix) for prefix, uri in lexicon.prefixes().items()), key=lambda pair: (-len(pair[0]), pair)))


def _where(vocabulary: Vocabulary, term: Term) -> str:
    return f"{vocabulary.name}:{term.line}" if term.line else f"{vocabulary.name}#{term.id}"


class _Naming:
    """Finds the ids and the names of a vocabulary's terms among those that are known."""

    def __init__(self, vocabulary: Vocabulary, typed: Sequence[tuple[str, Term]], related: bool, known: Sequence[tables.Row]) -> None:
        self._vocabulary = vocabulary
        self._typed = typed
        self._related = related
        self._shipped: Lexicon = lexicon.load()
        self._holders: dict[tuple[str, str], str] = {}
        self._xrefs: dict[str, tuple[str, ...]] = {}
        self._types: dict[str, str] = {}
        for row in known:
            self._note(row["id"], row["type"], row.values("xrefs"))
        for id_, entry in self._shipped.entries.items():
            self._note(id_, entry.entity.type, entry.xrefs)
        self._left_out = 0

    def _note(self, id_: str, type_: str, xrefs: Sequence[str]) -> None:
        self._types.setdefault(id_, type_)
        self._xrefs[id_] = (*self._xrefs.get(id_, ()), *xrefs)
        for xref in xrefs:
            self._holders.setdefault((type_, xref), id_)

    def addition(self) -> Addition:
        """Return the terms as rows, by id; terms that join one concept are one row."""
        marks = [identifier(term.id, self._vocabulary.spaces) for _, term in self._typed]
        ids = {}
        for (type_, term), mark in zip(self._typed, marks, strict=True):
            ids[term.id] = self._id(type_, term, mark)
        rows = [self._row(type_, term, mark, ids) for (type_, term), mark in zip(self._typed, marks, strict=True)]
        return Addition(merge((), rows), self._left_out)

    def _id(self, type_: str, term: Term, mark: str) -> str:
        """Return the id of a term, and note it as taken."""
        id_ = self._holders.get((type_, mark)) if mark else None
        if id_ is None:
            same = self._shipped.named(_clean(term.label), type_)
            prefix = mark.partition(":")[0]
            if same is not None and not any(xref.partition(":")[0] == prefix for xref in self._xrefs[same.id]):
                id_ = same.id
        if id_ is None:
            number = slug(re.split(r"[/#]", mark or term.id)[-1])
            options = (
                slug(term.label),
                f"{slug(term.label)}-{number}".strip("-"),
                *(f"{number or 'term'}-{count}" for count in range(2, 9)),
            )
            free = [one for one in options if one and one not in self._types]
            id_ = free[0] if free else f"{number or 'term'}-{len(self._types)}"
        self._note(id_, type_, (mark,) if mark else ())
        return id_

    def _row(self, type_: str, term: Term, mark: str, ids: Mapping[str, str]) -> tables.Row:
        label = _clean(term.label)
        names = dict.fromkeys(self._names((term.label, *term.names, *(term.related if self._related else ())), label))
        parents = (ids.get(parent) or self._holder(parent) for parent in term.parents)
        own = ids[term.id]
        same = (identifier(iri) for iri in term.same)
        where = _where(self._vocabulary, term)
        path, _, line = where.rpartition(":") if term.line else (where, "", "0")
        cells = {
            "id": own,
            "type": type_,
            "label": label,
            "names": tables.SEPARATOR.join(names),
            "kind": "",
            "parent": next((parent for parent in parents if parent and parent != own), ""),
            "xrefs": tables.SEPARATOR.join(dict.fromkeys(xref for xref in (mark, *same) if xref)),
            "source": self._vocabulary.name.rpartition("/")[2],
        }
        row = tables.Row(cells, path, int(line))
        if problems := [f"{where}: {problem}" for problem in lexicon.check(row)]:
            raise TableError("\n".join(problems))
        return row

    def _holder(self, id_: str) -> str | None:
        """Return the concept that has the identifier, of whatever type."""
        mark = identifier(id_, self._vocabulary.spaces)
        return next((found for type_ in dict.fromkeys(self._types.values()) if (found := self._holders.get((type_, mark)))), None)

    def _names(self, names: Iterable[str], label: str) -> Iterator[str]:
        """Give the names as the table writes them, each with the rule that its shortness asks for."""
        for name in names:
            if _UNTAKEN.search(name) or not lexicon.normal(name):
                self._left_out += 1
                continue
            written = _clean(name)
            letters = len(written)
            rule = "{case}{with}" if letters <= MAX_SHORT_LETTERS else ""
            if not rule and letters <= MAX_ABBREVIATION_LETTERS and written.upper() == written and not written.isdigit():
                rule = "{case}"
            if rule or written != label:
                yield written + rule


def _clean(name: str) -> str:
    """Return a name on one line, without what separates names and options in a table."""
    return " ".join("".join(char if char.isprintable() else " " for char in _UNTAKEN.sub(" ", name)).split())
