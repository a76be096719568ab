from __future__ import annotations

import pytest

from kg.explanation import Explanation, explain
from kg.extraction import Extractor, open_extractor

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return open_extractor()


def see(text: str, extractor: Extractor) -> tuple[Explanation, ...]:
    return tuple(explain(text, extractor))


def test_each_sentence_is_explained_in_order(extractor: Extractor) -> None:
    first, second = see("Kava may relieve anxiety. The shop was closed on Monday.", extractor)
    assert first.sentence.text.startswith("Kava")
    assert second.sentence.start > first.sentence.start
    assert second.readings == ()


def test_a_text_without_a_sentence_gives_nothing(extractor: Extractor) -> None:
    assert see(" \n", extractor) == ()


def test_a_name_says_which_row_it_was_found_by(extractor: Extractor) -> None:
    (only,) = see("Kava may relieve anxiety.", extractor)
    kava, anxiety = only.named
    assert kava.mention.entity.id == "kava"
    assert "lexicon/substance.tsv:" in kava.rule
    assert "Caution" in anxiety.readings


def test_a_wording_says_its_row_and_its_clause(extractor: Extractor) -> None:
    (only,) = see("Kava may relieve anxiety.", extractor)
    (wording,) = [one for one in only.wordings if one.predicate == "alleviates"]
    assert (wording.text, wording.verb, wording.subject) == ("relieve", "relieve", "Kava")
    assert wording.rule.startswith("triggers/alleviates.tsv:")


def test_a_wording_in_a_heading_has_no_subject(extractor: Extractor) -> None:
    (only,) = see("Relief of anxiety", extractor)
    assert {one.subject for one in only.wordings} == {""}


def test_a_cue_says_what_it_means_and_its_row(extractor: Extractor) -> None:
    (only,) = see("Kava may relieve anxiety.", extractor)
    assert [(one.cue.text, one.value) for one in only.grounds] == [("may", "certainty hedged")]
    assert "cues.tsv:" in only.grounds[0].rule


def test_a_claim_shows_its_way_over_the_parse(extractor: Extractor) -> None:
    (only,) = see("Kava relieves anxiety.", extractor)
    (reading,) = only.readings
    assert (reading.claim.predicate, reading.path) == ("alleviates", "Kava ←nsubj relieves dobj→ anxiety")


def test_an_implied_subject_is_marked_and_has_no_way(extractor: Extractor) -> None:
    _, second = see("Kava relieves anxiety. Common side effects include nausea.", extractor)
    assert any(one.is_implied and one.mention.entity.id == "kava" for one in second.named)
    implied = [one for one in second.readings if one.claim.subject.start == one.claim.subject.end]
    assert [one.path for one in implied] == [""] * len(implied)


def test_a_refused_pair_says_why(extractor: Extractor) -> None:
    (only,) = see("Kava relieves anxiety, and kratom contains mitragynine.", extractor)
    assert only.refusals
    assert all(refusal.reason for refusal in only.refusals)


def test_a_second_name_for_one_thing_is_told(extractor: Extractor) -> None:
    (only,) = see("Kava (Piper methysticum) relieves anxiety.", extractor)
    assert [(one.mention.text, one.again) for one in only.named] == [("Kava", ""), ("Piper methysticum", "Kava"), ("anxiety", "")]
