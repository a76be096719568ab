"""Terms of public and private vocabularies: OBO, OWL and SKOS files → terms with their names, parents and identifiers.

OBO: the flat file format 1.4. OWL and SKOS: RDF/XML, Turtle, N-Triples or JSON-LD; classes and concepts with a label. Only English
names and those of no stated language are read; obsolete terms are left out.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.errors import TableError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

OBO_IRI = "http://purl.obolibrary.org/obo/"
MAX_ENTITY_CHARACTERS = 1_000
SUFFIXES = frozenset({".obo", ".owl", ".rdf", ".xml", ".ttl", ".skos", ".n3", ".nt", ".jsonld"})

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"
# an alternative label
_IAO = OBO_IRI + "IAO_0000118"
_KINDS = frozenset({_OWL + "Class", _RDFS + "Class", _SKOS + "Concept"})
_LABELS = {_SKOS + "prefLabel": 0, _RDFS + "label": 1}
_EXACT = frozenset({_SKOS + "altLabel", _OBO_IN_OWL + "hasExactSynonym", _IAO})
_RELATED = frozenset({_SKOS + "hiddenLabel", *(_OBO_IN_OWL + f"has{scope}Synonym" for scope in ("Related", "Broad", "Narrow"))})
_ABOVE = frozenset({_RDFS + "subClassOf", _SKOS + "broader", _SKOS + "broaderTransitive"})
_BELOW = _SKOS + "narrower"
_SAME = _SKOS + "exactMatch"
_OBSOLETE = _OWL + "deprecated"

_TAG = re.compile(r"([^\s:\[][^\s:]*):\s*(.*)")
_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s*([A-Z]+)?')
_ESCAPE = re.compile(r"\\(.)")
_TRAILING = re.compile(r"\s+(?:\{[^{}]*\}\s*)?(?:!.*)?$")
_ENTITY = re.compile(r"<!ENTITY\s+[^\"'>]*?(?:\"([^\"]*)\"|'([^']*)')")
_SPACES = {"n": " ", "t": " ", "W": " "}


@dataclass(frozen=True, slots=True)
class Term:
    """A term: `id` is a CURIE (OBO) or an IRI; `names` mean the same as the label, `related` are looser; `line` is 0 where unknown."""

    id: str
    label: str
    names: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A file's terms, in the order of an OBO file, by IRI otherwise; `spaces` are the prefixes that an OBO file declares."""

    name: str
    terms: tuple[Term, ...]
    spaces: Mapping[str, str] = field(default_factory=dict)


def read(path: Path) -> Vocabulary:
    """Read a vocabulary.

    Raises TableError, with file and line where there is one, and where the file holds no term.
    """
    name = f"{path.parent.name}/{path.name}"
    try:
        text = path.read_bytes().decode("utf-8-sig")
        found = _obo(name, text) if path.suffix.lower() == ".obo" else Vocabulary(name, tuple(_rdf(name, path, text)))
    except (OSError, UnicodeDecodeError) as error:
        message = f"{name}: cannot be read as UTF-8 text ({error})"
        raise TableError(message) from error
    if not found.terms:
        message = f"{name}: no terms; must have [Term] stanzas (OBO), owl:Class or skos:Concept, each with an English label"
        raise TableError(message)
    return found


@dataclass(slots=True)
class _Draft:
    """A term while its lines are read."""

    line: int = 0
    id: str = ""
    labels: list[tuple[int, str]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    related: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    is_term: bool = False
    is_obsolete: bool = False

    def term(self) -> Term:
        label = min(self.labels)[1]
        names = tuple(dict.fromkeys(name for name in (*(text for _, text in self.labels), *self.names) if name != label))
        return Term(
            self.id, label, names, tuple(dict.fromkeys(self.related)), tuple(dict.fromkeys(self.parents)), tuple(self.same), self.line
        )


def _obo(name: str, text: str) -> Vocabulary:
    """Return the terms of an OBO file.

    Raises TableError, with every complaint at once.
    """
    drafts: list[_Draft] = []
    spaces: dict[str, str] = {}
    complaints: list[str] = []
    stanza: _Draft | None = None
    for number, line in _lines(text):
        if line.startswith("["):
            stanza = _Draft(number)
            drafts += [stanza] if line == "[Term]" else []
        elif (match := _TAG.fullmatch(line)) is None:
            complaints.append(f"{name}:{number}: {line[:60]!r}; must be `tag: value`")
        elif stanza is not None:
            complaints += [f"{name}:{number}: {problem}" for problem in _note(stanza, match[1], match[2])]
        elif match[1] == "idspace" and len(parts := match[2].split()) > 1:
            spaces[parts[0]] = parts[1]
    complaints += [f"{name}:{problem}" for problem in _ids(drafts)]
    if complaints:
        raise TableError("\n".join(complaints))
    return Vocabulary(name, tuple(draft.term() for draft in drafts if draft.labels and not draft.is_obsolete), spaces)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines that say something, with their numbers."""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith("!"):
            yield number, stripped


def _ids(drafts: Iterable[_Draft]) -> Iterator[str]:
    """Give what is wrong with the terms' ids."""
    places: dict[str, int] = {}
    for draft in drafts:
        if not draft.id:
            yield f"{draft.line}: a term without id; must have one"
        elif (first := places.setdefault(draft.id, draft.line)) != draft.line:
            yield f"{draft.line}: id {draft.id!r} came before, in line {first}; must be unique"


def _note(draft: _Draft, tag: str, value: str) -> Iterator[str]:
    """Add what one line says to its term, and give what is wrong with it."""
    bare = _TRAILING.sub("", value + " ").strip()
    if tag == "id":
        draft.id = bare
    elif tag == "name" and value:
        draft.labels.append((0, _unescape(value)))
    elif tag == "is_a":
        draft.parents.append(bare)
    elif tag == "is_obsolete":
        draft.is_obsolete = bare == "true"
    elif tag == "synonym":
        match = _SYNONYM.match(value)
        if match is None:
            yield f'synonym {value[:60]!r}; must be "text" SCOPE [sources]'
        else:
            (draft.names if match[2] == "EXACT" else draft.related).append(_unescape(match[1]))


def _unescape(text: str) -> str:
    r"""Return an OBO value without its escapes.

    >>> _unescape(r"say \"yes\"\, then\W")
    'say "yes", then '
    """
    return _ESCAPE.sub(lambda match: _SPACES.get(match[1], match[1]), text)


def _rdf(name: str, path: Path, text: str) -> Iterator[Term]:
    """Give the classes and concepts of an RDF file, by IRI."""
    import pyoxigraph as ox

    drafts: dict[str, _Draft] = defaultdict(_Draft)
    try:
        for quad in ox.parse(text.encode(), format=_format(name, path, text), base_iri="urn:x-kg:vocabulary"):
            if isinstance(quad.subject, ox.NamedNode):
                _take(drafts, quad.subject.value, quad.predicate.value, quad.object)
    except SyntaxError as error:
        place = name if error.lineno is None else f"{name}:{error.lineno}"
        message = f"{place}: {error.msg}"
        raise TableError(message) from error
    for iri, draft in sorted(drafts.items()):
        if draft.is_term and draft.labels and not draft.is_obsolete:
            draft.id = iri
            for values in (draft.names, draft.related, draft.parents, draft.same):
                values.sort()
            yield draft.term()


def _format(name: str, path: Path, text: str) -> Any:
    """Return the syntax of an RDF file; what calls itself OWL may be written in several.

    Raises TableError where it is one that is not read, or where entities of XML would fill the memory.
    """
    import pyoxigraph as ox

    known = {".nt": ox.RdfFormat.N_TRIPLES, ".jsonld": ox.RdfFormat.JSON_LD, ".xml": ox.RdfFormat.RDF_XML}
    start = text[:1000].lstrip()
    if re.match(r"(?:Prefix\s*\(|Prefix:|Ontology\s*\(|<Ontology|<\?xml[^>]*>\s*<Ontology)", start):
        message = f"{name}: OWL in functional, Manchester or OWL/XML syntax; must be RDF/XML or Turtle (`robot convert` writes them)"
        raise TableError(message)
    is_xml = start.startswith(("<?xml", "<rdf:RDF", "<!DOCTYPE", "<!--"))
    found = known.get(path.suffix.lower()) or (ox.RdfFormat.RDF_XML if is_xml else ox.RdfFormat.TURTLE)
    if found == ox.RdfFormat.RDF_XML:
        for entity in _ENTITY.finditer(text):
            value = entity[1] or entity[2] or ""
            if "&" in value or len(value) > MAX_ENTITY_CHARACTERS:
                line = text.count("\n", 0, entity.start()) + 1
                message = f"{name}:{line}: an entity that is long or names another; must be a short namespace"
                raise TableError(message)
    return found


def _take(drafts: dict[str, _Draft], subject: str, predicate: str, value: Any) -> None:
    """Add what one triple says to the term that it is about."""
    import pyoxigraph as ox

    if isinstance(value, ox.NamedNode):
        _take_link(drafts, subject, predicate, value.value)
    elif isinstance(value, ox.Literal):
        if predicate == _OBSOLETE:
            drafts[subject].is_obsolete = value.value in {"true", "1"}
        elif value.language is None or value.language.lower().partition("-")[0] == "en":
            _take_name(drafts, subject, predicate, value.value)


def _take_link(drafts: dict[str, _Draft], subject: str, predicate: str, other: str) -> None:
    if predicate == _RDF + "type":
        drafts[subject].is_term |= other in _KINDS
    elif predicate in _ABOVE:
        drafts[subject].parents.append(other)
    elif predicate == _BELOW:
        drafts[other].parents.append(subject)
    elif predicate == _SAME:
        drafts[subject].same.append(other)


def _take_name(drafts: dict[str, _Draft], subject: str, predicate: str, name: str) -> None:
    if predicate in _LABELS:
        drafts[subject].labels.append((_LABELS[predicate], name))
    elif predicate in _EXACT:
        drafts[subject].names.append(name)
    elif predicate in _RELATED:
        drafts[subject].related.append(name)
