"""The Google Cloud standby region: what it is made of, how its parts are wired, and what it tells the other stacks.

Nothing here touches AWS, nor may it: the region takes over when AWS is gone. `mode` sizes it and changes nothing else.
"""

import pulumi

from components.gcp.admission import Admission
from components.gcp.backup import Backup
from components.gcp.cluster import Cluster
from components.gcp.component import Scope
from components.gcp.controllers import Controllers
from components.gcp.edge import Edge
from components.gcp.endpoints import Endpoints
from components.gcp.federation import Federation
from components.gcp.firewall import LOAD_BALANCERS, Firewall
from components.gcp.fleet import Fleet
from components.gcp.keys import Keys
from components.gcp.network import Network
from components.gcp.observability import Observability
from components.gcp.project import ProjectBaseline
from components.gcp.registry import Registry
from components.gcp.secrets import Secrets
from components.gcp.services import ServiceIdentities, Services
from components.gcp.vault import Vault
from components.gcp.workload_identity import Stores, WorkloadIdentity
from components.kubernetes import access
from components.kubernetes.component import Scope as KubernetesScope
from components.kubernetes.vault import Home, Imports
from components.kubernetes.vendor import Vendor
from components.tags import Tags
from settings.flows import to_primary, to_standby
from settings.loader import load_secrets
from settings.stacks import Dr
from stacks import inventory, platform
from stacks.contracts import DrExports
from stacks.platform.site import OnGcp, Site
from stacks.regions.standby import buckets, data, exports, failover, keys, watch, workloads

# Beside those that bootstrap turns on.
APIS = (
    "anthosconfigmanagement",
    "artifactregistry",
    "bigtable",
    "bigtableadmin",
    "binaryauthorization",
    "certificatemanager",
    "clouderrorreporting",
    "cloudkms",
    "cloudresourcemanager",
    "cloudscheduler",
    "cloudtrace",
    "compute",
    "container",
    "containeranalysis",
    "containerscanning",
    "dns",
    "essentialcontacts",
    "gkebackup",
    "gkehub",
    "iam",
    "iamcredentials",
    "logging",
    "managedkafka",
    "memorystore",
    "mesh",
    "monitoring",
    "networkconnectivity",
    "orgpolicy",
    "pubsub",
    "run",
    "secretmanager",
    "securitycenter",
    "servicedirectory",
    "servicenetworking",
    "serviceusage",
    "sqladmin",
    "storage",
    "sts",
)


def build(settings: Dr) -> DrExports:
    """Register the region's resources and return the stack's exports."""
    return _Region(settings).exports()


class _Region:
    """The region's components, section by section; each takes from those before it."""

    def __init__(self, settings: Dr) -> None:
        owner = settings.ownership
        self.settings = settings
        self.mode = settings.mode
        self.prefix = f"{owner.service}-{owner.environment}"
        self.scope = Scope(
            project=settings.accounts.gcp_project,
            project_number=settings.accounts.gcp_project_number,
            region=settings.regions.gcp,
            tags=Tags.owned(owner, dr_role="standby"),
            protect=settings.protection,
        )
        self._project()
        self._network()
        self._compute()
        self._stores()
        self._edge()
        self._security()
        self._observability()
        self._workloads()
        self._failover()
        self._contents()

    def _project(self) -> None:
        """APIs first: every other resource waits for them, by its provider."""
        first = pulumi.ResourceOptions(providers=[self.scope.provider("gcp-services")])
        services = Services("services", self.scope, APIS, first)
        self.opts = pulumi.ResourceOptions(
            providers=[self.scope.provider("gcp", pulumi.ResourceOptions(depends_on=services.enabled))]
        )
        uses = keys.uses(self.settings.regions)
        self.identities = ServiceIdentities(
            "identities", self.scope, {service for use in uses.values() for service in use.services}, self.opts
        )
        self.keys = Keys("keys", self.scope, self.settings.keys, uses, members=self.identities.members, opts=self.opts)

    def _network(self) -> None:
        self.network = Network(
            "network",
            self.scope,
            self.settings.network,
            ranges=self.settings.plan.gcp,
            asn=self.settings.addresses.asns.gcp,
            opts=self.opts,
        )
        Firewall(
            "firewall",
            self.scope,
            network_id=self.network.network_id,
            ranges=self.network.ranges,
            entering=to_standby(self.settings.plan),
            leaving=to_primary(self.settings.plan),
            opts=self.opts,
        )
        Endpoints(
            "endpoints",
            self.scope,
            network_id=self.network.network_id,
            ranges=self.network.ranges,
            opts=self.opts,
        )

    def _compute(self) -> None:
        self.admission = Admission(
            "admission",
            self.scope,
            self.settings.admission,
            attestor_name=self.prefix,
            key_settings=self.settings.keys,
            opts=self.opts,
        )
        self.cluster = Cluster(
            "cluster",
            self.scope,
            self.settings.cluster,
            cluster_name=self.prefix,
            network=self.network,
            secrets_key_id=self.keys.ids["cluster"],
            volumes_key_id=self.keys.ids["volumes"],
            opts=self.opts,
        )
        self.registry = Registry(
            "registry",
            self.scope,
            self.settings.registry,
            artifacts=self.settings.artifacts,
            name_prefix=self.prefix,
            node_member=self.cluster.node_member,
            key_id=self.keys.ids["images"],
            opts=self.opts,
        )
        self.fleet = Fleet(
            "fleet",
            self.scope,
            self.settings.platform.delivery,
            cluster_name=self.prefix,
            cluster=self.cluster,
            registry=self.registry,
            opts=self.opts,
        )
        self.backup = Backup(
            "cluster-backup",
            self.scope,
            self.settings.backup,
            cluster_id=self.cluster.cluster_id,
            location=self.settings.regions.gcp_second,
            key_id=self.keys.ids["cluster-backups"],
            opts=self.opts,
        )

    def _stores(self) -> None:
        self.data = data.build(
            self.settings,
            self.scope,
            prefix=self.prefix,
            network=self.network,
            keys=self.keys,
            agent=self.identities.members["pubsub"],
            opts=self.opts,
        )
        self.buckets, self.records = buckets.build(self.settings, self.scope, keys=self.keys, opts=self.opts)

    def _edge(self) -> None:
        self.edge = Edge(
            "edge",
            self.scope,
            self.settings.edge,
            doors=self.settings.front_door,
            domain=self.settings.domain,
            regions=self.settings.regions,
            network=self.network,
            buckets={use: self.buckets[use].name for use in self.settings.buckets},
            opts=self.opts,
        )

    def _security(self) -> None:
        ProjectBaseline(
            "project",
            self.scope,
            self.settings.security,
            locations=f"{self.settings.regions.gcp_continent[1]}-locations",
            aws_account_id=self.settings.accounts.aws,
            key_id=self.keys.ids["findings"],
            opts=self.opts,
        )
        self.secrets = Secrets(
            "secrets",
            self.scope,
            self.settings.secret_store,
            secrets=self.settings.app_secrets,
            prefix=self.prefix,
            keys={
                self.settings.regions.gcp: self.keys.ids["secrets"],
                self.settings.regions.gcp_second: self.keys.ids["secrets-second"],
            },
            reminders_key_id=self.keys.ids["messages"],
            agent=self.identities.members["secretmanager"],
            opts=self.opts,
        )
        self.federation = Federation(
            "federation",
            self.scope,
            self.settings.federation,
            aws_account_id=self.settings.accounts.aws,
            secrets=self.secrets.ids,
            # Not `vendor`: what others make is copied there from where they publish it.
            repositories={held: self.registry.repository_ids[held] for held in ("bundles", "charts", "images")},
            record_bucket=self.buckets["logs"].name,
            opts=self.opts,
        )

        self.controllers = Controllers(
            "controllers",
            self.scope,
            workload_pool=self.cluster.workload_pool,
            zone_name=self.edge.zones["gcp"].name,
            secrets=self.secrets.ids,
            repositories={"charts": self.registry.repository_ids["charts"]},
            vault_key_id=self.keys.ids["vault"],
            experiments=self.settings.platform.chaos.enabled,
            opts=self.opts,
        )
        regions = self.settings.regions
        self.vault = Vault(
            "vault-home",
            self.scope,
            self.settings.secret_store,
            prefix=self.prefix,
            secret_keys={
                regions.gcp: self.keys.ids["secrets"],
                regions.gcp_second: self.keys.ids["secrets-second"],
            },
            reminder_topic_id=self.secrets.reminder_topic_id,
            workload_pool=self.cluster.workload_pool,
            backups=self.buckets["backups"],
            copies=self.buckets["vault-copies"],
            copies_key_id=self.keys.ids["vault-copies"],
            primary_pool=self.federation.pool_name,
            opts=self.opts,
        )

    def _observability(self) -> None:
        self.observability = Observability(
            "observability",
            self.scope,
            self.settings.observability,
            self.settings.platform.objectives,
            mode=self.mode,
            prefix=self.prefix,
            watched=watch.watched(
                self.settings,
                self.scope,
                cluster=self.cluster,
                data=self.data,
                edge=self.edge,
                secrets=self.secrets,
            ),
            receivers=self.settings.receivers,
            secrets=load_secrets("dr"),
            log_key_id=self.keys.ids["logs"],
            hosts=self.settings.front_door.names(f"gcp.{self.settings.domain}"),
            health_path=self.settings.front_door.health_path,
            cluster_name=self.cluster.name,
            workloads=list(self.settings.workloads),
            url_map_name=self.edge.balancer.url_map_name,
            opts=self.opts,
        )

    def _workloads(self) -> None:
        """Who the workloads' pods are; what they find here."""
        stores = Stores(
            self.data.database, self.data.cache, self.data.stream, self.data.messaging, self.data.tables, self.buckets
        )
        self.workloads = {
            name: WorkloadIdentity(
                f"workload-{name}",
                self.scope,
                workload_name=name,
                workload=workload,
                workload_pool=self.cluster.workload_pool,
                stores=stores,
                opts=self.opts,
            ).identity
            for name, workload in self.settings.workloads.items()
        }
        self.told = workloads.region(
            self.settings,
            stores,
            mode=self.mode,
            repositories=self.registry.repository_urls,
            secrets=self.secrets.names,
        )

    def _failover(self) -> None:
        self.failover = failover.Region(
            settings=self.settings,
            scope=self.scope,
            keys=self.keys,
            cluster=self.cluster,
            data=self.data,
            records=self.records,
            edge=self.edge,
            observability=self.observability,
            copy=f"{self.prefix}-rehearsal",
            opts=self.opts,
        )
        self.jobs = failover.jobs(self.failover, self.registry, self.network)
        if self.jobs:
            failover.operators(self.failover, self.federation, self.jobs)

    def _contents(self) -> None:
        """What runs in the cluster."""
        if not self.settings.platform.installed:
            return
        inside = access.provider(
            "cluster-contents",
            access.GKE,
            endpoint=pulumi.Output.concat("https://", self.cluster.endpoint),
            protect=self.scope.protect,
        )
        ranges = self.settings.plan.gcp
        delivered = platform.install(
            Site(
                KubernetesScope(
                    cloud="gcp",
                    mode=self.mode,
                    vendor=Vendor(self.registry.vendor_url, self.settings.platform.images),
                    # The control plane reaches pods by agents that run as pods.
                    control_plane=tuple(str(cidr) for cidr in (ranges.control_plane, ranges.nodes, ranges.pods)),
                    api_server=tuple(str(cidr) for cidr in (ranges.control_plane, ranges.nodes)),
                    tags=self.scope.tags,
                    protect=self.scope.protect,
                ),
                self.settings,
                OnGcp(
                    project=self.scope.project,
                    region=self.scope.region,
                    cluster_name=self.cluster.name,
                    volumes_key_id=self.keys.ids["volumes"],
                    zone_name=self.edge.zones["gcp"].name,
                    reserved_names=self.edge.names,
                    names=self._names(),
                    backend_services=self._backend_services(),
                    front_ends=LOAD_BALANCERS,
                    regional=["partners"] if self.settings.edge.partners.kind == "private_link" else [],
                    mesh=self.fleet.mesh,
                    vault=self._vault_home(),
                    vault_copies=Imports(
                        self.scope.project, self.buckets["vault-copies"].name, self.keys.ids["vault-copies"]
                    ),
                ),
                self.told,
                self.workloads,
                workloads.places(ranges),
                pulumi.ResourceOptions(providers=[inside]),
            )
        )
        failover.tell(self.failover, self.workloads, self.jobs, delivered)

    def _names(self) -> list[str]:
        """Names by which the mesh's gateway is asked; by Private Service Connect partners give the primary's."""
        connected = self.settings.edge.partners.kind == "private_link"
        return [*self.edge.names, *([f"partners.{self.settings.domain}"] if connected else [])]

    def _backend_services(self) -> dict[str, pulumi.Output[str]]:
        partners = self.edge.partners.service_name
        return {**self.edge.balancer.service_names, **({"partners": partners} if partners else {})}

    def _vault_home(self) -> Home:
        """What Vault in the cluster needs of this cloud."""
        key = self.keys.ids["vault"].apply(lambda key: key.split("/"))
        return Home(
            # projects/<project>/locations/<region>/keyRings/<ring>/cryptoKeys/<key>
            seal={
                "project": self.scope.project,
                "region": self.scope.region,
                "key_ring": key.apply(lambda parts: parts[5]),
                "crypto_key": key.apply(lambda parts: parts[7]),
            },
            recovery_store={"cloud": "gcp", "secret": self.vault.recovery_secret_id},
            snapshot_store={"cloud": "gcp", "bucket": self.buckets["backups"].name},
            accounts={},
        )

    def exports(self) -> DrExports:
        """What the stack tells the others, and people."""
        return {
            "mode": self.mode,
            "delivered": self.settings.delivered,
            "inventory": inventory.of_dr(self.settings, self.scope.tags, self.keys.names),
            "region": self.scope.region,
            "cluster": exports.cluster(self.cluster, self.fleet, self.keys),
            "registry": {"repositoryUrls": self.registry.repository_urls},
            "admission": {"attestor": self.admission.attestor, "signingKey": self.admission.signing_key},
            "clusterBackup": exports.cluster_backup(self.backup),
            "network": exports.network(self.network),
            "database": exports.database(self.data.database),
            "tables": exports.tables(self.data.tables),
            "cache": exports.cache(self.data.cache),
            "stream": exports.stream(self.data.stream),
            "messaging": exports.messaging(self.data.messaging),
            "buckets": {name: found.name for name, found in self.buckets.items()},
            "secrets": exports.secrets(self.secrets),
            "vault": {"copiesKey": self.keys.ids["vault-copies"]},
            "failover": exports.failover(self.records, self.jobs),
            "edge": exports.edge(self.edge, self._backend_services()),
            "observability": exports.observability(self.observability),
            "federation": exports.federation(self.federation),
        }
