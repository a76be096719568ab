"""What stands for what among the mentions of one parsed sentence."""

import pytest

from kg import lexicon, mentions, pairs, schema
from kg.frames import Frame
from kg.sentences import open_parser, split


@pytest.fixture(scope="module")
def names():
    return lexicon.load()


def scene(text, names):
    (sentence,) = open_parser().parse(split(text))
    return pairs.stage(Frame(sentence), mentions.find_names(text, names), [])


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kava (Piper methysticum) relieves anxiety.", [("Kava", "Piper methysticum")]),
        ("Diazepam, also known as Valium, relieves anxiety.", [("Diazepam", "Valium")]),
        ("Sertraline (brand names Zoloft, Lustral) relieves anxiety.", [("Sertraline", "Zoloft"), ("Sertraline", "Lustral")]),
        ("It may cause psychotic depression.", [("psychotic", "depression")]),
        ("Caffeine (with theanine) relieves fatigue.", []),
        ("Benzodiazepines (diazepam) relieve anxiety.", []),
        ("Kava and kratom relieve anxiety.", []),
        ("Caffeine (coffee and tea have it) relieves fatigue.", []),
        ("Nausea (caffeine) is common.", []),
    ],
)
def test_a_name_beside_another_for_the_same_thing_is_known_as_such(text, expected, names):
    places = scene(text, names).places
    twice = [(text[p.again.found.start : p.again.found.end], text[p.found.start : p.found.end]) for p in places if p.again is not None]
    assert twice == expected
    for place in places:
        if place.again is not None:
            assert pairs.is_one(place.again, place)


@pytest.mark.model
def test_an_organism_beside_what_is_taken_of_it_is_no_subject(names):
    found = list(pairs.pairs(scene("Kava (Piper methysticum) contains kavain.", names), schema.load()))
    assert any(pair.subject.found.key == "kava" for pair in found)
    assert not any(pair.subject.found.type == "Organism" for pair in found)


@pytest.mark.parametrize("between", [", also known as ", " (", ", sold under the brand name ", " (aka ", "; trade name: "])
def test_wordings_for_another_name(between):
    known = pairs._KNOWN_AS.fullmatch(between) is not None
    assert known or pairs._IN_BRACKETS.fullmatch(between) is not None


@pytest.mark.parametrize("between", [" by ", " and ", ", ", " are the ", " as ", " (with ", " like "])
def test_other_wordings_join_two_things(between):
    assert pairs._KNOWN_AS.fullmatch(between) is None
    assert pairs._IN_BRACKETS.fullmatch(between) is None
