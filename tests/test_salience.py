"""What a text is about at a place, told by hand-made names."""

import pytest

from kg import salience, tables
from kg.mentions import Found
from kg.model import Entity


def named(id_, at, type_="Substance", classes=frozenset()):
    return Found(at, at + 5, (Entity(id_, id_, type_, (id_,)),), "lexicon/x.tsv:1", classes=classes)


def keys(attention, index, without=()):
    return [found.key for _, found in attention.ranked(index) if found.key not in without]


def test_every_feature_has_its_weight_and_no_other():
    assert tuple(row["feature"] for row in tables.read(salience.PATH, ("feature", "weight"))) == salience.FEATURES
    assert all(isinstance(weight, float) for weight in salience.weights().values())


def test_before_the_first_sentence_the_first_that_is_named_often_is_likeliest():
    attention = salience.Salience([named("kava", 0), named("betel", 10), named("kava", 20)])
    assert keys(attention, 0) == ["kava", "betel"]
    assert keys(attention, 0, {"kava"}) == ["betel"]
    assert salience.Salience([]).ranked(0) == []
    assert salience.Salience([named("sleep", 0, "Effect")]).ranked(0) == []


def test_a_heading_turns_attention_to_what_it_names():
    kava, betel = named("kava", 0), named("betel", 100)
    first = named("x", 200)
    attention = salience.Salience([first, kava, kava, betel])
    attention.see(0, None, [first, kava], is_heading=False)
    attention.begin_paragraph()
    attention.see(1, None, [betel], is_heading=True)
    order = keys(attention, 2)
    assert order.index("betel") < order.index("kava")


def test_attention_fades_and_constituents_and_classes_draw_less():
    kava, kavain, drug = named("kava", 0), named("kavain", 10, "Compound"), named("drug", 20)
    other = named("other", 30, classes=frozenset({"drug"}))
    attention = salience.Salience([named("x", 0), kava, kavain, drug, other])
    attention.see(1, None, [kava], is_heading=False)
    near = dict(zip(("score", "found"), attention.ranked(2)[0], strict=True))
    assert near["found"].key == "kava"
    assert attention.ranked(5)[0][0] < near["score"]
    attention.see(6, None, [kavain], is_heading=False)
    attention.see(7, None, [drug, other], is_heading=False)
    order = keys(attention, 8)
    assert order.index("other") < order.index("drug")
    weights = salience.weights()
    assert weights["constituent"] < 0 > weights["general word"]


@pytest.mark.parametrize("far", [salience._FAR + 1, 500])
def test_what_is_long_past_is_no_candidate_unless_it_is_expected(far):
    marks = [named(name, place) for place, name in enumerate("abcde")]
    attention = salience.Salience([*marks, marks[0], marks[1], marks[2]])
    for mark in marks:
        attention.see(0, None, [mark], is_heading=False)
    attention.see(far, None, [marks[0]], is_heading=False)
    assert set(keys(attention, far + 1)) == {"a", "b", "c"}
