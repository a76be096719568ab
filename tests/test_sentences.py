import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import sentences


def led(text):
    """Return of each sentence that has a lead-in its text and that of the lead-in."""
    return [(one.text, one.lead.text) for one in sentences.with_leads(text, sentences.split(text)) if one.lead is not None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It may cause:\n- nausea\n- sleep\n", [("- nausea", "It may cause:"), ("- sleep", "It may cause:")]),
        ("It may cause:\nnausea\n\nSleep\n", [("nausea", "It may cause:")]),
        ("It is old. It may cause:\n* nausea.\n", [("* nausea.", "It may cause:")]),
        ("It may cause:\n\nnausea\n", [("nausea", "It may cause:")]),
        ("## Harms\n\n1) nausea\n", [("1) nausea", "## Harms")]),
        ("It is old.\n- nausea\n", []),
        ("Harms\nnausea\n", []),
        ("Harms:\nIt has caused nausea in many of them.\n", []),
        ("Harms:\n- It has caused nausea in many of the people here. They slept.\n- rash\n", [("- rash", "Harms:")]),
        ("Harms: none\n- nausea\n", [("- nausea", "Harms: none")]),
    ],
)
def test_items_have_the_line_that_introduces_their_list(text, expected):
    assert led(text) == expected


def test_a_list_reaches_no_further_than_its_bound():
    text = "It may cause:\n" + "- some kind of harm\n" * 400

    assert 0 < len(led(text)) * len("- some kind of harm\n") <= sentences.MAX_LEAD_REACH_CHARACTERS + 20


@given(st.lists(st.sampled_from(["A b c.", "D e:", "- f", "g", "", "# H", "1. i j", "K. L"])))
def test_nothing_but_the_lead_in_changes_and_it_stands_before(lines):
    text = "\n".join(lines)
    cut = sentences.split(text)

    found = sentences.with_leads(text, cut)

    assert [(one.start, one.end, one.text) for one in found] == [(one.start, one.end, one.text) for one in cut]
    assert all(one.lead.end <= one.start for one in found if one.lead is not None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is approved for EDS. Two drugs are old.", ["It is approved for EDS.", "Two drugs are old."]),
        ("Ratsch, eds. Two drugs are old.", ["Ratsch, eds. Two drugs are old."]),
        ("It was Dr. Smith. He slept.", ["It was Dr. Smith.", "He slept."]),
    ],
)
def test_an_acronym_ends_a_sentence_where_an_abbreviation_of_its_letters_does_not(text, expected):
    assert [sentence.text for sentence in sentences.split(text)] == expected


@pytest.mark.model
@pytest.mark.parametrize("lead", ["Side effects include:", "## Known **side effects**:", "Harms", "It may lead to"])
def test_words_of_an_item_and_its_lead_in_keep_their_places(lead):
    text = f"{lead}\n- nausea, µ-opioid tolerance\n"
    (_, item) = sentences.with_leads(text, sentences.split(text))

    (parsed,) = sentences.open_parser().parse([item])

    words = [(token.text, text[token.start : token.end]) for token in parsed.tokens]
    assert [word for word in words if word[0] != ":" and word[0] != word[1]] == []
    assert "nausea" in {word for word, _ in words}
    assert [token.start for token in parsed.tokens] == sorted(token.start for token in parsed.tokens)
