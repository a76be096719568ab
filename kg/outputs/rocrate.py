"""ro-crate-metadata.json: what the files of a built folder are and how they were made, as RO-Crate 1.1 (https://w3id.org/ro/crate/1.1).

`kg export rocrate --out FOLDER` copies the built folder with its texts into a folder of its own, ready for an archive;
`--out DIR/ro-crate-metadata.json` only describes the folder that is there. `report.json` holds timings and so has no hash. The
date is that of claims.jsonl, or SOURCE_DATE_EPOCH (https://reproducible-builds.org/specs/source-date-epoch/).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from kg import DISCLAIMER, rdf
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from kg.builds import Build

NAME = "ro-crate-metadata.json"
_PROFILE = "https://w3id.org/ro/crate/1.1"
_CONTEXT = (f"{_PROFILE}/context", {"sha256": "http://schema.org/sha256"})
_SOFTWARE = f"{rdf.BASE}software"
_UNHASHED = "report.json"
# File name → media type, and what it is.
_FILES = {
    "claims.jsonl": ("application/jsonl", "One claim a line, with its sentence and offsets"),
    "documents.jsonl": ("application/jsonl", "The documents that were read, each with its SHA-256 and metadata"),
    _UNHASHED: ("application/json", "Counts, graph measures, timings, and what was skipped and why"),
    "graph.html": ("text/html", "The graph as a page that works offline"),
    "graph.ttl": ("text/turtle", "The graph as RDF"),
    "graph.trig": ("application/trig", "The graph as RDF, one named graph a document"),
    "graph.nq": ("application/n-quads", "The graph as RDF, one named graph a document"),
    "graph.nt": ("application/n-triples", "The graph as RDF"),
    "graph.rdf": ("application/rdf+xml", "The graph as RDF"),
    "graph.jsonld": ("application/ld+json", "The graph as RDF"),
    "nanopubs.trig": ("application/trig", "One unsigned nanopublication a claim"),
    "graph.graphml": ("application/graphml+xml", "The graph with one link for each subject, predicate and object"),
    "graph.gexf": ("application/gexf+xml", "The graph for Gephi"),
    "graph.cx2": ("application/json", "The graph for Cytoscape and NDEx"),
    "mappings.sssom.tsv": ("text/tab-separated-values", "Public identifiers of the graph's entities"),
    "claims.parquet": ("application/vnd.apache.parquet", "One claim a row"),
}
_FOLDERS = {
    "texts": "The texts that offsets refer to, in Unicode code points",
    "kgx": "The graph as KGX, in the Biolink Model",
    "neo4j": "The graph as CSV for Neo4j",
}


def write(build: Build, out: Path) -> None:
    """Write the metadata file where `out` ends in .json, else a folder of its own with copies; the same build gives the same bytes."""
    if out.suffix == ".json":
        folder, target = build.path, out
    else:
        _copy(build.path, out)
        folder, target = out, out / NAME
    text = json.dumps({"@context": _CONTEXT, "@graph": _graph(build, folder)}, ensure_ascii=False, indent=1, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8", newline="\n")


def _copy(source: Path, out: Path) -> None:
    if out.resolve() == source.resolve():
        return
    out.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, out / name)
    for name in _FOLDERS:
        if (source / name).is_dir():
            shutil.copytree(source / name, out / name, dirs_exist_ok=True)


def _graph(build: Build, folder: Path) -> list[dict[str, Any]]:
    """Return what the crate describes: itself, the folder, every file, the run that made them, and the software."""
    run = rdf.run_of(build)
    report = build.report()
    files = list(_files(folder))
    folders = [_folder(name, about) for name, about in _FOLDERS.items() if (folder / name).is_dir()]
    parts = sorted(files + folders, key=lambda part: str(part["@id"]))
    links = [{"@id": part["@id"]} for part in parts]
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": "What the texts claim",
        "datePublished": _date(build),
        "description": f"A graph of {report['claims']} claims that texts make about substances. {DISCLAIMER}",
        "license": "The claims quote the texts, whose own licences hold; documents.jsonl names those that are known.",
        "hasPart": links,
        "mentions": {"@id": run.iri},
    }
    action = {
        "@id": run.iri,
        "@type": "CreateAction",
        "name": "kg build",
        "description": f"Fingerprint of the software, the ontology, the lexicons and the model: {run.fingerprint or 'not known'}",
        "instrument": [{"@id": _SOFTWARE}],
        "object": {"@id": "documents.jsonl"},
        "result": links,
    }
    software = {
        "@id": _SOFTWARE,
        "@type": "SoftwareApplication",
        "name": "kg",
        "softwareVersion": run.software or "not known",
        "softwareRequirements": run.model or "not known",
        "url": rdf.BASE,
    }
    about = {"@id": NAME, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": _PROFILE}}
    return [about, root, *parts, action, software]


def _date(build: Build) -> str:
    """Return the day of the build in UTC.

    Raises InputError where SOURCE_DATE_EPOCH is no number of seconds.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        seconds = (build.path / "claims.jsonl").stat().st_mtime if given is None else int(given)
        return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()
    except (ValueError, OverflowError) as error:
        message = f"SOURCE_DATE_EPOCH is {given!r}; must be seconds since 1970"
        raise InputError(message) from error


def _files(folder: Path) -> Iterator[dict[str, Any]]:
    for name, (media_type, about) in _FILES.items():
        path = folder / name
        if path.is_file():
            part = {"@id": name, "@type": "File", "name": name, "description": about, "encodingFormat": media_type}
            if name != _UNHASHED:
                part |= {"contentSize": str(path.stat().st_size), "sha256": _sha256(path)}
            yield part


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _folder(name: str, about: str) -> dict[str, Any]:
    return {"@id": f"{name}/", "@type": "Dataset", "name": name, "description": about}
