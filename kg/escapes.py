"""What other programs cannot take in a text: the characters that XML forbids, the cells that a spreadsheet runs as formulas."""

from __future__ import annotations

import re

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SPACES = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")


def xml(text: str) -> str:
    r"""Return the text with what XML 1.0 has no way to write replaced by U+FFFD; markup is left to the XML writer.

    >>> xml("a\x01<b>")
    'a\ufffd<b>'
    """
    return _FORBIDDEN.sub("\ufffd", text)


def cell(text: str) -> str:
    """Return the text for one cell of a table; one that a spreadsheet would run as a formula is led by an apostrophe.

    >>> cell("=1+1"), cell("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(_FORMULA) else text


def line(text: str) -> str:
    r"""Return the text without tabs and line ends, for tables that have no quotes.

    >>> line("a\tb\r\nc\x00")
    'a b c\ufffd'
    """
    return xml(_SPACES.sub(" ", text))
