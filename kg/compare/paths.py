"""Mechanism paths from one entity to another, each step with its strongest and its weakest sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kg.compare import evidence
from kg.compare.render import Heading, Paragraph, Quote, Report
from kg.compare.sentences import cite, sentence_record
from kg.model import Stance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from kg.compare.render import Block
    from kg.model import Claim, Entity

STEPS = frozenset(("contains", "binds", "modulates", "regulates", "produces", "alleviates"))
MAX_STEPS = 5
MAX_VISITS = 200_000

RECIPE = (
    "A path follows claims that some text affirms (contains, binds, modulates, regulates, and produces or alleviates after a first step), "
    f"over at most {MAX_STEPS} steps; a path is as strong as its weakest step, a step weighs what its edge weighs, where "
    f"{evidence.WEIGHT_RECIPE}; among equals the shorter path comes first."
)


@dataclass(frozen=True, slots=True)
class Step:
    """One edge of a path with its affirming claims, the strongest first, its weight, and how many claims deny it."""

    subject: Entity
    predicate: str
    object: Entity
    claims: tuple[Claim, ...]
    weight: float
    denied: int


@dataclass(frozen=True, slots=True)
class Path:
    """Steps from start to end; no entity occurs twice."""

    steps: tuple[Step, ...]

    @property
    def weight(self) -> float:
        """The weight of the weakest step."""
        return min(step.weight for step in self.steps)

    @property
    def weakest(self) -> Step:
        """The first of the weakest steps."""
        return min(self.steps, key=lambda step: step.weight)

    @property
    def key(self) -> tuple[float, int, tuple[tuple[str, str], ...]]:
        """The order of a report."""
        return (-self.weight, len(self.steps), tuple((step.predicate, step.object.id) for step in self.steps))


@dataclass(frozen=True, slots=True)
class Found:
    """The paths, the strongest first; `is_complete` is False where the search was cut off."""

    paths: tuple[Path, ...]
    is_complete: bool


def find(claims: Iterable[Claim], start: str, end: str, copies: Mapping[str, str], *, limit: int = 10) -> Found:
    """Return the strongest paths between two entities, given by id, at most `limit`.

    All claims of the predicates that paths follow are held.
    """
    edges: dict[tuple[str, str, str], list[Claim]] = {}
    denied: dict[tuple[str, str, str], int] = {}
    for claim in claims:
        if claim.predicate in STEPS:
            key = (claim.subject.entity.id, claim.predicate, claim.object.entity.id)
            if claim.stance is Stance.AFFIRMED:
                edges.setdefault(key, []).append(claim)
            else:
                denied[key] = denied.get(key, 0) + (claim.stance is Stance.DENIED)
    steps: dict[str, list[Step]] = {}
    for key, own in sorted(edges.items()):
        step = Step(
            own[0].subject.entity, key[1], own[0].object.entity, evidence.strongest(own), evidence.weigh(own, copies), denied.get(key, 0)
        )
        steps.setdefault(key[0], []).append(step)
    left = _distances(steps, end)
    paths: list[Path] = []
    visits = 0
    waiting: list[tuple[str, tuple[Step, ...]]] = [(start, ())]
    while waiting and visits < MAX_VISITS:
        visits += 1
        here, taken = waiting.pop()
        for step in steps.get(here, ()):
            there = step.object.id
            if not taken and step.predicate in ("produces", "alleviates"):
                continue
            if there == end:
                paths.append(Path((*taken, step)))
            elif there != start and len(taken) + 1 + left.get(there, MAX_STEPS) <= MAX_STEPS and all(there != s.object.id for s in taken):
                waiting.append((there, (*taken, step)))
    return Found(tuple(sorted(paths, key=lambda path: path.key)[:limit]), not waiting)


def _distances(steps: Mapping[str, list[Step]], end: str) -> dict[str, int]:
    """Return how many steps each entity is from the end, for those that reach it."""
    sources: dict[str, set[str]] = {}
    for source, own in steps.items():
        for step in own:
            sources.setdefault(step.object.id, set()).add(source)
    distances = {end: 0}
    border = [end]
    while border:
        border = [source for node in border for source in sorted(sources.get(node, ())) if source not in distances]
        farther = max(distances.values()) + 1
        border = list(dict.fromkeys(border))
        distances.update(dict.fromkeys(border, farther))
    return distances


def as_json(found: Found, place: Callable[[Claim], str]) -> dict[str, Any]:
    """Return the paths as JSON values."""
    return {
        "recipe": RECIPE,
        "complete": found.is_complete,
        "paths": [
            {
                "weight": path.weight,
                "steps": [
                    {
                        "subject": step.subject.id,
                        "predicate": step.predicate,
                        "object": step.object.id,
                        "weight": step.weight,
                        "denied": step.denied,
                        "strongest": sentence_record(step.claims[0], place),
                        "weakest": sentence_record(step.claims[-1], place),
                    }
                    for step in path.steps
                ],
            }
            for path in found.paths
        ],
    }


def line(path: Path) -> str:
    """Return the path on one line."""
    return path.steps[0].subject.label + "".join(f" → {step.predicate} → {step.object.label}" for step in path.steps)


def report(found: Found, start: Entity, end: Entity, place: Callable[[Claim], str]) -> Report:
    """Return the paths as a report."""
    parts: list[Block] = []
    if not found.paths:
        parts.append(Paragraph(f"No path of at most {MAX_STEPS} steps."))
    if not found.is_complete:
        parts.append(Paragraph(f"The search was cut off after {MAX_VISITS} partial paths; stronger paths may exist."))
    for number, path in enumerate(found.paths, 1):
        parts += [Heading(f"{number}. {line(path)}"), Paragraph(f"Weight {evidence.number(path.weight)}.")]
        for step in path.steps:
            mark = " This is the weakest step." if step is path.weakest and len(path.steps) > 1 else ""
            denied = f" {step.denied} claims deny it." if step.denied else ""
            parts.append(
                Paragraph(
                    f"{step.subject.label} {step.predicate.replace('_', ' ')} {step.object.label}: "
                    f"weight {evidence.number(step.weight)}, claims: {len(step.claims)}.{mark}{denied} "
                    "The strongest and the weakest sentence:"
                )
            )
            parts.extend(Quote(claim.sentence.text, cite(claim, place)) for claim in dict.fromkeys((step.claims[0], step.claims[-1])))
    return Report(f"How {start.label} is said to reach {end.label}", RECIPE, tuple(parts))
