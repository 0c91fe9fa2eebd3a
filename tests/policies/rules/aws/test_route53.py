from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

ZONE = Subject("aws:route53/zone:Zone", {"name": "example.com"}, "zone")
PRIVATE_ZONE = ZONE.set("vpcs", [{"vpcId": "vpc-1"}])
QUERY_LOG = Subject("aws:route53/queryLog:QueryLog", {"zoneId": "Z1"}, "queries", refs={"zoneId": ZONE})
SIGNING = Subject(
    "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec",
    {"hostedZoneId": "Z1", "signingStatus": "SIGNING"},
    "dnssec",
    refs={"hostedZoneId": ZONE},
)
CAA = Subject("aws:route53/record:Record", {"zoneId": "Z1", "type": "CAA"}, "caa", refs={"zoneId": ZONE})
ADDRESS = Subject("aws:route53/record:Record", {"zoneId": "Z1", "type": "A"}, "a", refs={"zoneId": ZONE})
SWITCH = Subject("aws:route53/healthCheck:HealthCheck", {"type": "HTTPS", "invertHealthcheck": True}, "switch")
ENDPOINT_CHECK = SWITCH.set("invertHealthcheck", False)
PRIMARY = Subject(
    "aws:route53/record:Record",
    {
        "type": "A",
        "healthCheckId": "check-1",
        "failoverRoutingPolicies": [{"type": "PRIMARY"}],
        "aliases": [{"name": "d111.cloudfront.net", "evaluateTargetHealth": False}],
    },
    "primary",
    refs={"healthCheckId": SWITCH},
)
SECONDARY = PRIMARY.set("failoverRoutingPolicies", [{"type": "SECONDARY"}]).unset("healthCheckId")

CASES = {
    "aws-route53-query-logging": Cases(
        passes=[[ZONE, QUERY_LOG], [PRIVATE_ZONE]],
        fails=[([ZONE], "")],
        unknown=[[ZONE.set("vpcs", UNKNOWN)]],
    ),
    "aws-route53-dnssec": Cases(
        passes=[[ZONE, SIGNING], [ZONE, SIGNING.unset("signingStatus")], [PRIVATE_ZONE]],
        fails=[([ZONE], ""), ([ZONE, SIGNING.set("signingStatus", "NOT_SIGNING")], "")],
        unknown=[[SIGNING.set("signingStatus", UNKNOWN)]],
    ),
    "aws-route53-caa": Cases(
        passes=[[ZONE, CAA], [PRIVATE_ZONE]],
        fails=[([ZONE, ADDRESS], "")],
        unknown=[[ZONE, CAA.set("type", UNKNOWN)]],
    ),
    "aws-route53-failover-health-check": Cases(
        passes=[PRIMARY, SECONDARY, ADDRESS],
        fails=[
            (PRIMARY.unset("healthCheckId"), "healthCheckId"),
            (PRIMARY.set("aliases.0.evaluateTargetHealth", True), "aliases[0].evaluateTargetHealth"),
        ],
        unknown=[PRIMARY.set("healthCheckId", UNKNOWN)],
    ),
    "aws-route53-failover-by-switch": Cases(
        passes=[[PRIMARY, SWITCH], [SECONDARY, ENDPOINT_CHECK]],
        fails=[([PRIMARY, ENDPOINT_CHECK], "healthCheckId")],
        unknown=[[PRIMARY, SWITCH.set("invertHealthcheck", UNKNOWN)]],
    ),
}

test_verdicts = verdicts(CASES)
