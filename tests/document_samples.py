"""One small file of every format, made here, so that readers, fuzzing and builds share them."""

from __future__ import annotations

import gzip
import io
import json
import zipfile

LINE = "Kava may relieve anxiety in some people."
OTHER = "Valerian did not relieve insomnia."

PUBMED = f"""<?xml version="1.0"?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2024//EN" "https://dtd.nlm.nih.gov/x.dtd">
<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">11</PMID><Article>
<Journal><JournalIssue><PubDate><Year>2021</Year><Month>Mar</Month></PubDate></JournalIssue><Title>Journal of Tea</Title></Journal>
<ArticleTitle>Kava &amp; <i>worry</i></ArticleTitle><Abstract><AbstractText Label="RESULTS">{LINE}</AbstractText>
<AbstractText Label="CONCLUSION">More is needed.</AbstractText></Abstract>
<AuthorList><Author><LastName>Roe</LastName><ForeName>Ann</ForeName></Author><Author><CollectiveName>Tea Group</CollectiveName></Author></AuthorList>
</Article></MedlineCitation><PubmedData><ArticleIdList><ArticleId IdType="doi">10.1/x</ArticleId></ArticleIdList></PubmedData></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>12</PMID><Article><ArticleTitle>Second</ArticleTitle></Article></MedlineCitation></PubmedArticle>
</PubmedArticleSet>"""

JATS = f"""<?xml version="1.0"?>
<article xmlns:xlink="http://www.w3.org/1999/xlink"><front><journal-meta><journal-title-group><journal-title>Leaf</journal-title></journal-title-group>
</journal-meta><article-meta><article-id pub-id-type="pmc">PMC7</article-id><article-id pub-id-type="pmid">77</article-id>
<title-group><article-title>On kava</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Doe</surname><given-names>Bo</given-names></name></contrib></contrib-group>
<pub-date pub-type="ppub"><year>2019</year></pub-date><pub-date pub-type="epub"><day>5</day><month>2</month><year>2020</year></pub-date>
<permissions><license xlink:href="https://creativecommons.org/licenses/by/4.0/"><license-p>Free.</license-p></license></permissions>
<abstract><p>{LINE}</p></abstract></article-meta></front>
<body><sec><title>Methods</title><p>We asked.</p><list><list-item><p>one item</p></list-item><list-item><p>two items</p></list-item></list></sec>
<sec><title>Results</title><sec><title>Sleep</title><p>{OTHER} <xref>[1]</xref></p></sec><table-wrap><p>left out</p></table-wrap></sec></body>
<back><ref-list><ref>left out too</ref></ref-list></back></article>"""

BIOC_XML = f"""<?xml version="1.0"?><collection><source>PubMed</source><document><id>21</id>
<passage><infon key="type">title</infon><infon key="section_type">TITLE</infon><offset>0</offset><text>A title</text></passage>
<passage><infon key="type">abstract</infon><offset>8</offset><sentence><text>{LINE}</text></sentence><sentence><text>{OTHER}</text></sentence></passage>
</document></collection>"""

BIOC_JSON = json.dumps(
    {
        "documents": [
            {
                "id": "31",
                "passages": [
                    {"infons": {"type": "title", "journal": "Leaf"}, "text": "A title"},
                    {"infons": {"type": "abstract"}, "text": LINE},
                ],
            }
        ]
    }
)

HTML = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Kava for calm</title>
<meta name="author" content="Ann Roe"><meta property="article:published_time" content="2021-05-04"></head>
<body><nav><a href="/">Home</a><a href="/shop">Shop now for the best offers</a></nav>
<article><h1>Kava for calm</h1><p>{LINE} The drink has been shared for a very long time on many islands of the Pacific.</p>
<h2>What is not known</h2><p>{OTHER} People who write about it often mix the two plants up, which does not help anyone who reads it.</p>
<ul><li>A first point of a list, long enough to be kept.</li><li>A second point of a list, long enough to be kept.</li></ul></article>
<footer>Copyright, all rights reserved, cookies</footer><script>alert(1)</script></body></html>"""


def pdf(*pages: str) -> bytes:
    """Return a PDF with these lines of text on its pages, written by hand."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for page in pages:
        shown = " ".join(f"({line.replace('(', '').replace(')', '')}) Tj T*" for line in page.split("\n"))
        stream = f"BT /F1 12 Tf 14 TL 50 750 Td {shown} ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects)} 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    objects.append("<< /Title (Kava notes) /Author (Ann Roe) /CreationDate (D:20200131120000Z) >>")
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>"
    return body + f"{tail}\nstartxref\n{len(body)}\n%%EOF\n".encode("latin-1")


def docx() -> bytes:
    import datetime as dt

    import docx as library

    document = library.Document()
    document.core_properties.title = "Kava notes"
    document.core_properties.author = "Ann Roe"
    document.core_properties.created = dt.datetime(2020, 1, 31, tzinfo=dt.UTC)
    document.add_heading("First part", 1)
    document.add_paragraph(LINE)
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text = "In a cell"
    table.rows[0].cells[1].text = OTHER
    document.add_heading("Second part", 2)
    document.add_paragraph("The end.")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def packed(members: dict[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def epub() -> bytes:
    chapter = "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>no</title></head><body>{}</body></html>"
    return packed(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
            "<rootfile full-path='OPS/book.opf'/></rootfiles></container>",
            "OPS/book.opf": "<package xmlns='http://www.idpf.org/2007/opf' xmlns:dc='http://purl.org/dc/elements/1.1/'><metadata>"
            "<dc:title>A book</dc:title><dc:creator>Ann Roe</dc:creator><dc:creator>Bo Doe</dc:creator><dc:date>2020</dc:date></metadata>"
            "<manifest><item id='b' href='two.xhtml'/><item id='a' href='one%20.xhtml'/></manifest>"
            "<spine><itemref idref='a'/><itemref idref='b'/><itemref idref='gone'/></spine></package>",
            "OPS/one .xhtml": chapter.format(f"<h1>One</h1>stray text<p>{LINE}<br/>Yes.</p><script>no()</script><!-- no -->"),
            "OPS/two.xhtml": chapter.format(f"<h2>Two</h2><div><p>{OTHER}</p></div>"),
        }
    )


def samples() -> dict[str, bytes]:
    """Return a file of every format, by name."""
    jsonl = json.dumps({"id": "a", "text": LINE, "title": "T"}) + "\n" + json.dumps({"text": OTHER}) + "\n"
    return {
        "plain.txt": f"Kava for calm\n\n{LINE}\n".encode(),
        "mark.md": f"# Kava\n\n{LINE}\n\n## Sleep\n\n{OTHER}\n".encode(),
        "page.html": HTML.encode(),
        "notes.pdf": pdf(f"{LINE}\nIt is a drink.", OTHER),
        "notes2.docx": docx(),
        "book.epub": epub(),
        "lines.jsonl": jsonl.encode(),
        "table.csv": f'id,text,author\nx,"{LINE}",Ann\ny,"{OTHER}",\n'.encode(),
        "table2.tsv": f"id\ttext\nx\t{LINE}\n".encode(),
        "med.xml": PUBMED.encode(),
        "pmc.nxml": JATS.encode(),
        "bioc.xml": BIOC_XML.encode(),
        "bioc2.json": BIOC_JSON.encode(),
        "list.json": json.dumps([{"text": LINE}, {"id": 7, "text": OTHER}]).encode(),
        "tator.pubtator": f"41|t|A title\n41|a|{LINE}\n41\t0\t4\tKava\tChemical\tx\n\n42|t|Another\n42|a|{OTHER}\n".encode(),
        "packed.txt.gz": gzip.compress(LINE.encode(), mtime=0),
        "many.zip": packed(
            {"in/a.txt": LINE, "in/b.jsonl": jsonl, "c.md": f"# C\n{OTHER}", "d.html.gz": gzip.compress(HTML.encode(), mtime=0)}
        ),
    }
