"""The drawing shows components, and who uses whom."""

from collections.abc import Callable

from analysis.drawing import drawing
from preview.graph import Graph
from tests.analysis.conftest import resource


def test_a_component_holds_what_is_below_it_and_arrows_follow_data(graph: Callable[..., Graph]) -> None:
    found = graph(
        resource("network", component=True),
        resource("network-vpc", parent="network"),
        resource("cluster", component=True),
        resource("addons", component=True, parent="cluster"),
        resource("cluster-main", parent="cluster", uses={"vpcId": ["network-vpc"]}),
        resource("addons-dns", parent="addons", uses={"cluster": ["cluster-main"]}, waits_for=["network-vpc"]),
    )
    assert drawing(found).splitlines() == [
        "flowchart LR",
        '    c_cluster["cluster<br/>2 resources"]',
        '    c_network["network<br/>1 resource"]',
        "    c_network --> c_cluster",
    ]
