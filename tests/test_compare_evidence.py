from __future__ import annotations

import random

import pytest

from kg.compare import evidence, render
from kg.compare.evidence import ladder, near_copies, points, strongest, weigh
from kg.model import Basis
from tests.factories import claim, write_build

WORDS = [f"word{number}" for number in range(500)]


def text(seed: int, length: int = 120) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=length))


@pytest.mark.parametrize(
    ("basis", "certainty", "expected"),
    [
        ("clinical", "asserted", 4),
        ("clinical", "hedged", 2),
        ("regulatory", "asserted", 3),
        ("research", "asserted", 3),
        ("preclinical", "asserted", 2),
        ("traditional_use", "asserted", 1),
        ("user_report", "hedged", 0.5),
        ("none", "asserted", 1),
    ],
)
def test_a_sentence_weighs_its_ground_and_half_where_it_hedges(basis, certainty, expected):
    assert points(claim("kava alleviates anxiety", basis=basis, certainty=certainty)) == expected


def test_the_weight_of_an_edge_is_the_worked_example():
    claims = [
        claim("kava alleviates anxiety", "a", basis="clinical", certainty="hedged"),
        claim("kava alleviates anxiety", "a", start=50),
        claim("kava alleviates anxiety", "b"),
    ]
    assert weigh(claims, {}) == 3.0
    assert weigh([], {}) == 0


def test_the_strongest_sentence_comes_first_and_ties_keep_output_order():
    weak, strong, later = (
        claim("kava alleviates anxiety", "a"),
        claim("kava alleviates anxiety", "b", basis="clinical"),
        claim("kava alleviates anxiety", "c"),
    )
    assert strongest([later, weak, strong]) == (strong, weak, later)


def test_near_copies_are_found_and_others_left_alone():
    original = text(1)
    texts = {
        "b-copy": original.replace("word1 ", "changed "),
        "a-original": original,
        "c-other": text(2),
        "d-longer": original + " " + text(3, 30),
        "e-empty": "",
        "f-short": "two words",
        "g-short": "Two   words!",
    }
    assert near_copies(texts.items(), texts.__getitem__) == {
        "a-original": "a-original",
        "b-copy": "a-original",
        "d-longer": "a-original",
        "f-short": "f-short",
        "g-short": "f-short",
    }


def test_two_texts_that_share_less_than_half_are_no_copies():
    shared = text(1, 60)
    texts = {"a": shared + " " + text(2, 60), "b": shared + " " + text(3, 60)}
    assert near_copies(texts.items(), texts.__getitem__) == {}


def test_a_chain_of_copies_is_one_group():
    start, end = text(1, 100), text(2, 100)
    middle = " ".join([*start.split()[30:], *end.split()[:30]])
    texts = {"c": start, "b": middle, "a": " ".join([*middle.split()[20:], *end.split()[30:50]])}
    assert set(near_copies(texts.items(), texts.__getitem__).values()) == {"a"}


def test_the_order_of_the_texts_does_not_matter():
    original = text(1)
    texts = {"a": original, "b": original + " x", "c": text(9), "d": "y " + original}
    forward = near_copies(texts.items(), texts.__getitem__)
    backward = near_copies(reversed(texts.items()), texts.__getitem__)
    assert forward == backward == {"a": "a", "b": "a", "d": "a"}


def test_a_long_text_is_hashed_in_pieces():
    long = " ".join(f"w{number}" for number in range(9000))
    texts = {"a": long, "b": long + " end"}
    assert set(near_copies(texts.items(), texts.__getitem__)) == {"a", "b"}


def test_a_rung_counts_documents_copies_grounds_hedges_and_speakers():
    claims = [
        claim("kava alleviates anxiety", "a", basis="clinical", certainty="hedged"),
        claim("kava alleviates anxiety", "b", basis="user_report", speaker="users"),
        claim("kava alleviates anxiety", "c"),
        claim("kava alleviates anxiety", "d", stance="denied"),
        claim("kava alleviates anxiety", "e", stance="evidence_absent"),
    ]
    (rung,) = ladder(claims, {"b": "b", "c": "b"})
    assert rung.documents == ("a", "b", "c")
    assert (rung.claims, rung.independent, rung.strongest, rung.speakers, rung.unattributed) == (3, 2, Basis.CLINICAL, ("users",), 2)
    assert (rung.denied, rung.unproven, rung.weight) == (1, 1, 3.0)
    assert rung.hedged == pytest.approx(1 / 3)


def test_an_edge_that_is_only_denied_has_no_ground():
    (rung,) = ladder([claim("kava alleviates anxiety", stance="denied")], {})
    assert (rung.strongest, rung.hedged, rung.weight, rung.documents) == (None, 0.0, 0, ())


def test_the_heaviest_edge_comes_first_and_the_report_is_bounded():
    claims = [
        claim("kava alleviates anxiety"),
        claim("kava alleviates insomnia", basis="clinical"),
        claim("kava binds kavain", stance="denied"),
    ]
    rungs = ladder(claims, {})
    assert [rung.object for rung in rungs] == ["insomnia", "anxiety", "kavain"]
    shown = render.to_markdown(evidence.report(rungs, {}, limit=1))
    assert "3 edges; the 1 heaviest are shown" in shown
    assert "No two documents are near-copies" in shown
    assert "1 document in own voice" in shown
    assert "| anxiety |" not in shown
    whole = render.to_markdown(evidence.report(rungs, {"a": "a", "b": "a"}, limit=9))
    assert "counted once: a, b" in whole
    assert "| kavain | 0 | 0 | 0 |  |" in whole


def test_json_holds_every_edge_and_the_copies():
    values = evidence.as_json(
        ladder([claim("kava alleviates anxiety"), claim("kava binds kavain", stance="denied")], {}), {"a": "a", "b": "a"}
    )
    assert values["near_copies"] == [["a", "b"]]
    assert [edge["strongest"] for edge in values["edges"]] == ["none", None]


def test_a_build_gives_its_copies(tmp_path):
    build = write_build(tmp_path / "b", [claim("kava alleviates anxiety", "a")], texts={"a": text(1), "b": text(1)})
    assert evidence.copies(build) == {"a": "a", "b": "a"}


def test_one_speaker_and_several_documents_are_put_in_words():
    claims = [
        claim("kava alleviates anxiety", "a"),
        claim("kava alleviates anxiety", "b"),
        claim("kava alleviates anxiety", "c", speaker="users"),
    ]
    assert evidence.said_by(ladder(claims, {})[0]) == "users; 2 documents in own voice"
    assert evidence.said_by(ladder(claims[2:], {})[0]) == "users"
