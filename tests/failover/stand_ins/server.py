"""Servers on this machine that stand in for Google's: HTTP with a port for each service, and one of gRPC."""

import json
import os
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import grpc

from tests.failover.stand_ins import jobs, outside, remote, services, sql, stack, storage, tables
from tests.failover.stand_ins.asked import Answer, Asked, Route
from tests.failover.stand_ins.world import Call, Failure, World

ROUTES: Mapping[str, Sequence[Route]] = {
    "storage": storage.ROUTES,
    "run": jobs.ROUTES,
    "managedkafka": services.CONNECTORS,
    "storagetransfer": services.TRANSFERS,
    "certificatemanager": services.CERTIFICATES,
    "sqladmin": sql.ROUTES,
    "bigtableadmin": tables.ROUTES,
    "cluster": stack.CLUSTER,
    "pulumi": stack.PULUMI,
    "resolver": outside.RESOLVER,
    "front-door": outside.FRONT_DOOR,
}

PULUMI = Path(__file__).parents[1] / "bin"
"""Folder of the `pulumi` that speaks to the stand-ins."""

GRPC_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.ABORTED,
    412: grpc.StatusCode.FAILED_PRECONDITION,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    500: grpc.StatusCode.INTERNAL,
    503: grpc.StatusCode.UNAVAILABLE,
}


class Gone(Exception):
    """The connection is closed without an answer."""


@dataclass(frozen=True)
class Cut:
    """An answer to be cut."""

    found: Any


def serve(world: World, call: Call, do: Callable[[], Any], gone: Callable[[float], bool]) -> Any:
    """The answer to one call, whatever goes wrong with it; `gone` waits, and says whether the caller went away."""
    fault = world.take(call)
    if world.interrupt and world.interrupt(call, "before"):
        raise Gone
    if fault is not None and fault.kind == "hang":
        while not fault.mended.is_set() and not gone(0.05):
            pass
        raise Gone
    if fault is not None and isinstance(fault.kind, int):
        raise Failure(fault.kind, f"the stand-in was told to answer {fault.kind}")
    if fault is not None and fault.kind == "lie":
        return world.lie(do)
    try:
        with world.lock:
            found = do()
        return Cut(found) if fault is not None and fault.kind == "cut" else found
    finally:
        if (fault is not None and fault.kind == "lose") or (world.interrupt and world.interrupt(call, "after")):
            raise Gone


@dataclass
class StandIns:
    """The running servers: use as a context manager."""

    world: World
    _closing: threading.Event = field(default_factory=threading.Event)
    _http: dict[str, ThreadingHTTPServer] = field(default_factory=dict)
    _addresses: dict[str, str] = field(default_factory=dict)

    @property
    def addresses(self) -> Mapping[str, str]:
        """`host:port` by service, as FAILOVER_STAND_INS has them."""
        return self._addresses

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs to call these instead of Google, and their `pulumi` instead of the CLI."""
        return {
            "FAILOVER_STAND_INS": json.dumps(self._addresses),
            "FAILOVER_CALL_SECONDS": "0.5",
            "PATH": f"{PULUMI}{os.pathsep}{os.environ['PATH']}",
        }

    def __enter__(self) -> "StandIns":
        for service, routes in ROUTES.items():
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.world, service, routes, self._closing))
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            self._http[service] = server
            self._addresses[service] = f"127.0.0.1:{server.server_port}"
        self._grpc = grpc.server(futures.ThreadPoolExecutor(16))
        self._grpc.add_generic_rpc_handlers((_Remote(self.world, self._closing),))
        port = self._grpc.add_insecure_port("127.0.0.1:0")
        self._grpc.start()
        for service in {service for service, *_ in remote.METHODS.values()}:
            self._addresses[service] = f"127.0.0.1:{port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self.world.mend()
        for server in self._http.values():
            server.shutdown()
            server.server_close()
        self._grpc.stop(None).wait()


def _handler(
    world: World, service: str, routes: Sequence[Route], closing: threading.Event
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def handle_any(self) -> None:
            try:
                answer = self._answer()
            except Failure as failure:
                status, message = failure.status, failure.message
                answer = Answer({"error": {"code": status, "message": message}}, status)
            except Gone:
                self.close_connection = True
                return
            content = answer.content if isinstance(answer.content, bytes) else json.dumps(answer.content).encode()
            self.send_response(answer.status)
            for key, value in {"content-type": "application/json", **answer.headers}.items():
                self.send_header(key, value)
            self.send_header("content-length", str(len(content) + answer.cut))
            self.close_connection = answer.cut or self.close_connection
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = handle_any

        def _answer(self) -> Answer:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            address = urlsplit(self.path)
            path = unquote(address.path) if service != "storage" else address.path
            query = {key: values[-1] for key, values in parse_qs(address.query, keep_blank_values=True).items()}
            for name, verb, pattern, do in routes:
                found = re.fullmatch(pattern, path)
                if verb == self.command and found:
                    parts = {key: unquote(value) for key, value in found.groupdict().items()}
                    asked = Asked(parts, query, self.headers, body)
                    return self._serve(name, path, asked, do)
            raise Failure(501, f"the stand-in of {service} knows no {self.command} {path}")

        def _serve(self, method: str, path: str, asked: Asked, do: Callable[[World, Asked], Any]) -> Answer:
            host = self.headers.get("host", "")
            call = Call(service, method, path, host, world.now(), asked.body[:200].decode(errors="replace"))
            found = serve(world, call, lambda: do(world, asked), self._gone)
            cut, found = (True, found.found) if isinstance(found, Cut) else (False, found)
            answer = found if isinstance(found, Answer) else Answer(found)
            return replace(answer, cut=True) if cut else answer

        def _gone(self, seconds: float) -> bool:
            self.connection.settimeout(seconds)
            try:
                return closing.is_set() or self.connection.recv(1) == b""
            except TimeoutError:
                return False
            except OSError:
                return True

        def log_message(self, format: str, *args: object) -> None:
            """Calls are written down in the world."""

    return Handler


class _Remote(grpc.GenericRpcHandler):
    def __init__(self, world: World, closing: threading.Event) -> None:
        self._world, self._closing = world, closing

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        path = handler_call_details.method
        if path not in remote.METHODS:
            return None
        service, name, request, do = remote.METHODS[path]

        def answer(asked: Any, context: grpc.ServicerContext) -> Any:
            def gone(seconds: float) -> bool:
                return self._closing.wait(seconds) or not context.is_active()

            target = getattr(asked, "name", "")
            call = Call(service, name, target, "", self._world.now(), str(asked)[:200])
            try:
                return serve(self._world, call, lambda: do(self._world, asked), gone)
            except Failure as failure:
                context.abort(GRPC_CODES.get(failure.status, grpc.StatusCode.UNKNOWN), failure.message)
            except Gone:
                context.abort(grpc.StatusCode.UNAVAILABLE, "connection lost")

        return grpc.unary_unary_rpc_method_handler(
            answer,
            request_deserializer=request.pb().FromString,
            response_serializer=lambda made: made if isinstance(made, bytes) else made.SerializeToString(),
        )
