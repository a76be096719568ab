import time

import pytest

from kg import lexicon, mentions, tables
from kg.frames import Frame
from kg.model import Entity
from kg.resources import EXAMPLES, ONTOLOGY

SHAPES = tables.read(ONTOLOGY / "name-shapes.tsv", mentions.SHAPE_COLUMNS)


@pytest.fixture(scope="module")
def names():
    return lexicon.load()


def read(text, names):
    return [(text[found.start : found.end], found.type) for found in mentions.find_names(text, names)]


@pytest.mark.parametrize("row", SHAPES, ids=lambda row: row.where)
def test_a_shape_finds_its_example(row):
    shape = next(shape for shape in mentions.shapes() if shape.rule == row.where)
    assert shape.pattern.search(row["example"]), row["example"]


@pytest.mark.parametrize("row", [row for row in SHAPES if row["not_example"]], ids=lambda row: row.where)
def test_a_shape_leaves_its_counterexample(row):
    shape = next(shape for shape in mentions.shapes() if shape.rule == row.where)
    assert not shape.pattern.search(row["not_example"])


def test_an_abbreviation_stands_for_the_name_before_it(names):
    text = "Seasonal quxane disorder (SQD) is rare. Kava may relieve SQD."
    found = mentions.find_names(text, names)
    assert {text[f.start : f.end]: f.entities[0].id for f in found}["SQD"] == "seasonal-quxane-disorder"


def test_a_general_word_alone_names_nothing(names):
    assert ("illness", "Condition") not in read("Illness is old.", names)
    assert read("Illness is old.", names) == []


@pytest.mark.parametrize(
    ("entity", "types"),
    [
        (Entity("nausea", "nausea", "Condition"), ["Condition", "Caution", "Effect"]),
        (Entity("sedation", "sedation", "Effect"), ["Effect", "Caution", "Condition"]),
        (Entity("ban", "ban", "Caution", (), "legal_status"), ["Caution"]),
        (Entity("kava", "kava", "Substance"), ["Substance"]),
    ],
)
def test_a_concept_has_the_readings_of_its_type(entity, types):
    assert [reading.type for reading in mentions.readings((entity,))] == types


def test_a_harm_keeps_its_condition_in_its_id():
    harm = mentions.read_as(Entity("nausea", "nausea", "Condition"))[1]
    assert (harm.id, harm.kind) == ("nausea-harm", "adverse_effect")


def found(id_, type_, start, end):
    return mentions.Found(start, end, (Entity(id_, id_, type_, (id_,)),), "lexicon/x.tsv:1")


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("It acts on both opioid and dopamine receptors.", "opioid", "opioid-receptor"),
        ("It blocks serotonin, dopamine and norepinephrine transporters.", "serotonin", "serotonin-transporter"),
        ("It contains caffeine and acts on dopamine receptors.", "caffeine", "caffeine-alkaloid"),
        ("It raises serotonin at dopamine receptors.", "serotonin", "serotonin"),
    ],
)
def test_a_name_shares_the_head_of_the_target_it_is_joined_to(text, name, expected, names):
    keys = {text[mark.start : mark.end]: mark.key for mark in mentions.find_names(text, names)}
    assert keys[name] == expected


def test_a_group_is_its_members_and_not_their_class():
    above = frozenset({"alkaloid"})
    marks = [
        found("alkaloid", "Alkaloid", 0, 9),
        mentions.Found(15, 26, (Entity("mitragynine", "mitragynine", "Alkaloid"),), "lexicon/alkaloid.tsv:1", classes=above),
        mentions.Found(30, 46, (Entity("active-compounds", "active compounds", "Compound"),), "tagger"),
    ]
    assert [mark.key for mark in mentions._particular(marks)] == ["mitragynine"]
    assert [mark.key for mark in mentions._particular(marks[:1])] == ["alkaloid"]


def resolved(text, marks):
    """Return what each sentence of a text names, means and implies."""
    from kg.sentences import open_parser, split

    discourse = mentions.Discourse(marks, text)
    found = []
    for sentence in open_parser().parse(split(text)):
        own = [mark for mark in marks if sentence.start <= mark.start and mark.end <= sentence.end]
        found.append(discourse.resolve(Frame(sentence), sentence, own))
    return found


@pytest.mark.model
@pytest.mark.parametrize(("text", "expected"), [("The mushroom contains it.", {"fly-agaric"}), ("The drug contains it.", {"muscimol"})])
def test_what_nothing_before_fits_is_the_likeliest_topic_that_fits(text, expected):
    marks = [found("muscimol", "Compound", 100, 108), found("muscimol", "Compound", 109, 117), found("fly-agaric", "Organism", 120, 130)]
    (seen,) = resolved(text, marks)
    assert {mention.key for mention in seen if mention.start < 4 and not mention.is_implied} == expected


@pytest.mark.model
def test_where_no_subject_is_named_the_likeliest_two_are_implied():
    text = "Kava and kratom are old, like betel. Users report better sleep now."
    marks = [found("kava", "Substance", 0, 4), found("kratom", "Substance", 9, 15), found("betel", "Substance", 30, 35)]
    seen = resolved(text, [*marks, found("sleep", "Effect", 57, 62)])[1]
    assert [(mention.key, mention.is_implied, mention.is_topic) for mention in seen] == [
        ("kava", True, True),
        ("kratom", True, False),
        ("sleep", False, False),
    ]


@pytest.mark.model
@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("It relieves anxiety.", {"kratom"}),
        ("These compounds relieve anxiety.", {"mitragynine", "paynantheine"}),
        ("The plant relieves anxiety.", {"kratom"}),
    ],
)
def test_an_anaphor_takes_what_fits_it(second, expected):
    text = f"Kratom has mitragynine and paynantheine. {second}"
    marks = [found("kratom", "Substance", 0, 6), found("mitragynine", "Alkaloid", 11, 22), found("paynantheine", "Alkaloid", 27, 39)]
    seen = resolved(text, marks)[1]
    assert {mention.key for mention in seen if mention.is_anaphor and not mention.is_implied} == expected


@pytest.mark.parametrize(
    "text",
    [
        " ".join(f"{row['example']} {row['not_example']}" for row in SHAPES),
        *(path.read_text(encoding="utf-8") for path in sorted(EXAMPLES.iterdir())),
        "Opioid-receptor antagonists and agonists, pain, pain disorder and receptor disease",
        "(receptor" * 50,
        "pain-" * 200,
    ],
    ids=lambda text: text[:20],
)
def test_what_is_found_near_words_is_what_a_search_of_all_the_text_finds(text, monkeypatch):
    expected = [(shape.rule, match.span()) for shape in mentions.shapes() for match in shape.pattern.finditer(text)]
    assert [(shape.rule, match.span()) for shape, match in mentions._shaped(text)] == expected
    monkeypatch.setattr(mentions, "MAX_REMEMBERED_WORDS", 2)
    assert [(shape.rule, match.span()) for shape, match in mentions._shaped(text)] == expected


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(?P<name>(?P<last>cold|common cold(?:s)?))", {"cold": True, "colds": True, "common": False, "scold": True}),
        ("(?P<name>cold)", None),
    ],
)
def test_a_pattern_tells_what_a_word_of_its_names_ends_with(pattern, words):
    last = mentions._last(pattern)
    assert (None if last is None else {word: bool(last.search(word)) for word in words}) == words


@pytest.mark.parametrize("row", tables.read(ONTOLOGY / "anaphors.tsv", mentions.ANAPHOR_COLUMNS), ids=lambda row: row["wording"])
def test_every_anaphor_row_has_an_example_that_holds_it(row):
    assert row["wording"][:3] in row["example"].casefold()


@pytest.mark.parametrize(
    ("names", "can"),
    [
        ([], False),
        ([found("kava", "Substance", 0, 4)], False),
        ([found("sleep", "Effect", 0, 5)], True),
        ([found("kava", "Substance", 0, 4), found("kavain", "Compound", 9, 15)], True),
    ],
)
def test_a_sentence_can_hold_a_claim_with_an_object_or_two_names(names, can):
    assert mentions.can_hold(names, "Here is what was named.") is can


def test_a_pronoun_counts_as_a_name_beside_another():
    sertraline = [found("sertraline", "Substance", 22, 32)]
    assert mentions.can_hold(sertraline, "It may interact with sertraline.")
    assert not mentions.can_hold(sertraline, "Some were given sertraline.")
    assert not mentions.can_hold([], "It is not known.")


def test_shares_are_parts_of_the_names_that_can_be_subjects():
    kava, again = found("kava", "Substance", 0, 4), found("kava", "Substance", 9, 13)
    others = [found("kavain", "Compound", 20, 26), found("sleep", "Effect", 30, 35), found("thc", "Compound", 40, 43)]
    assert mentions.shares([kava, again, *others]) == {"kava": 0.5, "kavain": 0.25, "thc": 0.25}
    assert mentions.shares([others[1]]) == {}


@pytest.mark.parametrize("text", ["(" * 4_000, "kava " * 4_000, "." * 20_000, "a-" * 8_000, "Kava's" * 4_000])
def test_no_text_makes_the_search_for_names_slow(text, names):
    started = time.process_time()
    mentions.find_names(text, names)
    assert time.process_time() - started < 5


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "kept", "left"),
    [
        ("It works by changing neurotransmitter levels like serotonin and dopamine.", "serotonin", "neurotransmitter levels"),
        ("Valerian may act on brain receptors and neurotransmitters like serotonin.", "brain receptors", "neurotransmitters"),
        ("Its active compounds, kavain and yangonin, may act on brain receptors.", "kavain", "active compounds"),
        ("It can reduce symptoms of depression.", "depression", "symptoms"),
        ("It eased anxiety and depression symptoms in mice.", "anxiety", "symptoms"),
    ],
)
def test_a_class_gives_way_to_what_it_stands_for(text, kept, left, names):
    from kg.sentences import open_parser, split

    (sentence,) = open_parser().parse(split(text))
    named = mentions.find_names(text, names)
    specific = {text[mark.start : mark.end] for mark in mentions._specific(Frame(sentence), named)}
    assert left in {text[mark.start : mark.end] for mark in named}
    assert kept in specific
    assert left not in specific


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Methylphenidate and amphetamine raise dopamine. These stimulants often cause insomnia.", {"methylphenidate", "amphetamine"}),
        (
            "Methylphenidate and amphetamine raise dopamine. Rats were calm. You should not take them with alcohol.",
            {"methylphenidate", "amphetamine"},
        ),
        ("Fluoxetine relieves depression in adults. The drug may cause nausea in patients.", {"fluoxetine"}),
        ("Fluoxetine relieves depression in adults. This antidepressant may cause nausea in patients.", {"fluoxetine"}),
        ("Kava brings calmness to many people. Kavain adds to this effect in mice.", {"calmness"}),
        ("Some stimulants raise dopamine. These stimulants often cause insomnia.", set()),
        ("Fluoxetine relieves depression. The drug that was given first may cause nausea.", set()),
        ("Kava calms people in mice and helps sleep. This psilocybin relieves depression in adults.", set()),
        ("Fluoxetine relieves depression. Medications are new. The drug may cause nausea in patients.", {"fluoxetine"}),
        ("Diazepam is studied in sleep. The benzodiazepine may relieve anxiety.", {"diazepam"}),
        ("Fluoxetine is studied in sleep. The benzodiazepine may relieve anxiety.", set()),
    ],
)
def test_a_class_that_is_pointed_at_stands_for_what_was_named_before(text, expected, names):
    seen = resolved(text, mentions.find_names(text, names))[-1]
    assert {mention.key for mention in seen if mention.is_anaphor and not mention.is_implied} == expected


@pytest.mark.model
def test_a_general_word_is_implied_only_after_what_is_particular():
    text = "Kava is old. Medications are new. Medications are many. Sleep is better."
    marks = [found("kava", "Substance", 0, 4), *(found("medication", "Substance", a, a + 11) for a in (13, 34))]
    seen = resolved(text, [*marks, found("sleep", "Effect", 56, 61)])[-1]
    assert [mention.key for mention in seen if mention.is_implied] == ["kava", "medication"]


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Diazepam and oxazepam calm people. They may cause nausea.", {"diazepam", "oxazepam"}),
        ("Diazepam calms people. It is like oxazepam. It may cause nausea.", {"diazepam"}),
        ("Kratom relieves pain. Codeine does so, too.\n\n## Codeine\n\nIt may cause nausea.", {"codeine-alkaloid"}),
        ("Kratom relieves pain. The bark of trees may cause nausea.", set()),
        ("Kratom relieves pain. The powder may cause nausea.", {"kratom"}),
    ],
)
def test_an_anaphor_stands_for_what_the_text_is_about_at_its_place(text, expected, names):
    seen = resolved(text, mentions.find_names(text, names))[-1]
    assert {mention.key for mention in seen if mention.is_anaphor and not mention.is_implied} == expected


@pytest.mark.parametrize(
    ("label", "is_general"),
    [("medication", True), ("dietary supplement", True), ("active compounds", True), ("lion's mane mushroom", False), ("opioid", False)],
)
def test_general_words_are_told_from_names(label, is_general):
    type_ = "Compound" if "compound" in label else "Substance"
    assert mentions.is_general(Entity(mentions.slug(label), label, type_)) is is_general


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is an MT1/MT2 receptor agonist.", [("MT1", "Receptor"), ("MT2 receptor", "Receptor")]),
        ("It eased picrotoxin-induced seizures.", [("picrotoxin", "Substance"), ("seizures", "Condition")]),
        ("It eased stress-induced anxiety.", [("stress-induced anxiety", "Condition")]),
    ],
)
def test_lists_of_receptors_and_what_a_drug_induces_are_names_apart(text, expected, names):
    assert read(text, names) == expected


@pytest.mark.model
@pytest.mark.parametrize(
    ("text", "name", "stays"),
    [
        ("It eases bowel trouble in diseases such as diabetes and Crohn's disease.", "Crohn's disease", True),
        ("It was taken beside therapies like cognitive-behavioral therapy and exposure therapy.", "exposure therapy", True),
        ("Depression is a serious mood disorder.", "mood disorder", False),
    ],
)
def test_a_name_that_ends_in_the_word_for_its_kind_gives_way_only_after_an_article(text, name, stays, names):
    from kg.sentences import open_parser, split

    (sentence,) = open_parser().parse(split(text))
    own = mentions._specific(Frame(sentence), mentions.find_names(text, names))
    assert any(text[found.start : found.end].endswith(name) for found in own) is stays


@pytest.mark.model
def test_a_class_of_substances_stays_where_it_says_what_something_is(names):
    from kg.sentences import open_parser, split

    text = "Phenazepam is a benzodiazepine drug."
    (sentence,) = open_parser().parse(split(text))
    specific = mentions._specific(Frame(sentence), mentions.find_names(text, names))
    assert [text[mark.start : mark.end] for mark in specific] == ["Phenazepam", "benzodiazepine drug"]


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        (["green tea", "kava"], ["green tea", "kava"]),
        (["active compounds", "kavain"], ["kavain"]),
        (["alkaloids", "mitragynine"], ["mitragynine"]),
    ],
)
def test_of_a_group_only_what_names_a_class_gives_way(labels, kept):
    founds = [found(mentions.slug(label), "Compound" if "com" in label else "Substance", 0, 1) for label in labels]
    founds = [
        mentions.replace(one, entities=(Entity(mentions.slug(label), label, one.type),)) for one, label in zip(founds, labels, strict=True)
    ]
    assert [one.entities[0].label for one in mentions._particular(founds)] == kept
