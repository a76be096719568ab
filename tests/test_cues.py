"""Every row of ontology/cues.tsv reads its own example."""

from __future__ import annotations

import re
from functools import cache

import pytest

from kg import qualifiers, sentences
from kg.model import Entity, Mention, Sentence
from kg.qualifiers import cues

pytestmark = pytest.mark.model

ROWS = cues.read().rows
FIELDS = {"attribution": "attribution", "dose": "dose", "population": "population"}


@cache
def parsed() -> dict[str, Sentence]:
    texts = sorted({re.sub(r"[\[\]]", "", row.example) for row in ROWS})
    plain = [Sentence(1, 0, len(text), text) for text in texts]
    return {sentence.text: sentence for sentence in sentences.open_parser().parse(plain)}


def mentions(example: str, type_: str) -> tuple[Mention, Mention]:
    found = []
    for match in re.finditer(r"\[([^]]+)\]", example):
        start = match.start() - 2 * len(found)
        kind = "adverse_effect" if found and type_ == "Caution" else None
        entity = Entity(match[1], match[1], type_ if found else "Substance", (match[1],), kind)
        found.append(Mention(entity, match[1], start, start + len(match[1])))
    return found[0], found[1]


def qualified(row: cues.CueRow) -> tuple[qualifiers.SentenceCues, qualifiers.Qualifiers]:
    sentence = parsed()[re.sub(r"[\[\]]", "", row.example)]
    subject, object_ = mentions(row.example, row.type or "Condition")
    found = qualifiers.find_cues(qualifiers.load(), sentence, (subject, object_))
    predicate = "has_caution" if row.type == "Caution" else "binds" if row.type == "Receptor" else "alleviates"
    return found, qualifiers.qualify(found, subject=subject, object=object_, predicate=predicate, trigger=None)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.value not in cues.NEUTRAL], ids=lambda row: f"{row.where} {' '.join(row.words)}"
)
def test_a_cue_is_found_in_its_example(row):
    found, _ = qualified(row)
    assert row in [item.row for item in found.found.get(row.kind, ())]


@pytest.mark.parametrize("row", [row for row in ROWS if row.value in cues.NEUTRAL], ids=lambda row: f"{row.where} {' '.join(row.words)}")
def test_a_phrase_that_says_nothing_keeps_its_words_from_being_read(row):
    found, _ = qualified(row)
    tree = found.tree
    assert cues.spans(row, tree)
    first, last = cues.spans(row, tree)[0]
    assert not [item for item in found.found.get(row.kind, ()) if first <= item.first and item.last <= last]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.value not in cues.NEUTRAL], ids=lambda row: f"{row.where} {' '.join(row.words)}"
)
def test_the_claim_of_the_example_takes_the_value(row):
    _, result = qualified(row)
    said = getattr(result, row.kind)
    assert said is not None
    if row.kind == "certainty":
        assert said == "hedged"
    elif row.kind == "attribution":
        assert said.label == row.value
    elif row.kind not in FIELDS:
        assert said == row.value
    assert any(cue.kind == row.kind for cue in result.cues)
