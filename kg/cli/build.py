"""kg build, kg demo, kg watch: texts in, a built folder out."""

from __future__ import annotations

import contextlib
import sys
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg import DISCLAIMER
from kg.cli.app import DEFAULT_GRAPH, app, say, warn
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kg.pipeline import Progress, Settings

_PLAIN_EVERY_SECONDS = 10.0
_STANDARD_INPUT = "-"
_BLOCK_BYTES = 1 << 20
_MEGABYTE = 1_000_000
_MAX_WARNED = 50

Inputs = Annotated[
    list[str], typer.Argument(metavar="INPUT…", help="Files, folders, `@FILE` (a list of these, one a line), or `-` for standard input.")
]
Out = Annotated[Path, typer.Option("--out", help="The folder to write.")]
Workers = Annotated[int, typer.Option("--workers", min=1, help="Processes to work in.")]
Formats = Annotated[str, typer.Option("--formats", help="More formats to write, by comma; see `kg export --help`.")]
Lexicon = Annotated[
    list[Path],
    typer.Option("--lexicon", exists=True, dir_okay=False, help="More names: a table, or an OBO, OWL or SKOS file; may be repeated."),
]
Model = Annotated[str, typer.Option("--model", help="Another spaCy pipeline, by package name or folder.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 1 if any document cannot be read.")]
Store = Annotated[Path | None, typer.Option("--store", help="Also load the graph into an Oxigraph store in this folder.")]
WithSparql = Annotated[bool, typer.Option("--with-sparql", help="Let the page answer SPARQL without a server (2 MB more).")]
Engine = Annotated[str, typer.Option("--engine", help="local, or ray (the extra `ray`).")]
Address = Annotated[str | None, typer.Option("--address", help="The Ray cluster to join; without it a local one is started.")]
Partitions = Annotated[str | None, typer.Option("--partitions", help="Also write the claims in parts below this path or URL (fsspec).")]
PartitionFormat = Annotated[str, typer.Option("--partition-format", help="parquet or nquads.")]
Column = Annotated[str | None, typer.Option("--column", help="The column, or the key in JSON Lines, that holds the text.")]
Reader = Annotated[str | None, typer.Option("--reader", help="Read standard input and files named one by one as this format.")]
MaxBytes = Annotated[int, typer.Option("--max-bytes", min=1, help="Largest document in bytes, unpacked.")]
MaxCharacters = Annotated[int, typer.Option("--max-characters", min=1, help="Largest document in characters.")]
Seconds = Annotated[float, typer.Option("--timeout", min=0.1, help="Seconds that a parser may take over one document.")]


@app.command()
def build(
    inputs: Inputs,
    out: Out = DEFAULT_GRAPH,
    workers: Workers = 1,
    formats: Formats = "",
    lexicon: Lexicon = [],  # noqa: B006 -- Typer copies it
    model: Model = "",
    strict: Strict = False,
    store: Store = None,
    with_sparql: WithSparql = False,
    engine: Engine = "local",
    address: Address = None,
    partitions: Partitions = None,
    partition_format: PartitionFormat = "parquet",
    column: Column = None,
    reader: Reader = None,
    max_bytes: MaxBytes = 100_000_000,
    max_characters: MaxCharacters = 5_000_000,
    timeout: Seconds = 60.0,
) -> None:
    """Read texts and write the graph of their claims.

    A second build of the same folder reads only what changed. What cannot be read is named and
    skipped; the exit code is 1 if nothing could be read.
    """
    from kg.documents import Options

    reading = Options(column, reader, max_bytes, max_characters, seconds=timeout)
    settings = _settings(tuple(lexicon), model, formats, reading)
    settings = replace(settings, workers=workers, engine=engine, address=address, with_sparql=with_sparql)
    _check(settings, partition_format)
    with tempfile.TemporaryDirectory(prefix="kg-") as folder:
        report = _build(_spooled(inputs, settings, Path(folder)), out, settings)
    if store is not None:
        _load(out, store)
    if partitions is not None:
        from kg.builds import open_build
        from kg.partitions import write

        say(f"{partitions}: {write(open_build(out), partitions, partition_format)} parts")
    if strict and report["documents"]["skipped_total"]:
        warn("kg: --strict: some of the input could not be read")
        raise typer.Exit(1)


@app.command()
def demo(
    out: Out = DEFAULT_GRAPH,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open the page.")] = False,
    with_sparql: WithSparql = False,
) -> None:
    """Build the graph of the shipped examples and open it."""
    from kg.resources import EXAMPLES

    _build([str(EXAMPLES)], out, replace(_settings((), "", "", None), with_sparql=with_sparql))
    if not no_browser:
        typer.launch(str((out / "graph.html").resolve()))


@app.command()
def watch(
    inputs: Inputs,
    out: Out = DEFAULT_GRAPH,
    workers: Workers = 1,
    formats: Formats = "",
    lexicon: Lexicon = [],  # noqa: B006 -- Typer copies it
    model: Model = "",
    with_sparql: WithSparql = False,
) -> None:
    """Build, and build again whenever a file below the inputs changes, until interrupted."""
    from watchfiles import watch as changes

    target = out.resolve()
    places = [Path(name) for name in inputs]
    missing = [str(place) for place in places if not place.exists()]
    if missing:
        message = f"{', '.join(missing)}: no such file or folder; `kg watch` needs files and folders that are there"
        raise InputError(message)

    def is_input(_: object, path: str) -> bool:
        place = Path(path)
        return not place.name.startswith(".") and target not in place.resolve().parents

    def once() -> None:
        try:
            _build(inputs, out, replace(_settings(tuple(lexicon), model, formats, None), workers=workers, with_sparql=with_sparql))
        except InputError as error:
            warn(f"kg: {error}")

    once()
    say("watching; Ctrl-C ends")
    with contextlib.suppress(KeyboardInterrupt):
        for _ in changes(*places, watch_filter=is_input, debounce=400, raise_interrupt=False):
            once()


def _settings(lexicons: tuple[Path, ...], model: str, formats: str, reading: Any) -> Settings:
    from kg.documents import Options
    from kg.extraction import open_extractor
    from kg.fingerprints import describe, fingerprint
    from kg.pipeline import DEFAULT_FORMATS, Settings
    from kg.sentences import DEFAULT_MODEL

    reading = reading or Options()
    wanted = (*DEFAULT_FORMATS, *(name.strip() for name in formats.split(",") if name.strip()))
    opener = partial(open_extractor, model=model or None, lexicons=lexicons)
    name = model or DEFAULT_MODEL
    return Settings(opener, fingerprint(name, lexicons), describe(name), lexicons, formats=wanted, reading=reading)


def _check(settings: Settings, partition_format: str) -> None:
    """Refuse names that nothing answers to, as usage errors."""
    from kg.documents import FORMATS
    from kg.outputs import DEFAULT_NAMES
    from kg.partitions import FORMATS as PARTITION_FORMATS

    for name in settings.formats:
        if name not in DEFAULT_NAMES:
            message = f"unknown format '{name}'; known: {', '.join(sorted(DEFAULT_NAMES))}"
            raise typer.BadParameter(message, param_hint="--formats")
    if settings.reading.format is not None and settings.reading.format not in FORMATS:
        message = f"unknown reader '{settings.reading.format}'; known: {', '.join(sorted(FORMATS))}"
        raise typer.BadParameter(message, param_hint="--reader")
    if partition_format not in PARTITION_FORMATS:
        message = f"unknown format '{partition_format}'; known: {', '.join(PARTITION_FORMATS)}"
        raise typer.BadParameter(message, param_hint="--partition-format")
    if settings.engine not in {"local", "ray"}:
        message = f"unknown engine '{settings.engine}'; known: local, ray"
        raise typer.BadParameter(message, param_hint="--engine")


def _spooled(inputs: list[str], settings: Settings, folder: Path) -> list[str]:
    from kg.documents.files import spool

    if _STANDARD_INPUT not in inputs:
        return inputs
    blocks = iter(partial(sys.stdin.buffer.read, _BLOCK_BYTES), b"")
    copy = str(spool(blocks, folder, settings.reading))
    return [copy if name == _STANDARD_INPUT else name for name in inputs]


def _build(inputs: list[str], out: Path, settings: Settings) -> dict[str, Any]:
    from kg.pipeline import build

    with _watcher() as watcher:
        report = build(inputs, out, settings, watch=watcher)
    _tell(report, out)
    return report


@contextlib.contextmanager
def _watcher() -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, a line now and then elsewhere; what is skipped is named as it is met."""
    named = 0

    def name_faults(progress: Progress) -> None:
        nonlocal named
        for fault in progress.faults[named:_MAX_WARNED]:
            warn(f"{fault.where}: {fault.reason}; skipped")
        named = max(named, len(progress.faults))

    if sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        told = TextColumn("files, {task.fields[claims]} claims")
        columns = (TextColumn("reading"), BarColumn(), MofNCompleteColumn(), told, TimeElapsedColumn())
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading", total=None, claims=0)

            def show(progress: Progress) -> None:
                name_faults(progress)
                bar.update(task, completed=progress.files, total=progress.total, claims=progress.claims)

            yield show
        return
    import time

    last = time.monotonic()

    def tell(progress: Progress) -> None:
        nonlocal last
        name_faults(progress)
        now = time.monotonic()
        if now - last >= _PLAIN_EVERY_SECONDS:
            last = now
            say(f"{progress.files} of {progress.total} files, {progress.documents} documents, {progress.claims} claims")

    yield tell


def _tell(report: dict[str, Any], out: Path) -> None:
    documents = report["documents"]
    skipped = documents["skipped_total"]
    say(f"{documents['read']} documents read, {skipped} skipped; {report['sentences']['found']} sentences, {report['claims']} claims")
    if skipped > _MAX_WARNED:
        warn(f"{skipped - _MAX_WARNED} more skipped; see {out / 'report.json'}")
    if not report["claims"]:
        warn("no claims found: the texts may be in another language than English, or about other things; `kg explain SENTENCE` tells why")
    for name in sorted(("claims.jsonl", *report["outputs"])):
        say(str(out / name))
    say(DISCLAIMER)


def _load(out: Path, store: Path) -> None:
    """Load the built graph into a store on disk, in place of what it held."""
    from kg.builds import open_build
    from kg.store import load_store

    load_store(open_build(out), store)
    say(str(store))
