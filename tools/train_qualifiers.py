"""Train the weights of polarity, certainty and basis: ontology/models/qualifiers.json.

    python tools/train_qualifiers.py ../shared/gold [--passages FOLDER] [--only polarity] [--check]

Only the gold texts whose licences let them train weights are read (their sources are named beside them), and our own. `--check` writes
nothing and prints what five-fold cross-validation over documents gives. The solver is deterministic: the same texts
give the same file. In the shipped one polarity learned from all annotated texts but the last 656 of our own and 322 passages, certainty
and basis from those that were there before the last 1,232 of our own and 498 passages: with these they were read no better.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent / "training"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import texts as own_texts
from evaluate_qualifiers import GoldSentence, paired, read_gold
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from kg.model import Entity, Mention, Sentence
from kg.qualifiers import claims, cues, models
from kg.sentences import open_parser

# What the objects of our own examples are, where they are not conditions that something relieves.
HARM = ("Caution", "adverse_effect", "has_caution")
OWN = {
    "nausea": HARM,
    "malformation": HARM,
    "brain damage": HARM,
    "safe": HARM,
    "pregnancy": ("Caution", "contraindication", "has_caution"),
    "control": ("Caution", "legal_status", "has_caution"),
    "controlled": ("Caution", "legal_status", "has_caution"),
    "mood": ("Effect", None, "produces"),
    "activity": ("Effect", None, "produces"),
    "neuroprotective": ("Effect", None, "produces"),
    "calcium channels": ("Receptor", None, "binds"),
    "GABA-A receptors": ("Receptor", None, "binds"),
    "opioid receptors": ("Receptor", None, "binds"),
}
OUT = Path(__file__).resolve().parent.parent / "ontology" / "models" / "qualifiers.json"
FOLDS = 5
MIN_DOCUMENTS = 2
STRENGTH = {"polarity": 4.0, "certainty": 0.05, "basis": 1.0}
MIN_WEIGHT = 0.01
# How often a cue's own example counts: among many texts it must still be read as the cue's row says.
EXAMPLE_WEIGHT = {"polarity": 20, "certainty": 10, "basis": 60}
VALUES = {
    "polarity": ("affirmed", "negated"),
    "certainty": ("asserted", "hedged"),
    "basis": ("no", "yes"),
}


def examples(gold, name):
    """Give (document, group, features, value) of each gold claim."""
    empty = claims.Cues(cues.read(), None)
    for item in gold:
        found = claims.find_cues(empty, item.sentence, item.mentions)
        for subject, object_, claim in item.claims:
            s, o = found.tree.head_of(subject), found.tree.head_of(object_)
            if s is None and subject.start == subject.end:
                s = o  # an implied subject counts as standing at the object
            if s is None or o is None:
                continue
            situation = models.situate(found.tree, s, o, claim["pred"], (subject, object_), is_heading=found.is_heading)
            if name == "polarity":
                if every := claims.denying(found, situation):
                    covering = claims.covering_denials(situation, every)
                    yield item.doc, item.group, claims.polarity_features(situation, every, covering), claim[name]
                continue
            if claims.is_passing(situation):
                continue
            if name == "certainty":
                # As the annotators have it: the model of polarity is not there yet.
                is_negated = claim["polarity"] == "negated"
                yield item.doc, item.group, claims.certainty_features(found, situation, is_negated=is_negated), claim[name]
                continue
            grounds = claims.grounds(found, o, s)
            for ground in grounds:
                # A ground that a stronger one hides may hold or not: it teaches nothing.
                wanted = claims._RANK.get(claim["basis"], len(claims._RANK))
                if (
                    claim["basis"] == "none"
                    or ground.value == claim["basis"]
                    or claims._RANK.get(ground.value, len(claims._RANK)) <= wanted
                ):
                    answer = "yes" if ground.value == claim["basis"] else "no"
                    yield item.doc, item.group, claims.ground_features(situation, ground, grounds), answer


def own_examples(name):
    """Give the examples of ontology/cues.tsv in the same form: our own sentences, each about one pair."""
    rows = [row for row in cues.read().rows if row.kind == name]
    plain = [Sentence(1, 0, len(text), text) for text in (re.sub(r"[\[\]]", "", row.example) for row in rows)]
    for row, sentence in zip(rows, open_parser().parse(plain), strict=True):
        pair = []
        for match in re.finditer(r"\[([^]]+)\]", row.example):
            start = match.start() - 2 * len(pair)
            plain = HARM if row.type == "Caution" else ("Condition", None, "alleviates")
            type_, kind, predicate = ("Substance", None, None) if not pair else OWN.get(match[1], plain)
            pair.append(Mention(Entity(match[1], match[1], type_, (match[1],), kind), match[1], start, start + len(match[1])))
        claim = {"pred": predicate, "polarity": "affirmed", "certainty": "asserted", "basis": "none"}
        claim[name] = "hedged" if row.value == "studied" else row.value
        yield GoldSentence(f"{row.where}", "own", sentence, tuple(pair), ((pair[0], pair[1], claim),))


def written(folder):
    """Return the sentences of annotated texts (tools/training) that claim something of what they spell out; a subject may be implied."""
    unparsed = []
    for path in sorted(folder.glob("*.txt")):
        for text in own_texts.read(path)[0]:
            if not text.is_typed:
                continue
            named = {
                key: [
                    Mention(Entity(key, key, one["type"], (key,), one["kind"]), text.text[a:b], a, b) for a, b in sorted(set(one["spans"]))
                ]
                for key, one in text.entities.items()
                if one["type"]
            }
            for index, (start, end) in enumerate(text.sents):
                here = {key: [m for m in marks if m.start < end and m.end > start] for key, marks in named.items()}
                stated = tuple(
                    (here[claim["subj"]] or [implied(text.entities[claim["subj"]], start)], here[claim["obj"]], claim)
                    for claim in text.claims
                    if claim["sent"] == index and claim["subj"] in here and here.get(claim["obj"])
                )
                if stated:
                    marks = tuple(sorted((m for own in here.values() for m in own), key=lambda m: (m.start, m.end, m.entity.id)))
                    unparsed.append((f"{path.stem}/{text.name}", Sentence(index, start, end, text.text[start:end]), marks, stated))
    parsed = open_parser().parse(sentence for _, sentence, _, _ in unparsed)
    for (doc, _, marks, stated), sentence in zip(unparsed, parsed, strict=True):
        yield GoldSentence(doc, "own", sentence, marks, tuple(paired(sentence, stated)))


def implied(entity, start):
    """Return the mention of a subject that a sentence does not name."""
    key = min(entity["names"], default="it")
    return Mention(Entity(key, key, entity["type"], (key,), entity["kind"]), "", start, start)


def fit(rows, name):
    """Return the model of some examples."""
    documents = {}
    for doc, _, features, _ in rows:
        for feature in features:
            documents.setdefault(feature, set()).add(doc)
    columns = {feature: place for place, feature in enumerate(sorted(f for f, docs in documents.items() if len(docs) >= MIN_DOCUMENTS))}
    values = [value for value in VALUES[name] if any(row[3] == value for row in rows)]
    indices, pointers = [], [0]
    for _, _, features, _ in rows:
        indices += sorted({columns[f] for f in features if f in columns})
        pointers.append(len(indices))
    matrix = csr_matrix((np.ones(len(indices)), indices, pointers), shape=(len(rows), len(columns)))
    target = np.array([values.index(row[3]) for row in rows])
    learned = LogisticRegression(C=STRENGTH[name], max_iter=2000, tol=1e-6).fit(matrix, target)
    coefficients, intercepts = learned.coef_, learned.intercept_
    if len(values) == 2:
        coefficients, intercepts = np.vstack([np.zeros_like(coefficients), coefficients]), np.array([0.0, intercepts[0]])
    weights = {}
    for feature, column in columns.items():
        row = [[place, round(float(w), 3)] for place, w in enumerate(coefficients[:, column]) if abs(w) >= MIN_WEIGHT]
        if row:
            weights[feature] = row
    return {"values": values, "biases": [round(float(b), 3) for b in intercepts], "weights": weights}


def accuracy(model, rows):
    return sum(model.decide(set(features)) == value for _, _, features, value in rows) / len(rows) if rows else 0.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--seeds", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--only", nargs="+", default=list(VALUES), choices=list(VALUES), help="learn these; the others stay as they are")
    parser.add_argument("--passages", type=Path, help="a folder of public passages as tools/training/passages.py restores them")
    options = parser.parse_args()
    gold = read_gold(
        options.gold, options.seeds or options.gold.parent / "seeds", {"seeds", "train", "tune"} if options.check else {"train"}
    )
    result = {} if set(options.only) == set(VALUES) else json.loads(OUT.read_text(encoding="utf-8"))
    more = list(written(Path(__file__).resolve().parent / "training"))
    if options.passages:
        more += written(options.passages)
    for name in options.only:
        rows = list(examples(gold, name))
        own = EXAMPLE_WEIGHT[name] * list(examples(own_examples(name), name)) + list(examples(more, name))
        train = [row for row in rows if row[1] == "train"]
        result[name] = fit(train + own, name)
        if options.check:
            docs = sorted({row[0] for row in train})
            right = 0.0
            for fold in range(FOLDS):
                out = set(docs[fold::FOLDS])
                model = models._model(fit([row for row in train if row[0] not in out] + own, name))
                test = [row for row in train if row[0] in out]
                right += accuracy(model, test) * len(test)
            model = models._model(result[name])
            others = "  ".join(f"{g} {accuracy(model, [r for r in rows if r[1] == g]):.4f}" for g in ("train", "tune", "seeds"))
            print(f"{name}: cross-validation {right / len(train):.4f}; fitted: {others}; {len(result[name]['weights'])} features")
    if not options.check:
        OUT.parent.mkdir(exist_ok=True)
        lines = [
            f' {json.dumps(name)}: {{\n  "values": {json.dumps(m["values"])},\n  "biases": {json.dumps(m["biases"])},\n  "weights": {{\n'
            + ",\n".join(f"   {json.dumps(f, ensure_ascii=False)}: {json.dumps(w)}" for f, w in m["weights"].items())
            + "\n  }\n }"
            for name, m in result.items()
        ]
        OUT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
        print(f"{OUT.name}: {OUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
