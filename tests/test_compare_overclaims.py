from __future__ import annotations

import pytest

from kg.compare import overclaims, render
from kg.compare.overclaims import GAP, LONE, PROOF, find, proof_wordings, rank
from tests.factories import claim, nowhere

PROOF_WORDS = proof_wordings()


def kinds(claims, copies=None):
    return [(one.kind, one.doc, one.about) for one in find(claims, copies or {}, PROOF_WORDS)]


def test_an_edge_that_all_others_hedge_is_a_lone_assertion():
    claims = [
        claim("kava modulates dopamine", "a"),
        claim("kava modulates dopamine", "b", certainty="hedged"),
        claim("kava modulates dopamine", "c", certainty="hedged"),
    ]
    assert kinds(claims) == [(LONE, "a", "kava modulates dopamine")]
    assert [other.doc for other in find(claims, {}, PROOF_WORDS)[0].others] == ["b", "c"]


@pytest.mark.parametrize(
    "others",
    [
        [],
        [claim("kava modulates dopamine", "b")],
        [claim("kava modulates dopamine", "b"), claim("kava modulates dopamine", "c", certainty="hedged")],
        [claim("kava modulates dopamine", "b", stance="denied")],
        [claim("kava modulates dopamine", "a", start=70, certainty="hedged")],
        [claim("kava modulates cortisol", "b", certainty="hedged")],
    ],
)
def test_an_edge_that_no_other_hedges_or_that_another_asserts_is_none(others):
    assert kinds([claim("kava modulates dopamine", "a"), *others]) == []


def test_near_copies_that_assert_together_are_each_named_and_a_copy_is_no_other():
    claims = [
        claim("kava modulates dopamine", "a"),
        claim("kava modulates dopamine", "b"),
        claim("kava modulates dopamine", "c", certainty="hedged"),
    ]
    assert kinds(claims, {"a": "a", "b": "a"}) == [(LONE, "a", "kava modulates dopamine"), (LONE, "b", "kava modulates dopamine")]
    assert kinds([claims[0], claim("kava modulates dopamine", "b", certainty="hedged")], {"a": "a", "b": "a"}) == []


PROVEN = "Kava is clinically proven to relieve insomnia."


def test_proof_without_a_clinical_ground_is_found_whatever_ground_the_wording_was_read_as():
    for basis in ("none", "clinical"):
        assert kinds([claim("kava alleviates insomnia", text=PROVEN, basis=basis)]) == [(PROOF, "a", "kava alleviates insomnia")]


def test_proof_with_a_clinical_ground_anywhere_is_none():
    trial = claim("kava alleviates insomnia", "b", basis="clinical", text="In a trial, kava relieved insomnia.")
    assert kinds([claim("kava alleviates insomnia", text=PROVEN), trial]) == []
    hearsay = claim("kava alleviates insomnia", "b", basis="research", text="Research says that kava relieves insomnia.")
    assert kinds([claim("kava alleviates insomnia", text=PROVEN), hearsay]) == [(PROOF, "a", "kava alleviates insomnia")]


def test_the_wordings_match_whole_words_over_line_ends():
    assert PROOF_WORDS.search("CLINICALLY\nProven")
    assert not PROOF_WORDS.search("unproven to")
    assert not PROOF_WORDS.search("clinically tested-ish".replace("tested", "unteste"))


def test_praise_without_the_cautions_of_others_is_a_gap():
    claims = [
        claim("kava alleviates anxiety", "a"),
        claim("kava has_caution liver-damage", "b"),
        claim("kava interacts_with alcohol", "c"),
        claim("warfarin interacts_with kava", "c", start=60),
        claim("kava worsens depression", "d"),
        claim("kava contains kavain", "e"),
    ]
    (gap,) = find(claims, {}, PROOF_WORDS)
    assert (gap.kind, gap.doc, gap.about) == (GAP, "a", "kava")
    assert gap.missing == ("interacts with alcohol", "interacts with warfarin", "liver damage", "worsens depression")


@pytest.mark.parametrize(
    ("extra", "copies"),
    [
        ([], {}),
        ([claim("kava has_caution liver-damage", "a", start=70)], {}),
        ([claim("kava has_caution liver-damage", "b", stance="denied")], {}),
        ([claim("kratom has_caution liver-damage", "b")], {}),
        ([claim("kava has_caution liver-damage", "b")], {"a": "a", "b": "a"}),
    ],
)
def test_praise_with_a_caution_or_where_no_other_document_has_one_is_none(extra, copies):
    assert kinds([claim("kava alleviates anxiety", "a"), *extra], copies) == []


def test_a_caution_denied_is_no_caution():
    claims = [
        claim("kava alleviates anxiety", "a"),
        claim("kava has_caution liver-damage", "a", start=70, stance="denied"),
        claim("kava has_caution liver-damage", "b"),
    ]
    assert kinds(claims) == [(GAP, "a", "kava")]


def test_documents_are_ranked_by_points_then_name():
    claims = [
        claim("kava alleviates insomnia", "b", text=PROVEN),
        claim("kava alleviates insomnia", "c", certainty="hedged"),
        claim("kava produces mood", "a"),
        claim("kava has_caution liver-damage", "c", start=80),
        claim("kava has_caution nausea", "c", start=90),
    ]
    found = find(claims, {}, PROOF_WORDS)
    assert rank(found) == (("b", 3), ("a", 1))
    text = render.to_markdown(overclaims.report(found, nowhere))
    assert "| b | 3 | 1 | 1 | 1 |" in text
    assert "Others hedge:" in text
    assert "Other documents warn of:\n\n- liver damage\n- nausea" in text
    values = overclaims.as_json(found, nowhere)
    assert values["documents"][0] == {"doc": "b", "points": 3}


def test_a_long_list_of_cautions_is_cut_and_says_so():
    claims = [claim("kava alleviates anxiety", "a"), *(claim(f"kava has_caution harm{number}", "b", start=number) for number in range(12))]
    assert "… and 4 more" in render.to_markdown(overclaims.report(find(claims, {}, PROOF_WORDS), nowhere))


def test_nothing_found_says_so():
    assert "Nothing found" in render.to_html(overclaims.report((), nowhere))
