"""The steps that are taken here are those that spaCy's own parser takes."""

from __future__ import annotations

import pytest

from kg import arcs, sentences

TEXTS = (
    "Kava may relieve anxiety, which kratom does not.",
    "",
    "Kratom can't: it doesn't.",
    "Kava",
    "Mitragynine binds to mu-opioid receptors in vitro (5 nM).",
)


@pytest.fixture
def pipeline():
    return sentences.open_parser().pipeline


def read(pipeline, texts):
    return [(doc, text) for doc, text in pipeline.pipe([(text, text) for text in texts], as_tuples=True)]


@pytest.mark.model
@pytest.mark.parametrize("size", [1, 2, 64])
def test_the_steps_are_those_of_the_pipelines_own_parser(pipeline, monkeypatch, size):
    monkeypatch.setattr(arcs, "_BATCH_SENTENCES", 2 * size)
    monkeypatch.setattr(arcs, "_GROUP_SENTENCES", size)
    parser = pipeline.get_pipe("parser")
    found = list(arcs.draw(parser, read(pipeline, TEXTS)))
    assert [text for _, text in found] == list(TEXTS)
    for (doc, _), (other, _) in zip(found, read(pipeline, TEXTS), strict=True):
        expected = parser(other)
        assert [(t.head.i, t.dep_) for t in doc] == [(t.head.i, t.dep_) for t in expected]
    assert any(doc.has_annotation("DEP") for doc, _ in found)


@pytest.mark.model
def test_the_shipped_parser_is_driven_from_here_and_one_that_searches_is_not(pipeline, monkeypatch):
    assert pipeline.disabled == ["parser"]
    from spacy.pipeline import DependencyParser

    class Other(DependencyParser):
        pass

    monkeypatch.setattr("spacy.pipeline.DependencyParser", Other)
    parser = sentences.open_parser.__wrapped__()
    assert parser.pipeline.disabled == []
    cut = sentences.split(" ".join(TEXTS))
    assert list(parser.parse(cut)) == list(sentences.open_parser().parse(cut))
