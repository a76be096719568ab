import pytest

from kg import store
from kg.errors import InputError
from kg.outputs import ntriples
from tests.factories import claim, write_build

SUBSTANCES = ("caffeine", "kava", "kratom")
BY_SUBSTANCE = [
    name
    for name, query in store.named_queries().items()
    if query.sparql.partition("SELECT ")[2].startswith(("?substance ", "DISTINCT ?substance "))
    and "CONSTRUCT" not in query.sparql
    and "VALUES ?substance " not in query.sparql
]
UNORDERED = "GROUP_CONCAT"  # gives its parts in no order


@pytest.fixture(scope="module")
def build(tmp_path_factory):
    claims = [
        claim("mitragynine binds mu-opioid-receptor", start=9000),
        claim("mu-opioid-receptor modulates dopamine", start=9100),
        claim("dopamine regulates mood", start=9200),
    ]
    for place, substance in enumerate(SUBSTANCES):
        start = 1000 * place
        claims += [
            claim(f"{substance} alleviates anxiety", start=start),
            claim(f"{substance} alleviates anxiety", "b", start=start, stance="denied"),
            claim(f"{substance} alleviates mood", start=start + 100, certainty="hedged"),
            claim(f"{substance} contains mitragynine", start=start + 200),
            claim(f"{substance} interacts_with alcohol", start=start + 300),
            claim(f"{substance} has_caution liver-damage", "b", start=start + 400),
            claim(f"{substance} binds mu-opioid-receptor", start=start + 500),
        ]
    return write_build(tmp_path_factory.mktemp("built") / "folder", claims)


@pytest.fixture(scope="module")
def opened(build):
    return store.memory_store(build)


@pytest.fixture(scope="module")
def disk(build, tmp_path_factory):
    path = tmp_path_factory.mktemp("disk") / "store"
    store.load_store(build, path)
    return store.open_store(path)


def rows(opened, name, **settings):
    answer = store.ask(opened, store.fill(opened, store.named_query(name), settings), timeout=None)
    return [dict(zip(answer.variables, map(str, row), strict=True)) for row in answer.rows]


@pytest.mark.parametrize("name", BY_SUBSTANCE)
def test_one_substance_gets_its_own_rows_of_the_whole_answer(opened, name):
    own = [row for row in rows(opened, name) if "concept/kava>" in row["substance"]]
    assert own
    assert rows(opened, name, substance="kava") == own


MANY = range(1001)
LIMITED = {
    "interactions": [claim("alcohol interacts_with warfarin", start=10 * place) for place in MANY]
    + [claim("kava interacts_with warfarin", "b")],
    "constituent-paths": [claim(f"alcohol contains part-{place}", start=10 * place) for place in MANY]
    + [claim(f"part-{place} binds dopamine", "b", start=10 * place) for place in MANY]
    + [claim("kava contains part-7", "c")],
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_limit_counts_only_what_was_asked_for(tmp_path, name):
    opened = store.memory_store(write_build(tmp_path / "folder", LIMITED[name]))
    assert len(rows(opened, name)) == 1000
    assert len(rows(opened, name, substance="kava")) == 1


def test_a_value_that_reads_like_a_query_stays_a_value(opened):
    hostile = 'SELECT ?substance WHERE { "'
    assert rows(opened, "quotes", predicate="alleviates", substance="kava")
    assert rows(opened, "quotes", predicate=hostile, substance="kava") == []


@pytest.mark.parametrize(("certainty", "count"), [("hedged", 1), ("asserted", 0)])
def test_what_one_text_asserts_is_not_only_hedged(tmp_path, certainty, count):
    claims = [claim("kava alleviates mood", certainty="hedged"), claim("kava alleviates mood", "b", certainty=certainty)]
    opened = store.memory_store(write_build(tmp_path / "folder", claims))
    assert len(rows(opened, "only-hedged")) == count


def test_links_join_each_claim_with_each_denial_of_it(opened):
    answer = store.ask(opened, store.fill(opened, store.named_query("contradictions-links"), {"substance": "kava"}), timeout=None)
    assert len(answer.triples) == 2


def test_documents_are_counted_with_their_hedges_denials_and_cautions(opened):
    first, second = rows(opened, "documents")
    numbers = [[row[name].split('"')[1] for name in ("claims", "hedged", "denied", "cautions")] for row in (first, second)]
    assert numbers == [["18", "3", "0", "0"], ["6", "0", "3", "3"]]


@pytest.mark.parametrize("name", [name for name, query in store.named_queries().items() if UNORDERED not in query.sparql])
def test_a_store_on_disk_answers_as_one_in_memory_does(opened, disk, name):
    query = store.named_query(name).sparql
    assert store.ask(disk, query, timeout=None) == store.ask(opened, query, timeout=None)


def test_a_file_of_triples_answers_as_the_folder_does(build, opened, tmp_path):
    ntriples.write(build, tmp_path / "graph.nt")
    read = store.open_store(tmp_path / "graph.nt")
    assert len(read) == len(opened)
    assert rows(read, "relieves") == rows(opened, "relieves")


@pytest.mark.parametrize(("name", "text"), [("a.nt", "<a:b> <a:c> <a:d>"), ("a.nq", '<a:b> <a:c> "d .'), ("a.ttl", "<a b> <a:c> <a:d> .")])
def test_a_file_that_is_not_well_formed_is_named(tmp_path, name, text):
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=f"{name}: "):
        store.open_store(tmp_path / name)
