"""The vectors of words are those of spaCy's own network, whatever was remembered and forgotten before."""

from __future__ import annotations

import numpy as np
import pytest

from kg import sentences, vectors

TEXTS = ("Kava may relieve anxiety.", "", "Kratom can't: it doesn't.", "Kava", "Mitragynine binds to mu-opioid receptors in vitro (5 nM).")


@pytest.fixture(scope="module")
def pipeline():
    return sentences.open_parser().pipeline


@pytest.fixture
def slow(pipeline):
    (network,) = pipeline.get_pipe("tok2vec").model.layers
    return network


def same(found, expected):
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=1e-5)


@pytest.mark.model
def test_a_hastened_network_gives_what_it_gave(pipeline, slow):
    docs = [pipeline.make_doc(text) for text in TEXTS]
    fast = vectors.hasten(slow)
    assert fast is not slow
    for _ in range(2):  # the second time every word is known
        same(fast.predict(docs), slow.predict(docs))
    same(fast.predict(docs[::-1]), slow.predict(docs[::-1]))


@pytest.mark.model
def test_words_forgotten_are_worked_out_again(pipeline, slow, monkeypatch):
    docs = [pipeline.make_doc(text) for text in TEXTS]
    monkeypatch.setattr(vectors, "MAX_REMEMBERED_WORDS", 6)
    fast = vectors.hasten(slow)
    for doc in (*docs[::2], *docs):
        same(fast.predict([doc]), slow.predict([doc]))


@pytest.mark.model
def test_a_network_that_is_trained_is_spacys_own(pipeline, slow):
    docs = [pipeline.make_doc(text) for text in TEXTS]
    found, learn = vectors.hasten(slow)(docs, is_train=True)
    assert len(found) == len(TEXTS)
    assert callable(learn)


@pytest.mark.model
def test_a_network_of_another_make_is_left_as_it_is(slow, monkeypatch):
    assert vectors.hasten(slow.layers[1]) is slow.layers[1]
    window = slow.layers[1].layers[0].layers[0].layers[0].layers[0]
    monkeypatch.setitem(window.attrs, "window_size", 2)
    assert vectors.hasten(slow) is slow


@pytest.mark.model
def test_a_network_on_another_device_is_left_as_it_is(slow, monkeypatch):
    monkeypatch.setattr(slow, "ops", object())
    assert vectors.hasten(slow) is slow
