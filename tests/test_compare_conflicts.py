from __future__ import annotations

import pytest

from kg.compare import conflicts, render
from kg.compare.conflicts import contradictions, of_build, pairs
from tests.factories import claim, nowhere, write_build


@pytest.mark.parametrize(
    ("left", "right", "kind", "title"),
    [
        (
            claim("kava alleviates anxiety"),
            claim("kava alleviates anxiety", "b", stance="denied"),
            "affirmed/denied",
            "kava alleviates anxiety: affirmed and denied",
        ),
        (
            claim("kratom alleviates anxiety"),
            claim("kratom worsens anxiety", "b"),
            "relieves/worsens",
            "kratom and anxiety: relieves and worsens",
        ),
        (
            claim("kratom alleviates anxiety"),
            claim("kratom has_caution anxiety-harm", "b"),
            "relieves/causes",
            "kratom and anxiety: relieves and causes as a harm",
        ),
        (
            claim("mitragynine binds mu-opioid-receptor", mechanism="partial agonist"),
            claim("mitragynine binds mu-opioid-receptor", "b", mechanism="antagonist"),
            "activates/blocks",
            "mitragynine and mu opioid receptor: activates and blocks",
        ),
        (
            claim("caffeine modulates cortisol", direction="increases"),
            claim("caffeine modulates cortisol", "b", direction="decreases"),
            "increases/decreases",
            "caffeine and cortisol: increases and decreases",
        ),
        (
            claim("kava has_caution interactions", stance="denied"),
            claim("kava interacts_with alcohol", "b"),
            "none known/named",
            "kava: no known interactions, and named ones",
        ),
        (
            claim("kava has_caution interactions", stance="evidence_absent", polarity="negated"),
            claim("alcohol interacts_with kava", "b"),
            "none known/named",
            "kava: no known interactions, and named ones",
        ),
    ],
)
def test_each_kind_of_disagreement_is_found_once_and_in_either_order(left, right, kind, title):
    for claims in ([left, right], [right, left]):
        (found,) = contradictions(claims)
        assert (found.kind, found.left.claims, found.right.claims) == (kind, (left,), (right,))
        assert conflicts.title(found) == title
        assert found.within == ()


@pytest.mark.parametrize(
    "other",
    [
        claim("kava alleviates anxiety", "b"),
        claim("kava alleviates anxiety", "b", certainty="hedged"),
        claim("kava alleviates anxiety", "b", stance="evidence_absent"),
        claim("kava alleviates anxiety", "b", stance="evidence_absent", polarity="negated"),
        claim("kava alleviates depression", "b", stance="denied"),
        claim("kratom alleviates anxiety", "b", stance="denied"),
        claim("kava worsens depression", "b"),
        claim("kava worsens anxiety", "b", stance="denied"),
        claim("kava has_caution interactions", "b", stance="denied"),
        claim("kratom interacts_with alcohol", "b"),
    ],
)
def test_what_does_not_disagree_is_not_invented(other):
    assert contradictions([claim("kava alleviates anxiety"), other]) == ()


def test_a_modulator_takes_no_side_and_a_mechanism_stands_for_its_direction():
    agonist = claim("mitragynine binds mu-opioid-receptor", mechanism="agonist", direction="increases")
    modulator = claim("mitragynine binds mu-opioid-receptor", "b", mechanism="modulator")
    antagonist = claim("mitragynine binds mu-opioid-receptor", "b", mechanism="antagonist", direction="decreases")
    assert contradictions([agonist, modulator]) == ()
    assert [found.kind for found in contradictions([agonist, antagonist])] == ["activates/blocks"]


def test_a_denied_mechanism_takes_no_side_on_the_mechanism():
    agonist = claim("mitragynine binds mu-opioid-receptor", mechanism="agonist")
    denied = claim("mitragynine binds mu-opioid-receptor", "b", mechanism="antagonist", stance="denied")
    assert [found.kind for found in contradictions([agonist, denied])] == ["affirmed/denied"]


def test_a_document_that_stands_on_both_sides_is_named():
    found = contradictions([claim("kava alleviates anxiety"), claim("kava alleviates anxiety", start=50, stance="denied")])
    assert found[0].within == ("a",)


def test_the_best_founded_dispute_comes_first_and_the_lighter_side_decides():
    heavy_but_lopsided = [
        claim("kava alleviates insomnia", "a", basis="clinical"),
        claim("kava alleviates insomnia", "b", basis="clinical"),
        claim("kava alleviates insomnia", "c", stance="denied", certainty="hedged"),
    ]
    balanced = [claim("kava alleviates anxiety", "a", basis="preclinical"), claim("kava alleviates anxiety", "b", stance="denied")]
    found = contradictions([*heavy_but_lopsided, *balanced])
    assert [(one.object, one.weight, one.left.weight) for one in found] == [("anxiety", 1.0, 2.0), ("insomnia", 0.5, 8.0)]


def test_near_copies_count_once_in_the_weight():
    claims = [
        claim("kava alleviates anxiety", "a", stance="denied"),
        claim("kava alleviates anxiety", "b"),
        claim("kava alleviates anxiety", "c"),
    ]
    assert contradictions(claims)[0].left.weight == 2.0
    assert contradictions(claims, {"b": "b", "c": "b"})[0].left.weight == 1.0


def test_a_built_folder_gives_the_same_as_its_claims(tmp_path):
    claims = [
        claim("kava alleviates anxiety", "a"),
        claim("kava alleviates anxiety", "b", stance="denied"),
        claim("kava alleviates insomnia", "b", start=80),
    ]
    build = write_build(tmp_path / "build", claims)
    assert [one.key for one in of_build(build)] == [one.key for one in contradictions(claims)]
    assert of_build(build, {})[0].left.claims[0].id == claims[0].id


def test_pairs_are_ordered_unique_and_bounded():
    many = [claim("kava alleviates anxiety", f"a{number:02}") for number in range(conflicts.MAX_PAIRED_CLAIMS + 5)]
    denied = claim("kava alleviates anxiety", "b", stance="denied")
    found = pairs(contradictions([*many, denied]))
    assert len(found) == conflicts.MAX_PAIRED_CLAIMS
    assert list(found) == sorted(set(found))
    assert all(denied.id in pair and pair[0] < pair[1] for pair in found)


def test_the_report_shows_both_sides_and_declares_no_winner():
    claims = [claim("kava alleviates anxiety", f"a{number}", speaker="users", basis="user_report") for number in range(8)]
    claims.append(claim("kava alleviates anxiety", "a0", start=60, stance="denied"))
    report = conflicts.report(contradictions(claims), nowhere)
    text = render.to_markdown(report)
    assert "No side is declared the winner" in text
    assert "… and 2 more" in text
    assert "Within one document: a0" in text
    assert "speaker: users" in text
    assert text.index("Affirmed: weight 8, 8 claims in 8 documents") < text.index("Denied: weight 1, 1 claim in 1 document")
    assert conflicts.RECIPE in "".join(report.recipe)


def test_json_names_both_sides():
    found = contradictions([claim("kava alleviates anxiety"), claim("kava alleviates anxiety", "b", stance="denied")])
    (one,) = conflicts.as_json(found, nowhere)["contradictions"]
    assert [(side["says"], side["claims"][0]["doc"]) for side in one["sides"]] == [("affirmed", "a"), ("denied", "b")]
