"""The Ray engine gives the bytes of every other engine, also when a worker is lost."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from test_pipeline import FAKE, contents, corpus

from kg import clusters
from kg.errors import InputError
from kg.pipeline import build

TESTS = str(Path(__file__).parent)


@pytest.fixture
def local_ray(monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.setenv("PYTHONPATH", f"{TESTS}{os.pathsep}{Path(TESTS).parent}")
    monkeypatch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")


@pytest.mark.soak
@pytest.mark.filterwarnings("default")
def test_ray_gives_the_same_bytes(tmp_path, local_ray):
    source = corpus(tmp_path / "in")
    build([str(source)], tmp_path / "one", FAKE)
    build([str(source)], tmp_path / "out", replace(FAKE, engine="ray", workers=2))
    assert contents(tmp_path / "out") == contents(tmp_path / "one")


@pytest.mark.soak
@pytest.mark.filterwarnings("default")
def test_a_lost_worker_changes_no_byte(tmp_path, local_ray, monkeypatch):
    monkeypatch.setenv("FAKE_SECONDS", "0.1")
    source = corpus(tmp_path / "in", 60)
    killed = []

    def kill_one():
        while not killed:
            time.sleep(0.2)
            for entry in Path("/proc").iterdir():
                if entry.name.isdigit():
                    try:
                        title = (entry / "cmdline").read_bytes()
                    except OSError:
                        continue
                    if title.startswith(b"ray::Station.work"):
                        os.kill(int(entry.name), signal.SIGKILL)
                        killed.append(entry.name)
                        return

    threading.Thread(target=kill_one, daemon=True).start()
    build([str(source)], tmp_path / "out", replace(FAKE, engine="ray", workers=2))
    assert killed
    monkeypatch.setenv("FAKE_SECONDS", "0")
    build([str(source)], tmp_path / "one", FAKE)
    assert contents(tmp_path / "out") == contents(tmp_path / "one")


@pytest.mark.soak
@pytest.mark.filterwarnings("default")
def test_a_document_that_loses_every_worker_is_named(tmp_path, local_ray):
    source = corpus(tmp_path / "in", 5)
    (source / "crash.txt").write_text("CRASH")
    report = build([str(source)], tmp_path / "out", replace(FAKE, engine="ray", workers=2))
    assert report["documents"]["read"] == 5
    assert report["documents"]["skipped"] == [{"path": "crash.txt", "reason": "every worker that read it was lost"}]


def test_ray_that_is_not_installed_is_an_input_error(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match="needs Ray"):
        build([str(corpus(tmp_path / "in", 1))], tmp_path / "out", replace(FAKE, engine="ray"))


class FakeRay:
    """As much of Ray as `clusters` uses, in this process: a LOST document takes all that waits at its actor along."""

    class exceptions:  # noqa: N801
        class RayActorError(Exception):
            pass

    def __init__(self, *, is_initialized=False, refuses=False):
        self._is_initialized, self._refuses, self.calls = is_initialized, refuses, []
        self.waiting = defaultdict(list)

    def is_initialized(self):
        return self._is_initialized

    def init(self, **arguments):
        self.calls.append(arguments)
        if self._refuses:
            raise ConnectionError

    def shutdown(self):
        self.calls.append("shutdown")

    def remote(self, **_arguments):
        ray = self

        def make(cls):
            class Remote:
                @staticmethod
                def remote(job):
                    station = cls(job)

                    class Method:
                        @staticmethod
                        def remote(chunk):
                            ray.waiting[station].append(chunk)
                            return (station, chunk)

                    return type("Handle", (), {"work": Method})()

            return Remote

        return make

    def wait(self, references, *, num_returns):
        return references[:num_returns], references[num_returns:]

    def get(self, reference):
        station, chunk = reference
        is_lost = any("LOST" in Path(task.file.location).read_text() for near in self.waiting[station] for task in near)
        self.waiting[station].remove(chunk)
        if is_lost:
            raise self.exceptions.RayActorError
        return station.work(chunk)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize(("address", "is_initialized"), [(None, False), ("ray://head:10001", False), (None, True)])
def test_chunks_of_lost_workers_are_tried_one_document_at_a_time(tmp_path, monkeypatch, workers, address, is_initialized):
    ray = FakeRay(is_initialized=is_initialized)
    monkeypatch.setitem(sys.modules, "ray", ray)
    source = corpus(tmp_path / "in", 5)
    (source / "lost.txt").write_text("LOST")
    (source / "long.txt").write_text("Sage relieves cough. " * 500)
    report = build([str(source)], tmp_path / "out", replace(FAKE, engine="ray", address=address, workers=workers))
    assert report["documents"]["read"] == 6
    assert report["documents"]["skipped"] == [{"path": "lost.txt", "reason": "every worker that read it was lost"}]
    if is_initialized:
        assert ray.calls == []
    else:
        assert ray.calls[0]["address"] == (address or "local")
        assert ray.calls[-1] == "shutdown"


def test_a_cluster_that_cannot_be_reached_is_an_input_error(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", FakeRay(refuses=True))
    with pytest.raises(InputError, match="no Ray cluster"):
        next(clusters.run(None, [], address="ray://nowhere:1", workers=1))


def test_a_cluster_that_does_not_start_in_time_is_told_in_one_line():
    class Ray:
        @staticmethod
        def init(**_: object) -> None:
            message = "The current node timed out during startup"
            raise Exception(message)  # noqa: TRY002 -- as Ray does

    with pytest.raises(InputError, match=r"local: no Ray cluster to work on \(The current node timed out during startup\)"):
        clusters._join(Ray, None, 2)
