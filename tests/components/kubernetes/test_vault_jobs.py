"""The programs beside Vault, against a stand-in of Vault's API that checks policies as Vault does."""

import base64
import json
import re
import sys
import tarfile
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

import pytest

from components.kubernetes.vault_configuration import policies, roles
from components.kubernetes.vault_jobs import amazon, client, configure, copies, google, places, snapshot
from components.kubernetes.vault_jobs.client import Vault

ROOT = "root-token"
WORKLOADS = ["auth", "core"]
NOW = 1_800_000_000

# https://developer.hashicorp.com/vault/docs/concepts/policies#root-protected-api-endpoints
PROTECTED = re.compile(r"sys/(audit|auth/.+|raw.*|rotate|seal|config/auditing.*)(/|$)")


class StandIn:
    """A Vault that keeps what it is told, and lets tokens do what the policies of their role say."""

    def __init__(self) -> None:
        self.initialized = False
        self.tokens: dict[str, str] = {}
        """Policy by token; root's is empty."""

        self.policies: dict[str, Any] = {}
        self.roles: dict[str, Any] = {}
        self.audit: dict[str, Any] = {}
        self.auth: dict[str, Any] = {}
        self.mounts: dict[str, Any] = {"sys": {}}
        self.secrets: dict[str, Any] = {}
        """None where it is deleted."""

        self.log: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        vault = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                content = json.loads(self.rfile.read(length) or b"{}")
                path, _, query = self.path.removeprefix("/v1/").partition("?")
                method = "LIST" if query == "list=true" else self.command
                code, answer = vault.answer(method, path, content, self.headers.get("X-Vault-Token", ""))
                body = json.dumps(answer).encode() if answer is not None else b""
                self.send_response(code)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = _answer

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler

    def answer(self, method: str, path: str, content: Mapping[str, Any], token: str) -> tuple[int, Any]:
        """Status and body."""
        self.log.append(f"{method} {path}")
        if path == "sys/init":
            return self._init(method)
        if path == "auth/kubernetes/login":
            return self._login(content)
        if token not in self.tokens or not self._may(self.tokens[token], method, path):
            return 403, {"errors": [f"permission denied: {method} {path}"]}
        if path == "auth/token/revoke-self":
            del self.tokens[token]
            return 204, None
        if path.startswith("apps/"):
            return self._secret(method, path, content)
        return self._system(method, path, content)

    def _init(self, method: str) -> tuple[int, Any]:
        if method == "GET":
            return 200, {"initialized": self.initialized}
        self.initialized = True
        self.tokens[ROOT] = ""
        return 200, {"root_token": ROOT, "recovery_keys_base64": ["one", "two"]}

    def _login(self, content: Mapping[str, Any]) -> tuple[int, Any]:
        role = self.roles.get(content["role"])
        if role is None or content["jwt"] not in role["bound_service_account_names"]:
            return 403, {"errors": ["permission denied"]}
        token = f"token-{len(self.log)}"
        [self.tokens[token]] = role["token_policies"]
        return 200, {"auth": {"client_token": token}}

    def _may(self, policy: str, method: str, path: str) -> bool:
        if policy == "" or path == "auth/token/revoke-self":
            return True
        rules = re.findall(r'path "([^"]+)" \{ capabilities = \[([^\]]*)\] \}', self.policies.get(policy, ""))
        matching = [
            (rule, set(re.findall(r'"(\w+)"', capabilities)))
            for rule, capabilities in rules
            if rule == path or (method == "LIST" and rule == path.rstrip("/"))
            or (rule.endswith("*") and path.startswith(rule[:-1]))
        ]  # fmt: skip
        if not matching:
            return False
        _, capabilities = max(matching, key=lambda found: (not found[0].endswith("*"), len(found[0])))
        wanted = {"GET": "read", "LIST": "list", "DELETE": "delete"}.get(method, "update")
        return wanted in capabilities and ("sudo" in capabilities or not PROTECTED.match(path))

    def _secret(self, method: str, path: str, content: Mapping[str, Any]) -> tuple[int, Any]:
        kind, _, name = path.removeprefix("apps/").partition("/")
        if method == "LIST":
            assert kind == "metadata"
            below = [secret.removeprefix(name) for secret in self.secrets if secret.startswith(name)]
            keys = sorted({re.sub(r"/.*", "/", secret) for secret in below})
            return (200, {"data": {"keys": keys}}) if keys else (404, {"errors": []})
        assert kind == "data"
        if method == "GET":
            found = self.secrets.get(name)
            return (200, {"data": {"data": found}}) if found is not None else (404, {"data": {"data": None}})
        self.secrets[name] = content["data"] if method == "POST" else None
        return 200, {}

    def _system(self, method: str, path: str, content: Mapping[str, Any]) -> tuple[int, Any]:
        kept: dict[str, dict[str, Any]] = {
            "sys/audit": self.audit, "sys/auth": self.auth, "sys/mounts": self.mounts,
            "sys/policies/acl": self.policies, "auth/kubernetes/role": self.roles,
        }  # fmt: skip
        if path in kept:
            if method == "LIST":
                return 200, {"data": {"keys": sorted(kept[path])}}
            return 200, {"data": {f"{name}/": value for name, value in kept[path].items()}}
        place, _, name = path.rpartition("/")
        if place not in kept:
            return 204, None
        if method == "DELETE":
            del kept[place][name]
        elif place in ("sys/auth", "sys/mounts", "sys/audit") and name in kept[place]:
            return 400, {"errors": ["path is already in use"]}
        else:
            kept[place][name] = content["policy"] if place == "sys/policies/acl" else content
        return 204, None


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    made = StandIn()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.time, "sleep", lambda _: None)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What went into the cloud's secret store."""
    found: list[Any] = []
    monkeypatch.setattr(configure, "keep_secret", lambda _, value: found.append(json.loads(value)))
    return found


def settings(stand_in: StandIn, tmp_path: Path, **others: Any) -> dict[str, Any]:
    (tmp_path / "token").write_text("vault-configure\n")
    return {
        "address": stand_in.address,
        "first": stand_in.address,
        "token_file": str(tmp_path / "token"),
        "recovery": {"shares": 2, "threshold": 2, "pgp_keys": []},
        "recovery_store": {"cloud": "gcp", "secret": "projects/example/secrets/recovery"},
        "kubernetes": {"kubernetes_host": "https://kubernetes.default.svc"},
        "audit": {"stdout": {"type": "file"}, "disk": {"type": "file"}},
        "mounts": {"apps": {"type": "kv", "options": {"version": "2"}}},
        "autopilot": {"min_quorum": 3},
        "policies": policies(WORKLOADS, "import"),
        "roles": roles(WORKLOADS, "import", "vault", "vault"),
        **others,
    }


def run(program: Any, content: Mapping[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(content))
    monkeypatch.setattr(sys, "argv", ["program", *words, str(file)])
    program.main()


class TestConfigure:
    def test_a_new_vault_becomes_what_the_settings_say(
        self, stand_in: StandIn, kept: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = settings(stand_in, tmp_path)
        run(configure, wanted, tmp_path, monkeypatch)
        assert stand_in.policies == wanted["policies"]
        assert stand_in.roles == wanted["roles"]
        assert stand_in.audit == wanted["audit"]
        assert stand_in.mounts["apps"] == wanted["mounts"]["apps"]
        assert stand_in.auth == {"kubernetes": {"type": "kubernetes"}}
        assert kept[-1] == {"recovery_keys": ["one", "two"], "encrypted": False}

    def test_no_token_is_left_and_root_admits_the_program_and_no_more(
        self, stand_in: StandIn, kept: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run(configure, settings(stand_in, tmp_path), tmp_path, monkeypatch)
        assert stand_in.tokens == {}
        by_root = stand_in.log[
            stand_in.log.index("PUT sys/init") + 1 : stand_in.log.index("POST auth/kubernetes/login")
        ]
        assert by_root == [
            "GET sys/auth",
            "POST sys/auth/kubernetes",
            "POST auth/kubernetes/config",
            "PUT sys/policies/acl/configure",
            "POST auth/kubernetes/role/configure",
            "POST auth/token/revoke-self",
        ]

    def test_a_second_round_changes_nothing_and_needs_no_root(
        self, stand_in: StandIn, kept: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        wanted = settings(stand_in, tmp_path)
        run(configure, wanted, tmp_path, monkeypatch)
        first = (dict(stand_in.policies), dict(stand_in.roles), dict(stand_in.audit), dict(stand_in.mounts))
        stand_in.log.clear()
        run(configure, wanted, tmp_path, monkeypatch)
        assert first == (stand_in.policies, stand_in.roles, stand_in.audit, stand_in.mounts)
        assert "PUT sys/init" not in stand_in.log
        assert len(kept) == 2, "recovery keys are told once"

    def test_what_the_settings_no_longer_name_is_removed_but_no_secret(
        self, stand_in: StandIn, kept: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run(configure, settings(stand_in, tmp_path), tmp_path, monkeypatch)
        stand_in.secrets["core/signing"] = {"value": "1"}
        stand_in.policies["default"] = "built in"
        fewer = settings(
            stand_in, tmp_path,
            policies=policies(["auth"], "import"), roles=roles(["auth"], "import", "vault", "vault"),
            audit={"stdout": {"type": "file"}},
        )  # fmt: skip
        run(configure, fewer, tmp_path, monkeypatch)
        assert stand_in.policies.keys() == fewer["policies"].keys() | {"default"}
        assert stand_in.roles.keys() == fewer["roles"].keys()
        assert stand_in.audit.keys() == {"stdout"}
        assert stand_in.secrets["core/signing"] == {"value": "1"}

    def test_vault_is_not_initialised_where_its_recovery_keys_could_not_be_kept(
        self, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(place: Mapping[str, str], value: str) -> None:
            raise OSError("no right")

        monkeypatch.setattr(configure, "keep_secret", refuse)
        with pytest.raises(OSError, match="no right"):
            run(configure, settings(stand_in, tmp_path), tmp_path, monkeypatch)
        assert not stand_in.initialized

    def test_root_is_revoked_where_keeping_the_recovery_keys_fails_after_all(
        self, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def once(place: Mapping[str, str], value: str) -> None:
            if "recovery_keys" in value:
                raise OSError("gone")

        monkeypatch.setattr(configure, "keep_secret", once)
        with pytest.raises(OSError, match="gone"):
            run(configure, settings(stand_in, tmp_path), tmp_path, monkeypatch)
        assert stand_in.tokens == {}
        assert "configure" in stand_in.roles, "the next round goes on"

    def test_nothing_secret_is_printed(
        self,
        stand_in: StandIn,
        kept: list[Any],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        run(configure, settings(stand_in, tmp_path), tmp_path, monkeypatch)
        shown = "".join(capsys.readouterr())
        assert ROOT not in shown
        assert "one" not in shown.split()


class TestPolicies:
    """What a role's token may do, once Vault is configured."""

    @pytest.fixture
    def configured(
        self, stand_in: StandIn, kept: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> StandIn:
        run(configure, settings(stand_in, tmp_path), tmp_path, monkeypatch)
        stand_in.secrets |= {"core/signing": {"value": "1"}, "auth/salt": {"value": "2"}}
        return stand_in

    def asked(self, vault: StandIn, role: str, account: str, tmp_path: Path, method: str, path: str) -> int:
        (tmp_path / "jwt").write_text(account)
        own = Vault(vault.address, None)
        with own.session(role, str(tmp_path / "jwt")):
            try:
                own.ask(method, path, {"data": {}} if method == "POST" else None)
            except HTTPError as error:
                return error.code
        return 200

    @pytest.mark.parametrize(
        ("role", "account", "method", "path", "code"),
        [
            ("workload-core", "workload-core", "GET", "apps/data/core/signing", 200),
            ("workload-core", "workload-core", "GET", "apps/data/auth/salt", 403),
            ("workload-core", "workload-core", "POST", "apps/data/core/signing", 403),
            ("workload-core", "workload-core", "GET", "sys/storage/raft/snapshot", 403),
            ("operator", "vault-operator", "POST", "apps/data/core/signing", 200),
            ("operator", "vault-operator", "POST", "sys/policies/acl/operator", 403),
            ("snapshot", "vault-snapshot", "GET", "sys/storage/raft/snapshot", 200),
            ("snapshot", "vault-snapshot", "GET", "apps/data/core/signing", 403),
            ("import", "vault-import", "POST", "apps/data/core/signing", 200),
            ("import", "vault-import", "POST", "sys/policies/acl/import", 403),
            ("configure", "vault-configure", "GET", "apps/data/core/signing", 403),
        ],
    )
    def test_a_role_may_do_its_own_work_alone(
        self, configured: StandIn, tmp_path: Path, role: str, account: str, method: str, path: str, code: int
    ) -> None:
        assert self.asked(configured, role, account, tmp_path, method, path) == code

    def test_nobody_takes_anothers_role(self, configured: StandIn, tmp_path: Path) -> None:
        with pytest.raises(HTTPError, match="permission denied"):
            self.asked(configured, "configure", "core", tmp_path, "GET", "sys/mounts")


class FakeGoogle:
    """Cloud KMS, which opens what it closed for who names the same binding, and one bucket."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.objects: dict[str, bytes] = {}
        self.reports: list[int] = []
        monkeypatch.setattr(google, "exchanged_token", lambda audience, file: "exporter")
        monkeypatch.setattr(google, "pod_token", lambda: "importer")
        monkeypatch.setattr(google, "encrypt", self.encrypt)
        monkeypatch.setattr(google, "decrypt", self.decrypt)
        monkeypatch.setattr(google, "put_object", lambda token, bucket, name, body: self.objects.update({name: body}))
        monkeypatch.setattr(google, "get_object", self.get)
        monkeypatch.setattr(google, "report", lambda token, project, metric, value, now: self.reports.append(value))
        monkeypatch.setattr(copies.time, "time", lambda: NOW)

    def encrypt(self, token: str, key: str, plain: bytes, bound_to: str) -> str:
        assert token == "exporter"
        assert len(plain) <= 64 * 1024
        return f"{bound_to}|{base64.b64encode(plain[::-1]).decode()}"

    def decrypt(self, token: str, key: str, ciphertext: str, bound_to: str) -> bytes:
        assert token == "importer"
        binding, _, text = ciphertext.partition("|")
        if binding != bound_to:
            raise ValueError("decryption failed")
        return base64.b64decode(text)[::-1]

    def get(self, token: str, bucket: str, name: str) -> bytes:
        if name not in self.objects:
            raise HTTPError("https://storage", 404, "none", None, None)  # ty: ignore[invalid-argument-type]
        return self.objects[name]


class TestCopies:
    @pytest.fixture
    def fake(self, monkeypatch: pytest.MonkeyPatch) -> FakeGoogle:
        return FakeGoogle(monkeypatch)

    @pytest.fixture
    def ends(self, tmp_path: Path) -> Iterator[dict[str, StandIn]]:
        """Two Vaults, each of which knows its own copier."""
        made = {"export": StandIn(), "import": StandIn()}
        for way, vault in made.items():
            vault.policies = policies(WORKLOADS, "export" if way == "export" else "import")
            vault.roles = roles(WORKLOADS, "export" if way == "export" else "import", "vault", "vault")
        yield made
        for vault in made.values():
            vault.server.shutdown()
            vault.server.server_close()

    def go(self, way: str, ends: dict[str, StandIn], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "token").write_text(f"vault-{way}")
        told = {
            "address": ends[way].address, "token_file": str(tmp_path / "token"), "mount": "apps", "bucket": "copies",
            "key": "key", "audience": "audience", "google_token_file": "none", "project": "example",
        }  # fmt: skip
        run(copies, told, tmp_path, monkeypatch, way)

    def test_the_second_vault_becomes_equal_to_the_first(
        self, ends: dict[str, StandIn], fake: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = ends["export"], ends["import"]
        first.secrets = {"core/signing": {"v": "2"}, "core/deep/er": {"v": "é"}, "auth/x": {"v": "3"}, "auth/old": None}
        second.secrets = {"core/signing": {"v": "1"}, "auth/gone": {"v": "4"}, "auth/x": {"v": "3"}}
        self.go("export", ends, tmp_path, monkeypatch)
        monkeypatch.setattr(copies.time, "time", lambda: NOW + 240)
        second.log.clear()
        self.go("import", ends, tmp_path, monkeypatch)
        alive = {path: values for path, values in first.secrets.items() if values is not None}
        assert {path: values for path, values in second.secrets.items() if values is not None} == alive
        assert fake.reports == [240]
        assert "POST apps/data/auth/x" not in second.log, "what is equal is not written again"
        assert first.tokens == second.tokens == {}

    def test_many_secrets_go_in_pieces(
        self, ends: dict[str, StandIn], fake: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ends["export"].secrets = {f"core/{number}": {"value": "x" * 40_000} for number in range(5)}
        self.go("export", ends, tmp_path, monkeypatch)
        assert len(json.loads(fake.objects["copy.json"])["pieces"]) > 4
        self.go("import", ends, tmp_path, monkeypatch)
        assert ends["import"].secrets == ends["export"].secrets

    @pytest.mark.parametrize("fault", ["older", "shortened", "swapped"])
    def test_a_copy_that_was_tampered_with_is_refused(
        self, fault: str, ends: dict[str, StandIn], fake: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ends["export"].secrets = {f"core/{number}": {"value": "x" * 40_000} for number in range(5)}
        self.go("export", ends, tmp_path, monkeypatch)
        sealed = json.loads(fake.objects["copy.json"])
        match fault:
            case "older":
                sealed["time"] += 3600
            case "shortened":
                sealed["pieces"].pop()
            case "swapped":
                sealed["pieces"].reverse()
        fake.objects["copy.json"] = json.dumps(sealed).encode()
        with pytest.raises(ValueError, match="decryption failed"):
            self.go("import", ends, tmp_path, monkeypatch)
        assert ends["import"].secrets == {}
        assert fake.reports == []

    def test_an_empty_copy_empties_no_vault(
        self, ends: dict[str, StandIn], fake: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ends["import"].secrets = {"core/signing": {"v": "1"}}
        self.go("export", ends, tmp_path, monkeypatch)
        with pytest.raises(SystemExit, match="nothing is deleted"):
            self.go("import", ends, tmp_path, monkeypatch)
        assert ends["import"].secrets == {"core/signing": {"v": "1"}}
        assert fake.reports == []

    def test_without_a_copy_no_age_is_told(
        self, ends: dict[str, StandIn], fake: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(SystemExit, match="there is no copy"):
            self.go("import", ends, tmp_path, monkeypatch)
        assert fake.reports == []

    def test_regions_that_are_not_joined_are_no_fault(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["copies", "export", str(tmp_path / "none.json")])
        copies.main()
        assert "not joined" in capsys.readouterr().out


class TestSnapshot:
    def archive(self, tmp_path: Path, *names: str) -> Path:
        file = tmp_path / "made.snap"
        with tarfile.open(file, "w:gz") as archive:
            for name in names:
                (tmp_path / "member").write_text(name)
                archive.add(tmp_path / "member", name)
        return file

    def test_a_whole_one_is_taken(self, tmp_path: Path) -> None:
        snapshot.check(self.archive(tmp_path, "meta.json", "state.bin", "SHA256SUMS", "SHA256SUMS.sealed"))

    def test_one_that_lacks_something_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(SystemExit, match=r"lacks state\.bin"):
            snapshot.check(self.archive(tmp_path, "meta.json", "SHA256SUMS"))

    def test_one_that_ended_early_is_refused(self, tmp_path: Path) -> None:
        whole = self.archive(tmp_path, "meta.json", "state.bin", "SHA256SUMS").read_bytes()
        (tmp_path / "cut").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(SystemExit, match="is not kept"):
            snapshot.check(tmp_path / "cut")

    def test_it_is_kept_under_its_time(
        self, stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = self.archive(tmp_path, "meta.json", "state.bin", "SHA256SUMS").read_bytes()
        stand_in.policies, stand_in.roles = policies([], "export"), roles([], "export", "vault", "vault")
        kept: list[tuple[str, bytes]] = []
        monkeypatch.setattr(Vault, "save", lambda self, path, target: target.write_bytes(whole))
        monkeypatch.setattr(snapshot, "keep_file", lambda place, name, file: kept.append((name, file.read_bytes())))
        (tmp_path / "token").write_text("vault-snapshot")
        told = {
            "address": stand_in.address, "token_file": str(tmp_path / "token"), "store": {"cloud": "gcp"},
            "folder": "vault",
        }  # fmt: skip
        run(snapshot, told, tmp_path, monkeypatch)
        [(name, content)] = kept
        assert re.fullmatch(r"vault/\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.snap", name)
        assert content == whole


class TestClouds:
    @pytest.fixture
    def sent(self, monkeypatch: pytest.MonkeyPatch) -> list[Request]:
        """Requests to the clouds, which are not sent."""
        found: list[Request] = []

        def record(request: Request, context: object = None) -> bytes:
            found.append(request)
            if "169.254" in request.full_url:
                return json.dumps(
                    {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "secret", "Token": "session"}
                ).encode()
            return json.dumps({"access_token": "token", "ciphertext": "c", "plaintext": "cGxhaW4="}).encode()

        for module in (amazon, client, google):
            monkeypatch.setattr(module, "ask", record)
        return found

    @pytest.fixture(autouse=True)
    def pod_identity(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "agent").write_text("agent-token")
        monkeypatch.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(tmp_path / "agent"))
        monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials")

    def test_a_locked_bucket_gets_an_objects_checksum(self, sent: list[Request], tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"content")
        places.keep_file({"cloud": "aws", "region": "us-west-2", "bucket": "b"}, "vault/a.snap", tmp_path / "file")
        asked, put = sent
        assert asked.get_header("Authorization") == "agent-token"
        assert (put.get_method(), put.full_url) == ("PUT", "https://b.s3.us-west-2.amazonaws.com/vault/a.snap")
        assert put.get_header("X-amz-checksum-sha256") == "7XACtDnprIRfIjV9giusFERzD722AW0+yUMil7nsn3M="
        assert "x-amz-checksum-sha256" in str(put.get_header("Authorization"))

    def test_the_recovery_keys_become_a_secrets_newest_value_on_aws(self, sent: list[Request]) -> None:
        places.keep_secret({"cloud": "aws", "region": "us-west-2", "secret": "arn"}, "keys")
        assert sent[-1].get_header("X-amz-target") == "secretsmanager.PutSecretValue"
        assert isinstance(sent[-1].data, bytes)
        assert json.loads(sent[-1].data) | {"ClientRequestToken": ""} == {
            "SecretId": "arn", "SecretString": "keys", "ClientRequestToken": "",
        }  # fmt: skip

    def test_the_recovery_keys_become_a_secrets_newest_version_on_google_cloud(self, sent: list[Request]) -> None:
        places.keep_secret({"cloud": "gcp", "secret": "projects/1/secrets/s"}, "keys")
        assert sent[-1].full_url == "https://secretmanager.googleapis.com/v1/projects/1/secrets/s:addVersion"
        assert isinstance(sent[-1].data, bytes)
        assert json.loads(sent[-1].data) == {"payload": {"data": base64.b64encode(b"keys").decode()}}
        assert sent[-1].get_header("Authorization") == "Bearer token"

    def test_a_signature_is_what_aws_computes(self) -> None:
        """As botocore, which the AWS CLI signs with, computes it for the same request."""
        botocore = pytest.importorskip("botocore.auth", reason="botocore is not installed")
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        secrets = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "secret", "Token": "session"}
        signed = amazon.sign(
            "secretsmanager", "us-west-2", "POST", "secretsmanager.us-west-2.amazonaws.com", "/",
            {"x-amz-target": "secretsmanager.PutSecretValue"}, b"{}", secrets, NOW,
        )  # fmt: skip
        request = AWSRequest("POST", "https://secretsmanager.us-west-2.amazonaws.com/", data=b"{}")
        for name in ("x-amz-target", "x-amz-content-sha256"):
            request.headers[name] = signed[name]
        request.headers["X-Amz-Security-Token"] = "session"
        request.headers["X-Amz-Date"] = signed["x-amz-date"]
        request.context["timestamp"] = signed["x-amz-date"]
        signer = botocore.SigV4Auth(Credentials("AKIDEXAMPLE", "secret", "session"), "secretsmanager", "us-west-2")
        canonical = signer.canonical_request(request)
        assert signed["authorization"].endswith(signer.signature(signer.string_to_sign(request, canonical), request))
