from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

NODES = Subject(
    "gcp:compute/subnetwork:Subnetwork",
    {
        "ipCidrRange": "10.74.0.0/20",
        "secondaryIpRanges": [{"rangeName": "pods", "ipCidrRange": "10.72.0.0/15"}],
    },
    "nodes",
    stack="dr",
)
KAFKA = Subject("gcp:compute/subnetwork:Subnetwork", {"ipCidrRange": "10.77.6.0/24"}, "kafka", stack="dr")
PEERING = Subject(
    "gcp:compute/globalAddress:GlobalAddress",
    {"address": "10.76.0.0", "prefixLength": 16, "addressType": "INTERNAL", "purpose": "VPC_PEERING"},
    "peering",
    stack="dr",
)
ENDPOINT = Subject(
    "gcp:compute/globalAddress:GlobalAddress",
    {"address": "10.77.11.16", "addressType": "INTERNAL", "purpose": "PRIVATE_SERVICE_CONNECT"},
    "endpoint",
    stack="dr",
)
FRONT_DOOR = Subject("gcp:compute/globalAddress:GlobalAddress", {"address": "2001:db8::1"}, "front-door", stack="dr")

CASES = {
    "gcp-address-ranges-disjoint": Cases(
        passes=[[NODES, KAFKA, PEERING, ENDPOINT, FRONT_DOOR], [NODES.unset("secondaryIpRanges")]],
        fails=[
            ([KAFKA, NODES.set("ipCidrRange", "10.77.0.0/20")], "ipCidrRange"),
            (
                [KAFKA, NODES.set("secondaryIpRanges.0.ipCidrRange", "10.77.0.0/16")],
                "secondaryIpRanges[0].ipCidrRange",
            ),
            ([NODES, PEERING.set("address", "10.74.0.0")], "address"),
            ([KAFKA, ENDPOINT.set("address", "10.77.6.9")], "address"),
        ],
        unknown=[[NODES, PEERING.set("address", UNKNOWN)]],
    ),
}

test_verdicts = verdicts(CASES)
