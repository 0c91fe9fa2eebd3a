"""Copies what the primary's registry holds into the standby's, by digest.

    python3 copy_images.py ends.json

It runs in CodeBuild, with crane and the standard library: no package to install, no credential to keep. The file names
both ends (`Ends`). Whatever has the same digest at both ends is left alone, so that an interrupted run is finished by
the next one. With `REPOSITORY` in the environment one repository is copied; without, all of them, and the standby is
told the outcome: a record for people and programs, and a metric for the alarm. Fails if anything is missing at the end.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

CRANE_URL = (
    "https://github.com/google/go-containerregistry/releases/download/v0.21.7/go-containerregistry_Linux_arm64.tar.gz"
)
CRANE_SHA256 = "b6ee979d9411dfb05ce35ab9e156fe5de7def11a230764a7856ffa2eb971fa88"

METRIC = "custom.googleapis.com/replication/images/missing"
"""How many references the standby lacked at the end of the last complete run."""

# What a registry may answer with: it converts, or knows nothing of, a kind that is not asked for.
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)

WORKERS = 4
"""Copies at a time; crane copies a few layers of each at once."""

ATTEMPTS, TIMEOUT = 4, 60
"""Of a request, and how many seconds each waits for an answer."""


@dataclass(frozen=True)
class Ends:
    """Both ends, as ends.json names them."""

    region: str
    """Of AWS."""

    source: str
    """ECR's host name."""

    repositories: Mapping[str, str]
    """By the name of a repository of ECR's: host and path in the standby's registry."""

    audience: str
    """The provider that takes the AWS role's identity."""

    account: str
    """E-mail address of the service account to act as."""

    project: str
    """Which gets the metric."""

    bucket: str
    record: str
    """The object, in the bucket, that gets the record."""


@dataclass(frozen=True)
class Item:
    """A manifest and one way to ask for it."""

    repository: str
    digest: str
    tag: str | None

    @property
    def reference(self) -> str:
        """`:tag`, or `@digest` where there is none: platforms of an image, signatures, attestations."""
        return f"@{self.digest}" if self.tag is None else f":{self.tag}"


def main() -> int:
    """Copy, and tell the outcome."""
    ends = Ends(**json.loads(Path(sys.argv[1]).read_text()))
    only = os.environ.get("REPOSITORY")
    repositories = [only] if only else list(ends.repositories)
    with tempfile.TemporaryDirectory() as folder:
        crane = install(CRANE_URL, CRANE_SHA256, Path(folder))
        token = google_token(ends, aws_credentials(), time.time())
        passwords = {ends.source: ("AWS", _aws(["ecr", "get-login-password", "--region", ends.region]).strip())}
        for target in ends.repositories.values():
            passwords[target.split("/")[0]] = ("oauth2accesstoken", token)
        config = Path(folder, "docker")
        log_in(config, passwords)
        items = [item for repository in repositories for item in listed(repository, ends.region)]
        copy = crane_copy(str(crane), {**os.environ, "DOCKER_CONFIG": str(config)})
        missing = reconcile(items, ends, token, copy)
    if not only:
        tell(ends, token, record(items, missing, ends, time.time()), len(missing))
    print(f"{len(items)} references in {len(repositories)} repositories, {len(missing)} missing")
    return 1 if missing else 0


def reconcile(items: Iterable[Item], ends: Ends, token: str, copy: Callable[[str, str], bool]) -> list[Item]:
    """Copy what differs, and return what is still missing: tagged items first, which bring their platforms along."""
    items = sorted(items, key=lambda item: (item.repository, item.reference))

    def lacking(item: Item) -> bool:
        target = ends.repositories[item.repository]
        if digest_at(target, item.tag or item.digest, token) == item.digest:
            return False
        copied = copy(f"{ends.source}/{item.repository}@{item.digest}", f"{target}{item.reference}")
        return not copied or digest_at(target, item.tag or item.digest, token) != item.digest

    missing: list[Item] = []
    with ThreadPoolExecutor(WORKERS) as pool:
        for turn in ([item for item in items if item.tag], [item for item in items if not item.tag]):
            missing += compress(turn, pool.map(lacking, turn))
    return missing


def listed(repository: str, region: str) -> list[Item]:
    """Everything in a repository of ECR's: it lists each tag, and each manifest without one."""
    answer = _aws(["ecr", "list-images", "--repository-name", repository, "--region", region, "--output", "json"])
    return [Item(repository, found["imageDigest"], found.get("imageTag")) for found in json.loads(answer)["imageIds"]]


def digest_at(repository: str, reference: str, token: str) -> str | None:
    """The digest that a registry has for a tag or a digest; None if it has nothing."""
    host, _, name = repository.partition("/")
    # As crane does: a registry on this machine has no certificate.
    scheme = "http" if host.startswith("127.0.0.1:") else "https"
    headers = {"Accept": ", ".join(MANIFESTS), "Authorization": f"Bearer {token}"}
    try:
        answer, _ = ask(Request(f"{scheme}://{host}/v2/{name}/manifests/{reference}", headers=headers, method="HEAD"))
    except HTTPError as error:
        if error.code == 404:
            return None
        raise
    return answer.get("Docker-Content-Digest")


def crane_copy(crane: str, environment: Mapping[str, str]) -> Callable[[str, str], bool]:
    """A function that copies one manifest and all that it names, and says whether that worked."""

    def copy(source: str, target: str) -> bool:
        done = subprocess.run([crane, "copy", source, target], env=dict(environment), capture_output=True, text=True)
        print(f"{'copied' if done.returncode == 0 else 'FAILED'} {source} to {target}")
        if done.returncode:
            print(done.stderr, file=sys.stderr)
        return done.returncode == 0

    return copy


def record(items: Iterable[Item], missing: Iterable[Item], ends: Ends, now: float) -> dict[str, object]:
    """What the primary holds, by the standby's name of the repository, and what of it the standby lacks."""
    repositories: dict[str, dict[str, list[str]]] = {
        target: {"held": [], "missing": []} for target in ends.repositories.values()
    }
    for state, found in (("held", items), ("missing", missing)):
        for item in found:
            repositories[ends.repositories[item.repository]][state].append(f"{item.reference} {item.digest}")
    return {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)), "repositories": repositories}


def tell(ends: Ends, token: str, outcome: Mapping[str, object], missing: int) -> None:
    """The record first: the metric says that there is one."""
    name = urllib.parse.quote(ends.record, safe="")
    post(
        f"https://storage.googleapis.com/upload/storage/v1/b/{ends.bucket}/o?uploadType=media&name={name}",
        outcome,
        token,
    )
    point = {"interval": {"endTime": outcome["time"]}, "value": {"int64Value": str(missing)}}
    series = {
        "metric": {"type": METRIC},
        "resource": {"type": "global", "labels": {"project_id": ends.project}},
        "metricKind": "GAUGE",
        "valueType": "INT64",
        "points": [point],
    }
    url = f"https://monitoring.googleapis.com/v3/projects/{ends.project}/timeSeries"
    post(url, {"timeSeries": [series]}, token)


def log_in(folder: Path, passwords: Mapping[str, tuple[str, str]]) -> None:
    """Write the credentials where crane looks for them, for nobody else to read."""
    folder.mkdir(mode=0o700)
    auths = {
        host: {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}
        for host, (user, password) in passwords.items()
    }
    (folder / "config.json").write_text(json.dumps({"auths": auths}))


def install(url: str, sha256: str, folder: Path) -> Path:
    """Fetch crane; an archive that is not the one we know is refused."""
    archive = folder / "crane.tar.gz"
    archive.write_bytes(ask(Request(url))[1])
    if (found := hashlib.sha256(archive.read_bytes()).hexdigest()) != sha256:
        raise SystemExit(f"{url} has the checksum {found} instead of {sha256}: nothing is copied with it")
    with tarfile.open(archive) as content:
        binary = content.extractfile("crane")
        if binary is None:
            raise SystemExit(f"{url} holds no crane")
        crane = folder / "crane"
        crane.write_bytes(binary.read())
    crane.chmod(0o700)
    return crane


def aws_credentials() -> dict[str, str]:
    """The build's own, from where CodeBuild keeps them."""
    return json.loads(_aws(["configure", "export-credentials", "--format", "process"]))


def google_token(ends: Ends, credentials: Mapping[str, str], now: float) -> str:
    """A token of the service account, good for an hour, for proof of being the AWS role.

    https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-other-clouds
    """
    scope = "https://www.googleapis.com/auth/cloud-platform"
    exchanged = post(
        "https://sts.googleapis.com/v1/token",
        {
            "audience": ends.audience,
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
            "scope": scope,
            "subjectTokenType": "urn:ietf:params:aws:token-type:aws4_request",
            "subjectToken": urllib.parse.quote(json.dumps(caller_identity(ends, credentials, now))),
        },
    )
    impersonated = post(
        f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{ends.account}:generateAccessToken",
        {"scope": [scope], "lifetime": "3600s"},
        exchanged["access_token"],
    )
    return impersonated["accessToken"]


def caller_identity(ends: Ends, credentials: Mapping[str, str], now: float) -> dict[str, Any]:
    """A signed request by which Google asks AWS who we are; the audience in it keeps others from using it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    host, query = f"sts.{ends.region}.amazonaws.com", "Action=GetCallerIdentity&Version=2011-06-15"
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    headers = {
        "host": host,
        "x-amz-date": stamp,
        "x-amz-security-token": credentials["SessionToken"],
        "x-goog-cloud-target-resource": ends.audience,
    }
    names = ";".join(sorted(headers))
    lines = [f"{name}:{headers[name]}\n" for name in sorted(headers)]
    canonical = "\n".join(["POST", "/", query, "".join(lines), names, hashlib.sha256(b"").hexdigest()])
    scope = f"{stamp[:8]}/{ends.region}/sts/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{credentials['SecretAccessKey']}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials['AccessKeyId']}/{scope}, "
        f"SignedHeaders={names}, Signature={signature}"
    )
    return {
        "url": f"https://{host}?{query}",
        "method": "POST",
        "headers": [{"key": name, "value": value} for name, value in headers.items()],
    }


def post(url: str, content: Mapping[str, object], token: str | None = None) -> dict[str, str]:
    """Send JSON, and return the JSON that comes back."""
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    _, body = ask(Request(url, json.dumps(content, sort_keys=True).encode(), headers))
    return json.loads(body or b"{}")


def ask(request: Request) -> tuple[Mapping[str, str], bytes]:
    """Headers and body of the answer; what may pass by itself is asked again."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urlopen(request, timeout=TIMEOUT) as answer:
                return answer.headers, answer.read()
        except HTTPError as error:
            if attempt == ATTEMPTS or error.code not in (429, 500, 502, 503, 504):
                raise
        except OSError:
            if attempt == ATTEMPTS:
                raise
        time.sleep(2**attempt)
    raise AssertionError("the last attempt returns or raises")


def _aws(arguments: list[str]) -> str:
    done = subprocess.run(["aws", *arguments], stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
