"""Bytes → text, in whatever encoding they are."""

from __future__ import annotations

import codecs
import re

from kg.errors import InputError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WESTERN = "cp1252"
# What a Western text writes beside ASCII; anything else says that the guess is wrong.
_WESTERN_SIGNS = frozenset("“”‘’„‚–—…•€£§©®™°±²³µ·½¼¾«»‹›¿¡ºª×÷\xa0ŒœŠšŽžŸ") | {chr(code) for code in range(0xC0, 0x100)}
_MAX_WESTERN_SHARE = 0.2
_FREE_WESTERN_SIGNS = 3
_WIDE = ["utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"]
_MAX_CONTROL_SHARE = 0.01
_SAMPLE_BYTES = 200_000
_HALF = 0.4
# Some codecs (UTF-7) give halves of characters, which no file can hold.
_SURROGATES = re.compile("[\ud800-\udfff]")


def decode(data: bytes, *, declared: str | None = None) -> tuple[str, str]:
    """Return the text and the name of its encoding; a byte order mark is dropped, line ends are kept.

    Tried in turn: the byte order mark, the declared encoding, UTF-8, Windows-1252 where the
    result reads as a Western text, then what charset-normalizer finds most likely.

    Raises InputError where the bytes are not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strict(data[len(mark) :], encoding), encoding
    guesses = (declared, "utf-8", _WESTERN, _wide(data))
    for guess in guesses:
        text = _try(data, guess)
        if guess and text is not None and _is_text(text) and (guess != _WESTERN or _is_western(text)):
            return text, codecs.lookup(guess).name
    if b"\0" in data:
        message = "binary file, not text"
        raise InputError(message)
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_SAMPLE_BYTES], cp_exclusion=_WIDE).best()
    text = None if best is None else _try(data, best.encoding)
    if best is None or text is None or not _is_text(text):
        message = "not text in any encoding that is known; save it as UTF-8"
        raise InputError(message)
    return text, codecs.lookup(best.encoding).name


def _strict(data: bytes, encoding: str) -> str:
    text = _try(data, encoding)
    if text is None or not _is_text(text):
        message = f"its byte order mark says {encoding}, but the bytes are not; save it as UTF-8"
        raise InputError(message)
    return text


def _try(data: bytes, encoding: str | None) -> str | None:
    try:
        return None if encoding is None else data.decode(encoding)
    except (UnicodeError, LookupError):
        return None


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark shows as a zero in every second byte."""
    sample = data[:_SAMPLE_BYTES]
    half = len(sample) / 2
    if half and sample[1::2].count(0) > _HALF * half:
        return "utf-16-le"
    if half and sample[0::2].count(0) > _HALF * half:
        return "utf-16-be"
    return None


def _is_text(text: str) -> bool:
    if "\0" in text or _SURROGATES.search(text):
        return False
    controls = sum(text.count(chr(code)) for code in (*range(1, 9), *range(14, 32), 127))
    return controls <= _MAX_CONTROL_SHARE * len(text)


def _is_western(text: str) -> bool:
    foreign = [char for char in text if char > "\x7f"]
    return len(foreign) <= max(_MAX_WESTERN_SHARE * len(text), _FREE_WESTERN_SIGNS) and _WESTERN_SIGNS.issuperset(foreign)
