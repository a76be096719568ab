"""What is worked out for many sentences at once is what each gives alone; what is remembered changes nothing."""

from __future__ import annotations

import gc
import json
import re
import weakref
from dataclasses import replace

import numpy as np
import pytest

from kg import claims, extraction, mentions, pairs, schema, sentences, signals
from kg.cli import main
from kg.frames import Frame
from kg.mentions import Found
from kg.model import Document, Entity, Sentence, Source, Token
from kg.outputs import jsonl
from kg.pairs import Pair, Place
from tests.test_jsonl import FULL

TEXT = (
    "Kava and kratom may relieve anxiety, pain and insomnia (see below); kava contains kavain. Nothing happens here to anyone with pain. "
    "It does not bind to opioid receptors, which kratom's alkaloids, such as mitragynine, activate. Is caffeine a stimulant in coffee? "
    "People who drink alcohol report nausea."
)


@pytest.fixture(scope="module")
def extractor():
    return extraction.open_extractor()


@pytest.fixture(scope="module")
def seen(extractor):
    reading = extractor._read(Document("d", TEXT, Source("d.txt", "0" * 64)))
    parsed = list(extractor.parser.parse([reading.sentences[index] for index in reading.named]))
    marks, scenes = extractor._see(reading, parsed)
    return [(scene, view) for scene, view in scenes if tuple(pairs.pairs(scene, extractor.schema))], mentions.shares(marks)


@pytest.mark.model
def test_pairs_measured_together_are_measured_as_alone(extractor, seen):
    scenes, _ = seen
    own = [tuple(pairs.pairs(scene, extractor.schema)) for scene, _ in scenes]
    together = signals.Measures([scene for scene, _ in scenes], own).rows()
    alone = [signals.Measures([scene], [found]).rows() for (scene, _), found in zip(scenes, own, strict=True)]
    assert len(scenes) > 2
    np.testing.assert_array_equal(together, np.concatenate(alone))


@pytest.mark.model
def test_pairs_weighed_together_are_weighed_as_alone(extractor, seen, monkeypatch):
    scenes, shares = seen
    together = list(claims.weigh(scenes, shares, schema=extractor.schema, reader=extractor.reader))
    monkeypatch.setattr(claims, "_BATCH_PAIRS", 1)
    alone = list(claims.weigh(scenes, shares, schema=extractor.schema, reader=extractor.reader))
    assert [[(option.pair.subject.found, option.predicate) for option in own] for own in together] == [
        [(option.pair.subject.found, option.predicate) for option in own] for own in alone
    ]
    chances = ([option.probability for own in found for option in own] for found in (together, alone))
    np.testing.assert_allclose(*chances, atol=1e-5)


def token(text, place, tag="NN", dep="dep", head=0):
    return Token(text, place, place + len(text), text.casefold(), tag, dep, head)


def test_a_scene_without_wordings_paths_and_carriers_has_its_measures_too():
    frame = Frame(Sentence(0, 0, 14, "anxiety nausea", (token("anxiety", 0, dep="ROOT"), token("nausea", 8))))
    one, two = (
        Place(Found(start, end, (Entity(name, name, "Condition", (name,)),), "lexicon/x.tsv:1"))
        for start, end, name in ((0, 7, "a"), (8, 14, "b"))
    )
    scene = pairs.Scene(frame, (one, two), ())
    (row,) = signals.Measures([scene], [[Pair(one, two, None)]]).rows()
    named = dict(zip(signals.PAIR_NAMES, row.tolist(), strict=True))
    assert named["subject first"] == 1
    assert named["gap"] == 0
    assert named["path"] == 0
    assert named["carriers in sentence"] == 0
    assert named["objects of this type in sentence"] == 0.5


@pytest.mark.parametrize(
    ("own", "other"), [(("Substance", "Organism"), ("Condition", "Caution")), (("Place",), ("Place",)), ((), ("Effect",))]
)
def test_the_options_of_types_are_those_of_their_pairs_in_order(own, other):
    known = schema.load()
    expected = {}
    for one, subject in enumerate(own):
        for two, object_ in enumerate(other):
            for predicate in known.signatures.get((subject, object_), ()):
                expected.setdefault(predicate, (predicate, one, two))
    assert known.options(own, other) == tuple(expected.values())
    assert known.options(own, other) is known.options(own, other)


def test_a_thing_is_never_joined_to_itself_in_another_reading():
    pain = Entity("pain", "pain", "Condition", ("pain",))
    drug = Entity("aspirin", "aspirin", "Substance", ("aspirin",))
    both = Place(Found(0, 7, (drug, replace(pain, type="Substance")), "x"))
    joined = list(claims.options_of(Pair(both, Place(Found(8, 12, (pain,), "x")), None), schema.load()))
    assert joined
    assert {subject.id for _, subject, _ in joined} == {"aspirin"}


@pytest.mark.model
def test_words_remembered_and_forgotten_are_read_alike(extractor, monkeypatch):
    cut = sentences.split(TEXT)
    known = list(extractor.parser.parse(cut))
    monkeypatch.setattr(sentences, "_MAX_KNOWN_WORDS", 1)
    assert list(extractor.parser.parse(cut)) == known
    assert all(one.text[t.start - one.start : t.end - one.start] == t.text for one in known for t in one.tokens)
    assert all(0 <= t.head < len(one.tokens) for one in known for t in one.tokens)


def made_up(count):
    """Sentences of twelve words that no other sentence has."""
    for number in range(count):
        yield f"Kava relieves {', '.join(f'w{number:x}q{place:x}' for place in range(12))}."


@pytest.mark.model
def test_the_words_of_a_corpus_do_not_stay_in_memory(extractor, monkeypatch):
    parser = sentences.open_parser.__wrapped__()
    first = len(parser.pipeline.vocab.strings)
    # The lookups go when nothing holds the vocabulary any more; the collector is not to be needed, since a worker freezes what it loaded.
    old = weakref.ref(parser.pipeline.vocab.lookups)
    monkeypatch.setattr(sentences, "MAX_NEW_WORDS", 500)
    gc.disable()
    try:
        most = 0
        for text in made_up(100):
            cut = sentences.split(text)
            assert list(parser.parse(cut)) == list(extractor.parser.parse(cut))
            most = max(most, len(parser.pipeline.vocab.strings))
        assert old() is None
    finally:
        gc.enable()
    assert most < first + 600


@pytest.mark.model
def test_a_pipeline_loaded_anew_leaves_what_is_being_read_alone(monkeypatch):
    parser = sentences.open_parser.__wrapped__()
    cut = sentences.split(TEXT)
    whole = list(parser.parse(cut))
    monkeypatch.setattr(sentences, "MAX_NEW_WORDS", 0)
    one, two = parser.parse(cut), parser.parse(cut)
    assert [(a, b) for a, b in zip(one, two, strict=True)] == list(zip(whole, whole, strict=True))


@pytest.mark.model
def test_numpy_multiplies_for_the_parser(extractor):
    steps = [node.ops.use_blis for _, part in extractor.parser.pipeline.pipeline for node in part.model.walk()]
    assert steps
    assert not any(steps)


def test_a_part_without_a_network_or_with_one_on_another_device_is_left_alone():
    class Node:
        ops = "elsewhere"

    class Model:
        def walk(self):
            return [Node]

    class Network:
        model = Model()

    class Pipeline:
        pipeline = [("rule", object()), ("network", Network())]  # noqa: RUF012

    sentences._multiply_with_numpy(Pipeline())
    assert Node.ops == "elsewhere"


@pytest.mark.parametrize(
    ("word", "holds"), [("the", True), ("THE", True), ("Activating", True), ("bind", True), ("kava", False), ("ſome", False)]
)
def test_function_words_are_known_in_any_case(word, holds):
    assert bool(re.fullmatch(mentions._any_of(mentions._FUNCTION_WORDS), word)) == holds


def test_equal_values_of_many_lines_are_one(tmp_path, monkeypatch):
    path = tmp_path / "claims.jsonl"
    path.write_text(f"{jsonl.dump(FULL)}\n{jsonl.dump(replace(FULL, id='1'))}\n", encoding="utf-8")
    one, two = jsonl.read(path)
    assert one.object.entity is two.object.entity
    monkeypatch.setattr(jsonl, "_MAX_SHARED_VALUES", 0)
    assert list(jsonl.read(path)) == [one, two]


def test_a_value_that_no_claim_has_is_no_claim():
    with pytest.raises(KeyError):
        jsonl.parse(json.dumps({**json.loads(jsonl.dump(FULL)), "polarity": "maybe"}))


def test_matrices_have_one_thread_unless_more_are_asked_for(monkeypatch):
    monkeypatch.setattr(main, "app", lambda: None)
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    main.run()
    assert (main.os.environ["OPENBLAS_NUM_THREADS"], main.os.environ["OMP_NUM_THREADS"]) == ("1", "3")
