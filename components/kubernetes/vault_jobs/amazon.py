"""AWS for a pod: its identity is Pod Identity's, and requests are signed here."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request

from .client import ask


def put_secret(region: str, secret: str, value: str) -> None:
    """Make a value the secret's newest."""
    content = json.dumps(
        {"SecretId": secret, "SecretString": value, "ClientRequestToken": hashlib.sha256(value.encode()).hexdigest()}
    )
    host = f"secretsmanager.{region}.amazonaws.com"
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "secretsmanager.PutSecretValue"}
    _send("secretsmanager", region, "POST", host, "/", headers, content.encode())


def put_object(region: str, bucket: str, name: str, file: Path) -> None:
    """Add an object; S3 takes none without a checksum where objects are locked.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    body = file.read_bytes()
    checksum = base64.b64encode(hashlib.sha256(body).digest()).decode()
    headers = {"content-type": "application/octet-stream", "x-amz-checksum-sha256": checksum}
    host = f"{bucket}.s3.{region}.amazonaws.com"
    _send("s3", region, "PUT", host, f"/{quote(name)}", headers, body)


def _send(
    service: str, region: str, method: str, host: str, path: str, headers: Mapping[str, str], body: bytes
) -> None:
    signed = sign(service, region, method, host, path, headers, body, credentials(), time.time())
    ask(Request(f"https://{host}{path}", body, signed, method=method))


def credentials() -> Mapping[str, str]:
    """The pod's own, of the agent on its node.

    https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
    """
    token = Path(os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]).read_text().strip()
    answer: Any = json.loads(
        ask(Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": token}))
    )
    return answer


def sign(
    service: str,
    region: str,
    method: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Mapping[str, str],
    now: float,
) -> dict[str, str]:
    """The headers of a signed request without a query.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    digest = hashlib.sha256(body).hexdigest()
    known = {
        **headers,
        "host": host,
        "x-amz-content-sha256": digest,
        "x-amz-date": stamp,
        "x-amz-security-token": secrets["Token"],
    }
    names = ";".join(sorted(known))
    lines = "".join(f"{name}:{known[name]}\n" for name in sorted(known))
    canonical = "\n".join([method, path, "", lines, names, digest])
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{secrets['SecretAccessKey']}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    known["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={secrets['AccessKeyId']}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return known
