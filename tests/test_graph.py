from __future__ import annotations

import os
import subprocess
import sys

import pytest

from kg.errors import InputError
from kg.graph import _MAX_HELD_NAMES, MAX_NAMES, Watch, _Forms, assemble, collect, connect, measure, measure_edges, survey
from kg.model import Basis, Certainty, Claim, Edge, Entity, Mention, Polarity, Sentence, Source, Stance


def claim(subject="a", predicate="binds", object_="b", *, doc="d1", id_="c1", certainty="asserted", names=(), type_="Substance", kind=None):
    sentence = Sentence(0, 0, 20, "x" * 20)
    return Claim(
        id=id_,
        doc=doc,
        sentence=sentence,
        subject=Mention(Entity(subject, subject.upper(), type_, names), subject, 0, 1),
        predicate=predicate,
        object=Mention(Entity(object_, object_.upper(), "Receptor", (), kind), object_, 5, 6),
        polarity=Polarity.AFFIRMED,
        certainty=Certainty(certainty),
        basis=Basis.NONE,
        stance=Stance.AFFIRMED,
        attribution=None,
        direction=None,
        mechanism=None,
        cues=(),
        rule="",
        source=Source("d", ""),
    )


def edge(subject, object_, predicate="binds", total=1):
    return Edge(subject, predicate, object_, (("affirmed/asserted/none/affirmed", total),), 1)


def test_claims_with_the_same_ends_and_predicate_are_one_edge():
    edges = assemble([claim(id_="1"), claim(id_="2", certainty="hedged"), claim(predicate="is_a", id_="3")])
    assert [(e.predicate, e.total) for e in edges] == [("binds", 2), ("is_a", 1)]


def test_an_edge_counts_each_kind_of_qualifiers():
    (bundle,) = assemble([claim(id_="1"), claim(id_="2", certainty="hedged"), claim(id_="3")])
    assert bundle.counts == (("affirmed/asserted/none/affirmed", 2), ("affirmed/hedged/none/affirmed", 1))


def test_an_edge_counts_documents_and_not_claims():
    (bundle,) = assemble([claim(doc="d1", id_="1"), claim(doc="d1", id_="2"), claim(doc="d2", id_="3")])
    assert bundle.documents == 2


def test_an_edge_keeps_the_first_claims_up_to_the_bound_and_counts_all():
    (bundle,) = assemble([claim(id_=str(number)) for number in range(9)], max_claims=3)
    assert bundle.claims == ("0", "1", "2")
    assert bundle.total == 9


def test_edges_come_sorted_whatever_the_order_of_claims():
    edges = assemble([claim("b", id_="1"), claim("a", "is_a", id_="2"), claim("a", id_="3")])
    assert [(e.subject, e.predicate) for e in edges] == [("a", "binds"), ("a", "is_a"), ("b", "binds")]


def test_claims_out_of_document_order_are_refused():
    with pytest.raises(InputError, match="output order"):
        assemble([claim(doc="d2"), claim(doc="d1")])


def test_no_claims_make_no_edges():
    assert assemble([]) == ()


def test_an_entity_takes_its_commonest_label_and_type_and_all_names():
    entities = collect([claim(type_="Compound"), claim(type_="Substance", names=("z",)), claim(type_="Substance", names=("k",))])
    assert entities["a"] == Entity("a", "A", "Substance", ("k", "z"))


def test_labels_that_are_equally_common_go_by_the_alphabet():
    assert collect([claim(type_="Substance"), claim(type_="Compound")])["a"].type == "Compound"


def test_an_entity_keeps_its_kind():
    assert collect([claim(kind="dependence")])["b"].kind == "dependence"


def test_names_of_an_entity_are_bounded():
    assert len(collect([claim(names=tuple(f"n{number:03}" for number in range(99)))])["a"].names) == MAX_NAMES


def test_names_are_the_first_in_the_alphabet_however_many_came_before():
    claims = [claim(names=tuple(f"n{(number * 7919 + place) % 1000:03}" for place in range(50))) for number in range(100)]
    everything = sorted({name for one in claims for name in one.subject.entity.names})
    assert collect(claims)["a"].names == tuple(everything[:MAX_NAMES])


def test_few_names_are_held_while_claims_are_read():
    forms = _Forms()
    for number in range(100):
        forms.add(claim(names=tuple(f"n{number:03}-{place}" for place in range(50))))
        assert len(forms._names["a"]) <= _MAX_HELD_NAMES


def test_a_survey_taken_while_another_reads_is_that_of_the_claims():
    claims = [claim(names=("z",)), claim(type_="Compound"), claim(kind="dependence")]
    watch = Watch()
    assert list(watch.over(claims)) == claims
    assert watch.survey() == survey(claims)


def test_the_graph_has_one_key_per_predicate_and_keeps_isolated_entities():
    graph = connect([edge("a", "b"), edge("a", "b", "is_a", 3)], [Entity("c", "C", "Place")])
    assert sorted(graph) == ["a", "b", "c"]
    assert graph["a"]["b"]["is_a"]["total"] == 3
    assert graph.nodes["c"]["label"] == "C"
    assert graph.nodes["a"]["label"] == "a"


def test_the_graph_takes_entities_by_id_too():
    assert connect([], {"c": Entity("c", "C", "Place")}).nodes["c"]["type"] == "Place"


def test_degree_counts_neighbours_once_and_not_oneself():
    measures = measure(connect([edge("a", "b"), edge("b", "a"), edge("a", "a"), edge("a", "c")], ()))
    assert measures.degree == {"a": 2, "b": 1, "c": 1}


def test_pagerank_adds_up_to_one_and_prefers_the_hub():
    measures = measure(connect([edge("hub", leaf) for leaf in "abcd"], ()))
    assert sum(measures.pagerank.values()) == pytest.approx(1)
    assert max(measures.pagerank, key=measures.pagerank.__getitem__) == "hub"


def test_communities_are_numbered_from_the_largest():
    edges = [edge("a", "b"), edge("b", "c"), edge("a", "c"), edge("x", "y")]
    community = measure(connect(edges, ())).community
    assert [community[id_] for id_ in "abcxy"] == [0, 0, 0, 1, 1]


def test_edges_are_measured_like_their_graph():
    edges = assemble([claim(f"s{number % 7}", object_=f"o{number * number % 11}", id_=str(number)) for number in range(60)])
    assert measure_edges(edges, ["alone"]) == measure(connect(edges, [Entity("alone", "A", "Place")]))
    assert measure_edges(edges, ["alone"]).degree["alone"] == 0


def test_an_empty_graph_can_be_measured():
    assert measure(connect((), ())).summary() == {
        "nodes": 0,
        "isolated": 0,
        "components": 0,
        "communities": 0,
        "max_degree": 0,
        "top": [],
    }


def test_the_summary_names_the_top_nodes_and_counts_isolated_ones():
    summary = measure(connect([edge("a", "b"), edge("a", "c")], [Entity("z", "Z", "Place")])).summary()
    assert summary["top"][0] == "a"
    assert (summary["nodes"], summary["isolated"], summary["components"], summary["max_degree"]) == (4, 1, 2, 2)


@pytest.mark.parametrize("seed", ["1", "2"])
def test_measures_do_not_depend_on_the_hash_seed(seed):
    program = (
        "import sys; sys.path.insert(0, 'tests'); from test_graph import edge; from kg.graph import connect, measure;"
        "m = measure(connect([edge(f'n{i}', f'n{i * 7 % 60}') for i in range(60)], ())); print(m)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
    )
    expected = measure(connect([edge(f"n{i}", f"n{i * 7 % 60}") for i in range(60)], ()))
    assert run.stdout.strip() == str(expected)
