"""A small built folder of our own writing, and a real server over it in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kg.builds import DocumentRecord, dump_document
from kg.model import Attribution, Basis, Certainty, Claim, Entity, Mention, Polarity, Sentence, Source, Stance, claim_id
from kg.outputs import jsonl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = '<img src=x onerror="alert(1)"> </script>'
DOCUMENTS = {"first": "Alpha contains beta. ", "deep/second one": f"Alpha may relieve {HOSTILE} gloom. "}
BASE = "https://w3id.org/substance-kg/"


def build_folder(folder: Path) -> Path:
    """Write a built folder with two documents, one of them with a hostile text and a name that needs escapes."""
    (folder / "texts").mkdir(parents=True)
    source = Source("a.txt", "0" * 64)
    claims, records = [], []
    for id_, text in DOCUMENTS.items():
        sentence = Sentence(0, 0, len(text.rstrip()), text.rstrip())
        alpha = Mention(Entity("alpha", f"Alpha {HOSTILE}", "Substance", ("alpha",)), "Alpha", 0, 5)
        if id_ == "first":
            predicate, object_ = "contains", Mention(Entity("beta", "beta", "Compound"), "beta", 15, 19)
            certainty, speaker = Certainty.ASSERTED, None
        else:
            predicate, object_ = "alleviates", Mention(Entity("gloom", "gloom", "Condition"), "gloom", 10, 15)
            certainty, speaker = Certainty.HEDGED, Attribution(None, f"users {HOSTILE}")
        claims.append(
            Claim(
                claim_id(id_, sentence, alpha, predicate, object_, ()),
                id_,
                sentence,
                alpha,
                predicate,
                object_,
                Polarity.AFFIRMED,
                certainty,
                Basis.NONE,
                Stance.AFFIRMED,
                speaker,
                None,
                None,
                (),
                "test:1",
                source,
            )
        )
        records.append(DocumentRecord(id_, source, len(text), 1, (("title", f"On {HOSTILE}"), ("url", "javascript:alert(1)"))))
        path = folder / "texts" / f"{id_}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    claims.sort(key=lambda claim: claim.key)
    (folder / "claims.jsonl").write_text("".join(jsonl.dump(claim) + "\n" for claim in claims), encoding="utf-8")
    records.sort(key=lambda record: record.id)
    (folder / "documents.jsonl").write_text("".join(dump_document(record) + "\n" for record in records), encoding="utf-8")
    (folder / "report.json").write_text("{}\n", encoding="utf-8")
    return folder


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """Run `kg serve` on a free port and give its address; the server must end well when it is told to."""
    command = [sys.executable, "-c", "from kg.cli.main import run; run()", "serve", "--graph", str(folder), "--port", "0", *options]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    try:
        line = process.stdout.readline()
        found = re.match(r"(http://\S+/) ", line)
        assert found, line + process.stderr.read()
        _wait(found[1])
        yield found[1]
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert "Traceback" not in errors, errors
    assert process.returncode in {0, -15}, errors


def _wait(url: str) -> None:
    import httpx

    # The socket listens before the workers do, so the first reply waits for them.
    assert httpx.get(url + "health", timeout=60).status_code == 200
