"""Reports as Markdown and as one HTML page, from the same blocks; every text of a document is escaped here and nowhere else."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import dataclass

from kg import DISCLAIMER, escapes

_MARKDOWN = re.compile(r"([\\`*_{}\[\]()>#|~&])")
_BULLET = re.compile(r"^(\d*)([-+=.)])(?=\s|$)")

_STYLE = """
:root{color-scheme:light dark;--ink:#1d2530;--soft:#5a6675;--line:#d5dbe3;--page:#fff;--band:#f3f6f9;--mark:#0b5cad}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf1;--soft:#a3afbd;--line:#3a4653;--page:#151b22;--band:#1e262f;--mark:#7db8f5}}
body{margin:0 auto;max-width:68rem;padding:2rem 1.25rem 4rem;background:var(--page);color:var(--ink);
font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
h1{font-size:1.8rem;line-height:1.2;margin:0 0 1rem}h2{font-size:1.25rem;margin:2.2rem 0 .6rem;border-bottom:1px solid var(--line)}
h3{font-size:1.05rem;margin:1.6rem 0 .4rem}p{margin:.5rem 0}.recipe{color:var(--soft)}
.disclaimer{border-left:.3rem solid var(--mark);background:var(--band);padding:.6rem .9rem}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere;min-width:4rem}
th{background:var(--band)}blockquote{margin:.5rem 0;padding:.1rem 0 .1rem .9rem;border-left:.2rem solid var(--line)}
cite{display:block;color:var(--soft);font-size:.88rem;font-style:normal}
@media print{body{max-width:none;padding:0;font-size:10pt}thead{display:table-header-group}tr,blockquote{break-inside:avoid}}
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the report's title; level 2 is the highest."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a document, and where it stands."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list, in the order given."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below named columns; each row has one cell a column."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Quote | Bullets | Table


@dataclass(frozen=True, slots=True)
class Report:
    """A title, the recipe in one sentence, and blocks in reading order."""

    title: str
    recipe: str
    blocks: tuple[Block, ...]


def to_markdown(report: Report) -> str:
    """Return the report as Markdown, with the disclaimer and the recipe under the title."""
    parts = [f"# {_markdown(report.title)}", f"*{_markdown(DISCLAIMER)}*", f"How this is worked out: {_markdown(report.recipe)}"]
    parts.extend(_markdown_block(block) for block in report.blocks)
    return "\n\n".join(parts) + "\n"


def _markdown_block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"{'#' * level} {_markdown(text)}"
        case Paragraph(text):
            return _markdown(text)
        case Quote(text, source):
            return f"> {_markdown(text)}  \n> — {_markdown(source)}"
        case Bullets(items):
            return "\n".join(f"- {_markdown(item)}" for item in items)
        case _:
            lines = [tuple(_markdown(column) for column in block.columns), ("---",) * len(block.columns)]
            escaped = [tuple(_markdown(cell) for cell in row) for row in block.rows]
            return "\n".join(f"| {' | '.join(line)} |" for line in (*lines, *escaped))


def _markdown(text: str) -> str:
    return _BULLET.sub(r"\1\\\2", _MARKDOWN.sub(r"\\\1", plain(text))).replace("<", "&lt;")


def to_html(report: Report) -> str:
    """Return the report as one page that loads nothing and runs no script."""
    body = "\n".join(_html_block(block) for block in report.blocks)
    title = html.escape(plain(report.title))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        f'<p class="disclaimer">{html.escape(DISCLAIMER)}</p>\n'
        f'<p class="recipe">How this is worked out: {html.escape(plain(report.recipe))}</p>\n{body}\n</main>\n</body>\n</html>\n'
    )


def _html_block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{_html(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{_html(text)}</p>"
        case Quote(text, source):
            return f"<blockquote><p>{_html(text)}</p><cite>{_html(source)}</cite></blockquote>"
        case Bullets(items):
            return "<ul>\n" + "\n".join(f"<li>{_html(item)}</li>" for item in items) + "\n</ul>"
        case _:
            head = "".join(f'<th scope="col">{_html(column)}</th>' for column in block.columns)
            lines = "\n".join("<tr>" + "".join(f"<td>{_html(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
            return (
                '<div class="scroll" tabindex="0" role="region" aria-label="table">'
                f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody>\n</table></div>"
            )


def _html(text: str) -> str:
    return html.escape(plain(text))


def to_csv(table: Table) -> str:
    """Return the table as CSV for a spreadsheet; a cell that one would run as a formula is led by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([escapes.cell(plain(text)) for text in row])
    return out.getvalue()


def plain(text: str) -> str:
    r"""Return the text on one line, with what cannot be printed replaced.

    >>> plain(" two\n lines ")
    'two lines'
    """
    return " ".join("".join(char if char.isprintable() or char.isspace() else "\ufffd" for char in text).split())
