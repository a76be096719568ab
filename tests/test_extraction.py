from pathlib import Path

import pytest

from kg import extraction, tables, triggers
from kg.model import Document, Source
from kg.resources import ONTOLOGY

pytestmark = pytest.mark.model
ROWS = [(path.stem, row) for path in sorted((ONTOLOGY / "triggers").glob("*.tsv")) for row in tables.read(path, triggers.COLUMNS)]


@pytest.fixture(scope="module")
def extractor():
    return extraction.open_extractor()


def read(extractor, text):
    return next(iter(extractor.extract([Document("d", text, Source("d.txt", "0" * 64))])))


@pytest.mark.parametrize(
    ("predicate", "row"), [pair for pair in ROWS if pair[1]["wording"] != "-"], ids=lambda part: getattr(part, "where", part)
)
def test_a_trigger_is_found_in_its_example(extractor, predicate, row):
    from kg.sentences import split

    (sentence,) = extractor.parser.parse(split(row["example"]))
    assert row.where in {hit.rule for hit in triggers.load().find(sentence.tokens) if hit.predicate == predicate}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kratom contains mitragynine.", ("kratom", "contains", "mitragynine")),
        ("Mitragynine binds to opioid receptors.", ("mitragynine", "binds", "opioid-receptor")),
        ("Kratom is native to Thailand.", ("kratom", "native_to", "thailand")),
        ("Kava relieves anxiety.", ("kava", "alleviates", "anxiety")),
        ("Cocaine increases dopamine.", ("cocaine", "modulates", "dopamine")),
        ("Caffeine worsens anxiety in some people.", ("caffeine", "worsens", "anxiety")),
        ("Cannabis aggravates psychosis.", ("cannabis", "worsens", "psychosis")),
        ("Ketamine carries a risk of dependence.", ("ketamine", "has_caution", "dependence")),
        ("People with liver disease should not take kava.", ("kava", "has_caution", "contraindication")),
    ],
)
def test_a_plain_sentence_gives_its_claim(extractor, text, expected):
    found = read(extractor, text).claims
    assert expected in {(claim.subject.entity.id.removesuffix("-alkaloid"), claim.predicate, claim.object.entity.id) for claim in found}


@pytest.mark.parametrize("text", ["Caffeine worsens anxiety.", "Yohimbine makes anxiety worse.", "Alcohol may exacerbate anxiety."])
def test_what_worsens_is_never_said_to_relieve(extractor, text):
    assert "alleviates" not in {claim.predicate for claim in read(extractor, text).claims}


@pytest.mark.parametrize(
    "text",
    [
        "Valerian has seen increasing use for insomnia.",
        "Kava is met with increasing interest as an option for anxiety.",
    ],
)
def test_what_increases_is_not_what_is_relieved(extractor, text):
    assert "worsens" not in {claim.predicate for claim in read(extractor, text).claims}


def test_asserted_hedged_and_denied_are_three_things(extractor):
    text = "Kava relieves anxiety. Kava may relieve anxiety. Kava does not relieve anxiety."
    said = [(c.polarity.value, c.certainty.value) for c in read(extractor, text).claims if c.predicate == "alleviates"]
    assert said == [("affirmed", "asserted"), ("affirmed", "hedged"), ("negated", "asserted")]


def test_every_quote_is_the_text_at_its_offsets(extractor):
    text = Path(ONTOLOGY.parent / "examples").joinpath("kava-encyclopaedia.txt")
    document = (text if text.exists() else next(path for path in text.parent.iterdir())).read_text(encoding="utf-8")
    found = read(extractor, document).claims
    assert found
    for claim in found:
        assert document[claim.sentence.start : claim.sentence.end] == claim.sentence.text
        assert document[claim.subject.start : claim.subject.end] == claim.subject.text
        assert document[claim.object.start : claim.object.end] == claim.object.text


def test_a_text_without_names_gives_nothing_and_is_not_parsed(extractor):
    seen = read(extractor, "The weather was fine. We walked along the river for an hour.")
    assert (seen.claims, seen.parsed) == ((), 0)


def test_every_claim_names_the_row_that_made_it(extractor):
    for claim in read(extractor, "Kava relieves anxiety and causes nausea.").claims:
        name, _, line = claim.rule.partition(":")
        assert (ONTOLOGY / name).is_file()
        assert int(line) > 0


def test_documents_keep_their_order_and_do_not_touch_each_other(extractor):
    texts = ["Kava relieves anxiety.", "", "Kratom contains mitragynine."]
    documents = [Document(str(index), text, Source("x", "0" * 64)) for index, text in enumerate(texts)]
    together = list(extractor.extract(documents))
    assert [one.document.id for one in together] == ["0", "1", "2"]
    assert [one.claims for one in together] == [next(iter(extractor.extract([document]))).claims for document in documents]


def test_the_order_of_documents_changes_no_claim(root):
    documents = [
        Document(path.stem, path.read_text(encoding="utf-8"), Source(path.name, "0" * 64)) for path in sorted((root / "examples").iterdir())
    ]
    forward = {one.document.id: one.claims for one in extraction.open_extractor().extract(documents)}
    backward = {one.document.id: one.claims for one in extraction.open_extractor().extract(reversed(documents))}
    assert forward == backward


def test_what_a_sentence_without_claims_names_can_be_meant_by_the_next(extractor):
    claims = read(extractor, "The rats were given kava. It relieved anxiety.").claims
    assert [(claim.subject.entity.id, claim.predicate, claim.object.entity.id) for claim in claims] == [("kava", "alleviates", "anxiety")]


def test_a_substance_that_is_contained_is_read_as_a_constituent(extractor):
    claims = read(extractor, "Rose hips contain vitamin C.").claims
    assert ("contains", "ascorbic acid", "Compound") in [
        (claim.predicate, claim.object.entity.label, claim.object.entity.type) for claim in claims
    ]


LISTS = """Kratom and other drugs

Kratom has been known to interact with the following drugs:

- warfarin
- benzodiazepines, such as diazepam

It is used for:
Pain
Opioid withdrawal

## Side effects of kratom

1. nausea
2. Kratom may also cause liver injury in some people.
"""


def test_an_item_of_a_list_is_read_with_what_introduces_the_list(extractor):
    found = {
        (claim.subject.entity.id, claim.predicate, claim.object.entity.id): claim.sentence.text for claim in read(extractor, LISTS).claims
    }

    expected = {
        ("kratom", "interacts_with", "warfarin"): "- warfarin",
        ("kratom", "interacts_with", "diazepam"): "- benzodiazepines, such as diazepam",
        ("kratom", "alleviates", "pain"): "Pain",
        ("kratom", "has_caution", "nausea-harm"): "1. nausea",
    }
    assert {key: found.get(key) for key in expected} == expected


def test_what_a_lead_in_names_is_implied_in_the_item(extractor):
    claim = next(claim for claim in read(extractor, LISTS).claims if claim.object.entity.id == "warfarin")

    assert (claim.subject.text, claim.subject.start, claim.subject.is_anaphor) == ("", claim.sentence.start, True)
    assert LISTS[claim.object.start : claim.object.end] == "warfarin"


def test_a_lead_in_says_its_own_claims_once(extractor):
    text = "Kratom relieves pain, but can cause:\n\n- nausea\n- constipation\n"

    found = [claim for claim in read(extractor, text).claims if claim.predicate == "alleviates"]

    assert [claim.sentence.start for claim in found] == [0]


def test_what_follows_a_list_speaks_of_what_the_list_is_about(extractor):
    text = "Kratom is a plant from Thailand.\n\nDo not take kratom with:\n- alcohol\n- diazepam\n\nIt relieves pain.\n"

    found = [claim for claim in read(extractor, text).claims if claim.predicate == "alleviates"]

    assert [claim.subject.entity.id for claim in found] == ["kratom"]
