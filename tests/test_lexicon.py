import re

import pytest

from kg import lexicon, tables
from kg.errors import TableError
from kg.resources import ONTOLOGY

FILES = sorted((ONTOLOGY / "lexicon").glob("*.tsv"))

HEADER = "id\ttype\tlabel\tnames\tkind\tparent\txrefs\tsource\n"


@pytest.fixture(scope="module")
def names():
    return lexicon.load()


def found(names, text):
    return {text[match.start : match.end]: {entity.id for entity in match.entities} for match in names.find(text)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rows_are_sorted_and_every_row_has_a_source(path):
    rows = tables.read(path, lexicon.COLUMNS)
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert [row.where for row in rows if not row["source"]] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_name_belongs_to_two_concepts_of_one_type(path):
    owners = {}
    for row in tables.read(path, lexicon.COLUMNS):
        for name in {row["label"], *row.values("names")}:
            written = lexicon.plain(name) if "{case}" in name else ""
            owners.setdefault((lexicon.normal(lexicon.plain(name)), written), set()).add(row["id"])
    assert {name: ids for name, ids in owners.items() if len(ids) > 1} == {}


def test_every_parent_is_in_the_lexicon(names):
    assert [entry.entity.id for entry in names.entries.values() if entry.parent and entry.parent not in names.entries] == []


def test_every_prefix_of_an_identifier_is_in_the_prefix_map(names):
    known = set(lexicon.prefixes())
    assert {xref.partition(":")[0] for entry in names.entries.values() for xref in entry.xrefs} <= known


def test_it_is_as_broad_as_promised(names):
    assert len(names.entries) >= 3_000
    assert sum(len(entry.entity.names) for entry in names.entries.values()) >= 12_000


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("7-hydroxy-mitragynine", "7-hydroxymitragynine"),
        ("7 OH mitragynine", "7-hydroxymitragynine"),
        ("mu opioid receptor", "mu-opioid-receptor"),
        ("µ-opioid receptors", "mu-opioid-receptor"),
        ("5-HT2A", "5-ht2a-receptor"),
        ("5‑HT(2A) receptor", "5-ht2a-receptor"),
        ("GABA-A receptors", "gaba-a-receptor"),
    ],
)
def test_spelling_does_not_hide_a_name(names, text, id_):
    ids = set().union(*found(names, f"It binds {text} here.").values())
    assert id_ in ids


def test_cava_is_not_kava(names):
    assert found(names, "We drank cava at the wedding.") == {}


AMBIGUOUS = {
    "E": ("E is a letter.", "They took E with ecstasy tablets.", "mdma"),
    "ice": ("Ice was on the road.", "He smoked ice, a form of meth.", "methamphetamine"),
    "speed": ("The speed of the car grew.", "Speed is a slang word for amphetamine.", "amphetamine"),
    "MAO": ("Chairman Mao spoke.", "It inhibits MAO in the brain.", "monoamine-oxidase"),
    "CB1": ("The CB1 cable and the CB1 connector were replaced.", "It binds CB1 in the brain.", "cb1-receptor"),
    "K2": ("They climbed K2 in winter.", "K2 is a synthetic cannabinoid.", "synthetic-cannabinoid"),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_a_short_or_common_word_counts_only_in_its_context(names, name):
    other, meant, id_ = AMBIGUOUS[name]
    assert id_ not in set().union(*found(names, other).values(), set())
    at = re.search(rf"\b{name}\b", meant, re.IGNORECASE).start()
    assert id_ in {entity.id for match in names.find(meant) if match.start == at for entity in match.entities}


def test_a_letter_in_another_case_is_no_name(names):
    assert "mdma" not in found(names, "Take ecstasy, e.g. a pill, or e as a number.").get("e", set())


@pytest.mark.parametrize("text", ["Ice was on the road.", "The speed of the car grew.", "E is a letter.", "Press K on the keyboard."])
def test_common_words_are_no_slang_without_context(names, text):
    ids = set().union(*found(names, text).values(), set())
    assert not {one for one in ids if names.entries[one].entity.type == "Substance"}


def test_offsets_are_those_of_the_text(names):
    text = "Naïve users: KRATOM\u00ad leaf, then kava."
    for match in names.find(text):
        assert text[match.start : match.end].strip() == text[match.start : match.end]
    assert {"kava"} <= set(found(names, text))


def test_a_users_terms_join_the_lexicon(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text(
        "id\ttype\tlabel\tnames\tkind\tparent\txrefs\tsource\nquxine\tSubstance\tquxine\tquxinol\t\t\t\tour laboratory\n", encoding="utf-8"
    )
    assert found(lexicon.load((path,)), "Quxinol is new.") == {"Quxinol": {"quxine"}}


def test_a_users_row_adds_to_a_shipped_concept(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text(HEADER + "worry\tCondition\tworry\tquxangst\t\tanxiety\tLAB:1\tours\n", encoding="utf-8")
    own = lexicon.load((path,))
    assert found(own, "Quxangst!") == {"Quxangst": {"worry"}}
    shipped = lexicon.load().entries["worry"]
    assert (own.entries["worry"].xrefs, own.entries["worry"].parent) == ((*shipped.xrefs, "LAB:1"), shipped.parent or "anxiety")


def test_a_users_row_cannot_have_the_id_of_another_type(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text(HEADER + "kava\tCondition\tkava\t\t\t\t\tours\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"mine\.tsv:2: id 'kava' is a Substance at lexicon/substance\.tsv:\d+; must be unique"):
        lexicon.load((path,))


def test_a_label_is_one_name(tmp_path):
    path = tmp_path / "mine.tsv"
    path.write_text(HEADER + "qux\tCondition\tqux|quux\t\t\t\t\tours\nquy\tCondition\t\t\t\t\t\tours\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"mine\.tsv:2: label 'qux\|quux'; must be one name\n.*mine\.tsv:3: label ''"):
        lexicon.load((path,))


def test_the_prepared_index_says_what_the_tables_say(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    lexicon._read.cache_clear()
    first = lexicon.load()
    lexicon._read.cache_clear()
    assert list((tmp_path / "substance-kg").glob("lexicon-*.json"))
    monkeypatch.setattr(lexicon, "_prepared", lambda _: pytest.fail("the kept index was not used"))
    again = lexicon.load()
    text = "Kratom (5-HT2A), CB1 and MAO; α-bisabolol, GABA-A."
    assert again.entries == first.entries
    assert again.find(text) == first.find(text)
    lexicon._read.cache_clear()


def test_an_index_that_is_damaged_is_prepared_again(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    lexicon._read.cache_clear()
    count = len(lexicon.load().entries)
    (index,) = (tmp_path / "substance-kg").glob("lexicon-*.json")
    index.write_text("{", encoding="utf-8")
    lexicon._read.cache_clear()
    assert len(lexicon.load().entries) == count
    lexicon._read.cache_clear()


def test_the_concept_of_a_name_and_a_type(names):
    assert names.named("Kratom", "Substance").id == "kratom"
    assert names.named("kratom", "Condition") is None
    assert names.named("E", "Substance") is None
    assert names.named("quxine", "Substance") is None
