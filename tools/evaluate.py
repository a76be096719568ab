"""Score the extractor on the gold texts by their part: seeds, trained on, tuned on, held out.

    python tools/evaluate.py [--predicates]

The parts are those of `tools/parts.py`; the scorer is ../shared/gold/score.py. The held-out part is
counted, never shown.
"""

from __future__ import annotations

import json
import sys

from parts import group_of
from reader_data import SHARED, score

from kg import extraction
from kg.model import Document, Source
from kg.outputs import jsonl


def main() -> None:
    """Extract, score, print."""
    golds = score.golds(SHARED / "gold/seeds", SHARED / "seeds") + score.golds(SHARED / "gold/dev", SHARED / "gold/dev-texts")
    documents = [Document(gold.name, gold.text, Source(f"{gold.name}.txt", "0" * 64)) for gold in golds]
    found = [json.loads(jsonl.dump(claim)) for one in extraction.open_extractor().extract(documents) for claim in one.claims]
    for name in ("seeds", "trained on", "tuned on", "held out"):
        chosen = [gold for gold in golds if group_of(gold.name) == name]
        result = score.score(chosen, [claim for claim in found if group_of(claim["doc"]) == name])
        claims, edges = result["claims"], result["edges"]
        agree = "  ".join(f"{field} {value:.3f}" for field, value in result["matched_claims_agree"].items())
        print(
            f"{name:10s} {len(chosen):3d} texts {claims['gold']:5d} claims  P {claims['P']:.3f}  R {claims['R']:.3f}  F1 {claims['F']:.3f}  "
            f"edges F1 {edges['F']:.3f}  {agree}"
        )
        if "--predicates" in sys.argv:
            for predicate, row in result["by_predicate"].items():
                print(f"    {predicate:15s} P {row['P']:.2f}  R {row['R']:.2f}  F1 {row['F']:.2f}  gold {row['gold']}")


if __name__ == "__main__":
    main()
