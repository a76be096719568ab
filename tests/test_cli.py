from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kg import DISCLAIMER
from kg.cli import main
from kg.cli.app import app, printable
from kg.errors import InputError, QueryError

COMMANDS = sorted(command.name or command.callback.__name__.replace("_", "-") for command in app.registered_commands if command.callback)
HEAVY = {"spacy", "thinc", "pyvis", "pyshacl", "rdflib", "networkx", "scipy", "pandas", "pyarrow", "IPython", "starlette", "uvicorn", "ray"}
HEAVY |= {"numpy", "sklearn", "lxml", "trafilatura", "rustworkx", "playwright"}


def kg(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kg", *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    found = CliRunner().invoke(app, [command, "--help"])
    assert found.exit_code == 0
    assert len(found.output) > 200


def test_help_says_that_this_is_no_medical_advice() -> None:
    assert " ".join(DISCLAIMER.split()) in " ".join(CliRunner().invoke(app, ["--help"], terminal_width=300).output.split())


def test_help_loads_nothing_heavy() -> None:
    code = "import sys, kg.cli.main; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "typer" in loaded
    assert HEAVY & set(loaded) == set()


def test_a_usage_error_exits_with_2() -> None:
    found = kg("build", "--no-such-option")
    assert found.returncode == 2
    assert "no-such-option" in found.stderr


def test_a_problem_that_the_user_can_mend_is_one_line_and_exit_1(tmp_path: Path) -> None:
    found = kg("eval", str(tmp_path), str(tmp_path))
    assert found.returncode == 1
    assert found.stdout == ""
    assert found.stderr == f"kg: {tmp_path}: no gold annotations here; must hold NAME.json and NAME.sents.json\n"


@pytest.mark.parametrize("error", [InputError, QueryError])
def test_every_kg_error_is_told_on_standard_error(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        message = "a.txt: \x1b[31mwrong"
        raise error(message)

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(SystemExit) as caught:
        main.run()
    assert caught.value.code == 1
    assert capsys.readouterr().err == "kg: a.txt: \ufffd[31mwrong\n"


def test_a_bug_shows_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError

    monkeypatch.setattr(main, "app", fail)
    with pytest.raises(RuntimeError):
        main.run()


@pytest.mark.parametrize(
    ("text", "shown"),
    [("plain\ttext\n", "plain\ttext\n"), ("\x1b]0;x\x07", "\ufffd]0;x\ufffd"), ("a\u202eb", "a\ufffdb"), ("µ-opioid é", "µ-opioid é")],
)
def test_what_could_steer_a_terminal_is_replaced(text: str, shown: str) -> None:
    assert printable(text) == shown


@pytest.mark.model
def test_explain_shows_names_cues_claims_and_what_was_refused() -> None:
    text = "Kava relieves anxiety. Kava may cause nausea, but kratom does not contain kavain."
    found = CliRunner().invoke(app, ["explain", text])
    assert found.exit_code == 0
    for expected in (
        "lexicon/substance.tsv:",
        "triggers/alleviates.tsv:",
        "cues.tsv:",
        "named",
        "wordings",
        "claims",
        "refused",
        DISCLAIMER,
    ):
        assert expected in found.output


@pytest.mark.model
def test_explain_reads_standard_input_and_says_where_nothing_is_claimed() -> None:
    found = CliRunner().invoke(app, ["explain", "-"], input="The shop was closed on Monday.\x1b[31m")
    assert found.exit_code == 0
    assert "no claims found" in found.output
    assert "\x1b" not in found.output


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    text = "Kava relieves anxiety. Kava contains kavain."
    record = {
        "doc": "a",
        "entities": [
            {"id": "k", "type": "Substance", "names": ["kava"]},
            {"id": "x", "type": "Condition", "names": ["anxiety"]},
            {"id": "v", "type": "Compound", "names": ["kavain"]},
        ],
        "claims": [
            {"sent": 0, "subj": "k", "pred": "alleviates", "obj": "x", "polarity": "affirmed", "certainty": "asserted", "basis": "none"},
            {"sent": 1, "subj": "k", "pred": "contains", "obj": "v", "polarity": "affirmed", "certainty": "asserted", "basis": "none"},
        ],
    }
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    (tmp_path / "a.json").write_text(json.dumps(record), encoding="utf-8")
    (tmp_path / "a.sents.json").write_text("[[0, 22], [23, 44]]", encoding="utf-8")
    return tmp_path


@pytest.mark.model
def test_eval_reads_the_texts_and_scores_them(gold: Path) -> None:
    found = CliRunner().invoke(app, ["eval", str(gold), str(gold), "--misses", str(gold / "misses.jsonl")])
    assert found.exit_code == 0
    assert found.output.startswith("claims ")
    assert "over matched claims: type" in found.output
    assert (gold / "misses.jsonl").is_file()


def test_eval_scores_a_file_of_claims(gold: Path) -> None:
    (gold / "claims.jsonl").write_text("", encoding="utf-8")
    words = [
        "eval",
        str(gold),
        str(gold),
        "--claims",
        str(gold / "claims.jsonl"),
        "--format",
        "json",
        "--misses",
        str(gold / "misses.jsonl"),
    ]
    found = CliRunner().invoke(app, words)
    record = json.loads(found.output)
    assert record["claims"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "system": 0, "gold": 2, "matched": 0}
    assert record["causes"] == {"entity missed": 2}
    assert len((gold / "misses.jsonl").read_text(encoding="utf-8").splitlines()) == 2
