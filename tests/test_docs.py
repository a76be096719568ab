"""What the documentation says is so."""

from __future__ import annotations

import io
import re
import runpy
import shlex
from contextlib import redirect_stdout
from itertools import pairwise
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from kg import DISCLAIMER, schema, store
from kg.builds import open_build
from kg.cli.main import app
from kg.outputs import DEFAULT_NAMES, WRITERS
from kg.resources import EXAMPLES, ONTOLOGY

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md"), *ROOT.glob("examples/README.md")])
COMMANDS = get_command(app).commands
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def typed(path: Path) -> list[str]:
    """The lines that a page tells the reader to type in a shell."""
    blocks = (body for language, body in FENCE.findall(path.read_text(encoding="utf-8")) if language in {"console", "bash", "sh", "shell"})
    return [line.removeprefix("$ ") for block in blocks for line in block.splitlines() if line.startswith(("$ ", "kg ", "make "))]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def is_code(text: str) -> str:
    """The page without its code, in which brackets are no links."""
    return re.sub(r"`[^`\n]*`", "", FENCE.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(is_code(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, section = target.partition("#")
        place = (page.parent / path) if path else page
        if not place.exists():
            broken.append(target)
        elif section and place.suffix == ".md":
            anchors = {anchor(heading) for heading in HEADING.findall(place.read_text(encoding="utf-8"))}
            if section not in anchors:
                broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_that_a_page_shows_exist_with_their_options(page: Path) -> None:
    wrong = []
    for line in typed(page):
        words = shlex.split(line, comments=True)
        if words[:1] == ["make"]:
            wrong.extend(line for word in words[1:] if "=" not in word and word not in TARGETS)
        elif words[:1] == ["kg"] and len(words) > 1 and not words[1].startswith("-"):
            command = COMMANDS.get(words[1])
            if command is not None and hasattr(command, "commands"):
                command = command.commands.get(words[2]) if len(words) > 2 else None
            known = set() if command is None else {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
            options = [word.partition("=")[0] for word in words[2:] if word.startswith("--")]
            if command is None or not {*options} <= {*known, "--help"}:
                wrong.append(line)
    assert wrong == []


def test_every_named_query_that_a_page_shows_exists() -> None:
    named = {path.stem for path in (ONTOLOGY / "queries").glob("*.rq")}
    shown = {word for page in PAGES for line in typed(page) for word in re.findall(r"--name ([a-z-]+)", line)}
    assert shown <= named


def test_the_page_of_commands_is_what_the_program_says() -> None:
    assert (ROOT / "docs" / "commands.md").read_text(encoding="utf-8") == runpy.run_path(str(ROOT / "tools" / "commands.py"))["page"](), (
        "make docs"
    )


def test_the_page_of_the_ontology_is_what_its_files_say() -> None:
    kept = (ROOT / "docs" / "ontology.md").read_text(encoding="utf-8")
    assert kept == runpy.run_path(str(ROOT / "tools" / "ontology_page.py"))["Reference"]().page(), "make docs"
    for predicate in schema.load().predicates.values():
        assert f"| `{predicate.id}` |" in kept


def test_the_counts_of_the_lexicon_are_those_of_its_tables() -> None:
    page = (ROOT / "docs" / "lexicon.md").read_text(encoding="utf-8")
    assert page == runpy.run_path(str(ROOT / "tools" / "lexicon" / "counts.py"))["page"](), "make docs"
    assert "| Substance | " in page


def test_the_page_of_reports_is_what_the_program_says() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "reports_page.py"))["page"]()
    assert (ROOT / "docs" / "reports.md").read_text(encoding="utf-8") == made, "make docs"


@pytest.mark.model
def test_the_report_on_the_seeds_is_what_the_texts_give() -> None:
    texts = ROOT.parent / "shared" / "seeds"
    if not texts.is_dir():
        pytest.skip("the five articles are not here")
    made = runpy.run_path(str(ROOT / "tools" / "seeds_report.py"))["page"](texts)
    assert (ROOT / "docs" / "seeds-report.md").read_text(encoding="utf-8") == made, "make docs"


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    missing = [
        path
        for path in (ROOT / "docs").rglob("*.md")
        if path.name != "README.md" and f"({path.relative_to(ROOT / 'docs').as_posix()}" not in index
    ]
    assert missing == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/README.md", "docs/commands.md", "docs/ontology.md"])
def test_a_page_says_that_it_shows_claims_and_gives_no_advice(page: str) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    assert DISCLAIMER in text or "shows what texts claim and gives no medical advice" in text


def test_the_first_screen_has_two_commands_a_picture_and_the_disclaimer() -> None:
    screen = "\n".join((ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:20])
    for wanted in ("make graph  ", "make graph INPUT=", "(docs/images/", DISCLAIMER):
        assert wanted in screen


def test_every_module_is_on_the_map() -> None:
    named = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    parts = {path.name for path in (ROOT / "kg").iterdir() if path.suffix == ".py" and not path.name.startswith("__")}
    parts |= {f"{path.name}/" for path in (ROOT / "kg").iterdir() if (path / "__init__.py").is_file()}
    assert {part for part in parts if f"`{part}" not in named} == set()


def test_every_figure_of_the_evaluation_has_its_command() -> None:
    page = ROOT / "docs" / "evaluation.md"
    if not page.is_file():
        pytest.skip("no evaluation page yet")
    sections = re.split(r"^## ", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    bare = [
        section.splitlines()[0]
        for section in sections
        if re.search(r"\b[01]\.\d{2}", section) and "```" not in section and "`kg " not in section
    ]
    assert bare == []


@pytest.mark.model
def test_the_example_in_python_runs() -> None:
    examples = [body for language, body in FENCE.findall((ROOT / "README.md").read_text(encoding="utf-8")) if language == "python"]
    assert examples
    for example in examples:
        out = io.StringIO()
        with redirect_stdout(out):
            exec(compile(example, "README.md", "exec"), {})
        assert out.getvalue().splitlines() == ["kava alleviates anxiety asserted"]


# ---- the cookbook and the exports, on the examples ----

COOKBOOK = ROOT / "docs" / "queries.md"
EXPORTS = ROOT / "docs" / "exports.md"
SPARQL = [body for language, body in FENCE.findall(COOKBOOK.read_text(encoding="utf-8")) if language == "sparql"]
ASKED = [line for line in typed(COOKBOOK) if line.startswith("kg query ")]
WRITTEN = [line for line in typed(EXPORTS) if line.startswith("kg export ") and "#" not in line]


@pytest.fixture(scope="module")
def examples(tmp_path_factory) -> Path:
    """The built graph of the examples."""
    out = tmp_path_factory.mktemp("examples") / "output"
    result = CliRunner().invoke(app, ["build", str(EXAMPLES), "--out", str(out)])
    assert result.exit_code == 0, result.output
    return out


@pytest.fixture(scope="module")
def graph(examples):
    return store.memory_store(open_build(examples))


def says_something(answer: store.Answer) -> bool:
    return bool(answer.rows or answer.triples or answer.boolean)


@pytest.mark.model
@pytest.mark.parametrize("sparql", SPARQL)
def test_a_query_of_the_cookbook_finds_something_in_the_examples(graph, sparql: str) -> None:
    assert says_something(store.ask(graph, sparql, timeout=None))


@pytest.mark.model
@pytest.mark.parametrize("line", ASKED)
def test_a_command_of_the_cookbook_finds_something_in_the_examples(graph, line: str) -> None:
    words = shlex.split(line, comments=True)[2:]
    settings = dict(word.partition("=")[::2] for option, word in pairwise(words) if option == "--set")
    if "--name" in words:
        name = words[words.index("--name") + 1]
        answer = store.ask(graph, store.fill(graph, store.named_query(name), settings), timeout=None)
        # The page says of this one that the examples hold nothing for it.
        assert says_something(answer) or name == "symptoms"
    elif words:
        assert says_something(store.ask(graph, words[0], timeout=None))


def test_every_named_query_is_in_the_cookbook() -> None:
    shown = set(re.findall(r"--name ([a-z-]+)", "\n".join(ASKED)))
    assert set(store.named_queries()) - shown == set()


@pytest.mark.model
def test_the_python_of_the_cookbook_runs(examples, monkeypatch) -> None:
    monkeypatch.chdir(examples.parent)
    (code,) = (body for language, body in FENCE.findall(COOKBOOK.read_text(encoding="utf-8")) if language == "python")
    out = io.StringIO()
    with redirect_stdout(out):
        exec(compile(code, "queries.md", "exec"), {})
    assert "https://w3id.org/substance-kg/concept/kavain" in out.getvalue().splitlines()


@pytest.mark.model
@pytest.mark.parametrize("line", WRITTEN)
def test_an_export_that_the_page_shows_is_written(examples, tmp_path, monkeypatch, line: str) -> None:
    words = shlex.split(line)[1:]
    if words[1] == "parquet":
        pytest.importorskip("pyarrow")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [*words, "--graph", str(examples)])
    assert result.exit_code == 0, result.output
    assert (tmp_path / words[words.index("--out") + 1]).exists()


def test_every_format_is_on_the_page_of_exports_with_its_file() -> None:
    text = EXPORTS.read_text(encoding="utf-8")
    assert [name for name in WRITERS if f"`{name}`" not in text] == []
    assert [name for name in DEFAULT_NAMES.values() if Path(name).suffix not in text or Path(name).stem not in text] == []


@pytest.mark.model
def test_the_page_names_every_file_that_neo4j_must_be_given(examples, tmp_path) -> None:
    CliRunner().invoke(app, ["export", "neo4j", "--graph", str(examples), "--out", str(tmp_path)])
    text = EXPORTS.read_text(encoding="utf-8")
    assert [path.name for path in tmp_path.iterdir() if f"s={path.name}" not in text] == []
