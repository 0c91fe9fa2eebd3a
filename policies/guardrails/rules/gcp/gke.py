"""GKE clusters, the nodes they make, and their backups."""

from collections.abc import Iterator
from ipaddress import ip_network

from pulumi_policy import Severity

from guardrails.checks import on, present
from guardrails.model import Finding, ResourceRule
from guardrails.rules.aws.protection import THROW_AWAY, unless_throw_away
from guardrails.subject import Node, Resource

CLUSTER = "gcp:container/cluster:Cluster"
NODE_POOL = "gcp:container/nodePool:NodePool"
BACKUP_PLAN = "gcp:gkebackup/backupPlan:BackupPlan"

# Where nodes that GKE makes by itself take their settings from, Autopilot's among them.
OWN_NODES = "clusterAutoscaling.autoProvisioningDefaults"

CONTROL_PLANE_LOGS = ("APISERVER", "CONTROLLER_MANAGER", "SCHEDULER")


def _endpoints(cluster: Node) -> Iterator[Finding]:
    if not cluster.flag("controlPlaneEndpointsConfig.ipEndpointsConfig.enabled", default=True):
        return
    if not cluster.has("masterAuthorizedNetworksConfig"):
        yield Finding(
            "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled", "lets every address try the control plane"
        )
    if cluster.flag("masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled"):
        yield Finding(
            "masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled", "admits anybody's machine on Google"
        )
    for block in cluster.items("masterAuthorizedNetworksConfig.cidrBlocks"):
        network = ip_network(block.text("cidrBlock"), strict=False)
        if not network.is_private and network.prefixlen < cluster.limit("shortestPrefix"):
            yield Finding(block.at("cidrBlock"), f"is wider than /{cluster.limit('shortestPrefix'):g}")


def _nodes(cluster: Node) -> Iterator[str]:
    """Where the cluster says what its nodes are: those it makes itself, and those of its default pool."""
    autopilot = cluster.flag("enableAutopilot")
    if autopilot or cluster.flag("clusterAutoscaling.enabled"):
        yield OWN_NODES
    if not (autopilot or cluster.flag("removeDefaultNodePool")):
        yield "nodeConfig"


def _own_account(resource: Resource) -> Iterator[Finding]:
    for place in ("nodeConfig",) if resource.type == NODE_POOL else _nodes(resource):
        path = f"{place}.serviceAccount"
        if resource.text(path, "default") in ("", "default"):
            yield Finding(path, "is not set: nodes act as Compute Engine's default account")


def _own_disk_key(resource: Resource) -> Iterator[Finding]:
    for place in ("nodeConfig",) if resource.type == NODE_POOL else _nodes(resource):
        yield from present(f"{place}.bootDiskKmsKey")(resource)


def _secrets(cluster: Node) -> Iterator[Finding]:
    if cluster.text("databaseEncryption.state") != "ENCRYPTED":
        yield Finding("databaseEncryption.state", "is not ENCRYPTED")
    else:
        yield from present("databaseEncryption.keyName")(cluster)


def _admission(cluster: Node) -> Iterator[Finding]:
    mode = cluster.text("binaryAuthorization.evaluationMode", "DISABLED")
    if mode == "DISABLED" and not cluster.flag("binaryAuthorization.enabled"):
        yield Finding("binaryAuthorization.evaluationMode", "lets any image start")


def _channel(cluster: Node) -> Iterator[Finding]:
    if cluster.text("releaseChannel.channel", "UNSPECIFIED") == "UNSPECIFIED":
        yield Finding("releaseChannel.channel", "is not set")


def _workload_identity(cluster: Node) -> Iterator[Finding]:
    if not cluster.flag("enableAutopilot"):
        yield from present("workloadIdentityConfig.workloadPool")(cluster)


def _logs(cluster: Node) -> Iterator[Finding]:
    kept = cluster.texts("loggingConfig.enableComponents")
    missing = [each for each in CONTROL_PLANE_LOGS if each not in kept]
    if missing:
        yield Finding("loggingConfig.enableComponents", f"lacks {', '.join(missing)}")


def _kubelet_port(cluster: Node) -> Iterator[Finding]:
    path = "nodePoolAutoConfig.nodeKubeletConfig.insecureKubeletReadonlyPortEnabled"
    if cluster.flag("enableAutopilot") and cluster.text(path, "FALSE") == "TRUE":
        yield Finding(path, "opens a port that asks nobody who they are")


def _anonymous(cluster: Node) -> Iterator[Finding]:
    for kind in ("Authenticated", "Unauthenticated"):
        path = f"rbacBindingConfig.enableInsecureBindingSystem{kind}"
        if cluster.flag(path, default=True):
            yield Finding(path, "lets rights be given to everybody")


def _whole_backup(plan: Node) -> Iterator[Finding]:
    yield from on("backupConfig.includeVolumeData")(plan)
    yield from on("backupConfig.includeSecrets")(plan)
    least = plan.limit("leastDays")
    # Without a number backups stay for good.
    if plan.has("retentionPolicy.backupRetainDays") and plan.number("retentionPolicy.backupRetainDays") < least:
        yield Finding("retentionPolicy.backupRetainDays", f"is less than {least:g} days")


RULES = (
    ResourceRule(
        id="gcp-gke-private-nodes",
        types=(CLUSTER,),
        severity=Severity.HIGH,
        description="Nodes of GKE clusters have no public address.",
        why="A node with one can be reached, and reaches out, past the load balancer and past Cloud NAT.",
        remedy="Set private_cluster_config.enable_private_nodes=True.",
        check=on("privateClusterConfig.enablePrivateNodes"),
    ),
    ResourceRule(
        id="gcp-gke-control-plane-not-open",
        types=(CLUSTER,),
        severity=Severity.CRITICAL,
        description="A GKE control plane answers by its DNS name alone, or to narrow, named ranges.",
        why="Its address is open to the whole internet otherwise, one leaked token or unpatched flaw from being taken.",
        remedy="Set control_plane_endpoints_config.ip_endpoints_config.enabled=False, or list ranges of /28 or less in "
        "master_authorized_networks_config.",
        settings={
            "shortestPrefix": {
                "type": "number",
                "minimum": 8,
                "default": 28,
                "description": "Shortest prefix of a public range that may reach the control plane.",
            }
        },
        check=_endpoints,
    ),
    ResourceRule(
        id="gcp-gke-binary-authorization",
        types=(CLUSTER,),
        severity=Severity.HIGH,
        description="GKE clusters ask Binary Authorization before they start an image.",
        why="Whoever may create a pod otherwise runs what they like, tested by nobody.",
        remedy='Set binary_authorization.evaluation_mode="PROJECT_SINGLETON_POLICY_ENFORCE".',
        check=_admission,
    ),
    ResourceRule(
        id="gcp-gke-secrets-encrypted-with-cmk",
        types=(CLUSTER,),
        severity=Severity.HIGH,
        description="GKE clusters encrypt Kubernetes secrets with a customer-managed key.",
        why="Whoever gets at etcd or a copy of it otherwise reads every secret, and no key stands between.",
        remedy='Set database_encryption to state "ENCRYPTED" and a key_name.',
        check=_secrets,
    ),
    ResourceRule(
        id="gcp-gke-own-node-account",
        types=(CLUSTER, NODE_POOL),
        severity=Severity.HIGH,
        description="Nodes act as a service account of their own.",
        why="Compute Engine's default account is an editor of the project in many projects, and so is each node then.",
        remedy="Set service_account, in cluster_autoscaling.auto_provisioning_defaults for Autopilot, and give it "
        "roles/container.defaultNodeServiceAccount.",
        check=_own_account,
    ),
    ResourceRule(
        id="gcp-gke-boot-disks-encrypted-with-cmk",
        types=(CLUSTER, NODE_POOL),
        severity=Severity.MEDIUM,
        description="Boot disks of nodes are encrypted with a customer-managed key.",
        why="They hold images, logs and what pods write without a volume, and Google's own key can't be withdrawn.",
        remedy="Set boot_disk_kms_key, in cluster_autoscaling.auto_provisioning_defaults for Autopilot.",
        check=_own_disk_key,
    ),
    ResourceRule(
        id="gcp-gke-release-channel",
        types=(CLUSTER,),
        severity=Severity.MEDIUM,
        description="GKE clusters follow a release channel.",
        why="A cluster outside all channels misses patches until somebody remembers it.",
        remedy='Set release_channel.channel to "REGULAR" or "STABLE".',
        check=_channel,
    ),
    ResourceRule(
        id="gcp-gke-workload-identity",
        types=(CLUSTER,),
        severity=Severity.HIGH,
        description="Pods have Google identities of their own.",
        why="Every pod otherwise has its node's, or a key that somebody put into a secret.",
        remedy="Set workload_identity_config.workload_pool; Autopilot always has it.",
        check=_workload_identity,
    ),
    ResourceRule(
        id="gcp-gke-control-plane-logs",
        types=(CLUSTER,),
        severity=Severity.MEDIUM,
        description="GKE clusters keep the logs of their control plane.",
        why="They alone tell why a pod was not scheduled or a request refused, and can't be had afterwards.",
        remedy="Set logging_config.enable_components to include APISERVER, CONTROLLER_MANAGER and SCHEDULER.",
        check=_logs,
    ),
    ResourceRule(
        id="gcp-gke-kubelet-port-closed",
        types=(CLUSTER,),
        severity=Severity.MEDIUM,
        description="Kubelets answer nobody without authentication.",
        why="The read-only port tells any pod what runs on its node, with its environment.",
        remedy='Set node_pool_auto_config.node_kubelet_config.insecure_kubelet_readonly_port_enabled="FALSE".',
        check=_kubelet_port,
    ),
    ResourceRule(
        id="gcp-gke-no-rights-for-everybody",
        types=(CLUSTER,),
        severity=Severity.HIGH,
        description="No role can be bound to everybody in a GKE cluster.",
        why="Anyone with a Google account is in system:authenticated, and anyone at all in system:unauthenticated.",
        remedy="Set rbac_binding_config.enable_insecure_binding_system_authenticated and …_unauthenticated to False.",
        check=_anonymous,
    ),
    ResourceRule(
        id="gcp-gke-deletion-protection",
        types=(CLUSTER,),
        severity=Severity.HIGH,
        description="GKE clusters can't be deleted by a plan.",
        why="A renamed cluster is otherwise made anew, and what ran in it is gone.",
        remedy="Set deletion_protection=True; in a stack meant to be destroyed, configure throwAwayStacks.",
        settings=THROW_AWAY,
        check=unless_throw_away(on("deletionProtection", default=True)),
    ),
    ResourceRule(
        id="gcp-gke-backup-encrypted-with-cmk",
        types=(BACKUP_PLAN,),
        severity=Severity.HIGH,
        description="Backups of clusters are encrypted with a customer-managed key.",
        why="They hold every secret of the cluster.",
        remedy="Set backup_config.encryption_key.gcp_kms_encryption_key.",
        check=present("backupConfig.encryptionKey.gcpKmsEncryptionKey"),
    ),
    ResourceRule(
        id="gcp-gke-backup-complete",
        types=(BACKUP_PLAN,),
        severity=Severity.MEDIUM,
        description="Backups of clusters hold volumes and secrets, and outlast a bad week.",
        why="A cluster restored without them starts, and cannot do its work.",
        remedy="Set backup_config.include_volume_data and include_secrets to True, and raise "
        "retention_policy.backup_retain_days.",
        settings={
            "leastDays": {"type": "number", "minimum": 1, "default": 7, "description": "Days that backups are kept."}
        },
        check=_whole_backup,
    ),
)
