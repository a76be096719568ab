import pytest

from kg import validate
from kg.errors import InputError
from kg.outputs import turtle
from tests.factories import claim, write_build


@pytest.fixture
def graph(tmp_path):
    out = tmp_path / "graph.ttl"
    turtle.write(write_build(tmp_path / "built", [claim("kava alleviates anxiety")]), out)
    return out


def test_what_is_built_conforms(graph):
    assert validate.check(graph) == ()


def test_a_claim_without_polarity_is_named(graph):
    lines = graph.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if "kg:polarity" not in line]
    assert len(kept) < len(lines)
    graph.write_text("".join(kept), encoding="utf-8")
    assert [line.partition(": ")[2] for line in validate.check(graph)] == ["a claim has exactly one polarity"]


def test_what_is_no_turtle_is_named(tmp_path):
    path = tmp_path / "bad.ttl"
    path.write_text("this is no Turtle", encoding="utf-8")
    with pytest.raises(InputError, match=r"bad\.ttl"):
        validate.check(path)
