"""kg build, kg demo, kg watch as a user calls them: what is said, what is written, and the exit codes of DESIGN."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time

import pytest
from document_samples import LINE
from fake_extraction import open_fake
from typer.testing import CliRunner

from kg import DISCLAIMER
from kg.cli.main import app
from kg.errors import InputError

CLAIM = "Kava relieves worry.\n"


@pytest.fixture
def kg(monkeypatch):
    """Return a function that runs `kg` with an extractor of a few lines, in this process."""
    monkeypatch.setattr("kg.extraction.open_extractor", lambda **_: open_fake())

    def call(*arguments, **options):
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], **options)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


def test_a_build_says_what_it_read_and_where_the_graph_is(kg, tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(CLAIM)
    result = kg("build", tmp_path / "in", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "1 documents read, 0 skipped; 1 sentences, 1 claims",
        *(str(tmp_path / "out" / name) for name in ("claims.jsonl", "graph.html", "graph.ttl")),
        DISCLAIMER,
    ]


def test_what_cannot_be_read_is_named_and_the_rest_is_built(kg, tmp_path):
    (tmp_path / "a.txt").write_text(CLAIM)
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "binary.txt").write_bytes(b"\0\1")
    (tmp_path / "evil\x1b[31m.txt").write_bytes(b"\0\1")
    names = [path.name for path in tmp_path.iterdir()]
    result = kg("build", *(tmp_path / name for name in names), tmp_path / "gone.txt", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert f"{tmp_path}/gone.txt: no such file or folder; skipped" in result.stderr
    assert "empty.txt: empty; skipped" in result.stderr
    assert "binary.txt: binary file, not text; skipped" in result.stderr
    assert "\x1b" not in result.stderr
    assert kg("build", tmp_path / "a.txt", tmp_path / "gone.txt", "--out", tmp_path / "out", "--strict").exit_code == 1


def test_nothing_to_read_is_exit_1_and_wrong_use_is_exit_2(kg, tmp_path):
    (tmp_path / "a.txt").write_text(CLAIM)
    with pytest.raises(InputError, match="no document could be read"):
        kg("build", tmp_path / "gone", "--out", tmp_path / "out")
    assert kg("build").exit_code == 2
    for option, value in (
        ("--formats", "klingon"),
        ("--reader", "klingon"),
        ("--engine", "steam"),
        ("--workers", "0"),
        ("--partition-format", "klingon"),
    ):
        result = kg("build", tmp_path / "a.txt", "--out", tmp_path / "out", option, value)
        assert result.exit_code == 2, option
    assert kg("build", tmp_path / "a.txt", "--lexicon", tmp_path / "none.tsv").exit_code == 2


def test_a_users_terms_go_with_the_build_and_no_path_of_the_machine_does(kg, tmp_path):
    (tmp_path / "a.txt").write_text(CLAIM)
    table = tmp_path / "mine.tsv"
    rows = ("id\ttype\tlabel\tnames\tkind\tparent\txrefs\tsource", "worry\tcondition\tworry\t\t\tunrest\thttps://lab.example/1\tours")
    table.write_text("\n".join((*rows, "unrest\tCondition\tunrest\t\t\t\t\tours")) + "\n")
    kg("build", tmp_path / "a.txt", "--out", tmp_path / "out", "--lexicon", table)
    report = (tmp_path / "out" / "report.json").read_text()
    assert json.loads(report)["lexicons"] == ["mine.tsv"]
    assert str(tmp_path) not in report
    table.unlink()
    kg("export", "nquads", "--graph", tmp_path / "out", "--out", tmp_path / "graph.nq")
    quads = (tmp_path / "graph.nq").read_text()
    assert "concept/worry> <http://www.w3.org/2004/02/skos/core#exactMatch> <https://lab.example/1>" in quads
    assert "concept/worry> <http://www.w3.org/2004/02/skos/core#broader> <https://w3id.org/substance-kg/concept/unrest>" in quads
    assert "https://lab.example/1" in (tmp_path / "out" / "graph.html").read_text()
    kg("build", tmp_path / "a.txt", "--out", tmp_path / "out")
    assert not (tmp_path / "out" / "lexicon.tsv").exists()
    assert json.loads((tmp_path / "out" / "report.json").read_text())["lexicons"] == []


def test_no_claims_is_a_warning(kg, tmp_path):
    (tmp_path / "a.txt").write_text("Nothing here.")
    result = kg("build", tmp_path / "a.txt", "--out", tmp_path / "out")
    assert result.exit_code == 0
    assert "no claims found" in result.stderr


def test_standard_input_is_an_input(kg, tmp_path):
    result = kg("build", "-", "--out", tmp_path / "out", input=CLAIM)
    assert result.exit_code == 0
    claim = json.loads((tmp_path / "out" / "claims.jsonl").read_text())
    assert (claim["doc"], claim["source"]["path"]) == ("stdin", "stdin")
    line = json.dumps({"id": "x", "words": CLAIM})
    assert kg("build", "-", "--out", tmp_path / "out", "--reader", "jsonl", "--column", "words", input=line).exit_code == 0
    assert json.loads((tmp_path / "out" / "claims.jsonl").read_text())["doc"] == "stdin/x"


def test_more_formats_and_a_store_are_written(kg, tmp_path):
    (tmp_path / "a.txt").write_text(CLAIM)
    result = kg("build", tmp_path / "a.txt", "--out", tmp_path / "out", "--formats", "nquads, trig", "--store", tmp_path / "store")
    assert result.exit_code == 0
    assert {"graph.nq", "graph.trig", "graph.ttl", "graph.html"} <= {path.name for path in (tmp_path / "out").iterdir()}
    assert str(tmp_path / "store") in result.stdout
    assert (tmp_path / "store").is_dir()


def test_the_page_answers_sparql_only_where_that_is_asked_for(kg, tmp_path):
    (tmp_path / "a.txt").write_text(CLAIM)
    pages = []
    for options in ([], ["--with-sparql"], []):
        assert kg("build", tmp_path / "a.txt", "--out", tmp_path / "out", *options).exit_code == 0
        pages.append((tmp_path / "out" / "graph.html").read_bytes())
    assert [answers_sparql(page) for page in pages] == [False, True, False]
    assert pages[0] == pages[2]


def answers_sparql(page):
    return b"'wasm-unsafe-eval'" in page.replace(b"&#39;", b"'")


def test_many_faults_are_named_up_to_a_bound(kg, tmp_path):
    (tmp_path / "a.txt").write_text(CLAIM)
    (tmp_path / "bad.jsonl").write_text("{\n" * 80)
    result = kg("build", tmp_path / "a.txt", tmp_path / "bad.jsonl", "--out", tmp_path / "out")
    assert result.stderr.count("; skipped") == 50
    assert "30 more skipped" in result.stderr


def test_plain_lines_tell_how_far_it_is(kg, tmp_path, monkeypatch):
    monkeypatch.setattr("kg.cli.build._PLAIN_EVERY_SECONDS", -1.0)
    (tmp_path / "a.txt").write_text(CLAIM)
    assert "1 of 1 files, 1 documents, 1 claims" in kg("build", tmp_path / "a.txt", "--out", tmp_path / "out").stdout


def test_a_terminal_gets_a_bar(kg, tmp_path, monkeypatch):
    import io

    from kg.cli import build
    from kg.pipeline import Progress

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    with build._watcher() as show:
        show(Progress(files=3, total=9, claims=77))
    assert "77 claims" in screen.getvalue()


def test_the_demo_builds_the_examples_and_opens_the_page(kg, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("typer.launch", opened.append)
    assert kg("demo", "--out", tmp_path / "out").exit_code == 0
    assert opened == [str((tmp_path / "out" / "graph.html").resolve())]
    assert kg("demo", "--out", tmp_path / "out", "--no-browser").exit_code == 0
    assert len(opened) == 1
    assert not answers_sparql((tmp_path / "out" / "graph.html").read_bytes())
    assert kg("demo", "--out", tmp_path / "out", "--no-browser", "--with-sparql").exit_code == 0
    assert answers_sparql((tmp_path / "out" / "graph.html").read_bytes())


@pytest.mark.parametrize("options", [[], ["--with-sparql"]])
def test_watch_builds_again_when_a_file_changes(kg, tmp_path, monkeypatch, options):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(CLAIM)
    rounds, pages = [], []

    def changes(*places, watch_filter, **_):
        assert [str(place) for place in places] == [str(tmp_path / "in")]
        assert watch_filter(None, str(tmp_path / "in" / "a.txt"))
        assert not watch_filter(None, str(tmp_path / "out" / "claims.jsonl"))
        assert not watch_filter(None, str(tmp_path / "in" / ".a.swp"))
        (tmp_path / "in" / "b.txt").write_text(CLAIM)
        yield rounds.append(1)
        pages.append((tmp_path / "out" / "graph.html").read_bytes())
        for path in (tmp_path / "in").iterdir():
            path.unlink()
        yield rounds.append(2)
        raise KeyboardInterrupt

    monkeypatch.setattr("watchfiles.watch", changes)
    result = kg("watch", tmp_path / "in", "--out", tmp_path / "out", *options)
    assert result.exit_code == 0
    assert "2 documents read" in result.stdout
    assert "no document could be read" in result.stderr
    assert rounds == [1, 2]
    assert [answers_sparql(page) for page in pages] == [bool(options)]


def test_watch_needs_what_is_there(kg, tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        kg("watch", tmp_path / "gone")


@pytest.mark.model
def test_the_real_command_builds_twice_to_the_same_bytes(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(f"{LINE} Kava contains kavalactones.\n" * 3)
    (tmp_path / "in" / "b.md").write_text(f"# Kava\n\n{LINE}\n")
    outputs = []
    for seed, workers in (("1", "1"), ("2", "2")):
        out = tmp_path / seed
        command = [sys.executable, "-m", "kg", "build", str(tmp_path / "in"), "--out", str(out), "--workers", workers]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True)
        outputs.append({name: (out / name).read_bytes() for name in ("claims.jsonl", "documents.jsonl", "graph.ttl", "graph.html")})
    assert outputs[0] == outputs[1]


@pytest.mark.model
def test_the_second_of_two_builds_at_once_is_told(tmp_path):
    from kg import journal

    (tmp_path / "a.txt").write_text(CLAIM)
    with journal.opened(tmp_path / "out"):
        command = [sys.executable, "-m", "kg", "build", str(tmp_path / "a.txt"), "--out", str(tmp_path / "out")]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stderr.startswith(f"kg: {tmp_path}/out: another build is writing")


@pytest.mark.soak
def test_watch_notices_a_change_for_real(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(CLAIM)
    command = [sys.executable, "-m", "kg", "watch", str(tmp_path / "in"), "--out", str(tmp_path / "out")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(iter(process.stdout.readline, "")))
    reader.start()
    try:
        deadline = time.monotonic() + 60
        while not any("watching" in line for line in lines) and time.monotonic() < deadline:
            time.sleep(0.1)
        (tmp_path / "in" / "b.txt").write_text(CLAIM)
        while not any(line.startswith("2 documents") for line in lines) and time.monotonic() < deadline:
            time.sleep(0.1)
    finally:
        process.terminate()
        process.wait()
        reader.join()
        process.stdout.close()
    assert any(line.startswith("2 documents") for line in lines)
