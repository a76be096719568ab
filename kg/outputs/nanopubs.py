"""nanopubs.trig: one unsigned nanopublication a claim, each of four graphs that stand alone.

The assertion is the claim as a node with its qualifiers, never the bare triple: that a text says so, not that it is so.
Provenance is the text, the sentence, the speaker and the run. No date, no key, no network: who publishes signs, for
example with `np sign` of the Python package nanopub, which gives each its trusty IRI.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from kg import DISCLAIMER, rdf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from kg.builds import Build
    from kg.model import Claim

    _Facts = Mapping[ox.NamedNode, tuple[ox.Triple, ...]]

_NP = "http://www.nanopub.org/nschema#"
_NPX = "http://purl.org/nanopub/x/"
_PREFIXES = {**rdf.PREFIXES, "np": _NP, "npx": _NPX}
_TYPE = ox.NamedNode(rdf.PREFIXES["rdf"] + "type")
_LABEL = ox.NamedNode(rdf.PREFIXES["rdfs"] + "label")
_COMMENT = ox.NamedNode(rdf.PREFIXES["rdfs"] + "comment")
_CREATOR = ox.NamedNode(rdf.PREFIXES["dcterms"] + "creator")
_SOFTWARE = ox.NamedNode(rdf.BASE + "software")
_CLAIM = ox.NamedNode(rdf.PREFIXES["kg"] + "Claim")
_FROM = ox.NamedNode(rdf.PREFIXES["prov"] + "wasDerivedFrom")
_BY = ox.NamedNode(rdf.PREFIXES["prov"] + "wasGeneratedBy")
_SPOKEN_BY = ox.NamedNode(rdf.PREFIXES["prov"] + "wasAttributedTo")
_SPEAKER = ox.NamedNode(rdf.PREFIXES["kg"] + "attributedTo")
_CUE = ox.NamedNode(rdf.PREFIXES["kg"] + "hasCue")
_TARGET = ox.NamedNode(rdf.PREFIXES["oa"] + "hasTarget")
_SELECTOR = ox.NamedNode(rdf.PREFIXES["oa"] + "hasSelector")
_PREFERRED = ox.NamedNode(rdf.PREFIXES["skos"] + "prefLabel")
_SAME = ox.NamedNode(rdf.PREFIXES["skos"] + "exactMatch")
_SPEAKERS = f"{rdf.BASE}speaker/"
_OF_THE_ASSERTION = {_FROM: _FROM, _BY: _BY, _SPEAKER: _SPOKEN_BY}


def write(build: Build, out: Path) -> None:
    """Write the claims as nanopublications in TriG; the same build gives the same bytes."""
    with out.open("wb") as file:
        file.write(f"# {DISCLAIMER}\n".encode())
        ox.serialize(_quads(build), file, ox.RdfFormat.TRIG, prefixes=_PREFIXES)


def _quads(build: Build) -> Iterator[ox.Quad]:
    """Give the quads document by document: a document's claims, with what is said of its concepts, stand alone."""
    records = build.documents()
    run, lexicons = rdf.run_of(build), build.lexicons()
    for doc, group in groupby(build.claims(), key=attrgetter("doc")):
        claims = tuple(group)
        # Documents come by id, as claims do.
        own = next((record for record in records if record.id == doc), None)
        facts = _by_subject(rdf.quads(claims, () if own is None else (own,), text=build.text, run=run, lexicons=lexicons))
        for claim in claims:
            yield from _nanopublication(claim, facts)


def _by_subject(quads: Iterable[ox.Quad]) -> _Facts:
    facts: dict[ox.NamedNode, list[ox.Triple]] = {}
    for quad in quads:
        subject: Any = quad.subject  # there are no blank nodes
        facts.setdefault(subject, []).append(quad.triple)
    return {subject: tuple(triples) for subject, triples in facts.items()}


def _nanopublication(claim: Claim, facts: _Facts) -> Iterator[ox.Quad]:
    itself = ox.NamedNode(rdf.nanopublication_iri(claim.id))
    head, assertion, provenance, information = (
        ox.NamedNode(f"{itself.value}#{part}") for part in ("Head", "assertion", "provenance", "pubinfo")
    )
    yield ox.Quad(itself, _TYPE, ox.NamedNode(_NP + "Nanopublication"), head)
    yield ox.Quad(itself, ox.NamedNode(_NP + "hasAssertion"), assertion, head)
    yield ox.Quad(itself, ox.NamedNode(_NP + "hasProvenance"), provenance, head)
    yield ox.Quad(itself, ox.NamedNode(_NP + "hasPublicationInfo"), information, head)
    said = facts[ox.NamedNode(rdf.claim_iri(claim.id))]
    for triple in said:
        if triple.predicate not in _OF_THE_ASSERTION and triple.predicate not in {_TARGET, _CUE}:
            yield _in(triple, assertion)
    for triple in said:
        if triple.predicate in _OF_THE_ASSERTION:
            yield ox.Quad(assertion, _OF_THE_ASSERTION[triple.predicate], triple.object, provenance)
        elif triple.predicate in {_TARGET, _CUE}:
            yield _in(triple, provenance)
    for node in _grounds(said, facts):
        for triple in facts.get(node, ()):
            yield _in(triple, provenance)
    yield from _information(claim, itself, facts, information)


def _in(triple: ox.Triple, graph: ox.NamedNode) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, graph)


def _grounds(said: Iterable[ox.Triple], facts: _Facts) -> Iterator[ox.NamedNode]:
    """Give what the provenance describes: the document, the run and its software, a speaker of no lexicon, the sentence, the cues."""
    for triple in said:
        node = triple.object
        if not isinstance(node, ox.NamedNode):
            continue
        if triple.predicate in {_FROM, _BY, _TARGET, _CUE} or (triple.predicate == _SPEAKER and node.value.startswith(_SPEAKERS)):
            yield node
        if triple.predicate == _TARGET:
            for selector in facts[node]:
                if selector.predicate == _SELECTOR and isinstance(selector.object, ox.NamedNode):
                    yield selector.object
    yield _SOFTWARE


def _information(claim: Claim, itself: ox.NamedNode, facts: _Facts, graph: ox.NamedNode) -> Iterator[ox.Quad]:
    """Give who made it and what it is about: names and public identifiers, which are the lexicon's and not the text's."""
    yield ox.Quad(itself, _LABEL, ox.Literal(_title(claim), language="en"), graph)
    yield ox.Quad(itself, _COMMENT, ox.Literal(DISCLAIMER, language="en"), graph)
    yield ox.Quad(itself, _CREATOR, _SOFTWARE, graph)
    yield ox.Quad(itself, ox.NamedNode(_NPX + "hasNanopubType"), _CLAIM, graph)
    yield ox.Quad(itself, ox.NamedNode(_NPX + "introduces"), ox.NamedNode(rdf.claim_iri(claim.id)), graph)
    for concept in (rdf.concept_iri(mention.entity.id) for mention in (claim.subject, claim.object)):
        for triple in facts[ox.NamedNode(concept)]:
            if triple.predicate in {_PREFERRED, _SAME}:
                yield _in(triple, graph)


def _title(claim: Claim) -> str:
    """Return the claim in a line, with what must not be lost of it."""
    said = f"{claim.subject.entity.label} {claim.predicate.replace('_', ' ')} {claim.object.entity.label}"
    return f"A text claims ({claim.stance.value.replace('_', ' ')}, {claim.polarity.value}, {claim.certainty.value}): {said}"
