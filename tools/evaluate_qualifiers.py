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

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from kg import qualifiers, sentences
from kg.model import Entity, Mention, Sentence

HELD = re.compile(r"(d(0[1-9]|1[0-2])|f(0[7-9]|1[0-2])|o0[1-6]|b12|e12|i0[4-6]|k0[4-6]|n0[4-6])-")
TRAIN = re.compile(r"[abegijklmn]\d\d-")
QUALIFIERS = ("polarity", "certainty", "basis")


@dataclass(frozen=True)
class GoldSentence:
    doc: str
    group: str
    sentence: Sentence
    mentions: tuple[Mention, ...]
    claims: tuple[tuple[Mention, Mention, dict], ...]


def group_of(name: str, *, is_seed: bool) -> str:
    if is_seed:
        return "seeds"
    if HELD.match(name):
        return "held"
    return "train" if TRAIN.match(name) else "tune"


def spans(names: list[str], text: str) -> list[tuple[int, int]]:
    found = []
    for name in names:
        pattern = re.escape(name).replace(r"\ ", r"\s+").replace("'", "['’]")
        found += [match.span() for match in re.finditer(r"(?<!\w)" + pattern + r"(?!\w)", text, re.IGNORECASE)]
    return found


def read_gold(gold: Path, seeds: Path, groups: set[str]) -> list[GoldSentence]:
    unparsed: list[GoldSentence] = []
    for folder, texts, is_seed in ((gold / "seeds", seeds, True), (gold / "dev", gold / "dev-texts", False)):
        for path in sorted(folder.glob("*.json")):
            group = group_of(path.name, is_seed=is_seed)
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
                claims = []
                for claim in raw["claims"]:
                    if claim["sent"] == index:
                        pairs = [(abs(s.start - o.start), s.start, o.start, s, o) for s in here[claim["subj"]] for o in here[claim["obj"]]]
                        *_, s, o = min(pairs, key=lambda pair: pair[:3])
                        claims.append((s, o, claim))
                mentions = sorted((m for items in here.values() for m in items), key=lambda m: (m.start, m.end, m.entity.id))
                unparsed.append(GoldSentence(path.stem, group, Sentence(index, a, b, text[a:b]), tuple(mentions), tuple(claims)))
    parsed = sentences.open_parser().parse(item.sentence for item in unparsed)
    return [GoldSentence(i.doc, i.group, s, i.mentions, i.claims) for i, s in zip(unparsed, parsed, strict=True)]


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
