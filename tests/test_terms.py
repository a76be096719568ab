"""OBO, OWL and SKOS files as terms."""

import pytest

from kg import terms
from kg.errors import TableError

OBO = """format-version: 1.4
idspace: LAB https://lab.example/term/ "ours"

[Term]
id: LAB:1 ! quxosis
name: quxosis
synonym: "qux disease" EXACT []
synonym: "say \\"qux\\"\\, twice" EXACT DEPRECATED [PMID:1, "x"] {source="a"}
synonym: "quxes" RELATED []
synonym: "quxy" []
is_a: LAB:2 {source="b"} ! illness of some kind

[Term]
id: LAB:2
name: illness of some kind
def: "Something: else." []

[Term]
id: LAB:3
name: obsolete thing
is_obsolete: true

[Term]
id: LAB:4

[Typedef]
id: part_of
name: part of
"""
TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix l: <https://lab.example/term/> .
l:1 a skos:Concept ; skos:prefLabel "quxosis"@en, "Quxose"@de ; skos:altLabel "qux disease"@en-GB, "q"@fr ;
    skos:hiddenLabel "quxozis" ; skos:broader l:2 ; skos:exactMatch <http://purl.obolibrary.org/obo/MONDO_0000001> .
l:2 a skos:Concept ; skos:prefLabel "illness"@en ; skos:narrower l:3 .
l:3 a skos:Concept ; skos:prefLabel "quxitis" .
l:4 a skos:Concept ; skos:prefLabel "nur Deutsch"@de .
l:5 skos:prefLabel "no concept"@en .
"""
OWL = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
  xmlns:owl="http://www.w3.org/2002/07/owl#" xmlns:o="http://www.geneontology.org/formats/oboInOwl#">
  <owl:Class rdf:about="http://purl.obolibrary.org/obo/MONDO_0000001">
    <rdfs:label>quxosis</rdfs:label>
    <o:hasExactSynonym>qux disease</o:hasExactSynonym>
    <o:hasRelatedSynonym>quxes</o:hasRelatedSynonym>
    <rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/MONDO_0000002"/>
    <rdfs:subClassOf><owl:Restriction/></rdfs:subClassOf>
  </owl:Class>
  <owl:Class rdf:about="http://purl.obolibrary.org/obo/MONDO_0000003">
    <rdfs:label>gone</rdfs:label>
    <owl:deprecated rdf:datatype="http://www.w3.org/2001/XMLSchema#boolean">true</owl:deprecated>
  </owl:Class>
</rdf:RDF>
"""


def write(tmp_path, name, text):
    (tmp_path / "lab").mkdir(exist_ok=True)
    path = tmp_path / "lab" / name
    path.write_text(text, encoding="utf-8")
    return path


def test_obo_gives_names_by_scope_parents_and_lines(tmp_path):
    found = terms.read(write(tmp_path, "x.obo", OBO))
    assert found.spaces == {"LAB": "https://lab.example/term/"}
    assert found.terms == (
        terms.Term("LAB:1", "quxosis", ("qux disease", 'say "qux", twice'), ("quxes", "quxy"), ("LAB:2",), (), 4),
        terms.Term("LAB:2", "illness of some kind", line=13),
    )


def test_skos_gives_english_names_and_both_directions_of_the_hierarchy(tmp_path):
    base = "https://lab.example/term/"
    mondo = "http://purl.obolibrary.org/obo/MONDO_0000001"
    assert terms.read(write(tmp_path, "x.ttl", TURTLE)).terms == (
        terms.Term(base + "1", "quxosis", ("qux disease",), ("quxozis",), (base + "2",), (mondo,)),
        terms.Term(base + "2", "illness"),
        terms.Term(base + "3", "quxitis", parents=(base + "2",)),
    )


@pytest.mark.parametrize("name", ["x.owl", "x.rdf", "x.xml"])
def test_owl_gives_classes_that_are_not_deprecated(tmp_path, name):
    obo = "http://purl.obolibrary.org/obo/MONDO_000000"
    assert terms.read(write(tmp_path, name, OWL)).terms == (terms.Term(obo + "1", "quxosis", ("qux disease",), ("quxes",), (obo + "2",)),)


def test_what_calls_itself_owl_may_be_turtle(tmp_path):
    assert len(terms.read(write(tmp_path, "x.owl", TURTLE)).terms) == 3


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("x.obo", "[Term]\nid: A:1\nnonsense\n", "lab/x.obo:3: 'nonsense'; must be `tag: value`"),
        ("x.obo", "[Term]\nid: A:1\nname: a\nsynonym: a EXACT\n", "lab/x.obo:4: synonym 'a EXACT'; must be"),
        ("x.obo", "\n[Term]\nname: a\n", "lab/x.obo:2: a term without id"),
        ("x.obo", "[Term]\nid: A:1\nname: a\n[Term]\nid: A:1\nname: b\n", "lab/x.obo:4: id 'A:1' came before, in line 1"),
        ("x.obo", "format-version: 1.4\n", "lab/x.obo: no terms; must have"),
        ("x.ttl", "@prefix a: <b:> .\na:b a:c ; ;\n???", r"lab/x\.ttl:2: "),
        ("x.owl", '<?xml version="1.0"?>\n<rdf:RDF', r"lab/x\.owl"),
        ("x.owl", "Prefix(:=<http://a/>)\nOntology(<http://a/>)", "must be RDF/XML or Turtle"),
        ("x.owl", '<?xml version="1.0"?>\n<Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', "must be RDF/XML or Turtle"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, name, text, said):
    with pytest.raises(TableError, match=said):
        terms.read(write(tmp_path, name, text))


def test_a_file_that_is_no_text_is_an_error(tmp_path):
    path = write(tmp_path, "x.obo", "")
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(TableError, match=r"lab/x\.obo: cannot be read as UTF-8 text"):
        terms.read(path)


def test_nested_entities_do_not_fill_the_memory(tmp_path):
    entities = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(9))
    text = f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY e0 "xxxxxxxxxx">{entities}]>' + OWL.partition("?>")[2].replace(
        ">quxosis<", ">&e9;<"
    )
    with pytest.raises(TableError, match=r"lab/x\.owl:1: an entity that is long or names another"):
        terms.read(write(tmp_path, "x.owl", text))
