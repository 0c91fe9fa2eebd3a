"""What the primary's security groups admit from the link: the flows of the settings, and nothing beside them."""

from ipaddress import IPv4Network

from preview.graph import Graph
from settings.addresses import Addresses, plan
from settings.flows import to_primary, to_standby

IN = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
GROUPS = {"database": "database-postgresql", "stream": "stream-kafka", "cache": "cache-valkey"}


def rules(graph: Graph, kind: str) -> set[tuple[str, str, int, int]]:
    """Rules of the primary's groups: one that the link has itself is for what it runs, and tested there."""
    own = {node.state["id"] for node in graph.of_type("aws:ec2/securityGroup:SecurityGroup")}
    return {
        (node.inputs["securityGroupId"], node.inputs["cidrIpv4"], node.inputs["fromPort"], node.inputs["toPort"])
        for node in graph.of_type(kind)
        if node.inputs["securityGroupId"] not in own
    }


def test_each_store_admits_its_flow_and_nothing_else(interconnect: Graph, prod: Graph) -> None:
    groups = {node.name: node.state["id"] for node in prod.of_type("aws:ec2/securityGroup:SecurityGroup")}
    settled = plan(Addresses(supernet=IPv4Network("10.64.0.0/12")))
    for kind, flows, ends in (
        (IN, to_primary(settled), "sources"),
        (OUT, to_standby(settled), "destinations"),
    ):
        assert rules(interconnect, kind) == {
            (groups[GROUPS[store]], str(cidr), flow.port, flow.port)
            for store, flow in flows.items()
            for cidr in getattr(flow, ends)
        }
