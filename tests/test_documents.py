"""Every reader on a small file of its format: text, sections, metadata, names; and what it says of a bad one."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from unittest import mock

import pytest
from document_samples import HTML, JATS, LINE, OTHER, docx, epub, packed, pdf, samples

from kg.documents import FORMATS, SUFFIXES, Fault, Options, Part, markup, split_name
from kg.documents.encodings import decode
from kg.documents.files import File, find, spool
from kg.documents.layout import Block, describe, lay
from kg.documents.pdf import unwrap
from kg.documents.reading import Sandbox, digest, parse, read, safe_name
from kg.documents.sandbox import answer
from kg.errors import InputError
from kg.model import Document, Section


def parts(name, data, options=Options()):  # noqa: B008
    format_ = split_name(name)[1]
    if format_ == "tsv":
        options = Options(format="tsv")
    return list(parse(format_, io.BytesIO(data), options))


def one(name, data, options=Options()):  # noqa: B008
    (part,) = parts(name, data, options)
    return part


def documents(folder, options=Options()):  # noqa: B008
    sandbox = Sandbox(options)
    try:
        files = list(find([str(folder)], options))
        found = [file for file in files if isinstance(file, Fault)]
        for file in files:
            if isinstance(file, File):
                found += read(file, file.stem, digest(file.location), options, sandbox)
        return found
    finally:
        sandbox.close()


def test_every_format_has_a_reader_and_a_sample():
    assert {SUFFIXES[s] for s in SUFFIXES} == set(FORMATS)
    assert {split_name(name)[1] for name in samples()} == set(FORMATS)


def test_plain_text_is_the_file_itself():
    part = one("a.txt", "\ufeffKava tea\r\n\r\n A  line\t\r\n".encode())
    assert part.text == "Kava tea\r\n\r\n A  line\t\r\n"
    assert part.metadata == (("title", "Kava tea"),)


def test_a_long_first_line_is_no_title():
    assert one("a.txt", b"word " * 100).metadata == ()


def test_markdown_keeps_markup_and_has_headings_as_sections():
    text = "---\ntitle: 'Kava'\nauthor: Ann\n  nested: no\n---\nintro\r\n\n# One #\n```\n# not\n```\nTwo\n===\nend"
    part = one("a.md", text.encode())
    assert part.text == text
    assert [(text[s.start : s.start + 3], s.label) for s in part.sections] == [("# O", "One"), ("Two", "Two")]
    assert part.sections[0].end == part.sections[1].start
    assert part.sections[1].end == len(text)
    assert dict(part.metadata) == {"author": "Ann", "title": "Kava"}


def test_markdown_without_headings_has_no_sections():
    assert one("a.md", b"only text") == Part("only text")


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("Kava — “naïve” café", "utf-8", "utf-8"),
        ("Kava – ‘naïve’ café, a long enough text", "cp1252", "cp1252"),
        ("Кава облегчает тревогу и помогает спать по ночам", "cp1251", "cp1251"),
        ("カバは不安を和らげるかもしれない。毎日のむ人もいる。", "shift_jis", "cp932"),
        ("Kava is a plant", "utf-16-le", "utf-16-le"),
        ("Kava is a plant", "utf-16-be", "utf-16-be"),
        ("Kava is a plant", "utf-16", "utf-16-le"),
        ("Kava is a plant", "utf-32", "utf-32-le"),
    ],
)
def test_text_is_read_in_any_encoding(text, encoding, found):
    assert decode(text.encode(encoding)) == (text, found)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (bytes(range(256)) * 4, "binary file"),
        (b"\xff\xfe\x00\xd8", "byte order mark"),
        (b"\x01\x02\x03\x04\x05" * 20, "not text in any encoding"),
    ],
)
def test_what_is_not_text_is_refused(data, message):
    with pytest.raises(InputError, match=message):
        decode(data)


@pytest.mark.parametrize("declared", ["klingon", "undefined", "rot13"])
def test_a_declared_encoding_goes_first_and_an_unknown_one_is_passed_over(declared):
    assert decode("ß".encode("cp437"), declared="cp437") == ("ß", "cp437")
    assert decode(b"abc", declared=declared) == ("abc", "utf-8")


def test_a_text_never_holds_half_a_character():
    assert decode(b"Kava +2AA- tea", declared="utf-7") == ("Kava +2AA- tea", "utf-8")


def test_what_a_message_quotes_of_a_file_cannot_harm_a_terminal(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"\\ud800\\u001b[31m": 1}\n')
    (tmp_path / "b.zip").write_bytes(packed({"in\x1b[31m.txt": "", "c\x1b.txt": LINE}))
    fault, other, document = sorted(documents(tmp_path), key=lambda found: isinstance(found, Document))
    assert fault == Fault("a.jsonl: line 1", "no text under 'text or abstract or body or content'; known here: \ufffd [31m")
    assert other == Fault("b.zip: in\\x1b[31m", "empty")
    assert document.source.path == "b.zip/c\\x1b.txt"


def test_a_damaged_member_of_an_archive_is_named_and_the_rest_is_read(tmp_path):
    data = bytearray(packed({"a.txt": LINE, "b.txt": OTHER}))
    data[35 + data.index(b"a.txt") - 30] ^= 0xFF
    (tmp_path / "all.zip").write_bytes(data)
    found = documents(tmp_path)
    assert [document.text for document in found if isinstance(document, Document)] == [OTHER]
    assert [fault.where for fault in found if isinstance(fault, Fault)] == ["all.zip: a.txt"]


def test_an_odd_date_does_not_hold_up_a_page():
    page = HTML.replace("2021-05-04", "2021-0ArticleIdList 4 may 12 Second 04 of")
    with mock.patch("htmldate.extractors.get_external_parser", side_effect=AssertionError("the slow parser was asked")):
        assert LINE in one("a.html", page.encode()).text


def test_the_date_of_a_page_does_not_hang_on_the_day_of_the_build():
    assert dict(one("a.html", HTML.replace("2021-05-04", "2071-05-04").encode()).metadata)["datePublished"] == "2071-05-04"


def test_html_gives_the_main_content_with_headings_and_metadata():
    part = one("a.html", HTML.encode())
    assert LINE in part.text
    assert "Shop now" not in part.text
    assert "alert" not in part.text
    labels = [section.label for section in part.sections]
    assert "What is not known" in labels
    place = part.sections[labels.index("What is not known")]
    assert OTHER in part.text[place.start : place.end]
    assert dict(part.metadata)["title"] == "Kava for calm"
    assert dict(part.metadata)["datePublished"] == "2021-05-04"


def test_html_in_its_declared_encoding():
    page = HTML.replace("utf-8", "windows-1251").replace("Kava for calm", "Кава")
    part = one("a.html", page.encode("cp1251"))
    assert "Кава" in dict(part.metadata)["title"]
    assert part.encoding == "cp1251"


def test_items_of_a_list_begin_with_a_hyphen_on_a_page():
    text = one("a.html", HTML.encode()).text

    assert "\n\n- A first point of a list, long enough to be kept.\n\n- A second point" in text


@pytest.mark.parametrize(
    ("inside", "blocks"),
    [
        ("<ul><li>one</li><li>- two</li></ul>after", ["- one", "- two", "after"]),
        ("<ol><li><p>one</p><p>more</p></li></ol>", ["- one", "more"]),
        ("<ul><li>one<ul><li>below</li></ul></li><li></li></ul><p>after</p>", ["- one", "- below", "after"]),
    ],
)
def test_items_of_a_list_begin_with_a_hyphen_where_all_is_shown(inside, blocks):
    from lxml.html import document_fromstring

    text, _ = lay(markup.find(document_fromstring(f"<body>{inside}</body>")))

    assert text.split("\n\n") == blocks


def test_items_of_a_list_begin_with_a_hyphen_in_a_word_file():
    import docx as library

    document = library.Document()
    document.add_paragraph("It may cause:")
    document.add_paragraph("nausea", style="List Bullet")
    document.add_paragraph("sleep", style="List Number")
    document.add_paragraph("That is all.")
    out = io.BytesIO()
    document.save(out)

    assert one("a.docx", out.getvalue()).text.split("\n\n") == ["It may cause:", "- nausea", "- sleep", "That is all."]


def test_html_without_main_content_gives_what_it_shows():
    assert "Kava" in one("a.html", b"<p>Kava</p>").text


def test_pdf_pages_are_sections():
    part = one("a.pdf", pdf(f"{LINE}\nIt is a drink.", OTHER))
    assert [(s.kind, s.label, part.text[s.start : s.end].strip()) for s in part.sections] == [
        ("page", "1", f"{LINE} It is a drink."),
        ("page", "2", OTHER),
    ]
    assert dict(part.metadata) == {"author": "Ann Roe", "dateCreated": "2020-01-31", "title": "Kava notes"}


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("anxi-\nety", "anxiety"),
        ("GABA-\nA", "GABA- A"),
        ("one line\n\nanother", "one line\n\nanother"),
        ("It may cause\n• nausea\n• a long\nsleep", "It may cause\n\n• nausea\n\n• a long sleep"),
        ("a line that is long enough to be usual\nends here.\na line that is long enough to be usual", None),
    ],
)
def test_lines_of_a_page_are_joined_into_paragraphs(page, text):
    expected = text or "a line that is long enough to be usual ends here.\n\na line that is long enough to be usual"
    assert unwrap(page) == expected


def test_a_pdf_without_text_is_refused():
    with pytest.raises(InputError, match="no text layer"):
        parts("a.pdf", pdf(""))


def test_a_locked_pdf_is_refused():
    from pypdf import PdfWriter

    writer = PdfWriter(clone_from=io.BytesIO(pdf(LINE)))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(InputError, match="locked"):
        parts("a.pdf", out.getvalue())


def test_a_pdf_with_too_many_pages_is_refused(monkeypatch):
    monkeypatch.setattr("kg.documents.pdf._MAX_PAGES", 1)
    with pytest.raises(InputError, match="2 pages"):
        parts("a.pdf", pdf("a", "b"))


def test_docx_gives_paragraphs_tables_and_headings_in_order():
    part = one("a.docx", docx())
    assert part.text.split("\n\n") == ["First part", LINE, "In a cell", OTHER, "Second part", "The end."]
    assert [section.label for section in part.sections] == ["First part", "Second part"]
    assert dict(part.metadata)["dateCreated"] == "2020-01-31"


def test_epub_follows_the_spine():
    part = one("a.epub", epub())
    assert part.text.split("\n\n") == ["One", "stray text", f"{LINE} Yes.", "Two", OTHER]
    assert [section.label for section in part.sections] == ["One", "Two"]
    assert dict(part.metadata) == {"author": "Ann Roe; Bo Doe", "datePublished": "2020", "title": "A book"}


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"x": "y"}, "damaged or not EPUB"),
        ({"META-INF/container.xml": "<container/>"}, "names no package"),
        ({"META-INF/encryption.xml": "<EncryptedData/>"}, "locked"),
        ({"META-INF/container.xml": ""}, "not XML|gave up"),
    ],
)
def test_a_bad_epub_is_refused(members, message):
    with pytest.raises(InputError, match=message):
        parts("a.epub", packed(members))


@pytest.mark.parametrize("name", ["a.docx", "a.epub", "a.zip"])
def test_what_is_no_archive_is_refused(name):
    with pytest.raises(InputError, match="damaged or not"):
        parts(name, b"nothing of the kind")


@pytest.mark.parametrize("name", ["a.docx", "a.epub", "a.zip"])
def test_a_zip_bomb_is_refused(name):
    with pytest.raises(InputError, match="bomb"):
        parts(name, packed({"a.txt": b"\0" * 60_000_000}))


def test_json_lines_are_documents_and_bad_lines_are_named():
    lines = [
        json.dumps({"id": "a/1", "text": LINE, "title": "T", "metadata": {"author": "Ann"}, "url": "https://x.example/"}),
        "",
        "{broken",
        json.dumps([1]),
        json.dumps({"id": "b"}),
        json.dumps({"abstract": "lone \ud800 half"}),
        "[" * 100_000,
    ]
    found = parts("a.jsonl", "\n".join(lines).encode())
    assert found[0] == Part(LINE, (("author", "Ann"), ("title", "T"), ("url", "https://x.example/")), (), "a/1")
    assert [(fault.where, fault.reason.split(" (")[0][:20]) for fault in found if isinstance(fault, Fault)] == [
        ("line 3", "not JSON in UTF-8"),
        ("line 4", "a list; must be an o"),
        ("line 5", "no text under 'text "),
        ("line 7", "not JSON in UTF-8"),
    ]
    assert found[4].text == "lone \ufffd half"
    assert found[4].name == "6"


def test_a_line_that_is_too_long_is_passed_over():
    options = Options(max_document_characters=10)
    found = parts("a.jsonl", b'{"text": "' + b"x" * 500 + b'"}\n{"text": "y"}', options)
    assert found == [Fault("line 1", "over 120 bytes"), Part("y", name="2")]


def test_a_table_has_a_document_a_row():
    found = parts("a.csv", f'id,body,author\nx,"{LINE}",Ann\n\ny,"two\nlines",\n'.encode(), Options(column="body"))
    assert [(part.name, part.text, part.metadata) for part in found] == [("x", LINE, (("author", "Ann"),)), ("y", "two\nlines", ())]
    assert one("a.tsv", b"text\nKava").text == "Kava"
    assert parts("a.csv", b"") == []


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"a,b\n1,2", "no column 'text"), (b"text\n\xff\xfe", "not UTF-8"), (b"," * 20_000, "columns")],
)
def test_a_table_that_cannot_be_read_says_why(data, message):
    with pytest.raises(InputError, match=message):
        parts("a.csv", data)


def test_a_table_stops_at_a_cell_that_is_too_long():
    found = parts("a.csv", b"text\nshort\n" + b"x" * 100, Options(max_document_characters=20))
    assert found[0].text == "short"
    assert "not read" in found[1].reason


def test_pubmed_gives_title_abstract_and_metadata():
    first, second = parts("med.xml", samples()["med.xml"])
    assert first.text == f"Kava & worry\n\n{LINE}\n\nMore is needed."
    assert [(s.kind, s.label) for s in first.sections] == [("title", "Title"), ("abstract", "RESULTS"), ("abstract", "CONCLUSION")]
    assert dict(first.metadata) == {
        "author": "Ann Roe; Tea Group",
        "datePublished": "2021",
        "identifier": "doi:10.1/x; pmid:11",
        "isPartOf": "Journal of Tea",
        "title": "Kava & worry",
        "url": "https://pubmed.ncbi.nlm.nih.gov/11/",
    }
    assert (first.name, second.name, second.text) == ("11", "12", "Second")


def test_jats_gives_sections_and_leaves_out_tables_and_references():
    part = one("pmc.nxml", samples()["pmc.nxml"])
    assert part.name is None
    assert part.text.split("\n\n") == [
        "On kava", LINE, "Methods", "We asked.", "- one item", "- two items", "Results", "Sleep", f"{OTHER} [1]",
    ]  # fmt: skip
    assert [section.label for section in part.sections] == ["Title", "Abstract", "Methods", "Results", "Sleep"]
    assert dict(part.metadata) == {
        "author": "Bo Doe",
        "datePublished": "2020-02-05",
        "identifier": "pmcid:PMC7; pmid:77",
        "isPartOf": "Leaf",
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "title": "On kava",
    }


def test_several_jats_articles_in_one_file_are_named():
    article = JATS.partition("?>")[2]
    bare = "<article><front/></article>"
    found = parts("a.xml", f"<pmc-articleset>{article}{bare}</pmc-articleset>".encode())
    assert [part.name for part in found] == ["PMC7", "2"]


@pytest.mark.parametrize("name", ["bioc.xml", "bioc2.json"])
def test_bioc_passages_are_sections(name):
    part = one(name, samples()[name])
    assert part.text.startswith(f"A title\n\n{LINE}")
    assert part.sections[1].label == "abstract"
    assert dict(part.metadata)["title"] == "A title"


def test_json_that_is_no_document_says_why():
    assert parts("a.json", b'[{"documents": [3]}, {"passages": [], "id": "x"}, {"passages": [{}], "id": 4}]') == [
        Fault("document 1", "not a BioC document: no passages"),
        Part("", (), (), "x"),
        Part("", (("identifier", "pmid:4"),), (), "4"),
    ]
    assert [part.name for part in parts("list.json", samples()["list.json"])] == ["1", "7"]
    with pytest.raises(InputError, match="not JSON"):
        parts("a.json", b"{")


def test_pubtator_gives_title_and_abstract():
    found = parts("a.pubtator", samples()["tator.pubtator"])
    assert [(part.name, part.text) for part in found] == [("41", f"A title\n\n{LINE}"), ("42", f"Another\n\n{OTHER}")]


def test_a_pubtator_article_that_is_too_long_is_named_and_the_next_is_read():
    data = b"".join(b"41|a|ten letters\n" for _ in range(3)) + b"42|t|short\n"
    assert parts("a.pubtator", data, Options(max_document_characters=30)) == [
        Fault("41", "33 characters; at most 30 are read (--max-characters)"),
        Part("short", (("identifier", "pmid:42"), ("title", "short")), (Section(0, 5, "title", "Title"),), "42"),
    ]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<a><b></a>", "not well-formed"),
        (b"<html/>", "no PubMed, JATS or BioC"),
        (b"", "not well-formed"),
    ],
)
def test_xml_of_no_known_kind_is_refused(data, message):
    with pytest.raises(InputError, match=message):
        parts("a.xml", data)


def test_xml_without_articles_is_not_held_for_ever():
    filler = b"<b>words</b>" * 20_000
    with pytest.raises(InputError, match="over 100000 bytes without an article"):
        parts("a.xml", b"<a>" + filler + b"</a>", Options(max_document_bytes=100_000))


def test_the_articles_of_a_file_may_together_be_larger_than_one():
    articles = samples()["med.xml"].replace(b"</PubmedArticleSet>", b"")
    one_more = articles[articles.index(b"<PubmedArticle>") :]
    data = articles + one_more * 100 + b"</PubmedArticleSet>"
    assert len(parts("med.xml", data, Options(max_document_bytes=len(data) // 2))) == 202


@pytest.mark.parametrize("depth", [1, 12])
def test_an_entity_bomb_is_not_expanded(tmp_path, depth):
    layers = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, depth + 1))
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "ha">{layers}]><article><body><p>&e{depth};</p></body></article>'
    (tmp_path / "a.xml").write_text(bomb)
    (fault,) = documents(tmp_path)
    assert "entities" in fault.reason or "entity" in fault.reason


def test_a_file_entity_is_not_read(tmp_path):
    (tmp_path / "secret").write_text("hidden words")
    document = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{tmp_path}/secret">]><article><body><p>&x;</p></body></article>'
    assert "hidden" not in repr(parts("a.xml", document.encode()))


def test_a_gzip_bomb_is_refused(tmp_path):
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"\0" * 60_000_000, mtime=0))
    (fault,) = documents(tmp_path)
    assert "bomb" in fault.reason


def test_an_archive_gives_its_members_and_names_the_rest(tmp_path):
    members = {
        "in/a.txt": LINE, "in/a.md": OTHER, ".hidden.txt": "x", "__MACOSX/b.txt": "x", "pic.png": "x", "more.zip": "x",
        "b.jsonl": '{"id": "1", "text": "one"}\n{', "bad.txt": b"\0\1\2",
    }  # fmt: skip
    data = io.BytesIO(packed(members))
    with zipfile.ZipFile(data, "a") as archive:
        archive.mkdir("folder.txt")
    (tmp_path / "all.zip").write_bytes(data.getvalue())
    found = documents(tmp_path)
    assert [(d.id, d.source.path, d.text) for d in found if isinstance(d, Document)] == [
        ("all/b/1", "all.zip/b.jsonl/1", "one"),
        ("all/in/a", "all.zip/in/a.md", OTHER),
        ("all/in/a.txt", "all.zip/in/a.txt", LINE),
    ]
    assert sorted(fault.where for fault in found if isinstance(fault, Fault)) == [
        "all.zip/b.jsonl: line 2", "all.zip/bad.txt", "all.zip: more.zip", "all.zip: pic.png",
    ]  # fmt: skip


def test_every_sample_is_read_whole(tmp_path):
    for name, data in samples().items():
        (tmp_path / name).write_bytes(data)
    found = documents(tmp_path)
    assert [fault for fault in found if isinstance(fault, Fault)] == []
    assert {document.id.partition("/")[0] for document in found} == {split_name(name)[0] for name in samples()}
    for document in found:
        for section in document.sections:
            assert 0 <= section.start < section.end <= len(document.text)


@pytest.mark.parametrize(
    ("text", "options", "reason"),
    [
        ("  \n ", Options(), "empty"),
        ("word " * 10, Options(max_document_characters=20), "50 characters"),
        ("word " * 10, Options(max_line_characters=20), "a line of 50 characters"),
        ("word " * 10, Options(max_document_bytes=20), "over 20 bytes"),
    ],
)
def test_a_document_outside_the_limits_is_named(tmp_path, text, options, reason):
    (tmp_path / "a.txt").write_text(text)
    (fault,) = documents(tmp_path, options)
    assert fault.where == "a.txt"
    assert reason in fault.reason


def test_the_encoding_of_a_file_is_kept_where_it_is_not_utf8(tmp_path):
    (tmp_path / "a.txt").write_bytes("café".encode("cp1252"))
    (document,) = documents(tmp_path)
    assert dict(document.metadata)["encodingFormat"] == "text/plain; charset=cp1252"


def test_a_damaged_gzip_is_named(tmp_path):
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(LINE.encode(), mtime=0)[:-9])
    (tmp_path / "b.txt.gz").write_bytes(b"not gzip")
    assert ["damaged or not gzip" in fault.reason for fault in documents(tmp_path)] == [True, True]


def test_a_parser_that_hangs_is_stopped_and_the_next_file_is_read(tmp_path, monkeypatch):
    (tmp_path / "a.pdf").write_bytes(pdf(LINE))
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(
        "import time, pypdf\nread = pypdf.PdfReader\n"
        "def slow(stream, **rest):\n    data = stream.read(); stream.seek(0)\n"
        "    if b'HANG' in data: time.sleep(60)\n    if b'DIES' in data: __import__('os')._exit(3)\n    return read(stream, **rest)\n"
        "pypdf.PdfReader = slow\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "hook"))
    for name, word in (("hang", "HANG"), ("dies", "DIES"), ("ok", "fine")):
        (tmp_path / f"{name}.pdf").write_bytes(pdf(word))
    options = Options(seconds=3)
    sandbox = Sandbox(options)
    try:
        with pytest.raises(InputError, match="over 3 seconds"):
            sandbox.read("pdf", str(tmp_path / "hang.pdf"), is_compressed=False)
        with pytest.raises(InputError, match="died"):
            sandbox.read("pdf", str(tmp_path / "dies.pdf"), is_compressed=False)
        (part,) = sandbox.read("pdf", str(tmp_path / "ok.pdf"), is_compressed=False)
        assert part.text == "fine"
        with pytest.raises(InputError, match="cannot be read"):
            sandbox.read("pdf", str(tmp_path / "gone.pdf"), is_compressed=False)
    finally:
        sandbox.close()
    sandbox.close()


def test_the_sandbox_answers_with_parts_or_an_error(tmp_path):
    from dataclasses import asdict

    request = {"format": "pdf", "location": str(tmp_path / "a.pdf"), "is_compressed": False, "options": asdict(Options())}
    (tmp_path / "a.pdf").write_bytes(pdf(LINE))
    assert answer(request)["parts"][0]["text"] == LINE
    (tmp_path / "a.pdf").write_bytes(b"no")
    assert "gave up" in answer(request)["error"]


def test_files_are_found_by_suffix_in_name_order(tmp_path):
    for name in ("b.TXT", "a.md", "c.png", ".hidden.txt", "sub/d.xml.gz", ".git/e.txt", "out/f.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "gone.txt").symlink_to("nowhere")
    found = list(find([str(tmp_path)], Options(), beside=tmp_path / "out"))
    assert [(f.path, f.stem, f.format) for f in found if isinstance(f, File)] == [
        ("a.md", "a", "markdown"),
        ("b.TXT", "b", "text"),
        ("sub/d.xml.gz", "sub/d", "xml"),
    ]
    assert [fault.reason for fault in found if isinstance(fault, Fault)] == ["no reader for '.png'", "no such file or folder"]


def test_a_list_of_paths_is_an_input(tmp_path):
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "list").write_text(f"{tmp_path}/a.txt\n\n{tmp_path}/b.txt\n")
    found = list(find([f"@{tmp_path}/list", f"@{tmp_path}/none"], Options()))
    assert [getattr(item, "path", None) or item.where for item in found] == ["a.txt", f"{tmp_path}/b.txt", f"{tmp_path}/none"]


def test_a_file_named_by_itself_is_text_unless_told(tmp_path):
    (tmp_path / "notes").write_text("x")
    assert next(find([str(tmp_path / "notes")], Options())).format == "text"
    assert next(find([str(tmp_path / "notes")], Options(format="jsonl"))).format == "jsonl"


def test_what_is_no_file_is_a_fault(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe.txt")
    assert next(find([str(tmp_path / "pipe.txt")], Options())).reason == "not a regular file"
    assert "cannot be read" in next(find(["x" * 5000], Options())).reason


def test_a_name_that_is_no_text_gets_escapes(tmp_path):
    import os

    with open(os.fsencode(tmp_path) + b"/a\xff\n.txt", "wb") as file:  # noqa: PTH123
        file.write(LINE.encode())
    (document,) = documents(tmp_path)
    assert document.source.path == "a\\xff\\x0a.txt"


def test_standard_input_is_kept_within_the_limit(tmp_path):
    path = spool([b"ab", b"c"], tmp_path, Options())
    assert (path.name, path.read_bytes()) == ("stdin", b"abc")
    with pytest.raises(InputError, match="standard input"):
        spool([b"abc"], tmp_path, Options(max_expanded_bytes=2))


@pytest.mark.parametrize(
    ("name", "safe"),
    [("a b", "a_b"), ("../../x", "_/_/x"), ("/etc/x", "etc/x"), ("", "_"), ("a\0b", "a_b"), ("ä", "ä"), (".", "_")],
)
def test_names_become_safe_paths(name, safe):
    assert safe_name(name) == safe


def test_a_long_name_is_cut_and_stays_its_own():
    assert len(safe_name("x" * 500)) < 120
    assert safe_name("x" * 500) != safe_name("x" * 501)


def test_sections_last_until_the_next_and_empty_ones_go():
    text, sections = lay([Block("a"), Block("", ("heading", "H")), Block("b"), Block("c", ("page", "2"))])
    assert text == "a\n\nb\n\nc"
    assert [(s.label, s.start, s.end) for s in sections] == [("H", 3, 6), ("2", 6, 7)]


def test_metadata_have_known_names_and_safe_values():
    found = describe({"title": "a\x00\n b", "foo": "x", "year": 2020, "draft": True, "url": "javascript:x", "licence": ["a", "", "b"]})
    assert found == (("datePublished", "2020"), ("license", "a; b"), ("title", "a b"))


def test_a_file_that_cannot_be_opened_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        digest(str(tmp_path / "none"))
    sandbox = Sandbox(Options())
    file = File("a.txt", "a", str(tmp_path / "a.txt"), "text", is_compressed=False, size=1)
    assert "cannot be read" in next(read(file, "a", "", Options(), sandbox)).reason
