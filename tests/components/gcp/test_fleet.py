"""The fleet: the cluster is a member, with Config Sync from our registry and a managed mesh."""

from preview.graph import Graph, Node

FEATURE = "gcp:gkehub/featureMembership:FeatureMembership"


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
