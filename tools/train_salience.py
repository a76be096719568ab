"""Learn how much each feature of `kg/salience.py` speaks for a substance, and write `ontology/models/salience.tsv`.

    python tools/train_salience.py [--passages PASSAGES] [--check]

Learns from the annotated texts which substance an unnamed subject, a pronoun or "the drug" stands for. `--check` learns from three
texts of four, reports on the others, and writes nothing.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tools")]

import reader_data as data  # noqa: E402

from kg import frames, lexicon, mentions, salience, sentences  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = 600
RATE = 0.03
DECAY = 1e-5
RECENT = salience.FEATURES[:4]
_SINGLE = re.compile(r"its?|this|(?:the|this|that) .*[^s]", re.IGNORECASE)


def stands_for(text: data.Text, sentence: sentences.Sentence, stated: list[dict[str, str]]) -> Iterator[set[str]]:
    """Give the annotated entities that the sentence means without naming them: its unnamed subjects, then each anaphor for one thing."""
    spans = {key: [(a, b) for a, b in text.entities[key]["spans"] if a < sentence.end and b > sentence.start] for key in text.entities}
    unnamed = {claim["subj"] for claim in stated if not spans[claim["subj"]]}
    if unnamed:
        yield unnamed
    places: dict[tuple[int, int], set[str]] = {}
    for key, own in spans.items():
        for span in {tuple(span) for span in own} - {tuple(span) for span in text.entities[key]["named"]}:
            places.setdefault(span, set()).add(key)
    for (start, end), keys in sorted(places.items()):
        if len(keys) == 1 and _SINGLE.fullmatch(text.text[start:end]):
            yield keys


def examples(text: data.Text, parser: sentences.Parser, names: lexicon.Lexicon) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give, for each unnamed thing of a text, the features of what it could stand for and which of these it does."""
    marks = mentions.find_names(text.text, names)
    every = tuple(sorted((*marks, *data.gold_marks(text, marks)), key=lambda mark: mark.start))
    attention = salience.Salience(every)
    for sentence in parser.parse(sentences.with_leads(text.text, sentences.split(text.text))):
        own = [mark for mark in every if sentence.start <= mark.start and mark.end <= sentence.end]
        if sentences.begins_line(text.text, sentence.start):
            attention.begin_paragraph()
        if not own or sentence.lead is not None:
            continue
        stated = [c for c in text.claims if text.sents[c["sent"]][0] < sentence.end and text.sents[c["sent"]][1] > sentence.start]
        present = {mark.key for mark in own}
        options = [(found, features) for found, features in attention.candidates(sentence.index) if found.key not in present]
        table = np.zeros((len(options), len(salience.FEATURES)))
        for row, (_, features) in zip(table, options, strict=True):
            for name, value in features:
                row[salience.FEATURES.index(name)] += value
        for keys in stands_for(text, sentence, stated):
            is_meant = np.array([any(data.matches(found, key, text, by_name=True) for key in keys) for found, _ in options])
            if is_meant.any():
                yield table, is_meant
        attention.see(sentence.index, frames.Frame(sentence), own, is_heading=sentences.is_heading(sentence.text))


def learn(given: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Return the weights under which what is meant is likeliest among what could be (a conditional logit, by Adam)."""
    rows = np.concatenate([table for table, _ in given])
    meant = np.concatenate([flags for _, flags in given])
    counts = np.array([len(table) for table, _ in given])
    firsts = counts.cumsum() - counts
    group = np.repeat(np.arange(len(given)), counts)
    weights, mean, square = (np.zeros(rows.shape[1]) for _ in range(3))
    for step in range(1, STEPS + 1):
        scores = rows @ weights
        scores = np.exp(scores - np.maximum.reduceat(scores, firsts)[group])
        likely = scores / np.add.reduceat(scores, firsts)[group]
        wanted = np.where(meant, scores, 0.0)
        wanted /= np.add.reduceat(wanted, firsts)[group]
        slope = (likely - wanted) @ rows / len(given) + DECAY * weights
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        weights = weights - RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights


def right(given: list[tuple[np.ndarray, np.ndarray]], weights: np.ndarray, most: int) -> float:
    """Return how often what is meant is among the likeliest few."""
    return float(np.mean([flags[np.argsort(-(table @ weights), kind="stable")[:most]].any() for table, flags in given]))


def main() -> None:
    """Learn; report or write."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--passages", type=Path, help="a folder of public passages as tools/training/passages.py restores them")
    arguments.add_argument("--check", action="store_true")
    given = arguments.parse_args()
    texts = data.written_texts(ROOT / "tools" / "training") + (data.written_texts(given.passages) if given.passages else [])
    parser, names = sentences.open_parser(), lexicon.load()
    found = [list(examples(text, parser, names)) for text in texts]
    learned_from = [one for place, own in enumerate(found) if not (given.check and place % 4 == 0) for one in own]
    weights = learn(learned_from)
    if given.check:
        apart = [one for own in found[::4] for one in own]
        oftenest = np.array([float(name == "times named") for name in salience.FEATURES])
        last = np.array([4.0 - place if place < len(RECENT) else 0.0 for place in range(len(salience.FEATURES))]) + 0.1 * oftenest
        for note, one in (("learned", weights), ("named most often", oftenest), ("named last", last)):
            print(f"{len(apart)} apart, {note}: right {right(apart, one, 1):.3f}, among two {right(apart, one, 2):.3f}")
        return
    rows = "".join(f"{name}\t{weight:.3f}\n" for name, weight in zip(salience.FEATURES, weights, strict=True))
    note = f"# Learned by tools/train_salience.py from {len(learned_from)} unnamed subjects and anaphors; what each feature is: kg/salience.py.\n"
    salience.PATH.write_text(note + "feature\tweight\n" + rows, encoding="utf-8")


if __name__ == "__main__":
    main()
