from __future__ import annotations

from pathlib import Path

import owlrl
import pytest
import rdflib

from kg import rdf, schema
from kg.errors import OntologyError
from kg.resources import ONTOLOGY
from tests.factories import claim

PREFIXES = """
@prefix kg: <https://w3id.org/substance-kg/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix schema: <https://schema.org/> .
"""
# The table of predicates in the annotation guidelines.
SIGNATURES = {
    "derived_from": ("Substance Compound Alkaloid", "Organism Substance"),
    "native_to": ("Substance Organism", "Place"),
    "contains": ("Substance Organism", "Compound Alkaloid"),
    "binds": ("Substance Compound Alkaloid Neurotransmitter", "Receptor"),
    "modulates": ("Substance Compound Alkaloid Receptor Treatment", "Neurotransmitter"),
    "regulates": ("Neurotransmitter Receptor", "Effect Condition"),
    "produces": ("Substance Compound Alkaloid Treatment", "Effect"),
    "alleviates": ("Substance Compound Alkaloid Treatment", "Condition"),
    "worsens": ("Substance Compound Alkaloid Treatment", "Condition"),
    "has_caution": ("Substance Compound Alkaloid Treatment", "Caution"),
    "interacts_with": ("Substance Compound Alkaloid", "Substance Compound Alkaloid"),
    "adjunct_to": ("Substance Compound Alkaloid", "Treatment Substance"),
    "symptom_of": ("Condition Effect", "Condition"),
    "is_a": ("", ""),
}


def test_the_schema_has_the_types_of_the_guidelines() -> None:
    assert set(schema.load().types) == {
        *("Substance", "Compound", "Alkaloid", "Receptor", "Neurotransmitter", "Condition", "Effect", "Caution"),
        *("Treatment", "Organism", "Place", "Authority"),
    }


def test_the_schema_has_the_predicates_of_the_guidelines() -> None:
    assert set(schema.load().predicates) == set(SIGNATURES)


@pytest.mark.parametrize("predicate", SIGNATURES)
def test_a_predicate_stands_between_the_types_of_the_guidelines(predicate: str) -> None:
    subjects, objects = (frozenset(part.split()) for part in SIGNATURES[predicate])
    found = schema.load().predicates[predicate]
    assert (found.domains, found.ranges) == (subjects, objects)


@pytest.mark.parametrize(
    ("predicate", "subject", "object_", "fits"),
    [
        ("contains", "Organism", "Alkaloid", True),
        ("contains", "Alkaloid", "Organism", False),
        ("contains", "Organism", "Substance", True),  # what is contained is a constituent, whatever it is elsewhere
        ("is_a", "Alkaloid", "Compound", True),
        ("is_a", "Compound", "Substance", True),
        ("is_a", "Substance", "Compound", False),
        ("is_a", "Place", "Place", True),
        ("is_a", "Place", "Effect", False),
        ("alleviates", "Unknown", "Condition", False),
    ],
)
def test_fits_tells_whether_a_predicate_may_stand(predicate: str, subject: str, object_: str, *, fits: bool) -> None:
    assert schema.load().fits(predicate, subject, object_) is fits


def test_an_alkaloid_is_a_compound() -> None:
    assert schema.load().ancestors("Alkaloid") == ("Alkaloid", "Compound")


def test_twins_are_named_after_the_predicate() -> None:
    found = schema.load().predicates["has_caution"]
    assert (found.name, found.may, found.claimed) == ("hasCaution", "mayHasCaution", "claimedHasCaution")


def test_types_are_told_apart_by_colour_and_by_shape() -> None:
    types = [type_ for type_ in schema.load().types.values() if type_.id != "Authority"]
    assert len({(type_.colour, type_.shape) for type_ in types}) == len(types)


def test_every_complaint_is_raised_at_once(tmp_path: Path) -> None:
    path = tmp_path / "kg.ttl"
    path.write_text(PREFIXES + 'kg:Thing kg:shape "dot" .\nkg:binds kg:key "binds" .\n', encoding="utf-8")
    with pytest.raises(OntologyError) as caught:
        schema.load(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 10
    assert all(line.startswith("kg.ttl: https://w3id.org/substance-kg/ontology#") for line in lines)
    assert lines[-1].endswith("skos/core#example; must have one")


@pytest.mark.parametrize("content", ["not turtle", None])
def test_a_broken_or_missing_ontology_is_named(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "own.ttl"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(OntologyError, match=r"^own\.ttl: cannot be read as Turtle"):
        schema.load(path)


# ---- what a reasoner makes of it ----


def reasoned(more: str = "") -> tuple[rdflib.Graph, list[str]]:
    """The ontology with some triples more and all that follows by OWL 2 RL, and the inconsistencies."""
    graph = rdflib.Graph()
    for name in ("kg.ttl", "qualifiers.ttl"):
        graph.parse(ONTOLOGY / name)
    graph.parse(data=rdf.HEADER + more, format="turtle")
    closure = owlrl.OWLRL_Semantics(graph, axioms=False, daxioms=False)
    closure.closure()
    return graph, closure.error_messages


def test_the_ontology_is_consistent_by_owl_2_rl() -> None:
    graph, errors = reasoned()
    assert errors == []
    assert (schema_term("Alkaloid"), rdflib.RDFS.subClassOf, schema_term("Entity")) in graph


def test_claims_are_consistent_with_the_ontology_by_owl_2_rl() -> None:
    claims = [claim("kava alleviates anxiety", speaker="users"), claim("mitragynine binds mu-opioid-receptor", start=60, stance="denied")]
    graph, errors = reasoned("".join(block.turtle for block in rdf.blocks(claims, ())))
    assert errors == []
    assert (rdflib.URIRef(rdf.concept_iri("mitragynine")), rdflib.RDF.type, schema_term("Compound")) in graph


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ("c:x a owl:Nothing .", "of type 'Nothing'"),
        ("kg:Place owl:disjointWith kg:Caution . c:x a kg:Place, kg:Caution .", "Disjoint classes"),
    ],
)
def test_the_reasoner_sees_what_is_inconsistent(more: str, error: str) -> None:
    _, errors = reasoned(more)
    assert any(error.lower() in message.lower() for message in errors), errors


def schema_term(name: str) -> rdflib.URIRef:
    return rdflib.URIRef(schema.NAMESPACE + name)
