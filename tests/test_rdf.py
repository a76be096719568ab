"""Whatever names, texts and ids hold, the RDF says just that and nothing more, to both parsers."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib.namespace import RDF, SKOS

from kg import rdf
from kg.builds import DocumentRecord
from kg.model import Attribution, Cue, Entity, Mention, Source
from tests.factories import claim

# What ends a string, an IRI, a statement or a line in one of the syntaxes, beside whatever else there is.
PIECES = (
    '"',
    '"""',
    "'",
    "\\",
    "\\u0022",
    "<",
    ">",
    "> <http://evil.example/",
    '"@en . c:evil a kg:Substance . #',
    "}",
    "#",
    "\n",
    "\r",
    "\x00",
    "\x85",
)
HOSTILE = st.one_of(
    st.text(max_size=20), st.lists(st.sampled_from(PIECES), max_size=5).map("".join), st.from_regex(r"(\.|/|%|%2[EF]){1,6}", fullmatch=True)
)
IDS = HOSTILE.filter(bool)
SURROGATES = st.text(st.one_of(st.characters(categories=("Cs",)), st.characters()), max_size=10)
# A busy machine is no failure.
ANY = settings(deadline=None)
FEW = settings(max_examples=40, deadline=None)
KG = rdflib.Namespace(rdf.PREFIXES["kg"])
IRIS = (rdf.concept_iri, rdf.claim_iri, rdf.document_iri)


def graph(*claims, records=()) -> rdflib.Graph:
    """What rdflib reads in the blocks of these claims, after Oxigraph has read as much."""
    turtle = rdf.HEADER + "".join(block.turtle for block in rdf.blocks(claims, records))
    read = rdflib.Graph().parse(data=turtle, format="turtle")
    other = {quad.triple for quad in ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)}
    assert len(read) == len(other)
    return read


def about(label: str, *names: str, id_: str = "kava"):
    made = claim("kava alleviates anxiety")
    return replace(made, subject=Mention(Entity(id_, label, "Substance", names), "kava", 0, 4))


# ---- texts ----


@ANY
@given(st.one_of(HOSTILE, st.text()))
def test_a_literal_is_read_as_the_text_that_it_was(text: str) -> None:
    turtle = f"<a:s> <a:p> {rdf.literal(text)} ."
    (quad,) = ox.parse(turtle.encode(), format=ox.RdfFormat.TURTLE)
    assert quad.object.value == text
    (read,) = rdflib.Graph().parse(data=turtle, format="turtle").objects()
    assert str(read) == text


@ANY
@given(SURROGATES)
@example("\ud800")
def test_half_a_character_becomes_a_replacement(text: str) -> None:
    (quad,) = ox.parse(f"<a:s> <a:p> {rdf.literal(text)} .".encode(), format=ox.RdfFormat.TURTLE)
    assert quad.object.value == "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


# ---- names ----


@pytest.mark.parametrize("name", IRIS)
@ANY
@given(id_=IDS)
def test_an_id_comes_back_from_its_iri(name, id_: str) -> None:
    assert rdf.id_of(ox.NamedNode(name(id_)).value) == id_


@pytest.mark.parametrize("name", [*IRIS, rdf.speaker_iri, rdf.nanopublication_iri])
@ANY
@given(id_=IDS)
@example(id_="../../ontology")
@example(id_="./.")
def test_no_id_leads_out_of_its_namespace(name, id_: str) -> None:
    namespace = name("x").removesuffix("x")
    iri = name(id_)
    assert iri.startswith(namespace)
    # A reader that resolves "..", as RFC 3986 has it, gets the same IRI.
    assert urljoin(rdf.BASE, iri) == iri
    assert {"#", "?", " ", '"', "<", ">"} & set(iri) == set()


@ANY
@given(st.lists(IDS, min_size=2, max_size=2, unique=True))
def test_two_ids_never_share_an_iri(ids) -> None:
    first, second = ids
    assert rdf.concept_iri(first) != rdf.concept_iri(second)


# ---- claims ----


@FEW
@given(label=HOSTILE, name=HOSTILE, words=HOSTILE)
def test_hostile_labels_and_quotes_are_read_back_and_add_no_statement(label: str, name: str, words: str) -> None:
    plain, hostile = about("label", "name"), about(label, name)
    hostile = replace(hostile, sentence=replace(hostile.sentence, text=words), dose=words, rule=words)
    plain = replace(plain, dose="dose")
    read = graph(hostile)
    kava = rdflib.URIRef(rdf.concept_iri("kava"))
    itself = rdflib.URIRef(rdf.claim_iri(hostile.id))
    assert read.value(kava, SKOS.prefLabel) == rdflib.Literal(label, lang="en")
    assert {str(other) for other in read.objects(kava, SKOS.altLabel)} == {name} - {label}
    assert str(read.value(itself, KG.dose)) == str(read.value(itself, KG.rule)) == words
    assert words in map(str, read.objects(None, rdflib.URIRef(rdf.PREFIXES["oa"] + "exact")))
    assert len(read) == len(graph(plain)) - (name == label)


@FEW
@given(id_=IDS, doc=IDS, speaker=IDS, kind=IDS)
def test_hostile_ids_are_read_back_and_add_no_statement(id_: str, doc: str, speaker: str, kind: str) -> None:
    def made(id_: str, doc: str, speaker: str, kind: str):
        cue = Cue(kind, "may", 0, 3)
        return replace(about("label", id_=id_), doc=doc, attribution=Attribution(None, speaker), cues=(cue,))

    def record(doc: str) -> DocumentRecord:
        return DocumentRecord(doc, Source(doc, "0" * 64), 9, 1, (("title", doc), ("url", doc), ("license", doc)))

    hostile = made(id_, doc, speaker, kind)
    read = graph(hostile, records=[record(doc)])
    itself = rdflib.URIRef(rdf.claim_iri(hostile.id))
    assert str(read.value(itself, RDF.subject)) == rdf.concept_iri(id_)
    assert str(read.value(itself, rdflib.PROV.wasDerivedFrom)) == rdf.document_iri(doc)
    assert str(read.value(read.value(itself, KG.attributedTo), rdflib.RDFS.label)) == speaker
    assert str(read.value(read.value(itself, KG.hasCue), KG.cueKind)) == kind
    calm = {str(subject) for subject in graph(made("oddity", "doc", "speaker", "kind"), records=[record("doc")]).subjects()}
    assert len({str(subject) for subject in read.subjects()}) == len(calm)


@ANY
@given(
    st.permutations([claim("kava alleviates anxiety"), claim("kava contains kavain", start=60), claim("kava binds gaba-a-receptor", "b")])
)
def test_the_default_graph_does_not_depend_on_the_order_of_claims(claims) -> None:
    def shared(claims) -> list[rdf.Block]:
        return [block for block in rdf.blocks(claims, ()) if block.graph is None]

    assert shared(claims) == shared(sorted(claims, key=lambda one: one.key))


def test_a_block_is_a_document_of_its_own_in_every_syntax() -> None:
    blocks = tuple(rdf.blocks([about("</script>", "\\")], ()))
    quads = set(rdf.parse(blocks))
    read = {quad for block in blocks for line in rdf.lines(block) for quad in ox.parse(line, format=ox.RdfFormat.N_QUADS)}
    assert read == quads
    assert {quad.graph_name.value for quad in quads if quad.graph_name != ox.DefaultGraph()} == {rdf.document_iri("a")}


def test_a_web_address_is_an_iri_and_anything_else_a_text() -> None:
    def url(value: str):
        record = DocumentRecord("a", Source("a.txt", "0" * 64), 9, 0, (("url", value),))
        return graph(records=[record]).value(rdflib.URIRef(rdf.document_iri("a")), rdflib.URIRef(rdf.PREFIXES["schema"] + "url"))

    assert url("https://a.example/x?y#z") == rdflib.URIRef("https://a.example/x?y#z")
    assert {type(url(value)) for value in ("javascript:alert(1)", "https://a.example/ x", "https://a.example/>", "a.html")} == {
        rdflib.Literal
    }
