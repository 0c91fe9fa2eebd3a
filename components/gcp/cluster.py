"""A GKE Autopilot cluster: private nodes, a control plane known by name alone, and images that were vouched for."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import container, projects, serviceaccount

from components.gcp.component import GcpComponent, Scope
from components.gcp.network import PODS, SERVICES, Network
from settings.gcp.cluster import DAYS, ClusterSettings, MaintenanceSettings

# What nodes may do beside pulling images: write their logs, metrics and metadata.
# https://docs.cloud.google.com/kubernetes-engine/docs/how-to/service-accounts
NODE_ROLE = "roles/container.defaultNodeServiceAccount"
ADMINISTRATOR = "roles/container.admin"
VIEWER = "roles/container.viewer"

LOGS = ("SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "CONTROLLER_MANAGER", "SCHEDULER")
METRICS = (
    "SYSTEM_COMPONENTS",
    "APISERVER",
    "CONTROLLER_MANAGER",
    "SCHEDULER",
    "STORAGE",
    "HPA",
    "POD",
    "DAEMONSET",
    "DEPLOYMENT",
    "STATEFULSET",
    "CADVISOR",
    "KUBELET",
)

# Windows repeat from a day of the week of Monday, 6 January 2025.
FIRST_MONDAY = 6


class Cluster(GcpComponent):
    """A Kubernetes cluster whose nodes Google sizes, patches and repairs, and bills by what pods ask for.

    The API server has no address: its DNS name is answered by Google's front end, for whom IAM lets connect, with a
    Google identity alone (no certificate, no service account's token). Creating the cluster gives nobody rights in it
    that IAM does not. Nodes have private addresses, an account of their own, and disks under our key, as have
    Kubernetes' secrets. Nothing starts that Binary Authorization does not let start.

    Autopilot fixes the rest: Dataplane V2 with network policies, Workload Identity, Shielded Nodes, Cloud DNS, zones
    spread. GKE's notices of upgrades and bulletins are in Cloud Logging by themselves. Left out: keys of ours for the
    cluster's own authorities and control-plane disks, which would let a mistake with one key end the cluster;
    confidential nodes, which pods ask for by compute class; encryption between nodes, since the mesh encrypts pod to
    pod; GKE's own scan of running images, which Google ends: the registry scans them. Who watches, and what runs in the
    cluster, is left to others. The mode changes nothing here: pods size an Autopilot cluster.
    """

    cluster_id: pulumi.Output[str]
    """projects/<project>/locations/<region>/clusters/<name>."""

    name: pulumi.Output[str]
    endpoint: pulumi.Output[str]
    """The control plane's DNS name, without a scheme."""

    workload_pool: pulumi.Output[str]
    """<project>.svc.id.goog, once the cluster has made the pool: IAM knows no identity in it before."""

    node_email: pulumi.Output[str]
    """Address of the nodes' service account; firewall rules can name it."""

    node_member: pulumi.Output[str]
    """The same as a member for IAM."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: ClusterSettings,
        *,
        cluster_name: str,
        network: Network,
        secrets_key_id: pulumi.Input[str],
        volumes_key_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the cluster; its name is chosen, because people and backups call it by it."""
        super().__init__("Cluster", name, scope, "confidential", opts)
        nodes = self._nodes(name)
        cluster = container.Cluster(
            f"{name}-cluster",
            name=cluster_name,
            location=scope.region,
            enable_autopilot=True,
            network=network.network_id,
            subnetwork=network.subnet_ids["nodes"],
            networking_mode="VPC_NATIVE",
            ip_allocation_policy={
                "cluster_secondary_range_name": PODS,
                "services_secondary_range_name": SERVICES,
                "stack_type": "IPV4",
            },
            private_cluster_config={
                "enable_private_nodes": True,
                "master_ipv4_cidr_block": str(network.ranges.control_plane),
            },
            control_plane_endpoints_config={
                "dns_endpoint_config": {
                    "allow_external_traffic": settings.external_access,
                    "enable_k8s_certs_via_dns": False,
                    "enable_k8s_tokens_via_dns": False,
                },
                "ip_endpoints_config": {"enabled": False},
            },
            anonymous_authentication_config={"mode": "LIMITED"},
            rbac_binding_config={
                "enable_insecure_binding_system_authenticated": False,
                "enable_insecure_binding_system_unauthenticated": False,
            },
            authenticator_groups_config={"security_group": f"gke-security-groups@{settings.groups_domain}"}
            if settings.groups_domain
            else None,
            workload_identity_config={"workload_pool": f"{scope.project}.svc.id.goog"},
            binary_authorization={"evaluation_mode": "PROJECT_SINGLETON_POLICY_ENFORCE"},
            database_encryption={"state": "ENCRYPTED", "key_name": secrets_key_id},
            cluster_autoscaling={
                "auto_provisioning_defaults": {"service_account": nodes, "boot_disk_kms_key": volumes_key_id}
            },
            node_pool_auto_config={"node_kubelet_config": {"insecure_kubelet_readonly_port_enabled": "FALSE"}},
            autopilot_cluster_policy_config={"no_standard_node_pools": True},
            release_channel={"channel": settings.release_channel},
            maintenance_policy=_maintenance(settings),
            security_posture_config={
                "mode": settings.security_posture,
                "vulnerability_mode": "VULNERABILITY_DISABLED",
            },
            logging_config={"enable_components": list(LOGS)},
            monitoring_config={
                "enable_components": list(METRICS),
                "managed_prometheus": {"enabled": True},
                "advanced_datapath_observability_config": {"enable_metrics": True, "enable_relay": False},
            },
            cost_management_config={"enabled": True},
            addons_config={"gke_backup_agent_config": {"enabled": True}},
            gateway_api_config={"channel": "CHANNEL_STANDARD"},
            deletion_protection=scope.protect,
            opts=self.child(stateful=True),
        )
        self.cluster_id, self.name = cluster.id, cluster.name
        self.endpoint = cluster.control_plane_endpoints_config.apply(_dns_name)
        self.workload_pool = cluster.id.apply(lambda _: f"{scope.project}.svc.id.goog")
        self._access(name, ADMINISTRATOR, settings.administrators)
        self._access(name, VIEWER, settings.viewers)
        self.register_outputs(
            {"name": self.name, "endpoint": self.endpoint, "nodeEmail": self.node_email, "clusterId": self.cluster_id}
        )

    def _nodes(self, name: str) -> pulumi.Output[str]:
        """The nodes' service account: its address, once it may do what nodes do."""
        account = serviceaccount.Account(
            f"{name}-nodes",
            account_id="gke-nodes",
            display_name="Nodes of the cluster",
            opts=self.child(),
        )
        role = projects.IAMMember(
            f"{name}-nodes-role",
            project=self.scope.project,
            role=NODE_ROLE,
            member=account.member,
            opts=self.child(),
        )
        self.node_email, self.node_member = account.email, account.member
        return pulumi.Output.all(account.email, role.etag).apply(lambda granted: granted[0])

    def _access(self, name: str, role: str, members: Sequence[str]) -> None:
        for member in members:
            projects.IAMMember(
                f"{name}-{role.rpartition('.')[2]}-{member}",
                project=self.scope.project,
                role=role,
                member=member,
                opts=self.child(),
            )


def _dns_name(config: container.outputs.ClusterControlPlaneEndpointsConfig) -> str:
    endpoint = config.dns_endpoint_config.endpoint if config.dns_endpoint_config else None
    if endpoint is None:
        raise ValueError("GKE gave the control plane no DNS name, though its DNS endpoint is on")
    return endpoint


def _maintenance(settings: ClusterSettings) -> container.ClusterMaintenancePolicyArgsDict:
    """https://docs.cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions."""
    exclusions: list[container.ClusterMaintenancePolicyMaintenanceExclusionArgsDict] = [
        {
            "exclusion_name": name,
            "start_time": exclusion.start,
            "end_time": exclusion.end,
            "exclusion_options": {"scope": exclusion.scope},
        }
        for name, exclusion in settings.maintenance_exclusions.items()
    ]
    return {"recurring_window": _window(settings.maintenance), "maintenance_exclusions": exclusions}


def _window(settings: MaintenanceSettings) -> container.ClusterMaintenancePolicyRecurringWindowArgsDict:
    """The first window, and the rule by which it recurs (RFC 5545)."""
    days = sorted(settings.days, key=DAYS.index)
    date = FIRST_MONDAY + DAYS.index(days[0])
    hour, minute = settings.start.split(":")
    over, end = divmod(int(hour) + settings.hours, 24)
    return {
        "start_time": f"2025-01-{date:02}T{hour}:{minute}:00Z",
        "end_time": f"2025-01-{date + over:02}T{end:02}:{minute}:00Z",
        "recurrence": f"FREQ=WEEKLY;BYDAY={','.join(day[:2].upper() for day in days)}",
    }
