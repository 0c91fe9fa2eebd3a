"""What an update loses: what is gone, what changed an input that cannot change, and what names either."""

from collections.abc import Callable

import pytest

from analysis.replacements import Loss, losses
from preview.graph import Graph
from tests.analysis.conftest import CLUSTER, resource, urn

LOG = "aws:cloudwatch/logGroup:LogGroup"
SUBNET = "aws:ec2/subnet:Subnet"


def test_an_update_in_place_loses_nothing(graph: Callable[..., Graph]) -> None:
    before, after = (graph(resource("a", LOG, inputs={"retentionInDays": days})) for days in (30, 90))
    assert losses(before, after) == []


@pytest.mark.parametrize("protect", [True, False])
def test_a_missing_resource_is_lost(protect: bool, graph: Callable[..., Graph]) -> None:
    before = graph(resource("a", LOG, protect=protect))
    assert losses(before, graph()) == [Loss(urn("a"), (), protect)]


def test_protection_is_what_the_last_update_said(graph: Callable[..., Graph]) -> None:
    before = graph(resource("a", LOG, inputs={"name": "one"}))
    after = graph(resource("a", LOG, inputs={"name": "two"}, protect=True))
    assert losses(before, after) == [Loss(urn("a"), ("name",), False)]


def test_what_holds_nothing_may_go(graph: Callable[..., Graph]) -> None:
    assert losses(graph(resource("a", SUBNET)), graph()) == []


def test_what_names_a_replaced_resource_is_replaced(graph: Callable[..., Graph]) -> None:
    def deployed(zone: str) -> Graph:
        subnet = resource("subnet", SUBNET, inputs={"availabilityZone": zone})
        subnet["newState"]["id"] = "subnet-1"
        inputs = {"brokerNodeGroupInfo": {"clientSubnets": ["subnet-1"], "securityGroups": ["sg-1"]}}
        return graph(subnet, resource("cluster", CLUSTER, inputs=inputs, uses={"brokerNodeGroupInfo": ["subnet"]}))

    [loss] = losses(deployed("us-west-2a"), deployed("us-west-2b"))
    assert loss.urn == urn("cluster")
    assert loss.because == ("brokerNodeGroupInfo.clientSubnets",)


def test_another_account_or_region_has_none_of_it(graph: Callable[..., Graph]) -> None:
    def deployed(region: str) -> Graph:
        provider = resource("aws", "pulumi:providers:aws", inputs={"region": region})
        return graph(provider, resource("a", LOG, provider="aws"))

    assert losses(deployed("us-west-2"), deployed("us-east-1")) == [Loss(urn("a"), ("provider",), False)]


def test_a_text_of_json_is_compared_by_what_it_holds(graph: Callable[..., Graph]) -> None:
    def deployed(state: str) -> Graph:
        return graph(resource("a", "aws:cloudcontrol/resource:Resource", inputs={"desiredState": state}))

    assert losses(deployed('{"Name": "a", "Tags": []}'), deployed('{"Name": "a"}')) == []
    assert losses(deployed('{"Name": "a"}'), deployed('{"Name": "b"}')) != []


def test_ignored_changes_replace_nothing(graph: Callable[..., Graph]) -> None:
    before, after = (graph(resource("a", LOG, inputs={"name": name})) for name in ("one", "two"))
    after.nodes[urn("a")].state["ignoreChanges"] = ["name"]
    assert losses(before, after) == []
