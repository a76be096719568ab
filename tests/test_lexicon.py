import pytest

from kg import lexicon, tables
from kg.resources import ONTOLOGY

FILES = sorted((ONTOLOGY / "lexicon").glob("*.tsv"))


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
            owners.setdefault(name.casefold(), set()).add(row["id"])
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
