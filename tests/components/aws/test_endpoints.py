"""Endpoints: AWS's services from inside the VPC, for this account's identities."""

import json

from preview.graph import Graph, Node


def endpoints(prod: Graph, kind: str) -> list[Node]:
    return [node for node in prod.of_type("aws:ec2/vpcEndpoint:VpcEndpoint") if node.inputs["vpcEndpointType"] == kind]


class TestEndpoints:
    def test_objects_and_tables_are_reached_by_gateways(self, prod: Graph) -> None:
        services = sorted(node.inputs["serviceName"].rsplit(".", 1)[1] for node in endpoints(prod, "Gateway"))
        assert services == ["dynamodb", "s3"]

    def test_what_a_node_needs_without_the_internet_is_there(self, prod: Graph) -> None:
        services = {node.inputs["serviceName"].split(".", 3)[3] for node in endpoints(prod, "Interface")}
        assert services >= {"ec2", "ecr.api", "ecr.dkr", "eks", "eks-auth", "kms", "logs", "sts"}

    def test_interfaces_answer_by_the_services_own_names_behind_the_group(self, prod: Graph) -> None:
        for node in endpoints(prod, "Interface"):
            assert node.inputs["privateDnsEnabled"] is True
            assert len(node.inputs["securityGroupIds"]) == 1

    def test_each_serves_this_accounts_identities(self, prod: Graph) -> None:
        for node in prod.of_type("aws:ec2/vpcEndpoint:VpcEndpoint"):
            for statement in json.loads(node.inputs["policy"])["Statement"]:
                assert "*" not in statement["Action"]
                if "Condition" in statement:
                    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}
                else:  # documented exceptions, each for one action on named resources
                    assert statement["Sid"] in ("EcrImageLayers", "WebIdentities")
                    assert len(statement["Action"]) == 1
                    assert statement["Resource"] != "*"
