"""Between load balancers and gateways: one controller in each cluster, that makes no load balancer itself."""

from typing import Any

import pytest

from preview.graph import Graph, Node

RELEASE = "kubernetes:helm.sh/v3:Release"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
NAMESPACE = "autoneg-system"


def release(graph: Graph, name: str = "aws-load-balancer-controller") -> Node:
    [found] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == name]
    return found


class TestOnEks:
    @pytest.fixture
    def values(self, prod: Graph) -> dict[str, Any]:
        return release(prod).inputs["values"]

    def test_it_does_nothing_that_it_has_no_rights_for(self, values: dict[str, Any]) -> None:
        assert (values["enableShield"], values["enableWaf"], values["enableWafv2"]) == (False, False, False)

    def test_it_makes_no_load_balancer_unasked(self, values: dict[str, Any]) -> None:
        assert values["createIngressClassResource"] is False
        assert values["enableServiceMutatorWebhook"] is False
        assert set(values["controllerConfig"]["featureGates"].values()) == {False}

    def test_it_outlives_a_zone_and_a_drained_node(self, values: dict[str, Any]) -> None:
        assert values["replicaCount"] == 2
        assert values["podDisruptionBudget"] == {"minAvailable": 1}
        assert [each["topologyKey"] for each in values["topologySpreadConstraints"]] == ["topology.kubernetes.io/zone"]

    def test_it_asks_no_node_where_it_is(self, values: dict[str, Any], prod: Graph) -> None:
        assert values["region"] == "us-west-2"
        assert values["vpcId"] == prod.document["outputs"]["network"]["vpcId"]
        assert values["clusterName"] == prod.document["outputs"]["cluster"]["name"]

    def test_its_pods_are_restricted_where_the_chart_leaves_it_open(self, values: dict[str, Any]) -> None:
        assert values["podSecurityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert values["securityContext"]["capabilities"] == {"drop": ["ALL"]}

    def test_cert_manager_comes_first_and_keeps_its_certificate(self, values: dict[str, Any], prod: Graph) -> None:
        assert values["enableCertManager"] is True
        assert release(prod, "cert-manager").urn in release(prod).state["dependencies"]

    def test_its_image_is_the_clouds_own_copy_by_its_digest(self, prod: Graph) -> None:
        found = release(prod).inputs
        image = found["values"]["image"]
        assert f"oci://{image['repository']}" == found["chart"].replace("/charts/", "/")
        assert "@sha256:" in image["tag"]

    def test_aws_knows_it_and_its_pods_start_with_their_role(self, prod: Graph) -> None:
        [known] = [
            node
            for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
            if node.name == "controllers-load-balancer"
        ]
        assert known.inputs["namespace"] == release(prod).inputs["namespace"]
        assert known.inputs["serviceAccount"] == release(prod).inputs["values"]["serviceAccount"]["name"]
        assert known.urn in release(prod).state["propertyDependencies"]["values"]


class TestOnGke:
    @pytest.fixture
    def pod(self, dr: Graph) -> dict[str, Any]:
        [found] = [node for node in dr.of_type(DEPLOYMENT) if node.inputs["metadata"]["namespace"] == NAMESPACE]
        assert found.inputs["spec"]["replicas"] == 2
        return found.inputs["spec"]["template"]["spec"]

    def test_its_pods_are_restricted_and_ask_for_what_they_take(self, pod: dict[str, Any]) -> None:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
        }
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]

    def test_autopilot_is_asked_for_no_kind_of_node(self, pod: dict[str, Any]) -> None:
        assert not pod.keys() & {"nodeSelector", "hostNetwork", "hostPID", "volumes"}

    def test_one_of_its_pods_outlives_a_zone_and_a_drained_node(self, pod: dict[str, Any], dr: Graph) -> None:
        assert [each["topologyKey"] for each in pod["topologySpreadConstraints"]] == ["topology.kubernetes.io/zone"]
        [budget] = [
            node.inputs["spec"]
            for node in dr.of_type("kubernetes:policy/v1:PodDisruptionBudget")
            if node.inputs["metadata"]["namespace"] == NAMESPACE
        ]
        assert budget["minAvailable"] == 1
        assert budget["selector"] == pod["topologySpreadConstraints"][0]["labelSelector"]

    def test_its_image_is_the_clouds_own_copy_by_its_digest(self, pod: dict[str, Any], dr: Graph) -> None:
        vendor = release(dr, "cert-manager").inputs["chart"].removeprefix("oci://").removesuffix("/charts/cert-manager")
        assert pod["containers"][0]["image"].startswith(f"{vendor}/autoneg:v2.0.0@sha256:")

    def test_google_knows_it(self, pod: dict[str, Any], dr: Graph) -> None:
        [right] = [
            node for node in dr.of_type("gcp:projects/iAMMember:IAMMember") if node.name == "controllers-autoneg"
        ]
        assert right.inputs["member"].endswith(f"/ns/{NAMESPACE}/sa/{pod['serviceAccountName']}")

    def test_it_reads_no_secret_and_writes_to_services_alone(self, dr: Graph) -> None:
        [role] = [
            node
            for node in dr.of_type("kubernetes:rbac.authorization.k8s.io/v1:ClusterRole")
            if node.name.startswith("autoneg")
        ]
        written = {
            resource
            for rule in role.inputs["rules"]
            if set(rule["verbs"]) - {"get", "list", "watch"}
            for resource in rule["resources"]
        }
        assert written == {"events", "services", "services/finalizers", "services/status"}


def test_each_cluster_has_its_own_clouds_controller_alone(prod: Graph, dr: Graph) -> None:
    assert not [node for node in dr.of_type(RELEASE) if node.inputs["name"] == "aws-load-balancer-controller"]
    assert not [node for node in prod.of_type(DEPLOYMENT) if node.inputs["metadata"]["namespace"] == NAMESPACE]
