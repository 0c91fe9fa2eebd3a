"""The cluster's controllers as AWS sees them: an identity each, and what Karpenter's nodes need."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks, iam

from components.aws import controller_rights as rights
from components.aws.bucket import Bucket
from components.aws.cluster import Cluster
from components.aws.component import AwsComponent, Scope
from components.aws.iam import Statement, pod_identity_trust, role, service_trust
from components.aws.interruptions import Interruptions
from components.aws.network import Network
from components.aws.vault import Vault


@dataclass(frozen=True)
class Controller:
    """A controller that runs in the cluster; its service account gets a role with these rights and no others."""

    namespace: str
    service_account: str
    rights: Sequence[Statement]


class Controllers(AwsComponent):
    """Roles by Pod Identity for what the cluster's contents install later, under the names that they will have there.

    Load-balancer controller, Karpenter, External Secrets, Kyverno, Vault with the programs beside it, what collects
    metrics, traces and logs, ZAP's scans; ExternalDNS and cert-manager once there is a zone. Karpenter starts nodes
    with a role and a profile of their own, and hears of interruptions from a queue.
    """

    service_accounts: dict[str, pulumi.Output[str]]
    """Name of each controller's service account, known once its pods get their role: they get none before."""

    node_role_arn: pulumi.Output[str]
    instance_profile_name: pulumi.Output[str]
    interruption_queue_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        cluster: Cluster,
        cluster_name: str,
        network: Network,
        volumes_key_arn: pulumi.Input[str],
        queues_key_arn: pulumi.Input[str],
        secrets_key_arn: pulumi.Input[str],
        secrets_path: str,
        metrics_arn: pulumi.Input[str],
        search_arn: pulumi.Input[str],
        vault: Vault,
        backups: Bucket,
        repositories: str,
        pulled_arns: Sequence[pulumi.Input[str]],
        reports_arn: pulumi.Input[str],
        reports_prefix: str,
        reports_key_arn: pulumi.Input[str],
        zone_arn: pulumi.Input[str] | None,
        reserved_names: Sequence[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the identities.

        `cluster_name` is plain because conditions are made from it. `zone_arn` is the public zone's, `reserved_names`
        are the records in it that no controller may touch; `secrets_path` starts the names of the secrets for pods;
        `metrics_arn` is the workspace's that keeps metrics, `search_arn` the domain's that keeps traces and logs;
        `backups` gets Vault's snapshots, and `repositories` starts the names of those of our images;
        `pulled_arns` are the repositories that Argo CD reads, with tokens that External Secrets draws for it;
        `reports_arn` is the bucket's that scans send reports to.
        """
        super().__init__("Controllers", name, scope, "internal", opts)
        nodes, profile = self._nodes(name, cluster)
        interruptions = Interruptions(f"{name}-interruptions", scope, key_arn=queues_key_arn, opts=self.child())
        controllers = {
            "load-balancer": Controller(
                "load-balancing",
                "aws-load-balancer-controller",
                rights.load_balancer(scope, cluster_name, network.vpc_id),
            ),
            "karpenter": Controller(
                "karpenter",
                "karpenter",
                rights.node_provisioning(
                    scope,
                    cluster_name,
                    cluster_arn=cluster.arn,
                    subnet_ids=network.subnet_ids["private"],
                    security_group_id=cluster.security_group_id,
                    node_role_arn=nodes,
                    instance_profile_arn=profile.arn,
                    queue_arn=interruptions.queue_arn,
                    queue_key_arn=queues_key_arn,
                    volumes_key_arn=volumes_key_arn,
                ),
            ),
            "external-secrets": Controller(
                "external-secrets",
                "external-secrets",
                [*rights.secrets(scope, secrets_path, secrets_key_arn), *rights.registry_login(pulled_arns)],
            ),
            "prometheus": Controller(
                "observability", "kube-prometheus-stack-prometheus", rights.metrics_writing(metrics_arn)
            ),
            "grafana": Controller(
                "observability", "kube-prometheus-stack-grafana", rights.metrics_reading(scope, metrics_arn)
            ),
            "traces": Controller("observability", "opentelemetry-sampler", rights.trace_writing(scope)),
            "jaeger": Controller("observability", "jaeger", rights.search_index(search_arn, "*", read=True)),
            "logs": Controller(
                "observability-nodes", "aws-for-fluent-bit", rights.search_index(search_arn, "_bulk", read=False)
            ),
            "vault": Controller("vault", "vault", rights.unsealing(vault.key_arn)),
            "vault-configure": Controller(
                "vault", "vault-configure", rights.recovery_keys(scope, vault.recovery_secret_arn, secrets_key_arn)
            ),
            "vault-snapshot": Controller("vault", "vault-snapshot", rights.snapshots(scope, backups, "vault")),
            "kyverno": Controller("kyverno", "kyverno-admission-controller", rights.signatures(scope, repositories)),
            # It judges again what runs.
            "kyverno-reports": Controller(
                "kyverno", "kyverno-reports-controller", rights.signatures(scope, repositories)
            ),
            "dast": Controller("zap", "zap", rights.reports(scope, reports_arn, reports_prefix, reports_key_arn)),
        }
        if zone_arn is not None:
            controllers["external-dns"] = Controller(
                "external-dns", "external-dns", rights.dns_records(zone_arn, reserved_names)
            )
            controllers["cert-manager"] = Controller("cert-manager", "cert-manager", rights.dns_challenges(zone_arn))
        self.service_accounts = {
            controller_name: self._identity(f"{name}-{controller_name}", cluster, controller)
            for controller_name, controller in controllers.items()
        }
        self.node_role_arn, self.instance_profile_name = nodes, profile.name
        self.interruption_queue_name = interruptions.queue_name
        self.register_outputs(
            {
                "nodeRoleArn": self.node_role_arn,
                "instanceProfileName": self.instance_profile_name,
                "interruptionQueueName": self.interruption_queue_name,
            }
        )

    def _nodes(self, name: str, cluster: Cluster) -> tuple[pulumi.Output[str], iam.InstanceProfile]:
        """The role of Karpenter's nodes, with the rights of the managed groups' nodes, and its profile.

        EKS lets in by itself the role of a managed group only.
        """
        nodes = role(
            f"{name}-nodes",
            service_trust("ec2.amazonaws.com"),
            self,
            description="Nodes that Karpenter starts",
            managed=[
                "AmazonEC2ContainerRegistryPullOnly",
                "AmazonEKSWorkerNodePolicy",
                "AmazonSSMManagedInstanceCore",
            ],
        )
        profile = iam.InstanceProfile(f"{name}-nodes", role=nodes.name, opts=self.child(depends_on=nodes.policies))
        eks.AccessEntry(
            f"{name}-nodes",
            cluster_name=cluster.name,
            principal_arn=nodes.arn,
            type="EC2_LINUX",
            opts=self.child(),
        )
        return nodes.arn, profile

    def _identity(self, name: str, cluster: Cluster, controller: Controller) -> pulumi.Output[str]:
        account = f"{controller.namespace}/{controller.service_account}"
        identity = role(
            name,
            pod_identity_trust(self.scope.account_id),
            self,
            description=f"Service account {account}",
            inline={"rights": controller.rights},
        )
        return eks.PodIdentityAssociation(
            name,
            cluster_name=cluster.name,
            namespace=controller.namespace,
            service_account=controller.service_account,
            role_arn=identity.arn,
            opts=self.child(depends_on=identity.policies),
        ).service_account
