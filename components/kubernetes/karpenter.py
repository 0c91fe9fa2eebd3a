"""Karpenter: nodes on EKS for pods that find no room, and fewer of them when there is too much."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.pods import resources
from settings.kubernetes.nodes import NodePoolSettings, NodeSettings

NAMESPACE = "karpenter"

METRICS_PORT = 8080

NODE_CLASS = "bottlerocket"

# Pods that never end by themselves hold up a node for no longer.
LONGEST_DRAIN = "24h"

# Addresses come in prefixes of 16, so that the least of the instances has more; Kubernetes recommends no more a node.
PODS_A_NODE = 110


@dataclass(frozen=True)
class Machines:
    """What AWS has ready for the nodes."""

    region: str
    cluster_name: pulumi.Input[str]
    instance_profile: pulumi.Input[str]
    interruption_queue: pulumi.Input[str]
    """Name of the queue that tells which instances are about to go."""

    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    volumes_key_arn: pulumi.Input[str]
    user_data: str
    """Bottlerocket's settings, in TOML; Karpenter adds what joins the cluster."""


class Karpenter(KubernetesComponent):
    """The controller, on nodes of the managed groups, and the nodes that it may start.

    These are as the managed groups' are: Bottlerocket, encrypted disks, metadata for session tokens and one hop.
    Subnets and security group are named by their ids, so that no tag on anything else adds to them. Nodes are replaced
    when they are old, when their image is, and when their pods fit on fewer; a share at a time, by the pods' disruption
    budgets, and not in the quiet hours. Definitions have their own chart, since Helm upgrades none that come with a
    program's. Autopilot has its own scaling. Metrics are served; scraping is the monitoring's.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: NodeSettings,
        machines: Machines,
        *,
        service_account: pulumi.Input[str],
        priority: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it; `service_account` is the controller's name, known once its pods get their rights."""
        super().__init__("Karpenter", name, scope, "internal", opts)
        place = Namespace(f"{name}-namespace", scope, NAMESPACE, opts=self.child())
        place.let_out_to_api_server()
        # EC2, SQS and their like have endpoints in the network; the price list has public addresses only.
        place.let_out("to-https", [address_peer("0.0.0.0/0")], [443])
        place.admit_monitoring([METRICS_PORT])
        kinds = scope.vendor.release(
            f"{name}-kinds", "karpenter-crd", namespace=place.namespace, values={}, opts=self.child()
        )
        release = scope.vendor.release(
            f"{name}-release",
            "karpenter",
            namespace=place.namespace,
            values={
                "additionalLabels": scope.tags.of("internal"),
                "serviceAccount": {"name": service_account},
                "priorityClassName": priority,
                "controller": {
                    "image": {
                        "repository": scope.vendor.repository("karpenter"),
                        "tag": scope.vendor.version("karpenter"),
                        "digest": scope.vendor.digests["karpenter"],
                    },
                    # It is kept from the node's metadata, which would tell.
                    "env": [{"name": "AWS_REGION", "value": machines.region}],
                    "resources": resources(500, 1024),
                },
                "settings": {
                    "clusterName": machines.cluster_name,
                    "eksControlPlane": True,
                    "enableZonalShift": True,
                    "interruptionQueue": machines.interruption_queue,
                    # One interface of each node is the node's alone: pods have subnets of their own.
                    "reservedENIs": "1",
                },
            },
            opts=self.child(depends_on=[kinds]),
        )
        after = self.child(depends_on=[release])
        apiextensions.CustomResource(
            f"{name}-nodes",
            api_version="karpenter.k8s.aws/v1",
            kind="EC2NodeClass",
            metadata={"name": NODE_CLASS},
            spec=_node_class(scope, settings, machines),
            opts=after,
        )
        for pool_name, pool in settings.pools.items():
            apiextensions.CustomResource(
                f"{name}-pool-{pool_name}",
                api_version="karpenter.sh/v1",
                kind="NodePool",
                metadata={"name": pool_name},
                spec=_pool(pool),
                opts=after,
            )
        self.register_outputs({})


def _node_class(scope: Scope, settings: NodeSettings, machines: Machines) -> dict[str, Any]:
    """https://karpenter.sh/docs/concepts/nodeclasses/."""
    return {
        "amiSelectorTerms": [{"alias": f"bottlerocket@{settings.image}"}],
        "instanceProfile": machines.instance_profile,
        "subnetSelectorTerms": [{"id": subnet_id} for subnet_id in machines.subnet_ids],
        "securityGroupSelectorTerms": [{"id": machines.security_group_id}],
        "associatePublicIPAddress": False,
        "detailedMonitoring": True,
        "metadataOptions": {
            "httpEndpoint": "enabled",
            "httpProtocolIPv6": "disabled",
            "httpPutResponseHopLimit": 1,
            "httpTokens": "required",
        },
        "kubelet": {"maxPods": PODS_A_NODE},
        "blockDeviceMappings": [
            _disk("/dev/xvda", 4, machines.volumes_key_arn),
            _disk("/dev/xvdb", settings.data_volume_gib, machines.volumes_key_arn),
        ],
        "userData": machines.user_data,
        "tags": scope.tags.of("confidential"),
    }


def _disk(device: str, gib: int, key_arn: pulumi.Input[str]) -> dict[str, Any]:
    return {
        "deviceName": device,
        "ebs": {
            "volumeType": "gp3",
            "volumeSize": f"{gib}Gi",
            "encrypted": True,
            "kmsKeyID": key_arn,
            "deleteOnTermination": True,
        },
    }


def _pool(pool: NodePoolSettings) -> dict[str, Any]:
    """https://karpenter.sh/docs/concepts/nodepools/."""
    requirements = [
        ("kubernetes.io/os", "In", ["linux"]),
        ("kubernetes.io/arch", "In", list(pool.architectures)),
        ("karpenter.sh/capacity-type", "In", list(pool.capacity)),
        ("karpenter.k8s.aws/instance-category", "In", list(pool.families)),
        ("karpenter.k8s.aws/instance-generation", "Gt", [str(pool.oldest_generation - 1)]),
        # The smallest have no addresses for so many pods.
        ("karpenter.k8s.aws/instance-cpu", "Gt", ["1"]),
        ("karpenter.k8s.aws/instance-cpu", "Lt", [str(pool.cpus + 1)]),
        # Older hypervisors encrypt nothing between instances.
        ("karpenter.k8s.aws/instance-hypervisor", "In", ["nitro"]),
    ]
    return {
        "template": {
            "metadata": {"labels": dict(pool.labels)},
            "spec": {
                "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": NODE_CLASS},
                "requirements": [
                    {"key": key, "operator": operator, "values": values} for key, operator, values in requirements
                ],
                "taints": [{"key": key, "effect": effect} for key, effect in pool.taints.items()],
                "expireAfter": f"{pool.days * 24}h",
                "terminationGracePeriod": LONGEST_DRAIN,
            },
        },
        "disruption": {
            "consolidationPolicy": "WhenEmptyOrUnderutilized",
            "consolidateAfter": "5m",
            "budgets": [{"nodes": f"{pool.disruption_percent}%"}, *_quiet(pool.quiet_hours)],
        },
        "limits": {"cpu": str(pool.cpu_limit), "memory": f"{pool.memory_limit_gib}Gi"},
    }


def _quiet(hours: str | None) -> list[dict[str, Any]]:
    """The budget that forbids every disruption that can wait, from the first of two times to the second."""
    if hours is None:
        return []
    (hour, minute), (end_hour, end_minute) = ((int(part) for part in time.split(":")) for time in hours.split("-"))
    minutes = ((end_hour - hour) * 60 + end_minute - minute) % (24 * 60) or 24 * 60
    return [
        {
            "nodes": "0",
            "reasons": ["Drifted", "Underutilized"],
            "schedule": f"{minute} {hour} * * *",
            "duration": f"{minutes // 60}h{minutes % 60}m",
        }
    ]
