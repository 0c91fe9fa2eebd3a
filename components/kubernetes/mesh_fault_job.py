"""Puts a fault into the mesh's route to a workload for a while, and takes it back; runs in a pod, by Python alone.

`run` does both. Beside the fault it keeps a lease of a minute in an annotation, which it renews as long as it lives and
the experiment is worth it; `sweep` takes back every fault whose lease has lapsed. So a fault outlives whoever put it
there by two minutes, however that one ended.
"""

from __future__ import annotations

import json
import signal
import ssl
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

LEASE = "mesh-faults/until"
"""The annotation of a route that has a fault: the second of the Unix epoch until which it may stay."""

ROUTE = "primary"
"""The route that is asked by other workloads."""

LEASE_SECONDS, ROUND_SECONDS, TIMEOUT_SECONDS = 60, 10, 5
BAD_ROUNDS = 2
"""So many bad answers in a row end an experiment."""

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
METADATA = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"

FAULT_PATH = "/spec/http/0/fault"


class Routes:
    """The mesh's routes to workloads, by the API server."""

    def __init__(self, address: str = "https://kubernetes.default.svc", account: Path = ACCOUNT) -> None:
        self._address, self._account = address, account
        authority = account / "ca.crt"
        self._context = ssl.create_default_context(cafile=str(authority)) if authority.exists() else None

    def fault(self, workload: str) -> tuple[Any, float]:
        """The fault in the route to a workload, or None, and until when it may stay."""
        found = self._ask("GET", workload)
        lease = found["metadata"].get("annotations", {}).get(LEASE, "0")
        return found["spec"]["http"][0].get("fault"), float(lease)

    def lease(self, workload: str, until: float) -> None:
        """Let a fault stay until then."""
        self._ask("PATCH", workload, {"metadata": {"annotations": {LEASE: f"{until:.0f}"}}}, "merge-patch")

    def put(self, workload: str, fault: Mapping[str, Any]) -> None:
        """Put a fault where the route is the one that is meant, and nothing else of it is touched."""
        first = {"op": "test", "path": "/spec/http/0/name", "value": ROUTE}
        self._ask("PATCH", workload, [first, {"op": "add", "path": FAULT_PATH, "value": fault}], "json-patch")

    def clear(self, workload: str) -> bool:
        """Take a fault back; whether there was one."""
        if self.fault(workload)[0] is None:
            return False
        self._ask("PATCH", workload, [{"op": "remove", "path": FAULT_PATH}], "json-patch")
        return True

    def _ask(self, method: str, workload: str, content: object = None, patch: str = "") -> Any:
        path = f"/apis/networking.istio.io/v1/namespaces/{workload}/virtualservices/{workload}"
        request = Request(f"{self._address}{path}?fieldManager=mesh-faults", method=method)
        request.add_header("Authorization", f"Bearer {(self._account / 'token').read_text()}")
        if content is not None:
            request.data = json.dumps(content).encode()
            request.add_header("Content-Type", f"application/{patch}+json")
        with urlopen(request, timeout=TIMEOUT_SECONDS, context=self._context) as answer:
            return json.loads(answer.read())


def run(
    routes: Routes,
    experiment: Mapping[str, Any],
    *,
    fine: Callable[[], bool],
    now: Callable[[], float] = time.time,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Keep a fault in a route while all is `fine`; whether it was until the end."""
    workload, bad = experiment["target"], 0
    if routes.fault(workload)[0] is not None:
        raise SystemExit(f"the route to {workload} has a fault already, and nobody could tell the two apart")
    end = now() + experiment["seconds"]
    try:
        routes.lease(workload, now() + LEASE_SECONDS)
        routes.put(workload, experiment["fault"])
        while now() < end:
            bad = 0 if fine() else bad + 1
            if bad == BAD_ROUNDS:
                return False
            routes.lease(workload, now() + LEASE_SECONDS)
            sleep(ROUND_SECONDS)
        return True
    finally:
        routes.clear(workload)


def sweep(routes: Routes, workloads: list[str], now: Callable[[], float] = time.time) -> list[str]:
    """Take back faults that nobody looks after; in the routes to these of the `workloads`."""

    def abandoned(workload: str) -> bool:
        fault, until = routes.fault(workload)
        return fault is not None and until < now()

    return [workload for workload in workloads if abandoned(workload) and routes.clear(workload)]


def keeps_to_its_objective(judge: Mapping[str, Any]) -> bool:
    """Whether the judge says so: by 0 for an answer to each query, and by 200 at each address."""
    try:
        for address in judge.get("addresses", ()):
            _read(Request(address))
        headers = {}
        if judge.get("google"):
            token = json.loads(_read(Request(METADATA, headers={"Metadata-Flavor": "Google"})))["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
        query = urlencode({"query": judge["query"]}).encode()
        answer = json.loads(_read(Request(f"{judge['prometheus']}/api/v1/query", data=query, headers=headers)))
        return [float(found["value"][1]) for found in answer["data"]["result"]] == [0]
    except (URLError, OSError, ValueError, KeyError) as error:
        print(f"no answer: {error}", flush=True)
        return False


def _read(request: Request) -> bytes:
    with urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
        return answer.read()


def main(arguments: list[str]) -> int:
    """Do what the first argument says by the settings in the file that the second one names."""
    command, file = arguments
    settings = json.loads(Path(file).read_text())
    routes = Routes()
    if command == "sweep":
        for workload in sweep(routes, settings["targets"]):
            print(f"took back the fault in the route to {workload}, which nobody looked after", flush=True)
        return 0
    # Else a pod that is stopped would leave its fault to the sweep.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    held = run(routes, settings, fine=lambda: keeps_to_its_objective(settings["judge"]))
    print("the objective held" if held else "ended: the error budget burned too fast, or nobody told", flush=True)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
