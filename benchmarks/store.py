"""How fast the graph is loaded, written and asked, against rdflib's memory store.

  python benchmarks/store.py [--claims 37000] [--only kg]

The claims are made up (synthetic.py); 37,000 are a million triples. Both sides are processes of their own and read the same
N-Triples. Figures are seconds of processor time, so that other work on the machine weighs little; what comes back is the same on
both sides or the run stops. A join that takes rdflib longer than LIMIT is ended there, and its ratio is a lower bound. The command exits 1
where a bar is missed.
"""

import argparse
import json
import multiprocessing
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox
import synthetic

from kg import rdf, store
from kg.builds import open_build
from kg.outputs import ntriples, turtle

LIMIT_SECONDS = 60
ROUNDS = 3
PATHS = ("reach", "classes", "receptors-by-family")  # the shipped queries with * and +
QUERY_BAR, PATH_BAR, DISK_BAR = 0.3, 1.0, 4.0
# A join that starts from one node is looked at beside the whole join; none is asked of it.
BARS = {"load": 15, "Turtle, sorted": 15, "Turtle, unsorted": 50, "two hops": 100, "two hops from one": 0}
JOINS = {
    "two hops": """SELECT (COUNT(*) AS ?n) {
        ?x rdf:subject ?a ; rdf:predicate kg:contains ; rdf:object ?b . ?y rdf:subject ?b ; rdf:predicate kg:binds ; rdf:object ?c }""",
    "two hops from one": """SELECT (COUNT(*) AS ?n) {
        ?x rdf:subject c:substance-0 ; rdf:object ?b . ?y rdf:subject ?b ; rdf:object ?c }""",
}
# Queries that come with a substance of the examples are asked for one that is made up.
SETTINGS = {"quotes": {"substance": "substance-0"}, "reach": {"substance": "substance-0"}, "classes": {"member": "alkaloid-0"}}


def took(work, *, rounds=1):
    """Return the median seconds of processor time, and what the work gave last."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        given = work()
        times.append(time.process_time() - start)
    return statistics.median(times), given


def queries(opened):
    """Return the median seconds and the rows of each shipped query."""
    found = {}
    for name, query in store.named_queries().items():
        sparql = store.fill(opened, query, SETTINGS.get(name, {}))
        seconds, answer = took(lambda text=sparql: store.ask(opened, text, timeout=None), rounds=ROUNDS)
        found[name] = (seconds, len(answer.rows) or len(answer.triples))
    return found


def written(opened, out):
    """Write a store as it comes, unsorted."""
    default = ox.DefaultGraph()
    return took(lambda: opened.dump(str(out), format=ox.RdfFormat.TURTLE, from_graph=default, prefixes=dict(rdf.PREFIXES)))[0]


def joins(opened):
    """Return the median seconds and the count of each join."""
    found = {}
    for name, sparql in JOINS.items():
        seconds, answer = took(lambda text=sparql: store.ask(opened, text, timeout=None), rounds=ROUNDS)
        found[name] = (seconds, int(answer.rows[0][0].value))
    return found


def exported(build, folder):
    """Write the build as Turtle twice and return the seconds of one; the bytes must be the same."""
    seconds, _ = took(lambda: turtle.write(build, folder / "1.ttl"))
    turtle.write(build, folder / "2.ttl")
    if (folder / "1.ttl").read_bytes() != (folder / "2.ttl").read_bytes():
        sys.exit("two exports of the same build differ")
    return seconds


def kg_side(folder):
    """Measure all that `kg` does."""
    build, found = open_build(folder), {}
    found["load"], opened = took(lambda: store.open_store(folder / "graph.nt"))
    found |= joins(opened)
    found["Turtle, unsorted"] = written(opened, folder / "unsorted.ttl")
    found["Turtle, sorted"] = exported(build, folder)
    found["load claims"], opened = took(lambda: store.memory_store(build))
    found["triples"] = len(opened)
    found["memory"] = queries(opened)
    found["write disk"], _ = took(lambda: store.load_store(build, folder / "store"))
    found["disk"] = queries(store.open_store(folder / "store"))
    return found


def rdflib_side(folder):
    """Measure rdflib's memory store."""
    import rdflib

    found = {}
    found["load"], graph = took(lambda: rdflib.Graph().parse(folder / "graph.nt", format="nt"))
    for name, iri in rdf.PREFIXES.items():
        graph.bind(name, iri)
    for name, sparql in JOINS.items():
        found[name] = limited(lambda text=sparql: int(next(iter(graph.query(text)))[0]))
    for name in ("Turtle, sorted", "Turtle, unsorted"):  # it knows one way
        found[name] = found.get("Turtle, sorted") or took(lambda: graph.serialize(folder / "rdflib.ttl", format="turtle"))[0]
    return found


def limited(work):
    """Return seconds and answer of the work in a process that shares this one's memory; no answer where the limit ended it."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def run():
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, LIMIT_SECONDS))
        sender.send(took(work))

    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        return LIMIT_SECONDS, None
    finally:
        process.join()


def side(name, folder):
    done = subprocess.run(
        [sys.executable, __file__, "--side", name, "--folder", str(folder)], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout)


def show_queries(ours):
    """Print how long the shipped queries take and return those that miss their bar."""
    missed = []
    print(f"{ours['triples']} triples; loaded from claims in {ours['load claims']:.1f} s, written to disk in {ours['write disk']:.1f} s\n")
    print(f"{'query':22} {'rows':>6} {'memory':>9} {'disk':>9} {'bar':>7}")
    for name, (seconds, rows) in ours["memory"].items():
        disk, rows_on_disk = ours["disk"][name]
        bar = PATH_BAR if name in PATHS else QUERY_BAR
        if rows != rows_on_disk:
            sys.exit(f"{name}: {rows} rows from memory, {rows_on_disk} from disk")
        print(f"{name:22} {rows:6} {seconds * 1000:6.0f} ms {disk * 1000:6.0f} ms {bar * 1000:4.0f} ms")
        if seconds > bar or disk > DISK_BAR * bar:
            missed.append(name)
    memory, disk = (sum(seconds for seconds, _ in ours[kind].values()) for kind in ("memory", "disk"))
    print(f"all queries on disk: {disk / memory:.1f} times memory (bar {DISK_BAR:.0f})\n", flush=True)
    return [*missed, *(["disk"] if disk > DISK_BAR * memory else [])]


def show_ratios(ours, theirs):
    """Print how many times as fast as rdflib's memory store it is and return what misses its bar."""
    missed = []
    print(f"{'':20} {'kg':>9} {'rdflib':>9} {'ratio':>9} {'bar':>5}")
    for name, bar in BARS.items():
        (mine, answer), (other, their_answer) = (value if isinstance(value, list) else (value, 0) for value in (ours[name], theirs[name]))
        if their_answer not in {None, answer}:
            sys.exit(f"{name}: kg counts {answer}, rdflib {their_answer}")
        print(f"{name:20} {mine:8.3f}s {other:8.2f}s {'>' if their_answer is None else ' '}{other / mine:8,.0f} {bar or '-':>5}")
        if other / mine < bar:
            missed.append(name)
    return missed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--claims", type=int, default=37_000)
    parser.add_argument("--only", choices=("kg",), help="leave rdflib out, which takes many minutes")
    parser.add_argument("--side", choices=("kg", "rdflib"), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.side:
        print(json.dumps({"kg": kg_side, "rdflib": rdflib_side}[options.side](options.folder)))
        return
    with tempfile.TemporaryDirectory(prefix="kg-bench-") as name:
        folder = Path(name)
        ntriples.write(synthetic.build(folder, options.claims), folder / "graph.nt")
        ours = side("kg", folder)
        missed = show_queries(ours)
        if options.only is None:
            missed += show_ratios(ours, side("rdflib", folder))
    if missed:
        sys.exit(f"missed: {', '.join(missed)}")


if __name__ == "__main__":
    main()
