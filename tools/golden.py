"""Write tests/golden/claims.tsv again: what the road makes of examples/, one claim a line. Read the difference before committing it."""

import subprocess
import sys
import tempfile
from pathlib import Path

from kg.builds import Build, open_build

ROOT = Path(__file__).resolve().parent.parent
GOLDEN = ROOT / "tests" / "golden" / "claims.tsv"
COLUMNS = ("doc", "start", "subject", "predicate", "object", "polarity", "certainty", "basis", "stance", "attribution", "sentence")


def rows(built: Build) -> str:
    """Return the claims as a table, in output order."""
    lines = ["\t".join(COLUMNS)]
    for claim in built.claims():
        speaker = claim.attribution.label if claim.attribution else ""
        cells = (
            claim.doc, str(claim.sentence.start), claim.subject.entity.id, claim.predicate, claim.object.entity.id,
            claim.polarity.value, claim.certainty.value, claim.basis.value, claim.stance.value, speaker, claim.sentence.text,
        )  # fmt: skip
        lines.append("\t".join(" ".join(cell.split()) for cell in cells))
    return "\n".join(lines) + "\n"


def build() -> str:
    """Return the table of a fresh build of the examples."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "kg", "build", str(ROOT / "examples"), "--out", folder]
        subprocess.run(command, check=True, capture_output=True)
        return rows(open_build(Path(folder)))


def main() -> None:
    """Write the table."""
    GOLDEN.write_text(build(), encoding="utf-8")
    print(GOLDEN.relative_to(ROOT))


if __name__ == "__main__":
    main()
