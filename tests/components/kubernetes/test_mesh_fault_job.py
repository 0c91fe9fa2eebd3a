"""The program that puts faults into routes, against a stand-in of the API server: no fault outlives its keeper."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from components.kubernetes import mesh_fault_job
from components.kubernetes.mesh_fault_job import LEASE, LEASE_SECONDS, Routes, keeps_to_its_objective, run, sweep

FAULT = {"delay": {"percentage": {"value": 34}, "fixedDelay": "0.5s"}}
EXPERIMENT = {"target": "core", "seconds": 600, "fault": FAULT}


class ApiServer:
    """Keeps one route, and answers patches as an API server does."""

    def __init__(self) -> None:
        self.annotations: dict[str, str] = {}
        self.route: dict[str, Any] = {"name": "primary", "route": [{"weight": 100}], "timeout": "5s"}
        self.fails = False
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        kept = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200)

            def do_PATCH(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                patch = {"application/merge-patch+json": kept.merge, "application/json-patch+json": kept.change}
                self._answer(200 if patch[self.headers["Content-Type"]](content) else 422)

            def _answer(self, code: int) -> None:
                named = "/apis/networking.istio.io/v1/namespaces/core/virtualservices/core?fieldManager=mesh-faults"
                if self.path != named or self.headers["Authorization"] != "Bearer t0ken":
                    code = 403
                self.send_response(500 if kept.fails else code)
                self.end_headers()
                metadata = {"name": "core", **({"annotations": kept.annotations} if kept.annotations else {})}
                self.wfile.write(json.dumps({"metadata": metadata, "spec": {"http": [kept.route]}}).encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def merge(self, content: dict[str, Any]) -> bool:
        self.annotations |= content["metadata"]["annotations"]
        return True

    def change(self, steps: list[dict[str, Any]]) -> bool:
        for step in steps:
            key = step["path"].removeprefix("/spec/http/0/")
            if step["op"] == "test" and self.route.get(key) != step["value"]:
                return False
            if step["op"] == "add":
                self.route[key] = step["value"]
            if step["op"] == "remove" and self.route.pop(key, None) is None:
                return False
        return True


@pytest.fixture
def server() -> Iterator[ApiServer]:
    started = ApiServer()
    yield started
    started.server.shutdown()
    started.server.server_close()


@pytest.fixture
def routes(server: ApiServer, tmp_path: Path) -> Routes:
    (tmp_path / "token").write_text("t0ken")
    return Routes(server.address, tmp_path)


class Clock:
    """Time that passes while somebody sleeps."""

    def __init__(self, each: Callable[[], None] = lambda: None) -> None:
        self.seconds, self._each = 1_800_000_000.0, each

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self._each()


def test_a_fault_stays_for_its_time_under_a_lease_and_is_taken_back(server: ApiServer, routes: Routes) -> None:
    before, seen = dict(server.route), []

    def look() -> None:
        seen.append((server.route.get("fault"), float(server.annotations[LEASE]) - clock.now()))

    clock = Clock(look)
    assert run(routes, EXPERIMENT, fine=lambda: True, now=clock.now, sleep=clock.sleep)
    assert len(seen) == 60
    assert all(fault == FAULT for fault, _ in seen)
    assert all(0 < left <= LEASE_SECONDS for _, left in seen)
    assert server.route == before


def test_two_bad_answers_in_a_row_end_it(server: ApiServer, routes: Routes) -> None:
    clock, answers = Clock(), iter([True, False, True, False, False])
    assert not run(routes, EXPERIMENT, fine=lambda: next(answers), now=clock.now, sleep=clock.sleep)
    assert "fault" not in server.route
    assert clock.now() == 1_800_000_000 + 40


def test_it_is_taken_back_when_anything_else_fails(server: ApiServer, routes: Routes) -> None:
    def breaks() -> bool:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        run(routes, EXPERIMENT, fine=breaks)
    assert "fault" not in server.route


def test_nothing_is_put_into_another_route_or_beside_another_fault(server: ApiServer, routes: Routes) -> None:
    server.route["name"] = "other"
    with pytest.raises(OSError, match="422"):
        run(routes, EXPERIMENT, fine=lambda: True)
    assert "fault" not in server.route
    server.route |= {"name": "primary", "fault": {"abort": {}}}
    with pytest.raises(SystemExit, match="a fault already"):
        run(routes, EXPERIMENT, fine=lambda: True)
    assert server.route["fault"] == {"abort": {}}


@pytest.mark.parametrize(
    ("annotations", "swept"),
    [({LEASE: "1800000059"}, []), ({LEASE: "1799999999"}, ["core"]), ({}, ["core"])],
)
def test_a_fault_that_nobody_looks_after_is_swept(
    annotations: dict[str, str], swept: list[str], server: ApiServer, routes: Routes
) -> None:
    server.annotations, server.route["fault"] = annotations, FAULT
    assert sweep(routes, ["core"], lambda: 1_800_000_000) == swept
    assert ("fault" in server.route) is not bool(swept)
    assert sweep(routes, ["core"], lambda: 1_800_000_000) == []


def test_a_pod_that_is_stopped_takes_its_fault_with_it(server: ApiServer, routes: Routes, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(
        json.dumps({**EXPERIMENT, "judge": {"prometheus": "http://127.0.0.1:9", "query": "x"}})
    )
    started = f"""
import sys
sys.path.insert(0, {str(Path(mesh_fault_job.__file__).parent)!r})
import mesh_fault_job as job
from pathlib import Path
job.keeps_to_its_objective = lambda judge: True
job.Routes.__init__.__defaults__ = ({server.address!r}, Path({str(tmp_path)!r}))
sys.exit(job.main(["run", {str(tmp_path / "settings.json")!r}]))
"""
    process = subprocess.Popen([sys.executable, "-c", started], stderr=subprocess.PIPE)
    while "fault" not in server.route and process.poll() is None:
        time.sleep(0.05)
    assert server.route["fault"] == FAULT
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 1, errors
    assert "fault" not in server.route


@pytest.mark.parametrize(
    ("result", "fine"),
    [
        ([{"metric": {}, "value": [1.5, "0"]}], True),
        ([{"metric": {}, "value": [1.5, "1"]}], False),
        ([], False),
        (None, False),
    ],
)
def test_only_zero_is_a_good_answer(result: object, fine: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(request: mesh_fault_job.Request) -> bytes:
        if result is None:
            raise OSError("nobody there")
        assert request.full_url == "http://prometheus/api/v1/query"
        return json.dumps({"status": "success", "data": {"result": result}}).encode()

    monkeypatch.setattr(mesh_fault_job, "_read", read)
    assert keeps_to_its_objective({"prometheus": "http://prometheus", "query": "x"}) is fine


def test_google_is_asked_as_the_pod_itself_and_after_the_front_door(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def read(request: mesh_fault_job.Request) -> bytes:
        asked.append((request.full_url, request.get_header("Authorization")))
        if request.full_url == mesh_fault_job.METADATA:
            assert request.get_header("Metadata-flavor") == "Google"
            return b'{"access_token": "t0ken"}'
        return b'{"data": {"result": [{"value": [1, "0"]}]}}'

    monkeypatch.setattr(mesh_fault_job, "_read", read)
    door = "https://gcp.example.com/healthz"
    assert keeps_to_its_objective({"google": True, "prometheus": "https://g", "query": "x", "addresses": [door]})
    assert asked == [
        (door, None),
        (mesh_fault_job.METADATA, None),
        ("https://g/api/v1/query", "Bearer t0ken"),
    ]
