"""Damaged and hostile files through every reader: each is read or named, none ends in a traceback, none takes long.

A mutation depends on the seed and its number alone, so that a number that fails can be made again.
"""

from __future__ import annotations

import contextlib
import io
import json
import random
import re
import signal
import zipfile
from functools import cache

import pytest
from document_samples import packed, samples
from fake_extraction import open_fake
from hypothesis import given, settings
from hypothesis import strategies as st

from kg import extraction
from kg.builds import open_build
from kg.documents import FORMATS, Fault, Options, split_name
from kg.documents.files import File, printable_path
from kg.documents.reading import Sandbox, digest, read
from kg.model import Document, Source
from kg.pipeline import Settings, build
from kg.sentences import split

SEED = 20261124
SECONDS = 10
BATCH = 200
ZIPPED = (".zip", ".docx", ".epub")
# What parsers trip over: marks of encodings, halves of characters, markup that opens and never ends, numbers that are too large.
TOKENS = (
    b"\0", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b[31m", b"\r", b"\r\n\r\n", b"\x85", b"\xe2\x80\xa8",
    b"\\ud800", b"\\u0000", b"&#xD800;", b"&#0;", b"&x;", b"<!--", b"<![CDATA[", b"]]>", b"<!DOCTYPE a [<!ENTITY x 'y'>]>", b"<", b">", b"</p>",
    b"<?xml version='1.0' encoding='klingon'?>", b"<meta charset=unicode_escape>", b"<meta charset=utf-7>", b"<meta charset=undefined>", b"+2AA-",
    b"{", b"}", b"[" * 3000, b"]", b'"', b"\\", b"'", b",", b"\t", b"|", b"null", b"NaN", b"1e999", b"9" * 5000, b"-1", b"true", b'{"text": {}}',
    b"../../etc/passwd", b"C:\\con", b"%s%n", b"{{7*7}}", b"</script>", b"=cmd|' /C calc'!A0", b"<div>" * 2000, b"<p>" * 3000, b"# " * 500,
    b"> " * 500, b"* " * 500, b"``" * 500, b"endobj", b"stream\n", b"/Length 999999999", b"/Kids [2 0 R]", b"<< /Type /Pages >>", b"startxref\n0",
    "\u202e".encode(), "\U000e0001".encode(), "e\u0301".encode() * 200, b"a" * 70_000, b" " * 5000, b"\n" * 5000,
)  # fmt: skip


class TooSlowError(BaseException):
    """No Exception, so that no reader takes it for an error of its parser."""


@contextlib.contextmanager
def limited(seconds):
    def stop(*_):
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@cache
def originals():
    return tuple(sorted(samples().items()))


def change(data, chance):
    """Return the bytes with a few of them altered, lost, doubled, moved, or put in from elsewhere."""
    for _ in range(chance.randint(1, 4)):
        start = chance.randint(0, len(data))
        end = min(len(data), start + chance.choice((1, 1, 2, 8, 64, 512)))
        kind = chance.randrange(7)
        if kind == 0:
            data = data[:start] + bytes(byte ^ (1 << chance.randrange(8)) for byte in data[start:end]) + data[end:]
        elif kind == 1:
            data = data[:start] + data[end:]
        elif kind == 2:
            data = data[:end] + data[start:end] * chance.choice((1, 2, 50)) + data[end:]
        elif kind == 3:
            data = data[: max(start, 1)] if chance.random() < 0.3 else data
        elif kind == 4:
            donor = chance.choice(originals())[1]
            place = chance.randint(0, len(donor))
            data = data[:start] + donor[place : place + 300] + data[end:]
        else:
            data = data[:start] + chance.choice(TOKENS) + data[start if kind == 5 else end :]
    return data


def mutate(number):
    """Return the name and the bytes of a damaged file; the same number gives the same file."""
    chance = random.Random(f"{SEED}-{number}")
    name, data = originals()[number % len(originals())]
    if name.endswith(ZIPPED) and chance.random() < 0.7:
        # Inside, not only in what holds it together.
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {member: archive.read(member) for member in archive.namelist()}
        victim = chance.choice(sorted(members))
        members[victim] = change(members[victim], chance)
        if chance.random() < 0.2:
            members[chance.choice(("../x.txt", "/x.md", "a\0.txt", "é" * 120 + ".txt", "con.txt", "a\x1b[0m.html", "in/a"))] = b"Kava."
        return name, packed(members)
    return name, change(data, chance)


def examine(number, folder, options, sandbox):
    """Read one damaged file and say what is wrong with what comes of it, if anything is."""
    name, data = mutate(number)
    path = folder / name
    path.write_bytes(data)
    stem, format_, is_compressed = split_name(name)
    file = File(name, stem, str(path), format_, is_compressed, len(data))
    try:
        with limited(SECONDS):
            found = list(read(file, stem, digest(str(path)), options, sandbox))
    except TooSlowError:
        return "took too long"
    if not found and not FORMATS[format_].is_container:
        return "neither read nor named"
    return next(filter(None, map(complaint, found)), "")


def complaint(found):
    """Say what is wrong with a document or a message, if anything is."""
    if isinstance(found, Fault):
        texts, problem = [found.where, found.reason], of_fault(found)
    else:
        texts = [found.text, found.id, *(text for pair in found.metadata for text in pair), *(section.label for section in found.sections)]
        problem = of_document(found)
    halves = [text[:80] for text in texts if re.search("[\ud800-\udfff]", text)]
    return problem or (f"half a character: {halves!r}" if halves else "")


def of_fault(fault):
    if any(printable_path(text) != text for text in (fault.where, fault.reason)):
        return f"a message that could harm a terminal: {fault!r}"
    return fault.reason if "took over" in fault.reason or "died" in fault.reason else ""


def of_document(document):
    places = [place for section in document.sections for place in (section.start, section.end)]
    if places != sorted(places) or any(not 0 <= place <= len(document.text) for place in places):
        return f"sections out of order or outside: {document.sections}"
    if printable_path(document.source.path) != document.source.path:
        return f"a path that could harm a terminal: {document.source.path!r}"
    is_safe = "\0" not in document.text and not document.id.startswith("/") and ".." not in document.id.split("/")
    return "" if is_safe else f"a text or a name that no file can have: {document.id!r}"


@pytest.mark.parametrize("count", [pytest.param(200, id="short"), pytest.param(10_000, id="long", marks=pytest.mark.soak)])
def test_a_damaged_file_is_read_or_named(tmp_path, count):
    options = Options(seconds=SECONDS)
    sandbox = Sandbox(options)
    wrong = {}
    try:
        for number in range(count):
            problem = examine(number, tmp_path, options, sandbox)
            if problem:
                wrong[number] = f"{mutate(number)[0]}: {problem}"
    finally:
        sandbox.close()
    assert wrong == {}


@pytest.mark.parametrize("count", [pytest.param(60, id="short"), pytest.param(10_000, id="long", marks=pytest.mark.soak)])
def test_a_build_of_damaged_files_ends_and_says_what_it_left_out(tmp_path, count):
    for batch in range(0, count, BATCH):
        source = tmp_path / "in" / str(batch)
        source.mkdir(parents=True)
        for number in range(batch, min(batch + BATCH, count)):
            name, data = mutate(number)
            (source / f"{number:05d}-{name}").write_bytes(data)
    report = build([str(tmp_path / "in")], tmp_path / "out", Settings(open_fake, "fake", formats=("turtle", "html")))
    assert report["documents"]["read"] > count / 4
    assert report["documents"]["skipped_total"] > count / 20
    opened = open_build(tmp_path / "out")
    assert sum(1 for _ in opened.claims()) == report["claims"] > 0
    for record in opened.documents():
        assert len(opened.text(record.id)) == record.characters
    json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))


def test_the_same_number_gives_the_same_file():
    assert [mutate(number) for number in range(40)] == [mutate(number) for number in range(40)]
    assert len({mutate(number)[1] for number in range(200)}) > 190


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=60, derandomize=True)
def test_any_text_is_read_as_it_is_written(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "a.txt"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    options = Options()
    (found,) = read(File("a.txt", "a", str(path), "text", is_compressed=False, size=1), "a", "0", options, Sandbox(options))
    if isinstance(found, Document):
        assert complaint(found) == ""


@cache
def extractor():
    return extraction.open_extractor()


UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=120)


@pytest.mark.model
@given(UNICODE, UNICODE, st.sampled_from(["", " ", "\n", "\n\n", ". ", "\u200b", "\u0301", "😀"]))
@settings(deadline=None, max_examples=25, derandomize=True)
def test_every_quote_is_the_text_at_its_offsets_in_any_unicode(before, after, between):
    text = f"{before}{between}Kava relieves anxiety. It may cause nausea.{between}{after}"
    (said,) = extractor().extract([Document("d", text, Source("d.txt", "0" * 64))])
    quotes = [*split(text)]
    for claim in said.claims:
        quotes += [claim.sentence, claim.subject, claim.object, *claim.cues]
    for quote in quotes:
        assert text[quote.start : quote.end] == quote.text


@pytest.mark.model
def test_quotes_are_found_at_all():
    (said,) = extractor().extract([Document("d", "Kava relieves anxiety. It may cause nausea.", Source("d.txt", "0" * 64))])
    assert len(said.claims) >= 2
