"""The AWS primary region: what it is made of, how its parts are wired, and what it tells the other stacks."""

import pulumi
import pulumi_aws as aws

from components.aws import aurora, elasticache, msk
from components.aws.account import AccountBaseline
from components.aws.backup import Backup, RestoreTest
from components.aws.cluster import Cluster
from components.aws.component import Scope
from components.aws.console_secrets import ConsoleSecrets
from components.aws.controllers import Controllers
from components.aws.edge import Edge
from components.aws.endpoints import Endpoints
from components.aws.keys import Keys
from components.aws.metrics_store import MetricsStore
from components.aws.network import Network
from components.aws.node_group import BOTTLEROCKET
from components.aws.observability import Observability
from components.aws.registry import Registry
from components.aws.runner import Runner
from components.aws.secrets import Secrets
from components.aws.sonarqube import SonarQubeSecrets
from components.aws.transit import Transit
from components.aws.vault import Vault
from components.aws.workload_identity import Stores, WorkloadIdentity
from components.kubernetes import access
from components.kubernetes.component import Scope as KubernetesScope
from components.kubernetes.dast import Reports
from components.kubernetes.karpenter import Machines
from components.kubernetes.vault import Home
from components.kubernetes.vendor import Vendor
from components.tags import Tags
from settings.loader import load_secrets
from settings.stacks import Prod
from stacks import inventory, platform
from stacks.contracts import ProdExports
from stacks.platform.site import OnAws, Site
from stacks.regions.primary import buckets, data, exports, keys, watch, workloads

CONSOLE_SECRETS = {
    "grafana-admin": "Password of Grafana's own administrator, for the day on which single sign-on fails",
    "grafana-client": "Secret of Grafana's client for single sign-on",
    "kiali-client": "Secret of Kiali's client for single sign-on",
}
"""Secrets of the cluster's consoles; the clients' are put in their place by whoever keeps the identity provider."""

SCAN_REPORTS = "dast"
"""Where reports of scans are in the bucket of logs."""


def build(settings: Prod) -> ProdExports:
    """Register the region's resources and return the stack's exports."""
    return _Region(settings).exports()


class _Region:
    """The region's components, section by section; each takes from those before it."""

    def __init__(self, settings: Prod) -> None:
        owner = settings.ownership
        self.settings = settings
        self.prefix = f"{owner.service}-{owner.environment}"
        self.scope = Scope(
            account_id=settings.accounts.aws,
            region=settings.regions.aws,
            tags=Tags.owned(owner, dr_role="primary"),
            protect=settings.protection,
        )
        # No default tags: every resource carries its own, where a preview and the policies see them.
        provider = aws.Provider("aws", region=self.scope.region, allowed_account_ids=[self.scope.account_id])
        self.opts = pulumi.ResourceOptions(providers=[provider])
        self.keys = Keys("keys", self.scope, settings.keys, keys.KEYS, self.opts)
        self._network()
        self._compute()
        self._stores()
        self._edge()
        self._recovery()
        self._security()
        self._observability()
        self._workloads()
        self._contents()

    def _network(self) -> None:
        peers = [self.settings.plan.gcp.block]
        self.network = Network(
            "network",
            self.scope,
            self.settings.network,
            ranges=self.settings.plan.aws,
            peers=peers,
            log_key_arn=self.keys.arns["logs"],
            opts=self.opts,
        )
        Endpoints("endpoints", self.scope, self.settings.network, network=self.network, opts=self.opts)
        # For what takes seconds and holds up nothing: workers are scarce until the slow stores have started.
        self.late = pulumi.ResourceOptions.merge(
            self.opts, pulumi.ResourceOptions(depends_on=list(self.network.nat_gateways.values()))
        )
        self.transit = Transit(
            "transit",
            self.scope,
            asn=self.settings.addresses.asns.aws,
            network=self.network,
            peers=peers,
            opts=self.opts,
        )

    def _compute(self) -> None:
        self.cluster = Cluster(
            "cluster",
            self.scope,
            self.settings.cluster,
            cluster_name=self.prefix,
            network=self.network,
            secrets_key_arn=self.keys.arns["cluster"],
            volumes_key_arn=self.keys.arns["volumes"],
            log_key_arn=self.keys.arns["logs"],
            opts=self.opts,
        )
        self.registry = Registry(
            "registry",
            self.scope,
            self.settings.registry,
            repositories=self.settings.artifacts,
            name_prefix=self.prefix,
            key_arn=self.keys.arns["images"],
            key_settings=self.settings.keys,
            opts=self.late,
        )
        if self.settings.runner.repository:
            Runner(
                "runner",
                self.scope,
                self.settings.runner,
                project_name=f"{self.prefix}-runner",
                network=self.network,
                cluster_clients_group_id=self.cluster.client_security_group_id,
                key_arn=self.keys.arns["logs"],
                opts=self.opts,
            )

    def _stores(self) -> None:
        self.data = data.build(
            self.settings,
            self.scope,
            prefix=self.prefix,
            network=self.network,
            clients={"cluster": self.cluster.security_group_id},
            keys=self.keys,
            opts=self.opts,
        )
        self.buckets, self.access_logs = buckets.build(
            self.settings, self.scope, keys=self.keys, opts=self.opts, late=self.late
        )

    def _edge(self) -> None:
        self.edge = Edge(
            "edge",
            self.scope,
            self.settings.edge,
            doors=self.settings.front_door,
            domain=self.settings.domain,
            name_prefix=self.prefix,
            network=self.network,
            targets_group_id=self.cluster.security_group_id,
            key_settings=self.settings.keys,
            opts=self.opts,
        )
        self.reserved_names = [
            *self.edge.names,
            *self.settings.front_door.standby_names(self.settings.domain).values(),
        ]
        self.metrics = MetricsStore(
            "metrics",
            self.scope,
            alias=self.prefix,
            stored_days=self.settings.platform.observability.metrics.stored_days,
            log_retention_days=self.settings.cluster.log_retention_days,
            key_arn=self.keys.arns["metrics"],
            log_key_arn=self.keys.arns["logs"],
            opts=self.late,
        )
        self.vault = Vault(
            "vault-home",
            self.scope,
            prefix=self.prefix,
            key_arn=self.keys.arns["vault"],
            secrets_key_arn=self.keys.arns["secrets"],
            opts=self.opts,
        )
        self.controllers = Controllers(
            "controllers",
            self.scope,
            cluster=self.cluster,
            cluster_name=self.prefix,
            network=self.network,
            volumes_key_arn=self.keys.arns["volumes"],
            queues_key_arn=self.keys.arns["queues"],
            secrets_key_arn=self.keys.arns["secrets"],
            secrets_path=self.prefix,
            metrics_arn=self.metrics.arn,
            search_arn=self.data.search.arn,
            vault=self.vault,
            backups=self.buckets["backups"],
            repositories=self.prefix,
            reports_arn=self.buckets["logs"].arn,
            reports_prefix=SCAN_REPORTS,
            reports_key_arn=self.keys.arns["logs"],
            pulled_arns=[
                self.registry.repository_arns[artifact]
                for artifact in (self.settings.platform.delivery.chart, self.settings.platform.delivery.bundle)
            ],
            zone_arn=self.edge.zone.arn,
            reserved_names=self.reserved_names,
            opts=self.opts,
        )
        self.registry.admit_nodes([self.cluster.node_role_arn, self.controllers.node_role_arn])

    def _recovery(self) -> None:
        self.vaults = Backup(
            "vaults",
            self.scope,
            self.settings.backup,
            identifier=self.prefix,
            key_arn=self.keys.arns["backups"],
            key_settings=self.settings.keys,
            # Locked or short-lived themselves.
            excluded_arns=[self.access_logs.arn, self.buckets["backups"].arn, self.buckets["logs"].arn],
            restore_tests={
                "Aurora": RestoreTest(
                    [self.data.database.arn], {"dbSubnetGroupName": self.data.database.subnet_group_name}
                ),
                "DynamoDB": RestoreTest(list(self.data.tables.table_arns.values())),
                "S3": RestoreTest([self.buckets[use].arn for use in self.settings.buckets]),
            },
            opts=self.late,
        )

    def _security(self) -> None:
        self.account = AccountBaseline(
            "account",
            self.scope,
            self.settings.security,
            prefix=self.prefix,
            audit_key_arn=self.keys.arns["audit"],
            log_key_arn=self.keys.arns["logs"],
            volumes_key_arn=self.keys.arns["volumes"],
            access_logs=self.access_logs,
            opts=self.late,
        )
        self.secrets = Secrets(
            "secrets",
            self.scope,
            secrets=self.settings.app_secrets,
            prefix=self.prefix,
            key_arn=self.keys.arns["secrets"],
            opts=self.late,
        )
        self.console_secrets = ConsoleSecrets(
            "console-secrets",
            self.scope,
            secrets=CONSOLE_SECRETS,
            prefix=self.prefix,
            key_arn=self.keys.arns["secrets"],
            opts=self.late,
        )

        self.sonarqube_secrets = SonarQubeSecrets(
            "sonarqube-secrets",
            self.scope,
            prefix=self.prefix,
            key_arn=self.keys.arns["secrets"],
            opts=self.late,
        )

    def _observability(self) -> None:
        self.observability = Observability(
            "observability",
            self.scope,
            self.settings.observability,
            prefix=self.prefix,
            domain=self.settings.domain,
            watched=watch.watched(
                self.settings,
                self.scope,
                account=self.account,
                network=self.network,
                transit=self.transit,
                cluster=self.cluster,
                data=self.data,
                edge=self.edge,
            ),
            receivers=self.settings.receivers,
            urls=load_secrets("prod"),
            keys=self.keys,
            key_settings=self.settings.keys,
            opts=self.late,
        )

    def _workloads(self) -> None:
        """Who the workloads' pods are; what they find here."""
        stores = Stores(
            self.data.database,
            self.data.cache,
            self.data.stream,
            self.data.tables,
            self.buckets,
            tables_key_arn=self.keys.arns["tables"],
            objects_key_arn=self.keys.arns["objects"],
        )
        self.workloads = {
            name: WorkloadIdentity(
                f"workload-{name}",
                self.scope,
                workload_name=name,
                workload=workload,
                cluster_name=self.cluster.name,
                stores=stores,
                opts=self.opts,
            ).identity
            for name, workload in self.settings.workloads.items()
        }
        self.told = workloads.region(
            self.settings, stores, repositories=self.registry.repository_urls, secrets_path=self.prefix
        )

    def _contents(self) -> None:
        """What runs in the cluster."""
        if not self.settings.platform.installed:
            return
        inside = access.provider(
            "cluster-contents",
            access.eks(self.scope.region, self.cluster.name),
            endpoint=self.cluster.ready_endpoint,
            certificate_authority=self.cluster.certificate_authority,
            protect=self.scope.protect,
        )
        ranges = self.settings.plan.aws
        control_plane = tuple(str(cidr) for cidr in ranges.tiers["private"])
        platform.install(
            Site(
                KubernetesScope(
                    cloud="aws",
                    mode="active",
                    vendor=Vendor(self.registry.vendor_url, self.settings.platform.images),
                    control_plane=control_plane,
                    # Policies judge the Service's address, the first of its range, before it is translated.
                    # https://github.com/aws/amazon-network-policy-controller-k8s/blob/main/pkg/resolvers/endpoints.go
                    api_server=(*control_plane, f"{ranges.services[1]}/32"),
                    tags=self.scope.tags,
                    protect=self.scope.protect,
                ),
                self.settings,
                OnAws(
                    region=self.scope.region,
                    snapshot_driver=self.cluster.snapshot_driver,
                    volumes_key_arn=self.keys.arns["volumes"],
                    zone_id=self.edge.zone.zone_id,
                    vpc_id=self.network.vpc_id,
                    machines=Machines(
                        region=self.scope.region,
                        cluster_name=self.cluster.name,
                        instance_profile=self.controllers.instance_profile_name,
                        interruption_queue=self.controllers.interruption_queue_name,
                        subnet_ids=self.network.subnet_ids["private"],
                        security_group_id=self.cluster.security_group_id,
                        volumes_key_arn=self.keys.arns["volumes"],
                        user_data=BOTTLEROCKET,
                    ),
                    reserved_names=self.reserved_names,
                    service_accounts=self.controllers.service_accounts,
                    names=self._names(),
                    target_groups=self._target_groups(),
                    vault=self._vault_home(),
                    store_ports={"cache": elasticache.PORT, "database": aurora.PORT, "topics": msk.IAM_PORT},
                    cluster_name=self.cluster.name,
                    metrics_endpoint=self.metrics.endpoint,
                    search_endpoint=self.data.search.endpoint,
                    secrets=self.console_secrets.arns,
                    database_endpoint=self.data.database.endpoint,
                    sonarqube_secrets=self.sonarqube_secrets.arns,
                    reports=Reports(self.scope.region, self.buckets["logs"].name, SCAN_REPORTS),
                ),
                self.told,
                self.workloads,
                workloads.places(ranges),
                pulumi.ResourceOptions(providers=[inside]),
            )
        )

    def _names(self) -> list[str]:
        """Names by which the mesh's gateway is asked; partners give theirs whichever way they come."""
        partners = [] if self.settings.edge.partners.kind == "none" else [f"partners.{self.settings.domain}"]
        return [*self.edge.names, *partners]

    def _target_groups(self) -> dict[str, pulumi.Output[str]]:
        partners = self.edge.partners.target_group_arn
        return {"gateway": self.edge.balancer.target_group_arn, **({"partners": partners} if partners else {})}

    def _vault_home(self) -> Home:
        """What Vault in the cluster needs of this cloud."""
        here = {"cloud": "aws", "region": self.scope.region}
        return Home(
            seal={"region": self.scope.region, "kms_key_id": self.vault.key_arn},
            recovery_store={**here, "secret": self.vault.recovery_secret_arn},
            snapshot_store={**here, "bucket": self.buckets["backups"].name},
            accounts=self.controllers.service_accounts,
        )

    def exports(self) -> ProdExports:
        """What the stack tells the others, and people."""
        return {
            "delivered": self.settings.delivered,
            "observability": exports.observability(self.observability),
            "cluster": exports.cluster(self.cluster),
            "controllers": exports.controllers(self.controllers),
            "database": exports.database(self.data.database),
            "stream": exports.stream(self.data.stream),
            "edge": exports.edge(self.edge),
            "tables": exports.tables(self.data.tables),
            "cache": exports.cache(self.data.cache),
            "search": exports.search(self.data.search),
            "buckets": {name: found.arn for name, found in self.buckets.items()},
            "secrets": self.secrets.arns,
            "registry": {"repositoryUrls": self.registry.repository_urls},
            "backup": {"vaultArn": self.vaults.vault_arn, "copyVaultArn": self.vaults.copy_vault_arn},
            "network": {"vpcId": self.network.vpc_id, "subnetIds": self.network.subnet_ids},
            "transit": exports.transit(self.transit),
            "inventory": inventory.of_prod(self.settings, self.scope.tags, self.keys.arns),
        }
