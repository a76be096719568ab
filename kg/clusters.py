"""Work on a Ray cluster: the same worker as everywhere, as actors that Ray starts again when they are lost."""

from __future__ import annotations

import collections
from typing import TYPE_CHECKING, Any

from kg.documents import Fault
from kg.engines import Outcome, Worker
from kg.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kg.engines import Job, Task

_WAITING_CHUNKS_A_WORKER = 3
_MAX_RETRIES = 3


class Station:
    """A worker as a Ray actor."""

    def __init__(self, job: Job) -> None:
        """Start without an extractor."""
        self._worker = Worker(job)

    def work(self, tasks: tuple[Task, ...]) -> tuple[Outcome, ...]:
        """Return the outcome of every task."""
        return tuple(self._worker.work(tasks))


def run(job: Job, chunks: Iterable[tuple[Task, ...]], *, address: str | None, workers: int) -> Iterator[Outcome]:
    """Work on a cluster; outcomes come as chunks finish, in no order.

    Without an address a local cluster is started, and ended with the work. A chunk whose actor is
    lost is tried again, then its documents one at a time; one that is lost again is a Fault. Every
    node needs this software, and the files under the same paths.

    Raises InputError where Ray is not installed or the cluster cannot be reached.
    """
    try:
        import ray
    except ImportError as error:
        message = "the engine `ray` needs Ray; install it with `pip install 'substance-kg[ray]'`"
        raise InputError(message) from error
    is_ours = not ray.is_initialized()
    if is_ours:
        _join(ray, address, workers)
    try:
        actor = ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=_MAX_RETRIES)(Station)
        yield from _spread(ray, [actor.remote(job) for _ in range(workers)], chunks)
    finally:
        if is_ours:
            ray.shutdown()


def _join(ray: Any, address: str | None, workers: int) -> None:
    quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
    try:
        if address is None:
            ray.init(address="local", num_cpus=workers, **quiet)
        else:
            ray.init(address=address, **{name: value for name, value in quiet.items() if name != "include_dashboard"})
    except Exception as error:
        # A node that does not start in time raises a bare Exception.
        if type(error) is not Exception and not isinstance(error, (ConnectionError, RuntimeError, ValueError)):
            raise
        message = f"{address or 'local'}: no Ray cluster to work on ({str(error)[:200]})"
        raise InputError(message) from error


def _spread(ray: Any, stations: list[Any], chunks: Iterable[tuple[Task, ...]]) -> Iterator[Outcome]:
    """Give every station a few chunks to wait with; a document of a lost chunk goes alone to a station that has nothing else.

    What waits at a station is lost with it, each time. So the next loss names its document, and takes no other along.
    """
    source = iter(chunks)
    suspects: collections.deque[tuple[Task, ...]] = collections.deque()
    places = [_WAITING_CHUNKS_A_WORKER] * len(stations)
    running: dict[Any, tuple[tuple[Task, ...], int, int]] = {}
    while True:
        while True:
            station = max(range(len(stations)), key=places.__getitem__)
            needed = _WAITING_CHUNKS_A_WORKER if suspects else 1
            chunk = None
            if places[station] >= needed:
                chunk = suspects.popleft() if suspects else next(source, None)
            if chunk is None:
                break
            places[station] -= needed
            running[stations[station].work.remote(chunk)] = (chunk, station, needed)
        if not running:
            return
        done, _ = ray.wait(list(running), num_returns=1)
        chunk, station, taken = running.pop(done[0])
        places[station] += taken
        try:
            yield from ray.get(done[0])
        except ray.exceptions.RayActorError:
            if taken == _WAITING_CHUNKS_A_WORKER:
                yield Outcome(chunk[0], fault=Fault(chunk[0].file.path, "every worker that read it was lost"))
            else:
                suspects.extend((task,) for task in chunk)
