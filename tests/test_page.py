from __future__ import annotations

import csv
import io
import re

import pytest
from page_builds import claim, entity, many, small, write_build

from kg import DISCLAIMER
from kg.outputs import html
from kg.page.payload import Bounds

pytestmark = pytest.mark.browser


class Opened:
    """A page in a browser without a network, and everything that it tried to load or complained about."""

    def __init__(self, browser, path, *, fragment="", scheme="light", width=1360, height=860):
        self.context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, offline=True, accept_downloads=True, reduced_motion="reduce"
        )
        self.page = self.context.new_page()
        self.requests, self.complaints = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("dialog"), dialog.dismiss()))
        self.address = path.as_uri()
        self.page.goto(self.address + fragment)
        self.page.locator("html[data-ready]").wait_for(timeout=15000)

    def text(self, selector):
        return self.page.locator(selector).inner_text()

    def key(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    @property
    def external(self):
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:"))]


def written(folder, claims, **options):
    html.write(write_build(folder, claims), folder / "graph.html", **options)
    return folder / "graph.html"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return written(tmp_path_factory.mktemp("small"), small())


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    return written(tmp_path_factory.mktemp("crowd"), many(300))


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    return written(tmp_path_factory.mktemp("asking"), small(), with_sparql=True)


@pytest.fixture
def visit(browser):
    opened = []

    def visit_(path, **options):
        opened.append(Opened(browser, path, **options))
        return opened[-1]

    yield visit_
    for each in opened:
        each.context.close()


def asked(page, sparql=None):
    """Ask, and return what the page says of the answer; without a query, ask the one that stands there."""
    if sparql is not None:
        page.page.fill("#ask-text", sparql)
    page.page.evaluate("document.getElementById('ask-note').textContent = ''")
    page.page.click("#ask-run")
    note = page.page.locator("#ask-note").filter(has_not_text=re.compile(r"^$|…$"))
    note.wait_for(timeout=20000)
    return note.inner_text()


EDGE = "#s=e:silverleaf~alleviates~night-dread"


def test_it_opens_without_a_network_a_request_or_a_complaint(visit, path):
    page = visit(path)
    assert page.external == []
    assert page.complaints == []
    assert page.text("#shown") == "8 entities, 9 relations drawn."
    assert DISCLAIMER in page.text(".disclaimer")


def test_the_first_picture_is_not_empty(visit, path):
    page = visit(path)
    colours = page.page.evaluate(
        """() => {
        const canvas = document.querySelector('#canvas canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const seen = new Set();
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) seen.add(data.slice(at, at + 3).join(' '));
        return seen.size;
        }"""
    )
    assert colours > 20


RECORD = """() => new Promise((done) => {
  const found = [];
  const plain = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) { found.push([text, x, y]); plain.call(this, text, x, y); };
  document.getElementById("zoom-in").click();
  document.getElementById("zoom-out").click();
  requestAnimationFrame(() => requestAnimationFrame(() => {
    CanvasRenderingContext2D.prototype.fillText = plain;
    done(found);
  }));
})"""


def drawn(page):
    """Where each text stands in the picture."""
    return {text: (x, y) for text, x, y in page.page.evaluate(RECORD)}


def test_the_main_entities_are_named_however_crowded_the_picture_is(visit, tmp_path):
    hubs = [entity(f"main substance {number}") for number in range(4)]
    claims = [
        claim(hub, "alleviates", entity(f"rather long condition {number}", "Condition"), "No.", doc=f"{hub.id}-{number}", stance="denied")
        for hub in hubs
        for number in range(50)
    ]
    texts = set(drawn(visit(written(tmp_path, claims), width=1000, height=520)))
    assert {hub.label for hub in hubs} <= texts
    assert "✕" in texts


@pytest.mark.parametrize(("width", "height"), [(1200, 740), (1000, 700)])
def test_evidence_beside_the_picture_does_not_move_it(visit, path, width, height):
    (_, before), (_, after) = (
        drawn(visit(path, fragment=fragment, width=width, height=height))["silverleaf"] for fragment in ("", "#s=n:silverleaf")
    )
    assert abs(before - after) < 40


def test_evidence_over_the_picture_moves_what_was_chosen_out_of_the_way(visit, path):
    page = visit(path, fragment=EDGE, width=760, height=700)
    left = page.page.locator("#panel").bounding_box()["x"]
    texts = drawn(page)
    assert texts["silverleaf"][0] < left
    assert texts["night dread"][0] < left


def test_a_large_graph_opens_on_its_main_part_and_says_so(visit, crowd):
    shown = visit(crowd).text("#shown")
    drawn = int(re.match(r"(\d+) of 300 entities drawn", shown)[1])
    assert 20 < drawn <= 120


def test_no_view_draws_more_than_the_bound(visit, tmp_path):
    page = visit(written(tmp_path, many(80), bounds=Bounds(drawn=30, overview=10)), fragment="#v=all")
    assert page.text("#shown").startswith("30 of 80 entities drawn.")
    page.page.click("#mode-overview")
    assert int(page.text("#shown").split()[0]) <= 10


def test_everything_can_be_drawn_when_asked(visit, crowd):
    page = visit(crowd)
    page.page.click("#mode-all")
    assert page.text("#shown").startswith("300 entities")


def test_search_finds_a_synonym_and_opens_its_entity(visit, path):
    page = visit(path)
    page.page.fill("#search", "moonl")
    assert "silverleaf" in page.text("#suggestions li >> nth=0")
    page.key("Enter")
    assert page.text("#panel h2") == "silverleaf"
    assert "moonleaf" in page.text("#panel .names")


def test_search_says_so_when_there_is_nothing(visit, path):
    page = visit(path)
    page.page.fill("#search", "zzzz")
    assert page.text("#suggestions") == "Nothing by that name"


def test_an_edge_tells_agreement_and_disagreement_in_words(visit, path):
    page = visit(path, fragment=EDGE)
    verdict = page.text("#verdict")
    assert "1 says it alleviates, 1 says it may alleviate, 1 says it does not alleviate, 1 says evidence is lacking" in verdict
    assert page.text("#panel .sign").lower() == "texts disagree"


def test_a_click_on_a_line_opens_its_evidence(visit, path):
    page = visit(path)
    page.page.locator("#panel .row", has_text="contains").first.click()
    assert "Silverleaf contains lunarine." in page.text("#panel blockquote")


def test_a_click_on_a_node_in_the_picture_opens_it(visit, path):
    page = visit(path)
    box = page.page.locator("#canvas").bounding_box()
    for x in range(20, int(box["width"]), 12):
        for y in range(70, int(box["height"]) - 60, 40):
            page.page.mouse.move(box["x"] + x, box["y"] + y)
            if page.page.locator("#tip").is_visible():
                page.page.mouse.click(box["x"] + x, box["y"] + y)
                page.page.locator("#panel .close").wait_for()
                assert "#s=" in page.page.url
                return
    pytest.fail("no node or line under the pointer")


def test_marks_count_code_points_and_not_utf16_units(visit, path):
    page = visit(path, fragment=EDGE)
    quote = page.page.locator("blockquote", has_text="😀😀")
    assert quote.locator("mark.subject").inner_text() == "Silverleaf"
    assert quote.locator("mark.object").inner_text() == "night dread"
    assert page.page.locator("mark.cue").first.inner_text() == "may"


def test_a_filter_takes_claims_away_and_undo_brings_them_back(visit, path):
    page = visit(path)
    page.page.click('[data-filter="preds"][data-value="alleviates"]')
    assert page.text("#shown") == "6 entities, 7 relations drawn."
    assert "no-rel=alleviates" in page.page.url
    page.page.click("#undo")
    assert page.text("#shown") == "8 entities, 9 relations drawn."


def test_a_double_click_in_the_legend_leaves_only_that(visit, path):
    page = visit(path)
    page.page.dblclick('[data-filter="preds"][data-value="contains"]')
    assert page.text("#shown") == "2 entities, 1 relation drawn."
    page.page.click("#reset")
    assert page.text("#shown") == "8 entities, 9 relations drawn."


@pytest.mark.parametrize(
    ("fragment", "relations"),
    [("#c=hedged", 2), ("#no-stance=affirmed", 2), ("#no-basis=none", 1), ("#d=d", 2), ("#min=2", 1), ("#no-type=Caution", 7)],
)
def test_filters_from_an_address(visit, path, fragment, relations):
    assert re.search(r"(\d+) relations? drawn", visit(path, fragment=fragment).text("#shown"))[1] == str(relations)


def test_a_path_is_found_and_kept_in_the_address(visit, path):
    page = visit(path)
    page.page.click("#mode-path")
    page.page.fill("#path-from", "lamp receptor")
    page.page.fill("#path-to", "blue rash")
    page.page.click("#path-form button")
    assert page.text("#path-note").startswith("2 steps: lamp receptor")
    steps = page.page.locator("#panel .row .what").all_inner_texts()
    assert steps == ["lunarine binds lamp receptor", "lunarine has caution blue rash"]
    again = visit(path, fragment="#" + page.page.url.split("#")[1])
    assert again.text("#shown").startswith("3 entities")


def test_a_step_of_a_path_leads_to_its_sentence(visit, path):
    page = visit(path, fragment="#v=path&path=lamp-receptor,blue-rash")
    page.page.locator("#panel .row").first.click()
    assert "Lunarine binds the lamp receptor." in page.text("#panel blockquote")
    page.page.click("#panel .close")
    assert "Step 2" in page.text("#panel")


def test_a_path_that_a_filter_cuts_is_told(visit, path):
    page = visit(path, fragment="#v=path&path=lamp-receptor,blue-rash&no-rel=has_caution")
    assert "No path through what the filters let pass." in page.text("#panel")


def test_no_path_is_told(visit, path):
    page = visit(path)
    page.page.click("#mode-path")
    page.page.fill("#path-from", "silverleaf")
    page.page.fill("#path-to", "tin tonic")
    page.page.click("#path-form button")
    assert page.text("#path-note") == "No path through what the filters let pass."


def test_focus_shows_an_entity_and_what_it_touches(visit, path):
    page = visit(path, fragment="#s=n:lunarine")
    page.page.click("#panel .main")
    assert page.text("#shown").startswith("5 entities")
    assert page.text("#focus-name") == "Around lunarine"


def test_a_hidden_entity_can_be_shown_again(visit, path):
    page = visit(path, fragment="#s=n:lunarine")
    page.page.click("#panel .actions >> text=Hide")
    assert page.text("#shown").startswith("7 entities")
    page.page.click("text=Show again")
    assert page.text("#shown").startswith("8 entities")


def test_neighbours_unfold_and_fold(visit, crowd):
    page = visit(crowd)
    before = page.text("#shown")
    page.key("n")
    page.page.click("#panel .actions >> text=Show neighbours")
    assert page.text("#shown") != before
    page.page.click("#panel .actions >> text=Fold neighbours")
    assert page.text("#shown") == before


@pytest.mark.parametrize(
    "fragment", ["#s=n:nobody", "#v=nonsense&h=9&min=-4", "#v=focus", "#%%%&=&s", "#open=__proto__,constructor", "#d=nowhere"]
)
def test_a_broken_address_opens_all_the_same(visit, path, fragment):
    page = visit(path, fragment=fragment)
    assert page.complaints == []
    assert page.text("#shown").startswith("8 entities")


def test_dark_follows_the_system_and_can_be_switched(visit, path):
    page = visit(path, scheme="dark")
    assert page.page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.page.click("#theme")
    assert page.page.evaluate("document.documentElement.dataset.theme") == "light"


def test_the_keyboard_alone_reads_the_evidence(visit, path):
    page = visit(path)
    page.page.focus("#canvas")
    page.key("n")
    assert "silverleaf, substance" in page.text("#status")
    page.key("e")
    assert "says it" in page.text("#status")
    assert page.page.locator("blockquote").count() > 0
    page.key("f", "Escape", "u", "o", "t")
    assert page.page.locator("#table").is_visible()
    page.key("t", "/")
    assert page.page.evaluate("document.activeElement.id") == "search"
    page.key("Escape", "?")
    assert page.page.locator("#help-dialog").is_visible()


def test_the_table_holds_the_same_claims_and_sorts(visit, path):
    page = visit(path)
    page.page.click("#table-toggle")
    assert page.text("#table-count").startswith("12 claims")
    page.page.click("#table th button >> nth=0")
    column = page.page.locator("#table tbody td:first-child").all_inner_texts()
    assert column == sorted(column)
    page.page.click("#table th button >> nth=0")
    assert page.page.locator("#table tbody td:first-child").all_inner_texts() == sorted(column, reverse=True)
    assert page.page.locator("#table th").first.get_attribute("aria-sort") == "descending"


def test_the_table_is_paged(visit, crowd):
    page = visit(crowd)
    page.page.click("#table-toggle")
    assert page.page.locator("#table tbody tr").count() == 50
    page.page.click("text=Next page")
    assert "Page 2 of" in page.text("#table-count")


def exported(page, name):
    page.page.click("#export")
    with page.page.expect_download() as waiting:
        page.page.click(f'[data-export="{name}"]')
    return waiting.value.path().read_bytes()


def test_exports_are_a_picture_a_drawing_and_cells(visit, path):
    page = visit(path)
    assert exported(page, "png").startswith(b"\x89PNG")
    drawing = exported(page, "svg").decode()
    assert drawing.startswith("<svg")
    assert "silverleaf" in drawing
    assert DISCLAIMER in drawing
    rows = list(csv.DictReader(io.StringIO(exported(page, "csv").decode("utf-8-sig"))))
    assert len(rows) == 12
    assert {row["stance"] for row in rows} == {"affirmed", "denied", "evidence_absent"}


def test_a_copied_link_opens_the_same_view(visit, path):
    page = visit(path, fragment="#s=n:lunarine")
    page.page.click("#panel .main")
    page.page.click('[data-filter="preds"][data-value="binds"]')
    page.page.evaluate("navigator.clipboard.writeText = async (text) => { document.body.dataset.copied = text; }")
    page.page.click("#export")
    page.page.click('[data-export="link"]')
    page.page.locator("body[data-copied]").wait_for()
    address = page.page.locator("body").get_attribute("data-copied")
    again = visit(path, fragment="#" + address.split("#")[1])
    for selector in ("#shown", "#panel", "#focus-name"):
        assert again.text(selector) == page.text(selector)
    assert again.page.locator('[data-value="binds"]').get_attribute("aria-pressed") == "false"


def test_a_citation_is_copied(visit, path):
    page = visit(path, fragment=EDGE)
    page.page.locator(".copy").first.click()
    page.page.locator("#status", has_text="Copied").or_(page.page.locator("text=Copied")).first.wait_for(state="attached")


def test_physics_can_be_switched_on(visit, path):
    page = visit(path)
    page.page.click("summary:has-text('Size, colour')")
    page.page.check("#physics")
    assert page.text("#status") == "The graph moves"
    assert page.complaints == []


def test_on_a_phone_nothing_is_wider_than_the_screen(visit, path):
    page = visit(path, width=390, height=844, fragment=EDGE)
    assert page.page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.page.locator("#verdict").is_visible()
    page.page.click("#panel .close")
    page.page.click("#filters-toggle")
    assert page.page.locator('[data-filter="types"]').first.is_visible()


BAD = [
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "javascript:alert(1)",
    "see href=https://tracker.invalid/x",
    "\u202egnirts\u2066 \u200bzero\ufeff",
    "{{7*7}} ${7*7} <b>",
    "__proto__",
    "=HYPERLINK(1)",
    '"><svg onload=alert(1)>',
]


def test_hostile_documents_run_nothing_and_load_nothing(visit, tmp_path):
    claims = []
    for number, bad in enumerate(BAD):
        good, end = entity(f"leaf {number}"), entity(bad, "Condition", id_=bad, names=(bad,))
        claims.append(claim(good, "alleviates", end, f"leaf {number} {bad} helps", doc=bad.replace("/", "_"), start=5, says=bad))
        claims.append(claim(end, bad, good, bad, doc=f"z{number}"))
    page = visit(written(tmp_path, claims))
    for selector in ("#mode-all", "#table-toggle", "#table th button >> nth=8", "#table-toggle", "#mode-overview"):
        page.page.click(selector)
    for bad in BAD:
        page.page.fill("#search", bad[:12])
        page.key("Enter", "e", "f")
    for export in ("csv", "svg"):
        text = exported(page, export).decode("utf-8-sig")
        assert not re.search(r"(^|,)=HYPER", text)
    assert page.complaints == []
    assert page.external == []
    assert page.page.locator("img, svg[onload], script:not([id]) ~ script:not([id])").count() == 0
    assert not set("\u202e\u2066\u200b\ufeff") & set(page.text("body"))


def serious(page, root):
    """What axe-core finds serious or critical, with the places."""
    # Through the debugger's door: the page's own policy lets no other script in.
    session = page.context.new_cdp_session(page.page)
    session.send("Runtime.evaluate", {"expression": (root / "tests/vendor/axe.min.js").read_text(encoding="utf-8")})
    found = session.send("Runtime.evaluate", {"expression": "axe.run(document)", "awaitPromise": True, "returnByValue": True})
    violations = found["result"]["value"]["violations"]
    return [
        (each["id"], [node["html"][:90] for node in each["nodes"][:3]]) for each in violations if each["impact"] in {"serious", "critical"}
    ]


def test_hostile_documents_stay_text_in_an_answer(visit, tmp_path):
    claims = [
        claim(entity(f"leaf {number}"), "alleviates", entity(bad, "Condition", id_=bad), f"leaf {number} {bad} helps", doc=f"d{number}")
        for number, bad in enumerate(BAD)
    ]
    page = visit(written(tmp_path, claims, with_sparql=True))
    page.page.click("#ask")
    assert asked(page, "SELECT ?claim ?label ?text WHERE { ?c skos:prefLabel ?label . ?t oa:exact ?text }").split()[0] != "0"
    assert asked(page, 'SELECT ("<img src=x onerror=alert(1)>" AS ?x) ("\u202egnirts" AS ?y) {}').startswith("1 answer,")
    assert page.text("#answer td >> nth=0") == "<img src=x onerror=alert(1)>"
    assert "\u202e" not in page.text("#answer")
    assert page.page.locator("#answer img").count() == 0
    assert page.complaints == []
    assert page.external == []


@pytest.mark.parametrize(
    ("fragment", "scheme", "width"), [("", "light", 1360), (EDGE, "dark", 1360), ("#s=n:lunarine", "light", 390), (EDGE, "light", 800)]
)
def test_axe_finds_nothing_serious(visit, root, path, fragment, scheme, width):
    assert serious(visit(path, fragment=fragment, scheme=scheme, width=width), root) == []


@pytest.mark.parametrize(
    ("opener", "scheme"),
    [
        ("#table-toggle", "light"),
        ("#table-toggle", "dark"),
        ("#help", "light"),
        ("#help", "dark"),
        ("#ask", "light"),
        ("#ask", "dark"),
        ("#mode-path", "light"),
        ("#export", "dark"),
    ],
)
def test_axe_finds_nothing_serious_in_what_opens(visit, root, asking, opener, scheme):
    page = visit(asking, scheme=scheme)
    page.page.click(opener)
    if opener == "#ask":
        asked(page, "SELECT * WHERE { ?s kg:contains ?o }")
    assert serious(page, root) == []


def test_sparql_is_answered_inside_the_page(visit, asking):
    page = visit(asking)
    page.page.click("#ask")
    assert asked(page, "SELECT ?o WHERE { c:silverleaf kg:contains ?o }").startswith("1 answer,")
    page.page.click("#answer button")
    assert page.text("#panel h2") == "lunarine"
    page.page.click("#ask")
    assert asked(page, "ASK { c:lunarine kg:contains c:silverleaf }").startswith("1 answer,")
    assert page.text("#answer") == "no"
    assert asked(page, "CONSTRUCT { ?s kg:contains ?o } WHERE { ?s kg:contains ?o }").startswith("1 answer,")
    assert page.text("#answer td >> nth=1") == "kg:contains"
    assert page.complaints == []
    assert page.external == []


@pytest.mark.parametrize(
    ("sparql", "complaint"),
    [
        ("SELECT nonsense", "error"),
        ("SELECT * WHERE { SERVICE <https://tracker.invalid/> { ?s ?p ?o } }", "service"),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", "error"),
    ],
)
def test_what_cannot_be_asked_is_told_and_fetches_nothing(visit, asking, sparql, complaint):
    page = visit(asking)
    page.page.click("#ask")
    assert complaint in asked(page, sparql).lower()
    assert page.text("#answer") == ""
    assert page.external == []


def test_the_page_answers_every_named_query_as_kg_query_does(visit, asking):
    from kg import store
    from kg.builds import open_build

    page = visit(asking)
    page.page.click("#ask")
    opened = store.open_store(open_build(asking.parent))
    told, expected = {}, {}
    for place, (name, query) in enumerate(sorted(store.named_queries().items())):
        page.page.select_option("#ask-named", str(place))
        told[name] = int(re.match(r"(\d+) answers?,", asked(page))[1])
        answer = store.ask(opened, query.sparql, timeout=None)
        expected[name] = len(answer.rows) + len(answer.triples)
    assert told == expected
    assert max(told.values()) > 5
    assert page.complaints == []


def test_a_query_sees_each_document_as_a_graph(visit, asking):
    page = visit(asking)
    page.page.click("#ask")
    assert asked(page, "SELECT ?claim WHERE { GRAPH <document/b> { ?claim kg:stance ?stance } }").startswith("3 answers,")


def test_the_keyboard_alone_asks(visit, asking):
    page = visit(asking)
    page.page.focus("#ask")
    page.key("Enter")
    page.page.focus("#ask-text")
    page.key("Control+Enter")
    page.page.locator("#ask-note", has_text="answer").wait_for(timeout=20000)
    page.key("Escape")
    assert not page.page.locator("#ask-dialog").is_visible()


def test_a_notebook_frame_draws_it(visit, path, tmp_path):
    from kg.builds import open_build
    from kg.notebook import Graph

    frame = tmp_path / "notebook.html"
    frame.write_text(
        f"<!DOCTYPE html><html data-ready><meta charset=utf-8>{Graph(open_build(path.parent))._repr_html_()}", encoding="utf-8"
    )
    page = visit(frame)
    page.page.frame_locator("iframe").locator("html[data-ready]").wait_for(timeout=15000)
    page.page.frame_locator("iframe").locator("#table-toggle").click()
    assert page.page.frame_locator("iframe").locator("#table-count").inner_text().startswith("12 claims")
    assert page.complaints == []
