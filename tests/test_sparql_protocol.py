"""The SPARQL 1.1 Protocol and Graph Store Protocol against a running server.

The cases follow the W3C test suite (data-sparql11/protocol), as far as they apply to an endpoint that only reads: graphs are
those of the dataset instead of files fetched from the network, and updates must be refused.
"""

from __future__ import annotations

import httpx
import pyoxigraph as ox
import pytest
from serving import BASE, build_folder, serving

FIRST, SECOND = BASE + "document/first", BASE + "document/deep/second%20one"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
PLAIN = "http://127.0.0.1"


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    with (
        serving(build_folder(tmp_path_factory.mktemp("serve") / "built"), "--timeout", "20") as url,
        httpx.Client(base_url=url, timeout=60) as http,
    ):
        yield http


def boolean(response):
    assert response.status_code == 200, response.text
    return response.json()["boolean"]


# ---- 2.1 query operation ----


def test_query_via_get(client):
    assert boolean(client.get("/sparql", params={"query": "ASK {}"})) is True


def test_query_via_url_encoded_post(client):
    assert boolean(client.post("/sparql", data={"query": "ASK {}"})) is True


def test_query_via_direct_post(client):
    assert boolean(client.post("/sparql", content="ASK {}", headers={"Content-Type": QUERY})) is True


def test_a_media_type_may_carry_a_charset(client):
    assert boolean(client.post("/sparql", content="ASK {}", headers={"Content-Type": QUERY + "; charset=UTF-8"})) is True


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_405_with_allow(client, method):
    response = client.request(method, "/sparql", params={"query": "ASK {}"})
    assert response.status_code == 405
    assert {"GET", "HEAD", "POST"} <= {name.strip() for name in response.headers["Allow"].split(",")}


def test_multiple_queries_are_400(client):
    assert client.get("/sparql?query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D").status_code == 400


@pytest.mark.parametrize("type_", ["text/plain", "application/json", "multipart/form-data; boundary=x", ""])
def test_a_body_of_another_type_is_415(client, type_):
    assert client.post("/sparql", content="ASK {}", headers={"Content-Type": type_}).status_code == 415


def test_a_body_without_a_type_is_415(client):
    assert client.post("/sparql", content=b"query=ASK%20%7B%7D").status_code == 415


@pytest.mark.parametrize("query", ["ASK {", "", "SELECT", "ASK { <a b> ?p ?o }", "ASK { nowhere:a ?p ?o }"])
def test_a_malformed_query_is_400(client, query):
    response = client.get("/sparql", params={"query": query})
    assert response.status_code == 400
    assert response.text.startswith("malformed query")


def test_a_body_that_is_not_utf_8_is_400(client):
    assert client.post("/sparql", content="ASK {} # é".encode("utf-16"), headers={"Content-Type": QUERY}).status_code == 400
    assert client.get("/sparql?query=ASK%20%7B%7D%20%23%FF").status_code == 400
    assert client.post("/sparql", content=b"query=ASK%20%7B%7D%23%ff", headers={"Content-Type": FORM}).status_code == 400


def test_parameters_without_a_query_are_400(client):
    assert client.get("/sparql", params={"default-graph-uri": FIRST}).status_code == 400
    assert client.post("/sparql", data={"default-graph-uri": FIRST}).status_code == 400


def test_a_query_in_both_body_and_address_is_400(client):
    response = client.post("/sparql", params={"query": "ASK {}"}, content="ASK {}", headers={"Content-Type": QUERY})
    assert response.status_code == 400


def test_an_iri_is_decoded_once_in_every_form(client):
    query = f"ASK {{ <{SECOND}> ?p ?o FILTER(STR(<http://x/a%2Fb>) = CONCAT('http://x/a%', '2Fb')) }}"
    assert boolean(client.get("/sparql", params={"query": query}))
    assert boolean(client.post("/sparql", data={"query": query}))
    assert boolean(client.post("/sparql", content=query, headers={"Content-Type": QUERY}))


# ---- 2.1.4 dataset ----

HAS_CLAIM = "ASK { ?claim <http://www.w3.org/1999/02/22-rdf-syntax-ns#subject> ?s ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#object> ?o FILTER(STRENDS(STR(?o), 'beta')) }"
HAS_BOTH = f"ASK {{ ?a a kg:Claim ; rdf:object <{BASE}concept/beta> . ?b a kg:Claim ; rdf:object <{BASE}concept/gloom> }}"


def ways(client, query, **dataset):
    """The same request in the three forms."""
    names = {key.replace("_", "-") + "-graph-uri": value for key, value in dataset.items()}
    yield client.get("/sparql", params={"query": query, **names})
    yield client.post("/sparql", data={"query": query, **names})
    yield client.post("/sparql", params=names, content=query, headers={"Content-Type": QUERY})


@pytest.mark.parametrize("way", range(3))
@pytest.mark.parametrize(
    ("query", "dataset", "expected"),
    [
        (HAS_CLAIM, {}, True),
        (HAS_CLAIM, {"default": FIRST}, True),
        (HAS_CLAIM, {"default": SECOND}, False),
        (HAS_BOTH, {"default": [FIRST, SECOND]}, True),
        (HAS_BOTH, {"default": FIRST}, False),
        (f"ASK {{ GRAPH <{FIRST}> {{ ?s ?p ?o }} }}", {}, True),
        (f"ASK {{ GRAPH <{FIRST}> {{ ?s ?p ?o }} }}", {"named": FIRST}, True),
        (f"ASK {{ GRAPH <{FIRST}> {{ ?s ?p ?o }} }}", {"named": SECOND}, False),
        (f"ASK {{ GRAPH <{FIRST}> {{ ?s ?p ?o }} }}", {"default": FIRST}, False),
        ("ASK { ?s ?p ?o }", {"named": [FIRST, SECOND]}, False),
        (f"ASK {{ ?s ?p ?o GRAPH <{SECOND}> {{ ?a ?b ?c }} }}", {"default": FIRST, "named": [FIRST, SECOND]}, True),
        (f"ASK FROM <{FIRST}> {{ ?s ?p ?o }}", {}, True),
        (f"ASK FROM NAMED <{FIRST}> {{ ?s ?p ?o }}", {}, False),
        (HAS_CLAIM.replace("ASK", f"ASK FROM <{SECOND}>"), {}, False),
        (HAS_CLAIM.replace("ASK", f"ASK FROM <{SECOND}>"), {"default": FIRST}, True),
        (HAS_CLAIM.replace("ASK", f"ASK FROM <{FIRST}>"), {"default": SECOND}, False),
    ],
)
def test_the_dataset_is_what_the_protocol_says(client, query, dataset, expected, way):
    assert boolean(tuple(ways(client, query, **dataset))[way]) is expected


@pytest.mark.parametrize("graph", ["http://example.org/none", "file:///etc/passwd", "not an iri", "relative"])
@pytest.mark.parametrize("parameter", ["default-graph-uri", "named-graph-uri"])
def test_a_graph_from_elsewhere_is_refused(client, parameter, graph):
    assert client.get("/sparql", params={"query": "ASK {}", parameter: graph}).status_code == 400


@pytest.mark.parametrize(
    "clause",
    [
        "FROM <file:///etc/passwd>",
        "FROM NAMED <http://example.org/none>",
        "from\n#x\n<http://example.org/none>",
        "FROM <document/none>",
        "FROM c:none",
    ],
)
def test_from_a_graph_that_is_elsewhere_is_refused(client, clause):
    assert client.get("/sparql", params={"query": f"ASK {clause} {{ ?s ?p ?o }}"}).status_code == 400


def test_from_may_use_prefix_and_base(client):
    assert boolean(client.get("/sparql", params={"query": f"PREFIX d: <{BASE}document/> ASK FROM d:first {{ ?s ?p ?o }}"}))
    assert boolean(client.get("/sparql", params={"query": f"BASE <{BASE}document/> ASK FROM <first> {{ ?s ?p ?o }}"}))


# ---- 2.1.5, 2.1.6 results ----

FORMS = {
    "select": "SELECT ?s WHERE { ?s a kg:Claim } LIMIT 1",
    "ask": "ASK { ?s ?p ?o }",
    "construct": "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 3",
    "describe": f"DESCRIBE <{BASE}concept/alpha>",
}
RESULTS = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    "text/csv": None,
}
GRAPHS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
    "application/trig": ox.RdfFormat.TRIG,
    "application/n-quads": ox.RdfFormat.N_QUADS,
}


def media_type(response):
    return response.headers["Content-Type"].split(";")[0]


@pytest.mark.parametrize("form", ["select", "ask"])
@pytest.mark.parametrize("type_", RESULTS)
def test_results_come_in_the_format_asked_for(client, form, type_):
    response = client.get("/sparql", params={"query": FORMS[form]}, headers={"Accept": type_})
    assert (response.status_code, media_type(response)) == (200, type_)
    if form == "select" and RESULTS[type_] is not None:
        assert len(list(ox.parse_query_results(response.content, format=RESULTS[type_]))) == 1
    elif form == "select":
        assert response.text.splitlines()[0] == "s"
        assert "\r\n" in response.text


@pytest.mark.parametrize("form", ["construct", "describe"])
@pytest.mark.parametrize("type_", GRAPHS)
def test_graphs_come_in_the_format_asked_for(client, form, type_):
    response = client.post("/sparql", data={"query": FORMS[form]}, headers={"Accept": type_})
    assert (response.status_code, media_type(response)) == (200, type_)
    assert len(list(ox.parse(response.content, format=GRAPHS[type_]))) >= 3


@pytest.mark.parametrize(
    ("form", "expected"), [("select", "application/sparql-results+json"), ("construct", "text/turtle"), ("describe", "text/turtle")]
)
@pytest.mark.parametrize("accept", ["*/*", "", None, "*/*;q=0.1"])
def test_a_client_that_takes_everything_gets_the_default(client, form, expected, accept):
    request = client.build_request("GET", "/sparql", params={"query": FORMS[form]}, headers={"Accept": accept or ""})
    if accept is None:
        del request.headers["Accept"]
    assert media_type(client.send(request)) == expected


@pytest.mark.parametrize(
    ("form", "accept", "expected"),
    [
        ("select", "text/csv;q=0.2, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("select", "application/json", "application/json"),
        ("select", "text/*", "text/csv"),
        ("select", "text/turtle, application/sparql-results+xml;q=0.1", "application/sparql-results+xml"),
        ("select", "application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("describe", "application/sparql-results+json, text/turtle;q=0.1", "text/turtle"),
        ("describe", "APPLICATION/N-Triples", "application/n-triples"),
        ("construct", "text/html, application/xhtml+xml, */*;q=0.8", "text/turtle"),
        ("construct", "text/turtle;version=1.1;q=0.3, application/rdf+xml;q=0.2", "text/turtle"),
    ],
)
def test_quality_values_decide(client, form, accept, expected):
    assert media_type(client.get("/sparql", params={"query": FORMS[form]}, headers={"Accept": accept})) == expected


@pytest.mark.parametrize(
    ("form", "accept"),
    [("select", "image/png"), ("select", "text/turtle"), ("construct", "text/csv"), ("ask", "*/*;q=0"), ("ask", "nonsense")],
)
def test_a_format_that_is_not_offered_is_406(client, form, accept):
    assert client.get("/sparql", params={"query": FORMS[form]}, headers={"Accept": accept}).status_code == 406


def test_format_in_the_address_overrides_accept(client):
    response = client.get("/sparql", params={"query": FORMS["select"], "format": "csv"}, headers={"Accept": "text/html"})
    assert media_type(response) == "text/csv"
    assert client.get("/sparql", params={"query": FORMS["select"], "format": "pdf"}).status_code == 406


def test_replies_say_that_they_vary(client):
    assert "Accept" in client.get("/sparql", params={"query": "ASK {}"}).headers["Vary"]


def test_head_gives_headers_only(client):
    got = client.get("/sparql", params={"query": FORMS["select"]})
    head = client.head("/sparql", params={"query": FORMS["select"]})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


# ---- 2.2 update operation: refused ----


def test_an_update_via_get_is_400(client):
    assert client.get("/sparql", params={"update": "CLEAR ALL"}).status_code == 400


@pytest.mark.parametrize(
    "update", ["CLEAR ALL", "INSERT DATA { <a:a> <a:b> <a:c> }", "LOAD <file:///etc/passwd>", "DELETE WHERE { ?s ?p ?o }"]
)
def test_an_update_is_403_in_every_form(client, update):
    assert client.post("/sparql", data={"update": update}).status_code == 403
    assert client.post("/sparql", content=update, headers={"Content-Type": "application/sparql-update"}).status_code == 403
    assert client.post("/sparql", data={"query": update}).status_code == 403
    assert boolean(client.get("/sparql", params={"query": "ASK { ?s ?p ?o }"})) is True


def test_an_update_with_a_dataset_of_its_own_is_refused(client):
    assert client.post("/sparql", data={"update": "CLEAR ALL", "using-graph-uri": FIRST}).status_code == 403


# ---- service description ----


def test_the_endpoint_describes_itself(client):
    response = client.get("/sparql")
    store = ox.Store()
    store.load(response.content, format=ox.RdfFormat.TURTLE)
    prefixes = {"sd": "http://www.w3.org/ns/sparql-service-description#", "void": "http://rdfs.org/ns/void#"}
    query = (
        "SELECT ?endpoint ?triples WHERE { ?s a sd:Service ; sd:endpoint ?endpoint ; sd:supportedLanguage sd:SPARQL11Query ;"
        " sd:feature sd:UnionDefaultGraph ; sd:resultFormat <http://www.w3.org/ns/formats/Turtle> ; sd:defaultDataset ?d ."
        f" ?d a void:Dataset ; void:triples ?triples ; sd:defaultGraph ?g ; sd:namedGraph/sd:name <{FIRST}> }}"
    )
    (row,) = store.query(query, prefixes=prefixes)
    assert row["endpoint"].value == str(client.base_url) + "sparql"
    count = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}, headers={"Accept": "text/csv"}).text
    assert row["triples"].value == count.split()[1]


@pytest.mark.parametrize("type_", GRAPHS)
def test_the_description_comes_in_every_graph_format(client, type_):
    response = client.get("/sparql", headers={"Accept": type_})
    assert media_type(response) == type_
    assert any(quad.object.value.endswith("#Service") for quad in ox.parse(response.content, format=GRAPHS[type_]))


def test_void_is_found_where_it_is_looked_for(client):
    response = client.get("/.well-known/void", follow_redirects=True)
    assert media_type(response) == "text/turtle"


# ---- Graph Store Protocol, reading ----


def quads(response):
    return {str(quad) for quad in ox.parse(response.content, format=ox.RdfFormat.N_TRIPLES)}


def test_the_graph_store_gives_graphs(client):
    def get(**params):
        return quads(client.get("/graph-store", params=params, headers={"Accept": "application/n-triples"}))

    first, second, whole = get(graph=FIRST), get(graph=SECOND), get(default="")
    assert first
    assert second
    assert first != second
    assert first | second < whole


def test_the_graph_store_answers_head(client):
    response = client.head("/graph-store", params={"graph": FIRST})
    assert (response.status_code, media_type(response), response.content) == (200, "text/turtle", b"")


@pytest.mark.parametrize(
    ("query", "status"),
    [("", 400), ("default&graph=x", 400), ("graph=a:a&graph=b:b", 400), ("graph=http://example.org/none", 404), ("graph=not%20one", 400)],
)
def test_the_graph_store_says_what_is_wrong(client, query, status):
    assert client.get("/graph-store?" + query).status_code == status


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
def test_the_graph_store_only_reads(client, method):
    assert client.request(method, "/graph-store?default").status_code == 405


def test_the_graph_store_negotiates(client):
    assert client.get("/graph-store?default", headers={"Accept": "text/csv"}).status_code == 406
