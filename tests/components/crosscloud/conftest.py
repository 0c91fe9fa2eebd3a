"""Graphs of the link's kinds by themselves."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from preview.graph import Graph

SAMPLE = """\
import sys
sys.path.insert(0, {root!r})
import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp
from components.aws.component import Scope as AwsScope
from components.crosscloud.link import Ends
from components.gcp.component import Scope as GcpScope
from components.tags import Tags
from settings.addresses import Addresses, plan
from ipaddress import IPv4Network

tags = Tags("platform", "test", "team", "platform", "link")
on_aws = AwsScope("111122223333", "us-west-2", tags, protect=True)
on_gcp = GcpScope("example-standby", "123456789012", "us-central1", tags, protect=True)
opts = pulumi.ResourceOptions(
    providers=[
        aws.Provider("aws", region="us-west-2", allowed_account_ids=["111122223333"]),
        gcp.Provider("gcp", project="example-standby", region="us-central1"),
    ]
)
addresses = Addresses(supernet=IPv4Network("10.64.0.0/12"))
ends = Ends(
    transit_gateway_id="tgw-0123456789abcdef0",
    external_table_id="tgw-rtb-0000000000000000e",
    workload_table_id="tgw-rtb-0000000000000000b",
    network_id="projects/example-standby/global/networks/standby",
    router_name="standby-router",
    plan=plan(addresses),
    asns=addresses.asns,
)
key = "arn:aws:kms:us-west-2:111122223333:key/00000000-0000-0000-0000-000000000000"
"""


@pytest.fixture(scope="session")
def sample(root: Path, run_sample: Callable[[str], Graph]) -> Callable[[str], Graph]:
    """The simulated update of a program that makes a link between `ends`."""
    return lambda program: run_sample(SAMPLE.format(root=str(root)) + dedent(program))
