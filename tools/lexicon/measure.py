"""Measure over gold entities which names are found: `python tools/lexicon/measure.py [--held-out] [--misses] [--alone]`.

A specific name is one that stands in its text (guidelines: names always mean the entity). It is found where a match
overlaps it with the right type among the candidates; a Condition counts for an adverse-effect Caution, which is cast from it.
Names are those that extraction works with: the lexicon's, those told by a shape or an abbreviation, and those that the reader
sees; `--alone` counts the lexicon's only. Held-out texts are measured without showing what was missed.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from parts import group_of

from kg import extraction, lexicon, mentions
from kg.model import Document, Source

GOLD = Path(__file__).resolve().parents[2] / ".." / "shared" / "gold"
COMPOUNDS = frozenset(("Compound", "Alkaloid", "Substance"))


def fits(gold: str, kind: str, types: frozenset[str]) -> bool:
    """Tell whether one of the candidate types stands for the gold type."""
    if gold in types:
        return True
    if gold in {"Compound", "Alkaloid"} and types & {"Compound", "Alkaloid"}:
        return True
    return gold == "Caution" and kind in {"adverse_effect", "contraindication", "dependence"} and "Condition" in types


def marks(name: str, text: str, extractor: extraction.Extractor | None) -> list[tuple[int, int, frozenset[str]]]:
    """Return where something is named in a text, and as which types."""
    if extractor is None:
        return [(m.start, m.end, frozenset(e.type for e in m.entities)) for m in lexicon.load().find(text)]
    scenes = extractor.see(Document(name, text, Source(f"{name}.txt", "0" * 64)))
    seen = (place.found for scene in scenes for place in scene.places if not place.found.is_implied and not place.found.is_anaphor)
    return [(found.start, found.end, frozenset(found.types)) for found in (*mentions.find_names(text, extractor.lexicon), *seen)]


def main() -> None:
    """Print the share of names found by type, and the misses where asked."""
    held_out = "--held-out" in sys.argv
    extractor = None if "--alone" in sys.argv else extraction.open_extractor()
    seen: Counter[str] = Counter()
    right: Counter[str] = Counter()
    overlapped: Counter[str] = Counter()
    misses: Counter[tuple[str, str, str]] = Counter()
    files = [
        path for folder in ("dev", "seeds") for path in sorted((GOLD / folder).rglob("*.json")) if not path.name.endswith(".sents.json")
    ]
    for path in files:
        if (group_of(path.name) == "held out") != held_out:
            continue
        text_path = next(
            (
                p
                for p in (path.with_suffix(".txt"), GOLD / "dev-texts" / f"{path.stem}.txt", GOLD / "seeds" / f"{path.stem}.txt")
                if p.exists()
            ),
            None,
        )
        if text_path is None:
            continue
        text = text_path.read_text(encoding="utf-8")
        matches = marks(path.stem, text, extractor)
        gold = json.loads(path.read_text(encoding="utf-8"))
        for entity in gold["entities"]:
            for name in entity["names"]:
                places = [m.span() for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)]
                if not places:
                    continue
                seen[entity["type"]] += 1
                over = [kinds for a, b, kinds in matches if any(a < end and start < b for start, end in places)]
                types = frozenset[str]().union(*over)
                overlapped[entity["type"]] += bool(over)
                if fits(entity["type"], entity.get("kind", ""), types):
                    right[entity["type"]] += 1
                else:
                    misses[entity["type"], name, ",".join(sorted(types))] += 1
    for type_ in sorted(seen):
        print(
            f"{type_:18} {right[type_]:5} of {seen[type_]:5} right type ({right[type_] / seen[type_]:.1%}), any match {overlapped[type_] / seen[type_]:.1%}"
        )
    print(
        f"{'all':18} {right.total():5} of {seen.total():5} right type ({right.total() / seen.total():.1%}), any match {overlapped.total() / seen.total():.1%}"
    )
    if "--misses" in sys.argv and not held_out:
        for (type_, name, types), _ in sorted(misses.items()):
            print(f"{type_}\t{name}\t{types}")


if __name__ == "__main__":
    main()
