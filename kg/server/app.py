"""The routes of `kg serve`."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from kg import outputs, rdf, store
from kg.resources import ONTOLOGY
from kg.server import description, pages
from kg.server.guard import GRAPH_POLICY, PAGE_POLICY, Access, Guard
from kg.server.metrics import Metrics, render
from kg.server.negotiation import GRAPHS, HTML, RESULTS, Choice, Format, by_name, choose
from kg.server.pool import Limits, Pool
from kg.server.problems import Problem
from kg.server.protocol import parameters, read_graph, read_query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping
    from pathlib import Path

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from kg.server.pool import Reply

MAX_BODY_BYTES = 1 << 20
BODY_SECONDS = 30.0
STATISTICS_SECONDS = 300.0
_WHOLE = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_JSON = Format("json", ("application/json",), "json")
_TEXT_TYPES = ("text/", "application/xml")


@dataclass(slots=True)
class Site:
    """What the routes share: the built folder, the workers, the counters; statistics are counted once, when first asked for."""

    folder: Path
    pool: Pool
    metrics: Metrics = field(default_factory=Metrics)
    statistics: asyncio.Task[description.Statistics] | None = None

    async def count(self) -> description.Statistics:
        """Return the dataset's statistics."""
        if self.statistics is None or (self.statistics.done() and (self.statistics.cancelled() or self.statistics.exception())):
            self.statistics = asyncio.get_running_loop().create_task(self._count())
        return await asyncio.shield(self.statistics)

    async def _count(self) -> description.Statistics:
        found = {name: await self.select(query, seconds=STATISTICS_SECONDS) for name, query in description.STATISTICS.items()}

        def pairs(name: str) -> tuple[tuple[str, int], ...]:
            return tuple((row["thing"]["value"], int(row["count"]["value"])) for row in found[name])

        triples = int(found["triples"][0]["count"]["value"])
        return description.Statistics(triples, pairs("classes"), pairs("properties"), pairs("graphs"))

    async def select(self, query: str, *, seconds: float | None = None) -> list[pages.Binding]:
        """Return the rows of a query of our own."""
        reply = await self.pool.run({"query": query, "results": "json", "graphs": None}, seconds=seconds)
        rows: list[pages.Binding] = json.loads(reply.read())["results"]["bindings"]
        return rows


def build_app(folder: Path, database: Path, *, limits: Limits = Limits(), access: Access = Access()) -> ASGIApp:  # noqa: B008 - frozen values
    """Return the application over a built folder and its store on disk."""
    site = Site(folder, Pool(database, limits))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[dict[str, Any]]:
        await site.pool.start()
        try:
            yield {"site": site}
        finally:
            await site.pool.stop()

    reading = ["GET", "HEAD"]
    return Starlette(
        routes=[
            Route("/", _home, methods=reading),
            Route("/index", _index, methods=reading),
            Route("/sparql", _sparql, methods=["GET", "HEAD", "POST"]),
            Route("/.well-known/void", _void, methods=reading),
            Route("/graph-store", _graph_store, methods=reading),
            Route("/queries", _queries, methods=reading),
            Route("/queries/{name}", _query, methods=reading),
            Route("/ontology", _ontology, methods=reading),
            Route("/concept/", _concepts, methods=reading),
            Route("/document/", _documents, methods=reading),
            *(Route(f"/{kind}/{{id:path}}", _entity, methods=reading) for kind in pages.KINDS),
            Route("/download/{name}", _download, methods=reading),
            Route("/health", _health, methods=reading),
            Route("/metrics", _metrics, methods=reading),
            Mount("/static", StaticFiles(directory=pages.ASSETS / "static")),
        ],
        middleware=[Middleware(Guard, access=access, metrics=site.metrics)],
        exception_handlers={Problem: _problem, 404: _missing, 405: _missing},
        lifespan=lifespan,
    )


# ---- replies ----


async def _problem(request: Request, error: Exception) -> Response:
    if not isinstance(error, Problem):
        raise error
    headers = {**error.headers, "Vary": "Accept", "Cache-Control": "no-store"}
    choice = choose(request.headers.get("accept"), (_TEXT, HTML))
    if choice and choice.format is HTML:
        page = pages.problem(error.status, error.message)
        return HTMLResponse(page, error.status, {**headers, "Content-Security-Policy": PAGE_POLICY})
    return PlainTextResponse(error.message + "\n", error.status, headers)


_TEXT = Format("txt", ("text/plain",), "txt")


async def _missing(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 404)
    message = "nothing at this address" if status == 404 else "this server only reads: GET, HEAD, and POST for queries"  # noqa: PLR2004 - HTTP
    return await _problem(request, Problem(status, message, getattr(error, "headers", None)))


def _page(html: str) -> Response:
    return HTMLResponse(html, headers={"Content-Security-Policy": PAGE_POLICY, "Vary": "Accept"})


def _content_type(choice: Choice) -> str:
    return f"{choice.media_type}; charset=utf-8" if choice.media_type.startswith(_TEXT_TYPES) else choice.media_type


def _streamed(reply: Reply, choice: Choice, headers: Mapping[str, str] | None = None) -> Response:
    all_headers = {"Content-Length": str(reply.size), "Content-Type": _content_type(choice), "Vary": "Accept", **(headers or {})}
    return StreamingResponse(reply.chunks(), headers=all_headers)


def _choose(request: Request, name: str | None, formats: Iterable[Format]) -> Choice | None:
    formats = tuple(formats)
    return choose(_accept(request), formats) if name is None else by_name(name, formats)


def _accept(request: Request) -> str | None:
    return ",".join(request.headers.getlist("accept")) or None


def _must_choose(request: Request, name: str | None, formats: Iterable[Format]) -> Choice:
    formats = tuple(formats)
    choice = _choose(request, name, formats)
    if choice is None:
        offered = ", ".join(format_.media_types[0] for format_ in formats)
        raise Problem(406, f"none of the accepted formats is offered here: {offered}")
    return choice


def _format(request: Request) -> str | None:
    formats = [value for name, value in parameters(request.scope["query_string"]) if name == "format"]
    return formats[-1] if formats else None


def _site(request: Request) -> Site:
    site: Site = request.state.site
    return site


# ---- SPARQL ----


async def _body(request: Request) -> bytes:
    if request.headers.get("content-encoding", "identity") != "identity":
        raise Problem(415, "a body must not be compressed", {"Accept-Encoding": "identity"})
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MAX_BODY_BYTES:
                    raise Problem(413, f"the body is larger than {MAX_BODY_BYTES} bytes", {"Connection": "close"})
    except TimeoutError:
        raise Problem(408, "the body took too long", {"Connection": "close"}) from None
    return bytes(body)


async def _sparql(request: Request) -> Response:
    site = _site(request)
    query_string: bytes = request.scope["query_string"]
    if request.method != "POST" and {name for name, _ in parameters(query_string)} <= {"format"}:
        return await _describe(request)
    body = await _body(request) if request.method == "POST" else b""
    ask = read_query(request.method, query_string, request.headers.get("content-type"), body)
    results, graphs = (_choose(request, ask.format, formats) for formats in (RESULTS, GRAPHS))
    if results is None and graphs is None:
        _must_choose(request, ask.format, (*RESULTS, *GRAPHS))
    job = {
        "query": ask.query,
        "default": ask.default,
        "named": ask.named,
        "results": results and results.format.name,
        "graphs": graphs and graphs.format.name,
    }
    reply = await _unless_gone(request, site.pool.run(job))
    chosen = graphs if reply.kind == "graph" else results
    if chosen is None:
        raise Problem(406, "none of the accepted formats can hold this result")
    return _streamed(reply, chosen)


async def _unless_gone(request: Request, running: Any) -> Reply:
    """Wait for a query, and stop it when the client goes away."""
    task = asyncio.ensure_future(running)
    gone = asyncio.ensure_future(_disconnect(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Problem(499, "the client went away")
        reply: Reply = await task
        return reply
    finally:
        gone.cancel()
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _describe(request: Request) -> Response:
    choice = _must_choose(request, _format(request), (*GRAPHS, HTML))
    if choice.format is HTML:
        return _page(pages.editor())
    triples = description.describe(str(request.base_url) + "sparql", await _site(request).count())
    body = description.serialize(triples, choice.format.name)
    return Response(body, headers={"Content-Type": _content_type(choice), "Vary": "Accept"})


async def _void(_: Request) -> Response:
    return RedirectResponse("/sparql", 303)


async def _graph_store(request: Request) -> Response:
    graph, name = read_graph(request.scope["query_string"])
    choice = _must_choose(request, name, GRAPHS)
    job: dict[str, Any] = {"query": _WHOLE, "results": None, "graphs": choice.format.name, "unknown_graph": 404}
    if graph is not None:
        job["default"] = [graph]
    return _streamed(await _unless_gone(request, _site(request).pool.run(job)), choice)


# ---- pages ----


async def _home(request: Request) -> Response:
    graph = _site(request).folder / outputs.DEFAULT_NAMES["html"]
    if not graph.is_file():
        return await _index(request)
    return FileResponse(graph, media_type="text/html; charset=utf-8", headers={"Content-Security-Policy": GRAPH_POLICY})


async def _index(request: Request) -> Response:
    site = _site(request)
    rows = await site.select(pages.COUNTS)
    counts = [(row["name"]["value"], row["count"]["value"]) for row in rows]
    return _page(pages.index(counts, _downloads(site)))


async def _concepts(request: Request) -> Response:
    return _page(pages.listing("Concepts", ("label", "type"), await _site(request).select(pages.CONCEPTS)))


async def _documents(request: Request) -> Response:
    return _page(pages.listing("Documents", ("title", "claims"), await _site(request).select(pages.DOCUMENTS)))


async def _entity(request: Request) -> Response:
    site = _site(request)
    # The raw path is decoded here, once: the framework's own copy cannot tell "%2F" from "/" and bytes that are no UTF-8.
    kind, _, raw = request.scope["raw_path"].decode("latin-1").removeprefix("/").partition("/")
    id_ = unquote(raw)
    iri = pages.iri_of(kind, id_)
    choice = _must_choose(request, _format(request), (*GRAPHS, HTML))
    facts = await site.select(pages.facts_query(iri))
    if not facts:
        raise Problem(404, f"the graph holds no {kind} of this name")
    if choice.format is HTML:
        return _page(pages.entity(kind, id_, facts, await site.select(pages.claims_query(kind, iri))))
    job = {"query": pages.graph_query(kind, iri), "results": None, "graphs": choice.format.name, "sorted": True}
    return _streamed(await site.pool.run(job), choice)


async def _ontology(request: Request) -> Response:
    choice = _must_choose(request, _format(request), (*GRAPHS, HTML))
    if choice.format is HTML:
        return _page(pages.ontology())
    job = {"query": _WHOLE, "default": [rdf.ONTOLOGY_GRAPH], "results": None, "graphs": choice.format.name, "sorted": True}
    return _streamed(await _site(request).pool.run(job), choice)


async def _queries(request: Request) -> Response:
    choice = _must_choose(request, _format(request), (_JSON, HTML))
    if choice.format is HTML:
        return await _index(request)
    records = [{"name": query.name, "help": query.help, "sparql": query.sparql} for query in store.named_queries().values()]
    return Response(json.dumps(records, ensure_ascii=False), media_type="application/json", headers={"Vary": "Accept"})


async def _query(request: Request) -> Response:
    query = store.named_queries().get(request.path_params["name"])
    if query is None:
        raise Problem(404, "no named query of this name; /queries lists them")
    return Response(query.sparql, media_type="application/sparql-query")


def _downloads(site: Site) -> list[str]:
    names = {*outputs.DEFAULT_NAMES.values(), "claims.jsonl", "documents.jsonl", "report.json"}
    return sorted(name for name in names if (site.folder / name).is_file())


async def _download(request: Request) -> Response:
    site = _site(request)
    name = request.path_params["name"]
    if name not in _downloads(site):
        raise Problem(404, "no such file; /index lists them")
    return FileResponse(site.folder / name, filename=name)


# ---- the server itself ----


async def _health(request: Request) -> Response:
    site = _site(request)
    is_well = site.pool.workers > 0
    body = {"status": "ok" if is_well else "no workers", "workers": site.pool.workers, "ontology": ONTOLOGY.is_dir()}
    return Response(json.dumps(body), 200 if is_well else 503, {"Cache-Control": "no-store"}, "application/json")


async def _metrics(request: Request) -> Response:
    site = _site(request)
    headers = {"Content-Type": "text/plain; version=0.0.4; charset=utf-8", "Cache-Control": "no-store"}
    return Response(render(site.metrics, site.pool), headers=headers)
