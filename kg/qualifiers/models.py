"""Learned weights: which cues of a sentence hold for a claim, given how they stand to it in the parse.

The features say how each cue stands to the claim (`cues.cover`), what the way from subject
to object runs through, and what the claim is about. The weights are a logistic regression
for each qualifier, trained by `tools/train_qualifiers.py`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from kg.errors import TableError
from kg.qualifiers import cues
from kg.qualifiers.trees import SUBJECTS
from kg.resources import ONTOLOGY
from kg.values import swift

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from kg.model import Cue, Mention
    from kg.qualifiers.cues import FoundCue
    from kg.qualifiers.trees import Tree

ENDS = frozenset({".", "!", "?", ";"})
# How a cue that holds for a claim stands to it.
REACHED = frozenset({"in", "above", "inside", "in:participle", "sentence"})
_CONTENT_TAGS = ("N", "V", "J", "I")
MAX_REMEMBERED_HEDGES = 20_000


@dataclass(frozen=True, slots=True)
class Model:
    """One logistic regression between two values: for each its bias, and for each feature a weight a value."""

    values: tuple[str, str]
    biases: tuple[float, float]
    weights: Mapping[str, tuple[float, float]]
    _gains: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        """Work out what each feature says for the second value, and against the first."""
        object.__setattr__(self, "_gains", {feature: second - first for feature, (first, second) in self.weights.items()})

    def decide(self, features: Iterable[str]) -> str:
        """Return the likelier value; the first where both are as likely."""
        gain = self.biases[1] - self.biases[0] + sum(map(self._gains.get, features, repeat(0.0)))
        return self.values[gain > 0]


@dataclass(frozen=True, slots=True)
class Models:
    """The model of each qualifier that has one."""

    polarity: Model
    certainty: Model
    basis: Model


@swift
@dataclass(frozen=True, slots=True)
class Situation:
    """A claim in its sentence: the heads of its subject and object, where the two meet, and what they are."""

    tree: Tree
    subject: int
    object: int
    meeting: int
    predicate: str
    subject_mention: Mention
    object_mention: Mention
    is_heading: bool
    is_nominal: bool
    way: tuple[int, ...]


def situate(tree: Tree, subject: int, object_: int, predicate: str, mentions: tuple[Mention, Mention], *, is_heading: bool) -> Situation:
    """Return a claim's situation."""
    meeting = tree.meet(subject, object_)
    way = (*tree.between(subject, meeting), *tree.between(object_, meeting), meeting)
    is_nominal = not any(tree.is_verb[token] and tree.tokens[token].dep not in {"amod", "acl"} for token in way)
    return Situation(tree, subject, object_, meeting, predicate, *mentions, is_heading, is_nominal, tuple(dict.fromkeys(way)))


def read(path: Path | None = None) -> Models:
    """Read the weights.

    Raises TableError.
    """
    path = path or ONTOLOGY / "models" / "qualifiers.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return Models(_model(raw["polarity"]), _model(raw["certainty"]), _model(raw["basis"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path.parent.name}/{path.name}: cannot be read as weights ({error}); write it again by tools/train_qualifiers.py"
        raise TableError(message) from error


def _model(raw: Any) -> Model:
    first, second = raw["values"]
    weights = {}
    for feature, row in raw["weights"].items():
        full = [0.0, 0.0]
        for place, weight in row:
            full[place] = weight
        weights[feature] = (full[0], full[1])
    bias, other = raw["biases"]
    return Model((first, second), (bias, other), weights)


def about(situation: Situation) -> Iterator[str]:
    """Give the features of the claim itself, without a cue."""
    tree, predicate, obj = situation.tree, situation.predicate, situation.object_mention.entity
    tokens = tree.tokens
    yield f"predicate={predicate}"
    yield f"object={obj.type}/{obj.kind}"
    shape = ("heading" if situation.is_heading else "sentence") + ("/noun" if situation.is_nominal else "/verb")
    yield f"shape={shape}"
    yield f"shape={shape} predicate={predicate}"
    end = "" if tokens[-1].text in ENDS else "open "
    if end:
        yield f"{end}shape={shape}"
        yield f"{end}shape={shape} object={obj.type}"
    for token in (token for token in situation.way if tokens[token].tag[:1] in _CONTENT_TAGS):
        yield f"way={tokens[token].lemma}"
        if situation.is_nominal:
            yield f"way={tokens[token].lemma} noun"
    if situation.meeting in (situation.subject, situation.object):
        yield f"meeting={'subject' if situation.meeting == situation.subject else 'object'} predicate={predicate}"
    yield from _position(situation)
    if tokens[-1].text == "?":
        yield "question"


def _position(situation: Situation) -> Iterator[str]:
    """Give the features of where in its sentence a claim stands."""
    tree, tokens = situation.tree, situation.tree.tokens
    above = tree.up(situation.meeting)
    for token in above[:-1]:
        border = tree.crossing(token)
        if border in {"clause", "relcl"}:
            yield f"border={border}"
            for child in tree.children[token]:
                if tokens[child].dep in {"mark", "advmod"} and child < token:
                    yield f"mark={tree.words[child]}"
        if tokens[token].dep in SUBJECTS:
            yield "below=subject"
    verb = next((token for token in above if tree.is_verb[token]), None)
    if verb is not None:
        yield f"tense={tokens[verb].tag}"


def of_polarity(situation: Situation, found: Iterable[tuple[FoundCue, str]], covered: str) -> Iterator[str]:
    """Give the features for whether a claim is denied, by the denials of its sentence, each with how it stands to the claim.

    `covered` says whether one covers the claim by the parse, or two do.
    """
    tree, predicate, entity = situation.tree, situation.predicate, situation.object_mention.entity
    kind = f"{entity.type}/{entity.kind}"
    yield covered
    yield f"{covered} {predicate}"
    yield f"{covered} {kind}"
    yield f"{covered} {'noun' if situation.is_nominal else 'verb'}"
    yield f"{covered} compared={tree.is_compared(situation.subject, situation.meeting)}"
    for cue, code in found:
        words, scope = " ".join(cue.row.words), cue.row.scope
        is_within = holds(situation.object_mention, cue.cue.start, cue.cue.end)
        side = "within" if is_within else _side(situation, cue.first)
        following = tree.words[cue.last + 1] if cue.last + 1 < len(tree.words) else ""
        yield f"{covered} {words}"
        yield f"{covered} {words}: {code}"
        yield f"{covered} {words} {side}"
        yield f"{words} {following}"
        yield f"{covered} {words} of {tree.tokens[cue.anchor].lemma}"
        yield f"{covered} {scope} {code}"
        yield f"{covered} {scope} {code} {predicate}"
        yield f"{covered} {scope} {code} {kind}"
        yield f"{covered} {scope} {code} {side}"
        if cue.cue.text.isupper() and len(cue.cue.text) > 1:
            yield f"capitals {words}"


def holds(mention: Mention, start: int, end: int) -> bool:
    """Say whether a span of characters is part of a mention."""
    return mention.start <= start and end <= mention.end


def _side(situation: Situation, token: int) -> str:
    """Say where a token stands: before or after a claim, or between its two ends."""
    ends = (situation.subject, situation.object)
    return "before" if token < min(ends) else "after" if token > max(ends) else "between"


def of_certainty(situation: Situation, found: Iterable[FoundCue], *, is_negated: bool) -> list[str]:
    """Return the features for how sure a claim is."""
    features = [*about(situation)]
    if is_negated:
        features.append("negated")
    codes: dict[str, None] = {}
    for cue in cues.fitting(found, situation.object_mention.entity.type):
        code = "sentence" if cue.row.scope == "sentence" else cues.cover(cue, situation.tree, situation.subject, situation.object)
        codes[code] = None
        features += _of_hedge(_hedge(situation, cue, code))
    if REACHED.isdisjoint(codes):
        features.append("unreached")
        features += [f"unreached {code}" for code in codes]
    else:
        features += ["reached", f"reached predicate={situation.predicate}"]
    return features


class _Hedge(NamedTuple):
    """All that the features of one hedge are made of: what it is and how it stands to the claim."""

    scope: str
    value: str
    words: str
    code: str
    predicate: str
    is_nominal: bool
    side: str
    depth: str
    tag: str
    is_end: bool
    relative: str | None
    is_within: bool
    kind: str | None
    is_on_way: bool


def _hedge(situation: Situation, cue: FoundCue, code: str) -> _Hedge:
    tree, row = situation.tree, cue.row
    return _Hedge(
        row.scope,
        row.value,
        " ".join(row.words),
        code,
        situation.predicate,
        situation.is_nominal,
        _side(situation, cue.first),
        "at" if tree.covers(situation.meeting, cue.anchor) else "verb" if tree.is_verb[situation.meeting] else "noun",
        tree.tokens[cue.head].tag,
        situation.meeting in (situation.subject, situation.object),
        _relative(situation) if code == "in:relcl" else None,
        holds(situation.object_mention, cue.cue.start, cue.cue.end),
        situation.object_mention.entity.kind,
        cue.head in situation.way or cue.anchor in situation.way,
    )


@lru_cache(maxsize=MAX_REMEMBERED_HEDGES)
def _of_hedge(hedge: _Hedge) -> tuple[str, ...]:
    """Return the features of one hedge, remembered: many claims have the same."""
    scope, value, code, predicate, tag = hedge.scope, hedge.value, hedge.code, hedge.predicate, hedge.tag
    features = [
        f"{scope} {code}",
        f"{value} {code}",
        f"{value} {code} {predicate}",
        f"{value} {code} {hedge.is_nominal}",
        f"{value} {scope} {code}",
        f"{scope} {code} {hedge.side}",
        f"code {code}",
        f"tag {tag[:2]} {code}",
        f"{value} {code} meeting={hedge.depth}",
        f"{value} {code} meeting={hedge.depth} {predicate}",
        f"{scope} {code} {predicate}",
        f"{hedge.words}: {code}",
        f"{value} {tag[:1]} {code}",
    ]
    if hedge.is_end:
        features.append(f"{scope} {code} noun phrase")
    if hedge.relative is not None:
        features.append(f"{value} {code} {hedge.relative}")
    if hedge.is_within:
        features.append(f"{value} within object")
    if hedge.kind is not None:
        features.append(f"{value} {code} {hedge.kind}")
    if code in REACHED and hedge.is_nominal:
        features.append(f"{scope} {code} noun")
    if hedge.is_on_way:
        features.append(f"{scope} on the way")
    return tuple(features)


def _relative(situation: Situation) -> str:
    """Say whether the relative clause that an object stands in tells of the subject ("receptors, which influence mood")."""
    tree = situation.tree
    verb = next(token for token in tree.up(situation.object) if tree.crossing(token) == "relcl")
    is_own = tree.covers(tree.heads[verb], situation.subject) and not tree.covers(verb, situation.subject)
    return "own" if is_own else "other"


@swift
@dataclass(frozen=True, slots=True)
class Ground:
    """Words that may name a claim's ground: the value, the row's words, the head, and the cue."""

    value: str
    phrase: str
    head: int
    cue: Cue


def of_ground(situation: Situation, ground: Ground, others: Iterable[str]) -> Iterator[str]:
    """Give the features for whether one ground of the sentence is the claim's; `others` are the values of all grounds there."""
    tree, predicate = situation.tree, situation.predicate
    obj = situation.object_mention.entity
    value = ground.value
    code = place(situation, ground.head, ground.cue.start, ground.cue.end)
    role = _role(tree, ground.head, situation)
    yield f"predicate={predicate}"
    yield f"{value} predicate={predicate}"
    yield f"object={obj.type}/{obj.kind}"
    yield f"{value} object={obj.type}/{obj.kind}"
    yield f"shape={situation.is_heading}/{situation.is_nominal}"
    yield code
    yield role
    yield f"{code} {role}"
    yield f"{code} {predicate}"
    yield f"{code} {obj.kind}"
    yield f"{value} {code}"
    yield f"{value} {role}"
    yield f"{ground.phrase}"
    yield f"{ground.phrase} {code}"
    yield f"{value} of {' '.join(sorted(set(others)))}"
    if situation.meeting in (situation.subject, situation.object):
        yield f"noun {predicate}"
        yield f"noun {code}"
    yield f"{_side(situation, ground.head)} {code}"


def _role(tree: Tree, head: int, situation: Situation) -> str:
    """Say what the words of a ground are in their clause (subject, agent or place), and whether the claim hangs on its verb."""
    token = head
    deps = []
    while tree.heads[token] != token and not (tree.is_verb[token] and tree.tokens[token].dep not in {"amod", "aux", "auxpass"}):
        dep = tree.tokens[token].dep
        deps.append(tree.words[token] if dep in {"prep", "agent"} else dep)
        token = tree.heads[token]
    reached = tree.covers(token, situation.meeting)
    border = ""
    if reached:
        way = situation.meeting
        while way != token:
            border = border or tree.crossing(way)
            way = tree.heads[way]
    last = next((dep for dep in reversed(deps) if dep not in {"conj", "compound", "amod", "pobj"}), "")
    return f"{last} {'reached' if reached else 'unreached'} {border}"


def place(situation: Situation, head: int, start: int, end: int) -> str:  # noqa: PLR0911 - one return a place
    """Say where the words of a ground stand: in the object, on the way, in a clause above the claim, in the same clause, or apart."""
    tree = situation.tree
    if holds(situation.object_mention, start, end):
        return "object"
    if holds(situation.subject_mention, start, end):
        return "subject"
    if head in situation.way:
        return "way"
    own = tree.clause(situation.meeting)
    other = tree.clause(head)
    if own == other:
        if tree.covers(situation.meeting, head):
            return "below"
        return "same"
    if tree.covers(other, own):
        border = next((tree.crossing(token) for token in tree.up(situation.meeting) if tree.crossing(token) in {"clause", "relcl"}), "")
        return f"above:{border}"
    return "apart" if not tree.covers(own, other) else "under"
