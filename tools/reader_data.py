"""Turn the annotated texts into the numbers that `tools/train_reader.py` learns from.

    python tools/reader_data.py OUT.npz [--gold ../shared/gold] [--all]

Reads the gold texts whose licence lets them train weights that ship, less the held-out ones, and the texts of
our own (`tools/training`). `--all` adds the seeds and the texts that only tune and measure, as groups of their own.
Names that only the annotators know stand beside those of the lexicon, as the tagger would find them; noun phrases
that name nothing stand there too, so that the reader learns to refuse them.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
sys.path[:0] = [str(ROOT), str(ROOT / "tools" / "training"), str(SHARED / "gold")]

import score  # noqa: E402
import texts as own_texts  # noqa: E402
from parts import group_of  # noqa: E402

from kg import claims, frames, lexicon, mentions, pairs, reader, schema, sentences, signals, triggers  # noqa: E402

# How often a noun phrase that names nothing stands as a candidate, and what it is taken for.
FALSE_SHARE = 0.12
# How often the tagger is taken to see the right type of a name that the lexicon types otherwise, and a wrong one.
TOLD_SHARE = 0.8
WRONG_SHARE = 0.03
FALSE_TYPES = (("Effect", 35), ("Condition", 25), ("Caution", 20), ("Compound", 10), ("Substance", 5), ("Treatment", 5))
# What an argument's place tells of its type, where a text of ours does not say it.
TOLD = {
    ("obj", "has_caution"): "Caution",
    ("obj", "alleviates"): "Condition",
    ("obj", "worsens"): "Condition",
    ("obj", "produces"): "Effect",
    ("obj", "binds"): "Receptor",
    ("obj", "modulates"): "Neurotransmitter",
    ("obj", "native_to"): "Place",
    ("obj", "contains"): "Compound",
    ("obj", "symptom_of"): "Condition",
}


class Text:
    """An annotated text, whatever its source: name, text, sents, claims; entities with type, kind, names, spans of the names."""

    def __init__(self, name: str, group: str, text: str, sents: Any, entities: dict[str, Any], stated: list[dict[str, Any]]) -> None:
        self.name, self.group, self.text, self.sents, self.entities, self.claims = name, group, text, sents, entities, stated
        for entity in entities.values():
            spelled = entity.get("spelled", ())
            entity["named"] = sorted({*spelled, *(span for name in entity["names"] for span in own_texts.occurrences(name, text))})


def gold_texts(folder: Path, which: set[str]) -> list[Text]:
    """Return the gold texts of the groups that are wanted."""
    found = []
    for part, texts in (("seeds", SHARED / "seeds"), ("dev", folder / "dev-texts")):
        for gold in score.golds(folder / part, texts):
            group = group_of(gold.name)
            if group in which:
                raw = json.loads((folder / part / f"{gold.name}.json").read_text(encoding="utf-8"))
                kinds = {entity["id"]: entity.get("kind") for entity in raw["entities"]}
                names = {entity["id"]: entity.get("names", []) for entity in raw["entities"]}
                entities = {key: {**value, "kind": kinds[key], "names": value["names"]} for key, value in gold.entities.items()}
                for key, entity in entities.items():
                    entity["names"] = {score.norm(name) for name in names[key]}
                found.append(Text(gold.name, group, gold.text, gold.sents, entities, gold.claims))
    return found


def written_texts(folder: Path, group: str = "own") -> list[Text]:
    """Return the annotated texts of a folder."""
    found = []
    for path in sorted(folder.glob("*.txt")):
        texts, complaints = own_texts.read(path)
        if complaints:
            print(f"{path.name}: {len(complaints)} complaints, the first: {complaints[0]}", file=sys.stderr)
        for one in texts:
            if not one.is_typed:
                for claim in one.claims:
                    for role in ("subj", "obj"):
                        entity = one.entities[claim[role]]
                        entity["type"] = entity["type"] or TOLD.get((role, claim["pred"]))
            found.append(Text(f"{path.stem}/{one.name}", group, one.text, one.sents, one.entities, one.claims))
    return found


def gold_marks(text: Text, marks: tuple[mentions.Found, ...]) -> list[mentions.Found]:
    """Return the names that only the annotators know, as the tagger would find them."""
    taken = [(mark.start, mark.end) for mark in marks]
    found = []
    spans = sorted(
        ((start, end, key) for key, entity in text.entities.items() if entity["type"] for start, end in entity["named"]),
        key=lambda span: (span[0] - span[1], span),
    )
    for start, end, key in spans:
        if any(a < end and b > start for a, b in taken):
            continue
        entity = text.entities[key]
        taken.append((start, end))
        kind = entity["kind"] if entity["type"] == "Caution" else None
        one = mentions.entity_of(text.text[start:end], entity["type"], kind or ("adverse_effect" if entity["type"] == "Caution" else None))
        found.append(mentions.Found(start, end, mentions.readings((one,)), "tagger"))
    return found


def false_marks(frame: frames.Frame, taken: list[tuple[int, int]], chance: random.Random) -> list[mentions.Found]:
    """Return some noun phrases that name nothing."""
    found, run = [], []
    for token in [*frame.tokens, None]:
        if token is not None and (token.tag[:2] in {"NN", "JJ"} and token.text.isalpha()):
            run.append(token)
            continue
        while run and run[-1].tag[:2] != "NN":
            run.pop()
        run = run[-3:]
        if run and chance.random() < FALSE_SHARE:
            start, end = run[0].start, run[-1].end
            if not any(a < end and b > start for a, b in taken):
                type_ = chance.choices([name for name, _ in FALSE_TYPES], [weight for _, weight in FALSE_TYPES])[0]
                text = frame.sentence.cut(start, end)
                one = mentions.entity_of(text, type_, "adverse_effect" if type_ == "Caution" else None)
                found.append(mentions.Found(start, end, mentions.readings((one,)), "tagger"))
        run = []
    return found


def lies_in(sentence: Any, start: int, end: int) -> bool:
    """Tell whether a span of a document lies in a sentence or in its lead-in."""
    return any(part is not None and part.start <= start and end <= part.end for part in (sentence, sentence.lead))


def tags(text: Text, frame: frames.Frame, stated: list[dict[str, Any]]) -> list[int]:
    """Return the tag of each token: 0 none, 1 + 2 t the first of a name of type t, 2 + 2 t a later one, -1 not to be learned."""
    used = {claim[role] for claim in stated for role in ("subj", "obj")}
    row = [0] * len(frame.tokens)
    spans = sorted(
        (
            (start, end, key)
            for key, entity in text.entities.items()
            for start, end in entity["named"]
            if lies_in(frame.sentence, start, end)
        ),
        key=lambda span: (span[2] not in used, span[0] - span[1], span),
    )
    for start, end, key in spans:
        inside = frame.inside(start, end)
        if any(row[i] for i in inside) or not inside:
            continue
        type_ = text.entities[key]["type"]
        for i in inside:
            row[i] = -1 if type_ is None else (1 if i == inside.start else 2) + 2 * signals.TYPES.index(type_)
    return row


def kinds(text: Text, frame: frames.Frame) -> list[int]:
    """Return the kind of each token that names a Caution, -1 elsewhere."""
    row = [-1] * len(frame.tokens)
    for entity in text.entities.values():
        if entity["type"] == "Caution" and entity["kind"] in signals.KINDS:
            for start, end in entity["named"]:
                if lies_in(frame.sentence, start, end):
                    for i in frame.inside(start, end):
                        row[i] = signals.KINDS.index(entity["kind"])
    return row


def retyped(mark: mentions.Found, text: Text, chance: random.Random) -> mentions.Found:
    """Return a name with the annotators' type among its readings, as the tagger mostly would; now and then with a wrong one."""
    told = [
        entity["type"]
        for entity in text.entities.values()
        if entity["type"] and any(a < mark.end and mark.start < b for a, b in entity["named"])
    ]
    wanted = next((type_ for type_ in told if reader.is_new(type_, mark.types)), None)
    if wanted is not None and chance.random() < TOLD_SHARE:
        return reader.read_also(mark, wanted)
    if not told and chance.random() < WRONG_SHARE:
        type_ = chance.choices([name for name, _ in FALSE_TYPES], [weight for _, weight in FALSE_TYPES])[0]
        if reader.is_new(type_, mark.types):
            return reader.read_also(mark, type_)
    return mark


def matches(found: mentions.Found, key: str, text: Text, *, by_name: bool = False) -> bool:
    """Tell whether what was found is the annotated entity, as the scorer decides it; by a name of both only, where asked."""
    start = None if found.is_implied or by_name else found.start
    return any(
        score.same({"start": start, "end": found.end, "label": own.label, "names": own.names}, text.entities[key]) for own in found.entities
    )


class Table:
    """What is written: words, sentences, mentions and pairs, in flat arrays with offsets."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}
        self.keys: dict[str, int] = {}
        self.strings: dict[str, dict[str, int]] = {"lemma": {}, "tag": {}, "dep": {}}
        self.flat: dict[str, list[Any]] = {
            name: []
            for name in (
                "word",
                "lemma",
                "tag",
                "dep",
                "head",
                "label",
                "kind",
                "m_start",
                "m_end",
                "m_head",
                "s",
                "o",
                "verb",
                "inner",
                "options",
                "target",
                "claim",
                "key",
            )
        }
        self.blocks: dict[str, list[np.ndarray]] = {name: [] for name in ("token", "mention", "pair")}
        self.sizes: dict[str, list[int]] = {name: [] for name in ("tokens", "mentions", "pairs", "inner")}
        self.docs: list[str] = []
        self.groups: list[str] = []
        self.lost: Counter[str] = Counter()

    def _add_tokens(self, frame: frames.Frame, marks: Any, hits: Any) -> None:
        for token in frame.tokens:
            self.flat["word"].append(self.words.setdefault(token.text, len(self.words)))
            for name in ("lemma", "tag", "dep"):
                self.flat[name].append(self.strings[name].setdefault(getattr(token, name), len(self.strings[name])))
            self.flat["head"].append(token.head)
        self.blocks["token"].append(signals.of_tokens(frame, marks, hits).astype(np.uint8))
        self.sizes["tokens"].append(len(frame.tokens))

    def add(self, text: Text, frame: frames.Frame, given: Any) -> None:
        """Add one sentence."""
        scene, marks, shares, stated, types = given
        flat = self.flat
        self._add_tokens(frame, marks, scene.hits)
        flat["label"].extend(tags(text, frame, stated))
        flat["kind"].extend(kinds(text, frame))
        self.blocks["mention"].append(signals.of_mentions(scene, shares).astype(np.float16))
        places = {id(place): index for index, place in enumerate(scene.places)}
        for place in scene.places:
            inside = frame.inside(place.found.start, place.found.end) if not place.found.is_implied else range(0)
            flat["m_start"].append(inside.start if inside else 0)
            flat["m_end"].append(inside.stop if inside else 0)
            flat["m_head"].append(-1 if place.head is None else place.head)
            flat["key"].append(self.keys.setdefault(place.found.key, len(self.keys)))
        chosen = list(pairs.pairs(scene, types))
        numbers = signals.Measures([scene], [chosen]).rows() if chosen else np.zeros((0, len(signals.PAIR_NAMES)))
        hit: set[int] = set()
        for pair in chosen:
            options = {option[0] for option in claims.options_of(pair, types)}
            label, number = "none", -1
            for index, claim in enumerate(stated):
                if matches(pair.subject.found, claim["subj"], text) and matches(pair.object.found, claim["obj"], text):
                    if claim["pred"] in options:
                        label, number = claim["pred"], index
                        hit.add(index)
                        break
                    self.lost["signature"] += 1
            flat["s"].append(places[id(pair.subject)])
            flat["o"].append(places[id(pair.object)])
            flat["verb"].append(-1 if pair.object.clause is None else pair.object.clause)
            inner = pair.path.inner if pair.path is not None else ()
            flat["inner"].extend(inner)
            self.sizes["inner"].append(len(inner))
            flat["options"].append(sum(1 << signals.PREDICATES.index(name) for name in options))
            flat["target"].append(0 if label == "none" else 1 + signals.PREDICATES.index(label))
            flat["claim"].append(number)
        self.lost["claims"] += len(stated)
        self.lost["reached"] += len(hit)
        self.blocks["pair"].append(numbers.astype(np.float16))
        self.sizes["mentions"].append(len(scene.places))
        self.sizes["pairs"].append(len(chosen))
        self.docs.append(text.name)
        self.groups.append(text.group)

    def save(self, path: Path) -> None:
        """Write everything as one file."""
        arrays = {name: np.array(values, dtype=np.int32) for name, values in self.flat.items()}
        arrays |= {f"x_{name}": np.concatenate(values) for name, values in self.blocks.items() if values}
        arrays |= {f"n_{name}": np.array(values, dtype=np.int32) for name, values in self.sizes.items()}
        arrays |= {f"w_{name}": np.array(list(values)) for name, values in {"word": self.words, **self.strings}.items()}
        arrays |= {"docs": np.array(self.docs), "groups": np.array(self.groups)}
        np.savez_compressed(path, **arrays)


def add_text(table: Table, text: Text, parser: sentences.Parser, names: lexicon.Lexicon, *, seed: int = 0) -> None:
    """Add every sentence of a text that could hold a claim or holds one."""
    types, wordings = schema.load(), triggers.load()
    chance = random.Random(f"{seed}/{text.name}")
    marks = mentions.find_names(text.text, names)
    told = gold_marks(text, marks)
    every = tuple(sorted((*marks, *told), key=lambda mark: mark.start))
    discourse = mentions.Discourse(every, text.text)
    shares = mentions.shares(every)
    gold_spans = [span for entity in text.entities.values() for span in entity["spans"]]
    for sentence in parser.parse(sentences.with_leads(text.text, sentences.split(text.text))):
        frame = frames.Frame(sentence)
        stated = [c for c in text.claims if text.sents[c["sent"]][0] < sentence.end and text.sents[c["sent"]][1] > sentence.start]
        own = [mark for mark in every if lies_in(sentence, mark.start, mark.end)]
        if not any(mark.start >= sentence.start for mark in own):
            table.lost["claims"] += len(stated)
            continue
        taken = [(mark.start, mark.end) for mark in own] + gold_spans
        shown = [mark for mark in own if mark.rule != "tagger"]
        own = [retyped(mark, text, chance) if mark.rule != "tagger" else mark for mark in own]
        own = sorted((*own, *false_marks(frame, taken, chance)), key=lambda mark: mark.start)
        scene = pairs.stage(frame, discourse.resolve(frame, sentence, own), wordings.find(sentence.tokens))
        table.add(text, frame, (scene, shown, shares, stated, types))


def main() -> None:
    """Read, convert, write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--gold", type=Path, default=SHARED / "gold")
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("--passages", type=Path, help="a folder of public passages as tools/training/passages.py restores them")
    given = arguments.parse_args()
    which = {"trained on", "seeds", "tuned on"} if given.all else {"trained on"}
    parser, names = sentences.open_parser(), lexicon.load()
    table = Table()
    public = written_texts(given.passages, "passages") if given.passages else []
    for text in [*gold_texts(given.gold, which), *written_texts(ROOT / "tools" / "training"), *public]:
        add_text(table, text, parser, names)
    table.save(given.out)
    print(
        Counter(table.groups),
        {name: sum(sizes) for name, sizes in table.sizes.items()},
        dict(table.lost),
        f"{given.out.stat().st_size:,} bytes",
    )


if __name__ == "__main__":
    main()
