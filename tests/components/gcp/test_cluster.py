"""The GKE cluster: private, known by name alone, encrypted, and started by images that were vouched for."""

from collections.abc import Callable
from datetime import datetime

import pytest

from preview.graph import Graph, Node

CLUSTER = "gcp:container/cluster:Cluster"


@pytest.fixture
def cluster(dr: Graph) -> Node:
    [cluster] = dr.of_type(CLUSTER)
    return cluster


def key(dr: Graph, name: str) -> str:
    [found] = [node for node in dr.of_type("gcp:kms/cryptoKey:CryptoKey") if node.name == name]
    return found.state["id"]


def roles(graph: Graph, member: str) -> set[str]:
    return {
        node.inputs["role"]
        for node in graph.of_type("gcp:projects/iAMMember:IAMMember")
        if node.inputs["member"] == member
    }


class TestControlPlane:
    def test_it_answers_by_its_name_alone_and_to_google_identities(self, cluster: Node) -> None:
        assert cluster.inputs["controlPlaneEndpointsConfig"] == {
            "dnsEndpointConfig": {
                "allowExternalTraffic": True,
                "enableK8sCertsViaDns": False,
                "enableK8sTokensViaDns": False,
            },
            "ipEndpointsConfig": {"enabled": False},
        }

    def test_it_encrypts_secrets_with_a_key_of_their_own(self, dr: Graph, cluster: Node) -> None:
        assert cluster.inputs["databaseEncryption"] == {"state": "ENCRYPTED", "keyName": key(dr, "keys-cluster")}

    def test_nobody_has_rights_without_a_name(self, cluster: Node) -> None:
        assert cluster.inputs["anonymousAuthenticationConfig"] == {"mode": "LIMITED"}
        assert set(cluster.inputs["rbacBindingConfig"].values()) == {False}

    def test_it_follows_a_channel_within_a_window_that_gke_takes(self, cluster: Node) -> None:
        assert cluster.inputs["releaseChannel"] == {"channel": "REGULAR"}
        window = cluster.inputs["maintenancePolicy"]["recurringWindow"]
        start, end = (datetime.fromisoformat(window[edge]) for edge in ("startTime", "endTime"))
        assert start.strftime("%a").upper()[:2] == "SA"
        assert window["recurrence"] == "FREQ=WEEKLY;BYDAY=SA,SU"
        assert (end - start).total_seconds() / 3600 * 2 * 4 >= 48

    def test_it_is_regional_and_cannot_be_deleted(self, cluster: Node) -> None:
        assert cluster.inputs["location"] == "us-central1"
        assert cluster.inputs["deletionProtection"] is True

    def test_logs_and_metrics_of_the_control_plane_are_kept(self, cluster: Node) -> None:
        wanted = {"APISERVER", "CONTROLLER_MANAGER", "SCHEDULER", "SYSTEM_COMPONENTS"}
        assert wanted <= set(cluster.inputs["loggingConfig"]["enableComponents"])
        assert wanted <= set(cluster.inputs["monitoringConfig"]["enableComponents"])
        assert cluster.inputs["monitoringConfig"]["managedPrometheus"] == {"enabled": True}


class TestNodes:
    def test_they_are_googles_to_run_and_have_no_public_address(self, cluster: Node) -> None:
        assert cluster.inputs["enableAutopilot"] is True
        assert cluster.inputs["autopilotClusterPolicyConfig"] == {"noStandardNodePools": True}
        assert cluster.inputs["privateClusterConfig"]["enablePrivateNodes"] is True

    def test_nothing_is_set_that_autopilot_refuses(self, cluster: Node) -> None:
        refused = {
            "defaultMaxPodsPerNode",
            "enableIntranodeVisibility",
            "enableShieldedNodes",
            "networkPolicy",
            "nodeConfig",
            "nodePools",
            "removeDefaultNodePool",
        }
        assert not refused & cluster.inputs.keys()
        assert "enabled" not in cluster.inputs["clusterAutoscaling"]

    def test_pods_and_services_have_the_ranges_of_the_subnet(self, dr: Graph, cluster: Node) -> None:
        [subnet] = [node for node in dr.of_type("gcp:compute/subnetwork:Subnetwork") if node.name == "network-nodes"]
        assert cluster.inputs["subnetwork"] == subnet.state["id"]
        policy = cluster.inputs["ipAllocationPolicy"]
        assert {policy["clusterSecondaryRangeName"], policy["servicesSecondaryRangeName"]} == {
            each["rangeName"] for each in subnet.inputs["secondaryIpRanges"]
        }

    def test_they_act_as_an_account_that_may_write_logs_and_pull_images(self, dr: Graph, cluster: Node) -> None:
        [account] = [n for n in dr.of_type("gcp:serviceaccount/account:Account") if n.name == "cluster-nodes"]
        defaults = cluster.inputs["clusterAutoscaling"]["autoProvisioningDefaults"]
        assert defaults == {
            "serviceAccount": account.outputs["email"],
            "bootDiskKmsKey": key(dr, "keys-volumes"),
        }
        assert roles(dr, account.outputs["member"]) == {"roles/container.defaultNodeServiceAccount"}

    def test_they_start_only_once_their_account_has_its_role(self, dr: Graph, cluster: Node) -> None:
        [role] = [n for n in dr.of_type("gcp:projects/iAMMember:IAMMember") if n.name == "cluster-nodes-role"]
        assert role.urn in cluster.state["propertyDependencies"]["clusterAutoscaling"]


class TestSettings:
    def test_people_and_groups_get_the_rights_that_are_named(
        self, dr_with: Callable[[dict[str, object]], Graph]
    ) -> None:
        changed = dr_with(
            {
                "cluster": {
                    "administrators": ["group:platform@example.com"],
                    "viewers": ["group:developers@example.com"],
                    "groups_domain": "example.com",
                    "external_access": False,
                    "maintenance": {"days": ["wed", "mon"], "start": "22:30", "hours": 8},
                    "maintenance_exclusions": {
                        "year-end": {"start": "2027-11-20T00:00:00Z", "end": "2028-01-05T00:00:00Z"}
                    },
                }
            }
        )
        [cluster] = changed.of_type(CLUSTER)
        assert roles(changed, "group:platform@example.com") == {"roles/container.admin"}
        assert roles(changed, "group:developers@example.com") == {"roles/container.viewer"}
        assert cluster.inputs["authenticatorGroupsConfig"] == {"securityGroup": "gke-security-groups@example.com"}
        assert cluster.inputs["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["allowExternalTraffic"] is False
        assert cluster.inputs["maintenancePolicy"] == {
            "recurringWindow": {
                # Over midnight, into the next day.
                "startTime": "2025-01-06T22:30:00Z",
                "endTime": "2025-01-07T06:30:00Z",
                "recurrence": "FREQ=WEEKLY;BYDAY=MO,WE",
            },
            "maintenanceExclusions": [
                {
                    "exclusionName": "year-end",
                    "startTime": "2027-11-20T00:00:00Z",
                    "endTime": "2028-01-05T00:00:00Z",
                    "exclusionOptions": {"scope": "NO_MINOR_OR_NODE_UPGRADES"},
                }
            ],
        }

    def test_a_throw_away_cluster_can_be_deleted_with_its_backups(
        self, dr_with: Callable[[dict[str, object]], Graph]
    ) -> None:
        changed = dr_with({"protection": False})
        [cluster] = changed.of_type(CLUSTER)
        [plan] = changed.of_type("gcp:gkebackup/backupPlan:BackupPlan")
        assert cluster.inputs["deletionProtection"] is False
        assert plan.inputs["retentionPolicy"]["backupDeleteLockDays"] == 0
        assert not cluster.protected
