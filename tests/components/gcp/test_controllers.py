"""Each controller is a principal of its own, with rights on named things and nothing wider than its work."""

from collections.abc import Callable

import pytest

from components.gcp.controllers import PODS
from preview.graph import Graph, Node

CONTROLLERS = """
from components.gcp.controllers import Controllers

Controllers(
    "controllers",
    scope,
    workload_pool="example-standby.svc.id.goog",
    zone_name="own-zone",
    secrets={"session-signing": "projects/example-standby/secrets/session-signing"},
    repositories={"bundles": "projects/example-standby/locations/us-central1/repositories/bundles"},
    vault_key_id="projects/example-standby/locations/us-central1/keyRings/ring/cryptoKeys/vault",
    experiments=True,
    opts=opts,
)
"""
PROJECT = "gcp:projects/iAMMember:IAMMember"
ZONE = "gcp:dns/dnsManagedZoneIamMember:DnsManagedZoneIamMember"
SECRET = "gcp:secretmanager/secretIamMember:SecretIamMember"
KEY = "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember"
REPOSITORY = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
POOL = "principal://iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/example-standby.svc.id.goog"


@pytest.fixture
def graph(sample: Callable[[str], Graph]) -> Graph:
    return sample(CONTROLLERS)


def test_nobody_reads_metrics_where_there_are_no_experiments(sample: Callable[[str], Graph]) -> None:
    graph = sample(CONTROLLERS.replace("experiments=True", "experiments=False"))
    assert not [
        node
        for node in graph.nodes.values()
        if str(node.inputs.get("member")).endswith(("/sa/pod-delete", "/sa/mesh-faults"))
    ]


def permissions(graph: Graph, grant: Node) -> list[str]:
    """What a grant of a custom role allows."""
    [role] = [
        node
        for node in graph.of_type("gcp:projects/iAMCustomRole:IAMCustomRole")
        if node.state["id"] == grant.inputs["role"]
    ]
    return role.inputs["permissions"]


def test_each_has_what_its_work_needs_and_no_more(graph: Graph) -> None:
    by_member = {f"{POOL}/subject/ns/{space}/sa/{account}": pod for pod, (space, account) in PODS.items()}
    granted: dict[str, set[str]] = {}
    for node in graph.nodes.values():
        if "member" in node.inputs:
            granted.setdefault(by_member[node.inputs["member"]], set()).add(node.type)
    assert granted == {
        "autoneg": {PROJECT},
        "cert-manager": {PROJECT, ZONE},
        "external-dns": {PROJECT, ZONE},
        "external-secrets": {SECRET},
        "flux": {REPOSITORY},
        "litmus": {PROJECT},
        "mesh-faults": {PROJECT},
        "telemetry": {PROJECT},
        "vault": {KEY},
    }


def test_dns_controllers_edit_records_of_one_zone_and_not_the_zone(graph: Graph) -> None:
    for grant in graph.of_type(ZONE):
        assert grant.inputs["managedZone"] == "own-zone"
        allowed = permissions(graph, grant)
        assert "dns.resourceRecordSets.create" in allowed
        assert [each for each in allowed if each.startswith("dns.managedZones.")] == ["dns.managedZones.get"]


def test_in_the_whole_project_they_find_zones_attach_backends_and_report(graph: Graph) -> None:
    allowed: set[str] = set()
    for grant in graph.of_type(PROJECT):
        role = grant.inputs["role"]
        allowed |= {role} if role.startswith("roles/") else set(permissions(graph, grant))
    assert allowed == {
        "compute.backendServices.get",
        "compute.backendServices.update",
        "compute.healthChecks.useReadOnly",
        "compute.networkEndpointGroups.use",
        "compute.regionBackendServices.get",
        "compute.regionBackendServices.update",
        "compute.regionHealthChecks.useReadOnly",
        "dns.managedZones.list",
        "monitoring.timeSeries.list",
        "roles/cloudtrace.agent",
        "roles/logging.logWriter",
        "roles/monitoring.metricWriter",
    }


def test_vault_uses_its_key_and_cannot_change_it(graph: Graph) -> None:
    [grant] = graph.of_type(KEY)
    assert grant.inputs["cryptoKeyId"].endswith("/cryptoKeys/vault")
    assert permissions(graph, grant) == [
        "cloudkms.cryptoKeyVersions.useToDecrypt",
        "cloudkms.cryptoKeyVersions.useToEncrypt",
        "cloudkms.cryptoKeys.get",
    ]


def test_secrets_and_bundles_are_read_one_by_one(graph: Graph) -> None:
    [secret] = graph.of_type(SECRET)
    assert secret.inputs["role"] == "roles/secretmanager.secretAccessor"
    assert {grant.inputs["repository"].rsplit("/", 1)[1] for grant in graph.of_type(REPOSITORY)} == {"bundles"}


def test_ids_of_roles_are_legal_whatever_the_environment_is_called(graph: Graph) -> None:
    longest = 28  # Of service and environment together: settings refuse more.
    for role in graph.of_type("gcp:projects/iAMCustomRole:IAMCustomRole"):
        prefix, _, own = role.inputs["roleId"].partition("controllers_")
        assert prefix == "platform_test_"
        assert own.replace("_", "").isalnum()
        assert longest + len("_controllers_") + len(own) <= 64
