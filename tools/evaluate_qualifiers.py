"""Print how often the qualifiers of gold claims are read right, per group of texts.

    python tools/evaluate_qualifiers.py ../shared/gold [--seeds ../shared/seeds] [--groups seeds train tune] [--errors polarity]

The mentions are the gold's: the nearest pair of names in the sentence. Groups: `seeds`; `train`, the texts that
may train weights; `tune`, the others that may be looked at; `held`, those that may not (their errors are never printed).
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from parts import group_of

from kg import qualifiers, sentences
from kg.model import Entity, Mention, Sentence
from kg.qualifiers.trees import plant

if TYPE_CHECKING:
    from collections.abc import Iterator

GROUPS = {"seeds": "seeds", "trained on": "train", "tuned on": "tune", "held out": "held"}
QUALIFIERS = ("polarity", "certainty", "basis")


@dataclass(frozen=True)
class GoldSentence:
    doc: str
    group: str
    sentence: Sentence
    mentions: tuple[Mention, ...]
    claims: tuple[tuple[Mention, Mention, dict], ...]


def spans(names: list[str], text: str) -> list[tuple[int, int]]:
    found = []
    for name in names:
        pattern = re.escape(name).replace(r"\ ", r"\s+").replace("'", "['’]")
        found += [match.span() for match in re.finditer(r"(?<!\w)" + pattern + r"(?!\w)", text, re.IGNORECASE)]
    return found


def read_gold(gold: Path, seeds: Path, groups: set[str]) -> list[GoldSentence]:
    unparsed = []
    for folder, texts in ((gold / "seeds", seeds), (gold / "dev", gold / "dev-texts")):
        for path in sorted(folder.glob("*.json")):
            group = GROUPS[group_of(path.name)]
            if path.name.endswith(".sents.json") or group not in groups:
                continue
            raw = json.loads(path.read_text(encoding="utf-8"))
            bounds = json.loads(path.with_suffix(".sents.json").read_text())
            text = (texts / f"{path.stem}.txt").read_text(encoding="utf-8")
            entities = {}
            for item in raw["entities"]:
                places = spans(item.get("names", []), text)
                for anaphor in item.get("anaphors", []):
                    a, b = bounds[anaphor["sent"]]
                    places += [(a + x, a + y) for x, y in spans([anaphor["text"]], text[a:b])]
                entity = Entity(item["id"], item["id"], item["type"], tuple(item.get("names", [])), item.get("kind"))
                entities[item["id"]] = [Mention(entity, text[x:y], x, y) for x, y in sorted(set(places))]
            for index in sorted({claim["sent"] for claim in raw["claims"]}):
                a, b = bounds[index]
                here = {key: [m for m in items if m.start < b and m.end > a] for key, items in entities.items()}
                claims = tuple((here[c["subj"]], here[c["obj"]], c) for c in raw["claims"] if c["sent"] == index)
                mentions = sorted((m for items in here.values() for m in items), key=lambda m: (m.start, m.end, m.entity.id))
                unparsed.append((path.stem, group, Sentence(index, a, b, text[a:b]), tuple(mentions), claims))
    parsed = sentences.open_parser().parse(item[2] for item in unparsed)
    return [
        GoldSentence(doc, group, sentence, mentions, tuple(paired(sentence, claims)))
        for (doc, group, _, mentions, claims), sentence in zip(unparsed, parsed, strict=True)
    ]


def paired(sentence: Sentence, claims: tuple[tuple[list[Mention], list[Mention], dict], ...]) -> Iterator[tuple[Mention, Mention, dict]]:
    """Give each claim its nearest pair of mentions by the way between them in the parse; two like claims get two pairs."""
    tree = plant(sentence)
    taken = set()
    for subjects, objects, claim in claims:
        pairs = []
        for s in subjects:
            for o in objects:
                a, b = tree.head_of(s), tree.head_of(o)
                if a is None or b is None:
                    pairs.append((99, abs(s.start - o.start), s.start, o.start, s, o))
                    continue
                way = len(tree.between(a, tree.meet(a, b))) + len(tree.between(b, tree.meet(a, b)))
                used = (s.start, o.start, claim["pred"]) in taken
                pairs.append((way + 50 * used, abs(s.start - o.start), s.start, o.start, s, o))
        *_, s, o = min(pairs, key=lambda pair: pair[:4])
        taken.add((s.start, o.start, claim["pred"]))
        yield s, o, claim


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--seeds", type=Path)
    parser.add_argument("--groups", nargs="+", default=["seeds", "train", "tune"], choices=["seeds", "train", "tune", "held"])
    parser.add_argument("--errors", choices=QUALIFIERS)
    options = parser.parse_args()
    gold = read_gold(options.gold, options.seeds or options.gold.parent / "seeds", set(options.groups))
    cues = qualifiers.load()
    right, total, confusion = Counter(), Counter(), Counter()
    reading = qualifying = 0.0
    for item in gold:
        start = time.perf_counter()
        found = qualifiers.find_cues(cues, item.sentence, item.mentions)
        reading += time.perf_counter() - start
        lines = []
        for subject, object_, claim in item.claims:
            start = time.perf_counter()
            result = qualifiers.qualify(found, subject=subject, object=object_, predicate=claim["pred"], trigger=None)
            qualifying += time.perf_counter() - start
            total[item.group] += 1
            for name in QUALIFIERS:
                said = str(getattr(result, name))
                right[item.group, name] += said == claim[name]
                confusion[item.group, name, claim[name], said] += said != claim[name]
                if said != claim[name] and name == options.errors and item.group != "held":
                    cues_said = ", ".join(cue.text for cue in result.cues if cue.kind == name)
                    lines.append(f"   {claim[name]} read as {said} [{cues_said}]: {subject.text} > {claim['pred']} > {object_.text}")
        if lines:
            print(f"[{item.doc[:6]} {item.group}] {' '.join(item.sentence.text.split())}", *lines, sep="\n")
    for group in options.groups:
        figures = "  ".join(f"{name} {right[group, name] / total[group]:.4f}" for name in QUALIFIERS)
        print(f"{group:6s} {total[group]:5d} claims  {figures}")
    for (group, name, wanted, said), count in sorted(confusion.items(), key=lambda pair: -pair[1])[:20]:
        if count and group != "held":
            print(f"   {group} {name}: {wanted} read as {said}: {count}")
    print(f"{1000 * reading / len(gold):.3f} ms a sentence, {1000 * qualifying / sum(total.values()):.3f} ms a claim")


if __name__ == "__main__":
    main()
