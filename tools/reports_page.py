"""Write docs/reports.md: every report, what it answers, and its recipe as the program itself states it. `make docs` runs it."""

from pathlib import Path

from typer.main import get_command

from kg import DISCLAIMER
from kg.cli.main import app
from kg.compare import conflicts, coverage, diff, evidence, overclaims, paths, profile, reference, table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reports.md"
# The report's command as typed on the built examples, and the recipe that it prints.
REPORTS = (
    ("conflicts", "kg conflicts", conflicts.RECIPE),
    ("evidence", "kg evidence --limit 20", evidence.RECIPE),
    ("table", "kg table kava --format csv --out kava.csv", table.RECIPE),
    ("check", "kg check", reference.RECIPE),
    ("overclaims", "kg overclaims", overclaims.RECIPE),
    ("path", "kg path kratom mood", paths.RECIPE),
    ("profile", "kg profile kava --format html --out kava.html", profile.RECIPE),
    ("coverage", "kg coverage", coverage.RECIPE),
    ("diff", "kg diff output-before output", diff.RECIPE),
)

END = (
    'A sentence that denies ("does not relieve") and one that only says that evidence is lacking ("no evidence that") are told apart by `stance` in '
    "every claim, in RDF, the page and every report. No side of a dispute is declared the winner. What the curated facts do not cover is *not covered*, "
    "which says nothing about whether it is true. [What five articles about kratom claim](seeds-report.md) shows most of the reports on real texts."
)


def page() -> str:
    """Return the page."""
    head = (
        "Written by `make docs` from the program itself. Each report is Markdown, HTML or JSON (`--format`), goes to a file with `--out`, reads the "
        f"graph of `--graph` (`output/`), and states its recipe, so that a small example can be checked by hand. {DISCLAIMER}"
    )
    parts = ["# Reports", "", head, ""]
    commands = get_command(app).commands
    for name, typed, recipe in REPORTS:
        about = " ".join((commands[name].help or "").split())
        parts += [f"## kg {name}", "", about, "", f"    {typed}", "", f"*How it is worked out.* {recipe}", ""]
    parts += [
        "## What refuted, unproven and not covered mean",
        "",
        END,
        "",
    ]
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
