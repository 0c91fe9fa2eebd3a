"""The contract holds both inventories, and everything else of the stack comes after it."""

from preview.graph import Graph, Node


def contract_of(graph: Graph) -> Node:
    [contract] = graph.of_type("multicloud:crosscloud:Contract")
    return contract


def test_it_holds_what_both_regions_export(graphs: dict[str, Graph]) -> None:
    inputs = contract_of(graphs["interconnect"]).inputs
    assert inputs["primary"] == graphs["prod"].document["outputs"]["inventory"]
    assert inputs["standby"] == graphs["dr"].document["outputs"]["inventory"]
    assert len(set(inputs["tunnels"])) == 4


def test_providers_come_below_it_so_that_every_resource_waits_for_the_verdict(interconnect: Graph) -> None:
    contract = contract_of(interconnect)
    providers = [node for node in interconnect.nodes.values() if node.is_provider]
    assert {node.type for node in providers} >= {"pulumi:providers:aws", "pulumi:providers:gcp"}
    assert {node.parent for node in providers} == {contract.urn}
    for node in interconnect.nodes.values():
        if node.op != "read" and not node.is_component and not node.is_provider:
            assert node.state["provider"].rpartition("::")[0] in {provider.urn for provider in providers}, node.urn


def test_providers_are_pinned_to_the_account_and_the_project(interconnect: Graph) -> None:
    [aws] = interconnect.of_type("pulumi:providers:aws")
    google = interconnect.of_type("pulumi:providers:gcp")
    assert aws.inputs["allowedAccountIds"] == '["111122223333"]'
    assert {node.inputs["project"] for node in google} == {"example-standby"}
    assert {node.inputs["billingProject"] for node in google} == {"example-standby"}
