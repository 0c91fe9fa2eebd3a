"""ExternalDNS: names in the cluster's own zone, and never the front door's."""

import pytest

from preview.graph import Graph, Node

RELEASE = "kubernetes:helm.sh/v3:Release"
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])
ZONES = {"prod": "example.com", "dr": "gcp.example.com"}


def release(graph: Graph) -> Node:
    [found] = [node for node in graph.of_type(RELEASE) if node.inputs["name"] == "external-dns"]
    return found


@BOTH
def test_it_writes_to_the_clusters_own_zone_alone(stack: str, graphs: dict[str, Graph]) -> None:
    values = release(graphs[stack]).inputs["values"]
    assert values["domainFilters"] == [ZONES[stack]]
    graph = graphs[stack]
    ids = {
        "prod": [node.outputs["zoneId"] for node in graph.of_type("aws:route53/zone:Zone")],
        "dr": [
            node.outputs["name"]
            for node in graph.of_type("gcp:dns/managedZone:ManagedZone")
            if node.inputs["dnsName"] == f"{ZONES[stack]}."
        ],
    }
    assert [values["extraArgs"]["zone-id-filter"]] == ids[stack]


@BOTH
def test_it_changes_only_what_it_made_and_the_clusters_are_told_apart(stack: str, graphs: dict[str, Graph]) -> None:
    values = release(graphs[stack]).inputs["values"]
    assert (values["registry"], values["policy"]) == ("txt", "sync")
    owners = {name: release(graphs[name]).inputs["values"]["txtOwnerId"] for name in ZONES}
    assert owners["prod"] != owners["dr"]


@BOTH
def test_it_leaves_the_front_doors_names_alone(stack: str, graphs: dict[str, Graph]) -> None:
    zone = ZONES[stack]
    kind = "aws:route53/record:Record" if stack == "prod" else "gcp:dns/recordSet:RecordSet"
    doors = {
        node.inputs["name"].rstrip(".")
        for node in graphs[stack].of_type(kind)
        if node.inputs["type"] in {"A", "AAAA"} and node.inputs["name"].rstrip(".").endswith(f".{zone}")
    }
    assert doors
    excluded = release(graphs[stack]).inputs["values"]["excludeDomains"]
    assert doors <= set(excluded)
    # With the zone's own name it would leave out the zone.
    assert zone not in excluded


def test_it_leaves_the_standbys_zone_alone_in_the_primarys(prod: Graph) -> None:
    assert "gcp.example.com" in release(prod).inputs["values"]["excludeDomains"]


@BOTH
def test_it_reads_no_kind_that_a_cluster_may_lack(stack: str, graphs: dict[str, Graph]) -> None:
    assert release(graphs[stack]).inputs["values"]["sources"] == ["crd", "service"]


@BOTH
def test_its_image_is_the_clouds_own_copy_by_its_digest(stack: str, graphs: dict[str, Graph]) -> None:
    found = release(graphs[stack]).inputs
    vendor = found["chart"].removeprefix("oci://").removesuffix("/charts/external-dns")
    assert found["values"]["image"]["repository"] == f"{vendor}/external-dns"
    assert "@sha256:" in found["values"]["image"]["tag"]


def test_aws_knows_the_controller_and_its_pods_start_with_their_role(prod: Graph) -> None:
    [known] = [
        node
        for node in prod.of_type("aws:eks/podIdentityAssociation:PodIdentityAssociation")
        if node.name == "controllers-external-dns"
    ]
    found = release(prod)
    assert known.inputs["namespace"] == found.inputs["namespace"]
    assert known.inputs["serviceAccount"] == found.inputs["values"]["serviceAccount"]["name"]
    assert known.urn in found.state["propertyDependencies"]["values"]


def test_google_knows_the_controller(dr: Graph) -> None:
    found = release(dr).inputs
    subject = f"/ns/{found['namespace']}/sa/{found['values']['serviceAccount']['name']}"
    [records] = [
        node
        for node in dr.of_type("gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember")
        if node.name == "controllers-external-dns-records"
    ]
    assert records.inputs["member"].endswith(subject)
