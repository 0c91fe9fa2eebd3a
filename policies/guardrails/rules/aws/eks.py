"""EKS clusters and their nodes."""

from collections.abc import Iterator
from ipaddress import ip_network

from pulumi_policy import Severity

from guardrails.checks import absent, each, on, present
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

CLUSTER = ("aws:eks/cluster:Cluster",)
NODE_GROUP = ("aws:eks/nodeGroup:NodeGroup",)

LOG_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")


def _public_endpoint(cluster: Node) -> Iterator[Finding]:
    if not cluster.flag("vpcConfig.endpointPublicAccess", default=True):
        return
    if not cluster.has("vpcConfig.publicAccessCidrs"):
        yield Finding(
            "vpcConfig.publicAccessCidrs", "is not set while the public endpoint is on: every address gets in"
        )
    shortest = cluster.limit("shortestPrefix")
    for at, cidr in cluster.known_texts("vpcConfig.publicAccessCidrs"):
        network = ip_network(cidr, strict=False)
        # An IPv6 range counts by its width, as a /28 does by its 16 addresses.
        if network.max_prefixlen - network.prefixlen > 32 - shortest:
            yield Finding(at, f"is wider than /{shortest:g}")


def _secrets_encryption(cluster: Node) -> Iterator[Finding]:
    if not cluster.has("encryptionConfig.provider.keyArn"):
        yield Finding("encryptionConfig.provider.keyArn", "is not set")
    elif "secrets" not in cluster.texts("encryptionConfig.resources"):
        yield Finding("encryptionConfig.resources", "leaves secrets out")


def _control_plane_logs(cluster: Node) -> Iterator[Finding]:
    enabled = cluster.texts("enabledClusterLogTypes")
    missing = [kind for kind in LOG_TYPES if kind not in enabled]
    if missing:
        yield Finding("enabledClusterLogTypes", f"lacks {', '.join(missing)}")


def _authentication_mode(cluster: Node) -> Iterator[Finding]:
    if cluster.text("accessConfig.authenticationMode", "CONFIG_MAP") != "API":
        yield Finding("accessConfig.authenticationMode", "is not API")


RULES = (
    ResourceRule(
        id="aws-eks-private-endpoint",
        types=CLUSTER,
        severity=Severity.HIGH,
        description="EKS clusters serve their API on a private endpoint.",
        why="Without one, nodes and controllers reach their own API server over the internet.",
        remedy="Set vpc_config.endpoint_private_access=True.",
        check=on("vpcConfig.endpointPrivateAccess"),
    ),
    ResourceRule(
        id="aws-eks-public-endpoint-narrow",
        types=CLUSTER,
        severity=Severity.CRITICAL,
        description="A public EKS endpoint admits only narrow, named ranges.",
        why="An API server open to the internet is one leaked token or one unpatched flaw from being taken over.",
        remedy="Set vpc_config.endpoint_public_access=False, or list ranges of /28 or less in public_access_cidrs.",
        settings={
            "shortestPrefix": {
                "type": "number",
                "minimum": 8,
                "default": 28,
                "description": "Shortest IPv4 prefix that public_access_cidrs may hold.",
            }
        },
        check=_public_endpoint,
    ),
    ResourceRule(
        id="aws-eks-secrets-encrypted-with-cmk",
        types=CLUSTER,
        severity=Severity.HIGH,
        description="EKS clusters encrypt Kubernetes secrets with a customer-managed key.",
        why="Whoever gets at etcd or its backups otherwise reads every secret, and no key policy stands between.",
        remedy='Set encryption_config with provider.key_arn and resources=["secrets"].',
        check=_secrets_encryption,
    ),
    ResourceRule(
        id="aws-eks-control-plane-logs",
        types=CLUSTER,
        severity=Severity.MEDIUM,
        description="EKS clusters keep all five control-plane logs.",
        why="The audit log is the only record of who did what in the cluster, and AWS keeps none unless asked.",
        remedy="Set enabled_cluster_log_types to api, audit, authenticator, controllerManager and scheduler.",
        check=_control_plane_logs,
    ),
    ResourceRule(
        id="aws-eks-authentication-by-api",
        types=CLUSTER,
        severity=Severity.MEDIUM,
        description="EKS clusters grant access by access entries alone.",
        why="The aws-auth ConfigMap can be edited from inside the cluster, unseen by IAM and by this program.",
        remedy='Set access_config.authentication_mode="API" and declare eks.AccessEntry resources.',
        check=_authentication_mode,
    ),
    ResourceRule(
        id="aws-eks-nodes-from-launch-template",
        types=NODE_GROUP,
        severity=Severity.MEDIUM,
        description="EKS node groups start from a launch template of the program's.",
        why="AWS's own template leaves disks on the default key and lets pods reach the node's credentials.",
        remedy="Set launch_template to an ec2.LaunchTemplate with IMDSv2 and encrypted disks.",
        check=present("launchTemplate"),
    ),
    ResourceRule(
        id="aws-eks-nodes-no-remote-access",
        types=NODE_GROUP,
        severity=Severity.HIGH,
        description="EKS node groups take no SSH key.",
        why="It opens port 22 of every node, by default to the whole internet, with a key that nobody rotates.",
        remedy="Leave remote_access out; Session Manager reaches a node without a port or a key.",
        check=each("remoteAccess", absent("ec2SshKey")),
    ),
)
