"""A value that is made fast is the same as another."""

from __future__ import annotations

import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace

import pytest

from kg.values import swift


@dataclass(frozen=True, slots=True)
class Slow:
    start: int
    end: int
    text: str = "x"
    size: int = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "size", self.end - self.start)


@swift
@dataclass(frozen=True, slots=True)
class Fast:
    start: int
    end: int
    text: str = "x"
    size: int = field(init=False)

    def __post_init__(self):
        object.__setattr__(self, "size", self.end - self.start)


def test_a_swift_value_is_frozen_equal_hashed_replaced_and_pickled():
    value = Fast(1, end=3)
    assert repr(value) == repr(Slow(1, 3)).replace("Slow", "Fast")
    assert (value, hash(value)) == (Fast(1, 3, "x"), hash(Fast(1, 3)))
    assert replace(value, text="y") == Fast(1, 3, "y") != value
    assert pickle.loads(pickle.dumps(value)) == value
    with pytest.raises(FrozenInstanceError):
        value.start = 2


def test_a_swift_class_asks_for_the_same_arguments():
    assert inspect.signature(Fast) == inspect.signature(Slow)
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'end'"):
        Fast(1)
