"""Public DNS zones, and the records that a failover moves."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.subject import Resource, Stack

ZONE = "aws:route53/zone:Zone"
RECORD = "aws:route53/record:Record"
QUERY_LOG = "aws:route53/queryLog:QueryLog"
SIGNING = "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec"
HEALTH_CHECK = "aws:route53/healthCheck:HealthCheck"


def _public_zones(stack: Stack) -> list[Resource]:
    return [zone for zone in stack.of_type(ZONE) if not zone.has("vpcs")]


def _is_primary(record: Resource) -> bool:
    return any(policy.text("type") == "PRIMARY" for policy in record.items("failoverRoutingPolicies"))


def _logged(stack: Stack) -> Iterator[Finding]:
    logged = {urn for log in stack.of_type(QUERY_LOG) for urn in log.references("zoneId")}
    for zone in _public_zones(stack):
        if zone.urn not in logged:
            yield Finding("", "logs no queries", zone)


def _signed(stack: Stack) -> Iterator[Finding]:
    signed = {
        urn
        for signing in stack.of_type(SIGNING)
        if signing.text("signingStatus", "SIGNING") == "SIGNING"
        for urn in signing.references("hostedZoneId")
    }
    for zone in _public_zones(stack):
        if zone.urn not in signed:
            yield Finding("", "is not signed", zone)


def _authorities_named(stack: Stack) -> Iterator[Finding]:
    named = {
        urn for record in stack.of_type(RECORD) if record.text("type") == "CAA" for urn in record.references("zoneId")
    }
    for zone in _public_zones(stack):
        if zone.urn not in named:
            yield Finding("", "has no CAA record", zone)


def _failover_checked(record: Resource) -> Iterator[Finding]:
    if not _is_primary(record):
        return
    if not record.has("healthCheckId"):
        yield Finding("healthCheckId", "is not set")
    for alias in record.items("aliases"):
        if alias.flag("evaluateTargetHealth"):
            yield Finding(alias.at("evaluateTargetHealth"), "is on")


def _failover_by_switch(stack: Stack) -> Iterator[Finding]:
    inverted = {check.urn for check in stack.of_type(HEALTH_CHECK) if check.flag("invertHealthcheck")}
    for record in stack.of_type(RECORD):
        checks = record.references("healthCheckId")
        if checks and _is_primary(record) and not checks & inverted:
            yield Finding("healthCheckId", "names a check that is not inverted", record)


RULES = (
    StackRule(
        id="aws-route53-query-logging",
        types=(ZONE, QUERY_LOG),
        severity=Severity.MEDIUM,
        description="Public zones log the queries that they answer.",
        why="After an attack on DNS, or by way of it, nothing else tells what was asked and from where.",
        remedy="Add a route53.QueryLog for the zone, with a log group of us-east-1.",
        check=_logged,
    ),
    StackRule(
        id="aws-route53-dnssec",
        types=(ZONE, SIGNING),
        severity=Severity.HIGH,
        description="Public zones are signed.",
        why="Whoever can forge an answer can send users, and certificate authorities, to a server of theirs.",
        remedy="Add a route53.KeySigningKey and a route53.HostedZoneDnsSec for the zone.",
        check=_signed,
    ),
    StackRule(
        id="aws-route53-caa",
        types=(ZONE, RECORD),
        severity=Severity.MEDIUM,
        description="Public zones name the certificate authorities that may issue for them.",
        why="Without CAA every authority in the world may, and the weakest one decides.",
        remedy="Add a route53.Record of type CAA that names the authorities in use.",
        check=_authorities_named,
    ),
    ResourceRule(
        id="aws-route53-failover-health-check",
        types=(RECORD,),
        severity=Severity.HIGH,
        description="PRIMARY failover records have a health check of their own, and it alone moves them.",
        why="Without one DNS never fails over; by its target's health it moves users before the standby is ready.",
        remedy="Set health_check_id, and evaluate_target_health=False on the alias.",
        check=_failover_checked,
    ),
    StackRule(
        id="aws-route53-failover-by-switch",
        types=(RECORD, HEALTH_CHECK),
        severity=Severity.HIGH,
        description="The health checks of PRIMARY failover records are inverted ones on a switch.",
        why="A sick endpoint would move users to a standby that nobody has promoted, and back to stale data later.",
        remedy="Set invert_healthcheck=True on a check of the object whose existence means failover.",
        check=_failover_by_switch,
    ),
)
