"""Address ranges of a region's networks."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from guardrails.model import Finding, StackRule
from guardrails.networks import Placed, overlaps
from guardrails.subject import Stack

# Ranges of one row must not overlap each other: networks beside networks, subnets beside subnets.
ROWS = (
    {
        "aws:ec2/vpc:Vpc": "cidrBlock",
        "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": "cidrBlock",
        "aws:eks/cluster:Cluster": "kubernetesNetworkConfig.serviceIpv4Cidr",
    },
    {"aws:ec2/subnet:Subnet": "cidrBlock"},
)


def _disjoint(stack: Stack) -> Iterator[Finding]:
    for row in ROWS:
        yield from overlaps(_ranges(stack, row))


def _ranges(stack: Stack, row: Mapping[str, str]) -> Iterator[Placed]:
    for token, path in row.items():
        for resource in stack.of_type(token):
            for _, cidr in resource.known_texts(path):
                yield Placed(resource, path, cidr)


RULES = (
    StackRule(
        id="aws-address-ranges-disjoint",
        types=tuple(token for row in ROWS for token in row),
        severity=Severity.HIGH,
        description="Ranges of VPCs, pods and cluster services are disjoint, and so are those of subnets.",
        why="Where two ranges overlap one of them can't be reached, and neither can be moved once it is in use.",
        remedy="Take the range from the address plan in the settings instead of writing one down.",
        check=_disjoint,
    ),
)
