from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

ZONE = Subject(
    "gcp:dns/managedZone:ManagedZone",
    {
        "dnsName": "example.com.",
        "visibility": "public",
        "dnssecConfig": {
            "state": "on",
            "defaultKeySpecs": [{"algorithm": "ecdsap256sha256", "keyType": "keySigning"}],
        },
        "cloudLoggingConfig": {"enableLogging": True},
    },
    "zone",
    stack="dr",
)
BARE = Subject("gcp:dns/managedZone:ManagedZone", {"dnsName": "example.com."}, "zone", stack="dr")
PRIVATE = BARE.set("visibility", "private")
CAA = Subject(
    "gcp:dns/recordSet:RecordSet", {"managedZone": "zone", "type": "CAA"}, "caa", stack="dr", refs={"managedZone": ZONE}
)

CASES = {
    "gcp-dns-dnssec": Cases(
        passes=[ZONE, PRIVATE],
        fails=[
            (BARE, "dnssecConfig.state"),
            (ZONE.set("dnssecConfig.state", "off"), "dnssecConfig.state"),
            (ZONE.set("dnssecConfig.state", "transfer"), "dnssecConfig.state"),
        ],
        unknown=[ZONE.set("dnssecConfig.state", UNKNOWN)],
    ),
    "gcp-dns-no-sha1": Cases(
        passes=[ZONE, BARE],
        fails=[
            (
                ZONE.set("dnssecConfig.defaultKeySpecs.0.algorithm", "rsasha1"),
                "dnssecConfig.defaultKeySpecs[0].algorithm",
            )
        ],
        unknown=[ZONE.set("dnssecConfig.defaultKeySpecs.0.algorithm", UNKNOWN)],
    ),
    "gcp-dns-query-logging": Cases(
        passes=[ZONE, PRIVATE],
        fails=[(BARE, "cloudLoggingConfig.enableLogging")],
        unknown=[ZONE.set("cloudLoggingConfig.enableLogging", UNKNOWN)],
    ),
    "gcp-dns-caa": Cases(
        passes=[[ZONE, CAA], [PRIVATE]],
        fails=[([ZONE], ""), ([ZONE, CAA.set("type", "A")], "")],
        unknown=[[ZONE, CAA.set("type", UNKNOWN)]],
    ),
}

test_verdicts = verdicts(CASES)
