"""Who governs whom in a sentence, as the parser of a spaCy pipeline decides it step by step, in less time.

The parser's own loop lets go of Python's lock and takes it again several times a step. This one holds it, and takes each
step by spaCy's own functions for that: the same words are read, and the same steps taken.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Sentences of about one length are parsed together: what is left of a batch when the short ones are done takes as many calls.
_BATCH_SENTENCES = 256
_GROUP_SENTENCES = 64
Item = TypeVar("Item")


def draw(parser: Any, read: Iterable[tuple[Any, Item]]) -> Iterator[tuple[Any, Item]]:
    """Give spaCy's documents, each with what came with it, in order, when the parser has noted each word's governor in them."""
    pairs = iter(read)
    while batch := tuple(islice(pairs, _BATCH_SENTENCES)):
        docs = sorted((doc for doc, _ in batch), key=len)
        for start in range(0, len(docs), _GROUP_SENTENCES):
            _parse(parser, docs[start : start + _GROUP_SENTENCES])
        yield from batch


def _parse(parser: Any, docs: Sequence[Any]) -> None:
    every = parser.moves.init_batch(docs)
    states = [state for state in every if not state.is_final()]
    if states:
        network = parser.model.predict(docs)
        while states:
            states = parser.transition_states(states, network.predict(states))
        network.clear_memory()
    parser.set_annotations(docs, every)
