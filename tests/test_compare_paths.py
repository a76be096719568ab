from __future__ import annotations

import pytest

from kg.compare import paths, render
from kg.compare.entities import collect, find, fold
from kg.compare.paths import line
from kg.errors import InputError
from kg.model import Entity
from tests.factories import claim, entity, nowhere

CHAIN = [
    claim("kratom contains mitragynine", basis="research"),
    claim("mitragynine binds mu-opioid-receptor", basis="preclinical"),
    claim("mitragynine binds mu-opioid-receptor", "b", certainty="hedged", start=5),
    claim("mu-opioid-receptor modulates dopamine", certainty="hedged"),
    claim("dopamine regulates depression"),
    claim("kratom has_caution dependence", start=90),
]


def search(claims, start="kratom", end="depression", **options):
    return paths.find(claims, start, end, {}, **options)


def test_a_mechanism_path_is_found_with_its_weakest_step():
    (path,) = search(CHAIN).paths
    assert line(path) == ("kratom → contains → mitragynine → binds → mu opioid receptor → modulates → dopamine → regulates → depression")
    assert path.weight == 0.5
    assert path.weakest.predicate == "modulates"
    assert [claim.doc for claim in path.steps[1].claims] == ["a", "b"]


def test_a_direct_praise_is_no_mechanism_but_a_constituents_is():
    assert search([claim("kratom alleviates depression")]).paths == ()
    found = search([claim("kratom contains mitragynine"), claim("mitragynine alleviates depression")])
    assert [len(path.steps) for path in found.paths] == [2]


@pytest.mark.parametrize("stance", ["denied", "evidence_absent"])
def test_a_step_that_no_text_affirms_is_not_walked(stance):
    assert search([*CHAIN[:4], claim("dopamine regulates depression", stance=stance)]).paths == ()


def test_a_step_that_is_also_denied_says_so():
    found = search([*CHAIN, claim("dopamine regulates depression", "c", stance="denied")])
    assert found.paths[0].steps[-1].denied == 1
    assert "1 claims deny it" in render.to_markdown(paths.report(found, entity("kratom"), entity("depression"), nowhere))


def test_stronger_paths_come_first_then_shorter_ones_and_the_number_is_bounded():
    claims = [
        *CHAIN,
        claim("kratom modulates dopamine", certainty="hedged"),
        claim("kratom modulates cortisol", basis="clinical"),
        claim("cortisol regulates depression", basis="clinical"),
    ]
    found = search(claims).paths
    assert [(path.weight, len(path.steps)) for path in found] == [(4.0, 2), (0.5, 2), (0.5, 4)]
    assert search(claims, limit=1).paths == found[:1]


def test_a_path_never_visits_an_entity_twice():
    claims = [*CHAIN, claim("dopamine binds mu-opioid-receptor"), claim("mitragynine contains kratom")]
    assert len(search(claims).paths) == 1


def test_a_path_that_is_too_long_is_not_found():
    long = [claim(f"n{number} contains n{number + 1}") for number in range(7)]
    assert search(long, "n0", "n5").paths != ()
    assert search(long, "n0", "n6").paths == ()


def test_a_search_that_is_cut_off_says_so(monkeypatch):
    monkeypatch.setattr(paths, "MAX_VISITS", 2)
    found = search(CHAIN)
    assert not found.is_complete
    text = render.to_markdown(paths.report(found, entity("kratom"), entity("depression"), nowhere))
    assert "cut off" in text
    assert "No path of at most 5 steps" in text


def test_the_report_and_the_json_show_the_weakest_sentence_of_each_step():
    found = search(CHAIN)
    text = render.to_markdown(paths.report(found, entity("kratom"), entity("depression"), nowhere))
    assert text.count("This is the weakest step") == 1
    assert "b; hedged; no ground named" in text
    (path,) = paths.as_json(found, nowhere)["paths"]
    assert [step["weakest"]["doc"] for step in path["steps"]] == ["a", "b", "a", "a"]


def test_one_step_is_not_called_the_weakest():
    found = search([claim("kratom modulates dopamine")], "kratom", "dopamine")
    assert "weakest step." not in render.to_markdown(paths.report(found, entity("kratom"), entity("dopamine"), nowhere))


KNOWN = {
    one.id: one
    for one in (
        Entity("kava", "kava", "Substance", ("kava kava",)),
        Entity("kratom", "kratom", "Substance", ("ketum",)),
        Entity("st-johns-wort", "St. John's wort", "Substance", ("Hypericum",)),
        Entity("hypericum", "Hypericum perforatum", "Organism", ("Hypericum",)),
    )
}


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("kava", "kava"),
        ("KAVA", "kava"),
        ("Kava Kava", "kava"),
        ("ketum", "kratom"),
        ("St Johns Wort", "st-johns-wort"),
        ("st. john's wort", "st-johns-wort"),
        ("Hypericum", "hypericum"),
    ],
)
def test_an_entity_is_found_by_id_label_or_name(text, id_):
    assert find(KNOWN, text).id == id_


def test_of_two_with_one_name_the_first_by_id_is_meant():
    two = {"b": Entity("b", "B", "Substance", ("same",)), "c": Entity("c", "C", "Substance", ("same",))}
    assert find(two, "same").id == "b"


def test_an_unknown_name_gets_suggestions():
    with pytest.raises(InputError, match=r"'kratm': no claim names this; did you mean kratom\?"):
        find(KNOWN, "kratm")
    with pytest.raises(InputError, match=r"'ketun': no claim names this; did you mean kratom\?"):
        find(KNOWN, "ketun")
    with pytest.raises(InputError, match=r"^'zzzzzz': no claim names this$"):
        find(KNOWN, "zzzzzz")


def test_the_entities_of_claims_come_by_id():
    assert list(collect(CHAIN[:2])) == ["kratom", "mitragynine", "mu-opioid-receptor"]
    assert fold("7-Hydroxy mitragynine") == "7hydroxymitragynine"
