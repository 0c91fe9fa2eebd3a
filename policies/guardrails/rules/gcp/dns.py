"""Cloud DNS zones."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.subject import Node, Stack

ZONE = "gcp:dns/managedZone:ManagedZone"
RECORD = "gcp:dns/recordSet:RecordSet"


def _public(zone: Node) -> bool:
    return zone.text("visibility", "public") == "public"


def _signed(zone: Node) -> Iterator[Finding]:
    if _public(zone) and zone.text("dnssecConfig.state", "off") != "on":
        yield Finding("dnssecConfig.state", "is not on")


def _algorithm(zone: Node) -> Iterator[Finding]:
    for key in zone.items("dnssecConfig.defaultKeySpecs"):
        if key.text("algorithm") == "rsasha1":
            yield Finding(key.at("algorithm"), "is one whose signatures can be forged")


def _logged(zone: Node) -> Iterator[Finding]:
    if _public(zone) and not zone.flag("cloudLoggingConfig.enableLogging"):
        yield Finding("cloudLoggingConfig.enableLogging", "is off")


def _authorities_named(stack: Stack) -> Iterator[Finding]:
    named = {
        urn
        for record in stack.of_type(RECORD)
        if record.text("type") == "CAA"
        for urn in record.references("managedZone")
    }
    for zone in stack.of_type(ZONE):
        if _public(zone) and zone.urn not in named:
            yield Finding("", "has no CAA record", zone)


RULES = (
    ResourceRule(
        id="gcp-dns-dnssec",
        types=(ZONE,),
        severity=Severity.HIGH,
        description="Public zones are signed.",
        why="Whoever can forge an answer can send users, and certificate authorities, to a server of theirs.",
        remedy='Set dnssec_config={"state": "on", …}; "transfer" is for the days of a move only.',
        check=_signed,
    ),
    ResourceRule(
        id="gcp-dns-no-sha1",
        types=(ZONE,),
        severity=Severity.HIGH,
        description="No key of a zone signs by RSASHA1.",
        why="SHA-1 has been broken, and resolvers have begun to treat what it signs as unsigned.",
        remedy='Use "ecdsap256sha256" in default_key_specs, for key signing and zone signing alike.',
        check=_algorithm,
    ),
    ResourceRule(
        id="gcp-dns-query-logging",
        types=(ZONE,),
        severity=Severity.MEDIUM,
        description="Public zones log the queries that they answer.",
        why="After an attack on DNS, or by way of it, nothing else tells what was asked and from where.",
        remedy='Set cloud_logging_config={"enable_logging": True}.',
        check=_logged,
    ),
    StackRule(
        id="gcp-dns-caa",
        types=(ZONE, RECORD),
        severity=Severity.MEDIUM,
        description="Public zones name the certificate authorities that may issue for them.",
        why="Without CAA every authority in the world may, and the weakest one decides.",
        remedy="Add a dns.RecordSet of type CAA that names the authorities in use.",
        check=_authorities_named,
    ),
)
