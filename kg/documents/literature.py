"""XML of the literature: PubMed/MEDLINE, PMC JATS, and BioC, told apart by their elements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from kg.documents import Fault, Options, Part
from kg.documents.bioc import bioc_part
from kg.documents.layout import Block, describe, lay, squeeze
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_LEFT_OUT = ("table-wrap", "ref-list", "table", "disp-formula", "inline-formula", "supplementary-material", "graphic", "alternatives")


class _Metered:
    """A stream that stops with an InputError where one article, or what lies between two, is larger than a document may be."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._left = limit

    def read(self, size: int) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            message = f"over {self._limit} bytes without an article; allow more with --max-bytes"
            raise InputError(message)
        return data

    def start(self) -> None:
        """An article has ended: count from here."""
        self._left = self._limit


def read(stream: BinaryIO, options: Options) -> Iterator[Part | Fault]:
    """Give one document an article, in file order, named by its identifier; one is in memory at a time.

    Entities that the file declares are never expanded, nothing is fetched, and the parser's own limits hold.

    Raises InputError where the file is not well-formed, or holds no article of a known kind, or one that is too large.
    """
    from lxml import etree

    count = 0
    metered = _Metered(stream, options.max_document_bytes)
    root = ""
    try:
        for _, element in etree.iterparse(
            metered,
            events=("end",),
            tag=("{*}PubmedArticle", "{*}article", "{*}document"),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        ):
            count += 1
            metered.start()
            root = root or _name(element.getroottree().getroot())
            yield _article(element, count, is_alone=root == "article")
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        message = f"not well-formed XML ({error.msg})"
        raise InputError(message) from error
    if not count:
        message = "no PubMed, JATS or BioC article in it; these are the kinds of XML that are read"
        raise InputError(message)


def _article(element: Any, number: int, *, is_alone: bool) -> Part | Fault:
    from lxml import etree

    if next(element.iter(etree.Entity), None) is not None:
        return Fault(f"article {number}", "uses entities that the file declares itself; these are not expanded")
    kind = _name(element)
    readers: dict[str, Callable[[Any, str], Part]] = {"PubmedArticle": _pubmed, "article": _jats, "document": _bioc}
    part = readers[kind](element, str(number))
    return Part(part.text, part.metadata, part.sections) if is_alone else part


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _text(element: Any) -> str:
    """Return the text below an element on one line; what is no running text (tables, formulas, references) is left out."""
    pieces: list[str] = []

    def walk(node: Any) -> None:
        if _name(node) not in _LEFT_OUT:
            pieces.append(node.text or "")
            for child in node:
                walk(child)
                pieces.append(child.tail or "")

    walk(element)
    return squeeze("".join(pieces))


def _first(element: Any, path: str) -> str:
    found = element.find(path)
    return "" if found is None else _text(found)


def _pubmed(element: Any, number: str) -> Part:
    title = _first(element, ".//ArticleTitle")
    parts = element.findall(".//Abstract/AbstractText")
    abstract = [Block(_text(part), ("abstract", part.get("Label") or "Abstract")) for part in parts]
    text, sections = lay([Block(title, ("title", "Title")), *abstract])
    pmid = _first(element, "./MedlineCitation/PMID") or _first(element, ".//PMID")
    authors = [
        squeeze(f"{_first(author, 'ForeName')} {_first(author, 'LastName') or _first(author, 'CollectiveName')}")
        for author in element.findall(".//AuthorList/Author")
    ]
    metadata = describe(
        {
            "title": title,
            "authors": authors,
            "date": _date(element.find(".//PubDate")) or _first(element, ".//PubDate/MedlineDate"),
            "journal": _first(element, ".//Journal/Title"),
            "pmid": pmid,
            "doi": _first(element, "./PubmedData/ArticleIdList/ArticleId[@IdType='doi']"),
            "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid.isdigit() else "",
        }
    )
    return Part(text, metadata, sections, pmid or number)


def _date(element: Any) -> str:
    """Return year, or year-month, or year-month-day, with months as numbers; a month in words is left out."""
    if element is None:
        return ""
    parts = []
    for tag in ("Year", "Month", "Day", "year", "month", "day"):
        value = _first(element, tag)
        if value.isdigit():
            parts.append(value.zfill(2))
        elif tag.lower() == "month" and parts:
            break
    return "-".join(parts)


def _jats(element: Any, number: str) -> Part:
    meta = element.find("./{*}front/{*}article-meta")
    meta = element if meta is None else meta
    title = _first(meta, ".//{*}article-title")
    blocks = [Block(title, ("title", "Title"))]
    for abstract in meta.findall("./{*}abstract"):
        blocks.extend(_sections(abstract, "Abstract"))
    body = element.find("./{*}body")
    if body is not None:
        blocks.extend(_sections(body, ""))
    text, sections = lay(blocks)
    ids = {child.get("pub-id-type"): _text(child) for child in meta.findall("./{*}article-id")}
    license_ = meta.find(".//{*}license")
    link = "" if license_ is None else license_.get("{http://www.w3.org/1999/xlink}href") or _text(license_)
    authors = [
        squeeze(f"{_first(name, '{*}given-names')} {_first(name, '{*}surname')}")
        for name in meta.findall(".//{*}contrib[@contrib-type='author']/{*}name")
    ]
    pmcid = ids.get("pmc") or ids.get("pmcid") or ""
    metadata = describe(
        {
            "title": title,
            "authors": authors,
            "date": _date(_publication(meta)),
            "journal": _first(element, "./{*}front/{*}journal-meta//{*}journal-title"),
            "pmid": ids.get("pmid", ""),
            "pmcid": pmcid,
            "doi": ids.get("doi", ""),
            "license": link,
        }
    )
    return Part(text, metadata, sections, pmcid or ids.get("pmid") or ids.get("doi") or number)


def _publication(meta: Any) -> Any:
    dates = meta.findall("./{*}pub-date")
    return next((date for date in dates if date.get("pub-type") == "epub"), dates[0] if dates else None)


def _sections(element: Any, label: str) -> Iterator[Block]:
    """Give headings and paragraphs in text order; a section is named by its title."""
    opened: tuple[str, str] | None = ("section", label) if label else None
    for child in element:
        kind = _name(child)
        if kind == "sec":
            yield from _sections(child, _first(child, "./{*}title"))
        elif kind == "title":
            yield Block(_text(child), opened)
            opened = None
        elif kind in {"p", "list", "boxed-text", "fig", "disp-quote"}:
            for block in _paragraphs(child):
                yield Block(block, opened, kind == "list")
                opened = None


def _paragraphs(element: Any) -> Iterator[str]:
    """Give an element's paragraphs; a list gives one an item."""
    inner = [node for node in element.iter("{*}p") if node is not element and _name(element) != "p"]
    yield from (_text(node) for node in inner or [element])


def _bioc(element: Any, number: str) -> Part:
    passages = [
        ({infon.get("key", ""): _text(infon) for infon in passage.findall("./{*}infon")}, _passage(passage))
        for passage in element.findall("./{*}passage")
    ]
    return bioc_part(_first(element, "./{*}id") or number, passages)


def _passage(passage: Any) -> str:
    return _first(passage, "./{*}text") or " ".join(_text(node) for node in passage.findall("./{*}sentence/{*}text"))
