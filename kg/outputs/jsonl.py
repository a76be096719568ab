"""claims.jsonl: one claim a line. The format is a promise; fields may be added, none renamed."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from kg.errors import InputError
from kg.model import Attribution, Basis, Certainty, Claim, Cue, Entity, Mention, Polarity, Sentence, Source, Stance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MAX_SHARED_ENTITIES = 5_000
_entity = lru_cache(maxsize=_MAX_SHARED_ENTITIES)(Entity)


def dump(claim: Claim) -> str:
    """Return the claim's line, without the line end."""
    return json.dumps(_record(claim), ensure_ascii=False, separators=(",", ":"))


def _record(claim: Claim) -> dict[str, Any]:
    return {
        "id": claim.id,
        "doc": claim.doc,
        "sentence": {"start": claim.sentence.start, "end": claim.sentence.end, "text": claim.sentence.text},
        "subject": _mention(claim.subject),
        "predicate": claim.predicate,
        "object": _mention(claim.object),
        "polarity": claim.polarity.value,
        "certainty": claim.certainty.value,
        "basis": claim.basis.value,
        "attribution": None if claim.attribution is None else {"id": claim.attribution.id, "label": claim.attribution.label},
        "stance": claim.stance.value,
        "direction": claim.direction,
        "mechanism": claim.mechanism,
        "kind": claim.kind,
        "dose": claim.dose,
        "route": claim.route,
        "population": claim.population,
        "cues": [{"kind": cue.kind, "text": cue.text, "start": cue.start, "end": cue.end} for cue in claim.cues],
        "rule": claim.rule,
        "source": {"path": claim.source.path, "sha256": claim.source.sha256},
    }


def _mention(mention: Mention) -> dict[str, Any]:
    entity = mention.entity
    return {
        "id": entity.id,
        "label": entity.label,
        "type": entity.type,
        "text": mention.text,
        "start": mention.start,
        "end": mention.end,
        "names": list(entity.names),
        "anaphor": mention.is_anaphor,
    }


def parse(line: str) -> Claim:
    """Return the claim of one line; `dump` of it gives the line again.

    Raises ValueError, KeyError or TypeError where the line is not a claim.
    """
    record = json.loads(line)
    start, end = record["sentence"]["start"], record["sentence"]["end"]
    attribution = record["attribution"]
    return Claim(
        id=record["id"],
        doc=record["doc"],
        sentence=Sentence(0, start, end, record["sentence"]["text"]),
        subject=_read_mention(record["subject"], None),
        predicate=record["predicate"],
        object=_read_mention(record["object"], record.get("kind")),
        polarity=Polarity(record["polarity"]),
        certainty=Certainty(record["certainty"]),
        basis=Basis(record["basis"]),
        stance=Stance(record["stance"]),
        attribution=None if attribution is None else Attribution(attribution["id"], attribution["label"]),
        direction=record["direction"],
        mechanism=record["mechanism"],
        cues=tuple(Cue(cue["kind"], cue["text"], cue["start"], cue["end"]) for cue in record["cues"]),
        rule=record["rule"],
        source=Source(record["source"]["path"], record["source"]["sha256"]),
        dose=record.get("dose"),
        route=record.get("route"),
        population=record.get("population"),
    )


def _read_mention(record: dict[str, Any], kind: str | None) -> Mention:
    entity = _entity(record["id"], record["label"], record["type"], tuple(record["names"]), kind)
    return Mention(entity, record["text"], record["start"], record["end"], is_anaphor=record.get("anaphor", False))


def read(path: Path) -> Iterator[Claim]:
    """Give the claims of a file in file order, one line in memory at a time.

    Raises InputError that names the file and the line of the first thing that is not a claim.
    """
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield parse(line)
                    except (ValueError, KeyError, TypeError) as error:
                        message = f"{path}:{number}: not a claim ({type(error).__name__}: {error})"
                        raise InputError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); run `kg build` first"
        raise InputError(message) from error
