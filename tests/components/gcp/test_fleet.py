"""The fleet: the cluster is a member, with Config Sync from our registry and a managed mesh."""

from collections.abc import Callable

from preview.graph import Graph, Node

FEATURE = "gcp:gkehub/featureMembership:FeatureMembership"
DIGEST = f"sha256:{'0' * 64}"


def feature(graph: Graph, name: str) -> Node:
    [found] = [node for node in graph.of_type(FEATURE) if node.inputs["feature"] == name]
    return found


def test_the_cluster_is_a_member_whose_identities_the_fleet_believes(dr: Graph) -> None:
    [membership] = dr.of_type("gcp:gkehub/membership:Membership")
    [cluster] = dr.of_type("gcp:container/cluster:Cluster")
    assert membership.inputs["endpoint"] == {
        "gkeCluster": {"resourceLink": f"//container.googleapis.com/{cluster.state['id']}"}
    }
    assert membership.inputs["authority"] == {"issuer": f"https://container.googleapis.com/v1/{cluster.state['id']}"}
    for node in dr.of_type(FEATURE):
        assert node.inputs["membership"] == membership.inputs["membershipId"]
        assert node.inputs["membershipLocation"] == membership.inputs["location"]


def test_google_runs_the_mesh(dr: Graph) -> None:
    assert feature(dr, "servicemesh").inputs["mesh"] == {"management": "MANAGEMENT_AUTOMATIC"}


def test_every_feature_is_on_in_the_fleet_before_it_is_in_the_cluster(dr: Graph) -> None:
    features = {node.inputs["name"]: node.urn for node in dr.of_type("gcp:gkehub/feature:Feature")}
    assert features.keys() == {"configmanagement", "servicemesh"}
    for name, urn in features.items():
        assert urn in feature(dr, name).state["propertyDependencies"]["feature"]


def test_config_sync_waits_for_the_first_bundle(dr: Graph) -> None:
    configured = feature(dr, "configmanagement").inputs["configmanagement"]
    assert configured == {
        "management": "MANAGEMENT_AUTOMATIC",
        "configSync": {"enabled": True, "preventDrift": True, "sourceFormat": "unstructured"},
    }


def test_config_sync_reads_one_bundle_by_its_digest_as_an_account_of_its_own(
    dr_with: Callable[[dict[str, object]], Graph],
) -> None:
    changed = dr_with({"fleet": {"bundle_digest": DIGEST}})
    membership = feature(changed, "configmanagement")
    assert membership.inputs["configmanagement"]["configSync"]["oci"] == {
        "syncRepo": f"us-central1-docker.pkg.dev/example-standby/platform-production-bundles/shared@{DIGEST}",
        "secretType": "gcpserviceaccount",
        "gcpServiceAccountEmail": "config-sync@example-standby.iam.gserviceaccount.com",
    }
    grants = {
        node.urn for node in changed.nodes.values() if node.name in ("fleet-bundles-act-as", "fleet-bundles-read")
    }
    assert len(grants) == 2
    assert grants <= set(membership.state["propertyDependencies"]["configmanagement"])


def test_only_config_sync_acts_as_that_account(dr: Graph) -> None:
    [acts] = [
        node
        for node in dr.of_type("gcp:serviceaccount/iAMMember:IAMMember")
        if "config-sync@" in node.inputs["serviceAccountId"]
    ]
    assert acts.inputs["role"] == "roles/iam.workloadIdentityUser"
    assert acts.inputs["member"] == (
        "serviceAccount:example-standby.svc.id.goog[config-management-system/root-reconciler]"
    )
