"""Karpenter: what may start nodes on EKS, what these are like, and when they may go."""

from typing import Any

import pytest

from components.kubernetes.karpenter import _quiet
from preview.graph import Graph, Node

RELEASE = "kubernetes:helm.sh/v3:Release"
NODE_CLASS = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
POOL = "kubernetes:karpenter.sh/v1:NodePool"


def release(graph: Graph, name: str = "karpenter") -> Node:
    [found] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == name]
    return found


@pytest.fixture(scope="module")
def nodes(prod: Graph) -> dict[str, Any]:
    [found] = prod.of_type(NODE_CLASS)
    return found.inputs["spec"]


@pytest.fixture(scope="module")
def pool(prod: Graph) -> dict[str, Any]:
    [found] = prod.of_type(POOL)
    return found.inputs["spec"]


def test_google_starts_its_nodes_itself(dr: Graph) -> None:
    assert not [node for node in dr.of_type(RELEASE) if node.inputs["name"].startswith("karpenter")]


class TestController:
    def test_it_knows_its_cluster_and_hears_of_interruptions(self, prod: Graph) -> None:
        settings = release(prod).inputs["values"]["settings"]
        assert settings["clusterName"] == prod.document["outputs"]["cluster"]["name"]
        assert settings["interruptionQueue"] == prod.document["outputs"]["controllers"]["interruptionQueueName"]

    def test_it_starts_nothing_in_a_zone_that_aws_has_moved_away_from(self, prod: Graph) -> None:
        assert release(prod).inputs["values"]["settings"]["enableZonalShift"] is True

    def test_pods_leave_the_nodes_own_interface_alone(self, prod: Graph) -> None:
        assert release(prod).inputs["values"]["settings"]["reservedENIs"] == "1"

    def test_kinds_come_first_then_the_controller_then_the_objects(self, prod: Graph) -> None:
        assert release(prod, "karpenter-crd").urn in release(prod).state["dependencies"]
        for node in (*prod.of_type(NODE_CLASS), *prod.of_type(POOL)):
            assert release(prod).urn in node.state["dependencies"]

    def test_its_image_is_the_clouds_own_copy_by_its_digest(self, prod: Graph) -> None:
        found = release(prod).inputs
        image = found["values"]["controller"]["image"]
        assert f"oci://{image['repository']}" == found["chart"].replace("/charts/", "/")
        assert image["digest"].startswith("sha256:")

    def test_aws_knows_it_and_its_pods_start_with_their_role(self, prod: Graph) -> None:
        [known] = [
            node
            for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
            if node.name == "controllers-karpenter"
        ]
        assert known.inputs["namespace"] == release(prod).inputs["namespace"]
        assert known.inputs["serviceAccount"] == release(prod).inputs["values"]["serviceAccount"]["name"]
        assert known.urn in release(prod).state["propertyDependencies"]["values"]


class TestNodes:
    def test_pods_cannot_borrow_the_nodes_role(self, nodes: dict[str, Any]) -> None:
        assert nodes["metadataOptions"]["httpTokens"] == "required"
        assert nodes["metadataOptions"]["httpPutResponseHopLimit"] == 1

    def test_their_disks_have_our_key(self, nodes: dict[str, Any], prod: Graph) -> None:
        [key] = [node for node in prod.of_type("aws:kms/key:Key") if node.name == "keys-volumes"]
        disks = {disk["deviceName"]: disk["ebs"] for disk in nodes["blockDeviceMappings"]}
        assert disks.keys() == {"/dev/xvda", "/dev/xvdb"}
        assert all(disk["encrypted"] is True and disk["kmsKeyID"] == key.outputs["arn"] for disk in disks.values())

    def test_they_are_where_the_role_may_start_them(self, nodes: dict[str, Any], prod: Graph) -> None:
        private = prod.document["outputs"]["network"]["subnetIds"]["private"]
        assert [term["id"] for term in nodes["subnetSelectorTerms"]] == private
        assert nodes["associatePublicIPAddress"] is False
        [rights] = [
            node
            for node in prod.of_type("aws:iam/rolePolicy:RolePolicy")
            if node.name == "controllers-karpenter-rights"
        ]
        [group] = nodes["securityGroupSelectorTerms"]
        assert all(f"/{each}" in rights.inputs["policy"] for each in (*private, group["id"]))
        assert nodes["instanceProfile"] == prod.document["outputs"]["controllers"]["instanceProfileName"]

    def test_they_run_bottlerocket_without_a_shell(self, nodes: dict[str, Any]) -> None:
        assert nodes["amiSelectorTerms"] == [{"alias": "bottlerocket@latest"}]
        assert "[settings.host-containers.admin]\nenabled = false" in nodes["userData"]

    def test_they_carry_our_tags(self, nodes: dict[str, Any]) -> None:
        assert nodes["tags"]["owner"]
        assert nodes["tags"]["data-class"] == "confidential"


class TestPool:
    def test_it_starts_what_images_are_built_for_and_is_paid_for(self, pool: dict[str, Any]) -> None:
        asked = {
            (found["key"], found["operator"]): found["values"] for found in pool["template"]["spec"]["requirements"]
        }
        assert asked["kubernetes.io/arch", "In"] == ["arm64"]
        assert asked["karpenter.sh/capacity-type", "In"] == ["on-demand"]
        assert asked["karpenter.k8s.aws/instance-generation", "Gt"] == ["6"]
        assert asked["karpenter.k8s.aws/instance-cpu", "Lt"] == ["33"]

    def test_it_has_an_end_in_number_and_in_time(self, pool: dict[str, Any]) -> None:
        assert pool["limits"] == {"cpu": "400", "memory": "1600Gi"}
        assert pool["template"]["spec"]["expireAfter"] == "336h"

    def test_a_tenth_goes_at_a_time_and_none_by_choice_in_the_quiet_hours(self, pool: dict[str, Any]) -> None:
        assert pool["disruption"]["budgets"] == [
            {"nodes": "10%"},
            {"nodes": "0", "reasons": ["Drifted", "Underutilized"], "schedule": "0 14 * * *", "duration": "8h0m"},
        ]

    @pytest.mark.parametrize(
        ("hours", "schedule", "duration"),
        [("22:30-01:15", "30 22 * * *", "2h45m"), ("00:00-00:00", "0 0 * * *", "24h0m")],
    )
    def test_quiet_hours_may_cross_midnight(self, hours: str, schedule: str, duration: str) -> None:
        [budget] = _quiet(hours)
        assert (budget["schedule"], budget["duration"]) == (schedule, duration)

    def test_no_quiet_hours_forbid_nothing(self) -> None:
        assert _quiet(None) == []
