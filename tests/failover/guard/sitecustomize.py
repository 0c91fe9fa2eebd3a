"""Lets the Python process that finds this on its path reach this machine alone, and writes down what else it asked for.

Python runs a module of this name as it starts. What speaks past Python's sockets, as gRPC does, it does not see.
"""

import os
import socket
from typing import Any

HERE = ("127.0.0.1", "localhost")
LOG = "FAILOVER_GUARD_LOG"

_getaddrinfo, _connect = socket.getaddrinfo, socket.socket.connect


def _refuse(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name not in HERE:
        with open(os.environ[LOG], "a") as log:
            log.write(f"{name}\n")
        raise socket.gaierror(socket.EAI_FAIL, f"the test allows no way to {name}")


def _guarded_getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
    _refuse(host)
    return _getaddrinfo(host, *arguments, **named)


def _guarded_connect(self: socket.socket, address: Any) -> None:
    if self.family in (socket.AF_INET, socket.AF_INET6):
        _refuse(address[0])
    _connect(self, address)


if LOG in os.environ:
    socket.getaddrinfo = _guarded_getaddrinfo  # ty: ignore[invalid-assignment]
    socket.socket.connect = _guarded_connect  # ty: ignore[invalid-assignment]
