from __future__ import annotations

import json
import runpy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from kg import evaluation
from kg.errors import InputError
from kg.evaluation import Figures
from kg.model import Basis, Certainty, Claim, Entity, Mention, Polarity, Sentence, Source, Stance
from kg.outputs import jsonl

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Leaf eases worry. It may calm fear and pain."
BOUNDS = [[0, 17], [18, 44]]
LEAF = Entity("leaf", "leaf", "Substance")
WORRY = Entity("worry", "worry", "Condition")
FEAR = Entity("fear", "fear", "Condition")
PAIN = Entity("pain", "pain", "Condition")
GOLD = {
    "doc": "a",
    "entities": [
        {"id": "l", "type": "Substance", "names": ["leaf"], "anaphors": [{"sent": 1, "text": "It"}]},
        {"id": "w", "type": "Condition", "names": ["worry"]},
        {"id": "f", "type": "Condition", "names": ["fear"]},
        {"id": "p", "type": "Condition", "names": ["pain"]},
    ],
    "claims": [
        {"sent": 0, "subj": "l", "pred": "alleviates", "obj": "w", "polarity": "affirmed", "certainty": "asserted", "basis": "none"},
        {"sent": 1, "subj": "l", "pred": "alleviates", "obj": "f", "polarity": "affirmed", "certainty": "hedged", "basis": "none"},
        {"sent": 1, "subj": "l", "pred": "alleviates", "obj": "p", "polarity": "affirmed", "certainty": "hedged", "basis": "none"},
    ],
}


def mark(entity: Entity, text: str) -> Mention:
    start = TEXT.index(text)
    return Mention(entity, text, start, start + len(text))


def claim(subject: Mention, object_: Mention, predicate: str = "alleviates", place: int = 0) -> Claim:
    start, end = BOUNDS[place]
    return Claim(
        id=f"{subject.start}{predicate}{object_.start}",
        doc="a",
        sentence=Sentence(place, start, end, TEXT[start:end]),
        subject=subject,
        predicate=predicate,
        object=object_,
        polarity=Polarity.AFFIRMED,
        certainty=Certainty.ASSERTED,
        basis=Basis.NONE,
        stance=Stance.AFFIRMED,
        attribution=None,
        direction=None,
        mechanism=None,
        cues=(),
        rule="triggers/alleviates.tsv:1",
        source=Source("a.txt", "0"),
    )


FIRST = claim(mark(LEAF, "Leaf"), mark(WORRY, "worry"))
SECOND = claim(mark(LEAF, "It"), mark(FEAR, "fear"), place=1)
THIRD = claim(mark(LEAF, "It"), mark(PAIN, "pain"), place=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.json").write_text(json.dumps(GOLD), encoding="utf-8")
    (tmp_path / "a.sents.json").write_text(json.dumps(BOUNDS), encoding="utf-8")
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    return tmp_path


def causes(folder: Path, *claims: Claim, mentions: tuple[Mention, ...] = ()) -> list[tuple[str, str]]:
    found = evaluation.score(folder, folder, claims, mentions={"a": mentions})
    return [(miss.cause, miss.object) for miss in found.misses]


def test_all_claims_found_score_one(folder: Path) -> None:
    found = evaluation.score(folder, folder, [FIRST, SECOND, THIRD])
    assert (found.claims, found.edges) == (Figures(3, 3, 3), Figures(3, 3, 3))
    assert found.claims.f1 == 1.0
    assert found.misses == ()


def test_no_claims_score_nothing(folder: Path) -> None:
    found = evaluation.score(folder, folder, [])
    assert (found.claims.precision, found.claims.recall, found.claims.f1) == (0.0, 0.0, 0.0)
    assert found.agreement == {"type": 0.0, "polarity": 0.0, "certainty": 0.0, "basis": 0.0}


def test_no_gold_claims_give_no_recall() -> None:
    assert Figures(system=1, gold=0, matched=0).recall == 0.0


def test_agreement_counts_matched_claims_only(folder: Path) -> None:
    found = evaluation.score(folder, folder, [FIRST, SECOND])
    assert found.agreement == {"type": 1.0, "polarity": 1.0, "certainty": 0.5, "basis": 1.0}
    assert found.predicates == {"alleviates": Figures(2, 3, 2)}


def test_an_alkaloid_agrees_with_a_compound_and_an_effect_not_with_a_condition(folder: Path) -> None:
    effect = replace(FIRST.object, entity=replace(WORRY, type="Effect"))
    assert evaluation.score(folder, folder, [replace(FIRST, object=effect)]).agreement["type"] == 0.0
    gold = {**GOLD, "entities": [{**GOLD["entities"][0], "type": "Alkaloid"}, *GOLD["entities"][1:]]}
    (folder / "a.json").write_text(json.dumps(gold), encoding="utf-8")
    compound = replace(FIRST.subject, entity=replace(LEAF, type="Compound"))
    assert evaluation.score(folder, folder, [replace(FIRST, subject=compound)]).agreement["type"] == 1.0


def test_one_gold_claim_is_matched_once(folder: Path) -> None:
    twin = replace(FIRST, id="twin")
    found = evaluation.score(folder, folder, [FIRST, twin])
    assert found.claims == Figures(2, 3, 1)
    assert found.edges == Figures(1, 3, 1)


def test_a_claim_gives_way_where_another_has_no_other_choice(folder: Path) -> None:
    # The first could be either claim of its sentence, the second only "fear": both find a partner.
    both = claim(mark(LEAF, "It"), Mention(FEAR, "fear and pain", TEXT.index("fear"), len(TEXT) - 1), place=1)
    assert evaluation.score(folder, folder, [both, SECOND]).claims.matched == 2


def test_names_match_where_offsets_do_not(folder: Path) -> None:
    elsewhere = replace(FIRST, subject=Mention(replace(LEAF, label="plant", names=("LEAF",)), "", 500, 501))
    assert evaluation.score(folder, folder, [elsewhere]).claims.matched == 1


def test_an_entity_without_id_is_known_by_its_label(folder: Path) -> None:
    nameless = replace(FIRST, subject=replace(FIRST.subject, entity=replace(LEAF, id="")))
    assert evaluation.score(folder, folder, [nameless, replace(nameless, id="twin")]).edges == Figures(1, 3, 1)


def test_claims_of_other_documents_are_left_out(folder: Path) -> None:
    assert evaluation.score(folder, folder, [replace(FIRST, doc="b")]).claims == Figures(0, 3, 0)


def test_an_object_that_was_not_marked_is_an_entity_missed(folder: Path) -> None:
    assert causes(folder, FIRST, SECOND) == [("entity missed", "p")]


def test_an_object_of_another_type_is_a_wrong_type(folder: Path) -> None:
    harm = mark(Entity("pain-harm", "pain", "Caution"), "pain")
    wrong = claim(mark(LEAF, "It"), harm, "has_caution", place=1)
    assert causes(folder, FIRST, SECOND, wrong) == [("wrong type", "p"), ("false claim", "pain-harm")]


def test_a_claim_with_one_end_off_is_a_wrong_argument(folder: Path) -> None:
    stone = Entity("stone", "stone", "Substance")
    wrong = claim(mark(stone, "may"), mark(PAIN, "pain"), place=1)
    assert causes(folder, FIRST, SECOND, wrong) == [("wrong argument", "p"), ("wrong argument given", "pain")]


def test_two_marked_ends_without_a_claim_are_a_trigger_missed(folder: Path) -> None:
    assert causes(folder, FIRST, SECOND, mentions=(mark(PAIN, "pain"),)) == [("trigger missed", "p")]


def test_a_miss_is_one_line_of_json(folder: Path) -> None:
    (miss,) = evaluation.score(folder, folder, [FIRST, SECOND]).misses
    line = evaluation.dump_miss(miss)
    assert "\n" not in line
    assert json.loads(line) == {
        "doc": "a",
        "cause": "entity missed",
        "detail": "p",
        "claim": ["l", "alleviates", "p"],
        "sentence": "It may calm fear and pain.",
    }


def test_a_folder_without_gold_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no gold annotations here"):
        evaluation.read_gold(tmp_path, tmp_path)


def test_a_missing_text_is_an_input_error(folder: Path) -> None:
    (folder / "a.txt").unlink()
    with pytest.raises(InputError, match=r"a\.txt: No such file"):
        evaluation.read_gold(folder, folder)


@pytest.mark.parametrize(
    "content",
    ["not json", "{}", "[]", json.dumps({**GOLD, "entities": []}), json.dumps({**GOLD, "claims": [{**GOLD["claims"][0], "sent": 7}]})],
    ids=["no json", "no entities", "a list", "unknown entity", "unknown sentence"],
)
def test_a_malformed_annotation_is_an_input_error(folder: Path, content: str) -> None:
    (folder / "a.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.json: not a gold annotation"):
        evaluation.read_gold(folder, folder)


def spoil(claims: list[Claim]) -> list[Claim]:
    """Some right claims, some gone, some with another object, type or qualifier."""
    spoilt = []
    for place, one in enumerate(claims):
        match place % 7:
            case 0:
                continue
            case 1:
                spoilt.append(replace(one, object=claims[place - 1].object))
            case 2:
                spoilt.append(replace(one, certainty=Certainty.HEDGED, polarity=Polarity.NEGATED))
            case 3:
                spoilt.extend((one, replace(one, id="twin", predicate="produces")))
            case _:
                spoilt.append(one)
    return spoilt


@pytest.mark.gold
@pytest.mark.parametrize(("gold", "texts"), [("gold/seeds", "seeds"), ("gold/dev", "gold/dev-texts")])
def test_every_figure_is_that_of_the_shared_scorer(shared: Path, tmp_path: Path, gold: str, texts: str) -> None:
    scorer = runpy.run_path(str(shared / "gold" / "score.py"))
    claims = spoil(list(_gold_claims(shared / gold, shared / texts)))
    lines = [json.loads(jsonl.dump(one)) for one in claims]
    expected = scorer["score"](scorer["golds"](shared / gold, shared / texts), lines)
    found = evaluation.score(shared / gold, shared / texts, claims)
    for ours, theirs in ((found.claims, expected["claims"]), (found.edges, expected["edges"])):
        assert (ours.system, ours.gold, ours.matched) == (theirs["system"], theirs["gold"], theirs["matched"])
        assert (ours.precision, ours.recall, ours.f1) == (theirs["P"], theirs["R"], theirs["F"])
    assert found.agreement == expected["matched_claims_agree"]
    assert {name: (f.precision, f.recall, f.f1, f.gold) for name, f in found.predicates.items()} == {
        name: (f["P"], f["R"], f["F"], f["gold"]) for name, f in expected["by_predicate"].items()
    }
    assert 0.3 < found.claims.f1 < 0.95
    missed = sum(miss.cause in {"entity missed", "wrong type", "wrong argument", "trigger missed"} for miss in found.misses)
    assert missed == found.claims.gold - found.claims.matched


def _gold_claims(gold: Path, texts: Path) -> list[Claim]:
    """The gold as a system would give it, from what `read_gold` read."""
    claims = []
    for document in evaluation.read_gold(gold, texts):
        for number, one in enumerate(document.claims):
            ends = []
            for id_ in (one.subject, one.object):
                entity = document.entities[id_]
                start, end = next((s, e) for s, e in entity.spans if s < one.end and e > one.start)
                ends.append(Mention(Entity(id_, id_, entity.type, tuple(sorted(entity.names))), document.text[start:end], start, end))
            claims.append(
                replace(
                    FIRST,
                    id=f"{document.id}{number}",
                    doc=document.id,
                    sentence=Sentence(0, one.start, one.end, document.text[one.start : one.end]),
                    subject=ends[0],
                    predicate=one.predicate,
                    object=ends[1],
                    polarity=Polarity(one.polarity),
                    certainty=Certainty(one.certainty),
                    basis=Basis(one.basis),
                )
            )
    return claims
