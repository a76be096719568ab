from __future__ import annotations

import pytest

from kg.compare import diff, render
from kg.compare.diff import compare, lines
from kg.errors import InputError
from tests.factories import claim


def test_the_same_claims_differ_in_nothing():
    claims = [claim("kava alleviates anxiety"), claim("kava alleviates anxiety", "b")]
    found = compare(claims, claims)
    assert found.is_empty
    assert (found.same, found.edges) == (2, ())
    assert list(lines(found)) == ["came: 0; went: 0; changed: 0; same: 2; edges: 0"]


def test_text_that_moved_is_no_change():
    assert compare([claim("kava alleviates anxiety")], [claim("kava alleviates anxiety", start=40)]).is_empty


@pytest.mark.parametrize(
    ("qualifiers", "difference"),
    [
        ({"certainty": "hedged"}, ("certainty", "asserted", "hedged")),
        ({"basis": "clinical"}, ("basis", "none", "clinical")),
        ({"stance": "evidence_absent"}, ("stance", "affirmed", "evidence_absent")),
        ({"polarity": "negated"}, ("polarity", "affirmed", "negated")),
        ({"mechanism": "agonist"}, ("mechanism", "none", "agonist")),
        ({"direction": "increases"}, ("direction", "none", "increases")),
    ],
)
def test_a_changed_qualifier_is_named(qualifiers, difference):
    found = compare([claim("kava alleviates anxiety")], [claim("kava alleviates anxiety", **qualifiers)])
    assert (found.came, found.went) == ((), ())
    assert [change.differences for change in found.changed] == [(difference,)]


def test_claims_and_documents_that_came_and_went():
    old = [claim("kava alleviates anxiety", "a"), claim("kava alleviates insomnia", "a", start=50), claim("kava alleviates anxiety", "b")]
    new = [claim("kava alleviates anxiety", "a"), claim("kava alleviates anxiety", "c"), claim("kava binds kavain", "d")]
    found = compare(old, new)
    assert [(one.doc, one.object.entity.id) for one in found.came] == [("c", "anxiety"), ("d", "kavain")]
    assert [(one.doc, one.object.entity.id) for one in found.went] == [("a", "insomnia"), ("b", "anxiety")]
    assert (found.documents_came, found.documents_went) == (("c", "d"), ("b",))
    assert [(edge.object, edge.old, edge.new) for edge in found.edges] == [
        ("insomnia", ("affirmed, asserted",), ()),
        ("kavain", (), ("affirmed, asserted",)),
    ]


@pytest.mark.parametrize(("old", "new"), [([], [claim("kava alleviates anxiety")]), ([claim("kava alleviates anxiety")], [])])
def test_an_empty_build_is_compared(old, new):
    found = compare(old, new)
    assert len(found.came) + len(found.went) == 1


def test_the_same_words_twice_are_two_claims():
    once = [claim("kava alleviates anxiety")]
    twice = [*once, claim("kava alleviates anxiety", start=90)]
    assert len(compare(once, twice).came) == 1


def test_documents_out_of_order_are_refused():
    claims = [claim("kava alleviates anxiety", "b"), claim("kava alleviates anxiety", "a")]
    with pytest.raises(InputError, match="not sorted"):
        compare(claims, [])


@pytest.fixture
def changes():
    old = [claim("kava alleviates anxiety", "a"), claim("kava alleviates insomnia", "b")]
    new = [claim("kava alleviates anxiety", "a", certainty="hedged"), claim("kava binds kavain", "c")]
    return compare(old, new)


def test_the_text_form_marks_each_change(changes):
    assert list(lines(changes)) == [
        "+ c: kava binds kavain [affirmed, asserted, none]",
        "- b: kava alleviates insomnia [affirmed, asserted, none]",
        "~ a: kava alleviates anxiety [certainty: asserted -> hedged]",
        "e kava alleviates anxiety: affirmed, asserted -> affirmed, hedged",
        "e kava alleviates insomnia: affirmed, asserted -> absent",
        "e kava binds kavain: absent -> affirmed, asserted",
        "came: 1; went: 1; changed: 1; same: 0; edges: 3",
    ]


def test_the_page_and_the_json_hold_every_change(changes):
    text = render.to_markdown(diff.report(changes))
    for heading in ("Documents that came", "Documents that went", "Claims that came: 1", "Claims that went: 1", "Edges that changed: 3"):
        assert f"## {heading}" in text
    values = diff.as_json(changes)
    assert values["counts"] == {"came": 1, "went": 1, "changed": 1, "same": 0, "edges": 3}
    assert values["changed"][0]["differences"] == [{"field": "certainty", "old": "asserted", "new": "hedged"}]


def test_a_page_without_changes_has_only_the_counts():
    assert "##" not in render.to_markdown(diff.report(compare([], [])))
