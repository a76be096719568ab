"""Train the ranker (`kg/ranker.py`) on the gold texts that may train shipped weights, and write ontology/models/pairs.npz.

    python tools/train_ranker.py [--gold ../shared/gold/dev] [--texts ../shared/gold/dev-texts] [--lexicon FILE …]

Trains on the texts whose licence allows shipped weights, less the held-out ones (docs/evaluation.md).
The trees see the words' model through five folds over documents, so they learn how far to trust it.
scikit-learn trains; the shipped program needs numpy alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from kg import claims, frames, lexicon, mentions, pairs, ranker, schema, sentences, triggers

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(SHARED / "gold"))
import score  # noqa: E402

HELD_OUT = frozenset(
    [
        "d01",
        "d02",
        "d03",
        "d04",
        "d05",
        "d06",
        "d07",
        "d08",
        "d09",
        "d10",
        "d11",
        "d12",
        "f07",
        "f08",
        "f09",
        "f10",
        "f11",
        "f12",
        "o01",
        "o02",
        "o03",
        "o04",
        "o05",
        "o06",
        "b12",
        "e12",
        "i04",
        "i05",
        "i06",
        "k04",
        "k05",
        "k06",
        "n04",
        "n05",
        "n06",
    ]
)
TUNE_ONLY = frozenset(["c", "d", "f", "o"])
FOLDS = 5


def may_train(name: str) -> bool:
    """Tell whether a development text may train weights that ship."""
    return name[:1] not in TUNE_ONLY and name[:3] not in HELD_OUT and not name[:1].isdigit()


@dataclass
class Example:
    """A pair of one sentence, what it should be, and what it could be."""

    name: str
    pair: pairs.Pair
    scene: pairs.Scene
    words: list[str]
    label: str
    share: float


@dataclass
class Own:
    """A training text of our own writing, with what the scorer needs: see tools/training/README.md for the format."""

    name: str
    text: str
    sents: list[tuple[int, int]]
    entities: dict[str, dict[str, Any]]
    claims: list[dict[str, Any]]


FLAGS = {"h": ("certainty", "hedged"), "n": ("polarity", "negated")} | {
    flag: ("basis", basis)
    for flag, basis in zip("cprutg", ("clinical", "preclinical", "research", "user_report", "traditional_use", "regulatory"), strict=True)
}


def own(path: Path) -> list[Own]:
    """Read the annotated texts of one file; a name that its sentence does not hold stops with file and line."""
    found: list[Own] = []
    complaints: list[str] = []
    types = schema.load().predicates
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("=== "):
            found.append(Own(line[4:].split(" | ")[0], "", [], {}, []))
        elif " > " not in line:
            if line.strip():
                start = len(found[-1].text)
                found[-1].text += line + "\n"
                found[-1].sents.append((start, start + len(line)))
        else:
            one = found[-1]
            body, _, flags = line.strip().partition(" | ")
            subjects, predicate, objects = body.split(" > ")
            if predicate not in types:
                complaints.append(f"{path.name}:{number}: unknown predicate {predicate}")
                continue
            qualifiers = {"polarity": "affirmed", "certainty": "asserted", "basis": "none"} | dict(FLAGS[flag] for flag in flags.split())
            pairs_ = [(s, o) for s in subjects.split("; ") for o in objects.split("; ")]
            for subject, object_ in pairs_:
                ends = []
                for name in (subject, object_):
                    surface, _, entity = name.partition("=")
                    entity = entity or surface
                    key = score.norm(entity)
                    known = one.entities.setdefault(key, {"names": {key}, "spans": []})
                    start, end = one.sents[-1]
                    if surface != "~":
                        spans = [(start + a, start + b) for a, b in score.occurrences(surface, one.text[start:end])]
                        if not spans:
                            complaints.append(f"{path.name}:{number}: {surface!r} is not in the sentence")
                        known["spans"].extend(spans)
                    ends.append(key)
                one.claims.append({"sent": len(one.sents) - 1, "subj": ends[0], "pred": predicate, "obj": ends[1], **qualifiers})
    if complaints:
        sys.exit("\n".join(complaints))
    return found


def scenes(text: str, parser: sentences.Parser, names: lexicon.Lexicon) -> tuple[list[pairs.Scene], dict[str, float]]:
    """Return the scenes of a text and the share of each subject name, as extraction sees them."""
    marks = mentions.find_names(text, names)
    discourse = mentions.Discourse(mentions.topic(marks))
    found = []
    for sentence in parser.parse(sentences.split(text)):
        own = [mark for mark in marks if mark.start >= sentence.start and mark.end <= sentence.end]
        if not mentions.can_hold(own):
            continue
        frame = frames.Frame(sentence)
        seen = discourse.resolve(frame, sentence, own)
        found.append(pairs.stage(frame, seen, triggers.load().find(sentence.tokens)))
    return found, mentions.shares(marks)


def examples(gold: Any, parser: sentences.Parser, names: lexicon.Lexicon) -> list[Example]:
    """Return every pair of a gold text with the predicate that the gold gives it, or "none"."""
    rows = []
    types = schema.load()
    found, shares = scenes(gold.text, parser, names)
    for scene in found:
        sentence = scene.frame.sentence
        stated = [c for c in gold.claims if gold.sents[c["sent"]][0] < sentence.end and gold.sents[c["sent"]][1] > sentence.start]
        for pair in pairs.pairs(scene, types):
            label = next(
                (c["pred"] for c in stated if matches(pair.subject.found, c["subj"], gold) and matches(pair.object.found, c["obj"], gold)),
                "none",
            )
            if label != "none" and label not in {option[0] for option in claims.options_of(pair, types)}:
                label = "none"
            rows.append(Example(gold.name, pair, scene, pairs.features(scene, pair), label, shares.get(pair.subject.found.key, 0.0)))
    return rows


def matches(found: mentions.Found, entity: str, gold: Any) -> bool:
    """Tell whether what was found is the gold entity, as the scorer decides it."""
    start = None if found.is_implied else found.start
    return any(
        score.same({"start": start, "end": found.end, "label": own.label, "names": own.names}, gold.entities[entity])
        for own in found.entities
    )


def matrix(rows: list[Example], vocabulary: dict[str, int]) -> Any:
    """Return the words of the rows as a sparse matrix."""
    indexes: list[int] = []
    starts = [0]
    for row in rows:
        indexes.extend(vocabulary[word] for word in row.words if word in vocabulary)
        starts.append(len(indexes))
    return sp.csr_matrix((np.ones(len(indexes), dtype=np.float32), indexes, starts), shape=(len(rows), len(vocabulary)))


def spread(model: LogisticRegression, data: Any, classes: list[str]) -> np.ndarray:
    """Return the model's probabilities with one column a class, zero for classes it has not seen."""
    seen = list(model.classes_)
    answer = model.predict_proba(data)
    full = np.zeros((data.shape[0], len(classes)))
    for column, name in enumerate(classes):
        if name in seen:
            full[:, column] = answer[:, seen.index(name)]
    return full


def numbers(rows: list[Example], words: np.ndarray, classes: list[str], prior: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return the measured rows, and whether each is right."""
    from kg import signals

    values, right = [], []
    types = schema.load()
    for place, row in enumerate(rows):
        shared, sites = signals.share(row.scene, row.pair, row.share)
        for predicate, subject, object_ in claims.options_of(row.pair, types):
            line = [*shared, *signals.own(row.pair, sites, predicate, subject.type, object_.type)]
            line.extend(claims.answers(words[place], classes, predicate))
            line.append(prior(row.pair.subject.found.type, row.pair.object.found.type, predicate))
            values.append(line)
            right.append(row.label == predicate)
    return np.array(values, dtype=np.float32), np.array(right)


def train(rows: list[Example], *, strength: float, trees: dict[str, Any], minimum: int = 2) -> dict[str, np.ndarray]:
    """Return the arrays of a ranker trained on the rows."""
    classes = ["none", *schema.load().predicates]
    counts = Counter(word for row in rows for word in row.words)
    vocabulary = {
        word: i for i, word in enumerate(sorted(word for word, count in counts.items() if count >= minimum and word.isprintable()))
    }
    data, labels = matrix(rows, vocabulary), np.array([row.label for row in rows])
    model = LogisticRegression(C=strength, max_iter=300).fit(data, labels)
    unfolded = np.zeros((len(rows), len(classes)))
    for fit, test in GroupKFold(FOLDS).split(data, labels, [row.name for row in rows]):
        fold = LogisticRegression(C=strength, max_iter=200).fit(data[fit], labels[fit])
        unfolded[test] = spread(fold, data[test], classes)
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in rows:
        table[row.pair.subject.found.type, row.pair.object.found.type][row.label] += 1
    keys = sorted(table)
    priors = np.array([[(table[key][name] + 0.1) / (sum(table[key].values()) + 1) for name in classes] for key in keys])
    default = 0.1

    def prior(subject: str, object_: str, predicate: str) -> float:
        key = (subject, object_)
        return float(priors[keys.index(key)][classes.index(predicate)]) if key in table else default

    values, right = numbers(rows, unfolded, classes, prior)
    boosted = HistGradientBoostingClassifier(random_state=0, early_stopping=False, **trees).fit(values, right)
    weights = np.zeros((len(vocabulary), len(classes)), dtype=np.float16)
    seen = list(model.classes_)
    for column, name in enumerate(classes):
        if name in seen:
            weights[:, column] = model.coef_[seen.index(name)]
    # The intercept rides on the word that every pair has; a class never seen is never chosen.
    bias = vocabulary["bias"]
    for column, name in enumerate(classes):
        weights[bias, column] = weights[bias, column] + model.intercept_[seen.index(name)] if name in seen else -30
    return {
        "classes": text(classes),
        "vocabulary": text(sorted(vocabulary)),
        "weights": weights,
        "prior_pairs": text([">".join(key) for key in keys]),
        "priors": priors,
        "default_prior": np.float64(default),
        **arrays(boosted),
    }


def text(lines: list[str]) -> np.ndarray:
    """Return lines as an array of bytes."""
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)


def arrays(model: HistGradientBoostingClassifier) -> dict[str, np.ndarray]:
    """Return the trees as rectangular arrays; a leaf is its own child."""
    trees = [stage[0].nodes for stage in model._predictors]
    size = max(len(tree) for tree in trees)
    shape = (len(trees), size)
    parts = {name: np.zeros(shape, dtype=kind) for name, kind in (("feature", np.int16), ("left", np.int16), ("right", np.int16))}
    parts["threshold"], parts["value"] = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.float64)
    for line, tree in enumerate(trees):
        for place, node in enumerate(tree):
            leaf = bool(node["is_leaf"])
            parts["feature"][line, place] = 0 if leaf else node["feature_idx"]
            parts["threshold"][line, place] = np.inf if leaf else node["num_threshold"]
            parts["left"][line, place] = place if leaf else node["left"]
            parts["right"][line, place] = place if leaf else node["right"]
            parts["value"][line, place] = node["value"] if leaf else 0.0
    parts["depth"] = np.int64(max(int(tree["depth"].max()) for tree in trees))
    parts["base"] = np.float64(model._baseline_prediction.ravel()[0])
    return parts


def main() -> None:
    """Train and write."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--gold", type=Path, default=SHARED / "gold/dev")
    arguments.add_argument("--texts", type=Path, default=SHARED / "gold/dev-texts")
    arguments.add_argument("--lexicon", type=Path, action="append", default=[])
    arguments.add_argument("--threshold", type=float, default=0.35)
    given = arguments.parse_args()
    parser, names = sentences.open_parser(), lexicon.load(tuple(given.lexicon))
    golds = [gold for gold in score.golds(given.gold, given.texts) if may_train(gold.name)]
    rows = [row for gold in golds for row in examples(gold, parser, names)]
    texts = [one for path in sorted((ROOT / "tools/training").glob("*.txt")) for one in own(path)]
    rows += [row for one in texts for row in examples(one, parser, names)]
    parts = train(rows, strength=0.5, trees=TREES)
    parts["thresholds"] = np.full(len(schema.load().predicates) + 1, given.threshold)
    ranker.PATH.parent.mkdir(exist_ok=True)
    np.savez_compressed(ranker.PATH, **parts)
    print(json.dumps({"texts": len(golds), "own": len(texts), "pairs": len(rows), "labels": Counter(row.label for row in rows)}, indent=1))


TREES: dict[str, Any] = {
    "max_iter": 120,
    "learning_rate": 0.07,
    "max_leaf_nodes": 15,
    "min_samples_leaf": 15,
    "l2_regularization": 2.0,
    "max_features": 0.4,
}

if __name__ == "__main__":
    main()
