"""Database Migration Service."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

PROFILE = ("gcp:databasemigrationservice/connectionProfile:ConnectionProfile",)

ENGINES = ("mysql", "oracle", "postgresql")
"""Parts of a profile that may name a server by its address; other parts name what is Google's own."""


def _servers(profile: Node) -> Iterator[tuple[str, Node]]:
    """The engine and the part of a profile that names a server elsewhere."""
    for engine in ENGINES:
        for part in profile.items(engine):
            if part.has("host"):
                yield engine, part


def _tls(profile: Node) -> Iterator[Finding]:
    for _, server in _servers(profile):
        if not server.has("ssl.caCertificate"):
            yield Finding(server.at("ssl.caCertificate"), "is not set")


def _private(profile: Node) -> Iterator[Finding]:
    for engine, server in _servers(profile):
        # The SDK has no private way for a profile of MySQL's: the job names it.
        if engine != "mysql" and not server.has("privateConnectivity.privateConnection"):
            yield Finding(server.at("privateConnectivity.privateConnection"), "is not set")


RULES = (
    ResourceRule(
        id="gcp-dms-tls",
        types=PROFILE,
        severity=Severity.HIGH,
        description="Database Migration Service has other servers prove themselves.",
        why="Whoever sits in between could otherwise read every row on its way, and the login with it.",
        remedy='Set ssl={"type": "SERVER_ONLY", "ca_certificate": …}, or SERVER_CLIENT, in the profile.',
        check=_tls,
    ),
    ResourceRule(
        id="gcp-dms-private",
        types=PROFILE,
        severity=Severity.HIGH,
        description="Database Migration Service reaches other servers by a private connection.",
        why="The server must otherwise be open to the internet for Google's addresses, which other customers share.",
        remedy="Name a PrivateConnection in private_connectivity of the profile.",
        check=_private,
    ),
)
