from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import pytest

from kg import model
from kg.model import Edge, Entity, Mention, Sentence

SENTENCE = Sentence(0, 10, 30, "Leaf eases the worry")
SUBJECT = Mention(Entity("leaf", "leaf", "Substance"), "Leaf", 10, 14)
OBJECT = Mention(Entity("worry", "worry", "Condition", kind=None), "worry", 25, 30)
QUALIFIERS = ("affirmed", "asserted", "none")


def name(**changes: object) -> str:
    parts = {"doc": "a", "sentence": SENTENCE, "subject": SUBJECT, "predicate": "alleviates", "object_": OBJECT, "qualifiers": QUALIFIERS}
    return model.claim_id(**{**parts, **changes})


def test_a_claim_id_is_the_same_on_every_run() -> None:
    assert name() == "2e9ca7f52d04fbf2"


@pytest.mark.parametrize(
    "changes",
    [
        {"doc": "b"},
        {"sentence": Sentence(0, 11, 30, "")},
        {"subject": Mention(SUBJECT.entity, "Leaf", 11, 14)},
        {"subject": Mention(Entity("root", "leaf", "Substance"), "Leaf", 10, 14)},
        {"predicate": "worsens"},
        {"object_": Mention(OBJECT.entity, "worry", 25, 31)},
        {"qualifiers": ("negated", "asserted", "none")},
    ],
)
def test_a_claim_id_depends_on_what_is_said_and_where(changes: dict[str, object]) -> None:
    assert name(**changes) != name()


def test_a_claim_id_depends_on_nothing_else() -> None:
    assert name(sentence=Sentence(7, 10, 30, "other")) == name()


def test_the_parts_of_a_claim_id_cannot_run_together() -> None:
    assert name(doc="a", qualifiers=("x", "yz")) != name(doc="a", qualifiers=("xy", "z"))


def test_an_edge_adds_up_its_counts() -> None:
    assert Edge("a", "binds", "b", (("affirmed/asserted/none/affirmed", 2), ("negated/asserted/none/denied", 1)), 2).total == 3


def test_values_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        SENTENCE.start = 3  # type: ignore[misc]


@pytest.mark.parametrize("value", [model.Claim, model.Document, model.Edge, model.Entity, model.Mention, model.Sentence, model.Token])
def test_collections_inside_values_are_tuples(value: type) -> None:
    assert not [field.name for field in fields(value) if str(field.type).startswith(("list", "set", "dict"))]
