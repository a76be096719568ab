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

_quote = json.encoder.encode_basestring
_decode = json.JSONDecoder().decode
_POLARITIES = {member.value: member for member in Polarity}
_CERTAINTIES = {member.value: member for member in Certainty}
_BASES = {member.value: member for member in Basis}
_STANCES = {member.value: member for member in Stance}
_MAX_SHARED_VALUES = 20_000


def dump(claim: Claim) -> str:
    """Return the claim's line, without the line end."""
    sentence, source = claim.sentence, claim.source
    attribution, cues = "null", ""
    if claim.attribution is not None:
        attribution = f'{{"id":{_optional(claim.attribution.id)},"label":{_quote(claim.attribution.label)}}}'
    if claim.cues:
        cues = ",".join(
            [f'{{"kind":{_quote(cue.kind)},"text":{_quote(cue.text)},"start":{cue.start},"end":{cue.end}}}' for cue in claim.cues]
        )
    return (
        f'{{"id":{_quote(claim.id)},"doc":{_quote(claim.doc)},'
        f'"sentence":{{"start":{sentence.start},"end":{sentence.end},"text":{_quote(sentence.text)}}},'
        f'"subject":{_mention(claim.subject)},"predicate":{_quote(claim.predicate)},"object":{_mention(claim.object)},'
        f'"polarity":{_quote(claim.polarity)},"certainty":{_quote(claim.certainty)},"basis":{_quote(claim.basis)},'
        f'"attribution":{attribution},"stance":{_quote(claim.stance)},'
        f'"direction":{_optional(claim.direction)},"mechanism":{_optional(claim.mechanism)},"kind":{_optional(claim.kind)},'
        f'"dose":{_optional(claim.dose)},"route":{_optional(claim.route)},"population":{_optional(claim.population)},'
        f'"cues":[{cues}],"rule":{_quote(claim.rule)},"source":{{"path":{_quote(source.path)},"sha256":{_quote(source.sha256)}}}}}'
    )


def _optional(text: str | None) -> str:
    return "null" if text is None else _quote(text)


def _mention(mention: Mention) -> str:
    name, names = _entity(mention.entity)
    is_anaphor = "true" if mention.is_anaphor else "false"
    return f'{name}{_quote(mention.text)},"start":{mention.start},"end":{mention.end},{names}{is_anaphor}}}'


@lru_cache(maxsize=_MAX_SHARED_VALUES)
def _entity(entity: Entity) -> tuple[str, str]:
    """Return what of a mention's record is the entity's, before and after its place."""
    names = ",".join(map(_quote, entity.names))
    return (
        f'{{"id":{_quote(entity.id)},"label":{_quote(entity.label)},"type":{_quote(entity.type)},"text":',
        f'"names":[{names}],"anaphor":',
    )


def parse(line: str) -> Claim:
    """Return the claim of one line; `dump` of it gives the line again.

    Raises ValueError, KeyError or TypeError where the line is not a claim.
    """
    return _parse(line, {})


def _parse(line: str, shared: dict[tuple[Any, ...], Any]) -> Claim:
    """Return the claim of one line; what is equal in many lines is made once and kept in `shared`, up to a bound."""
    record = _decode(line)
    if len(shared) > _MAX_SHARED_VALUES:
        shared.clear()
    sentence, source, attribution = record["sentence"], record["source"], record["attribution"]
    get = record.get
    return Claim(
        record["id"],
        record["doc"],
        _share(shared, (Sentence, 0, sentence["start"], sentence["end"], sentence["text"])),
        _read_mention(record["subject"], None, shared),
        record["predicate"],
        _read_mention(record["object"], get("kind"), shared),
        _POLARITIES[record["polarity"]],
        _CERTAINTIES[record["certainty"]],
        _BASES[record["basis"]],
        _STANCES[record["stance"]],
        None if attribution is None else _share(shared, (Attribution, attribution["id"], attribution["label"])),
        record["direction"],
        record["mechanism"],
        tuple([_share(shared, (Cue, cue["kind"], cue["text"], cue["start"], cue["end"])) for cue in record["cues"]]),
        record["rule"],
        _share(shared, (Source, source["path"], source["sha256"])),
        get("dose"),
        get("route"),
        get("population"),
    )


def _share(shared: dict[tuple[Any, ...], Any], parts: tuple[Any, ...]) -> Any:
    """Return the value that a class makes of the parts after it."""
    value = shared.get(parts)
    if value is None:
        value = shared[parts] = parts[0](*parts[1:])
    return value


def _read_mention(record: dict[str, Any], kind: str | None, shared: dict[tuple[Any, ...], Any]) -> Mention:
    id_, label, names = record["id"], record["label"], record["names"]
    # Most concepts have the same names in every line: to compare them is less than to hash them.
    key = (Entity, id_, label, record["type"], kind)
    entity = shared.get(key)
    if entity is None or list(entity.names) != names:
        entity = shared[key] = _share(shared, (Entity, id_, label, record["type"], tuple(names), kind))
    return Mention(entity, record["text"], record["start"], record["end"], "", record.get("anaphor", False))


def read(path: Path) -> Iterator[Claim]:
    """Give the claims of a file in file order, one line in memory at a time.

    Raises InputError that names the file and the line of the first thing that is not a claim.
    """
    shared: dict[tuple[Any, ...], Any] = {}
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    try:
                        yield _parse(line, shared)
                    except (ValueError, KeyError, TypeError) as error:
                        message = f"{path}:{number}: not a claim ({type(error).__name__}: {error})"
                        raise InputError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read ({error.strerror}); run `kg build` first"
        raise InputError(message) from error
