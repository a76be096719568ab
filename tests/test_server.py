"""`kg serve` beside the protocol: pages, limits, hostile requests; and its parts alone."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from serving import BASE, HOSTILE, build_folder, serving
from typer.testing import CliRunner

from kg.errors import InputError
from kg.server import negotiation, pages, worker
from kg.server.guard import Access
from kg.server.metrics import resident_bytes
from kg.server.negotiation import GRAPHS, RESULTS, choose
from kg.server.running import is_loopback, listen, serve, url_of
from kg.server.scan import scan

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?a != ?f || ?c != ?i) }"
SECONDS = 1.0
RUNAWAY_SECONDS = 5.0
LONG_SECONDS = 60.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return build_folder(tmp_path_factory.mktemp("serve") / "built")


@pytest.fixture(scope="module")
def client(folder):
    options = ("--timeout", str(SECONDS), "--max-result", "1", "--max-memory", "256", "--workers", "3", "--allow-host", "graph.example")
    with serving(folder, *options, "--cors", "https://app.example") as url, httpx.Client(base_url=url, timeout=60) as http:
        yield http


def ask(client, query, **headers):
    return client.post("/sparql", data={"query": query}, headers=headers)


def metric(client, name):
    return next(float(line.split()[1]) for line in client.get("/metrics").text.splitlines() if line.startswith(f"{name} "))


# ---- limits ----


def test_a_runaway_query_is_stopped_and_others_go_on(folder):
    # The limit is long beside what a short query takes on a busy machine, and what is compared is the order of events, not times.
    with (
        serving(folder, "--timeout", str(RUNAWAY_SECONDS), "--workers", "2") as url,
        httpx.Client(base_url=url, timeout=60) as http,
        ThreadPoolExecutor(1) as threads,
    ):
        start = time.monotonic()
        runaway = threads.submit(ask, http, RUNAWAY)
        while metric(http, "kg_queries_running") < 1:
            assert not runaway.done()
        quick = ask(http, "ASK {}")
        is_first = not runaway.done()
        stopped = runaway.result()
        seconds = time.monotonic() - start
    assert quick.json()["boolean"] is True
    assert is_first
    assert stopped.status_code == 503
    assert "stopped" in stopped.text
    assert seconds >= RUNAWAY_SECONDS


def test_more_runaways_than_workers_leave_a_working_server(client):
    with ThreadPoolExecutor(9) as threads:
        assert {response.status_code for response in threads.map(lambda _: ask(client, RUNAWAY), range(9))} == {503}
    assert ask(client, "ASK {}").json()["boolean"] is True


def test_a_result_over_the_limit_is_refused(client):
    response = ask(client, "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000")
    assert response.status_code in {500, 503}
    assert "LIMIT" in response.text or "stopped" in response.text


def test_a_query_that_eats_memory_ends_only_itself(client):
    response = ask(
        client, f"SELECT (GROUP_CONCAT(?x; SEPARATOR='{'x' * 10000}') AS ?y) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i BIND(STR(?a) AS ?x) }}"
    )
    assert response.status_code == 503
    assert ask(client, "ASK {}").json()["boolean"] is True


@pytest.mark.parametrize("query", ["ASK { FILTER(" + "(" * 50_000 + "1" + ")" * 50_000 + ") }", "ASK " + "{" * 50_000 + "}" * 50_000])
def test_deep_nesting_is_refused(client, query):
    response = ask(client, query)
    assert response.status_code == 400
    assert "nested" in response.text


def test_nesting_without_brackets_ends_only_itself(client):
    assert ask(client, "ASK { FILTER(" + "!" * 200_000 + "true) }").status_code in {400, 503, 200}
    assert ask(client, "ASK {}").json()["boolean"] is True


def test_a_large_body_is_413(client):
    assert client.post("/sparql", content=b"#" * (2 << 20), headers={"Content-Type": "application/sparql-query"}).status_code == 413


def test_a_compressed_body_is_415(client):
    headers = {"Content-Type": "application/sparql-query", "Content-Encoding": "gzip"}
    assert client.post("/sparql", content=b"x", headers=headers).status_code == 415


def test_too_many_parameters_are_400(client):
    assert client.post("/sparql", data={"query": "ASK {}", **{f"p{number}": "" for number in range(1001)}}).status_code == 400


def test_a_client_that_leaves_frees_its_worker(folder):
    with serving(folder, "--timeout", str(LONG_SECONDS), "--workers", "1") as url, httpx.Client(base_url=url, timeout=120) as http:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url + "sparql", data={"query": RUNAWAY}, timeout=0.5)
        start = time.monotonic()
        assert ask(http, "ASK {}").status_code == 200
        assert time.monotonic() - start < LONG_SECONDS / 2


# ---- reaching out ----


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <{url}> { ?s ?p ?o } }",
        "SELECT * { service silent <{url}> { ?s ?p ?o } }",
        "SELECT * { #x\nSERVICE<{url}>{ ?s ?p ?o } }",
        "SELECT * { FILTER EXISTS { SERVICE <{url}> { ?s ?p ?o } } }",
        "SELECT * { BIND('#' AS ?x) SERVICE <{url}> { ?s ?p ?o } }",
        "SELECT * { BIND('''it's''' AS ?x) SERVICE ?x { ?s ?p ?o } }",
        'SELECT * { BIND("""a"b""" AS ?x) SERVICE <{url}> { ?s ?p ?o } }',
    ],
)
def test_service_is_refused_and_nothing_is_asked(client, query):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        assert ask(client, query.replace("{url}", url)).status_code == 403
        with pytest.raises(TimeoutError):
            listener.accept()


def test_a_worker_can_open_neither_socket_nor_file(folder, tmp_path):
    from kg import store
    from kg.builds import open_build

    store.load_store(open_build(folder), tmp_path / "store")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.2)
        # Even an engine that gets the query is kept from the network by the system.
        code = (
            "import io, sys; from kg.server import worker; worker.scan = lambda q, **_: type('S', (), dict(has_service=False, depth=0,"
            " has_dataset=False, is_update=False)); worker.work(sys.argv[1], 0, sys.stdin.buffer, sys.stdout.buffer)"
        )
        query = f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.getsockname()[1]}/> {{ ?s ?p ?o }} }}"
        job = json.dumps({"query": query, "results": "json", "graphs": None, "limit": 1000, "seconds": 20}).encode() + b"\n"
        done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "store")], input=job, capture_output=True, timeout=60, check=True)
        with pytest.raises(TimeoutError):
            listener.accept()
    assert b'"status": 500' in done.stdout


@pytest.mark.parametrize(
    "query",
    ["ASK { ?service <http://x/SERVICE> 'SERVICE' } # SERVICE", "PREFIX service: <http://x/> ASK { service:x ?p '''\nSERVICE\n''' }"],
)
def test_the_word_service_elsewhere_is_no_call(client, query):
    assert ask(client, query).json()["boolean"] is False


# ---- who may ask ----


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "a@127.0.0.1", "[::1", ""]
)
def test_a_foreign_host_is_refused(client, host):
    assert client.get("/sparql?query=ASK%20{}", headers={"Host": host}).status_code in {400, 421}


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:7878", "graph.example", "192.0.2.7"])
def test_our_own_hosts_are_served(client, host):
    assert client.get("/health", headers={"Host": host}).status_code == 200


def test_a_request_without_a_host_is_refused(client):
    with socket.create_connection((client.base_url.host, client.base_url.port)) as wire:
        wire.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        assert wire.recv(100).split()[1] in {b"400", b"421"}


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        ("http://localhost:8888", True),
        ("http://127.0.0.1", True),
        ("https://app.example", True),
        ("https://evil.example", False),
        ("http://localhost.evil.example", False),
        ("null", False),
        ("http://[", False),
    ],
)
def test_only_known_origins_may_read(client, origin, is_allowed):
    response = client.get("/sparql?query=ASK%20{}", headers={"Origin": origin})
    assert response.headers.get("Access-Control-Allow-Origin") == (origin if is_allowed else None)
    assert "Origin" in response.headers["Vary"]
    preflight = client.options("/sparql", headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204
    assert ("Access-Control-Allow-Methods" in preflight.headers) is is_allowed


def test_star_lets_every_origin_read():
    assert Access(origins=frozenset("*")).lets_read("https://any.example")


def test_options_says_what_is_allowed(client):
    assert "GET" in client.options("/sparql").headers["Allow"]


@pytest.mark.parametrize("path", ["/", "/sparql", "/health", "/concept/alpha", "/nowhere", "/static/editor.js"])
def test_every_reply_carries_the_security_headers(client, path):
    headers = client.get(path, headers=HTML).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "server" not in headers


# ---- pages ----


def links(html):
    import re

    return set(re.findall(r'href="([^"]*)"', html))


@pytest.mark.parametrize(
    "path", ["/concept/alpha", "/concept/gloom", "/document/deep/second%20one", "/document/first", "/concept/", "/document/"]
)
def test_a_page_escapes_what_texts_say(client, path):
    response = client.get(path, headers=HTML)
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    assert "<img" not in response.text
    assert "no medical advice" in response.text
    assert not [href for href in links(response.text) if href.startswith("javascript")]


def test_an_entity_page_shows_claims_with_their_sentences(client):
    page = client.get("/concept/beta", headers=HTML).text
    assert "<blockquote>Alpha contains beta.</blockquote>" in page
    assert "./document/first" in links(page)
    assert "./concept/alpha" in links(page)


def test_links_of_a_page_lead_somewhere(client):
    for start in ("/concept/alpha", "/index", "/document/deep/second%20one"):
        for href in sorted(links(client.get(start, headers=HTML).text)):
            if not href.startswith(("http", "data:", "./run/")):
                assert client.get("/" + href.removeprefix("./"), headers=HTML, follow_redirects=True).status_code == 200, href


def test_speakers_and_claims_have_pages(client):
    found = ask(client, "SELECT ?claim ?who { ?claim kg:attributedTo ?who }", Accept="application/json").json()["results"]["bindings"][0]
    for name in ("claim", "who"):
        page = client.get("/" + found[name]["value"].removeprefix(BASE), headers=HTML)
        assert page.status_code == 200
        assert "<img" not in page.text


@pytest.mark.parametrize("format_", GRAPHS)
def test_an_entity_comes_as_rdf(client, format_):
    response = client.get("/concept/alpha", headers={"Accept": format_.media_types[0]})
    quads = list(ox.parse(response.content, format=worker.GRAPH_FORMATS[format_.name]))
    assert any(quad.subject.value == BASE + "concept/alpha" and quad.object.value == f"Alpha {HOSTILE}" for quad in quads)


def test_an_entity_without_a_wish_is_turtle_in_reading_order(client):
    text = client.get("/concept/alpha").text
    assert "c:alpha a " in text


def test_a_claim_as_rdf_holds_its_quote(client):
    found = ask(client, "SELECT ?claim { ?claim rdf:object c:beta }", Accept="application/json").json()["results"]["bindings"][0]
    assert "Alpha contains beta." in client.get("/" + found["claim"]["value"].removeprefix(BASE)).text


@pytest.mark.parametrize(
    "path",
    [
        "/concept/none",
        "/concept/a%22b",
        "/concept/%FF",
        "/concept/..%2F..%2Fetc%2Fpasswd",
        "/claim/",
        "/nowhere",
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/queries/none",
        "/download/texts",
        "/download/..%2Fx",
    ],
)
def test_what_is_not_there_is_404(client, path):
    for headers in (HTML, {}):
        response = client.get(path, headers=headers)
        assert response.status_code == 404
        assert "<script" not in response.text


def test_an_entity_in_no_format_of_ours_is_406(client):
    assert client.get("/concept/alpha", headers={"Accept": "image/png"}).status_code == 406


def test_the_ontology_is_served(client):
    assert 'id="alleviates"' in client.get("/ontology", headers=HTML).text
    assert "kg:alleviates a " in client.get("/ontology").text


def test_without_a_page_the_overview_stands_at_the_root(client):
    assert "<h1>Knowledge graph</h1>" in client.get("/").text


def test_the_page_of_the_folder_stands_at_the_root(folder):
    (folder / "graph.html").write_text("<title>drawn</title>", encoding="utf-8")
    try:
        with serving(folder, "--workers", "1") as url:
            response = httpx.get(url)
            assert response.text == "<title>drawn</title>"
            assert "connect-src 'self'" in response.headers["Content-Security-Policy"]
            assert httpx.get(url + "download/graph.html").headers["Content-Disposition"].startswith("attachment")
    finally:
        (folder / "graph.html").unlink()


def test_the_named_queries_are_listed_and_each_runs(client):
    queries = client.get("/queries").json()
    assert queries
    for query in queries:
        assert query["help"]
        assert client.get(f"/queries/{query['name']}").text == query["sparql"]
        assert ask(client, query["sparql"]).status_code == 200, query["name"]
    assert client.get("/queries", headers=HTML).headers["Content-Type"].startswith("text/html")


def test_health_and_metrics_tell_how_it_goes(client):
    ask(client, "ASK {}")
    assert client.get("/health").json()["status"] == "ok"
    text = client.get("/metrics").text
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(values['kg_queries_total{outcome="answered"}']) >= 1
    assert float(values['kg_http_requests_total{route="/sparql",method="POST",status="200"}']) >= 1
    assert values['kg_query_seconds_bucket{le="+Inf"}'] == values["kg_query_seconds_count"]


def test_the_assets_come_with_their_licence(client):
    assert "MIT" in client.get("/static/yasgui/LICENSE").text
    assert len(client.get("/static/yasgui/yasgui.min.js").content) > 1_000_000


@pytest.mark.browser
def test_the_editor_works_without_a_network(client):
    # A thread of its own: another test of this process may hold a browser open, and two do not share a thread.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(use_the_editor, client).result()


def use_the_editor(client):
    if not Path("/usr/bin/chromium").exists():
        pytest.skip("no Chromium here")
    from playwright.sync_api import sync_playwright

    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=flags)
        page = browser.new_page()
        asked, complaints = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text) if message.type == "error" and "inline event handler" not in message.text else None
            ),
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(str(client.base_url) + "sparql")
        page.wait_for_selector("body[data-ready=yes]")
        assert page.locator("#examples option").count() > 1
        page.select_option("#examples", "documents")
        assert page.locator("#help").inner_text()
        page.locator(".yasqe_queryButton").first.click()
        page.wait_for_selector(".yasr_results table tbody tr")
        browser.close()
    assert [url for url in asked if not url.startswith((str(client.base_url), "data:", "blob:"))] == []
    # The editor's library sets handlers inline; that the policy blocks them is what it is for.
    assert [text for text in complaints if "inline event handler" not in text] == []


# ---- the command ----


def test_a_folder_without_a_graph_is_an_error(tmp_path):
    listener = listen("127.0.0.1", 0)
    with listener, pytest.raises(InputError, match=r"no claims\.jsonl"):
        serve(tmp_path, listener)


def test_a_folder_that_is_no_store_is_an_error(folder, tmp_path):
    with listen("127.0.0.1", 0) as listener, pytest.raises(InputError, match="not a store"):
        serve(folder, listener, database=tmp_path)


def test_a_port_that_is_taken_is_an_error():
    with listen("127.0.0.1", 0) as listener, pytest.raises(InputError, match="cannot listen"):
        listen("127.0.0.1", listener.getsockname()[1])


def test_addresses_are_written_as_addresses():
    with listen("::1", 0) as listener:
        assert url_of(listener).startswith("http://[::1]:")


@pytest.mark.parametrize(
    ("host", "expected"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("box.example", False)]
)
def test_loopback_is_known(host, expected):
    assert is_loopback(host) is expected


def test_the_command_warns_before_it_opens_the_graph_to_the_network(tmp_path):
    from kg.cli.main import app

    result = CliRunner().invoke(app, ["serve", "--graph", str(tmp_path), "--host", "0.0.0.0", "--port", "0"])
    assert "no password" in result.stderr


def test_a_store_on_disk_is_served_as_it_is(folder, tmp_path):
    from kg import store
    from kg.builds import open_build

    store.load_store(open_build(folder), tmp_path / "store")
    with serving(folder, "--store", str(tmp_path / "store"), "--workers", "1") as url:
        assert httpx.get(url + "concept/alpha").status_code == 200


# ---- parts ----


@pytest.mark.parametrize(
    ("accept", "formats", "expected"),
    [
        (None, RESULTS, "application/sparql-results+json"),
        ("text/csv;q=1.5", RESULTS, None),
        ("text/csv;q=", RESULTS, None),
        (",,;,/,text/,*/csv,text/csv", RESULTS, "text/csv"),
        ("application/*;q=0.1, text/csv;q=0.2", RESULTS, "text/csv"),
        ("text/plain", GRAPHS, "text/plain"),
        ("a/b," * 1000, RESULTS, None),
    ],
)
def test_accept_headers_are_read_as_the_standard_says(accept, formats, expected):
    choice = choose(accept, formats)
    assert (choice and choice.media_type) == expected


def test_a_format_is_known_by_name():
    assert negotiation.by_name("srj", RESULTS).format.name == "json"
    assert negotiation.by_name("none", RESULTS) is None


@pytest.mark.parametrize(
    ("query", "graphs"),
    [
        ("ASK FROM <http://a/b> FROM NAMED <http://a/c> {}", ("http://a/b", "http://a/c")),
        ("BASE <http://a/> ASK FROM <b> {}", ("http://a/b",)),
        ("PREFIX : <http://a/> ASK FROM :b\\-c {}", ("http://a/b-c",)),
        ("ASK FROM <http://a/\\u0062\\U0010FFFF\\UFFFFFFFF> {}", ("http://a/b\U0010ffff\ufffd",)),
        ("SELECT ?FROM { ?FROM <a:b> <a:c> }", ()),
        ("ASK { } # FROM <http://a/b>", ()),
    ],
)
def test_the_graphs_of_a_query_are_seen(query, graphs):
    assert scan(query).graphs == graphs


def test_an_update_is_known_by_its_first_word():
    assert scan("PREFIX a: <b:c> INSERT DATA {}").is_update
    assert not scan("SELECT ?insert { ?insert ?p 'DELETE' }").is_update


def worked(query, *, results="json", graphs="ttl", limit=10_000, **more):
    store = ox.Store()
    store.load(b"<http://a/s> <http://a/p> 'o', 'q' .", format=ox.RdfFormat.TURTLE)
    pipe = io.BytesIO()
    end = worker.answer(store, {"query": query, "results": results, "graphs": graphs, "limit": limit, **more}, pipe)
    data = pipe.getvalue()
    return end, data[worker.FRAME.size :]


def test_a_worker_answers_in_frames():
    end, data = worked("SELECT ?o { ?s ?p ?o } ORDER BY ?o", results="tsv")
    assert end == {"status": 200, "kind": "results"}
    assert data == b'?o\n"o"\n"q"\n'
    end, data = worked("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", graphs="ttl", sorted=True)
    assert end == {"status": 200, "kind": "graph"}
    assert data.endswith(b'<http://a/s> <http://a/p> "o" , "q" .\n')


@pytest.mark.parametrize(
    ("query", "more", "status"),
    [
        ("ASK {", {}, 400),
        ("ASK {}", {"results": None}, 406),
        ("ASK {}", {"default": ["nothing"]}, 400),
        ("SELECT * { ?s ?p ?o }", {"limit": 10}, 500),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", {"limit": 10}, 500),
        ("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }", {"limit": 10, "graphs": "nt"}, 500),
        ("CLEAR ALL", {}, 403),
        ("ASK { SERVICE <a:b> {} }", {}, 403),
    ],
)
def test_a_worker_refuses_with_a_status(query, more, status):
    end, _ = worked(query, **more)
    assert end["status"] == status


def test_links_lead_only_to_the_web_or_to_us():
    assert pages.link("javascript:alert(1)").href == ""
    assert pages.link("https://a.example/x").is_foreign
    assert pages.link(BASE + "concept/a:b").href == "./concept/a:b"


def test_memory_of_no_process_is_zero():
    assert resident_bytes() > 0
    assert resident_bytes("none") == 0
