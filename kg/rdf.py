"""Claims ↔ RDF: the one place that names IRIs, and says which triples a claim becomes.

A claim becomes some two dozen triples, so a large graph has millions. They are therefore written
as blocks of Turtle, one a document, and whoever needs them in another form gives the blocks to
Oxigraph's parser; no Python object is made for a triple on the way to a file or to a store.

There are no blank nodes. Positions in a text are fragments of the document's IRI.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING
from urllib.parse import quote

from kg import schema
from kg.errors import InputError
from kg.model import Certainty, Polarity, Stance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    import pyoxigraph as ox

    from kg.builds import Build, DocumentRecord
    from kg.lexicon import Entry
    from kg.model import Attribution, Claim, Cue, Entity, Sentence

BASE = "https://w3id.org/substance-kg/"
ONTOLOGY_GRAPH = BASE + "ontology"
PREFIXES: Mapping[str, str] = {
    "c": BASE + "concept/",
    "claim": BASE + "claim/",
    "dcterms": "http://purl.org/dc/terms/",
    "kg": schema.NAMESPACE,
    "oa": "http://www.w3.org/ns/oa#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
CONTEXT_CHARACTERS = 32
BATCH_NODES = 2_000
HARM_SUFFIX = "-harm"
_MAX_REMEMBERED_ENTITIES = 20_000

_SAFE = "-_.~!$&'()*+,;=:@"
# Some resolvers take what follows a semicolon for parameters and drop it where it is empty.
_SAFE_IN_PATH = _SAFE.replace(";", "")
_LOCAL_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")
_DOTS = re.compile(r"\.+")
_UNSAFE_TEXT = re.compile('["\\\\\x00-\x1f\x7f\ud800-\udfff]')
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_WEB_IRI = re.compile(r"https?://[^\s<>\"{}|\\^`\x00-\x20]+")
_METADATA = {
    "author": ("dcterms:creator", "schema:author"),
    "datePublished": ("dcterms:issued", "schema:datePublished"),
    "identifier": ("dcterms:identifier", "schema:identifier"),
    "license": ("dcterms:license", "schema:license"),
    "publisher": ("dcterms:publisher", "schema:publisher"),
    "title": ("dcterms:title", "schema:name"),
    "url": ("schema:url",),
}


@dataclass(frozen=True, slots=True)
class Block:
    """Some statements in Turtle, to be read with the `HEADER` before them; `graph` names their graph, None is the default graph."""

    graph: str | None
    turtle: str


@dataclass(frozen=True, slots=True)
class Run:
    """What made the claims: the software's version, the hash of what it knew, the language model; '' where the build does not say."""

    software: str = ""
    fingerprint: str = ""
    model: str = ""

    @property
    def iri(self) -> str:
        """The run's name: the same for the same software, knowledge and model."""
        key = f"{self.software}\x1f{self.fingerprint}\x1f{self.model}"
        return f"{BASE}run/{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def run_of(build: Build) -> Run:
    """Return what the build's report says of the run that made it."""
    report = build.report()
    return Run(*(str(report.get(name) or "") for name in ("software", "fingerprint", "model")))


def _header() -> str:
    return f"@base <{BASE}> .\n" + "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())


HEADER = _header()


def _path(id_: str) -> str:
    """Return the id as the path of an IRI: everything else percent-encoded, no segment of dots."""
    if _LOCAL_NAME.fullmatch(id_):
        return id_
    segments = id_.encode("utf-8", "replace").decode().split("/")
    return "/".join(segment.replace(".", "%2E") if _DOTS.fullmatch(segment) else quote(segment, safe=_SAFE_IN_PATH) for segment in segments)


def concept_iri(id_: str) -> str:
    """Return the IRI of an entity.

    >>> concept_iri("mu-opioid-receptor"), concept_iri("a/b> <x")
    ('https://w3id.org/substance-kg/concept/mu-opioid-receptor', 'https://w3id.org/substance-kg/concept/a/b%3E%20%3Cx')
    """
    return f"{BASE}concept/{_path(id_)}"


def claim_iri(id_: str) -> str:
    """Return the IRI of a claim."""
    return f"{BASE}claim/{_path(id_)}"


def nanopublication_iri(id_: str) -> str:
    """Return the IRI of the nanopublication of a claim."""
    return f"{BASE}nanopublication/{_path(id_)}"


def document_iri(id_: str) -> str:
    """Return the IRI of a document, which is also the name of the graph of its claims."""
    return f"{BASE}document/{_path(id_)}"


def speaker_iri(label: str) -> str:
    """Return the IRI of a speaker that is no Authority of the lexicon and only has a label."""
    return f"{BASE}speaker/{_path(label)}"


def qualifier_iri(facet: str, value: str) -> str:
    """Return the IRI of the SKOS concept for a qualifier's value.

    >>> qualifier_iri("basis", "user_report")
    'https://w3id.org/substance-kg/ontology#basis-user-report'
    """
    return schema.NAMESPACE + f"{facet}-{_path(value).replace('_', '-')}"


def id_of(iri: str) -> str:
    """Return the id of a concept, claim or document from its IRI; any other IRI comes back as it is.

    >>> id_of("https://w3id.org/substance-kg/concept/kava"), id_of("https://schema.org/name")
    ('kava', 'https://schema.org/name')
    """
    from urllib.parse import unquote

    for kind in ("concept/", "claim/", "document/"):
        if iri.startswith(BASE + kind):
            return unquote(iri[len(BASE + kind) :])
    return iri


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if "\ud800" <= char <= "\udfff":
        return "\ufffd"  # a lone surrogate, which no UTF-8 file can hold
    return _ESCAPES.get(char) or f"\\u{ord(char):04X}"


def literal(text: str) -> str:
    r"""Return the text as a string in Turtle.

    >>> literal('a "b"\n')
    '"a \\"b\\"\\n"'
    """
    return f'"{_UNSAFE_TEXT.sub(_escape, text)}"' if _UNSAFE_TEXT.search(text) else f'"{text}"'


@cache
def _qualifier(facet: str, value: str) -> str:
    return _short(qualifier_iri(facet, value))


@cache
def _qualifiers(**values: str) -> str:
    """Return the qualifiers by facet, as the lines of a claim."""
    return "".join(f"    kg:{facet} {_qualifier(facet, value)} ;\n" for facet, value in values.items())


def _short(iri: str) -> str:
    """Return the IRI in Turtle: with the prefix `kg:`, `c:` or `claim:` where it has a plain local name."""
    for prefix in ("kg", "c", "claim"):
        namespace = PREFIXES[prefix]
        if iri.startswith(namespace) and _LOCAL_NAME.fullmatch(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    return f"<{iri.removeprefix(BASE)}>" if iri.startswith(BASE) else f"<{iri}>"


class _Terms(dict[str, str]):
    """Concepts in Turtle by id, each made once."""

    def __missing__(self, id_: str) -> str:
        term = self[id_] = _short(concept_iri(id_))
        return term


@dataclass(slots=True)
class _Seen:
    """What is known of one entity: how often it stood with which label, type and kind, and its names."""

    forms: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    names: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Summary:
    """What of all claims goes into the default graph: entities, edges, speakers; its size is that of the graph, not of the corpus."""

    entities: dict[str, _Seen] = field(default_factory=dict)
    known: set[Entity] = field(default_factory=set)
    edges: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    speakers: dict[str, str] = field(default_factory=dict)
    authorities: dict[str, str] = field(default_factory=dict)

    def add_entity(self, entity: Entity) -> None:
        seen = self.entities.get(entity.id)
        if seen is None:
            seen = self.entities[entity.id] = _Seen()
        seen.forms[entity.label, entity.type, entity.kind or ""] += 1
        if entity not in self.known:
            if len(self.known) >= _MAX_REMEMBERED_ENTITIES:
                self.known.clear()  # it only saves work: every document may write an entity in its own way
            self.known.add(entity)
            seen.names.update(entity.names)

    def add_edge(self, claim: Claim) -> None:
        """Note that a text says yes, asserted (True) or hedged (False); asserted wins."""
        if claim.polarity is Polarity.AFFIRMED and claim.stance is Stance.AFFIRMED:
            triple = (claim.subject.entity.id, claim.predicate, claim.object.entity.id)
            is_asserted = claim.certainty is Certainty.ASSERTED
            self.edges[triple] = is_asserted or self.edges.get(triple, False)

    def add_speaker(self, attribution: Attribution, terms: Mapping[str, str]) -> str:
        """Note who speaks and return the speaker in Turtle."""
        if attribution.id is not None:
            self.authorities.setdefault(attribution.id, attribution.label)
            return terms[attribution.id]
        iri = speaker_iri(attribution.label)
        self.speakers.setdefault(iri, attribution.label)
        return _short(iri)


def _position(document: str, kind: str, start: int, end: int) -> str:
    return f"<{document}#{kind}-{start}-{end}>"


def _sentence(document: str, sentence: Sentence, text: str | None) -> str:
    """Return the target of a claim: the sentence by its position and by its words."""
    start, end = sentence.start, sentence.end
    span = f"-{start}-{end}>"
    around = ""
    if text is not None:
        around = (
            f" ;\n    oa:prefix {literal(text[max(0, start - CONTEXT_CHARACTERS) : start])}"
            f" ;\n    oa:suffix {literal(text[end : end + CONTEXT_CHARACTERS])}"
        )
    return (
        f"\n<{document}#sentence{span} a oa:SpecificResource ;\n"
        f"    oa:hasSource <{document}> ;\n"
        f"    oa:hasSelector <{document}#position{span}, <{document}#quote{span} .\n"
        f"\n<{document}#position{span} a oa:TextPositionSelector ;\n"
        f'    oa:start "{start}"^^xsd:nonNegativeInteger ;\n'
        f'    oa:end "{end}"^^xsd:nonNegativeInteger .\n'
        f"\n<{document}#quote{span} a oa:TextQuoteSelector ;\n"
        f"    oa:exact {literal(sentence.text)}{around} .\n"
    )


def _cue_iri(document: str, cue: Cue) -> str:
    return _position(document, f"cue-{_path(cue.kind).replace('/', '%2F')}", cue.start, cue.end)


def _cue(iri: str, cue: Cue) -> str:
    return (
        f"\n{iri} a kg:Cue ;\n"
        f"    kg:cueKind {literal(cue.kind)} ;\n"
        f"    kg:cueText {literal(cue.text)} ;\n"
        f"    kg:start {cue.start} ;\n"
        f"    kg:end {cue.end} .\n"
    )


def _claim(claim: Claim, document: str, predicate: str, run: str, terms: Mapping[str, str], speaker: str | None) -> str:
    subject, object_ = claim.subject, claim.object
    extra = ""
    if speaker is not None:
        extra += f"    kg:attributedTo {speaker} ;\n"
    for name in ("direction", "mechanism", "dose", "route", "population"):
        value: str | None = getattr(claim, name)
        if value is not None:
            extra += f"    kg:{name} {literal(value)} ;\n"
    if claim.cues:
        cues = ", ".join(dict.fromkeys(_cue_iri(document, cue) for cue in claim.cues))
        extra += f"    kg:hasCue {cues} ;\n"
    return (
        f"\n{_short(claim_iri(claim.id))} a kg:Claim, rdf:Statement ;\n"
        f"    rdf:subject {terms[subject.entity.id]} ;\n"
        f"    rdf:predicate kg:{predicate} ;\n"
        f"    rdf:object {terms[object_.entity.id]} ;\n"
        f"{_qualifiers(polarity=claim.polarity, certainty=claim.certainty, basis=claim.basis, stance=claim.stance)}"
        f"{extra}"
        f"    kg:subjectText {literal(subject.text)} ;\n"
        f"    kg:subjectStart {subject.start} ;\n"
        f"    kg:subjectEnd {subject.end} ;\n"
        f"    kg:objectText {literal(object_.text)} ;\n"
        f"    kg:objectStart {object_.start} ;\n"
        f"    kg:objectEnd {object_.end} ;\n"
        f"    kg:rule {literal(claim.rule)} ;\n"
        f"    prov:wasDerivedFrom <{document}> ;\n"
        f"    prov:wasGeneratedBy {run} ;\n"
        f"    oa:hasTarget <{document}#sentence-{claim.sentence.start}-{claim.sentence.end}> .\n"
    )


def _document(record: DocumentRecord, run: str) -> str:
    facts = [
        f"{_short(document_iri(record.id))} a kg:Document, schema:CreativeWork, prov:Entity",
        f"    dcterms:source {literal(record.source.path)}",
        f"    kg:sha256 {literal(record.source.sha256)}",
        f"    kg:characters {record.characters}",
        f"    kg:claims {record.claims}",
        f"    kg:readBy {run}",
    ]
    for name, value in record.metadata:
        term = f"<{value}>" if name in {"license", "url"} and _WEB_IRI.fullmatch(value) else literal(value)
        facts.extend(f"    {property_} {term}" for property_ in _METADATA.get(name, ()))
    return "\n" + " ;\n".join(facts) + " .\n"


def _run(run: Run) -> str:
    facts = [f"{_short(run.iri)} a prov:Activity", "    prov:wasAssociatedWith <software>"]
    for name, value in (("softwareVersion", run.software), ("fingerprint", run.fingerprint), ("model", run.model)):
        if value:
            facts.append(f"    kg:{name} {literal(value)}")
    return "\n" + " ;\n".join(facts) + ' .\n\n<software> a prov:SoftwareAgent ;\n    rdfs:label "kg"@en .\n'


@dataclass(frozen=True, slots=True)
class _Concept:
    """What the graph says of one entity beside its edges."""

    label: str
    types: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()


def _settle(seen: _Seen) -> _Concept:
    """Give an entity the commonest label, the first in the alphabet among equals, and every type, kind and name that it was met with."""
    label = min(seen.forms, key=lambda form: (-seen.forms[form], form))[0]
    types = tuple(sorted({type_ for _, type_, _ in seen.forms}))
    return _Concept(label, types, tuple(sorted({kind for _, _, kind in seen.forms if kind})), frozenset(seen.names))


def _of_entry(entry: Entry) -> _Concept:
    entity = entry.entity
    return _Concept(entity.label, (entity.type,), (entity.kind,) if entity.kind else (), frozenset(entity.names))


def related(ids: Iterable[str], entries: Mapping[str, Entry]) -> frozenset[str]:
    """Return the lexicon's concepts that the graph names beside these: what a harm is a harm of, and all that stands above them."""
    known = set(ids)
    found = {base for id_ in known if id_.endswith(HARM_SUFFIX) and (base := id_.removesuffix(HARM_SUFFIX)) in entries}
    for id_ in (*known, *found):
        parent = entries[id_].parent if id_ in entries else None
        while parent and parent in entries and parent not in found and parent not in known:
            found.add(parent)
            parent = entries[parent].parent
    return frozenset(found - known)


def _concepts(summary: _Summary, entries: Mapping[str, Entry]) -> dict[str, _Concept]:
    """Return what claims are about, who speaks them, and the lexicon's concepts above these, by id in order."""
    concepts = {id_: _settle(seen) for id_, seen in summary.entities.items()}
    for id_, label in summary.authorities.items():
        concepts.setdefault(id_, _of_entry(entries[id_]) if id_ in entries else _Concept(label))
    for id_ in related(concepts, entries):
        concepts.setdefault(id_, _of_entry(entries[id_]))
    return dict(sorted(concepts.items()))


def _expand(xref: str, prefixes: Mapping[str, str]) -> str | None:
    """Return the IRI of a public identifier, None where its prefix is unknown."""
    prefix, _, local = xref.partition(":")
    if prefix in {"http", "https"}:
        return f"<{quote(xref, safe=_SAFE + ':/#?%')}>"
    namespace = prefixes.get(prefix)
    return None if namespace is None else f"<{namespace}{quote(local, safe=_SAFE + '/#?')}>"


def _node(id_: str, concepts: Mapping[str, _Concept], direct: Iterable[str], speaks: bool, world: _World) -> str:
    concept, entry, terms = concepts[id_], world.entries.get(id_), world.terms
    classes = [_short(schema.NAMESPACE + _path(type_)) for type_ in concept.types]
    facts = [
        f"{terms[id_]} a {', '.join([*classes, 'skos:Concept', *(['prov:Agent'] if speaks else [])])}",
        "skos:inScheme <concept>",
        f"skos:prefLabel {literal(concept.label)}@en",
    ]
    if others := sorted(concept.names - {concept.label}):
        facts.append("skos:altLabel " + ", ".join(f"{literal(name)}@en" for name in others))
    if concept.kinds:
        facts.append("kg:kind " + ", ".join(_qualifier("kind", kind) for kind in concept.kinds))
    if entry is not None:
        if entry.parent is not None and entry.parent in concepts:
            facts.append(f"skos:broader {terms[entry.parent]}")
        if matches := sorted({iri for xref in entry.xrefs if (iri := _expand(xref, world.prefixes))}):
            facts.append("skos:exactMatch " + ", ".join(matches))
    if id_.endswith(HARM_SUFFIX) and id_.removesuffix(HARM_SUFFIX) in concepts:
        facts.append(f"skos:related {terms[id_.removesuffix(HARM_SUFFIX)]}")
    return "\n" + " ;\n    ".join((*facts, *direct)) + " .\n"


@dataclass(frozen=True, slots=True)
class _World:
    """What blocks are written with."""

    schema: schema.Schema
    entries: Mapping[str, Entry]
    prefixes: Mapping[str, str]
    terms: _Terms
    run: str


def _world(run: Run, lexicons: tuple[Path, ...]) -> _World:
    from kg import lexicon

    return _World(schema.load(), lexicon.load(lexicons).entries, lexicon.prefixes(), _Terms(), _short(run.iri))


def _claims(doc: str, claims: Iterable[Claim], text: str | None, summary: _Summary, world: _World) -> str:
    """Return the statements about one document's claims, in their order, and note in the summary what all documents share."""
    document = document_iri(doc).removeprefix(BASE)
    parts: list[str] = []
    sentences: set[tuple[int, int]] = set()
    cues: set[str] = set()
    for claim in claims:
        predicate = world.schema.predicates.get(claim.predicate)
        if predicate is None:
            message = (
                f"claim {claim.id}: predicate {claim.predicate!r} is not in ontology/kg.ttl; known: {', '.join(world.schema.predicates)}"
            )
            raise InputError(message)
        summary.add_entity(claim.subject.entity)
        summary.add_entity(claim.object.entity)
        summary.add_edge(claim)
        speaker = None
        if claim.attribution is not None:
            speaker = summary.add_speaker(claim.attribution, world.terms)
        if (claim.sentence.start, claim.sentence.end) not in sentences:
            sentences.add((claim.sentence.start, claim.sentence.end))
            parts.append(_sentence(document, claim.sentence, text))
        parts.append(_claim(claim, document, predicate.name, world.run, world.terms, speaker))
        for cue in claim.cues:
            iri = _cue_iri(document, cue)
            if iri not in cues:
                cues.add(iri)
                parts.append(_cue(iri, cue))
    return "".join(parts)


def _direct(summary: _Summary, world: _World) -> Mapping[str, list[str]]:
    """Return the direct triples by subject: the plain predicate where a text asserts, the `may` twin where texts only hedge."""
    direct: dict[str, list[str]] = {}
    for (subject, predicate, object_), is_asserted in sorted(summary.edges.items()):
        known = world.schema.predicates[predicate]
        direct.setdefault(subject, []).append(f"kg:{known.name if is_asserted else known.may} {world.terms[object_]}")
    return direct


def _batched(lines: Iterable[str]) -> Iterator[Block]:
    batch: list[str] = []
    for line in lines:
        batch.append(line)
        if len(batch) >= BATCH_NODES:
            yield Block(None, "".join(batch))
            batch.clear()
    yield Block(None, "".join(batch))


def blocks(
    claims: Iterable[Claim],
    documents: Iterable[DocumentRecord],
    *,
    text: Callable[[str], str] | None = None,
    run: Run = Run(),
    lexicons: tuple[Path, ...] = (),
) -> Iterator[Block]:
    """Give a build as Turtle: the run, the documents, each document's claims as a named graph, then the concepts with their direct triples.

    Claims come in output order (`Claim.key`), concepts by id; the same build gives the same text. `text` gives a document's
    text, from which a quote's surroundings are taken; without it they are left out. `lexicons` are the user's own tables.
    Memory grows with the distinct entities and edges, not with the claims.

    Raises InputError where a claim has a predicate that the ontology does not know.
    """
    world = _world(run, lexicons)
    summary = _Summary()
    yield Block(None, _run(run))
    yield from _batched(_document(record, world.run) for record in documents)
    for doc, own in groupby(claims, key=attrgetter("doc")):
        yield Block(document_iri(doc), _claims(doc, own, None if text is None else text(doc), summary, world))
    yield from _batched(
        f"\n<{iri.removeprefix(BASE)}> a kg:Speaker, prov:Agent ;\n    rdfs:label {literal(label)}@en .\n"
        for iri, label in sorted(summary.speakers.items())
    )
    concepts = _concepts(summary, world.entries)
    direct = _direct(summary, world)
    yield Block(None, '\n<concept> a skos:ConceptScheme ;\n    dcterms:title "What the claims are about"@en .\n')
    yield from _batched(_node(id_, concepts, direct.get(id_, ()), id_ in summary.authorities, world) for id_ in concepts)


def blocks_of(build: Build) -> Iterator[Block]:
    """Give the blocks of a built folder."""
    return blocks(build.claims(), build.documents(), text=build.text, run=run_of(build), lexicons=build.lexicons())


def in_graph(block: Block) -> str:
    """Return the block in TriG, to be read with the `HEADER` before it."""
    return block.turtle if block.graph is None else f"\n<{block.graph}> {{{block.turtle}}}\n"


def trig(block: Block) -> bytes:
    """Return the block as a TriG document of its own."""
    return (HEADER + in_graph(block)).encode()


def lines(block: Block) -> list[bytes]:
    """Return the block's statements as sorted lines of N-Quads, or of N-Triples in the default graph."""
    import pyoxigraph as ox

    quads_ = ox.parse(trig(block), format=ox.RdfFormat.TRIG)
    written: bytes = ox.serialize(quads_, format=ox.RdfFormat.N_QUADS)  # type: ignore[assignment] # bytes where no output is given
    return sorted(written.splitlines(keepends=True))


def parse(blocks_: Iterable[Block]) -> Iterator[ox.Quad]:
    """Give the quads of blocks, in their order, with one block in memory at a time."""
    import pyoxigraph as ox

    for block in blocks_:
        yield from ox.parse(trig(block), format=ox.RdfFormat.TRIG)


def quads(
    claims: Iterable[Claim],
    documents: Iterable[DocumentRecord],
    *,
    text: Callable[[str], str] | None = None,
    run: Run = Run(),
    lexicons: tuple[Path, ...] = (),
) -> Iterator[ox.Quad]:
    """Give the quads of a build, each document's claims in the graph that is named as the document; see `blocks`."""
    return parse(blocks(claims, documents, text=text, run=run, lexicons=lexicons))
