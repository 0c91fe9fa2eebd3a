"""Vault's HTTP API, as far as the programs need it, and requests in general."""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

TOKEN_FILE = "/var/run/secrets/vault/token"
"""The pod's token for Vault: Kubernetes signs it for this audience alone, and replaces it."""

ATTEMPTS, TIMEOUT = 6, 60
"""Of a request, and how many seconds each waits: a new leader is there within half a minute."""

PASSING = (408, 412, 429, 472, 473, 500, 502, 503, 504)
"""Answers that may be others a moment later; 412 is Vault's that has not heard yet of what it was just told."""


class Vault:
    """One address of Vault; with a token once somebody has logged in."""

    def __init__(self, address: str, authority: str | None) -> None:
        """`authority` is the file of the CA that signed Vault's certificate; None where there is no TLS."""
        self._address, self._token = address, ""
        self._context = ssl.create_default_context(cafile=authority) if authority else None

    def ask(self, method: str, path: str, content: object = None) -> Any:
        """The answer, {} if it is empty, or None if there is nothing at the path."""
        request = Request(f"{self._address}/v1/{quote(path, safe='/?=')}", method=method)
        request.add_header("X-Vault-Request", "true")
        if self._token:
            request.add_header("X-Vault-Token", self._token)
        if content is not None:
            request.data = json.dumps(content, sort_keys=True).encode()
        try:
            return json.loads(ask(request, self._context) or b"{}")
        except HTTPError as error:
            if error.code == 404:
                return None
            raise

    def names(self, path: str) -> list[str]:
        """What is directly below a path; folders end with a slash."""
        found = self.ask("GET", f"{path}?list=true")
        return found["data"]["keys"] if found else []

    def save(self, path: str, target: Path) -> None:
        """Write an answer to a file: it may be larger than memory."""
        request = Request(f"{self._address}/v1/{path}", headers={"X-Vault-Token": self._token})
        with urlopen(request, timeout=TIMEOUT, context=self._context) as answer, target.open("wb") as file:
            _copy(answer, file)

    @contextmanager
    def root(self, token: str) -> Generator[None]:
        """Act with the root token for a while; it is revoked at the end, however that comes."""
        self._token = token
        try:
            yield
        finally:
            self.ask("POST", "auth/token/revoke-self")
            self._token = ""

    @contextmanager
    def session(self, role: str, token_file: str = TOKEN_FILE) -> Generator[None]:
        """Act by a role of Kubernetes auth; the token ends with the session."""
        login = {"role": role, "jwt": Path(token_file).read_text().strip()}
        self._token = self.ask("POST", "auth/kubernetes/login", login)["auth"]["client_token"]
        try:
            yield
        finally:
            self.ask("POST", "auth/token/revoke-self")
            self._token = ""


def ask(request: Request, context: ssl.SSLContext | None = None) -> bytes:
    """The body of the answer; what may pass by itself is asked again. A refusal's words are part of its error."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urlopen(request, timeout=TIMEOUT, context=context) as answer:
                return answer.read()
        except HTTPError as error:
            if error.code not in PASSING or attempt == ATTEMPTS:
                error.msg = f"{error.msg}: {error.read(2000).decode(errors='replace')} ({request.full_url})"
                raise
        except OSError:
            if attempt == ATTEMPTS:
                raise
        time.sleep(2**attempt)
    raise AssertionError("the last attempt returns or raises")


def post(url: str, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Any:
    """Send JSON, and return the JSON that comes back."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    return json.loads(ask(Request(url, json.dumps(content, sort_keys=True).encode(), sent)) or b"{}")


def _copy(answer: HTTPResponse, file: Any) -> None:
    while block := answer.read(1 << 20):
        file.write(block)
