"""Who pushes: only the subscription's service account, by a token that Google signed for this service."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from google.auth import jwt
from google.auth.exceptions import GoogleAuthError

CERTIFICATES = "https://www.googleapis.com/oauth2/v1/certs"
ISSUERS = ("accounts.google.com", "https://accounts.google.com")

# Google rotates them after days and announces them before; a token that names none of ours has them fetched anew.
KEPT_SECONDS = 3600
FETCHED_AT_MOST_EVERY_SECONDS = 60

RETRIED_AFTER_SECONDS = 10
"""How long nobody asks again where Google did not answer: an attempt may take as long, and all callers wait for it."""

log = logging.getLogger("bigtable_writer")

Fetch = Callable[[], Mapping[str, str]]


class Refused(Exception):
    """Why a caller is refused; `status` is HTTP's."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


def fetch() -> Mapping[str, str]:
    """Google's certificates by key id."""
    answer = requests.get(CERTIFICATES, timeout=10)
    answer.raise_for_status()
    return answer.json()


class Identity:
    """Checks the token of each request. https://docs.cloud.google.com/pubsub/docs/authenticate-push-subscriptions."""

    def __init__(
        self, audience: str, account: str, fetch: Fetch = fetch, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Admit `account` with tokens for `audience`."""
        self._audience, self._account, self._fetch, self._clock = audience, account, fetch, clock
        self._certificates: Mapping[str, str] = {}
        self._fetched = self._failed = float("-inf")
        self._lock = asyncio.Lock()

    async def check(self, authorization: str) -> None:
        """Raises Refused unless the header carries a valid token of the account, by certificates that are known."""
        kind, _, token = authorization.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Refused(401, "a bearer token is needed")
        claims = await self._claims(token)
        if claims.get("iss") not in ISSUERS:
            raise Refused(401, "the token is not Google's")
        if claims.get("email") != self._account or claims.get("email_verified") is not True:
            raise Refused(403, "the token is another account's")

    async def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            known = jwt.decode_header(token).get("kid") in self._certificates
            await self._refresh(KEPT_SECONDS if known else FETCHED_AT_MOST_EVERY_SECONDS)
            return jwt.decode(token, certs=dict(self._certificates), audience=self._audience)
        except (GoogleAuthError, ValueError, TypeError, AttributeError) as error:
            raise Refused(401, "the token is not valid") from error

    async def _refresh(self, after: float) -> None:
        """Fetch certificates that are older; those known serve on while Google does not answer."""
        async with self._lock:
            now = self._clock()
            if now - self._fetched > after and now - self._failed > RETRIED_AFTER_SECONDS:
                try:
                    self._certificates = await asyncio.to_thread(self._fetch)
                    self._fetched = now
                except requests.RequestException as error:
                    self._failed = now
                    log.warning("Google's certificates cannot be had", extra={"error": str(error)})
        if not self._certificates:
            raise Refused(503, "Google's certificates cannot be had")
