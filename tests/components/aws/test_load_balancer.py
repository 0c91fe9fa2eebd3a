"""The load balancer: private, passing TLS on, open to CloudFront alone."""

import pytest

from preview.graph import Graph, Node

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


@pytest.fixture
def balancer(prod: Graph) -> Node:
    [balancer] = prod.of_type("aws:lb/loadBalancer:LoadBalancer")
    return balancer


class TestBalancer:
    def test_it_is_one_that_a_vpc_origin_takes(self, prod: Graph, balancer: Node) -> None:
        assert balancer.inputs["internal"] is True
        assert balancer.inputs["loadBalancerType"] == "network"
        assert balancer.inputs["ipAddressType"] == "ipv4"
        assert len(balancer.inputs["securityGroups"]) == 1
        [listener] = prod.of_type("aws:lb/listener:Listener")
        assert (listener.inputs["protocol"], listener.inputs["port"]) == ("TCP", 443)

    def test_it_stands_in_every_zone_and_serves_all_from_each(self, prod: Graph, balancer: Node) -> None:
        private = {node.state["id"] for node in prod.of_type("aws:ec2/subnet:Subnet") if "-private-" in node.name}
        assert set(balancer.inputs["subnets"]) == private
        assert balancer.inputs["enableCrossZoneLoadBalancing"] is True

    def test_nobody_deletes_it_by_accident(self, balancer: Node) -> None:
        assert balancer.inputs["enableDeletionProtection"] is True

    def test_aws_takes_its_names(self, prod: Graph) -> None:
        for token in ("aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"):
            for node in prod.of_type(token):
                assert len(node.outputs["name"]) <= 32, node.outputs["name"]


class TestReach:
    def test_only_cloudfront_gets_in(self, prod: Graph, balancer: Node) -> None:
        [group] = balancer.inputs["securityGroups"]
        [rule] = [node for node in prod.of_type(INGRESS) if node.inputs["securityGroupId"] == group]
        assert rule.inputs["prefixListId"] == "pl-82a045eb"
        assert not {"cidrIpv4", "cidrIpv6", "referencedSecurityGroupId"} & rule.inputs.keys()
        assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (443, 443)

    def test_it_reaches_the_gateway_and_its_health_and_nothing_else(self, prod: Graph, balancer: Node) -> None:
        [group] = balancer.inputs["securityGroups"]
        [cluster] = prod.of_type("aws:eks/cluster:Cluster")
        pods = cluster.outputs["vpcConfig"]["clusterSecurityGroupId"]
        out = [node.inputs for node in prod.of_type(EGRESS) if node.inputs["securityGroupId"] == group]
        assert {(rule["referencedSecurityGroupId"], rule["fromPort"]) for rule in out} == {(pods, 443), (pods, 15021)}
        into = [node.inputs for node in prod.of_type(INGRESS) if node.inputs.get("referencedSecurityGroupId") == group]
        assert {(rule["securityGroupId"], rule["fromPort"]) for rule in into} == {(pods, 443), (pods, 15021)}


def test_targets_are_pods_whose_gateway_says_it_is_ready(prod: Graph) -> None:
    [group] = prod.of_type("aws:lb/targetGroup:TargetGroup")
    assert group.inputs["targetType"] == "ip"
    assert group.inputs["protocol"] == "TCP"
    check = group.inputs["healthCheck"]
    assert (check["protocol"], check["port"], check["path"]) == ("HTTP", "15021", "/healthz/ready")
    assert check["timeout"] < check["interval"]
    assert not prod.of_type("aws:lb/targetGroupAttachment:TargetGroupAttachment")
