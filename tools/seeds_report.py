"""Write docs/seeds-report.md: what five articles about kratom claim, as figures and edges without their sentences. `make docs` runs it.

    python tools/seeds_report.py [FOLDER OF THE TEXTS]

Without the folder (`../shared/seeds` beside the repository) the page stays as it is.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from kg import DISCLAIMER, lexicon
from kg.builds import Build, open_build
from kg.compare import conflicts, coverage, entities, evidence, overclaims, paths, reference
from kg.compare.render import Block, Heading, Paragraph, Report, Table, to_markdown
from kg.extraction import open_extractor

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "seeds-report.md"
TEXTS = ROOT.parent / "shared" / "seeds"
EDGES = 20


def said_most(opened: Build, copies: dict[str, str]) -> list[Block]:
    """Return the edges that most stands behind."""
    rungs = evidence.ladder(opened.claims(), copies)
    rows = tuple(
        (
            one.subject,
            one.predicate,
            one.object,
            evidence.number(one.weight),
            str(len(one.documents)),
            str(one.claims),
            f"{one.hedged:.0%}",
            one.strongest.value if one.strongest else "",
            str(one.denied),
        )
        for one in rungs[:EDGES]
    )
    heads = ("subject", "predicate", "object", "weight", "documents", "claims", "hedged", "strongest ground", "denied")
    return [Heading("What is said most"), Paragraph(f"{len(rungs)} edges; the {EDGES} heaviest. {evidence.RECIPE}"), Table(heads, rows)]


def disputed(opened: Build, copies: dict[str, str]) -> list[Block]:
    """Return what the articles contradict each other, or themselves, about."""
    found = conflicts.of_build(opened, copies)
    rows = tuple(
        (
            conflicts.title(one),
            f"{evidence.number(one.left.weight)} ({len(one.left.claims)})",
            f"{evidence.number(one.right.weight)} ({len(one.right.claims)})",
            str(len(one.within)),
        )
        for one in found
    )
    heads = ("about", "weight (claims) of the first side", "of the second", "articles on both sides")
    return [Heading("Where they disagree"), Paragraph(conflicts.RECIPE), Table(heads, rows)]


def said_too_surely(opened: Build, copies: dict[str, str]) -> list[Block]:
    """Return the articles by what they assert beyond the others."""
    found = overclaims.find(opened.claims(), copies, overclaims.proof_wordings())
    kinds = tuple(sorted({one.kind for one in found}))
    rows = tuple(
        (doc, str(points), *(str(sum(one.doc == doc and one.kind == kind for one in found)) for kind in kinds))
        for doc, points in overclaims.rank(found)
    )
    return [
        Heading("What one asserts and the others hedge"),
        Paragraph(overclaims.RECIPE),
        Table(("article", "points", *kinds), rows),
    ]


def checked(opened: Build) -> list[Block]:
    """Return what curated facts say of the claims."""
    known = reference.load(lexicon.load())
    findings = tuple(reference.check(opened.claims(), known))
    counts = {verdict: sum(one.verdict is verdict for one in findings) for verdict in reference.Verdict}
    edges: dict[tuple[str, str, str, str], set[str]] = {}
    for one in findings:
        if one.verdict is not reference.Verdict.NOT_COVERED:
            claim = one.claim
            key = (claim.subject.entity.label, claim.predicate, claim.object.entity.label, one.verdict.value)
            edges.setdefault(key, set()).update(citation for fact in one.facts for citation in fact.citations)
    rows = tuple((*key, ", ".join(sorted(citations))) for key, citations in sorted(edges.items()))
    told = ", ".join(f"{verdict.value.replace('_', ' ')}: {count}" for verdict, count in counts.items())
    heads = ("subject", "predicate", "object", "verdict", "sources of the fact")
    return [Heading("Against what is known"), Paragraph(f"Claims {told}. {reference.RECIPE}"), Table(heads, rows)]


def ways(opened: Build, copies: dict[str, str]) -> list[Block]:
    """Return how kratom is said to reach depression."""
    known = entities.collect(opened.claims())
    first, last = entities.find(known, "kratom"), entities.find(known, "depression")
    found = paths.find(opened.claims(), first.id, last.id, copies, limit=8)
    rows = tuple((paths.line(one), evidence.number(one.weight)) for one in found.paths)
    return [Heading("How kratom is said to reach depression"), Paragraph(paths.RECIPE), Table(("path", "weight of its weakest step"), rows)]


def passed_over(opened: Build) -> list[Block]:
    """Return how much was read and why the rest gave nothing."""
    found = coverage.measure(open_extractor().extract(coverage.documents(opened)))
    told = (
        f"{found.documents} articles, {found.sentences} sentences, of which {found.with_claims} gave {found.claims} claims; "
        f"{len(found.passed)} named two entities and gave none."
    )
    rows = tuple((reason, str(count)) for reason, count in found.reasons[:8])
    return [Heading("What was read, and what was passed over"), Paragraph(told), Table(("reason", "sentences"), rows)]


def page(texts: Path) -> str:
    """Return the page about the texts of a folder."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "kg", "build", str(texts), "--out", folder]
        subprocess.run(command, check=True, capture_output=True)
        opened = open_build(Path(folder))
        copies = evidence.copies(opened)
        names = ", ".join(record.id for record in opened.documents())
        about = Paragraph(f"Five articles by one kind of writer ({names}), not shipped with this project. {DISCLAIMER}")
        parts: list[Block] = [about, *passed_over(opened), *said_most(opened, copies), *disputed(opened, copies)]
        parts += [*said_too_surely(opened, copies), *checked(opened), *ways(opened, copies)]
        recipe = "each part below names its recipe; `make docs` writes this page from the texts, and the sentences stay with them"
    return to_markdown(Report("What five articles about kratom claim", recipe, tuple(parts)))


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else TEXTS
    if given.is_dir():
        PAGE.write_text(page(given), encoding="utf-8")
    else:
        print(f"{given}: no such folder; docs/seeds-report.md stays as it is", file=sys.stderr)
