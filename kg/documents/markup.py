"""HTML and XHTML elements → blocks of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kg.documents.layout import Block, squeeze

if TYPE_CHECKING:
    from collections.abc import Iterator

_LEFT_OUT = frozenset({"script", "style", "head", "nav", "template", "svg", "math", "noscript"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_PARTS = {"body", "html", "main", "section", "article", "aside", "header", "footer", "div", "blockquote"}
_BLOCKS = _HEADINGS | _PARTS | {"p", "li", "td", "th", "dt", "dd", "pre", "caption", "figcaption"}


def find(root: Any) -> Iterator[Block]:
    """Give the blocks below an element in page order; a heading opens a section, text beside blocks is a block of its own."""
    pieces: list[str] = []
    is_item = False

    def flush() -> Block:
        nonlocal is_item
        text = squeeze("".join(pieces))
        pieces.clear()
        block = Block(text, None, is_item)
        is_item = is_item and not text
        return block

    def walk(node: Any) -> Iterator[Block]:
        nonlocal is_item
        kind = str(node.tag).rpartition("}")[2].lower() if isinstance(node.tag, str) else ""
        if kind in _HEADINGS:
            yield flush()
            text = squeeze("".join(node.itertext()))
            yield Block(text, ("heading", text) if text else None)
        elif kind == "br":
            pieces.append(" ")
        elif kind and kind not in _LEFT_OUT:
            if kind in _BLOCKS:
                yield flush()
                is_item = is_item or kind == "li"
            pieces.append(node.text or "")
            for child in node:
                yield from walk(child)
                pieces.append(child.tail or "")
            if kind in _BLOCKS:
                yield flush()
                is_item = is_item and kind != "li"

    yield from walk(root)
    yield flush()
