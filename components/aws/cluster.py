"""An EKS cluster: private control plane, encrypted, audited, opened by access entries alone."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import ec2, eks, vpc

from components.aws.addons import Addons
from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, role, service_trust
from components.aws.logs import log_group
from components.aws.network import Network
from components.aws.node_group import NodeGroup
from components.component import always
from settings.aws import ClusterSettings

CONTROL_PLANE_LOGS = ("api", "audit", "authenticator", "controllerManager", "scheduler")

# What the CloudWatch agent writes to. It would make the groups itself, unencrypted and for ever.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-EKS-logs.html
CONTAINER_LOGS = ("application", "dataplane", "host", "performance")

# One for all clusters of the account's region.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Application-Signals-Enable-EKS.html
APPLICATION_SIGNALS_LOG = "/aws/application-signals/data"

# https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
ADMINISTRATOR = "AmazonEKSClusterAdminPolicy"
VIEWER = "AmazonEKSViewPolicy"


class Cluster(AwsComponent):
    """A Kubernetes cluster with managed node groups and the add-ons that every workload needs.

    The API server answers inside the VPC, to members of `client_security_group_id` beside the cluster's own nodes; the
    public endpoint is on for `api_allowed_cidrs` only. Rights come from access entries: creating the cluster gives
    none. Pods take addresses from the `pods` subnets. Node disks and Kubernetes secrets have keys of their own.
    What runs in the cluster, and the scaling of its nodes, is left to components that run there.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    certificate_authority: pulumi.Output[str]
    """The API server's CA, base64 of PEM."""

    ready_endpoint: pulumi.Output[str]
    """The endpoint, known once administrators are let in and pods find nodes: who installs in the cluster takes it."""

    snapshot_driver: pulumi.Output[str]
    """The driver that takes volumes' snapshots, known once the cluster knows what a snapshot is."""

    oidc_issuer: pulumi.Output[str]
    security_group_id: pulumi.Output[str]
    """The group that EKS makes for control plane, nodes and pods."""

    client_security_group_id: pulumi.Output[str]
    node_role_arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: ClusterSettings,
        *,
        cluster_name: str,
        network: Network,
        secrets_key_arn: pulumi.Input[str],
        volumes_key_arn: pulumi.Input[str],
        log_key_arn: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the cluster; its name is chosen, because EKS writes its log to a group named after it."""
        super().__init__("Cluster", name, scope, "confidential", opts)
        child = self.child()
        log = log_group(
            self,
            f"{name}-control-plane",
            group_name=f"/aws/eks/{cluster_name}/cluster",
            retention_days=settings.log_retention_days,
            key_arn=log_key_arn,
        )
        control_plane = role(
            f"{name}-control-plane",
            service_trust("eks.amazonaws.com"),
            self,
            description="EKS control plane",
            managed=["AmazonEKSClusterPolicy"],
            inline={
                "secrets-key": [
                    allow(["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:ListGrants"], secrets_key_arn)
                ]
            },
        )
        clients = ec2.SecurityGroup(
            f"{name}-clients",
            description="May reach the cluster's API",
            vpc_id=network.vpc_id,
            opts=child,
        )
        api = ec2.SecurityGroup(f"{name}-api", description="The cluster's API", vpc_id=network.vpc_id, opts=child)
        vpc.SecurityGroupIngressRule(
            f"{name}-api-clients",
            security_group_id=api.id,
            referenced_security_group_id=clients.id,
            description="HTTPS from the API's clients",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        vpc.SecurityGroupEgressRule(
            f"{name}-clients-api",
            security_group_id=clients.id,
            referenced_security_group_id=api.id,
            description="HTTPS to the cluster's API",
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            opts=child,
        )
        public = [str(cidr) for cidr in settings.api_allowed_cidrs]
        cluster = eks.Cluster(
            f"{name}-cluster",
            name=cluster_name,
            version=settings.version,
            role_arn=control_plane.arn,
            access_config={
                "authentication_mode": "API",
                "bootstrap_cluster_creator_admin_permissions": False,
            },
            bootstrap_self_managed_addons=False,
            deletion_protection=scope.protect,
            enabled_cluster_log_types=list(CONTROL_PLANE_LOGS),
            encryption_config={"provider": {"key_arn": secrets_key_arn}, "resources": ["secrets"]},
            kubernetes_network_config={
                "ip_family": "ipv4",
                "service_ipv4_cidr": str(network.ranges.services),
            },
            upgrade_policy={"support_type": settings.support},
            vpc_config={
                "subnet_ids": network.subnet_ids["private"],
                "security_group_ids": [api.id],
                "endpoint_private_access": True,
                "endpoint_public_access": bool(public),
                **({"public_access_cidrs": public} if public else {}),
            },
            zonal_shift_config={"enabled": True},
            opts=self.child(stateful=True, depends_on=[log, *control_plane.policies]),
        )
        self.name, self.arn, self.endpoint = cluster.name, cluster.arn, cluster.endpoint
        self.certificate_authority = always(cluster.certificate_authority.data, "certificate authority")
        self.oidc_issuer = always(cluster.identities[0].oidcs[0].issuer, "OIDC issuer")
        self.security_group_id = always(cluster.vpc_config.cluster_security_group_id, "cluster security group")
        self.client_security_group_id = clients.id
        administrators = self._access(name, settings.administrators, ADMINISTRATOR)
        self._access(name, settings.viewers, VIEWER)

        groups_of_logs = {kind: f"/aws/containerinsights/{cluster_name}/{kind}" for kind in CONTAINER_LOGS}
        groups_of_logs["signals"] = APPLICATION_SIGNALS_LOG
        telemetry_logs = [
            log_group(
                self,
                f"{name}-{kind}",
                group_name=group_name,
                retention_days=settings.container_log_retention_days,
                key_arn=log_key_arn,
            )
            for kind, group_name in groups_of_logs.items()
        ]
        addons = Addons(
            f"{name}-addons",
            scope,
            cluster_name=self.name,
            pod_subnet_ids=dict(zip(network.zones, network.subnet_ids["pods"], strict=True)),
            pod_security_group_id=self.security_group_id,
            volumes_key_arn=volumes_key_arn,
            telemetry_logs=telemetry_logs,
            opts=child,
        )
        nodes = role(
            f"{name}-nodes",
            service_trust("ec2.amazonaws.com"),
            self,
            description="EKS worker nodes",
            managed=[
                "AmazonEKSWorkerNodePolicy",
                "AmazonEC2ContainerRegistryPullOnly",
                "AmazonSSMManagedInstanceCore",
            ],
        )
        self.node_role_arn = nodes.arn
        groups = [
            NodeGroup(
                f"{name}-{group_name}",
                scope,
                group,
                cluster_name=self.name,
                version=settings.version,
                node_role_arn=nodes.arn,
                subnet_ids=network.subnet_ids["private"],
                volumes_key_arn=volumes_key_arn,
                after=[*addons.before_nodes, *nodes.policies],
                opts=child,
            )
            for group_name, group in settings.node_groups.items()
        ]
        addons.install_on_nodes(groups)
        self.snapshot_driver = addons.snapshot_driver
        needed = [entry.id for entry in administrators] + [group.group.id for group in groups]
        self.ready_endpoint = pulumi.Output.all(cluster.endpoint, *needed).apply(lambda known: known[0])
        self.register_outputs(
            {
                "name": self.name,
                "arn": self.arn,
                "endpoint": self.endpoint,
                "certificateAuthority": self.certificate_authority,
                "oidcIssuer": self.oidc_issuer,
                "securityGroupId": self.security_group_id,
                "clientSecurityGroupId": self.client_security_group_id,
                "nodeRoleArn": self.node_role_arn,
            }
        )

    def _access(self, name: str, principals: Sequence[str], policy: str) -> list[eks.AccessPolicyAssociation]:
        made = []
        for principal in principals:
            # account:role/name, which is unique and legal in a logical name
            suffix = principal.split(":", 4)[4].replace(":", "-").replace("/", "-")
            entry = eks.AccessEntry(
                f"{name}-{suffix}",
                cluster_name=self.name,
                principal_arn=principal,
                type="STANDARD",
                opts=self.child(),
            )
            made.append(
                eks.AccessPolicyAssociation(
                    f"{name}-{suffix}",
                    cluster_name=self.name,
                    principal_arn=entry.principal_arn,
                    policy_arn=f"arn:aws:eks::aws:cluster-access-policy/{policy}",
                    access_scope={"type": "cluster"},
                    opts=self.child(),
                )
            )
        return made
