"""ACM certificates."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

CERTIFICATE = "aws:acm/certificate:Certificate"

IMPORTED = ("certificateBody", "privateKey", "privateKeyWo")


def _renews(certificate: Node) -> Iterator[Finding]:
    if any(certificate.has(path) for path in IMPORTED):
        yield Finding("certificateBody", "is imported, and ACM renews no imported certificate")
    elif not certificate.has("certificateAuthorityArn") and certificate.text("validationMethod") != "DNS":
        yield Finding("validationMethod", "is not DNS")


def _key(certificate: Node) -> Iterator[Finding]:
    if certificate.text("keyAlgorithm", "RSA_2048") == "RSA_1024":
        yield Finding("keyAlgorithm", "is too short")


RULES = (
    ResourceRule(
        id="aws-acm-renews-by-itself",
        types=(CERTIFICATE,),
        severity=Severity.MEDIUM,
        description="Certificates renew without a person.",
        why="One forgotten renewal takes the whole front door down at a time that nobody chose.",
        remedy='Set validation_method="DNS" and keep its record in the zone; import none.',
        check=_renews,
    ),
    ResourceRule(
        id="aws-acm-key-length",
        types=(CERTIFICATE,),
        severity=Severity.HIGH,
        description="Certificates have keys of at least 2048 bits, or of an elliptic curve.",
        why="Shorter RSA keys can be broken, and with one all traffic that it ever protected.",
        remedy='Set key_algorithm="EC_prime256v1", or "RSA_2048".',
        check=_key,
    ),
)
