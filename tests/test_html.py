from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import weakref
from types import SimpleNamespace

import pytest
from page_builds import ALONE, CALM, DREAD, LEAF, OIL, claim, entity, many, small, write_build

from kg import DISCLAIMER
from kg.graph import assemble
from kg.model import Edge, Stance
from kg.notebook import Graph
from kg.outputs import DEFAULT_NAMES, html, writer
from kg.page.payload import Bounds, _choose, address, conjugate, pack

HOSTILE = "</script><img src=x onerror=alert(1)><!-- href= {{7*7}} \u202e\u200b'\""


@pytest.fixture
def build(tmp_path):
    return write_build(tmp_path, small())


def island(page, name):
    return json.loads(re.search(rf'<script type="application/json" id="data-{name}">(.*?)</script>', page, re.DOTALL)[1])


def test_the_writer_is_registered_and_writes_one_file(build, tmp_path):
    writer("html")(build, tmp_path / DEFAULT_NAMES["html"])
    assert (tmp_path / "graph.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_page_says_that_it_gives_no_medical_advice(build):
    assert DISCLAIMER in html.page(build)


def test_the_page_loads_nothing(build):
    page = html.page(build)
    loads = re.findall(
        r"<(?:script|img|iframe|link|video|audio|object|embed)\b[^>]*\b(?:src|href|data)=[\"']?([^\"'> ]*)",
        re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL),
    )
    assert loads == ["data:,"]


def test_the_policy_lets_only_the_pages_own_script_and_style_run(build):
    page = html.page(build)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1].replace("&#39;", "'")
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag in ("script", "style"):
        text = re.search(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_pyvis_carries_the_nodes_and_edges(build):
    page = html.page(build)
    assert {node["label"] for node in island(page, "nodes")} >= {"silverleaf", "night dread"}
    assert len(island(page, "edges")) == len(assemble(build.claims()))
    assert "vis-network" in page
    assert "bootstrap" not in page.lower()


def test_options_keep_physics_off(build):
    assert island(html.page(build), "options")["physics"]["enabled"] is False


def test_text_of_documents_cannot_leave_its_place(tmp_path):
    bad = entity(HOSTILE, id_=HOSTILE, names=(HOSTILE,))
    build = write_build(
        tmp_path,
        [claim(bad, HOSTILE, entity("x", HOSTILE), HOSTILE, doc=HOSTILE.replace("/", ""), says=HOSTILE)],
        metadata=[("title", HOSTILE), ("url", "javascript:alert(1)")],
    )
    page = html.page(build)
    assert "<img" not in page
    assert page.count("</script>") == html.page(write_build(tmp_path / "b", small())).count("</script>")
    assert "javascript:alert" not in page
    assert island(page, "nodes")[0]["label"] in {HOSTILE, "x"}


@pytest.mark.parametrize("seed", ["1", "77"])
def test_the_same_build_gives_the_same_bytes_in_every_process(build, seed):
    program = (
        "import sys; from pathlib import Path; from kg.builds import open_build; from kg.outputs.html import page;"
        f"sys.stdout.buffer.write(page(open_build(Path({str(build.path)!r}))).encode())"
    )
    run = subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True)
    assert run.stdout == html.page(build).encode()


def test_a_sentence_is_carried_once_however_many_claims_it_makes(tmp_path):
    text = "Silverleaf contains lunarine and gives a quiet mind."
    build = write_build(tmp_path, [claim(LEAF, "contains", OIL, text), claim(LEAF, "produces", CALM, text)])
    assert len(pack(build).rest["sentences"]) == 1


def test_offsets_are_counted_from_the_sentence(build):
    packed = pack(build).rest
    row = next(row for row in packed["claims"] if packed["sentences"][row[1]][2].startswith("😀😀"))
    text = packed["sentences"][row[1]][2]
    assert text[row[2] : row[3]] == "Silverleaf"
    assert text[row[4] : row[5]] == "night dread"


def test_bounds_keep_the_main_nodes_and_tell_the_whole(tmp_path):
    packed = pack(write_build(tmp_path, many(60)), bounds=Bounds(nodes=20, edges=15, claims=5, drawn=10, overview=8))
    assert len(packed.nodes) == 20
    assert len(packed.edges) <= 15
    assert len(packed.rest["claims"]) == 5
    assert packed.rest["totals"]["nodes"] == 60
    assert sum("x" in node for node in packed.nodes) == 10
    assert sum("near" in node for node in packed.nodes) <= 8
    assert [node["rank"] for node in packed.nodes] == sorted((node["rank"] for node in packed.nodes), reverse=True)


class Said:
    """As much of a claim as is looked at where claims are chosen; unlike one, it can be watched."""

    predicate, stance = "binds", Stance.AFFIRMED

    def __init__(self, subject, object_, number):
        self.subject, self.object, self.number = subject, object_, number


def test_no_more_claims_are_held_than_the_page_carries():
    alive = weakref.WeakSet()
    most = 0

    def claims():
        nonlocal most
        for number in range(300):
            ends = [SimpleNamespace(entity=SimpleNamespace(id=f"{end}{number % 10}")) for end in "ab"]
            one = Said(*ends, number)
            alive.add(one)
            yield one
            most = max(most, len(alive))

    edges = [Edge(f"a{number}", "binds", f"b{number}", (), 1) for number in range(10)]
    chosen = _choose(claims(), edges, Bounds(claims=25, claims_per_stance=20))
    assert [one.number for one in chosen] == list(range(25))
    assert most < 2 * 25


def test_the_page_names_only_documents_that_it_quotes_and_counts_all(tmp_path):
    said = [claim(LEAF, "alleviates", DREAD, f"Silverleaf relieves night dread {number}.", doc=f"a{number:02}") for number in range(9)]
    packed = pack(write_build(tmp_path, said, metadata=[("title", "T")]), bounds=Bounds(claims=2)).rest
    assert packed["docs"] == [{"id": "a00", "title": "T"}, {"id": "a01", "title": "T"}]
    assert packed["documents"] == 9


def test_a_disagreement_is_never_the_part_left_out(tmp_path):
    said = [claim(LEAF, "alleviates", DREAD, f"Silverleaf relieves night dread {number}.", doc=f"a{number:02}") for number in range(30)]
    build = write_build(
        tmp_path, [*said, claim(LEAF, "alleviates", DREAD, "Silverleaf does not relieve night dread.", doc="z", stance="denied")]
    )
    packed = pack(build, bounds=Bounds(claims=3)).rest
    assert "denied" in {packed["qualifiers"][row[6]][3] for row in packed["claims"]}


def test_the_overview_leaves_out_nodes_that_touch_no_other_of_it(tmp_path):
    packed = pack(write_build(tmp_path, small()), bounds=Bounds(overview=4))
    apart = {node["label"] for node in packed.nodes if "near" in node} & {each.label for each in ALONE}
    assert apart == set()


def test_a_build_without_claims_gives_a_page_all_the_same(tmp_path):
    page = html.page(write_build(tmp_path, []))
    assert island(page, "nodes") == []


def test_a_type_and_a_predicate_that_the_ontology_lacks_are_shown(tmp_path):
    packed = pack(write_build(tmp_path, [claim(entity("a", "Gadget"), "tickles", entity("b", "Gadget"), "a tickles b")]))
    assert packed.rest["types"][-1]["id"] == "Gadget"
    assert packed.rest["preds"][-1]["third"] == "tickles"


@pytest.mark.parametrize(
    ("label", "forms"),
    [
        ("alleviates", ("alleviate", "alleviates", "does not alleviate")),
        ("interacts with", ("interact with", "interacts with", "does not interact with")),
        ("is a", ("be a", "is a", "is not a")),
        ("has caution", ("have caution", "has caution", "does not have caution")),
        ("derived from", ("be derived from", "is derived from", "is not derived from")),
    ],
)
def test_predicates_are_put_as_a_sentence_needs_them(label, forms):
    assert conjugate(label) == forms


@pytest.mark.parametrize(
    ("xref", "expected"),
    [
        ("CHEBI:6956", "https://bioregistry.io/CHEBI:6956"),
        ("https://example.org/x", "https://example.org/x"),
        ("javascript:alert", ""),
        ("data:text", ""),
        ("https://example.org/ x", ""),
        ("plain", ""),
    ],
)
def test_only_safe_identifiers_become_links(xref, expected):
    assert address(xref) == expected


def test_identifiers_come_from_the_lexicon(tmp_path):
    from kg import lexicon

    known = next(entry for entry in lexicon.load().entries.values() if entry.xrefs)
    build = write_build(tmp_path, [claim(known.entity, "produces", CALM, "It gives a quiet mind.")])
    node = next(node for node in pack(build).nodes if node["key"] == known.entity.id)
    assert [text for text, _ in node["xrefs"]] == list(known.xrefs)


def test_sparql_is_carried_only_when_asked_for(build):
    plain, asking = html.page(build), html.page(build, with_sparql=True)
    assert "data-sparql" not in plain.split("<script>", maxsplit=1)[0]
    assert "wasm-unsafe-eval" not in plain
    assert "wasm-unsafe-eval" in asking
    assert {"name", "help", "sparql"} == set(island(asking, "sparql")["queries"][0])
    assert asking == html.page(build, with_sparql=True)


def test_a_graph_shows_itself_in_a_sandbox(build):
    shown = Graph.open(build.path)._repr_html_()
    assert 'sandbox="allow-scripts allow-downloads allow-popups"' in shown
    assert shown.count("<") == 2
