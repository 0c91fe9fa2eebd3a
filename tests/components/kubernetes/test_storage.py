"""Volumes of pods: under our keys in both clusters, by the same names, and default where nobody says."""

import pytest

from preview.graph import Graph, Node

CLASS = "kubernetes:storage.k8s.io/v1:StorageClass"
PATCH = "kubernetes:storage.k8s.io/v1:StorageClassPatch"
SNAPSHOTS = "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass"
IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"
BOTH = pytest.mark.parametrize("stack", ["prod", "dr"])


def classes(graph: Graph) -> dict[str, Node]:
    return {node.inputs["metadata"]["name"]: node for node in graph.of_type(CLASS)}


def key(graph: Graph, token: str) -> str:
    [found] = [node for node in graph.of_type(token) if node.name == "keys-volumes"]
    return found.outputs["arn"] if token.startswith("aws") else found.state["id"]


class TestClasses:
    @BOTH
    def test_both_clusters_have_them_by_the_same_names_and_one_is_the_default(
        self, stack: str, graphs: dict[str, Graph]
    ) -> None:
        found = classes(graphs[stack])
        assert found.keys() == {"encrypted", "encrypted-retained"}
        defaults = [
            name for name, node in found.items() if node.inputs["metadata"]["annotations"][IS_DEFAULT] == "true"
        ]
        assert defaults == ["encrypted"]
        assert {name: node.inputs["reclaimPolicy"] for name, node in found.items()} == {
            "encrypted": "Delete",
            "encrypted-retained": "Retain",
        }

    @BOTH
    def test_a_volume_grows_and_is_made_where_its_pod_runs(self, stack: str, graphs: dict[str, Graph]) -> None:
        for node in classes(graphs[stack]).values():
            assert node.inputs["allowVolumeExpansion"] is True
            assert node.inputs["volumeBindingMode"] == "WaitForFirstConsumer"

    def test_ebs_volumes_have_our_key_and_our_tags(self, prod: Graph) -> None:
        for node in classes(prod).values():
            assert node.inputs["provisioner"] == "ebs.csi.aws.com"
            parameters = node.inputs["parameters"]
            assert parameters["encrypted"] == "true"
            assert parameters["kmsKeyId"] == key(prod, "aws:kms/key:Key")
            tags = {value for name, value in parameters.items() if name.startswith("tagSpecification_")}
            assert {"service=platform", "data-class=confidential", "dr-role=primary"} <= tags

    def test_googles_disks_have_our_key_and_our_labels(self, dr: Graph) -> None:
        for node in classes(dr).values():
            assert node.inputs["provisioner"] == "pd.csi.storage.gke.io"
            parameters = node.inputs["parameters"]
            assert parameters["disk-encryption-kms-key"] == key(dr, "gcp:kms/cryptoKey:CryptoKey")
            assert {"service=platform", "dr-role=standby"} <= set(parameters["labels"].split(","))

    def test_gkes_own_class_is_the_default_no_more(self, prod: Graph, dr: Graph) -> None:
        [patch] = dr.of_type(PATCH)
        assert patch.inputs["metadata"]["name"] == "standard-rwo"
        assert patch.inputs["metadata"]["annotations"] == {IS_DEFAULT: "false", "pulumi.com/patchForce": "true"}
        assert not prod.of_type(PATCH)


class TestSnapshots:
    @BOTH
    def test_the_driver_of_the_volumes_takes_them_and_they_outlive_a_mistake(
        self, stack: str, graphs: dict[str, Graph]
    ) -> None:
        [found] = graphs[stack].of_type(SNAPSHOTS)
        assert {found.inputs["driver"]} == {node.inputs["provisioner"] for node in classes(graphs[stack]).values()}
        assert found.inputs["deletionPolicy"] == "Retain"

    def test_googles_stay_in_the_region_of_their_key(self, dr: Graph) -> None:
        [found] = dr.of_type(SNAPSHOTS)
        assert found.inputs["parameters"]["storage-locations"] == dr.document["outputs"]["region"]

    def test_eks_knows_snapshots_before_any_class_of_them(self, prod: Graph) -> None:
        [found] = prod.of_type(SNAPSHOTS)
        [controller] = [
            node for node in prod.of_type("aws:eks/addon:Addon") if node.inputs["addonName"] == "snapshot-controller"
        ]
        assert controller.urn in found.state["propertyDependencies"]["driver"]
