"""Every export says what the graph says, in a form that its readers accept, whatever the texts hold."""

from __future__ import annotations

import csv
import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import RDF
from typer.testing import CliRunner

from kg import lexicon, pipeline, rdf
from kg.builds import LEXICON, Build, open_build
from kg.cli.main import app
from kg.errors import InputError
from kg.model import Attribution, Entity, Mention
from kg.outputs import DEFAULT_NAMES, WRITERS, jsonld, kgx, parquet, rocrate, writer
from kg.resources import EXAMPLES
from kg.views import standing, view
from tests import page_builds
from tests import test_pipeline as pipelines
from tests.factories import claim, write_build

MODEL = json.loads((Path(__file__).parent / "vendor" / "biolink.json").read_text(encoding="utf-8"))
HOSTILE = '=cmd()\t</script>\x0b"\r\n]]>&amp;|;😀\ufffe'
NEW = ("rdfxml", "jsonld", "nanopubs", "graphml", "gexf", "cx2", "neo4j", "kgx", "sssom", "rocrate")
# rdflib warns of its own use of what it deprecates.
RDFLIB = pytest.mark.filterwarnings("ignore::DeprecationWarning")
NP = rdflib.Namespace("http://www.nanopub.org/nschema#")


def hostile() -> Entity:
    return Entity("a/b> <x", HOSTILE, "Substance", (HOSTILE, "+1"), None)


def claims() -> list:
    """Grounded and invented entities, every stance, and a text that means harm."""
    evil = claim("kava worsens insomnia", "z", text=HOSTILE, basis="user_report", speaker="=users")
    evil = replace(evil, subject=Mention(hostile(), HOSTILE, 0, 5), dose="-5 mg")
    return [
        claim("kava alleviates anxiety", basis="clinical", speaker="users"),
        claim("kava alleviates anxiety", "b", certainty="hedged"),
        claim("kava alleviates anxiety", "b", start=60, stance="denied"),
        claim("kava alleviates depression", "b", start=120, stance="evidence_absent"),
        claim("kava alleviates insomnia", "b", start=180, stance="denied"),
        claim("kava contains kavain", "b", start=240, certainty="hedged"),
        claim("mitragynine binds mu-opioid-receptor", "c", mechanism="partial agonist"),
        claim("opioid-receptors modulates dopamine", "c", start=60, direction="increases"),
        claim("kava has_caution liver-damage", "c", start=120),
        claim("kava produces mood", "c", start=180, direction="increases"),
        claim("dopamine regulates mood", "c", start=240),
        evil,
    ]


@pytest.fixture(scope="module")
def build(tmp_path_factory) -> Build:
    return write_build(tmp_path_factory.mktemp("built") / "out", claims(), texts={"z": f"{HOSTILE} and what follows"})


def export(build: Build, format_: str, folder: Path) -> Path:
    out = folder / DEFAULT_NAMES[format_]
    writer(format_)(build, out)
    return out


def digest(path: Path) -> str:
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return hashlib.sha256(b"".join(file.name.encode() + file.read_bytes() for file in files if file.is_file())).hexdigest()


def turtle(build: Build, folder: Path) -> set:
    return set(rdflib.Graph().parse(export(build, "turtle", folder)))


# ---- all ----


@pytest.mark.parametrize("format_", NEW)
def test_the_same_build_gives_the_same_bytes_in_another_process(build, format_, tmp_path) -> None:
    script = (
        "import sys; from pathlib import Path; from kg.builds import open_build; from kg.outputs import writer;"
        "writer(sys.argv[1])(open_build(Path(sys.argv[2])), Path(sys.argv[3]))"
    )
    there = tmp_path / "there" / DEFAULT_NAMES[format_]
    there.parent.mkdir()
    command = [sys.executable, "-c", script, format_, str(build.path), str(there)]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)})
    (tmp_path / "here").mkdir()
    assert digest(there) == digest(export(build, format_, tmp_path / "here"))


@pytest.mark.parametrize("format_", NEW)
def test_a_graph_without_claims_is_written(format_, tmp_path) -> None:
    empty = write_build(tmp_path / "out", [])
    assert export(empty, format_, tmp_path).exists()


def test_the_command_line_writes_a_format(build, tmp_path) -> None:
    result = CliRunner().invoke(app, ["export", "cx2", "--graph", str(build.path), "--out", str(tmp_path / "deep" / "graph.cx2")])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "deep" / "graph.cx2").is_file()


def test_the_command_line_names_every_format() -> None:
    text = CliRunner().invoke(app, ["export", "--help"], env={"COLUMNS": "300"}).stdout
    assert [name for name in WRITERS if name not in text] == []


# ---- RDF ----


@RDFLIB
def test_jsonld_says_what_the_turtle_says(build, tmp_path) -> None:
    assert set(rdflib.Graph().parse(export(build, "jsonld", tmp_path), format="json-ld")) == turtle(build, tmp_path)


def test_jsonld_says_the_same_to_another_reader(build, tmp_path) -> None:
    path = export(build, "jsonld", tmp_path)
    turtle_ = {quad.triple for quad in ox.parse(path=str(export(build, "turtle", tmp_path)), format=ox.RdfFormat.TURTLE)}
    assert {quad.triple for quad in ox.parse(path=str(path), format=ox.RdfFormat.JSON_LD)} == turtle_


def test_jsonld_reads_as_plain_json(build, tmp_path) -> None:
    nodes = {node["id"]: node for node in json.loads(export(build, "jsonld", tmp_path).read_text(encoding="utf-8"))["@graph"]}
    mine = next(node for node in nodes.values() if node.get("kg:mechanism") == "partial agonist")
    assert mine["type"] == ["kg:Claim", "rdf:Statement"]
    assert (mine["rdf:subject"], mine["rdf:predicate"], mine["kg:subjectStart"]) == ("c:mitragynine", "kg:binds", 0)
    assert nodes["c:kava"]["skos:prefLabel"] == "kava"


@pytest.mark.parametrize(
    ("lexical", "datatype", "expected"),
    [
        ("7", "integer", 7),
        ("007", "integer", {"@value": "007", "@type": "xsd:integer"}),
        ("1.50", "decimal", {"@value": "1.50", "@type": "xsd:decimal"}),
    ],
)
def test_jsonld_keeps_a_number_as_it_is_written(lexical, datatype, expected) -> None:
    literal = ox.Literal(lexical, datatype=ox.NamedNode(rdf.PREFIXES["xsd"] + datatype))
    assert jsonld._value(literal, {}) == expected


def test_rdfxml_says_what_the_turtle_says_but_for_what_xml_cannot_hold(build, tmp_path) -> None:
    def cleaned(triples: set) -> set:
        return {tuple(rdflib.Literal("?") if {"\x0b", "\ufffe", "\ufffd"} & set(term) else term for term in triple) for triple in triples}

    read = set(rdflib.Graph().parse(export(build, "rdfxml", tmp_path), format="xml"))
    assert cleaned(read) == cleaned(turtle(build, tmp_path))
    assert any("\r\n]]>&amp;|;😀\ufffd" in object_ for _, _, object_ in read)


# ---- nanopublications ----


@pytest.fixture(scope="module")
def publications(build, tmp_path_factory) -> rdflib.Dataset:
    return rdflib.Dataset().parse(data=export(build, "nanopubs", tmp_path_factory.mktemp("np")).read_text(encoding="utf-8"), format="trig")


@RDFLIB
def test_a_nanopublication_is_one_claim_in_four_graphs(build, publications) -> None:
    heads = list(publications.quads((None, RDF.type, NP.Nanopublication, None)))
    assert {str(itself) for itself, *_ in heads} == {rdf.nanopublication_iri(each.id) for each in build.claims()}
    for itself, _, _, head in heads:
        parts = {name: publications.graph(head).value(itself, NP[name]) for name in ("hasAssertion", "hasProvenance", "hasPublicationInfo")}
        assert {str(head), *map(str, parts.values())} == {f"{itself}#{part}" for part in ("Head", "assertion", "provenance", "pubinfo")}
        assert (parts["hasAssertion"], rdflib.PROV.wasDerivedFrom, None) in publications.graph(parts["hasProvenance"])
        assert (itself, rdflib.DCTERMS.creator, None) in publications.graph(parts["hasPublicationInfo"])
        assert len(list(publications.graph(parts["hasAssertion"]).subjects(RDF.type, RDF.Statement))) == 1


@RDFLIB
def test_no_nanopublication_asserts_the_bare_triple(publications) -> None:
    kg = rdflib.Namespace(rdf.PREFIXES["kg"])
    bare = {kg.alleviates, kg.mayAlleviates, kg.contains, kg.mayContains, kg.binds, kg.worsens, kg.produces}
    assert {predicate for _, predicate, _, _ in publications.quads()} & bare == set()


@RDFLIB
def test_the_speaker_of_a_nanopublication_is_in_its_provenance(build, publications) -> None:
    spoken = next(each for each in build.claims() if each.attribution is not None and each.attribution.label == "users")
    itself = rdflib.URIRef(rdf.nanopublication_iri(spoken.id))
    speaker = publications.graph(itself + "#provenance").value(itself + "#assertion", rdflib.PROV.wasAttributedTo)
    assert (speaker, rdflib.RDFS.label, rdflib.Literal("users", lang="en")) in publications.graph(itself + "#provenance")


def test_a_nanopublication_of_a_document_without_a_record_is_written(tmp_path) -> None:
    built = write_build(tmp_path / "out", [claim("kava alleviates anxiety")])
    (built.path / "documents.jsonl").write_text("", encoding="utf-8")
    assert "#assertion" in export(built, "nanopubs", tmp_path).read_text(encoding="utf-8")


def refused(path: Path, *, every: int = 1) -> tuple[int, list[str]]:
    """How many nanopublications of a file were held against the nanopub library, and those that it refuses; `every` takes a sample."""
    nanopub = pytest.importorskip("nanopub")
    graphs: dict[str, rdflib.ConjunctiveGraph] = {}
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TRIG):
        itself = quad.graph_name.value.partition("#")[0]
        one = graphs.setdefault(itself, rdflib.ConjunctiveGraph())
        one.get_context(quad.graph_name.value).parse(data=f"{quad.triple} .", format="nt")
    sample = sorted(graphs)[::every]
    return len(sample), [itself for itself in sample if not nanopub.Nanopub(rdf=graphs[itself]).is_valid]


@RDFLIB
def test_the_nanopub_library_takes_them(build, tmp_path) -> None:
    assert refused(export(build, "nanopubs", tmp_path)) == (len(claims()), [])


@RDFLIB
def test_the_nanopub_library_refuses_what_is_none(build, tmp_path) -> None:
    path = export(build, "nanopubs", tmp_path)
    path.write_text(path.read_text(encoding="utf-8").replace("hasPublicationInfo", "hasNothing"), encoding="utf-8")
    with pytest.raises(pytest.importorskip("nanopub.utils").MalformedNanopubError):
        refused(path)


@pytest.fixture(scope="module")
def examples(tmp_path_factory) -> Build:
    out = tmp_path_factory.mktemp("examples") / "out"
    result = CliRunner().invoke(app, ["build", str(EXAMPLES), "--out", str(out), "--formats", "turtle"])
    assert result.exit_code == 0, result.output
    return open_build(out)


@RDFLIB
@pytest.mark.model
@pytest.mark.parametrize("every", [pytest.param(20, id="sample"), pytest.param(1, id="all", marks=pytest.mark.soak)])
def test_the_nanopub_library_takes_those_of_the_examples(examples, tmp_path, every) -> None:
    total = sum(1 for _ in examples.claims())
    assert refused(export(examples, "nanopubs", tmp_path), every=every) == (-(-total // every), [])


# ---- the graph as nodes and links ----


@pytest.mark.parametrize(
    ("qualifiers", "expected"),
    [
        (("affirmed", "asserted", "affirmed"), "asserted"),
        (("affirmed", "hedged", "affirmed"), "hedged"),
        (("negated", "asserted", "affirmed"), "denied"),
        (("affirmed", "asserted", "denied"), "denied"),
        (("negated", "hedged", "evidence_absent"), "evidence_absent"),
    ],
)
def test_a_claim_stands_in_one_way(qualifiers, expected) -> None:
    assert standing(*qualifiers) == expected


def test_a_link_counts_how_its_claims_stand(build) -> None:
    links = {(link.source, link.predicate, link.target): link for link in view(build).links}
    link = links["kava", "alleviates", "anxiety"]
    assert (link.asserted, link.hedged, link.denied, link.standing, link.is_disputed, link.documents) == (1, 1, 1, "asserted", True, 2)
    assert links["kava", "alleviates", "insomnia"].label == "denied: alleviates"
    assert links["kava", "alleviates", "depression"].label == "no evidence: alleviates"
    assert links["kava", "contains", "kavain"].label == "may: contains"


def test_unknown_types_and_predicates_are_shown_as_they_are(tmp_path) -> None:
    strange = replace(claim("kava oddly_helps anxiety"), subject=Mention(Entity("x", "x", "Robot"), "x", 0, 1))
    shown = view(write_build(tmp_path / "out", [strange]))
    assert shown.links[0].label == "oddly_helps"
    assert next(node for node in shown.nodes if node.id == "x").colour == "#999999"


def test_graphml_comes_back_through_networkx(build, tmp_path) -> None:
    graph = nx.read_graphml(export(build, "graphml", tmp_path), force_multigraph=True)
    shown = view(build)
    assert graph.is_directed()
    assert set(graph) == {node.id for node in shown.nodes}
    assert {(source, target, link["id"]) for source, target, link in graph.edges(data=True)} == {
        (link.source, link.target, link.id) for link in shown.links
    }
    _, _, link = next(each for each in graph.edges(data=True) if each[2]["predicate"] == "binds")
    assert (link["asserted"], link["is_disputed"], link["standing"]) == (1, False, "asserted")
    assert graph.nodes["a/b> <x"]["label"] == '=cmd() </script> " ]]>&amp;|;😀\ufffd'


def test_gexf_comes_back_through_networkx_with_the_colours_of_the_page(build, tmp_path) -> None:
    graph = nx.read_gexf(export(build, "gexf", tmp_path))
    assert set(graph) == {node.id for node in view(build).nodes}
    assert graph.nodes["kava"]["viz"]["color"] == {"r": 0, "g": 114, "b": 178, "a": 1.0}
    assert graph.edges["kava", "anxiety"]["weight"] == 3.0


def test_gexf_has_no_date(build, tmp_path) -> None:
    text = export(build, "gexf", tmp_path).read_text(encoding="utf-8")
    assert "lastmodifieddate" not in text
    assert "gives no medical advice" in text


def test_cx2_declares_what_it_holds(build, tmp_path) -> None:
    aspects = json.loads(export(build, "cx2", tmp_path).read_text(encoding="utf-8"))
    assert aspects[0] == {"CXVersion": "2.0", "hasFragments": False}
    assert aspects[-1] == {"status": [{"success": True}]}
    held = {name: parts for aspect in aspects[2:-1] for name, parts in aspect.items()}
    assert {each["name"]: each["elementCount"] for each in aspects[1]["metaData"]} == {name: len(parts) for name, parts in held.items()}
    declared = held["attributeDeclarations"][0]
    kinds = {"string": str, "integer": int, "double": float, "boolean": bool, "list_of_string": list}
    for aspect in ("nodes", "edges"):
        for part in held[aspect]:
            assert all(isinstance(value, kinds[declared[aspect][name]["d"]]) for name, value in part["v"].items())
    numbers = {node["id"] for node in held["nodes"]}
    assert {end for edge in held["edges"] for end in (edge["s"], edge["t"])} <= numbers


def test_cx2_keeps_zeros_and_falsehoods(build, tmp_path) -> None:
    aspects = json.loads(export(build, "cx2", tmp_path).read_text(encoding="utf-8"))
    edges = next(aspect["edges"] for aspect in aspects if "edges" in aspect)
    binds = next(edge["v"] for edge in edges if edge["v"]["predicate"] == "binds")
    assert (binds["denied"], binds["is_disputed"]) == (0, False)


# ---- Neo4j ----


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def imported(build, tmp_path_factory) -> dict[str, list[dict[str, str]]]:
    folder = export(build, "neo4j", tmp_path_factory.mktemp("neo4j"))
    return {path.stem: rows(path) for path in folder.iterdir()}


def test_a_relationship_says_no_more_than_the_texts(imported) -> None:
    kinds = {(row[":START_ID(Entity)"], row[":END_ID(Entity)"]): row[":TYPE"] for row in imported["relations"]}
    assert kinds["kava", "anxiety"] == "ALLEVIATES"
    assert kinds["kava", "kavain"] == "MAY_CONTAINS"
    assert kinds["kava", "liver-damage"] == "HAS_CAUTION"
    assert ("kava", "insomnia") not in kinds
    assert ("kava", "depression") not in kinds


def test_every_claim_is_tied_to_both_ends_and_its_document(build, imported) -> None:
    ids = [each.id for each in build.claims()]
    assert [row["id:ID(Claim)"] for row in imported["claims"]] == ids
    for table, end in (("subjects", "Entity"), ("objects", "Entity"), ("stated", "Document")):
        source = {"Entity": ("entities", "id:ID(Entity)"), "Document": ("documents", "id:ID(Document)")}[end]
        assert [row[":START_ID(Claim)"] for row in imported[table]] == ids
        assert {row[f":END_ID({end})"] for row in imported[table]} <= {row[source[1]] for row in imported[source[0]]}


def test_a_node_has_the_types_above_its_own_as_labels(imported) -> None:
    labels = {row["id:ID(Entity)"]: row[":LABEL"] for row in imported["entities"]}
    assert labels["mitragynine"] == "Entity;Alkaloid;Compound"


def test_no_cell_is_a_formula_and_none_has_two_lines(imported) -> None:
    cells = [cell for table in imported.values() for row in table for cell in row.values()]
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert [cell for cell in cells if set(cell) & set("\n\r\t\x0b")] == []
    evil = next(row for row in imported["claims"] if row["doc"] == "z")
    assert evil["sentence"].startswith("'=cmd() ")
    assert (evil["dose"], evil["attribution"]) == ("'-5 mg", "'=users")


def test_a_semicolon_in_a_name_splits_no_array(imported) -> None:
    evil = next(row for row in imported["entities"] if row["id:ID(Entity)"] == "a/b> <x")
    assert len(evil["names:string[]"].split(";")) == 2


def test_a_predicate_of_no_ontology_is_a_relationship_of_its_own(tmp_path) -> None:
    made = [claim("kava oddly-helps anxiety"), claim("kava oddly-helps mood", start=60, certainty="hedged")]
    strange = [replace(each, subject=Mention(Entity("x", "x", type_), "x", 0, 1)) for each, type_ in zip(made, ("Robot", ""), strict=True)]
    folder = export(write_build(tmp_path / "out", strange), "neo4j", tmp_path)
    assert [row[":TYPE"] for row in rows(folder / "relations.csv")] == ["ODDLY_HELPS", "MAY_ODDLY_HELPS"]
    assert next(row[":LABEL"] for row in rows(folder / "entities.csv") if row["id:ID(Entity)"] == "x") == "Entity"


# ---- KGX ----


@pytest.fixture(scope="module")
def kgx_folder(build, tmp_path_factory) -> Path:
    return export(build, "kgx", tmp_path_factory.mktemp("kgx"))


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def edges(kgx_folder) -> dict[str, dict]:
    return {edge["id"].removeprefix("claim:"): edge for edge in lines(kgx_folder / "substance-kg_edges.jsonl")}


def test_kgx_has_each_claim_but_those_that_evidence_is_absent(build, edges) -> None:
    assert set(edges) == {each.id for each in build.claims() if each.stance != "evidence_absent"}


def test_an_edge_has_what_biolink_requires_and_nothing_that_it_does_not_know(edges) -> None:
    for edge in edges.values():
        (category,) = edge["category"]
        known = MODEL["associations"][category.removeprefix("biolink:")]
        assert set(known["required"]) <= set(edge)
        assert {name for name in edge if not name.startswith("kg_")} <= set(known["slots"])
        assert edge["agent_type"] in MODEL["enums"]["AgentTypeEnum"]
        assert edge["predicate"].removeprefix("biolink:") in MODEL["predicates"]


def test_an_edge_ends_in_nodes_of_the_kinds_that_its_predicate_joins(kgx_folder, edges) -> None:
    nodes = {node["id"]: node for node in lines(kgx_folder / "substance-kg_nodes.jsonl")}
    for edge in edges.values():
        predicate = MODEL["predicates"][edge["predicate"].removeprefix("biolink:")]
        for end, range_ in (("subject", predicate["domain"]), ("object", predicate["range"])):
            above = {
                name
                for category in nodes[edge[end]]["category"]
                for name in MODEL["categories"][category.removeprefix("biolink:")]["above"]
            }
            assert range_ in above


def test_a_node_has_only_slots_of_its_category(kgx_folder) -> None:
    for node in lines(kgx_folder / "substance-kg_nodes.jsonl"):
        for category in node["category"]:
            assert set(node) <= set(MODEL["categories"][category.removeprefix("biolink:")]["slots"])


def test_a_denial_is_negated_and_names_the_effect(build, edges) -> None:
    denied = {each.id for each in build.claims() if each.stance == "denied"}
    assert {id_ for id_, edge in edges.items() if edge["negated"]} == denied
    assert {edges[id_]["predicate"] for id_ in denied} == {"biolink:ameliorates_condition"}


def test_an_edge_keeps_ground_sentence_and_qualifiers(build, edges) -> None:
    ids = {(each.predicate, each.doc): each.id for each in build.claims()}
    first = edges[ids["alleviates", "a"]]
    assert (first["predicate"], first["has_evidence_of_type"]) == ("biolink:in_clinical_trials_for", ["ECO:0000180"])
    assert first["supporting_text"] == ["kava alleviates anxiety."]
    assert edges[ids["binds", "c"]]["causal_mechanism_qualifier"] == "partial_agonism"
    made = edges[ids["produces", "c"]]
    assert (made["qualified_predicate"], made["object_direction_qualifier"]) == ("biolink:causes", "increased")
    turned = edges[ids["modulates", "c"]]
    assert ("object_direction_qualifier" in turned, turned["kg_direction"]) == (False, "increases")


def test_a_symptom_is_the_object_of_its_disease(tmp_path) -> None:
    terms = {entity.id: entity for entity in (entry.entity for entry in lexicon.load().entries.values()) if entity.type == "Condition"}
    entries = lexicon.load().entries
    sign = next(id_ for id_ in terms if {xref.partition(":")[0] for xref in entries[id_].xrefs} == {"HP"})
    disease = next(id_ for id_ in terms if any(xref.startswith("MONDO:") for xref in entries[id_].xrefs))
    made = replace(claim("x symptom_of y"), subject=Mention(terms[sign], "x", 0, 1), object=Mention(terms[disease], "y", 2, 3))
    (edge,) = lines(export(write_build(tmp_path / "out", [made]), "kgx", tmp_path) / "substance-kg_edges.jsonl")
    assert edge["predicate"] == "biolink:has_phenotype"
    assert (edge["subject"].partition(":")[0], edge["object"].partition(":")[0]) == ("MONDO", "HP")
    assert (edge["original_subject"], edge["original_object"]) == (f"c:{sign}", f"c:{disease}")


def test_tsv_holds_what_json_lines_hold(kgx_folder) -> None:
    for kind, columns in (("nodes", kgx.NODES), ("edges", kgx.EDGES)):
        text = (kgx_folder / f"substance-kg_{kind}.tsv").read_text(encoding="utf-8")
        head, *table = (line.split("\t") for line in text.removesuffix("\n").split("\n"))
        assert tuple(head) == columns
        assert {len(row) for row in table} == {len(columns)}
        records = lines(kgx_folder / f"substance-kg_{kind}.jsonl")
        assert [row[0] for row in table] == [record["id"] for record in records]
        assert [row[1].split("|") for row in table] == [record["category"] for record in records]


def test_no_identifier_of_kgx_has_a_space_and_each_prefix_is_explained(kgx_folder) -> None:
    prefixes = json.loads((kgx_folder / "prefixes.json").read_text(encoding="utf-8"))
    ids = [node["id"] for node in lines(kgx_folder / "substance-kg_nodes.jsonl")]
    assert [id_ for id_ in ids if " " in id_ or "\t" in id_] == []
    assert {id_.partition(":")[0] for id_ in ids} <= set(prefixes)
    assert "c:a/b%3E%20%3Cx" in ids


def test_no_cell_of_kgx_is_a_formula(kgx_folder) -> None:
    for path in kgx_folder.glob("*.tsv"):
        cells = [cell for line in path.read_text(encoding="utf-8").splitlines() for cell in line.split("\t")]
        assert [cell for cell in cells if cell.startswith(("=", "+", "@"))] == []


def test_entities_with_one_public_identifier_are_one_node(tmp_path) -> None:
    entries = lexicon.load().entries
    shared: dict[str, list[str]] = {}
    for id_, entry in entries.items():
        if (chebi := next((xref for xref in entry.xrefs if xref.startswith("CHEBI:")), None)) is not None:
            shared.setdefault(chebi, []).append(id_)
    curie, ids = next((curie, ids) for curie, ids in shared.items() if len(ids) > 1)
    made = [
        replace(claim("x alleviates anxiety", start=60 * number), subject=Mention(entries[id_].entity, "x", 0, 1))
        for number, id_ in enumerate(ids)
    ]
    nodes = lines(export(write_build(tmp_path / "out", made), "kgx", tmp_path) / "substance-kg_nodes.jsonl")
    (node,) = (node for node in nodes if node["id"] == curie)
    assert {f"c:{id_}" for id_ in ids} <= set(node["xref"])


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"identifier": "doi:10.1/x; doi:10.1000/ab.c; pmcid:PMC77; pmid:123"}, "PMID:123"),
        ({"identifier": "doi:10.1000/ab.c; pmcid:PMC77"}, "PMC:77"),
        ({"url": "https://doi.org/10.1000/ab.c"}, "doi:10.1000/ab.c"),
        ({"url": "https://example.org/a?b"}, "https://example.org/a?b"),
        ({"url": "https://example.org/a|b"}, "https://w3id.org/substance-kg/document/d"),
        ({}, "https://w3id.org/substance-kg/document/d"),
    ],
)
def test_a_publication_has_one_name(tmp_path, metadata, name) -> None:
    built = page_builds.write_build(tmp_path, [replace(claim("kava alleviates anxiety"), doc="d")], metadata=metadata.items())
    assert kgx.publication(next(built.documents())) == name


# ---- SSSOM ----


def test_the_mappings_are_those_of_the_graph(build, tmp_path) -> None:
    text = export(build, "sssom", tmp_path).read_text(encoding="utf-8").splitlines()
    head = [line for line in text if line.startswith("#")]
    table = list(csv.DictReader([line for line in text if not line.startswith("#")], delimiter="\t"))
    prefixes = dict(line.removeprefix("#   ").replace('"', "").split(": ", 1) for line in head if line.startswith("#   "))

    def expand(curie: str) -> str:
        prefix, _, local = curie.partition(":")
        return prefixes[prefix] + local

    exact = rdflib.SKOS.exactMatch
    matches = {
        (str(subject), str(object_))
        for subject, _, object_ in rdflib.Graph().parse(export(build, "turtle", tmp_path)).triples((None, exact, None))
    }
    assert {(expand(row["subject_id"]), expand(row["object_id"])) for row in table if row["object_id"] != "sssom:NoMapping"} == matches
    assert {row["predicate_id"] for row in table} == {"skos:exactMatch"}
    assert any(row["subject_id"] == "c:mitragynine" and row["object_id"].startswith("CHEBI:") for row in table)


def test_an_authority_that_only_speaks_has_its_mapping_too(tmp_path) -> None:
    speaker = next(entry.entity for entry in lexicon.load().entries.values() if entry.entity.type == "Authority" and entry.xrefs)
    made = replace(claim("kava alleviates anxiety"), attribution=Attribution(speaker.id, speaker.label))
    text = export(write_build(tmp_path / "out", [made]), "sssom", tmp_path).read_text(encoding="utf-8")
    assert f"\nc:{speaker.id}\t" in text


def test_an_identifier_of_a_users_own_table_is_a_mapping_too(tmp_path) -> None:
    made = replace(claim("x alleviates anxiety", speaker="users"), subject=Mention(Entity("moonroot", "moonroot", "Substance"), "x", 0, 1))
    built = write_build(tmp_path / "out", [made])
    row = "moonroot\tSubstance\t=moonroot\t\t\t\tCHEBI:1|odd:2\tme"
    (built.path / LEXICON).write_text("\t".join(lexicon.USER_COLUMNS) + f"\n{row}\n", encoding="utf-8")
    text = export(built, "sssom", tmp_path).read_text(encoding="utf-8")
    assert "c:moonroot\t'=moonroot\tskos:exactMatch\tCHEBI:1\t\tsemapv:UnspecifiedMatching" in text
    assert "odd:2" not in text


# ---- Parquet ----


def test_parquet_holds_every_claim_in_order(build, tmp_path, monkeypatch) -> None:
    reader = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(parquet, "ROWS_A_GROUP", 5)
    path = export(build, "parquet", tmp_path)
    table = reader.read_table(path)
    assert [row["id"] for row in table.to_pylist()] == [each.id for each in build.claims()]
    last = table.to_pylist()[-1]
    assert (last["sentence"], last["subject_id"], last["attribution"], last["standing"]) == (HOSTILE, "a/b> <x", "=users", "asserted")
    assert b"gives no medical advice" in table.schema.metadata[b"about"]
    assert reader.ParquetFile(path).num_row_groups == 3
    assert digest(path) == digest(export(build, "parquet", tmp_path))


def test_parquet_without_pyarrow_says_what_to_install(build, tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(InputError, match=r"substance-kg\[parquet\]"):
        export(build, "parquet", tmp_path)


# ---- RO-Crate ----


def crate(path: Path) -> dict[str, dict]:
    return {each["@id"]: each for each in json.loads(path.read_text(encoding="utf-8"))["@graph"]}


def test_a_crate_is_a_copy_with_a_hash_for_every_file(build, tmp_path) -> None:
    export(build, "turtle", build.path)
    writer("rocrate")(build, tmp_path / "crate")
    described = crate(tmp_path / "crate" / rocrate.NAME)
    parts = {part["@id"] for part in described["./"]["hasPart"]}
    assert parts == {"claims.jsonl", "documents.jsonl", "graph.ttl", "report.json", "texts/"}
    for name in ("claims.jsonl", "documents.jsonl", "graph.ttl"):
        copied = tmp_path / "crate" / name
        assert copied.read_bytes() == (build.path / name).read_bytes()
        assert described[name]["sha256"] == hashlib.sha256(copied.read_bytes()).hexdigest()
    assert (tmp_path / "crate" / "texts" / "z.txt").is_file()
    assert described[rocrate.NAME]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert "gives no medical advice" in described["./"]["description"]


def test_a_crate_describes_a_folder_where_it_stands(build, tmp_path) -> None:
    writer("rocrate")(build, build.path)
    writer("rocrate")(build, tmp_path / "x.json")
    assert crate(build.path / rocrate.NAME) == crate(tmp_path / "x.json")


def test_every_file_that_a_build_may_write_can_be_in_a_crate() -> None:
    names = {*DEFAULT_NAMES.values(), "claims.jsonl", "documents.jsonl", "report.json", "texts"} - {rocrate.NAME}
    assert names == {*rocrate._FILES, *rocrate._FOLDERS}


def test_the_date_of_a_crate_can_be_set(build, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    writer("rocrate")(build, tmp_path / "x.json")
    assert crate(tmp_path / "x.json")["./"]["datePublished"] == "1970-01-02"


def test_a_date_that_is_none_is_an_input_error(build, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "today")
    with pytest.raises(InputError, match="seconds since 1970"):
        writer("rocrate")(build, tmp_path / "x.json")


# ---- what readers of XML see ----


@pytest.mark.parametrize("format_", ["rdfxml", "graphml", "gexf"])
def test_xml_is_well_formed(build, format_, tmp_path) -> None:
    assert ET.parse(export(build, format_, tmp_path)).getroot() is not None


# ---- in a build ----


def test_a_build_writes_folders_too_and_removes_them_when_they_are_not_asked_for(tmp_path) -> None:
    corpus = pipelines.corpus(tmp_path / "in")
    out = tmp_path / "out"
    pipeline.build([str(corpus)], out, replace(pipelines.FAKE, formats=("rocrate", "kgx", "turtle")))
    assert {"kgx/", "graph.ttl"} <= {part["@id"] for part in crate(out / rocrate.NAME)["./"]["hasPart"]}
    pipeline.build([str(corpus)], out, replace(pipelines.FAKE, formats=("rocrate", "turtle")))
    assert not (out / "kgx").exists()
    assert {part["@id"] for part in crate(out / rocrate.NAME)["./"]["hasPart"]} & {"kgx/"} == set()
