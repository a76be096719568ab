"""The network's arithmetic on small arrays, what it makes of names, and that company changes nothing."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from kg import reader, signals
from kg.errors import OntologyError
from kg.frames import Frame
from kg.mentions import Found, readings
from kg.model import Entity, Sentence, Token
from kg.reader import View, name, split


def frame(text, tags=""):
    """Return a sentence whose words all hang from the first."""
    tokens, place = [], 0
    for index, (word, tag) in enumerate(zip(text.split(), (tags or " ".join("NN" for _ in text.split())).split(), strict=True)):
        tokens.append(Token(word, place, place + len(word), word.casefold(), tag, "dep" if index else "ROOT", 0))
        place += len(word) + 1
    return Frame(Sentence(0, 0, len(text), text, tuple(tokens)))


def view(*types):
    """Return what a reader sees that is sure of each token's type; a capital B before it begins a name."""
    rows = np.zeros((len(types), 1 + len(signals.TYPES)), dtype=np.float32)
    begins = np.zeros(len(types), dtype=np.float32)
    for place, type_ in enumerate(types):
        plain = type_.removeprefix("B-")
        rows[place, 0 if plain == "-" else 1 + signals.TYPES.index(plain)] = 1
        begins[place] = plain != type_
    return View(np.zeros((len(types), 4), dtype=np.float32), rows, begins, np.ones((len(types), len(signals.KINDS)), dtype=np.float32))


def test_a_word_is_its_longest_pieces_first():
    pieces = {name: place for place, name in enumerate(["mi", "##tra", "##gynine", "kava", "-", "##va", "ka"])}
    assert split("Mitragynine", pieces) == [0, 1, 2]
    assert split("kava-kava", pieces) == [3, 4, 3]
    assert split("öva", pieces) == [5]  # a letter without a piece is passed over
    assert split("", pieces) == []


def test_the_buckets_of_a_word_do_not_depend_on_its_case_and_lie_in_their_tables():
    assert reader.buckets("Kavain") == reader.buckets("KAVAIN")
    assert reader.buckets("Kavain") != reader.buckets("dopamine")
    assert all(0 <= bucket < size for bucket, (_, _, size) in zip(reader.buckets("a"), reader.AFFIXES, strict=True))


def test_a_name_that_no_list_holds_is_read_without_its_edges():
    seen = name((), frame("the quiet of kava", "DT NN IN NN"), view("B-Effect", "Effect", "-", "-"))
    assert [(mark.start, mark.end, mark.type, mark.rule) for mark in seen] == [(4, 9, "Effect", "tagger")]


def test_two_names_side_by_side_stay_two():
    seen = name((), frame("nausea vomiting"), view("B-Caution", "B-Caution"))
    assert [(mark.start, mark.end) for mark in seen] == [(0, 6), (7, 15)]


def test_a_name_of_the_lexicon_keeps_its_place_and_gets_the_reading_that_is_seen():
    own = Found(0, 6, readings((Entity("nausea", "nausea", "Condition", ("nausea",)),)), "lexicon/condition.tsv:1")
    known = name((own,), frame("Nausea came"), view("B-Condition", "-"))
    assert known == (own,)
    mark = Found(0, 4, (Entity("kava", "kava", "Substance", ("kava",)),), "lexicon/substance.tsv:1")
    (seen,) = name((mark,), frame("Kava grows"), view("B-Organism", "-"))
    assert (seen.type, set(seen.types)) == ("Substance", {"Substance", "Organism"})


def test_a_compound_seen_as_a_substance_is_no_other_reading():
    mark = Found(0, 6, (Entity("kavain", "kavain", "Compound", ("kavain",)),), "lexicon/compound.tsv:1")
    assert name((mark,), frame("Kavain acts"), view("B-Substance", "-")) == (mark,)


@pytest.mark.parametrize(
    ("types", "constituent", "wanted"),
    [
        ("Substance Substance Compound", "Compound", "Substance"),
        ("Compound Substance Compound", "Compound", "Compound"),
        ("Substance Substance Substance", "Alkaloid", "Substance"),
        # An alkaloid stays one where not all is clear.
        ("Substance Substance Alkaloid", "Alkaloid", "Alkaloid"),
    ],
)
def test_a_document_decides_whether_a_name_is_taken_or_a_constituent(types, constituent, wanted):
    both = (Entity("rutin-constituent", "rutin", constituent), Entity("rutin", "rutin", "Substance"))
    seen = [(Found(0, 5, both, "lexicon/compound.tsv:1"),) for _ in types.split()]
    settled = reader.settle(seen, [frame("rutin") for _ in seen], [view(type_) for type_ in types.split()])
    assert [(mark.type, mark.key) for own in settled for mark in own] == [(wanted, "rutin-constituent")] * 3


@pytest.mark.parametrize(("types", "wanted"), [("Organism Substance Substance", "Substance"), ("Organism Organism Substance", "Organism")])
def test_a_document_decides_whether_a_name_is_taken_or_grows(types, wanted):
    both = (Entity("agaric-organism", "agaric", "Organism"), Entity("agaric", "agaric", "Substance"))
    seen = [(Found(0, 6, both, "lexicon/organism.tsv:1"),) for _ in types.split()]
    settled = reader.settle(seen, [frame("agaric") for _ in seen], [view(type_) for type_ in types.split()])
    assert [mark.type for own in settled for mark in own] == [wanted] * 3


def test_a_caution_of_a_general_kind_is_one_concept_however_it_is_worded():
    seen = name((), frame("trials are wanting", "NNS VBP JJ"), sure_of_kind(view("B-Caution", "Caution", "Caution"), "evidence_gap"))
    assert [(mark.key, mark.kind, mark.start, mark.end) for mark in seen] == [("evidence-gap", "evidence_gap", 0, 18)]


def sure_of_kind(seen, kind):
    """Return the view with one kind of Caution above the others."""
    seen.kinds[:, signals.KINDS.index(kind)] += 1
    return seen


def test_a_file_that_is_no_network_says_what_makes_one(tmp_path):
    path = tmp_path / "reader.npz"
    path.write_bytes(b"no")
    with pytest.raises(OntologyError, match="tools/train_reader"):
        reader.load(path)


def test_the_shipped_network_has_a_row_for_all_that_is_measured():
    arrays = reader.load().arrays
    assert arrays["token"].shape[0] == len(signals.TOKEN_NAMES)
    assert arrays["pair"].shape[0] == len(signals.PAIR_NAMES)
    assert arrays["label.weight"].shape[1] == 1 + len(signals.PREDICATES)
    assert arrays["tagger.weight"].shape[1] == 1 + 2 * len(signals.TYPES)


def test_company_changes_nothing():
    network = reader.load()
    frames = [frame("Kava relieves anxiety"), frame("Kava contains kavain and many other things beside it"), frame("No")]
    rows = [np.zeros((len(one.tokens), len(signals.TOKEN_NAMES)), dtype=np.float32) for one in frames]
    together = network.see(frames, rows)
    for one, own, seen in zip(frames, rows, together, strict=True):
        (alone,) = network.see([one], [own])
        assert seen.types.shape == (len(one.tokens), 1 + len(signals.TYPES))
        np.testing.assert_allclose(alone.vectors, seen.vectors, atol=1e-4)
        np.testing.assert_allclose(seen.types.sum(axis=1), 1, atol=1e-5)


def test_a_sentence_beyond_the_bound_is_read_up_to_it():
    long = frame(" ".join(["kava"] * (reader.MAX_TOKENS + 5)))
    rows = np.zeros((len(long.tokens), len(signals.TOKEN_NAMES)), dtype=np.float32)
    (seen,) = reader.load().see([long], [rows])
    assert len(seen.vectors) == reader.MAX_TOKENS


def test_what_stands_between_two_mentions_is_seen_as_its_mean():
    rows = np.arange(12, dtype=np.float32).reshape(6, 2)
    spans = [range(1), range(3, 5), range(6)]  # the last stands for the whole sentence, as an implied mention does
    measures = SimpleNamespace(subjects=np.array([0, 1, 2]), objects=np.array([1, 0, 1]))
    seen, numbers = reader._between(rows, spans, measures)
    assert len(seen) == 2  # a pair and its reverse have the same words between them
    assert seen[numbers].tolist() == [[3, 4], [3, 4], [0, 0]]


def test_words_that_are_forgotten_are_spelled_again(monkeypatch):
    words = ["kava", "kavain", "kava"]
    wanted = reader.load()._words(words)
    monkeypatch.setattr(reader, "MAX_REMEMBERED_WORDS", 3)
    small = replace(reader.load(), _rows={})
    small._words(["mood", "sleep"])
    assert small._words(words).tolist() == wanted.tolist()
    assert set(small._rows) == set(words)


def test_pairs_hear_the_mean_and_the_most_of_those_that_share_a_mention():
    told = np.array([[1.0, 0.0], [3.0, 2.0], [0.0, 4.0]], dtype=np.float32)
    pooled, row = reader._pooled(told, np.array([4, 1, 4]), 6)
    assert pooled[row].tolist() == [[0.5, 2.0, 1.0, 4.0], [3.0, 2.0, 3.0, 2.0], [0.5, 2.0, 1.0, 4.0]]
    assert len(pooled) == 2
