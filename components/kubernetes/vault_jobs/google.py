"""Google Cloud for a pod: of GKE by the metadata server, of the primary's cluster by its service account's token."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request

from .client import ask, post

SCOPE = "https://www.googleapis.com/auth/cloud-platform"


def pod_token() -> str:
    """A token of the pod's own identity."""
    url = "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
    return json.loads(ask(Request(url, headers={"Metadata-Flavor": "Google"})))["access_token"]


def exchanged_token(audience: str, token_file: str) -> str:
    """A token for the service account whose token is in the file: Google knows the keys of its cluster.

    https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-kubernetes
    """
    answer = post(
        "https://sts.googleapis.com/v1/token",
        {
            "audience": audience,
            "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
            "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
            "scope": SCOPE,
            "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
            "subjectToken": Path(token_file).read_text().strip(),
        },
    )
    return answer["access_token"]


def add_version(token: str, secret: str, value: str) -> None:
    """Make a value the newest of `secret`: projects/<project>/secrets/<name>."""
    data = base64.b64encode(value.encode()).decode()
    post(
        f"https://secretmanager.googleapis.com/v1/{secret}:addVersion",
        {"payload": {"data": data}},
        _bearer(token),
    )


def put_object(token: str, bucket: str, name: str, content: bytes) -> None:
    """Write an object."""
    url = f"https://storage.googleapis.com/upload/storage/v1/b/{bucket}/o?uploadType=media&name={quote(name, safe='')}"
    ask(Request(url, content, {**_bearer(token), "Content-Type": "application/octet-stream"}))


def get_object(token: str, bucket: str, name: str) -> bytes:
    """Read an object."""
    url = f"https://storage.googleapis.com/storage/v1/b/{bucket}/o/{quote(name, safe='')}?alt=media"
    return ask(Request(url, headers=_bearer(token)))


def encrypt(token: str, key: str, plain: bytes, bound_to: str) -> str:
    """Encrypt up to 64 KiB; it can be decrypted by who names the same `bound_to` alone."""
    content = {"plaintext": _text(plain), "additionalAuthenticatedData": _text(bound_to.encode())}
    return post(f"https://cloudkms.googleapis.com/v1/{key}:encrypt", content, _bearer(token))["ciphertext"]


def decrypt(token: str, key: str, ciphertext: str, bound_to: str) -> bytes:
    """What was encrypted; an error if anything of it is not as it was."""
    content = {"ciphertext": ciphertext, "additionalAuthenticatedData": _text(bound_to.encode())}
    answer = post(f"https://cloudkms.googleapis.com/v1/{key}:decrypt", content, _bearer(token))
    return base64.b64decode(answer.get("plaintext", ""))


def report(token: str, project: str, metric: str, value: int, now: float) -> None:
    """Write a point of a metric of the project's own."""
    series = {
        "metric": {"type": metric},
        "resource": {"type": "global", "labels": {"project_id": project}},
        "metricKind": "GAUGE",
        "valueType": "INT64",
        "points": [
            {
                "interval": {"endTime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now))},
                "value": {"int64Value": str(value)},
            }
        ],
    }
    url = f"https://monitoring.googleapis.com/v3/projects/{project}/timeSeries"
    post(url, {"timeSeries": [series]}, _bearer(token))


def _bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
