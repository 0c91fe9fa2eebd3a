"""The cluster's controllers: an identity each, rights on this cluster's things alone, nodes warned before they go."""

import json
from typing import Any

import pytest

from components.aws import controller_rights as rights
from preview.graph import Graph, Node

CLUSTER = "platform-production"
ZONE = "arn:aws:route53:::hostedzone/Z0000000000000000000A"

# Reads and lists for which AWS has no resource-level permission; each stands in a statement of its own.
EVERYWHERE = {"Find", "Login", "NodeProfiles", "Prices", "Read", "Token", "ZonalShift"}

# X-Ray has none for its writes either.
WRITTEN_EVERYWHERE = {"Traces": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]}


def granted(graph: Graph, controller: str) -> dict[str, dict[str, Any]]:
    """A controller's statements by their sid."""
    [policy] = [
        node
        for node in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if node.name == f"controllers-{controller}-rights"
    ]
    return {found["Sid"]: found for found in json.loads(policy.inputs["policy"])["Statement"]}


def actions(statements: dict[str, dict[str, Any]]) -> set[str]:
    return {action for found in statements.values() for action in found["Action"]}


class TestIdentities:
    def test_each_service_account_has_a_role_of_its_own(self, prod: Graph) -> None:
        associations = [
            node
            for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
            if node.name.startswith("controllers-")
        ]
        accounts = {(node.inputs["namespace"], node.inputs["serviceAccount"]) for node in associations}
        assert accounts >= {
            ("load-balancing", "aws-load-balancer-controller"),
            ("karpenter", "karpenter"),
            ("external-secrets", "external-secrets"),
            ("kyverno", "kyverno-admission-controller"),
            ("kyverno", "kyverno-reports-controller"),
        }
        assert len({node.inputs["roleArn"] for node in associations}) == len(associations) == len(accounts)

    def test_an_association_waits_for_the_rights(self, prod: Graph) -> None:
        policies = {node.name: node.urn for node in prod.of_type("aws:iam/rolePolicy:RolePolicy")}
        for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation"):
            if node.name.startswith("controllers-"):
                assert policies[f"{node.name}-rights"] in node.state["dependencies"]

    def test_only_reads_reach_every_resource(self, prod: Graph) -> None:
        for policy in prod.of_type("aws:iam/rolePolicy:RolePolicy"):
            if policy.name.startswith("controllers-"):
                for found in json.loads(policy.inputs["policy"])["Statement"]:
                    if found["Resource"] == "*" and found["Action"] != WRITTEN_EVERYWHERE.get(found["Sid"]):
                        assert found["Sid"] in EVERYWHERE, policy.name
                        assert all(
                            action.split(":")[1].startswith(("Describe", "Get", "List")) for action in found["Action"]
                        )

    def test_a_role_keeps_within_iams_limit_of_inline_policies(self, prod: Graph) -> None:
        for policy in prod.of_type("aws:iam/rolePolicy:RolePolicy"):
            assert len(policy.inputs["policy"].replace(" ", "")) <= 10_240, policy.name


class TestLoadBalancer:
    def test_it_changes_what_carries_the_clusters_tag(self, prod: Graph) -> None:
        statements = granted(prod, "load-balancer")
        for sid in ("ChangeGroups", "Change", "ChangeListeners"):
            condition = statements[sid]["Condition"]["StringEquals"]
            assert condition == {"aws:ResourceTag/elbv2.k8s.aws/cluster": CLUSTER}
        assert statements["Make"]["Condition"]["StringEquals"] == {"aws:RequestTag/elbv2.k8s.aws/cluster": CLUSTER}

    def test_it_opens_no_group_but_its_own_and_the_nodes(self, prod: Graph) -> None:
        for found in granted(prod, "load-balancer").values():
            if "ec2:AuthorizeSecurityGroupIngress" in found["Action"]:
                [key] = found["Condition"]["StringEquals"]
                assert key in (
                    "aws:ResourceTag/elbv2.k8s.aws/cluster",
                    f"aws:ResourceTag/kubernetes.io/cluster/{CLUSTER}",
                )

    def test_it_fills_target_groups_that_it_did_not_make(self, prod: Graph) -> None:
        register = granted(prod, "load-balancer")["Register"]
        assert register["Resource"] == "arn:aws:elasticloadbalancing:us-west-2:111122223333:targetgroup/*"
        assert "Condition" not in register


class TestKarpenter:
    def test_it_starts_nodes_in_their_subnets_and_group_only(self, prod: Graph) -> None:
        resources = granted(prod, "karpenter")["StartFrom"]["Resource"]
        subnets = {
            f"arn:aws:ec2:us-west-2:111122223333:subnet/{node.state['id']}"
            for node in prod.of_type("aws:ec2/subnet:Subnet")
            if node.inputs["tags"]["tier"] == "private"
        }
        assert {found for found in resources if ":subnet/" in found} == subnets
        [cluster] = prod.of_type("aws:eks/cluster:Cluster")
        group = cluster.outputs["vpcConfig"]["clusterSecurityGroupId"]
        assert [found for found in resources if ":security-group/" in found] == [
            f"arn:aws:ec2:us-west-2:111122223333:security-group/{group}"
        ]

    def test_it_stops_only_what_it_started_for_this_cluster(self, prod: Graph) -> None:
        condition = granted(prod, "karpenter")["Stop"]["Condition"]
        assert condition["StringEquals"] == {f"aws:ResourceTag/kubernetes.io/cluster/{CLUSTER}": "owned"}
        assert condition["StringLike"] == {"aws:ResourceTag/karpenter.sh/nodepool": "*"}

    def test_it_passes_its_nodes_role_and_makes_no_profile(self, prod: Graph) -> None:
        statements = granted(prod, "karpenter")
        [role] = [node for node in prod.of_type("aws:iam/role:Role") if node.name == "controllers-nodes"]
        assert statements["NodeRole"]["Resource"] == role.outputs["arn"]
        assert not [action for action in actions(statements) if action.startswith(("iam:Create", "iam:Add"))]
        [profile] = prod.of_type("aws:iam/instanceProfile:InstanceProfile")
        assert profile.inputs["role"] == role.outputs["name"]

    def test_its_nodes_may_join_the_cluster(self, prod: Graph) -> None:
        [role] = [node for node in prod.of_type("aws:iam/role:Role") if node.name == "controllers-nodes"]
        [entry] = [
            node
            for node in prod.of_type("aws:eks/accessEntry:AccessEntry")
            if node.inputs["principalArn"] == role.outputs["arn"]
        ]
        assert entry.inputs["type"] == "EC2_LINUX"

    def test_encrypted_disks_are_used_through_ec2_alone(self, prod: Graph) -> None:
        statements = granted(prod, "karpenter")
        for sid in ("Volumes", "VolumesGrant"):
            assert statements[sid]["Condition"]["StringEquals"] == {"kms:ViaService": "ec2.us-west-2.amazonaws.com"}


class TestInterruptions:
    @pytest.fixture
    def queue(self, prod: Graph) -> Node:
        [queue] = [
            node for node in prod.of_type("aws:sqs/queue:Queue") if node.name == "controllers-interruptions-queue"
        ]
        return queue

    def test_all_four_kinds_of_news_reach_the_queue(self, prod: Graph, queue: Node) -> None:
        rules = {
            node.outputs["name"]: json.loads(node.inputs["eventPattern"])["detail-type"][0]
            for node in prod.of_type("aws:cloudwatch/eventRule:EventRule")
        }
        news = {
            rules[node.inputs["rule"]]
            for node in prod.of_type("aws:cloudwatch/eventTarget:EventTarget")
            if node.inputs["arn"] == queue.outputs["arn"]
        }
        assert news == {
            "AWS Health Event",
            "EC2 Instance Rebalance Recommendation",
            "EC2 Instance State-change Notification",
            "EC2 Spot Instance Interruption Warning",
        }

    def test_it_is_encrypted_with_a_key_that_eventbridge_may_use(self, prod: Graph, queue: Node) -> None:
        [key] = [key for key in prod.of_type("aws:kms/key:Key") if key.outputs["arn"] == queue.inputs["kmsMasterKeyId"]]
        assert "events.amazonaws.com" in key.inputs["policy"]
        assert granted(prod, "karpenter")["InterruptionsKey"]["Resource"] == key.outputs["arn"]

    def test_only_these_rules_may_send_and_only_by_tls(self, prod: Graph, queue: Node) -> None:
        [policy] = [
            node
            for node in prod.of_type("aws:sqs/queuePolicy:QueuePolicy")
            if node.inputs["queueUrl"] == queue.outputs["url"]
        ]
        allowed, denied = json.loads(policy.inputs["policy"])["Statement"]
        assert allowed["Principal"] == {"Service": "events.amazonaws.com"}
        assert len(allowed["Condition"]["ArnEquals"]["aws:SourceArn"]) == 4
        assert denied["Effect"] == "Deny"
        assert denied["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


class TestDns:
    def test_no_controller_touches_a_reserved_name(self) -> None:
        [change] = [found for found in rights.dns_records(ZONE, ["example.com"]) if found["Sid"] == "Change"]
        assert change["Resource"] == ZONE
        assert change["Condition"] == {
            "ForAllValues:StringNotEquals": {"route53:ChangeResourceRecordSetsNormalizedRecordNames": ["example.com"]}
        }

    def test_certificates_are_proved_by_challenge_records_alone(self) -> None:
        [change] = [found for found in rights.dns_challenges(ZONE) if found["Sid"] == "Change"]
        assert change["Resource"] == ZONE
        assert change["Condition"]["ForAllValues:StringEquals"] == {
            "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"]
        }
        assert change["Condition"]["ForAllValues:StringLike"] == {
            "route53:ChangeResourceRecordSetsNormalizedRecordNames": ["_acme-challenge.*"]
        }


def test_pods_secrets_are_those_of_one_path(prod: Graph) -> None:
    statements = granted(prod, "external-secrets")
    assert statements["Read"]["Resource"] == f"arn:aws:secretsmanager:us-west-2:111122223333:secret:{CLUSTER}/*"
    assert not [action for action in actions(statements) if "Put" in action or "Delete" in action or "Create" in action]
