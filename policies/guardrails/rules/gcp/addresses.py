"""Address ranges of a region's networks."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.model import Finding, StackRule
from guardrails.networks import Placed, overlaps
from guardrails.subject import Stack

SUBNET = "gcp:compute/subnetwork:Subnetwork"
RESERVED = "gcp:compute/globalAddress:GlobalAddress"


def _ranges(stack: Stack) -> Iterator[Placed]:
    """All ranges of a network lie beside each other: pods and services in subnets' secondary ones."""
    for subnet in stack.of_type(SUBNET):
        for path, cidr in subnet.known_texts("ipCidrRange"):
            yield Placed(subnet, path, cidr)
        for secondary in subnet.items("secondaryIpRanges"):
            for path, cidr in secondary.known_texts("ipCidrRange"):
                yield Placed(subnet, path, cidr)
    for reserved in stack.of_type(RESERVED):
        # Public addresses are Google's to give.
        if reserved.text("addressType", "EXTERNAL") == "INTERNAL":
            for path, address in reserved.known_texts("address"):
                # Only what is reserved for a peering is a range.
                length = reserved.number("prefixLength") if reserved.text("purpose") == "VPC_PEERING" else 32
                yield Placed(reserved, path, f"{address}/{length:g}")


def _disjoint(stack: Stack) -> Iterator[Finding]:
    yield from overlaps(_ranges(stack))


RULES = (
    StackRule(
        id="gcp-address-ranges-disjoint",
        types=(SUBNET, RESERVED),
        severity=Severity.HIGH,
        description="Ranges of subnets, of what lies in them, and those that are reserved are disjoint.",
        why="Where two ranges overlap one of them can't be reached, and neither can be moved once it is in use.",
        remedy="Take the range from the address plan in the settings instead of writing one down.",
        check=_disjoint,
    ),
)
