"""The learned part: weighs what was seen and measured of a pair, and says how likely each predicate is.

Two small models, trained by `tools/train_ranker.py`: a logistic regression over words
(`pairs.features`) and boosted trees over numbers (`signals.measure`) that also see the first
one's answer. Both are plain arrays, read and evaluated with numpy alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from kg.errors import OntologyError
from kg.resources import ONTOLOGY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PATH = ONTOLOGY / "models" / "pairs.npz"


@dataclass(frozen=True, slots=True)
class Trees:
    """Boosted trees as arrays `[tree, node]`; a leaf is its own child."""

    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    depth: int
    base: float

    def score(self, rows: np.ndarray) -> np.ndarray:
        """Return the probability of each row, in row order."""
        total = np.full(len(rows), self.base)
        lines = np.arange(len(rows))
        for feature, threshold, left, right, value in zip(self.feature, self.threshold, self.left, self.right, self.value, strict=True):
            node = np.zeros(len(rows), dtype=np.int32)
            for _ in range(self.depth):
                node = np.where(rows[lines, feature[node]] <= threshold[node], left[node], right[node])
            total += value[node]
        answer: np.ndarray = 1.0 / (1.0 + np.exp(-total))
        return answer


@dataclass(frozen=True, slots=True)
class Ranker:
    """Both models, the classes of the first one ("none" first), the prior of each pair of types, and the thresholds."""

    classes: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: np.ndarray
    priors: Mapping[tuple[str, str], Mapping[str, float]]
    default_prior: float
    trees: Trees
    thresholds: Mapping[str, float]

    def read(self, words: Sequence[str]) -> np.ndarray:
        """Return the probability of each class from a pair's words; words never seen in training weigh nothing."""
        known = [index for index in map(self.vocabulary.get, words) if index is not None]
        logits = self.weights[known].sum(axis=0, dtype=np.float64)
        logits -= logits.max()
        likelihood = np.exp(logits)
        answer: np.ndarray = likelihood / likelihood.sum()
        return answer

    def prior(self, subject_type: str, object_type: str, predicate: str) -> float:
        """Return how often a pair of these types was this claim in training."""
        return self.priors.get((subject_type, object_type), {}).get(predicate, self.default_prior)

    def weigh(self, rows: Sequence[Sequence[float]]) -> np.ndarray:
        """Return the probability of each measured row, in row order."""
        return self.trees.score(np.asarray(rows, dtype=np.float32))


@cache
def load(path: Path = PATH) -> Ranker:
    """Read the shipped models.

    Raises OntologyError where the file is missing or is not one that `tools/train_ranker.py` wrote.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            parts = {name: arrays[name] for name in arrays.files}
        lines = parts["vocabulary"].tobytes().decode("utf-8").split("\n")
        classes = tuple(parts["classes"].tobytes().decode("utf-8").split("\n"))
        pairs = [tuple(line.split(">")) for line in parts["prior_pairs"].tobytes().decode("utf-8").split("\n")]
        priors: dict[tuple[str, str], dict[str, float]] = {
            (pair[0], pair[1]): dict(zip(classes, map(float, row), strict=True)) for pair, row in zip(pairs, parts["priors"], strict=True)
        }
        trees = Trees(
            parts["feature"],
            parts["threshold"],
            parts["left"],
            parts["right"],
            parts["value"],
            int(parts["depth"]),
            float(parts["base"]),
        )
        return Ranker(
            classes,
            {word: index for index, word in enumerate(lines)},
            parts["weights"].astype(np.float32),
            priors,
            float(parts["default_prior"]),
            trees,
            dict(zip(classes, map(float, parts["thresholds"]), strict=True)),
        )
    except (OSError, KeyError, ValueError) as error:
        message = f"{path.parent.name}/{path.name}: not a ranker model ({error}); make it with tools/train_ranker.py"
        raise OntologyError(message) from error
