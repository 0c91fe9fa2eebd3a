"""Volumes of pods: encrypted with a key of ours, able to grow, and kept as snapshots by the same names in any cloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes import storage

from components.kubernetes.component import KubernetesComponent, Scope, name_of
from components.tags import DataClass, Tags

Class = Literal["encrypted", "encrypted-retained"]

RECLAIM: Mapping[Class, Literal["Delete", "Retain"]] = {"encrypted": "Delete", "encrypted-retained": "Retain"}
"""What becomes of a volume when its claim is deleted: stores whose loss nothing makes good take the second."""

DEFAULT: Class = "encrypted"

IS_DEFAULT = "storageclass.kubernetes.io/is-default-class"

# Nobody can know the class of data of each volume, so all are taken for what workloads may hold.
VOLUMES: DataClass = "confidential"

Values = Mapping[str, pulumi.Input[str]]


@dataclass(frozen=True)
class Driver:
    """How a cloud makes volumes and their snapshots, in the words of its CSI driver."""

    name: pulumi.Input[str]
    """Known once the cluster knows what a snapshot is: without this nothing can name it."""

    volumes: Values
    snapshots: Values

    former_default: str | None = None
    """A class that the cluster calls its default by itself, and whose volumes have no key of ours."""


def ebs(driver: pulumi.Input[str], key_arn: pulumi.Input[str], tags: Tags) -> Driver:
    """EBS; since Kubernetes 1.30 EKS calls no class its default.

    https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/parameters.md
    """
    tagged = {
        f"tagSpecification_{number}": f"{key}={value}"
        for number, (key, value) in enumerate(tags.of(VOLUMES).items(), start=1)
    }
    return Driver(driver, {"type": "gp3", "encrypted": "true", "kmsKeyId": key_arn, **tagged}, tagged)


def persistent_disks(key_id: pulumi.Input[str], region: str, tags: Tags) -> Driver:
    """Google's persistent disks, whose snapshots stay in the region and under the disk's key.

    https://docs.cloud.google.com/kubernetes-engine/docs/how-to/using-cmek
    """
    labels = ",".join(f"{key}={value}" for key, value in tags.of(VOLUMES).items())
    return Driver(
        "pd.csi.storage.gke.io",
        {"type": "pd-balanced", "disk-encryption-kms-key": key_id, "labels": labels},
        {"storage-locations": region, "labels": labels},
        former_default="standard-rwo",
    )


class Storage(KubernetesComponent):
    """Two classes of volumes, one of them the default, and a class of snapshots.

    A volume is made in the zone where its pod first starts. The classes that clouds bring along stay, because some of
    the clouds' own parts name them; that anyone else's do is for admission to refuse.
    """

    classes: dict[Class, pulumi.Output[str]]
    """Names of the classes, known once they exist."""

    def __init__(self, name: str, scope: Scope, driver: Driver, *, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Storage", name, scope, "internal", opts)
        self.classes = {}
        for class_name, reclaim in RECLAIM.items():
            made = storage.v1.StorageClass(
                f"{name}-{class_name}",
                metadata={
                    "name": class_name,
                    "annotations": {IS_DEFAULT: str(class_name == DEFAULT).lower()},
                },
                provisioner=driver.name,
                parameters={**driver.volumes, "csi.storage.k8s.io/fstype": "ext4"},
                reclaim_policy=reclaim,
                volume_binding_mode="WaitForFirstConsumer",
                allow_volume_expansion=True,
                opts=self.child(),
            )
            self.classes[class_name] = name_of(made.metadata)
        if driver.former_default is not None:
            # Forced: the annotation belongs to the cloud's own manager of add-ons, which never writes it again.
            storage.v1.StorageClassPatch(
                f"{name}-former-default",
                metadata={
                    "name": driver.former_default,
                    "annotations": {IS_DEFAULT: "false", "pulumi.com/patchForce": "true"},
                },
                opts=self.child(),
            )
        # Unlike `apiextensions.CustomResource`, which has a spec and nothing else, this kind has none.
        pulumi.CustomResource(
            "kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass",
            f"{name}-snapshots",
            {
                "apiVersion": "snapshot.storage.k8s.io/v1",
                "kind": "VolumeSnapshotClass",
                "metadata": {
                    "name": DEFAULT,
                    "annotations": {"snapshot.storage.kubernetes.io/is-default-class": "true"},
                },
                "driver": driver.name,
                "deletionPolicy": "Retain" if scope.protect else "Delete",
                "parameters": driver.snapshots,
            },
            self.child(),
        )
        self.register_outputs({"classes": self.classes})
