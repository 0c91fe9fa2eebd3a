"""A proxy that lets nobody through, and writes down where they wanted to go."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Proxy:
    """The running proxy: use as a context manager."""

    def __init__(self) -> None:
        self.hosts: set[str] = set()
        hosts = self.hosts

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                host = self.path.rsplit(":", 1)[0] if self.command == "CONNECT" else urlsplit(self.path).hostname
                hosts.add(str(host))
                self.send_error(403)

            do_CONNECT = do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

            def log_message(self, format: str, *args: object) -> None:
                """The set of hosts says it all."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def environment(self) -> dict[str, str]:
        """What leads a program here, whatever way its libraries read it."""
        url = f"http://127.0.0.1:{self._server.server_port}"
        names = ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy")
        return {**dict.fromkeys(names, url), **{name.upper(): url for name in names}}

    def __enter__(self) -> "Proxy":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
