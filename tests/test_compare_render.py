from __future__ import annotations

import csv
import io

import pytest

from kg import DISCLAIMER
from kg.compare import sentences
from kg.compare.render import Bullets, Heading, Paragraph, Quote, Report, Table, to_csv, to_html, to_markdown
from kg.model import Section
from tests.factories import claim, write_build

HOSTILE = '<script>alert(1)</script> & "quotes" | [link](javascript:x) `code` \x1b[31m *bold* \u202eright'


def report(text: str) -> Report:
    return Report(
        text,
        text,
        (Heading(text), Heading(text, 3), Paragraph(text), Quote(text, text), Bullets((text, text)), Table((text, "b"), ((text, "2"),))),
    )


def test_html_escapes_every_text_and_loads_nothing():
    page = to_html(report(HOSTILE))
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") == 12
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert "default-src 'none'" in page
    assert "http" not in page.replace("http-equiv", "")


def test_markdown_escapes_every_text():
    page = to_markdown(report(HOSTILE))
    assert "<script" not in page
    assert "](javascript" not in page
    assert "| [" not in page
    assert "\x1b" not in page
    assert page.count("&lt;script\\>") == 11


@pytest.mark.parametrize("write", [to_html, to_markdown])
def test_every_report_carries_the_disclaimer_and_its_recipe(write):
    page = write(Report("Title", "The recipe.", ()))
    assert DISCLAIMER in page
    assert "How this is worked out: The recipe." in page


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- not a list", "\\- not a list"),
        ("1. not a list", "1\\. not a list"),
        ("+ plus", "\\+ plus"),
        ("0.5", "0.5"),
        ("-5", "-5"),
        ("=", "\\="),
        ("two\nlines", "two lines"),
    ],
)
def test_a_text_cannot_start_a_markdown_block(text, line):
    assert f"\n{line}\n" in to_markdown(Report("t", "r", (Paragraph(text),)))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", " =1+1"])
def test_csv_cells_are_never_formulas(cell):
    rows = list(csv.reader(io.StringIO(to_csv(Table(("a",), ((cell,),))))))
    assert rows == [["a"], ["'" + cell.strip()]]


def test_csv_keeps_commas_quotes_and_lines_in_one_cell():
    rows = list(csv.reader(io.StringIO(to_csv(Table(("a", "b"), (('say "x", y', "two\nlines"),))))))
    assert rows[1] == ['say "x", y', "two lines"]


def test_the_place_of_a_claim_is_its_page_and_its_heading(tmp_path):
    sections = {
        "a": (Section(0, 100, "page", "3"), Section(40, 100, "heading", "Uses"), Section(20, 40, "heading", "Intro")),
        "b": (Section(0, 10, "page", "iv"),),
    }
    build = write_build(tmp_path / "b", [claim("kava alleviates anxiety"), claim("kava alleviates anxiety", "b")], sections=sections)
    place = sentences.places(build)
    assert place(claim("kava alleviates anxiety", start=50)) == "page 3, Uses"
    assert place(claim("kava alleviates anxiety", start=25)) == "page 3, Intro"
    assert place(claim("kava alleviates anxiety", start=5)) == "page 3"
    assert place(claim("kava alleviates anxiety", "b")) == "iv"
    assert place(claim("kava alleviates anxiety", "b", start=30)) == ""
    assert place(claim("kava alleviates anxiety", "c")) == ""


def test_the_line_under_a_quote_says_where_how_sure_on_what_ground_and_who():
    said = claim("kava alleviates anxiety", certainty="hedged", basis="user_report", speaker="users")
    assert sentences.cite(said, lambda _: "page 3") == "a; page 3; hedged; ground: user report; speaker: users"
    assert sentences.cite(claim("kava alleviates anxiety"), lambda _: "") == "a; asserted; no ground named"
