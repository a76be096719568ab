"""Claims in the Biolink Model, held against what the model itself says (tests/vendor/biolink.json, written by tools/biolink.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg import biolink, lexicon, tables
from kg.biolink import Thing
from kg.errors import TableError
from kg.model import Basis, Entity
from kg.resources import ONTOLOGY
from tests.factories import claim, entity

MODEL = json.loads((Path(__file__).parent / "vendor" / "biolink.json").read_text(encoding="utf-8"))
ASSOCIATIONS = biolink._associations()
CATEGORIES = biolink._categories()


def known(id_: str) -> Thing:
    return biolink.thing(entity(id_), lexicon.load().entries.get(id_))


def fits(category: str, range_: str) -> bool:
    return range_ == "named thing" or range_ in MODEL["categories"][category]["above"]


@pytest.mark.parametrize("row", ASSOCIATIONS, ids=lambda row: row.where)
def test_every_association_is_one_that_the_model_allows(row) -> None:
    predicate, association = MODEL["predicates"][row["biolink"]], MODEL["associations"][row["association"]]
    assert predicate["is_canonical"]
    assert not predicate["is_deprecated"]
    assert association["predicate"] in {*predicate["above"], "related_to"}


@pytest.mark.parametrize("row", [row for row in ASSOCIATIONS if row["association"] != "Association"], ids=lambda row: row.where)
def test_the_ends_of_an_association_are_of_its_kind(row) -> None:
    ends = ("object", "subject") if row["turned"] else ("subject", "object")
    for column, end in zip(ends, ("subject", "object"), strict=True):
        for category in row.values(column):
            assert fits(category, MODEL["associations"][row["association"]][end])


@pytest.mark.parametrize("row", ASSOCIATIONS, ids=lambda row: row.where)
def test_an_association_has_slots_for_its_qualifiers(row) -> None:
    slots = {"mechanism": {"causal_mechanism_qualifier"}, "direction": {"object_direction_qualifier", "object_aspect_qualifier"}}
    needed = set().union(*(slots[name] for name in row.values("qualifiers")))
    assert needed <= set(MODEL["associations"][row["association"]]["slots"])


@pytest.mark.parametrize("row", [row for row in CATEGORIES if row["category"]], ids=lambda row: row.where)
def test_every_category_is_one_of_the_model(row) -> None:
    assert row["category"] in MODEL["categories"]


@pytest.mark.parametrize(
    "row", biolink.tables.read(ONTOLOGY / "biolink" / "qualifiers.tsv", biolink._QUALIFIERS), ids=lambda row: row.where
)
def test_every_qualifier_is_one_of_the_model(row) -> None:
    enum = {"direction": "DirectionQualifierEnum", "mechanism": "CausalMechanismQualifierEnum"}[row["field"]]
    assert row["biolink"] in MODEL["enums"][enum]


def test_every_mechanism_that_cues_give_is_known() -> None:
    lines = (ONTOLOGY / "cues.tsv").read_text(encoding="utf-8").splitlines()
    given = {cells[2] for line in lines if len(cells := line.split("\t")) > 2 and cells[1] == "mechanism"}
    assert {value for value in given if biolink.qualifier("mechanism", value) is None} == {"substrate"}


@pytest.mark.parametrize(
    ("said", "more", "predicate"),
    [
        ("kava alleviates anxiety", {}, "treats_or_applied_or_studied_to_treat"),
        ("kava alleviates anxiety", {"basis": "clinical"}, "in_clinical_trials_for"),
        ("kava alleviates anxiety", {"basis": "preclinical"}, "beneficial_in_models_for"),
        ("kava alleviates anxiety", {"basis": "user_report"}, "applied_to_treat"),
        ("kava alleviates anxiety", {"basis": "clinical", "stance": "denied"}, "ameliorates_condition"),
        ("kava has_caution liver-damage", {}, "has_adverse_event"),
        ("kava has_caution interactions", {}, "related_to"),
        ("mitragynine binds mu-opioid-receptor", {}, "directly_physically_interacts_with"),
        ("kava invented_later anxiety", {}, "related_to"),
    ],
)
def test_a_claim_becomes_no_more_than_its_ground_allows(said, more, predicate) -> None:
    made = claim(said, **more)
    assert biolink.associate(made, known(made.subject.entity.id).category, known(made.object.entity.id).category).predicate == predicate


def test_a_symptom_of_a_disease_is_turned() -> None:
    found = biolink.associate(claim("insomnia symptom_of depression"), "PhenotypicFeature", "Disease")
    assert (found.predicate, found.category, found.is_turned) == ("has_phenotype", "DiseaseToPhenotypicFeatureAssociation", True)


def test_an_entity_has_its_public_identifier_in_biolinks_spelling() -> None:
    mitragynine = known("mitragynine")
    assert mitragynine.id.startswith("CHEBI:")
    assert mitragynine.category == "SmallMolecule"
    assert mitragynine.others[0] == "c:mitragynine"
    assert any(other.startswith("UNII:") for other in mitragynine.others)


@pytest.mark.parametrize(("type_", "category"), [("Substance", "ChemicalEntity"), ("Invented", "NamedThing")])
def test_an_entity_of_no_lexicon_keeps_our_name_without_a_space(type_, category) -> None:
    assert biolink.thing(Entity("a b|<c", "x", type_), None) == Thing("c:a%20b%7C%3Cc", category, ())


@pytest.mark.parametrize("basis", list(Basis))
def test_every_basis_has_an_evidence_code(basis) -> None:
    assert all(code.startswith("ECO:") for code in biolink.evidence()[basis])


@pytest.mark.parametrize(
    ("more", "level"),
    [
        ({}, "knowledge_assertion"),
        ({"certainty": "hedged", "basis": "user_report"}, "prediction"),
        ({"basis": "user_report"}, "observation"),
    ],
)
def test_how_it_is_known(more, level) -> None:
    assert biolink.knowledge_level(claim("kava alleviates anxiety", **more)) == level
    assert level in MODEL["enums"]["KnowledgeLevelEnum"]


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [("\t\t\tsaid\tx\ty\t\t", "known: denied"), ("\t\t\t\tx\ty\tno\t", "yes or empty"), ("\t\t\t\tx\ty\t\tdose", "known: mechanism")],
)
def test_a_wrong_row_is_named(tmp_path, cells, complaint) -> None:
    path = tmp_path / "associations.tsv"
    path.write_text("\t".join(biolink._ASSOCIATIONS) + f"\n{cells}\n", encoding="utf-8")
    with pytest.raises(TableError, match=f"associations.tsv:2: .*{complaint}"):
        tables.read(path, biolink._ASSOCIATIONS, biolink._check)


def test_a_basis_without_a_code_is_an_error(tmp_path, monkeypatch) -> None:
    (tmp_path / "qualifiers.ttl").write_text("", encoding="utf-8")
    monkeypatch.setattr(biolink, "ONTOLOGY", tmp_path)
    with pytest.raises(biolink.OntologyError, match="has no ECO code"):
        biolink.evidence.__wrapped__()
