"""Search: three locks before any document, three zones, and a log of who read what."""

import json

import pytest

from preview.graph import Graph, Node


@pytest.fixture
def domain(prod: Graph) -> Node:
    [domain] = prod.of_type("aws:opensearch/domain:Domain")
    return domain


class TestSecurity:
    def test_it_is_encrypted_at_rest_with_its_own_key_between_nodes_and_to_clients(
        self, prod: Graph, domain: Node
    ) -> None:
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.name == "keys-search"]
        assert domain.inputs["encryptAtRest"] == {"enabled": True, "kmsKeyId": key.outputs["arn"]}
        assert domain.inputs["nodeToNodeEncryption"] == {"enabled": True}
        assert domain.inputs["domainEndpointOptions"]["enforceHttps"] is True
        assert domain.inputs["domainEndpointOptions"]["tlsSecurityPolicy"].startswith("Policy-Min-TLS-1-2-")

    def test_its_only_administrator_is_a_role_that_named_people_may_assume(self, prod: Graph, domain: Node) -> None:
        [role] = [role for role in prod.of_type("aws:iam/role:Role") if role.name == "search-administrator"]
        assert domain.inputs["advancedSecurityOptions"] == {
            "enabled": True,
            "internalUserDatabaseEnabled": False,
            "masterUserOptions": {"masterUserArn": role.outputs["arn"]},
        }
        [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        assert trust["Principal"] == {"AWS": ["arn:aws:iam::111122223333:role/platform-administrator"]}

    def test_its_policy_admits_this_account_to_requests_on_this_domain(self, domain: Node) -> None:
        for statement in json.loads(domain.inputs["accessPolicies"])["Statement"]:
            assert statement["Principal"]["AWS"].startswith("arn:aws:iam::111122223333:")
            assert statement["Resource"] == f"{domain.outputs['arn']}/*"
            assert all(action.startswith("es:ESHttp") for action in statement["Action"])

    def test_it_stands_in_the_data_subnets_and_admits_the_cluster_alone(self, prod: Graph, domain: Node) -> None:
        options = domain.inputs["vpcOptions"]
        assert options["subnetIds"] == prod.document["outputs"]["network"]["subnetIds"]["data"][:3]
        [rule] = [
            node
            for node in prod.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
            if node.inputs["securityGroupId"] in options["securityGroupIds"]
        ]
        assert rule.inputs["fromPort"] == rule.inputs["toPort"] == 443
        assert "cidrIpv4" not in rule.inputs


class TestDurability:
    def test_data_and_masters_fill_three_zones(self, domain: Node) -> None:
        cluster = domain.inputs["clusterConfig"]
        assert cluster["zoneAwarenessEnabled"] is True
        assert cluster["zoneAwarenessConfig"] == {"availabilityZoneCount": 3}
        assert cluster["instanceCount"] % 3 == 0
        assert cluster["dedicatedMasterCount"] == 3

    def test_disks_are_gp3(self, domain: Node) -> None:
        assert domain.inputs["ebsOptions"]["volumeType"] == "gp3"

    def test_aws_changes_it_off_peak(self, domain: Node) -> None:
        assert domain.inputs["offPeakWindowOptions"]["enabled"] is True
        assert domain.inputs["autoTuneOptions"]["useOffPeakWindow"] is True


class TestLogs:
    def test_all_four_are_published_to_groups_that_it_may_write_to(self, prod: Graph, domain: Node) -> None:
        published = {
            option["logType"]: option["cloudwatchLogGroupArn"] for option in domain.inputs["logPublishingOptions"]
        }
        assert set(published) == {"AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"}
        [policy] = [
            node
            for node in prod.of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
            if node.name.startswith("search-")
        ]
        [statement] = json.loads(policy.inputs["policyDocument"])["Statement"]
        assert set(statement["Resource"]) == {f"{arn}:*" for arn in published.values()}
        assert statement["Condition"]["ArnLike"]["aws:SourceArn"] == domain.outputs["arn"]

    def test_the_right_to_write_comes_before_the_domain(self, prod: Graph, domain: Node) -> None:
        for token in (
            "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
            "aws:iam/serviceLinkedRole:ServiceLinkedRole",
        ):
            [needed] = [node for node in prod.of_type(token) if node.name.startswith("search-")]
            assert needed.urn in domain.state["dependencies"]
