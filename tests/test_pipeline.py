"""Builds: what is written, what is kept between runs, and that neither order, workers nor death changes a byte."""

from __future__ import annotations

import difflib
import json
import os
import random
import runpy
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from document_samples import LINE, samples
from fake_extraction import die, open_fake, open_none, open_strange
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import DISCLAIMER, engines, journal, summaries
from kg.builds import open_build
from kg.documents import Options
from kg.documents.files import File
from kg.errors import InputError
from kg.pipeline import MAX_FAULTS, Progress, Settings, build
from kg.summaries import _bounded as bounded

FAKE = Settings(open_fake, "fake-1", formats=("turtle",))
OUTPUTS = ("claims.jsonl", "documents.jsonl", "graph.ttl")


def settings_of(**changes):
    from dataclasses import replace

    return replace(FAKE, **changes)


def contents(out):
    texts = {str(path.relative_to(out)): path.read_bytes() for path in sorted((out / "texts").rglob("*.txt"))}
    return {name: (out / name).read_bytes() for name in OUTPUTS} | texts


def corpus(folder, count=12):
    for number in range(count):
        path = folder / f"{number % 3}" / f"{number:03d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Tea{number} relieves worry{number % 5}. Some say kava may relieve anxiety.\nNothing else.")
    return folder


def test_a_build_writes_claims_documents_texts_and_a_report(tmp_path):
    source = corpus(tmp_path / "in")
    report = build([str(source)], tmp_path / "out", FAKE)
    opened = open_build(tmp_path / "out")
    claims = list(opened.claims())
    assert [claim.key for claim in claims] == sorted(claim.key for claim in claims)
    assert len(claims) == report["claims"] == 24
    for claim in claims:
        text = opened.text(claim.doc)
        assert text[claim.sentence.start : claim.sentence.end] == claim.sentence.text
        assert text[claim.subject.start : claim.subject.end] == claim.subject.text
    assert [record.id for record in opened.documents()] == sorted(f"{n % 3}/{n:03d}" for n in range(12))
    assert report == opened.report()
    assert report["about"] == DISCLAIMER
    assert report["counts"]["certainty"] == {"asserted": 12, "hedged": 12}
    assert report["sentences"] == {"found": 36, "parsed": 36}
    assert report["refusals"] == {"no trigger": 12}
    assert report["unknown"] == {"Xyz": 12}
    assert report["outputs"] == ["graph.ttl"]
    assert set(report["timings"]) == {"extraction", "claims", "measures", "graph.ttl"}
    assert report["graph"]["edges"] == 13


def test_samples_of_every_format_build(tmp_path):
    (tmp_path / "in").mkdir()
    for name, data in samples().items():
        (tmp_path / "in" / name).write_bytes(data)
    report = build([str(tmp_path / "in")], tmp_path / "out", FAKE)
    assert report["documents"]["skipped"] == []
    first = contents(tmp_path / "out")
    build([str(tmp_path / "in")], tmp_path / "out", settings_of(opener=open_none))
    assert contents(tmp_path / "out") == first


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_change_no_byte(tmp_path, workers):
    source = corpus(tmp_path / "in")
    (source / "lines.jsonl").write_text("".join(json.dumps({"id": n, "text": f"Sage relieves ache{n}."}) + "\n" for n in range(30)))
    (source / "notes.html").write_bytes(samples()["page.html"])
    (source / "bad.txt").write_bytes(b"\0\1\2")
    build([str(source)], tmp_path / "one", FAKE)
    report = build([str(source)], tmp_path / "out", settings_of(workers=workers))
    assert contents(tmp_path / "out") == contents(tmp_path / "one")
    assert [skipped["path"] for skipped in report["documents"]["skipped"]] == ["bad.txt"]


@pytest.mark.parametrize("formats", [("turtle", "html", "rocrate", "nquads"), ("graphml", "nquads"), ("turtle",), ("rocrate",), ()])
def test_outputs_written_beside_one_another_have_the_same_bytes(tmp_path, monkeypatch, formats):
    source = corpus(tmp_path / "in")
    one = build([str(source)], tmp_path / "one", settings_of(formats=formats))
    monkeypatch.setattr(summaries, "MIN_SHARED_CLAIMS", 0)
    shared = []
    share = summaries._Outputs.share
    monkeypatch.setattr(summaries._Outputs, "share", lambda outputs, workers: shared.append(workers) or share(outputs, workers))
    two = build([str(source)], tmp_path / "two", settings_of(formats=formats, workers=2))
    assert shared == [2]
    assert set(one.pop("timings")) == set(two.pop("timings"))
    assert one == two
    files = {path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file()}
    assert files == {path.relative_to(tmp_path / "two") for path in (tmp_path / "two").rglob("*") if path.is_file()}
    for name in (name for name in files if name.parts[0] != journal.FOLDER and name.name not in {"report.json", "ro-crate-metadata.json"}):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_a_process_of_its_own_writes_the_output_and_tells_how_long_that_took(tmp_path):
    build([str(corpus(tmp_path / "in"))], tmp_path / "out", FAKE)
    assert summaries._write_apart(tmp_path / "out", "turtle", {}, tmp_path / "part") > 0
    assert (tmp_path / "part").read_bytes() == (tmp_path / "out" / "graph.ttl").read_bytes()


def test_an_output_that_cannot_be_written_in_a_process_of_its_own_says_why(tmp_path, monkeypatch):
    monkeypatch.setattr(summaries, "MIN_SHARED_CLAIMS", 0)
    with pytest.raises(InputError, match=r"predicate 'heals' is not in ontology/kg\.ttl"):
        build([str(corpus(tmp_path / "in"))], tmp_path / "out", settings_of(opener=open_strange, formats=("turtle", "html"), workers=2))
    assert not (tmp_path / "out" / "graph.ttl").exists()
    assert not list((tmp_path / "out").glob(".part-*"))


@pytest.mark.parametrize("formats", [("turtle", "html"), ("turtle", "html", "nquads", "kgx")])
def test_a_process_that_dies_over_an_output_is_told(tmp_path, monkeypatch, formats):
    monkeypatch.setattr(summaries, "MIN_SHARED_CLAIMS", 0)
    monkeypatch.setattr(summaries, "_write_apart", die)
    with pytest.raises(InputError, match="a process that wrote an output died; run the build again"):
        build([str(corpus(tmp_path / "in"))], tmp_path / "out", settings_of(formats=formats, workers=2))
    assert not list((tmp_path / "out").glob(".part-*"))


def test_the_last_chunks_are_small_and_none_is_lost(tmp_path, monkeypatch):
    file = File("a", "a", str(tmp_path), "text", False, 1_000)  # noqa: FBT003
    tasks = [engines.Task(str(number), str(number), file, "", "") for number in range(1_000)]
    found = list(engines.chunks(tasks, 20_000, workers=2))
    assert [task for chunk in found for task in chunk] == tasks
    sizes = [len(chunk) for chunk in found]
    assert sizes[0] == 20
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-4:-1] == [4, 4, 4]
    assert [len(chunk) for chunk in engines.chunks(tasks[:3], 20_000, workers=2)] == [3]
    monkeypatch.setattr(engines, "MAX_CHUNK_TASKS", 2)
    assert {len(chunk) for chunk in engines.chunks(tasks, 20_000, workers=2)} == {2}


def test_a_second_build_reads_only_what_changed(tmp_path):
    source = corpus(tmp_path / "in")
    build([str(source)], tmp_path / "out", FAKE)
    build([str(source)], tmp_path / "out", settings_of(opener=open_none))
    (source / "0" / "000.txt").write_text("Sage relieves cough.")
    (source / "new.txt").write_text("Sage may relieve cough.")
    (source / "1" / "001.txt").unlink()
    seen = []
    build([str(source)], tmp_path / "out", FAKE, watch=lambda progress: seen.append(progress.claims))
    assert max(seen) == 2
    build([str(source)], tmp_path / "fresh", FAKE)
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")


def test_an_emptied_folder_of_texts_goes(tmp_path):
    source = corpus(tmp_path / "in")
    build([str(source)], tmp_path / "out", FAKE)
    for path in (source / "1").iterdir():
        path.unlink()
    build([str(source)], tmp_path / "out", FAKE)
    assert not (tmp_path / "out" / "texts" / "1").exists()


def test_another_fingerprint_reads_everything_again(tmp_path):
    source = corpus(tmp_path / "in", 2)
    build([str(source)], tmp_path / "out", FAKE)
    with pytest.raises(AssertionError, match="was opened"):
        build([str(source)], tmp_path / "out", settings_of(fingerprint="fake-2", opener=open_none))


def test_a_text_that_was_removed_or_a_journal_that_was_damaged_comes_back(tmp_path):
    source = corpus(tmp_path / "in", 3)
    (source / "a.jsonl").write_text(json.dumps({"id": "x", "text": "Sage relieves cough."}))
    build([str(source)], tmp_path / "out", FAKE)
    first = contents(tmp_path / "out")
    (tmp_path / "out" / "texts" / "0" / "000.txt").unlink()
    (tmp_path / "out" / "texts" / "a" / "x.txt").unlink()
    build([str(source)], tmp_path / "out", FAKE)
    assert contents(tmp_path / "out") == first
    (tmp_path / "out" / ".cache" / "journal.sqlite").write_bytes(b"no database" * 1000)
    build([str(source)], tmp_path / "out", FAKE)
    assert contents(tmp_path / "out") == first


def test_one_changed_line_of_many_is_read_alone(tmp_path):
    source = tmp_path / "lines.jsonl"
    lines = [json.dumps({"id": n, "text": f"Sage relieves ache{n}."}) for n in range(5)]
    source.write_text("\n".join(lines))
    build([str(source)], tmp_path / "out", FAKE)
    lines[2] = json.dumps({"id": 2, "text": "Mint relieves cramps."})
    source.write_text("\n".join([*lines, "{broken"]))
    seen = []
    build([str(source)], tmp_path / "out", FAKE, watch=lambda progress: seen.append(progress.claims))
    assert max(seen) == 1
    report = build([str(source)], tmp_path / "fresh", FAKE)
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")
    again = build([str(source)], tmp_path / "out", settings_of(opener=open_none))
    assert again["documents"]["skipped"] == report["documents"]["skipped"] != []


def test_ids_are_paths_without_suffix_unless_two_would_be_equal(tmp_path):
    for name in ("a.txt", "b.txt", "b.md", "c.txt", "c.txt.md", "d/e.txt", "d.jsonl", "f.jsonl"):
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_text(json.dumps({"id": "e", "text": LINE}) if "jsonl" in name else LINE)
    build([str(tmp_path / "in")], tmp_path / "out", FAKE)
    ids = [record.id for record in open_build(tmp_path / "out").documents()]
    assert ids == ["a", "b.md", "b.txt", "c", "c.txt.md", "d.jsonl/e", "d/e", "f/e"]


def test_two_inputs_with_a_file_of_one_name_and_the_same_file_twice(tmp_path):
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(LINE)
    report = build([str(tmp_path / "x"), str(tmp_path / "y"), str(tmp_path / "x" / "a.txt")], tmp_path / "out", FAKE)
    assert report["documents"]["read"] == 1
    assert "another input has a file of this name" in report["documents"]["skipped"][0]["reason"]


def test_an_id_that_comes_twice_in_a_file_is_named(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"id": "1", "text": "Sage relieves cough."}\n{"id": "1", "text": "Mint relieves cramps."}')
    report = build([str(tmp_path / "a.jsonl")], tmp_path / "out", FAKE)
    assert report["documents"]["read"] == 1
    assert report["documents"]["skipped"] == [{"path": "a.jsonl: a/1", "reason": "this id came before in the file"}]


def test_a_text_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "in" / "a.txt").mkdir(parents=True)
    (tmp_path / "in" / "a.txt" / "b.txt").write_text(LINE)
    (tmp_path / "in" / "a.md").write_text(LINE)
    report = build([str(tmp_path / "in")], tmp_path / "out", FAKE)
    assert report["documents"]["read"] == 1
    assert "cannot be written" in report["documents"]["skipped"][0]["reason"]


def test_nothing_read_keeps_the_last_graph(tmp_path):
    source = corpus(tmp_path / "in", 2)
    build([str(source)], tmp_path / "out", FAKE)
    first = contents(tmp_path / "out")
    with pytest.raises(InputError, match="no document could be read"):
        build([str(tmp_path / "gone")], tmp_path / "out", FAKE)
    assert contents(tmp_path / "out") == first


def test_a_second_build_at_once_is_told(tmp_path):
    with journal.opened(tmp_path / "out"), pytest.raises(InputError, match="another build is writing"):
        build([str(corpus(tmp_path / "in", 1))], tmp_path / "out", FAKE)


def test_a_folder_that_cannot_be_written_is_an_input_error(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="cannot be written"):
        build([str(corpus(tmp_path / "in", 1))], tmp_path / "out", FAKE)


def test_a_journal_of_another_format_is_started_anew(tmp_path):
    import sqlite3

    source = corpus(tmp_path / "in", 2)
    build([str(source)], tmp_path / "out", FAKE)
    with sqlite3.connect(tmp_path / "out" / ".cache" / "journal.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert build([str(source)], tmp_path / "out", FAKE)["claims"] == 4


def test_outputs_that_are_not_asked_for_any_more_go(tmp_path):
    source = corpus(tmp_path / "in", 2)
    build([str(source)], tmp_path / "out", settings_of(formats=("turtle", "nquads")))
    assert (tmp_path / "out" / "graph.nq").is_file()
    build([str(source)], tmp_path / "out", FAKE)
    assert not (tmp_path / "out" / "graph.nq").exists()
    (tmp_path / "out" / "report.json").write_text('{"outputs": ["../../precious"]}')
    (tmp_path / "precious").write_text("x")
    build([str(source)], tmp_path / "out", FAKE)
    assert (tmp_path / "precious").exists()


def test_a_worker_that_dies_costs_one_document(tmp_path):
    source = corpus(tmp_path / "in")
    (source / "1" / "crash.txt").write_text("CRASH")
    report = build([str(source)], tmp_path / "out", settings_of(workers=2))
    assert report["documents"]["read"] == 12
    assert report["documents"]["skipped"] == [{"path": "1/crash.txt", "reason": "the process that read it died, twice"}]


def test_faults_are_counted_past_the_bound():
    from kg.documents import Fault

    progress = Progress()
    for _ in range(MAX_FAULTS + 5):
        progress.skip(Fault("a", "b"))
    assert (progress.skipped, len(progress.faults)) == (MAX_FAULTS + 5, MAX_FAULTS)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
def test_quotes_equal_the_text_at_their_offsets(tmp_path_factory, before, after):
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.txt").write_bytes(f"{before} Kava relieves worry.{after}".encode())
    try:
        build([str(folder / "a.txt")], folder / "out", settings_of(formats=()))
    except InputError:
        assert any(char < " " or char == "\x7f" for char in before + after)
        return
    opened = open_build(folder / "out")
    for claim in opened.claims():
        text = opened.text(claim.doc)
        assert text[claim.sentence.start : claim.sentence.end] == claim.sentence.text
        for mention in (claim.subject, claim.object):
            assert text[mention.start : mention.end] == mention.text


@pytest.mark.model
def test_the_examples_give_the_golden_claims(root):
    golden = runpy.run_path(str(root / "tools" / "golden.py"))
    made, kept = golden["build"]().splitlines(), golden["GOLDEN"].read_text(encoding="utf-8").splitlines()
    difference = [line for line in difflib.unified_diff(kept, made, lineterm="", n=0) if not line.startswith("@@")]
    assert made == kept, "the road gives other claims than before; read the difference, then `make golden`:\n" + "\n".join(difference[:40])


@pytest.mark.soak
def test_ten_thousand_documents_take_the_memory_of_one_thousand(root):
    script = str(root / "benchmarks" / "memory.py")
    # A process of its own: Linux counts what a process held before it became another program.
    result = subprocess.run([sys.executable, script, "--json"], check=True, capture_output=True, text=True, env=_beside(root))
    small, large = json.loads(result.stdout)
    assert (small["documents"], large["documents"]) == (1_000, 10_000)
    assert large["megabytes"] < 1.3 * small["megabytes"], (small, large)


@pytest.mark.parametrize("options", [[], pytest.param(["--real"], marks=pytest.mark.model)])
def test_the_memory_benchmark_builds_what_it_measures(root, options):
    script = str(root / "benchmarks" / "memory.py")
    command = [sys.executable, script, "--json", "--counts", "2", "--formats", "turtle", *options]
    (figures,) = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=_beside(root)).stdout)
    assert figures["documents"] == 2
    assert figures["claims"] == 60 or (options and 0 < figures["claims"] < 60)
    assert figures["megabytes"] > 20


def _beside(root):
    """Return an environment in which the repository's own kg is imported."""
    return {**os.environ, "PYTHONPATH": str(root)}


def test_the_graph_is_the_same_however_many_entities_are_remembered(tmp_path, monkeypatch):
    build([str(corpus(tmp_path / "in"))], tmp_path / "out", FAKE)
    before = (tmp_path / "out" / "graph.ttl").read_bytes()
    monkeypatch.setattr("kg.rdf._MAX_REMEMBERED_ENTITIES", 1)
    build([str(tmp_path / "in")], tmp_path / "out", settings_of(opener=open_none))
    assert (tmp_path / "out" / "graph.ttl").read_bytes() == before


def test_the_rarest_names_go_when_there_are_too_many(monkeypatch):
    monkeypatch.setattr("kg.summaries._MAX_COUNTED_NAMES", 3)
    assert bounded(Counter("aabbcde")) == {"a": 2, "b": 2}
    assert bounded(Counter("aabbccddd")) == {"d": 3}
    assert bounded(Counter("abc")) == Counter("abc")


_BUILD = """
import sys
from pathlib import Path
sys.path[:0] = [{tests!r}, {root!r}]
from fake_extraction import open_fake
from kg.pipeline import Settings, build
if __name__ == "__main__":
    build([sys.argv[1]], Path(sys.argv[2]), Settings(open_fake, "fake-1", formats=("turtle",), workers=int(sys.argv[3])))
"""


def _killed_and_resumed(tmp_path, kills, workers):
    """Kill so many builds at random moments, take each to its end, and compare with an undisturbed one.

    Returns how many had kept a document when they were killed.
    """
    source = corpus(tmp_path / "in", 40)
    (source / "lines.jsonl").write_text("".join(json.dumps({"id": n, "text": f"Sage relieves ache{n}."}) + "\n" for n in range(40)))
    script = tmp_path / "script.py"
    script.write_text(_BUILD.format(tests=str(Path(__file__).parent), root=str(Path(__file__).parent.parent)))
    out = tmp_path / "out"
    command = [sys.executable, str(script), str(source), str(out), str(workers)]
    slow = {**os.environ, "FAKE_SECONDS": "0.01"}

    def begun():
        process = subprocess.Popen(command, env=slow, start_new_session=True, stderr=subprocess.DEVNULL)
        while not (out / ".cache").is_dir() and process.poll() is None:
            time.sleep(0.005)
        return process

    undisturbed, started = begun(), time.monotonic()
    assert undisturbed.wait() == 0
    took = time.monotonic() - started
    expected = contents(out)
    chance = random.Random(7)
    killed = halfway = 0
    while killed < kills:
        shutil.rmtree(out)
        process = begun()
        time.sleep(chance.uniform(0, took))
        os.killpg(process.pid, signal.SIGKILL)
        if process.wait() == 0:
            continue
        killed += 1
        halfway += (out / "texts").is_dir()
        subprocess.run(command, check=True, env={**os.environ, "FAKE_SECONDS": "0"})
        assert contents(out) == expected, killed
        assert not list(out.glob(".part-*"))
    return halfway


def test_a_killed_build_goes_on_to_the_same_bytes(tmp_path):
    _killed_and_resumed(tmp_path, 3, 1)


@pytest.mark.soak
@pytest.mark.parametrize("workers", [1, 2])
def test_fifty_killed_builds_go_on_to_the_same_bytes(tmp_path, workers):
    # Some die before the first document is kept, while workers start, and some after.
    assert _killed_and_resumed(tmp_path, 25, workers) > 0


def test_a_killed_build_loses_no_finished_document(tmp_path):
    source = corpus(tmp_path / "in", 12)

    def stop(progress):
        if progress.documents == 7:
            message = "killed"
            raise KeyboardInterrupt(message)

    with pytest.raises(KeyboardInterrupt):
        build([str(source)], tmp_path / "out", FAKE, watch=stop)
    seen = []
    build([str(source)], tmp_path / "out", FAKE, watch=lambda progress: seen.append(progress.claims))
    assert max(seen) == 10
    build([str(source)], tmp_path / "fresh", settings_of(reading=Options()))
    assert contents(tmp_path / "out") == contents(tmp_path / "fresh")
