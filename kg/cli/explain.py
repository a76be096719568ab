"""kg explain, kg eval: why a sentence gives the claims it gives, and how often that is right."""

from __future__ import annotations

import json
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg import DISCLAIMER
from kg.cli.app import app, printable, say, warn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from kg.evaluation import Figures, GoldDocument, Score
    from kg.explanation import Explanation, Reading
    from kg.model import Claim, Mention

_MIN_WIDTH = 120
_MAX_REFUSALS = 12

Lexicon = Annotated[
    list[Path],
    typer.Option("--lexicon", exists=True, dir_okay=False, help="More names: a table, or an OBO, OWL or SKOS file; may be repeated."),
]
Model = Annotated[str, typer.Option("--model", help="Another spaCy pipeline, by package name or folder.")]


class Format(StrEnum):
    """How figures are written."""

    TABLE = "table"
    JSON = "json"


@app.command()
def explain(
    sentence: Annotated[str, typer.Argument(help="The text, one sentence or more; `-` reads standard input.")],
    lexicon: Lexicon = [],  # noqa: B006 -- Typer copies it
    model: Model = "",
    every: Annotated[bool, typer.Option("--all", help="Show every pair that was refused, however many.")] = False,
) -> None:
    """Show what is read from a sentence, and why: names, wordings, cues, claims, and what was refused."""
    from rich.console import Console

    from kg.explanation import explain as see
    from kg.extraction import open_extractor

    text = typer.get_text_stream("stdin", encoding="utf-8").read() if sentence == "-" else sentence
    extractor = open_extractor(model=model or None, lexicons=tuple(lexicon))
    console = Console(highlight=False, markup=False, emoji=False)
    if console.width < _MIN_WIDTH and not console.is_terminal:
        console = Console(highlight=False, markup=False, emoji=False, width=_MIN_WIDTH)
    found = 0
    for explanation in see(text, extractor):
        found += len(explanation.readings)
        _show(console, explanation, None if every else _MAX_REFUSALS)
    if not found:
        warn("no claims found")
    say(DISCLAIMER)


def _show(console: Console, explanation: Explanation, limit: int | None) -> None:
    console.rule(style="dim")
    console.print(printable(" ".join(explanation.sentence.text.split())), style="bold")
    if explanation.sentence.lead is not None:
        console.print(printable(f"read with its lead-in: {' '.join(explanation.sentence.lead.text.split())}"), style="dim")
    _table(
        console,
        "named",
        ("text", "is", "type", "rule", "could be"),
        (
            (
                "(implied)" if one.is_implied else one.mention.text,
                one.mention.entity.label,
                one.mention.entity.type,
                one.rule,
                ", ".join((*one.readings, *([f"{one.again} once more"] if one.again else []))),
            )
            for one in explanation.named
        ),
    )
    _table(
        console,
        "wordings",
        ("text", "predicate", "row", "clause", "subject"),
        ((one.text, one.predicate, one.rule, one.verb, one.subject) for one in explanation.wordings),
    )
    _table(
        console,
        "cues",
        ("text", "says", "scope", "row"),
        ((one.cue.text, one.value, one.scope, one.rule) for one in explanation.grounds),
    )
    _table(
        console,
        "claims",
        ("subject", "predicate", "object", "qualifiers", "rule", "path"),
        (
            (
                one.claim.subject.entity.label,
                one.claim.predicate,
                f"{one.claim.object.entity.label} ({one.claim.object.entity.type})",
                _qualifiers(one),
                one.claim.rule,
                one.path,
            )
            for one in explanation.readings
        ),
    )
    refused = explanation.refusals[:limit]
    _table(
        console,
        "refused",
        ("subject", "object", "why"),
        ((one.subject.entity.label, one.object.entity.label, one.reason) for one in refused),
    )
    if len(refused) < len(explanation.refusals):
        console.print(f"  … and {len(explanation.refusals) - len(refused)} more; --all shows them", style="dim")


def _qualifiers(reading: Reading) -> str:
    claim = reading.claim
    said = [
        claim.polarity.value,
        claim.certainty.value,
        f"basis {claim.basis.value}",
        *(f"{name} {value}" for name in ("direction", "mechanism", "dose", "route", "population") if (value := getattr(claim, name))),
    ]
    if claim.stance.value not in said:
        said.append(f"stance {claim.stance.value}")
    if claim.attribution is not None:
        said.append(f"says {claim.attribution.label}")
    return ", ".join(said)


def _table(console: Console, title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print()
    if table.row_count:
        console.print(title, style="bold cyan")
        console.print(table)
    else:
        console.print(f"{title}: none", style="cyan")


@app.command(name="eval")
def evaluate(
    gold: Annotated[Path, typer.Argument(help="The folder of gold annotations: NAME.json and NAME.sents.json.")],
    texts: Annotated[Path, typer.Argument(help="The folder of their texts: NAME.txt.")],
    claims: Annotated[Path | None, typer.Option("--claims", help="Score this claims.jsonl instead of reading the texts.")] = None,
    misses: Annotated[Path | None, typer.Option("--misses", help="Write every miss with its cause here, one JSON object a line.")] = None,
    output: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
    lexicon: Lexicon = [],  # noqa: B006 -- Typer copies it
    model: Model = "",
) -> None:
    """Score the claims of annotated texts: precision, recall, F1, agreement of the qualifiers, causes of misses."""
    from kg import evaluation
    from kg.outputs import jsonl

    documents = evaluation.read_gold(gold, texts)
    if claims is None:
        found, mentions = _extract(documents, tuple(lexicon), model)
        score = evaluation.compare(documents, found, mentions=mentions)
    else:
        score = evaluation.compare(documents, jsonl.read(claims))
    if misses is not None:
        misses.write_text("".join(f"{evaluation.dump_miss(miss)}\n" for miss in score.misses), encoding="utf-8")
    if output is Format.JSON:
        say(json.dumps(_record(score), indent=1))
    else:
        _say_score(score)


def _extract(
    documents: Iterable[GoldDocument], lexicons: tuple[Path, ...], model: str
) -> tuple[tuple[Claim, ...], dict[str, tuple[Mention, ...]]]:
    """Read the texts afresh; the mentions of refused pairs tell what was marked."""
    from hashlib import sha256

    from kg.extraction import open_extractor
    from kg.model import Document, Source

    extractor = open_extractor(model=model or None, lexicons=lexicons)
    texts = (Document(one.id, one.text, Source(f"{one.id}.txt", sha256(one.text.encode()).hexdigest())) for one in documents)
    claims: list[Claim] = []
    mentions: dict[str, tuple[Mention, ...]] = {}
    for extraction in extractor.extract(texts):
        claims.extend(extraction.claims)
        mentions[extraction.document.id] = tuple(
            mention for refusal in extraction.refusals for mention in (refusal.subject, refusal.object)
        )
    return tuple(claims), mentions


def _figures(figures: Figures) -> dict[str, Any]:
    return {
        "precision": figures.precision,
        "recall": figures.recall,
        "f1": figures.f1,
        "system": figures.system,
        "gold": figures.gold,
        "matched": figures.matched,
    }


def _record(score: Score) -> dict[str, Any]:
    return {
        "claims": _figures(score.claims),
        "edges": _figures(score.edges),
        "agreement": dict(score.agreement),
        "predicates": {name: _figures(figures) for name, figures in score.predicates.items()},
        "causes": dict(sorted(Counter(miss.cause for miss in score.misses).items())),
    }


def _say_score(score: Score) -> None:
    for name, figures in (("claims", score.claims), ("edges", score.edges)):
        counts = f"(system {figures.system}, gold {figures.gold}, matched {figures.matched})"
        say(f"{name:15} P {figures.precision:.3f}  R {figures.recall:.3f}  F1 {figures.f1:.3f}  {counts}")
    say("over matched claims: " + "  ".join(f"{name} {share:.3f}" for name, share in score.agreement.items()))
    for name, figures in score.predicates.items():
        say(f"  {name:15} P {figures.precision:.2f}  R {figures.recall:.2f}  F1 {figures.f1:.2f}  gold {figures.gold}")
    causes = Counter(miss.cause for miss in score.misses)
    say("causes: " + ("; ".join(f"{cause} {count}" for cause, count in causes.most_common()) or "no miss"))
