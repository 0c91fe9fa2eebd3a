"""EKS's own add-ons: the parts of Kubernetes that AWS builds and supports."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_aws import eks

from components.aws.component import AwsComponent, Scope
from components.aws.iam import Role, allow, pod_identity_trust, role
from components.aws.keys import USE
from components.aws.node_group import NodeGroup

EBS_DRIVER = "ebs.csi.aws.com"
"""The name of EBS' driver in Kubernetes."""


class Addons(AwsComponent):
    """Networking, DNS, identity, storage, telemetry, metrics and node health, with identities by Pod Identity.

    Nodes join only when the network plug-in, the proxy and the identity agent are there (`before_nodes`); the others
    need nodes to run on (`install_on_nodes`). Versions are left to EKS, which picks the cluster version's default when
    an add-on is installed, and never again: docs/operations.md says how people raise them.
    """

    before_nodes: list[pulumi.Resource]

    snapshot_driver: pulumi.Output[str]
    """The driver that takes volumes' snapshots, known once the cluster knows what a snapshot is."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        cluster_name: pulumi.Input[str],
        pod_subnet_ids: Mapping[str, pulumi.Input[str]],
        pod_security_group_id: pulumi.Input[str],
        volumes_key_arn: pulumi.Input[str],
        telemetry_logs: Sequence[pulumi.Resource],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install what nodes need; `pod_subnet_ids` are the pods' subnets by zone, `telemetry_logs` come first."""
        super().__init__("Addons", name, scope, "internal", opts)
        self._name_prefix, self._cluster_name, self._volumes_key_arn = name, cluster_name, volumes_key_arn
        self._telemetry_logs = telemetry_logs
        cni = role(
            f"{name}-vpc-cni",
            pod_identity_trust(scope.account_id),
            self,
            description="VPC CNI plug-in",
            managed=["AmazonEKS_CNI_Policy"],
        )
        self.before_nodes = [
            self._addon("kube-proxy"),
            self._addon("eks-pod-identity-agent"),
            self._addon(
                "vpc-cni",
                configuration=_pod_networking(scope.region, pod_subnet_ids, pod_security_group_id),
                identity=("aws-node", cni),
            ),
        ]
        self.register_outputs({})

    def install_on_nodes(self, groups: Sequence[NodeGroup]) -> None:
        """Install what runs on nodes, once there are some: before, EKS reports it degraded and the deployment fails."""
        nodes = [group.group for group in groups]
        name = self._name_prefix
        ebs = role(
            f"{name}-ebs-csi",
            pod_identity_trust(self.scope.account_id),
            self,
            description="EBS CSI driver",
            managed=["service-role/AmazonEBSCSIDriverPolicy"],
            inline={
                "volumes-key": [
                    allow(USE, self._volumes_key_arn),
                    allow(
                        ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
                        self._volumes_key_arn,
                        conditions={"Bool": {"kms:GrantIsForAWSResource": "true"}},
                    ),
                ]
            },
        )
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/install-CloudWatch-Observability-EKS-addon.html
        telemetry = role(
            f"{name}-cloudwatch-agent",
            pod_identity_trust(self.scope.account_id),
            self,
            description="CloudWatch agent",
            managed=["CloudWatchAgentServerPolicy", "AWSXrayWriteOnlyAccess"],
        )
        self._addon(
            "amazon-cloudwatch-observability",
            identity=("cloudwatch-agent", telemetry),
            after=[*nodes, *self._telemetry_logs],
        )
        self._addon("eks-node-monitoring-agent", after=nodes)
        self._addon(
            "coredns",
            configuration={"autoScaling": {"enabled": True, "minReplicas": 3, "maxReplicas": 10}},
            after=nodes,
        )
        self._addon("aws-ebs-csi-driver", identity=("ebs-csi-controller-sa", ebs), after=nodes)
        # Horizontal autoscalers read from it what pods use.
        self._addon("metrics-server", after=nodes)
        snapshots = self._addon("snapshot-controller", after=nodes)
        self.snapshot_driver = snapshots.id.apply(lambda _: EBS_DRIVER)

    def _addon(
        self,
        addon_name: str,
        *,
        configuration: pulumi.Input[Mapping[str, Any]] | None = None,
        identity: tuple[str, Role] | None = None,
        after: Sequence[pulumi.Resource] = (),
    ) -> eks.Addon:
        """One add-on; `identity` is its service account and the role that Pod Identity gives it."""
        service_account, account_role = identity or (None, None)
        return eks.Addon(
            f"{self._name_prefix}-{addon_name}",
            cluster_name=self._cluster_name,
            addon_name=addon_name,
            resolve_conflicts_on_create="OVERWRITE",
            resolve_conflicts_on_update="OVERWRITE",
            configuration_values=None
            if configuration is None
            else pulumi.Output.from_input(configuration).apply(lambda values: json.dumps(values, sort_keys=True)),
            pod_identity_associations=[{"role_arn": account_role.arn, "service_account": service_account}]
            if account_role and service_account
            else None,
            opts=self.child(depends_on=[*after, *(account_role.policies if account_role else [])]),
        )


def _pod_networking(
    region: str, subnet_ids: Mapping[str, pulumi.Input[str]], security_group_id: pulumi.Input[str]
) -> dict[str, Any]:
    """Pods' addresses from their own subnets, in prefixes; network policies enforced by the plug-in.

    https://docs.aws.amazon.com/eks/latest/userguide/cni-custom-network-tutorial.html
    """
    return {
        "enableNetworkPolicy": "true",
        "env": {
            "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG": "true",
            "ENABLE_PREFIX_DELEGATION": "true",
            "ENI_CONFIG_LABEL_DEF": "topology.kubernetes.io/zone",
            "WARM_PREFIX_TARGET": "1",
        },
        "eniConfig": {
            "create": True,
            "region": region,
            "subnets": {
                zone: {"id": subnet_id, "securityGroups": [security_group_id]} for zone, subnet_id in subnet_ids.items()
            },
        },
    }
