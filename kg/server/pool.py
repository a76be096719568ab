"""A few worker processes that take queries in turn; one that runs too long is killed and replaced while the others go on."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kg.server.problems import Problem
from kg.server.worker import END, FRAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import IO

SPOOL_BYTES = 1 << 20
START_SECONDS = 60.0
GRACE_SECONDS = 0.5
READ_BYTES = 1 << 16
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use, and how many may wait."""

    seconds: float = 30.0
    result_bytes: int = 64 << 20
    memory_bytes: int = 2 << 30
    workers: int = 4
    waiting: int = 256


@dataclass(slots=True)
class Reply:
    """A finished result, in memory when small and else in a temporary file; `kind` is results or graph."""

    kind: str
    size: int
    body: IO[bytes]

    def read(self) -> bytes:
        """Return the whole and close it."""
        with self.body as body:
            return body.read()

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes piece by piece, then close."""
        with self.body as body:
            while chunk := body.read(READ_BYTES):
                yield chunk


@dataclass(slots=True)
class Counts:
    """What the pool has done since it opened."""

    queries: dict[str, int] = field(default_factory=dict)
    seconds: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))
    seconds_sum: float = 0.0
    killed: int = 0
    died: int = 0
    running: int = 0
    waiting: int = 0

    def note(self, outcome: str, seconds: float) -> None:
        """Count one query."""
        self.queries[outcome] = self.queries.get(outcome, 0) + 1
        self.seconds_sum += seconds
        self.seconds[next((i for i, bound in enumerate(BUCKETS) if seconds <= bound), len(BUCKETS))] += 1


class Pool:
    """Worker processes over one store on disk; open with `start`, close with `stop`."""

    def __init__(self, store: Path, limits: Limits) -> None:
        """Nothing runs yet."""
        self.limits = limits
        self.counts = Counts()
        self._store = store
        self._idle: asyncio.LifoQueue[asyncio.subprocess.Process] = asyncio.LifoQueue()
        self._workers: set[asyncio.subprocess.Process] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_open = False

    @property
    def workers(self) -> int:
        """How many workers live."""
        return len(self._workers)

    async def start(self) -> None:
        """Start the workers and wait until the first is ready; raises Problem where none can open the store."""
        self._is_open = True
        await self._spawn()
        for _ in range(self.limits.workers - 1):
            self._respawn()

    async def stop(self) -> None:
        """End all workers."""
        self._is_open = False
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in tuple(self._workers):
            await self._kill(worker)

    async def run(self, job: Mapping[str, Any], *, seconds: float | None = None) -> Reply:
        """Have a worker evaluate the job (see `worker.answer`).

        Raises Problem with the worker's status, or 503 where the query ran out of time, killed its worker or found none free.
        """
        if self.counts.waiting >= self.limits.waiting:
            raise Problem(503, "too many queries are waiting; try again", {"Retry-After": "5"})
        allowed = self.limits.seconds if seconds is None else seconds
        worker = await self._take(allowed)
        start = time.perf_counter()
        outcome = "failed"
        self.counts.running += 1
        is_clean = False
        try:
            async with asyncio.timeout(allowed + GRACE_SECONDS):
                reply, end = await self._ask(worker, {"limit": self.limits.result_bytes, **job, "seconds": allowed})
            is_clean = True
            if end["status"] == 200:  # noqa: PLR2004 - HTTP
                outcome = "answered"
                reply.kind = end["kind"]
                return reply
            reply.body.close()
            outcome = "refused"
            raise Problem(end["status"], end["message"])
        except TimeoutError:
            outcome = "killed"
            self.counts.killed += 1
            message = f"the query was stopped after {allowed:g} seconds"
            raise Problem(503, message) from None
        except (asyncio.IncompleteReadError, ConnectionError):
            self.counts.died += 1
            raise Problem(503, "the query used too much memory or nested too deeply, and was stopped") from None
        finally:
            self.counts.running -= 1
            self.counts.note(outcome, time.perf_counter() - start)
            if is_clean:
                self._idle.put_nowait(worker)
            else:
                await asyncio.shield(self._replace(worker))

    async def _take(self, seconds: float) -> asyncio.subprocess.Process:
        self.counts.waiting += 1
        try:
            async with asyncio.timeout(seconds):
                while True:
                    worker = await self._idle.get()
                    if worker.returncode is None:
                        return worker
                    await self._replace(worker)
        except TimeoutError:
            raise Problem(503, "all workers are busy; try again", {"Retry-After": "5"}) from None
        finally:
            self.counts.waiting -= 1

    async def _ask(self, worker: asyncio.subprocess.Process, job: Mapping[str, Any]) -> tuple[Reply, dict[str, Any]]:
        if worker.stdin is None:
            raise ConnectionError
        worker.stdin.write(json.dumps(job).encode() + b"\n")
        await worker.stdin.drain()
        body = tempfile.SpooledTemporaryFile(SPOOL_BYTES)  # noqa: SIM115 - the reply's reader closes it
        size = 0
        try:
            while True:
                kind, payload = await _frame(worker)
                if kind == END:
                    body.seek(0)
                    return Reply("", size, body), json.loads(payload)
                size += len(payload)
                body.write(payload)
        except BaseException:
            body.close()
            raise

    async def _spawn(self) -> None:
        worker = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "kg.server.worker",
            str(self._store),
            str(self.limits.memory_bytes),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=READ_BYTES * 4,
        )
        self._workers.add(worker)
        try:
            async with asyncio.timeout(START_SECONDS):
                await _frame(worker)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError) as error:
            await self._kill(worker)
            if isinstance(error, asyncio.CancelledError):
                raise
            raise Problem(503, "no worker can open the store") from error
        self._idle.put_nowait(worker)

    def _respawn(self) -> None:
        if self._is_open:
            task = asyncio.get_running_loop().create_task(self._spawn_quietly())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _spawn_quietly(self) -> None:
        with suppress(Problem):
            await self._spawn()

    async def _replace(self, worker: asyncio.subprocess.Process) -> None:
        await self._kill(worker)
        self._respawn()

    async def _kill(self, worker: asyncio.subprocess.Process) -> None:
        self._workers.discard(worker)
        with suppress(ProcessLookupError):
            worker.kill()
        if worker.stdin is not None:
            worker.stdin.close()
        await worker.wait()
        # Closes the pipes now, not when the collector gets there.
        worker._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001


async def _frame(worker: asyncio.subprocess.Process) -> tuple[bytes, bytes]:
    if worker.stdout is None:
        raise ConnectionError
    kind, length = FRAME.unpack(await worker.stdout.readexactly(FRAME.size))
    return kind, await worker.stdout.readexactly(length)
