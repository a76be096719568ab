"""Gold claims × a system's claims → precision, recall and F1, and the cause of each miss.

The rules are those of the annotation guidelines, "How a system is scored".
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from kg.model import Claim, Mention

AGREEMENTS = ("type", "polarity", "certainty", "basis")
_NO_WORD = re.compile(r"[^\w\s'+/-]")
_SENTENCES_SUFFIX = ".sents.json"


@dataclass(frozen=True, slots=True)
class GoldEntity:
    """A concept that the annotators marked: its names, normalised, and every place where a name or an anaphor stands."""

    type: str
    names: frozenset[str]
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class GoldClaim:
    """A claim that the annotators found, with its sentence's offsets; `subject` and `object` are ids of entities."""

    start: int
    end: int
    subject: str
    predicate: str
    object: str
    polarity: str
    certainty: str
    basis: str


@dataclass(frozen=True, slots=True)
class GoldDocument:
    """One annotated text."""

    id: str
    text: str
    entities: Mapping[str, GoldEntity]
    claims: tuple[GoldClaim, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many the system gave, the gold has, and of these were matched one to one."""

    system: int
    gold: int
    matched: int

    @property
    def precision(self) -> float:
        """The share of the system's that the gold has; 0 where it gave none."""
        return self.matched / self.system if self.system else 0.0

    @property
    def recall(self) -> float:
        """The share of the gold's that the system has; 0 where there is none."""
        return self.matched / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 where both are.

        >>> Figures(system=4, gold=2, matched=1).f1
        0.3333333333333333
        """
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Miss:
    """A claim on one side only: `cause` says what went wrong, `detail` which part of it, `sentence` where."""

    doc: str
    cause: str
    detail: str
    subject: str
    predicate: str
    object: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Score:
    """What an evaluation gives: `agreement` is over matched claims, in the order of AGREEMENTS; `predicates` by id."""

    claims: Figures
    edges: Figures
    agreement: Mapping[str, float]
    predicates: Mapping[str, Figures]
    misses: tuple[Miss, ...]


def read_gold(gold: Path, texts: Path) -> tuple[GoldDocument, ...]:
    """Read every annotated text of a folder (NAME.json, NAME.sents.json; NAME.txt among the texts), by name.

    Raises InputError where there is none, or one is not as the guidelines say.
    """
    paths = [path for path in sorted(gold.glob("*.json")) if not path.name.endswith(_SENTENCES_SUFFIX)]
    if not paths:
        message = f"{gold}: no gold annotations here; must hold NAME.json and NAME{_SENTENCES_SUFFIX}"
        raise InputError(message)
    return tuple(_read_document(path, texts) for path in paths)


def _read_document(path: Path, texts: Path) -> GoldDocument:
    try:
        text = (texts / f"{path.stem}.txt").read_text(encoding="utf-8")
        bounds = json.loads(path.with_name(path.stem + _SENTENCES_SUFFIX).read_text(encoding="utf-8"))
        record = json.loads(path.read_text(encoding="utf-8"))
        entities = {entity["id"]: _entity(entity, text, bounds) for entity in record["entities"]}
        claims = tuple(_claim(claim, bounds, entities) for claim in record["claims"])
    except OSError as error:
        message = f"{path}: cannot be scored ({error.filename}: {error.strerror})"
        raise InputError(message) from error
    except (ValueError, KeyError, IndexError, TypeError) as error:
        message = f"{path}: not a gold annotation ({type(error).__name__}: {error})"
        raise InputError(message) from error
    return GoldDocument(path.stem, text, entities, claims)


def _entity(record: dict[str, Any], text: str, bounds: Sequence[Sequence[int]]) -> GoldEntity:
    names = record.get("names", [])
    spans = [span for name in names for span in _places(name, text)]
    for anaphor in record.get("anaphors", []):
        start, end = bounds[anaphor["sent"]]
        spans.extend((start + first, start + last) for first, last in _places(anaphor["text"], text[start:end]))
    return GoldEntity(record["type"], frozenset(map(normal, names)), tuple(spans))


def _claim(record: dict[str, Any], bounds: Sequence[Sequence[int]], entities: Mapping[str, GoldEntity]) -> GoldClaim:
    start, end = bounds[record["sent"]]
    for role in ("subj", "obj"):
        if record[role] not in entities:
            message = f"claim names {record[role]!r}, which is no entity"
            raise ValueError(message)
    return GoldClaim(start, end, record["subj"], record["pred"], record["obj"], record["polarity"], record["certainty"], record["basis"])


def _places(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Give where the name stands as whole words, whatever its case, spacing and form of apostrophe."""
    pattern = r"\s+".join(re.escape(word) for word in name.split(" ")).replace("'", "['’]")
    for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", text, re.IGNORECASE):
        yield match.span()


def normal(name: str) -> str:
    """Return the form in which two names are the same: case, spacing and punctuation apart.

    >>> normal("GABA-A  receptors (brain)")
    'gaba-a receptors brain'
    """
    return " ".join(_NO_WORD.sub(" ", name.replace("’", "'").casefold()).split())


def score(gold: Path, texts: Path, claims: Iterable[Claim], *, mentions: Mapping[str, Iterable[Mention]] | None = None) -> Score:
    """Score a system's claims against a folder of gold annotations; see `compare`.

    Raises InputError.
    """
    return compare(read_gold(gold, texts), claims, mentions=mentions)


def compare(
    documents: Iterable[GoldDocument], claims: Iterable[Claim], *, mentions: Mapping[str, Iterable[Mention]] | None = None
) -> Score:
    """Score a system's claims against annotated documents.

    Claims of other documents are left out. `mentions` holds, by document, what the system marked
    beside the mentions of its claims; the causes of misses are the truer for it.
    """
    by_document: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        by_document[claim.doc].append(claim)
    total, edges = Counter[str](), Counter[str]()
    agreeing, matched = Counter[str](), Counter[str]()
    given, wanted = Counter[str](), Counter[str]()
    misses: list[Miss] = []
    for document in documents:
        system = by_document.get(document.id, [])
        pairs = match(document, system)
        total.update(system=len(system), gold=len(document.claims), matched=len(pairs))
        edges.update(_edges(document, system))
        given.update(claim.predicate for claim in system)
        wanted.update(claim.predicate for claim in document.claims)
        for place, other in pairs.items():
            matched[document.claims[other].predicate] += 1
            agreeing.update(_agreements(document, system[place], document.claims[other]))
        misses.extend(_misses(document, system, pairs, tuple((mentions or {}).get(document.id, ()))))
    return Score(
        Figures(**total),
        Figures(**edges),
        {name: agreeing[name] / total["matched"] if total["matched"] else 0.0 for name in AGREEMENTS},
        {name: Figures(given[name], wanted[name], matched[name]) for name in sorted({*given, *wanted})},
        tuple(misses),
    )


def match(document: GoldDocument, claims: Sequence[Claim]) -> dict[int, int]:
    """Pair as many claims as can be with gold claims, one to one: place of the claim → place of the gold claim."""
    return _pair([[place for place, wanted in enumerate(document.claims) if _fits(document, claim, wanted)] for claim in claims])


def _pair(choices: Sequence[Sequence[int]]) -> dict[int, int]:
    """Return a largest one-to-one choice, by augmenting paths in order (H. W. Kuhn 1955, doi:10.1002/nav.3800020109)."""
    owners: dict[int, int] = {}

    def settle(chooser: int, asked: set[int]) -> bool:
        for choice in choices[chooser]:
            if choice not in asked:
                asked.add(choice)
                if choice not in owners or settle(owners[choice], asked):
                    owners[choice] = chooser
                    return True
        return False

    for chooser in range(len(choices)):
        settle(chooser, set())
    return {chooser: choice for choice, chooser in owners.items()}


def _fits(document: GoldDocument, claim: Claim, wanted: GoldClaim) -> bool:
    return (
        claim.predicate == wanted.predicate
        and _is_in(claim, wanted)
        and _is_same(claim.subject, document.entities[wanted.subject])
        and _is_same(claim.object, document.entities[wanted.object])
    )


def _is_in(claim: Claim, wanted: GoldClaim) -> bool:
    return claim.sentence.start < wanted.end and claim.sentence.end > wanted.start


def _is_same(mention: Mention, entity: GoldEntity) -> bool:
    if any(start < mention.end and end > mention.start for start, end in entity.spans):
        return True
    names = (mention.entity.label, mention.text, *mention.entity.names)
    return not entity.names.isdisjoint(normal(name) for name in names if name)


def _edges(document: GoldDocument, claims: Sequence[Claim]) -> dict[str, int]:
    """Count distinct subject-predicate-object triples of both sides, and how many of them pair."""
    wanted = sorted({(claim.subject, claim.predicate, claim.object) for claim in document.claims})
    hits: dict[tuple[str, str, str], set[int]] = {}
    for claim in claims:
        triple = (_name(claim.subject), claim.predicate, _name(claim.object))
        hits.setdefault(triple, set()).update(
            place
            for place, (subject, predicate, object_) in enumerate(wanted)
            if claim.predicate == predicate
            and _is_same(claim.subject, document.entities[subject])
            and _is_same(claim.object, document.entities[object_])
        )
    return {"system": len(hits), "gold": len(wanted), "matched": len(_pair([sorted(places) for places in hits.values()]))}


def _name(mention: Mention) -> str:
    return mention.entity.id or normal(mention.entity.label)


def _agreements(document: GoldDocument, claim: Claim, wanted: GoldClaim) -> dict[str, int]:
    ends = ((claim.subject, wanted.subject), (claim.object, wanted.object))
    return {
        "type": all(_is_typed(mention, document.entities[entity]) for mention, entity in ends),
        "polarity": claim.polarity == wanted.polarity,
        "certainty": claim.certainty == wanted.certainty,
        "basis": claim.basis == wanted.basis,
    }


def _is_typed(mention: Mention, entity: GoldEntity) -> bool:
    # Alkaloid is a Compound wherever a Compound may stand (guidelines, Predicates).
    family = {"Alkaloid": "Compound"}
    return family.get(mention.entity.type, mention.entity.type) == family.get(entity.type, entity.type)


def _misses(document: GoldDocument, claims: Sequence[Claim], pairs: Mapping[int, int], mentions: Sequence[Mention]) -> Iterator[Miss]:
    """Give what only one side has: first the gold's in its order, then the system's in its order."""
    marked = (*mentions, *(mention for claim in claims for mention in (claim.subject, claim.object)))
    spare = [claim for place, claim in enumerate(claims) if place not in pairs]
    missed = [claim for place, claim in enumerate(document.claims) if place not in set(pairs.values())]
    for wanted in missed:
        cause, detail = _why(document, wanted, marked, spare)
        sentence = document.text[wanted.start : wanted.end]
        yield Miss(document.id, cause, detail, wanted.subject, wanted.predicate, wanted.object, sentence)
    for claim in spare:
        is_near = any(_is_near(document, claim, wanted) for wanted in missed)
        cause = "wrong argument given" if is_near else "false claim"
        sentence = document.text[claim.sentence.start : claim.sentence.end]
        yield Miss(document.id, cause, claim.rule, claim.subject.entity.id, claim.predicate, claim.object.entity.id, sentence)


def _why(document: GoldDocument, wanted: GoldClaim, marked: Sequence[Mention], spare: Sequence[Claim]) -> tuple[str, str]:
    """Return the first cause that holds, and the entity or predicate that it is about."""
    found = {}
    for entity in (wanted.subject, wanted.object):
        there = [mention for mention in marked if mention.start < wanted.end and mention.end >= wanted.start]
        found[entity] = [mention for mention in there if _is_same(mention, document.entities[entity])]
        if not found[entity]:
            return "entity missed", entity
    for entity, there in found.items():
        if not any(_is_typed(mention, document.entities[entity]) for mention in there):
            return "wrong type", f"{entity}: {there[0].entity.type} for {document.entities[entity].type}"
    if any(_is_near(document, claim, wanted) for claim in spare):
        return "wrong argument", wanted.predicate
    return "trigger missed", wanted.predicate


def _is_near(document: GoldDocument, claim: Claim, wanted: GoldClaim) -> bool:
    """Tell whether the claim is the gold's but for its subject or its object."""
    if claim.predicate != wanted.predicate or not _is_in(claim, wanted):
        return False
    return _is_same(claim.subject, document.entities[wanted.subject]) != _is_same(claim.object, document.entities[wanted.object])


def dump_miss(miss: Miss) -> str:
    """Return the miss as one line of JSON, without the line end."""
    record = {
        "doc": miss.doc,
        "cause": miss.cause,
        "detail": miss.detail,
        "claim": [miss.subject, miss.predicate, miss.object],
        "sentence": miss.sentence,
    }
    return json.dumps(record, ensure_ascii=False)
