"""What `make check-identifiers` complains of; it looks the real tables up itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kg import lexicon

TOOLS = Path(__file__).resolve().parent.parent / "tools" / "lexicon"


@pytest.fixture
def tools(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    import check
    import rows
    import sources

    return check, rows, sources


def mapping(**cells):
    own = {"subject_id": "c:quxine", "subject_label": "quxine", "object_id": "CHEBI:1", "object_label": "quxine", "match_string": "quxine"}
    return {**own, **cells}


def complaints(tools, mapped, *, xrefs=("CHEBI:1",), known=("CHEBI:1",)):
    check, rows, _ = tools
    row = rows.Row("quxine", "compound", "quxine", ["quxinol"], xrefs=list(xrefs))
    return check.complaints({"quxine": row}, dict.fromkeys(known, "quxine"), {id_: {"quxine"} for id_ in known}, mapped)


def test_an_identifier_that_a_table_has_is_no_complaint(tools):
    assert complaints(tools, [mapping()]) == []


def test_an_identifier_that_no_table_has_is_a_complaint(tools):
    assert complaints(tools, [mapping()], known=()) == ["compound.tsv: quxine: CHEBI:1 is in no source table"]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"object_label": "other"}, "the labels are"),
        ({"subject_label": "other"}, "the labels are"),
        ({"match_string": "quxinol"}, "is no name of the identifier"),
        ({"match_string": "zzz"}, "is no name of the concept"),
        ({"object_id": "CHEBI:2"}, "the lexicon has CHEBI:1"),
        ({"object_id": "sssom:NoMapping"}, "the lexicon has CHEBI:1"),
        ({"subject_id": "c:gone"}, "no such concept"),
    ],
)
def test_a_mapping_that_says_another_thing_than_lexicon_and_table_is_a_complaint(tools, cells, said):
    assert any(said in line for line in complaints(tools, [mapping(**cells)]))


def test_a_concept_without_identifier_must_say_so(tools):
    assert complaints(tools, [mapping(object_id="sssom:NoMapping", object_label="", match_string="")], xrefs=()) == []
    assert complaints(tools, [], xrefs=()) == ["mappings: quxine: nothing; the lexicon has sssom:NoMapping"]


def test_the_mapping_set_says_what_the_lexicon_says(tools):
    check, rows, _ = tools
    assert [line for line in check.complaints(rows.read(), {}, {}, check.mappings()) if line.startswith("mappings")] == []


def test_every_prefix_in_use_has_a_source_table(tools):
    _, _, sources = tools
    used = {xref.partition(":")[0] for entry in lexicon.load().entries.values() for xref in entry.xrefs}
    assert used <= sources.PREFIXES


def test_names_that_mean_several_ids_give_no_identifier_but_by_label(tools):
    import ground

    _, rows, sources = tools
    table = sources.Table()
    table.add("hgnc:1", "QUX1")
    table.add("hgnc:2", "QUX2", ("qux two",))
    assert ground.candidates(rows.Row("f", "receptor", "qux family", ["QUX1", "QUX2"]), "hgnc", table) == []
    assert ground.candidates(rows.Row("f", "receptor", "qux two", ["QUX1", "QUX2"]), "hgnc", table) == [(0, "hgnc:2", "qux two")]
    assert ground.candidates(rows.Row("f", "receptor", "qux one", ["QUX1"]), "hgnc", table) == [(0, "hgnc:1", "QUX1")]
    chemical = sources.Table()
    chemical.add("CHEBI:1", "quxine A")
    chemical.add("CHEBI:2", "quxine B")
    assert ground.candidates(rows.Row("q", "compound", "quxines", ["quxine A", "quxine B"]), "CHEBI", chemical) == []
    assert ground.candidates(rows.Row("q", "compound", "quxines", ["quxine A"]), "CHEBI", chemical) == [(201, "CHEBI:1", "quxine A")]


def test_every_judgement_of_a_reader_is_kept(tools):
    import ground

    entries = lexicon.load().entries
    for id_, chosen in ground.reviewed("same").items():
        assert {xref for xref, _ in chosen} <= set(entries[id_].xrefs)
    for id_, refused in ground.reviewed("other").items():
        assert not {xref for xref, _ in refused} & set(entries[id_].xrefs)


def test_the_check_is_part_of_make_test():
    listed = subprocess.run(["make", "--dry-run", "test"], cwd=TOOLS.parents[1], capture_output=True, text=True, check=True).stdout
    assert "tools/lexicon/check.py" in listed
