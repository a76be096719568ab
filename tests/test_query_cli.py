import csv
import io
import json

import pytest
from typer.testing import CliRunner

from kg.cli.main import app
from kg.errors import InputError, QueryError
from tests.factories import claim, write_build

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path):
    claims = [claim("kava alleviates anxiety"), claim("kava contains kavain", start=100)]
    return write_build(tmp_path / "built", claims).path


def run(*arguments):
    result = RUN.invoke(app, ["query", *map(str, arguments)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_without_a_query_the_named_ones_are_listed():
    text = run().stdout
    assert "relieves" in text
    assert "unmentioned-cautions" in text


def test_rows_come_as_csv(folder):
    text = run("SELECT ?o WHERE { c:kava kg:contains ?o }", "--graph", folder, "--format", "csv").stdout
    assert list(csv.reader(io.StringIO(text))) == [["o"], ["https://w3id.org/substance-kg/concept/kavain"]]


def test_rows_come_as_json(folder):
    text = run("SELECT ?l WHERE { c:kavain skos:prefLabel ?l }", "--graph", folder, "--format", "json").stdout
    bindings = json.loads(text)["results"]["bindings"]
    assert [binding["l"]["value"] for binding in bindings] == ["kavain"]


def test_a_table_names_concepts_shortly(folder):
    assert "c:kavain" in run("SELECT ?o WHERE { c:kava kg:contains ?o }", "--graph", folder).stdout


ROWS = "SELECT ?o ?oLabel ?n ?words WHERE { VALUES (?o ?oLabel ?n ?words) { %s } }"
LONG = "one sentence that is much longer than any column of a table can be at eighty characters, and then some more"


def table(rows, folder, *, columns=None):
    """The lines of a table as a pipe sees them, or a terminal of so many columns."""
    result = RUN.invoke(app, ["query", ROWS % rows, "--graph", str(folder)], env={"COLUMNS": columns and str(columns)})
    return result.stdout.splitlines()


def test_a_label_stands_for_its_concept(folder):
    head, _, *rows, _ = table("(c:kava 'kava' 1 'x')(c:kavain 'kavain' 20 'y')", folder)
    assert head.split() == ["o", "n", "words"]
    assert [row.split() for row in rows] == [["kava", "1", "x"], ["kavain", "20", "y"]]


@pytest.mark.parametrize("rows", ["(c:a 'kava' 1 'x')(c:b 'kava' 2 'x')", "(c:a 'kava' 1 'x')(c:b UNDEF 2 'x')"])
def test_a_label_that_does_not_tell_them_apart_stands_beside_them(folder, rows):
    head, _, first, second, _ = table(rows, folder)
    assert head.split() == ["o", "oLabel", "n", "words"]
    assert (first.split()[0], second.split()[0]) == ("c:a", "c:b")


def test_a_row_in_a_pipe_is_one_line_whatever_it_holds(folder):
    lines = table(f"(c:kava 'kava' 1 '{LONG * 9}\\r\\n\\u001B[31mend')", folder)
    assert len(lines) == 4
    assert lines[2].endswith(f"{LONG} \ufffd[31mend")


def test_a_table_at_eighty_columns_wraps_between_words(folder):
    lines = table(f"(c:kava 'kava' 1 '{LONG}')", folder, columns=80)
    assert max(map(len, lines)) <= 80
    assert lines[0].split() == ["o", "n", "words"]
    assert " ".join(" ".join(lines[2:-1]).split()) == f"kava 1 {LONG}"


def test_columns_that_do_not_fit_come_one_below_the_other(folder):
    lines = table(f"(c:kava 'kava' 1 '{LONG}')(c:kavain 'kavain' 2 'short')", folder, columns=16)
    assert max(map(len, lines)) <= 16
    assert [line for line in lines if line.startswith("row")] == ["row 1 ──────────", "row 2 ──────────"]
    assert lines[-4:] == ["o      kavain", "n      2", "words  short", "2 rows"]


def test_numbers_are_set_to_the_right(folder):
    _, _, *rows, _ = table("(c:kava 'kava' 1 'x')(c:kavain 'kavain' 200 'y')", folder)
    assert rows == ["kava      1  x", "kavain  200  y"]


def test_a_document_has_a_short_name_too(folder):
    assert "document/a" in run("SELECT DISTINCT ?d WHERE { ?d a kg:Document }", "--graph", folder).stdout.split()


def test_an_answer_without_columns_is_counted(folder):
    assert run("SELECT * WHERE {}", "--graph", folder).stdout.split() == ["1", "row"]


@pytest.mark.parametrize(("object_", "answer"), [("c:kavain", "true"), ("c:anxiety", "false")])
def test_ask_says_true_or_false(folder, object_, answer):
    assert run(f"ASK {{ c:kava kg:contains {object_} }}", "--graph", folder).stdout.strip() == answer


def test_construct_comes_as_turtle(folder):
    text = run("CONSTRUCT { ?s kg:contains ?o } WHERE { ?s kg:contains ?o }", "--graph", folder, "--format", "turtle").stdout
    assert "c:kava kg:contains c:kavain" in text


def test_a_cell_is_no_formula(folder):
    text = run('SELECT ("=1+1" AS ?x) WHERE {}', "--graph", folder, "--format", "tsv").stdout
    assert text == "x\n'=1+1\n"


@pytest.mark.parametrize(
    "sparql", ["DELETE WHERE { ?s ?p ?o }", "SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", "SELECT nonsense"]
)
def test_updates_services_and_nonsense_are_refused(folder, sparql):
    with pytest.raises(QueryError):
        run(sparql, "--graph", folder)


def test_turtle_of_rows_is_refused(folder):
    with pytest.raises(QueryError, match="CONSTRUCT"):
        run("SELECT * WHERE { ?s ?p ?o }", "--graph", folder, "--format", "turtle")


def test_parameters_belong_to_named_queries(folder):
    with pytest.raises(QueryError, match="--name"):
        run("ASK {}", "--set", "substance=kava", "--graph", folder)


def test_a_query_or_a_name_but_not_both(folder):
    assert run("ASK {}", "--name", "relieves", "--graph", folder).exit_code == 2


def test_a_named_query_takes_its_parameter(folder):
    text = run("--name", "relieves", "--set", "substance=kava", "--graph", folder, "--format", "csv").stdout
    assert "anxiety" in text


def test_a_cut_answer_says_so(folder):
    assert "cut" in run("SELECT * WHERE { ?s ?p ?o }", "--limit", 1, "--graph", folder, "--format", "csv").stderr


def test_a_folder_without_a_graph_is_named(tmp_path):
    with pytest.raises(InputError, match="kg build"):
        run("ASK {}", "--graph", tmp_path)


def test_the_page_is_exported_with_sparql(folder, tmp_path):
    result = RUN.invoke(app, ["export", "html", "--graph", str(folder), "--out", str(tmp_path / "graph.html"), "--with-sparql"])
    assert result.exit_code == 0
    assert "wasm-unsafe-eval" in (tmp_path / "graph.html").read_text(encoding="utf-8")


def test_another_format_cannot_carry_sparql(folder, tmp_path):
    result = RUN.invoke(app, ["export", "turtle", "--graph", str(folder), "--out", str(tmp_path / "graph.ttl"), "--with-sparql"])
    assert result.exit_code == 2
    assert not (tmp_path / "graph.ttl").exists()
