"""cert-manager: certificates that browsers trust in both clusters, and a root for the mesh where the mesh is ours."""

from collections.abc import Mapping
from typing import Any

import pytest

from preview.graph import Graph, Node

RELEASE = "kubernetes:helm.sh/v3:Release"
CLUSTER_ISSUER = "kubernetes:cert-manager.io/v1:ClusterIssuer"
CERTIFICATE = "kubernetes:cert-manager.io/v1:Certificate"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
PARTS = {"controller": "", "webhook": "webhook", "cainjector": "cainjector"}
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])


def release(graph: Graph) -> Node:
    [found] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == "cert-manager"]
    return found


def part(graph: Graph, key: str) -> Mapping[str, Any]:
    values = release(graph).inputs["values"]
    return values[key] if key else values


def issuers(graph: Graph) -> dict[str, Node]:
    return {node.inputs["metadata"]["name"]: node for node in graph.of_type(CLUSTER_ISSUER)}


def solver(graph: Graph) -> Mapping[str, Any]:
    [found] = issuers(graph)["letsencrypt"].inputs["spec"]["acme"]["solvers"]
    return found


class TestRelease:
    @BOTH
    def test_every_part_outlives_a_zone_and_a_drained_node(self, stack: str, graphs: dict[str, Graph]) -> None:
        for name, key in PARTS.items():
            found = part(graphs[stack], key)
            assert found["replicaCount"] == 2
            assert found["podDisruptionBudget"] == {"enabled": True, "minAvailable": 1}
            [spread] = found["topologySpreadConstraints"]
            assert spread["topologyKey"] == "topology.kubernetes.io/zone"
            assert spread["labelSelector"]["matchLabels"]["app.kubernetes.io/component"] == name
            assert found["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in found["resources"]["limits"]

    @BOTH
    def test_every_image_is_the_clouds_own_copy_by_its_digest(self, stack: str, graphs: dict[str, Graph]) -> None:
        vendor = release(graphs[stack]).inputs["chart"].removeprefix("oci://").removesuffix("/charts/cert-manager")
        for name, key in {**PARTS, "acmesolver": "acmesolver", "startupapicheck": "startupapicheck"}.items():
            image = part(graphs[stack], key)["image"]
            assert image["repository"] == f"{vendor}/cert-manager-{name}"
            assert "@sha256:" in image["tag"]

    @BOTH
    def test_certificates_outlive_the_chart(self, stack: str, graphs: dict[str, Graph]) -> None:
        assert part(graphs[stack], "crds") == {"enabled": True, "keep": True}

    @BOTH
    def test_it_elects_its_leader_in_its_own_namespace(self, stack: str, graphs: dict[str, Graph]) -> None:
        found = release(graphs[stack]).inputs
        assert found["values"]["global"]["leaderElection"] == {"namespace": found["namespace"]}

    @BOTH
    def test_only_the_controller_talks_to_the_outside(self, stack: str, graphs: dict[str, Graph]) -> None:
        outside = [
            node.inputs["spec"]
            for node in graphs[stack].of_type(POLICY)
            if node.inputs["metadata"]["namespace"] == "cert-manager"
            and "0.0.0.0/0" in str(node.inputs["spec"].get("egress"))
        ]
        [spec] = outside
        assert spec["podSelector"]["matchLabels"]["app.kubernetes.io/component"] == "controller"
        assert spec["egress"][0]["ports"] == [{"protocol": "TCP", "port": 443}]


class TestIdentity:
    def test_aws_knows_the_controller_and_its_pods_start_with_their_role(self, prod: Graph) -> None:
        [known] = [
            node
            for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
            if node.name == "controllers-cert-manager"
        ]
        found = release(prod)
        assert known.inputs["namespace"] == found.inputs["namespace"]
        assert known.inputs["serviceAccount"] == found.inputs["values"]["serviceAccount"]["name"]
        assert known.urn in found.state["propertyDependencies"]["values"]

    def test_google_knows_the_controller(self, dr: Graph) -> None:
        found = release(dr).inputs
        subject = f"/ns/{found['namespace']}/sa/{found['values']['serviceAccount']['name']}"
        [records] = [
            node
            for node in dr.of_type("gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember")
            if node.name == "controllers-cert-manager-records"
        ]
        assert records.inputs["member"].endswith(subject)


class TestPublicIssuer:
    @BOTH
    def test_browsers_trust_it_and_it_comes_after_its_kind(self, stack: str, graphs: dict[str, Graph]) -> None:
        found = issuers(graphs[stack])["letsencrypt"]
        assert found.inputs["spec"]["acme"]["server"] == "https://acme-v02.api.letsencrypt.org/directory"
        assert found.inputs["spec"]["acme"]["email"] == "security@example.com"
        assert release(graphs[stack]).urn in found.state["dependencies"]

    def test_each_proves_names_in_the_zone_that_it_may_write(self, prod: Graph, dr: Graph) -> None:
        [zone] = prod.of_type("aws:route53/zone:Zone")
        assert solver(prod) == {
            "selector": {"dnsZones": ["example.com"]},
            "dns01": {"route53": {"region": "us-west-2", "hostedZoneID": zone.outputs["zoneId"]}},
        }
        [own] = [node for node in dr.of_type("gcp:dns/managedZone:ManagedZone") if node.name == "edge-gcp-zone"]
        assert solver(dr) == {
            "selector": {"dnsZones": ["gcp.example.com"]},
            "dns01": {"cloudDNS": {"project": "example-standby", "hostedZoneName": own.outputs["name"]}},
        }

    @pytest.mark.parametrize(("stack", "kind", "field"), [
        ("prod", "aws:route53/record:Record", "records"), ("dr", "gcp:dns/recordSet:RecordSet", "rrdatas"),
    ])  # fmt: skip
    def test_the_zones_let_it_issue(self, stack: str, kind: str, field: str, graphs: dict[str, Graph]) -> None:
        admitted = [node.inputs[field] for node in graphs[stack].of_type(kind) if node.inputs["type"] == "CAA"]
        assert admitted
        assert all('0 issue "letsencrypt.org"' in records for records in admitted)


def roots(graph: Graph) -> list[Node]:
    """Certificates of authorities that sign for the whole cluster."""
    made = [node for node in graph.of_type(CERTIFICATE) if node.inputs["spec"].get("isCA")]
    return [node for node in made if node.inputs["metadata"]["namespace"] == release(graph).inputs["namespace"]]


class TestMeshAuthority:
    def test_the_mesh_has_a_root_of_its_own_on_eks_alone(self, prod: Graph, dr: Graph) -> None:
        assert issuers(prod).keys() == {"letsencrypt", "mesh-ca"}
        assert issuers(dr).keys() == {"letsencrypt"}
        [root] = roots(prod)
        assert root.inputs["metadata"]["namespace"] == release(prod).inputs["namespace"]
        assert issuers(prod)["mesh-ca"].inputs["spec"] == {"ca": {"secretName": root.inputs["spec"]["secretName"]}}
        assert not roots(dr)

    def test_a_renewed_root_has_the_same_key_and_comes_a_year_early(self, prod: Graph) -> None:
        [root] = roots(prod)
        assert root.inputs["spec"]["privateKey"]["rotationPolicy"] == "Never"
        assert root.inputs["spec"]["renewBefore"] == "8760h"
        assert root.inputs["spec"]["duration"] == "87600h"
