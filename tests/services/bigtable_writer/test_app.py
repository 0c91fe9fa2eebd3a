"""The service over HTTP: who may push, what each kind of request is answered, and that nothing is lost on the way."""

import asyncio
import base64
import datetime
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.api_core.exceptions import ServiceUnavailable
from google.auth import crypt, jwt

from services.bigtable_writer.app import BODY_LIMIT, Writer, application
from services.bigtable_writer.change import Change
from services.bigtable_writer.identity import KEPT_SECONDS, RETRIED_AFTER_SECONDS, Identity, Refused
from services.bigtable_writer.store import Outcome
from tests.services.bigtable_writer.records import SCHEMAS, START, record

AUDIENCE, ACCOUNT = "https://writer.example.com", "pusher@example-standby.iam.gserviceaccount.com"
KEYS = {"account_id": {"S": "a"}, "created_at": {"N": "1"}}


class Signer:
    """A key with its certificate, as Google has them."""

    def __init__(self, key_id: str) -> None:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        now = datetime.datetime.now(datetime.UTC)
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "signer")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(1)
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .sign(key, hashes.SHA256())
        )
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        self._signer = crypt.RSASigner.from_string(pem, key_id)
        self.certificates = {key_id: certificate.public_bytes(serialization.Encoding.PEM).decode()}

    def token(self, **claims: object) -> str:
        now = int(time.time())
        valid = {
            "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": ACCOUNT, "email_verified": True,
            "iat": now, "exp": now + 600,
        }  # fmt: skip
        return jwt.encode(self._signer, {**valid, **claims}).decode()


GOOGLE, STRANGER = Signer("google"), Signer("google")


class Cloud:
    """Bigtable and the dead letters, as the service sees them."""

    def __init__(self) -> None:
        self.written: list[Change] = []
        self.dead: list[tuple[bytes, Mapping[str, str]]] = []
        self.down = False
        self.busy, self.go = asyncio.Event(), asyncio.Event()
        self.go.set()

    async def write(self, change: Change) -> Outcome:
        self.busy.set()
        await self.go.wait()
        if self.down:
            raise ServiceUnavailable("down")
        self.written.append(change)
        return Outcome.WRITTEN

    async def dead_letter(self, data: bytes, attributes: Mapping[str, str]) -> None:
        if self.down:
            raise ServiceUnavailable("down")
        self.dead.append((data, attributes))


@pytest.fixture
def cloud() -> Cloud:
    return Cloud()


def writer(cloud: Cloud, limit: int = 256) -> Writer:
    identity = Identity(AUDIENCE, ACCOUNT, fetch=lambda: GOOGLE.certificates)
    return Writer(SCHEMAS, cloud.write, cloud.dead_letter, identity, in_flight_limit=limit)


def client(service: Writer, *, ready: bool = True) -> httpx.AsyncClient:
    async def answers() -> bool:
        return ready

    transport = httpx.ASGITransport(application(service, answers))
    return httpx.AsyncClient(transport=transport, base_url=AUDIENCE)


def envelope(data: bytes) -> dict[str, Any]:
    return {"message": {"messageId": "7", "data": base64.b64encode(data).decode()}, "subscription": "sample"}


def push(cloud: Cloud, content: object, token: str | None = None, limit: int = 256) -> httpx.Response:
    async def run() -> httpx.Response:
        async with client(writer(cloud, limit)) as caller:
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            return await caller.post("/", content=body, headers={"authorization": f"Bearer {token or GOOGLE.token()}"})

    return asyncio.run(run())


class TestCaller:
    def test_is_admitted_with_googles_token_of_the_account(self, cloud: Cloud) -> None:
        assert push(cloud, envelope(record(KEYS, KEYS, START))).status_code == 204
        assert [change.micros for change in cloud.written] == [START]

    @pytest.mark.parametrize(
        ("token", "status"),
        [
            (lambda: "none", 401),
            (lambda: "a.b.c", 401),
            (STRANGER.token, 401),
            (lambda: GOOGLE.token(aud="https://other.example.com"), 401),
            (lambda: GOOGLE.token(iss="https://issuer.example.com"), 401),
            (lambda: GOOGLE.token(exp=int(time.time()) - 3600, iat=int(time.time()) - 7200), 401),
            (lambda: GOOGLE.token(email="other@example-standby.iam.gserviceaccount.com"), 403),
            (lambda: GOOGLE.token(email_verified=False), 403),
        ],
        ids=["no token", "no JWT", "another's signature", "audience", "issuer", "expired", "account", "unverified"],
    )
    def test_is_refused_without(self, token: Callable[[], str], status: int, cloud: Cloud) -> None:
        # A token is valid for minutes, and may be collected long before it is sent.
        assert push(cloud, envelope(record(KEYS, KEYS, START)), token()).status_code == status
        assert not cloud.written

    def test_needs_a_header(self, cloud: Cloud) -> None:
        async def run() -> int:
            async with client(writer(cloud)) as caller:
                return (await caller.post("/", json=envelope(b""))).status_code

        assert asyncio.run(run()) == 401

    def test_is_admitted_while_googles_certificates_cannot_be_had_again(self) -> None:
        asked: list[float] = []
        clock = [0.0]

        def fetch() -> Mapping[str, str]:
            asked.append(clock[0])
            if len(asked) > 1:
                raise requests.ConnectionError
            return GOOGLE.certificates

        identity = Identity(AUDIENCE, ACCOUNT, fetch=fetch, clock=lambda: clock[0])
        stale = KEPT_SECONDS + 1.0
        for clock[0] in (0.0, stale, stale + 1, stale + RETRIED_AFTER_SECONDS + 1):
            asyncio.run(identity.check(f"Bearer {GOOGLE.token()}"))
        # Those who come in between do not wait for another attempt.
        assert asked == [0.0, stale, stale + RETRIED_AFTER_SECONDS + 1]

    def test_is_put_off_while_there_are_none(self) -> None:
        def fetch() -> Mapping[str, str]:
            raise requests.ConnectionError

        identity = Identity(AUDIENCE, ACCOUNT, fetch=fetch)
        for _ in range(2):
            with pytest.raises(Refused) as refused:
                asyncio.run(identity.check(f"Bearer {GOOGLE.token()}"))
            assert refused.value.status == 503


class TestAnswer:
    @pytest.mark.parametrize(
        "content", [b"", b"text", [], {}, {"message": {}}, {"message": {"messageId": "1", "data": "?"}}]
    )
    def test_what_is_no_push_is_refused(self, content: object, cloud: Cloud) -> None:
        assert push(cloud, content).status_code == 400

    def test_what_is_too_large_is_refused(self, cloud: Cloud) -> None:
        assert push(cloud, bytes(BODY_LIMIT + 1)).status_code == 413

    def test_poison_goes_to_the_dead_letters_with_its_reason(self, cloud: Cloud) -> None:
        assert push(cloud, envelope(b"poison")).status_code == 204
        [(data, attributes)] = cloud.dead
        assert (data, attributes["message_id"]) == (b"poison", "7")
        assert "no JSON" in attributes["reason"]

    def test_a_reason_is_no_longer_than_the_dead_letters_take(self, cloud: Cloud) -> None:
        names = ("é" * 3000, "\ud800" * 3000)
        for name in names:
            assert push(cloud, envelope(record(KEYS, {**KEYS, name: {"?": "1"}}, START))).status_code == 204
        assert [len(attributes["reason"].encode()) for _, attributes in cloud.dead] == [1024] * len(names)

    @pytest.mark.parametrize("data", [b"poison", record(KEYS, KEYS, START)])
    def test_nothing_is_acknowledged_that_nobody_holds(self, data: bytes, cloud: Cloud) -> None:
        cloud.down = True
        assert push(cloud, envelope(data)).status_code == 503

    def test_too_many_at_once_are_put_off(self, cloud: Cloud) -> None:
        async def run() -> tuple[int, int]:
            cloud.go.clear()
            async with client(writer(cloud, limit=1)) as caller:
                headers = {"authorization": f"Bearer {GOOGLE.token()}"}
                body = envelope(record(KEYS, KEYS, START))
                first = asyncio.create_task(caller.post("/", json=body, headers=headers))
                await cloud.busy.wait()
                second = await caller.post("/", json=body, headers=headers)
                cloud.go.set()
                return (await first).status_code, second.status_code

        assert asyncio.run(run()) == (204, 429)


class TestOperations:
    def test_health_and_readiness_differ(self, cloud: Cloud) -> None:
        async def run() -> list[int]:
            async with client(writer(cloud), ready=False) as caller:
                return [(await caller.get(path)).status_code for path in ("/healthz", "/readyz")]

        assert asyncio.run(run()) == [200, 503]

    def test_outcomes_and_ages_are_counted(self, cloud: Cloud) -> None:
        async def run() -> str:
            service = writer(cloud)
            async with client(service) as caller:
                headers = {"authorization": f"Bearer {GOOGLE.token()}"}
                await caller.post("/", json=envelope(record(KEYS, KEYS, START)), headers=headers)
                await caller.post("/", json=envelope(b"poison"), headers=headers)
                return (await caller.get("/metrics")).text

        text = asyncio.run(run())
        assert 'writer_changes_total{outcome="written"} 1.0' in text
        assert 'writer_changes_total{outcome="dead"} 1.0' in text
        assert "writer_change_age_seconds_count 1.0" in text
