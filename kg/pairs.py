"""Pairs of mentions in one parsed sentence, and what is seen of each pair: the evidence that the ranker weighs.

Every feature is a readable word, so that `kg explain` can show why a pair became a claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kg.frames import Frame, Path
    from kg.mentions import Found
    from kg.schema import Schema
    from kg.triggers import Hit

MAX_BETWEEN_WORDS = 12
_NEAR_CHARACTERS = (0, 12, 40, 90, 200)
_SKIPPED = frozenset({"DT", ",", "``", "''", "-LRB-", "-RRB-", "HYPH", "POS"})


@dataclass(frozen=True, slots=True)
class Pair:
    """Two mentions that some predicate could join, by their types."""

    subject: Found
    object: Found
    subject_head: int | None
    object_head: int | None
    path: Path | None


@dataclass(slots=True)
class Scene:
    """One parsed sentence with its mentions: what all pairs of it share."""

    frame: Frame
    founds: Sequence[Found]
    heads: list[int | None]
    hits: Sequence[Hit]
    is_heading: bool


def pairs(scene: Scene, schema: Schema) -> Iterator[Pair]:
    """Give every ordered pair of different entities that some predicate fits, subjects in text order."""
    frame = scene.frame
    signatures = schema.signatures
    for subject, subject_head in zip(scene.founds, scene.heads, strict=True):
        for object_, object_head in zip(scene.founds, scene.heads, strict=True):
            if (
                subject is object_
                or object_.is_implied
                or (subject.start < object_.end and object_.start < subject.end and not subject.is_implied)
            ):
                continue
            if not any((a, b) in signatures for a in subject.types for b in object_.types):
                continue
            if subject.ids & object_.ids:
                continue
            path = None if subject_head is None or object_head is None else frame.path(subject_head, object_head)
            yield Pair(subject, object_, subject_head, object_head, path)


def is_heading(frame: Frame) -> bool:
    """Tell whether a sentence is a heading or a list item without a verb of its own."""
    return not any(token.dep == "ROOT" and token.tag[:1] == "V" for token in frame.tokens)


def _near(gap: int) -> int:
    return sum(gap > limit for limit in _NEAR_CHARACTERS)


def features(scene: Scene, pair: Pair) -> list[str]:
    """Return what is seen of a pair, most telling first; each feature once."""
    frame, tokens = scene.frame, scene.frame.tokens
    subject, object_ = pair.subject, pair.object
    types = f"{subject.type}>{object_.type}"
    order = "so" if subject.start <= object_.start else "os"
    first, second = (subject, object_) if order == "so" else (object_, subject)
    gap = max(0, second.start - first.end)
    role = "implied" if subject.is_implied else "anaphor" if subject.is_anaphor else "named"
    seen = ["bias", f"T={types}", f"O={types}:{order}", f"D={types}:{_near(gap)}:{order}", f"R={role}", f"R={role}:{types}"]
    seen.extend(f"alt={types}:{other}" for other in object_.types[1:])
    seen.extend(f"salt={types}:{other}" for other in subject.types[1:])
    if subject.is_topic:
        seen.append(f"topic:{types}")
    if object_.is_topic:
        seen.append(f"otopic:{types}")
    if object_.is_anaphor:
        seen.append(f"oana:{types}")
    seen.append(f"oid={object_.key}")
    seen.append(f"oid={object_.key}:{role}")
    seen.append(f"sid={subject.key if not subject.is_topic else 'topic'}:{object_.type}")
    if object_.kind:
        seen.append(f"kind={object_.kind}")
        seen.append(f"kind={object_.kind}:{role}")
    if scene.is_heading:
        seen.append(f"heading:{types}")
    # Who else could be the subject, and is nearer.
    rivals = sum(
        1
        for other in scene.founds
        if other is not subject and not other.is_implied and subject.type in other.types and not other.ids & subject.ids
    )
    nearer = sum(
        1
        for other in scene.founds
        if other is not subject
        and other is not object_
        and not other.is_implied
        and other.type == subject.type
        and not other.ids & subject.ids
        and first.end <= other.start < second.start
    )
    seen.append(f"rivals={min(rivals, 3)}:{role}:{subject.type}")
    seen.append(f"nearer={min(nearer, 2)}:{types}")
    blockers = sum(
        1
        for other in scene.founds
        if other.type in {"Substance", "Compound", "Alkaloid"}
        and not other.is_implied
        and other is not subject
        and other is not object_
        and first.end <= other.start < second.start
    )
    seen.append(f"blockers={min(blockers, 2)}:{role}:{order}")
    oh, sh = pair.object_head, pair.subject_head
    span_first, span_last = first.end, second.start
    between = (
        [i for i in frame.inside(span_first, span_last) if tokens[i].start >= span_first and tokens[i].end <= span_last]
        if not subject.is_implied
        else []
    )
    if between and len(between) <= MAX_BETWEEN_WORDS:
        words = [tokens[i].lemma for i in between if tokens[i].tag not in _SKIPPED]
        for word in set(words):
            seen.append(f"B={word}")
            seen.append(f"B={word}:{types}:{order}")
        if len(words) <= 3:
            seen.append(f"BB={'_'.join(words)}:{order}")
            seen.append(f"BB={'_'.join(words)}:{types}")
    elif not between and not subject.is_implied:
        seen.append(f"adjacent:{types}:{order}")
    if pair.path is not None:
        path = pair.path
        up = "/".join(label for label in path.up if label not in {"conj", "appos"})
        down = "/".join(label for label in path.down if label not in {"conj", "appos"})
        seen.append(f"P={up}|{down}")
        seen.append(f"P={up}|{down}:{types}")
        seen.append(f"steps={min(path.steps, 9)}:{types}")
        for index in path.inner:
            token = tokens[index]
            if token.tag[:1] in "VNJ":
                seen.append(f"L={token.lemma}")
                seen.append(f"L={token.lemma}:{types}")
                if token.tag == "VBN":
                    seen.append(f"Lp={token.lemma}:{types}:{order}")
        if path.inner:
            seen.append(f"LS={'_'.join(tokens[i].lemma for i in path.inner[:3])}:{types}")
        if any(label == "conj" for label in path.up + path.down) and path.steps == path.up.count("conj") + path.down.count("conj"):
            seen.append(f"listed:{types}")
        if any(label == "appos" for label in path.up + path.down):
            seen.append(f"apposed:{types}")
        for label in ("relcl", "advcl", "acl", "ccomp"):
            if label in path.up:
                seen.append(f"up{label}:{types}")
            if label in path.down:
                seen.append(f"down{label}:{types}")
    if oh is not None:
        token = tokens[frame.first_conjunct(oh)]
        head = tokens[token.head]
        seen.append(f"oh={head.lemma}:{token.dep}:{object_.type}")
        seen.append(f"oh={head.lemma}:{object_.type}")
        if token.dep == "pobj":
            above = tokens[head.head]
            seen.append(f"oa={above.lemma}_{head.lemma}:{object_.type}")
            seen.append(f"oa={above.lemma}:{object_.type}")
        for child in frame.children[oh]:
            if tokens[child].dep in {"amod", "compound", "det", "neg"}:
                seen.append(f"om={tokens[child].lemma}:{object_.type}")
        verb = frame.clause(oh)
        seen.append(f"ov={tokens[verb].lemma}:{object_.type}")
        seen.append(f"ov={tokens[verb].lemma}:{types}")
        if sh is not None:
            same = frame.clause(sh) == verb
            seen.append(f"sameclause={same}:{types}")
            nominal = frame.subject(verb)
            if nominal is not None:
                is_subject = frame.first_conjunct(sh) == nominal or sh == nominal or nominal in frame.chain(sh)[:3]
                seen.append(f"issubj={is_subject}:{types}")
                seen.append(f"issubj={is_subject}:{tokens[verb].lemma}:{object_.type}")
    if sh is not None and not subject.is_implied:
        token = tokens[frame.first_conjunct(sh)]
        head = tokens[token.head]
        seen.append(f"sh={head.lemma}:{token.dep}:{object_.type}")
        seen.append(f"sd={token.dep}:{types}")
        if token.dep == "pobj":
            seen.append(f"sa={tokens[head.head].lemma}_{head.lemma}:{object_.type}")
    on_path = set() if pair.path is None else {*pair.path.inner}
    low, high = min(first.end, second.start), max(first.end, second.start)
    for hit in scene.hits:
        if hit.token in on_path:
            where = "path"
        elif low <= hit.start and hit.end <= high and not subject.is_implied:
            where = "between"
        elif oh is not None and hit.token in frame.chain(oh):
            where = "above"
        else:
            where = "elsewhere"
        seen.append(f"G={hit.predicate}:{where}")
        seen.append(f"G={hit.predicate}:{where}:{types}")
        seen.append(f"G={hit.predicate}:{where}:{role}")
    return list(dict.fromkeys(seen))
