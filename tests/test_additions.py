"""A user's terms as rows, and `kg lexicon add`."""

import pytest
from typer.testing import CliRunner

from kg import additions, lexicon, tables
from kg.cli.main import app
from kg.errors import InputError, TableError

HEADER = "id\ttype\tlabel\tnames\tkind\tparent\txrefs\tsource\n"


def obo(*terms):
    return "\n".join("[Term]\n" + "\n".join(lines) + "\n" for lines in terms)


QUXOSIS = ("id: LAB:1", "name: quxosis", 'synonym: "qux disease" EXACT []', 'synonym: "QXD" EXACT []', "is_a: LAB:2")
ILLNESS = ("id: LAB:2", "name: quxillness")


@pytest.fixture
def put(tmp_path):
    folder = tmp_path / "lab"
    folder.mkdir()

    def write(name, text):
        (folder / name).write_text(text, encoding="utf-8")
        return folder / name

    return write


def run(*words):
    found = CliRunner().invoke(app, ["lexicon", "add", *(str(word) for word in words)])
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found


def by_id(rows):
    return {row["id"]: row for row in rows}


def test_a_vocabulary_becomes_a_table_that_the_lexicon_reads(put, tmp_path):
    path = put("mine.obo", obo(QUXOSIS, ILLNESS))
    out = tmp_path / "out.tsv"
    assert run(path, "--type", "condition", "--out", out).stdout.splitlines() == [
        f"{out}: 2 concepts, 4 names",
        f"use it with: kg build INPUT --lexicon {out}",
    ]
    xref = "http://purl.obolibrary.org/obo/LAB_"
    assert out.read_text() == (
        HEADER
        + f"quxillness\tCondition\tquxillness\t\t\t\t{xref}2\tmine.obo\n"
        + f"quxosis\tCondition\tquxosis\tqux disease|QXD{{case}}\t\tquxillness\t{xref}1\tmine.obo\n"
    )
    lexica = lexicon.load((out,))
    assert [match.entities[0].id for match in lexica.find("Qux disease, QXD, not qxd.")] == ["quxosis", "quxosis"]
    assert lexica.entries["quxosis"].parent == "quxillness"


def test_the_index_is_prepared_for_the_first_build(put, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    out = tmp_path / "out.tsv"
    run(put("mine.obo", obo(QUXOSIS)), "--type", "Condition", "--out", out)
    lexicon._read.cache_clear()
    monkeypatch.setattr(lexicon, "_prepared", lambda _: pytest.fail("the index was not kept"))
    assert lexicon.load((out,)).named("quxosis", "Condition").id == "quxosis"
    lexicon._read.cache_clear()


def test_adding_the_same_again_changes_nothing(put, tmp_path):
    path = put("mine.obo", obo(QUXOSIS, ILLNESS, ("id: LAB:3", "name: Quxosis")))
    out = tmp_path / "out.tsv"
    run(path, "--type", "Condition", "--out", out)
    first = out.read_text()
    assert len(first.splitlines()) == 4
    run(path, "--type", "Condition", "--out", out)
    assert out.read_text() == first


def test_more_is_merged_into_a_table_that_is_there(put, tmp_path):
    out = put("out.tsv", HEADER + "aqux\tSubstance\taqux\taquxol\t\t\t\tours\n")
    run(put("mine.obo", obo(QUXOSIS)), "--type", "Condition", "--out", out)
    run(put("more.tsv", HEADER + "aqux\tsubstance\tAqux leaf\taquxine\t\t\tLAB:9\tours\n"), "--out", out)
    rows = by_id(tables.read(out, lexicon.USER_COLUMNS))
    assert list(rows) == ["aqux", "quxosis"]
    assert (rows["aqux"]["label"], rows["aqux"]["names"], rows["aqux"]["xrefs"]) == ("aqux", "aquxol|Aqux leaf|aquxine", "LAB:9")


def test_a_term_joins_the_shipped_concept_with_its_identifier_or_its_label(put):
    entries = lexicon.load().entries
    held = ((xref, entry.entity) for entry in entries.values() for xref in entry.xrefs if xref.startswith("MONDO:"))
    mondo, known = next(pair for pair in held if pair[1].type == "Condition")
    terms = (f"id: {mondo}", "name: quxly named"), ("id: LAB:2", "name: Anxiety"), ("id: MONDO:9999999", f"name: {known.label}")
    rows = additions.read(put("mine.obo", obo(*terms)), type="Condition").rows
    assert {row["label"]: row["id"] for row in rows} == {
        "quxly named": known.id,
        "Anxiety": "anxiety",
        known.label: f"{known.id}-mondo-9999999",
    }


def test_ids_stay_apart_across_types_and_scripts(put):
    path = put("mine.obo", obo(("id: LAB:1", "name: kava"), ("id: LAB:2", "name: 痛み"), ("id: 7", "name: 風邪")))
    ids = [row["id"] for row in additions.read(path, type="Condition").rows]
    assert ids == ["7", "kava-lab-1", "lab-2"]


def test_short_names_get_a_rule(put):
    lines = ("id: LAB:1", "name: quxosis", *(f'synonym: "{name}" EXACT []' for name in ("QX", "QXDS", "qxds", "qux", "QXDSAB", "1234")))
    (row,) = additions.read(put("mine.obo", obo(lines)), type="Condition").rows
    assert row["names"] == "QX{case}{with}|QXDS{case}|qxds|qux|QXDSAB|1234"


def test_names_that_a_table_cannot_hold_are_left_out_and_counted(put, tmp_path):
    lines = ("id: LAB:1", "name: quxosis", 'synonym: "a|b" EXACT []', 'synonym: "a {case}" EXACT []', 'synonym: "--" EXACT []')
    found = run(put("mine.obo", obo(lines)), "--type", "Condition", "--out", tmp_path / "out.tsv")
    assert "1 concepts, 1 names; 3 names left out" in found.stdout


def test_looser_synonyms_are_taken_where_asked(put):
    path = put("mine.obo", obo((*QUXOSIS, 'synonym: "quxes" RELATED []')))
    assert "quxes" not in additions.read(path, type="Condition").rows[0]["names"]
    assert "quxes" in additions.read(path, type="Condition", related=True).rows[0]["names"]


def test_a_branch_is_the_term_and_what_is_below_it(put):
    path = put("mine.obo", obo(QUXOSIS, ILLNESS, ("id: LAB:3", "name: quxother"), ("id: LAB:4", "name: quxitis", "is_a: LAB:1")))
    assert [row["id"] for row in additions.read(path, type="Condition", under="LAB:2").rows] == ["quxillness", "quxitis", "quxosis"]
    with pytest.raises(TableError, match=r"lab/mine\.obo: no term 'LAB:9'"):
        additions.read(path, type="Condition", under="LAB:9")


def test_public_vocabularies_tell_their_type_and_others_must_be_told(put):
    path = put("mine.obo", obo(("id: MONDO:9999999", "name: quxosis")))
    assert [(row["type"], row["xrefs"]) for row in additions.read(path).rows] == [("Condition", "MONDO:9999999")]
    with pytest.raises(
        TableError, match=r"lab/mine\.obo:1: nothing tells the type of LAB:1 \(and of 1 more\); `kg lexicon add mine\.obo --type TYPE`"
    ):
        additions.read(put("mine.obo", obo(QUXOSIS, ILLNESS)))


def test_every_vocabulary_type_is_a_type_and_has_a_prefix():
    types = {entry.entity.type for entry in lexicon.load().entries.values()}
    known = additions._vocabulary_types()
    assert set(known.values()) <= types
    assert set(known) <= set(lexicon.prefixes())


def test_a_vocabulary_can_be_given_as_a_lexicon_itself(put):
    turtle = (
        "@prefix s: <http://www.w3.org/2004/02/skos/core#> .\n"
        '<http://purl.obolibrary.org/obo/MONDO_9999999> a s:Concept ; s:prefLabel "quxosis"@en ; s:exactMatch <https://lab.example/1> .\n'
    )
    lexica = lexicon.load((put("mine.ttl", turtle),))
    (match,) = lexica.find("It cures quxosis.")
    entry = lexica.entries[match.entities[0].id]
    assert (entry.xrefs, entry.where) == (
        ("MONDO:9999999", "https://lab.example/1"),
        "lab/mine.ttl#http://purl.obolibrary.org/obo/MONDO_9999999",
    )


def test_a_table_without_types_takes_the_one_that_is_told(put, tmp_path):
    path = put("mine.tsv", HEADER.replace("type\t", "") + "quxine\tquxine\tquxinol\t\t\t\tours\n")
    with pytest.raises(TableError, match=r"lab/mine\.tsv:1: columns are"):
        additions.read(path)
    assert additions.read(path, type="Alkaloid").rows[0]["type"] == "Alkaloid"
    assert run(path, "--type", "alkaloid", "--out", tmp_path / "out.tsv").exit_code == 0


def test_a_type_of_a_row_is_its_own(put):
    path = put("mine.tsv", HEADER + "quxine\tAlkaloid\tquxine\t\t\t\t\tours\n")
    assert additions.read(path, type="Substance").rows[0]["type"] == "Alkaloid"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("kava\tCondition\tkava\t\t\t\t\tours", r"lab/mine\.tsv:2: id 'kava' is a Substance at lexicon/substance\.tsv:\d+; must be unique"),
        ("Qux\tCondition\tkava\t\t\t\t\tours", r"lab/mine\.tsv:2: id 'Qux'; must be lower-case"),
        ("qux\tMood\tkava\t\t\t\t\tours", r"lab/mine\.tsv:2: type 'Mood'; known: "),
        ("qux\tCondition\tqux\t\t\t\t\t", r"lab/mine\.tsv:2: no source"),
    ],
)
def test_what_is_wrong_with_a_row_is_told_with_its_place(put, tmp_path, row, said):
    with pytest.raises(TableError, match=said):
        run(put("mine.tsv", HEADER + row + "\n"), "--out", tmp_path / "out.tsv")
    assert not (tmp_path / "out.tsv").exists()


def test_one_id_cannot_have_two_types(put):
    one = additions.read(put("one.tsv", HEADER + "qux\tCondition\tqux\t\t\t\t\tours\n")).rows
    other = additions.read(put("other.tsv", HEADER + "qux\tEffect\tqux\t\t\t\t\tours\n")).rows
    with pytest.raises(TableError, match=r"lab/other\.tsv:2: id 'qux' is a Condition at lab/one\.tsv:2"):
        additions.merge(one, other)


def test_a_label_that_no_row_can_have_is_told_with_its_place(put):
    with pytest.raises(TableError, match=r"lab/mine\.obo:1: name '--'; must have a letter or a digit"):
        additions.read(put("mine.obo", obo(("id: LAB:1", "name: --"))), type="Condition")


def test_wrong_use_is_exit_2(put, tmp_path):
    path = put("mine.obo", obo(QUXOSIS))
    table = put("mine.tsv", HEADER)
    assert run(path, "--type", "Mood").exit_code == 2
    assert run(tmp_path / "none.obo").exit_code == 2
    assert run(table, "--under", "LAB:1", "--out", tmp_path / "out.tsv").exit_code == 2
    assert run(table, "--out", tmp_path / "out.obo").exit_code == 2


def test_a_table_that_cannot_be_written_is_told(put, tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        run(put("mine.obo", obo(QUXOSIS)), "--type", "Condition", "--out", tmp_path / "none" / "out.tsv")


@pytest.mark.parametrize(
    ("id_", "spaces", "wanted"),
    [
        ("mondo:1", {}, "MONDO:1"),
        ("LAB:1", {"LAB": "https://lab.example/"}, "https://lab.example/1"),
        ("http://purl.uniprot.org/uniprot/P1", {}, "uniprot:P1"),
        ("https://lab.example/x", {}, "https://lab.example/x"),
        ("javascript:alert(1)", {}, "http://purl.obolibrary.org/obo/javascript_alert(1)"),
        ("plain", {}, ""),
        ("https://lab.example/a b", {}, ""),
    ],
)
def test_identifiers_are_curies_of_the_prefix_map_or_iris(id_, spaces, wanted):
    assert additions.identifier(id_, spaces) == wanted
