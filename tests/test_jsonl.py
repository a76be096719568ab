from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import InputError
from kg.model import Attribution, Basis, Certainty, Claim, Cue, Entity, Mention, Polarity, Sentence, Source, Stance
from kg.outputs import jsonl

# The line of the format's promise, with everything that a claim can carry.
FULL = Claim(
    id="00ff00ff00ff00ff",
    doc="folder/leaf",
    sentence=Sentence(0, 0, 26, "It may cause nausea, 5 mg."),
    subject=Mention(Entity("leaf", "leaf", "Substance", ("leaf", "leaves")), "It", 0, 2, is_anaphor=True),
    predicate="has_caution",
    object=Mention(Entity("nausea-harm", "nausea", "Caution", ("nausea",), "adverse_effect"), "nausea", 13, 19),
    polarity=Polarity.AFFIRMED,
    certainty=Certainty.HEDGED,
    basis=Basis.USER_REPORT,
    stance=Stance.AFFIRMED,
    attribution=Attribution(None, "users"),
    direction="increases",
    mechanism="agonist",
    cues=(Cue("certainty", "may", 3, 6),),
    rule="triggers/has_caution.tsv:12",
    source=Source("folder/leaf.txt", "ab" * 32),
    dose="5 mg",
    route="oral",
    population="adults",
)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)


def test_a_line_has_the_fields_that_are_promised() -> None:
    record = json.loads(jsonl.dump(FULL))
    promised = ["id", "doc", "sentence", "subject", "predicate", "object", "polarity", "certainty", "basis", "attribution"]
    promised += ["stance", "direction", "mechanism", "kind", "cues", "rule", "source"]
    assert [name for name in promised if name not in record] == []
    assert [name for name in ("id", "label", "type", "text", "start", "end", "names") if name not in record["subject"]] == []
    assert record["kind"] == "adverse_effect"
    assert record["attribution"] == {"id": None, "label": "users"}
    assert record["cues"] == [{"kind": "certainty", "text": "may", "start": 3, "end": 6}]


@pytest.mark.parametrize("claim", [FULL, replace(FULL, attribution=None, cues=(), dose=None, direction=None)])
def test_a_claim_comes_back_as_it_was(claim: Claim) -> None:
    assert jsonl.parse(jsonl.dump(claim)) == claim


@given(doc=TEXTS, text=TEXTS, label=TEXTS, names=st.lists(TEXTS, max_size=3).map(tuple), rule=TEXTS)
def test_any_text_stays_on_one_line_and_comes_back(doc: str, text: str, label: str, names: tuple[str, ...], rule: str) -> None:
    claim = replace(FULL, doc=doc, rule=rule, subject=Mention(Entity("x", label, "Substance", names), text, 0, 2))
    line = jsonl.dump(claim)
    assert "\n" not in line
    assert "\r" not in line
    assert jsonl.parse(line) == claim
    assert line == json.dumps(json.loads(line), ensure_ascii=False, separators=(",", ":"))


def test_lines_written_before_a_field_was_added_are_read() -> None:
    record = json.loads(jsonl.dump(FULL))
    for name in ("dose", "route", "population", "kind"):
        del record[name]
    del record["subject"]["anaphor"]
    claim = jsonl.parse(json.dumps(record))
    assert (claim.dose, claim.kind, claim.subject.is_anaphor) == (None, None, False)


def test_a_file_is_read_in_its_order_and_empty_lines_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(f"{jsonl.dump(FULL)}\n\n{jsonl.dump(replace(FULL, id='0'))}\n", encoding="utf-8")
    assert [claim.id for claim in jsonl.read(path)] == [FULL.id, "0"]


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", jsonl.dump(FULL).replace('"hedged"', '"sure"'), jsonl.dump(FULL).replace('"names":', '"name":')]
)
def test_a_line_that_is_no_claim_is_named_with_its_number(tmp_path: Path, line: str) -> None:
    path = tmp_path / "claims.jsonl"
    path.write_text(f"{jsonl.dump(FULL)}\n{line}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"claims\.jsonl:2: not a claim"):
        list(jsonl.read(path))


def test_a_missing_file_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be read .* run `kg build` first"):
        list(jsonl.read(tmp_path / "claims.jsonl"))
