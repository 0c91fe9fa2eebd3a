"""The script that copies images: both registries end equal by digest, whatever is in them and whenever it is killed."""

import ast
import base64
import hashlib
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from components.crosscloud import copy_images
from components.crosscloud.copy_images import Ends, Item

ENDS = Ends(
    region="us-west-2",
    source="111122223333.dkr.ecr.us-west-2.amazonaws.com",
    repositories={
        "platform/core": "127.0.0.1:1/images/core",
        "platform/charts/workload": "127.0.0.1:1/charts/workload",
    },
    audience="//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/p/providers/aws",
    account="aws-images@example-standby.iam.gserviceaccount.com",
    project="example-standby",
    bucket="sample-logs",
    record="replication/images.json",
)
NOW = 1_767_225_600.0
DIGEST = "sha256:" + "ab" * 32


CREDENTIALS = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "sample/secret+key", "SessionToken": "sample=="}
ITEMS = [Item("platform/core", DIGEST, "1.0"), Item("platform/core", DIGEST, None)]


class TestIdentity:
    def test_the_signed_request_is_the_one_that_googles_library_makes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        google = pytest.importorskip("google.auth.aws")
        moment = datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None)
        monkeypatch.setattr("google.auth._helpers.utcnow", lambda: moment)
        url = "https://sts.us-west-2.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"
        expected = google.RequestSigner("us-west-2").get_request_options(
            google.AwsSecurityCredentials(*CREDENTIALS.values()),
            url,
            "POST",
            additional_headers={"x-goog-cloud-target-resource": ENDS.audience},
        )
        made = copy_images.caller_identity(ENDS, CREDENTIALS, NOW)
        assert made["url"] == url
        assert {each["key"]: each["value"] for each in made["headers"]} == expected["headers"]

    def test_the_role_becomes_the_account_for_images(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = []

        def post(url: str, content: dict, token: str | None = None) -> dict:
            sent.append((url, content, token))
            return {"access_token": "federated", "accessToken": "account's"}

        monkeypatch.setattr(copy_images, "post", post)
        assert copy_images.google_token(ENDS, CREDENTIALS, NOW) == "account's"
        (_, exchange, nobody), (url, _, token) = sent
        assert nobody is None
        assert exchange["audience"] == ENDS.audience
        assert url.endswith(f"/serviceAccounts/{ENDS.account}:generateAccessToken")
        assert token == "federated"


class TestCrane:
    @pytest.fixture
    def archive(self, tmp_path: Path) -> Path:
        with tarfile.open(tmp_path / "sample.tar.gz", "w:gz") as content:
            member = tarfile.TarInfo("crane")
            member.size = 4
            content.addfile(member, io.BytesIO(b"tool"))
        return tmp_path / "sample.tar.gz"

    def test_the_known_archive_is_installed(self, archive: Path, tmp_path: Path) -> None:
        sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
        crane = copy_images.install(archive.as_uri(), sha256, tmp_path)
        assert crane.read_bytes() == b"tool"
        assert crane.stat().st_mode & 0o777 == 0o700

    def test_any_other_is_refused(self, archive: Path, tmp_path: Path) -> None:
        with pytest.raises(SystemExit, match="checksum"):
            copy_images.install(archive.as_uri(), "0" * 64, tmp_path)
        assert not (tmp_path / "crane").exists()

    def test_its_credentials_are_its_own(self, tmp_path: Path) -> None:
        copy_images.log_in(tmp_path / "docker", {"registry": ("AWS", "pass")})
        assert (tmp_path / "docker").stat().st_mode & 0o777 == 0o700
        auths = json.loads((tmp_path / "docker/config.json").read_text())["auths"]
        assert base64.b64decode(auths["registry"]["auth"]) == b"AWS:pass"


class TestOutcome:
    def test_the_record_names_what_is_held_and_what_is_missing(self) -> None:
        assert copy_images.record(ITEMS, ITEMS[1:], ENDS, NOW) == {
            "time": "2026-01-01T00:00:00Z",
            "repositories": {
                "127.0.0.1:1/images/core": {
                    "held": [f":1.0 {DIGEST}", f"@{DIGEST} {DIGEST}"],
                    "missing": [f"@{DIGEST} {DIGEST}"],
                },
                "127.0.0.1:1/charts/workload": {"held": [], "missing": []},
            },
        }

    def test_the_alarm_learns_the_number_after_the_record_is_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        sent = []
        monkeypatch.setattr(copy_images, "post", lambda *call: sent.append(call))
        copy_images.tell(ENDS, "token", copy_images.record(ITEMS, ITEMS[1:], ENDS, NOW), 1)
        (stored, _, _), (_, metric, _) = sent
        assert stored.endswith("/b/sample-logs/o?uploadType=media&name=replication%2Fimages.json")
        [series] = metric["timeSeries"]
        assert series["points"] == [{"interval": {"endTime": "2026-01-01T00:00:00Z"}, "value": {"int64Value": "1"}}]

    def test_what_the_alarm_asks_for_is_what_is_written(self, root: Path) -> None:
        queried = re.sub(r"[./]", "_", copy_images.METRIC.replace("/", ":", 1))
        assert queried in (root / "components/gcp/watch/replication.py").read_text()


def put(host: str, repository: str, manifest: dict, tag: str | None = None) -> str:
    """Push a manifest, its blobs before, and return its digest."""
    content = json.dumps(manifest).encode()
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    send(f"http://{host}/v2/{repository}/manifests/{tag or digest}", content, manifest["mediaType"])
    return digest


def blob(host: str, repository: str, kind: str, content: bytes) -> dict:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    with urlopen(Request(f"http://{host}/v2/{repository}/blobs/uploads/", b"", method="POST")) as begun:
        place = begun.headers["Location"]
    place = place if place.startswith("http") else f"http://{host}{place}"
    send(f"{place}?digest={digest}", content, "application/octet-stream")
    return {"mediaType": kind, "digest": digest, "size": len(content)}


def send(url: str, content: bytes, kind: str) -> None:
    with urlopen(Request(url, content, {"Content-Type": kind}, method="PUT")) as answer:
        assert answer.status == 201


def manifest(host: str, repository: str, config: str, layers: list[bytes], **more: object) -> dict:
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(host, repository, config, b"{}"),
        "layers": [blob(host, repository, "application/vnd.oci.image.layer.v1.tar", layer) for layer in layers],
        **more,
    }


@pytest.mark.real
class TestRegistries:
    IMAGE = "application/vnd.oci.image.config.v1+json"

    @pytest.fixture
    def crane(self) -> str:
        if not (found := shutil.which("crane")):
            pytest.skip("no crane on PATH: go install github.com/google/go-containerregistry/cmd/crane@v0.21.7")
        return found

    @pytest.fixture
    def hosts(self, crane: str) -> Iterator[list[str]]:
        """Two registries of this machine."""
        started = [
            subprocess.Popen(
                [crane, "registry", "serve", "--address", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True
            )
            for _ in range(2)
        ]
        try:
            found = []
            for server in started:
                assert server.stderr
                found.append(f"127.0.0.1:{server.stderr.readline().split()[-1]}")
            yield found
        finally:
            for server in started:
                server.kill()
                server.communicate()

    @pytest.fixture
    def ends(self, hosts: list[str]) -> Ends:
        source, target = hosts
        repositories = {
            "platform/core": f"{target}/images/core",
            "platform/charts/workload": f"{target}/charts/workload",
        }
        return replace(ENDS, source=source, repositories=repositories)

    @pytest.fixture
    def items(self, ends: Ends) -> list[Item]:
        """A registry's content, as ECR lists it: an image for two platforms, signatures old and new, a chart."""
        host, core, chart = ends.source, "platform/core", "platform/charts/workload"
        platforms: list[dict[str, Any]] = []
        for architecture in ("amd64", "arm64"):
            made = manifest(host, core, self.IMAGE, [b"shared", architecture.encode() * 1000])
            digest = put(host, core, made)
            size = len(json.dumps(made).encode())
            platforms.append(
                {
                    "mediaType": made["mediaType"],
                    "digest": digest,
                    "size": size,
                    "platform": {"os": "linux", "architecture": architecture},
                }
            )
        index = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.index.v1+json",
            "manifests": platforms,
        }
        image = put(host, core, index, "1.0")
        put(host, core, index, "stable")
        signed = f"{image.replace(':', '-')}.sig"
        signature = put(host, core, manifest(host, core, self.IMAGE, [b"signature"]), signed)
        subject = {"mediaType": index["mediaType"], "digest": image, "size": len(json.dumps(index).encode())}
        attested = manifest(
            host, core, "application/vnd.oci.empty.v1+json", [b"attestation"],
            subject=subject, artifactType="application/vnd.dev.sigstore.bundle.v0.3+json",
        )  # fmt: skip
        attestation = put(host, core, attested)
        helm = manifest(host, chart, "application/vnd.cncf.helm.config.v1+json", [b"chart"])
        return [
            Item(core, image, "1.0"),
            Item(core, image, "stable"),
            Item(core, signature, signed),
            *(Item(core, platform["digest"], None) for platform in platforms),
            Item(core, attestation, None),
            Item(chart, put(host, chart, helm, "0.1.0"), "0.1.0"),
        ]

    @pytest.fixture
    def copies(self, crane: str) -> tuple[list[str], Callable[[str, str], bool]]:
        """What was copied, and the function that does."""
        made: list[str] = []
        real = copy_images.crane_copy(crane, os.environ)

        def copy(source: str, target: str) -> bool:
            made.append(target)
            return real(source, target)

        return made, copy

    def whole(self, items: list[Item], ends: Ends) -> bool:
        return all(
            copy_images.digest_at(ends.repositories[item.repository], item.tag or item.digest, "") == item.digest
            for item in items
        )

    def test_both_are_equal_by_digest_and_a_second_run_copies_nothing(
        self, ends: Ends, items: list[Item], copies: tuple[list[str], Callable[[str, str], bool]]
    ) -> None:
        made, copy = copies
        assert not self.whole(items, ends)
        assert copy_images.reconcile(items, ends, "", copy) == []
        assert self.whole(items, ends)
        assert len(made) == 5, "three tags, the chart's and the attestation: platforms come with their index"
        made.clear()
        assert copy_images.reconcile(items, ends, "", copy) == []
        assert made == []

    def test_attestations_are_found_by_their_subject(
        self, ends: Ends, items: list[Item], copies: tuple[list[str], Callable[[str, str], bool]]
    ) -> None:
        copy_images.reconcile(items, ends, "", copies[1])
        host, _, name = ends.repositories["platform/core"].partition("/")
        image, attestation = items[0].digest, items[5].digest
        # A registry without the referrers API, as this one, has a tag for them.
        with urlopen(f"http://{host}/v2/{name}/manifests/{image.replace(':', '-')}") as answer:
            assert [found["digest"] for found in json.load(answer)["manifests"]] == [attestation]

    def test_what_cannot_be_copied_is_told_and_holds_up_nothing_else(
        self, ends: Ends, items: list[Item], copies: tuple[list[str], Callable[[str, str], bool]]
    ) -> None:
        gone = Item("platform/core", DIGEST, "gone")
        assert copy_images.reconcile([gone, *items], ends, "", copies[1]) == [gone]
        assert self.whole(items, ends)

    def test_killed_in_the_middle_the_next_run_completes(
        self,
        ends: Ends,
        items: list[Item],
        copies: tuple[list[str], Callable[[str, str], bool]],
        crane: str,
        root: Path,
        tmp_path: Path,
    ) -> None:
        slow = tmp_path / "crane"
        slow.write_text(
            f'#!/bin/sh\ncase "$3" in *:stable|*.sig) touch {tmp_path}/stuck; sleep 60;; esac\nexec {crane} "$@"\n'
        )
        slow.chmod(0o700)
        program = f"""
            from components.crosscloud.copy_images import *
            from components.crosscloud import copy_images
            copy_images.WORKERS = 1
            items = [Item(*each) for each in {[(item.repository, item.digest, item.tag) for item in items]!r}]
            reconcile(items, {ends!r}, "", crane_copy({str(slow)!r}, os.environ))
        """
        lines = "\n".join(line.strip() for line in program.splitlines())
        run = subprocess.Popen([sys.executable, "-c", lines], cwd=root, start_new_session=True)
        try:
            for _ in range(300):
                if (tmp_path / "stuck").exists() or run.poll() is not None:
                    break
                time.sleep(0.1)
            assert run.poll() is None
        finally:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        done = [item for item in items if self.whole([item], ends)]
        assert 0 < len(done) < len(items)
        assert copy_images.reconcile(items, ends, "", copies[1]) == []
        assert self.whole(items, ends)
        assert 0 < len(copies[0]) < 5

    def test_a_run_lists_copies_and_tells(
        self, ends: Ends, items: list[Item], crane: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "ends.json").write_text(json.dumps(vars(ends)))
        for repository in ends.repositories:
            rows = [
                {"imageDigest": item.digest, **({"imageTag": item.tag} if item.tag else {})}
                for item in items
                if item.repository == repository
            ]
            (tmp_path / f"{repository.replace('/', '_')}.json").write_text(json.dumps({"imageIds": rows}))
        aws = tmp_path / "aws"
        aws.write_text(
            '#!/bin/sh\ncase "$1 $2" in\n'
            '"configure export-credentials") echo "{}";;\n'
            '"ecr get-login-password") echo password;;\n'
            f'"ecr list-images") cat {tmp_path}/$(echo $4 | tr / _).json;;\nesac\n'
        )
        aws.chmod(0o700)
        told = []
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setattr(sys, "argv", ["copy_images.py", str(tmp_path / "ends.json")])
        monkeypatch.setattr(copy_images, "install", lambda *_: crane)
        monkeypatch.setattr(copy_images, "google_token", lambda *_: "token")
        monkeypatch.setattr(copy_images, "tell", lambda *call: told.append(call))
        monkeypatch.setenv("REPOSITORY", "platform/charts/workload")
        assert copy_images.main() == 0
        assert not told
        assert [item for item in items if self.whole([item], ends)] == [items[-1]]
        monkeypatch.delenv("REPOSITORY")
        assert copy_images.main() == 0
        assert self.whole(items, ends)
        [(_, token, record, missing)] = told
        assert (token, missing) == ("token", 0)
        assert len(record["repositories"][ends.repositories["platform/core"]]["held"]) == 6


def test_an_answer_that_is_no_manifest_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(request: Request) -> None:
        raise HTTPError(request.full_url, 403, "Forbidden", Message(), None)

    monkeypatch.setattr(copy_images, "ask", refuse)
    with pytest.raises(HTTPError):
        copy_images.digest_at("127.0.0.1:1/images/core", "1.0", "token")


def test_the_script_runs_on_the_builds_python(root: Path) -> None:
    """CodeBuild's image has several: the script keeps to what Python 3.9 knows."""
    ast.parse((root / "components/crosscloud/copy_images.py").read_text(), feature_version=(3, 9))
