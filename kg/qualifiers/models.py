"""Learned weights over what the cues of a sentence are to a claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kg.model import Mention
    from kg.qualifiers.trees import Tree


@dataclass(frozen=True, slots=True)
class Models:
    """Weights by qualifier, value and feature."""


@dataclass(frozen=True, slots=True)
class Situation:
    """A claim in its sentence: the heads of its subject and object, and what they are."""

    tree: Tree
    subject: int
    object: int
    predicate: str
    subject_mention: Mention
    object_mention: Mention
    is_heading: bool


def read() -> Models:
    """Read the weights."""
    return Models()
