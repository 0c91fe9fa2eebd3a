"""What joins the two regions; it reads both, and nothing of it is needed to fail over."""

from dataclasses import replace
from typing import Any, get_args

import pulumi
import pulumi_aws as aws

from components.aws.alarms import Alarms as AwsAlarms
from components.aws.component import GLOBAL_REGION
from components.aws.component import Scope as AwsScope
from components.aws.keys import Keys, KeyUse
from components.crosscloud import cache, images, objects, rows, secrets, stream, tables, vault
from components.crosscloud.cache import CacheWarming
from components.crosscloud.cluster_identity import ClusterIdentity
from components.crosscloud.contract import Contract
from components.crosscloud.dedicated import Dedicated
from components.crosscloud.dns import FailoverDns, PrimaryDns, Proof, StandbyDns
from components.crosscloud.images import ImageReplication
from components.crosscloud.link import Ends, Link
from components.crosscloud.objects import ObjectReplication
from components.crosscloud.openings import Openings
from components.crosscloud.partner import Partner
from components.crosscloud.reconciliation import Reconciliation
from components.crosscloud.rows import RowReplication
from components.crosscloud.secrets import SecretReplication
from components.crosscloud.stream import StreamReplication
from components.crosscloud.stream_import import ImportTarget, StreamImport
from components.crosscloud.tables import TableReplication
from components.crosscloud.vault import VaultReplication
from components.crosscloud.vpn import Vpn
from components.gcp.alarms import Alarms as GcpAlarms
from components.gcp.component import Scope as GcpScope
from components.gcp.component import granted
from components.gcp.document import Document
from components.gcp.federation import CALLERS, IMAGE_RECORD
from components.gcp.keys import Keys as GcpKeys
from components.gcp.keys import KeyUse as GcpKeyUse
from components.gcp.operators import Operators
from components.gcp.services import ServiceIdentities, Services
from components.gcp.watch import network as watch_network
from components.gcp.watch import replication as watch
from components.kubernetes import access
from components.tags import Tags
from settings.flows import to_primary, to_standby
from settings.kubernetes.vault import EXPORTER
from settings.loader import load_secrets
from settings.observability import Severity
from settings.replication import DATABASE_PASSWORD, WARMER_IMAGE, WRITER_IMAGE
from settings.stacks import Interconnect
from stacks import names
from stacks.contracts import DrExports, ProdExports
from stacks.references import read

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

# Beside those that the standby turns on.
APIS = ("datamigration", "storagetransfer")

KEYS = {
    "changes": KeyUse("Tables' changes on their way to the standby", "confidential"),
    "logs": KeyUse("Log groups, and what builds keep", "internal", log_groups=True),
    "queues": KeyUse(
        "News of objects, and of images not copied", "internal", services=("events.amazonaws.com", "s3.amazonaws.com")
    ),
}
"""Keys on AWS, by what they encrypt."""

GCP_KEYS = {
    "logins": GcpKeyUse("restricted", ("secretmanager",)),
    "messages": GcpKeyUse("confidential", ("pubsub",)),
    "warmer": GcpKeyUse("internal", ("run",)),
    "writer": GcpKeyUse("internal", ("run",)),
}
"""Keys on Google Cloud, by what they encrypt."""

COPIES = {"logins-second": GcpKeyUse("restricted", ("secretmanager",))}
"""Keys of the second region."""

AGENTS = ("managedkafka", "pubsub", "run", "secretmanager")
"""Services whose own accounts get rights here."""

TRANSFER_AGENT = "serviceAccount:project-{number}@storage-transfer-service.iam.gserviceaccount.com"


def build(settings: Interconnect) -> dict[str, pulumi.Input[Any]]:
    """Register what joins the regions and return the stack's exports."""
    return _Link(settings).exports()


class _Link:
    """What joins the regions, section by section; each takes from those before it."""

    def __init__(self, settings: Interconnect) -> None:
        owner = settings.ownership
        tags = Tags.owned(owner, dr_role="link")
        self.settings = settings
        self.prod = read("prod", ProdExports)
        self.dr = read("dr", DrExports)
        self.aws = AwsScope(
            account_id=settings.accounts.aws, region=settings.regions.aws, tags=tags, protect=settings.protection
        )
        self.gcp = GcpScope(
            project=settings.accounts.gcp_project,
            project_number=settings.accounts.gcp_project_number,
            region=settings.regions.gcp,
            tags=tags,
            protect=settings.protection,
        )
        channels = self.dr["observability"]["channelNames"]
        self.channels = {level: channels[level] for level in SEVERITIES}
        self._agree()
        self.keys = Keys("keys", self.aws, settings.keys, KEYS, self.opts)
        self.link = self._join()
        self._open()
        self._replicate()
        self._replicate_stream()
        self._replicate_rows()
        self._warm()
        self._copy_images()
        self._copy_secrets()
        self._dns()
        self._watch()
        self._tell()

    def _agree(self) -> None:
        """The contract first: the providers come below it, and every resource waits for its provider."""
        contract = Contract(
            "contract",
            primary=self.prod["inventory"],
            standby=self.dr["inventory"],
            tunnels=[str(network) for network in self.settings.plan.tunnels],
        )
        self.agreed = agreed = pulumi.ResourceOptions(parent=contract)
        amazon = aws.Provider(
            "contract-aws",
            region=self.aws.region,
            allowed_account_ids=[self.aws.account_id],
            opts=agreed,
        )
        first = pulumi.ResourceOptions(providers=[self.gcp.provider("contract-gcp-services", agreed)])
        services = Services("services", self.gcp, APIS, first)
        google = self.gcp.provider("contract-gcp", pulumi.ResourceOptions(parent=contract, depends_on=services.enabled))
        self.opts = pulumi.ResourceOptions(providers=[amazon, google])

    def _join(self) -> Link:
        """The private link, of the kind that the settings name."""
        transit, network, link = self.prod["transit"], self.dr["network"], self.settings.link
        ends = Ends(
            transit_gateway_id=transit["gatewayId"],
            external_table_id=transit["externalTableId"],
            workload_table_id=transit["workloadTableId"],
            network_id=network["networkId"],
            router_name=network["routerName"],
            plan=self.settings.plan,
            asns=self.settings.addresses.asns,
        )
        match self.settings.kind:
            case "vpn":
                return Vpn(
                    "link",
                    self.aws,
                    self.gcp,
                    link.vpn,
                    ends=ends,
                    log_key_arn=self.keys.arns["logs"],
                    opts=self.opts,
                )
            case "partner":
                return Partner("link", self.aws, self.gcp, link, ends=ends, opts=self.opts)
            case "dedicated":
                return Dedicated("link", self.aws, self.gcp, link, ends=ends, opts=self.opts)

    def _open(self) -> None:
        """The primary's groups for just what crosses the link; the standby's firewall has the same flows."""
        entering, leaving = dict(to_primary(self.settings.plan)), to_standby(self.settings.plan)
        if self.settings.stream_replication.kind == "import":
            # Pub/Sub comes by the internet.
            del entering["stream"]
        stores = {"database": self.prod["database"], "stream": self.prod["stream"], "cache": self.prod["cache"]}
        self.openings = Openings(
            "openings",
            self.aws,
            self.gcp,
            groups={name: store["securityGroupId"] for name, store in stores.items()},
            entering=entering,
            leaving=leaving,
            opts=self.opts,
        )

    def _across(self, endpoint: pulumi.Input[str]) -> pulumi.Output[str]:
        """An endpoint of the primary's, known once the link carries traffic to it: whoever tries it at once gets in."""
        return granted(pulumi.Output.from_input(endpoint), *self.link.ready, *self.openings.rules)

    def _replicate(self) -> None:
        """The ways of tables' changes and of objects to the standby."""
        prod, dr, settings = self.prod, self.dr, self.settings
        self.identities = identities = ServiceIdentities("identities", self.gcp, AGENTS, self.opts)
        uses = GCP_KEYS | {use: replace(key, location=settings.regions.gcp_second) for use, key in COPIES.items()}
        self.google_keys = keys = GcpKeys(
            "keys-gcp", self.gcp, settings.google_keys, uses, members=identities.members, opts=self.opts
        )
        topics = prod["observability"]["topicArns"][self.aws.region]
        source = tables.Source(
            names={table: prod["tables"]["names"][table] for table in settings.tables},
            key_arn=self.keys.arns["changes"],
            arns={table: prod["tables"]["arns"][table] for table in settings.tables},
            tables_key_arn=prod["inventory"]["keys"]["tables"]["id"],
        )
        target = tables.Target(
            instance=dr["tables"]["instanceName"],
            tables={table: dr["tables"]["tableNames"][table] for table in settings.tables},
            indexes={
                table: {index: dr["tables"]["indexNames"][table][index] for index in declared.indexes}
                for table, declared in settings.tables.items()
            },
            profile=dr["tables"]["profileIds"]["replication"],
            image=dr["registry"]["repositoryUrls"][WRITER_IMAGE],
            network=dr["network"]["networkId"],
            subnet=dr["network"]["subnetIds"]["serverless"],
            regions=[settings.regions.gcp, settings.regions.gcp_second],
            messages_key=keys.ids["messages"],
            images_key=keys.ids["writer"],
            agent=identities.members["pubsub"],
            channels=self.channels,
        )
        self.tables = TableReplication(
            "tables",
            self.aws,
            self.gcp,
            settings.table_replication,
            writer=settings.writer,
            tables=settings.tables,
            source=source,
            target=target,
            opts=self.opts,
        )
        self.reconciliation = Reconciliation(
            "reconciliation",
            self.aws,
            self.gcp,
            settings.table_replication,
            writer=settings.writer,
            tables=settings.tables,
            source=source,
            target=target,
            fence_url=settings.front_door.fence_url,
            opts=self.opts,
        )
        self.objects = ObjectReplication(
            "objects",
            self.aws,
            self.gcp,
            settings.object_replication,
            buckets=settings.buckets,
            source=objects.Source(
                {use: prod["buckets"][use] for use in settings.buckets},
                prod["inventory"]["keys"]["objects"]["id"],
                self.keys.arns["queues"],
                {self.aws.region: {level: topics[level] for level in SEVERITIES}},
            ),
            target=objects.Target(
                {use: dr["buckets"][use] for use in settings.buckets},
                TRANSFER_AGENT.format(number=self.gcp.project_number),
                self.channels,
            ),
            opts=self.opts,
        )

    def _replicate_stream(self) -> None:
        """The way of Kafka's records to the standby, of the kind that the settings name."""
        prod, dr, settings = self.prod, self.dr, self.settings
        members, key_ids = self.identities.members, self.google_keys.ids
        regions = settings.regions
        self.mirror: StreamReplication | None = None
        match settings.stream_replication.kind:
            case "mirror":
                self.mirror = StreamReplication(
                    "mirror",
                    self.aws,
                    self.gcp,
                    settings.stream_replication,
                    topics=settings.topics,
                    source=stream.Source(self._across(prod["stream"]["bootstrapBrokersScram"])),
                    target=stream.Target(
                        cluster=dr["stream"]["clusterId"],
                        cluster_name=dr["stream"]["clusterName"],
                        brokers=dr["stream"]["bootstrapAddress"],
                        subnet=dr["network"]["subnetIds"]["kafka-connect"],
                        topics={topic: dr["messaging"]["topicIds"][topic] for topic in settings.topics},
                        login_keys={regions.gcp: key_ids["logins"], regions.gcp_second: key_ids["logins-second"]},
                        messages_key=key_ids["messages"],
                        agent=members["managedkafka"],
                        secrets_agent=members["secretmanager"],
                        channels=self.channels,
                    ),
                    opts=self.opts,
                )
            case "import":
                StreamImport(
                    "imports",
                    self.aws,
                    self.gcp,
                    settings.stream_replication,
                    topics=settings.topics,
                    cluster_arn=prod["stream"]["arn"],
                    target=ImportTarget(
                        [regions.gcp, regions.gcp_second], key_ids["messages"], members["pubsub"], self.channels
                    ),
                    opts=self.opts,
                )

    def _replicate_rows(self) -> None:
        """The way of the relational database's rows to the standby."""
        dr = self.dr
        self.rows = RowReplication(
            "rows",
            self.aws,
            self.gcp,
            self.settings.row_replication,
            databases=self.settings.databases,
            source=rows.Source(
                self._across(self.prod["database"]["endpoint"]), load_secrets("interconnect")[DATABASE_PASSWORD]
            ),
            target=rows.Target(dr["database"]["name"], dr["network"]["subnetIds"]["dms"], self.channels),
            opts=self.opts,
        )

    def _warm(self) -> None:
        """The job that copies the cache's keys to the standby."""
        prod, dr = self.prod["cache"], self.dr
        self.warming = CacheWarming(
            "cache",
            self.aws,
            self.gcp,
            self.settings.cache_warming,
            fence_url=self.settings.front_door.fence_url,
            source=cache.Source(prod["endpoint"], prod["arn"], prod["warmerArn"]),
            target=cache.Target(
                id=dr["cache"]["id"],
                endpoint=dr["cache"]["endpoint"],
                authorities=dr["cache"]["authorities"],
                image=dr["registry"]["repositoryUrls"][WARMER_IMAGE],
                network=dr["network"]["networkId"],
                subnet=dr["network"]["subnetIds"]["serverless"],
                images_key=self.google_keys.ids["warmer"],
                channels=self.channels,
            ),
            opts=self.opts,
        )

    def _copy_images(self) -> None:
        """The way of images, charts and bundles to the standby's registry."""
        prod, dr, settings = self.prod, self.dr, self.settings
        topics = prod["observability"]["topicArns"][self.aws.region]
        ImageReplication(
            "images",
            self.aws,
            self.gcp,
            settings.image_replication,
            source=images.Source(
                repository_urls={each: prod["registry"]["repositoryUrls"][each] for each in settings.artifacts},
                vpc_id=prod["network"]["vpcId"],
                subnet_ids=prod["network"]["subnetIds"]["private"],
                role_name=settings.federation.images_role,
                key_arn=self.keys.arns["logs"],
                queues_key_arn=self.keys.arns["queues"],
                topic_arns={self.aws.region: {level: topics[level] for level in SEVERITIES}},
            ),
            target=images.Target(
                repository_urls={each: dr["registry"]["repositoryUrls"][each] for each in settings.artifacts},
                audience=dr["federation"]["audience"],
                account=dr["federation"]["serviceAccounts"]["images"],
                record_bucket=dr["buckets"]["logs"],
                channels=self.channels,
            ),
            opts=self.opts,
        )

    def _copy_secrets(self) -> None:
        """The ways of Vault's and of the applications' secrets, once the primary's cluster runs what copies them."""
        prod, dr, settings = self.prod, self.dr, self.settings
        self.secrets: SecretReplication | None = None
        if not settings.platform.installed:
            return
        cluster, pool = prod["cluster"], settings.federation.pool
        identity = ClusterIdentity(
            "cluster-identity",
            self.aws,
            self.gcp,
            pool=pool,
            provider=settings.federation.cluster_provider,
            issuer=cluster["oidcIssuer"],
            subjects=[EXPORTER, *([secrets.SUBJECT] if settings.app_secrets else [])],
            opts=self.opts,
        )
        inside = access.provider(
            "contract-cluster",
            access.eks(self.aws.region, cluster["name"]),
            endpoint=cluster["endpoint"],
            certificate_authority=cluster["certificateAuthority"],
            protect=self.aws.protect,
            opts=self.agreed,
        )
        opts = pulumi.ResourceOptions.merge(self.opts, pulumi.ResourceOptions(providers=[inside]))
        VaultReplication(
            "vault",
            self.aws,
            self.gcp,
            settings.platform.vault,
            target=vault.Target(
                identity.audience, dr["buckets"]["vault-copies"], dr["vault"]["copiesKey"], self.channels
            ),
            opts=opts,
        )
        if not settings.app_secrets:
            return
        self.secrets = SecretReplication(
            "secrets",
            self.aws,
            self.gcp,
            settings.secret_replication,
            secrets=settings.app_secrets,
            source=secrets.Source(
                {secret: prod["secrets"][secret] for secret in settings.app_secrets}, identity.audience
            ),
            target=secrets.Target(
                names={secret: dr["secrets"]["names"][secret] for secret in settings.app_secrets},
                topic=dr["secrets"]["reminderTopicId"],
                pool=pool,
                account=dr["federation"]["serviceAccounts"]["secrets"],
                channels=self.channels,
            ),
            opts=opts,
        )

    def _dns(self) -> None:
        prod, dr = self.prod["edge"], self.dr["edge"]
        ours, theirs = prod["challenge"], dr["challenges"]["shadow"]
        topics = self.prod["observability"]["topicArns"][GLOBAL_REGION]
        FailoverDns(
            "dns",
            self.aws,
            self.gcp,
            self.settings.front_door,
            domain=self.settings.domain,
            primary=PrimaryDns(
                zone_id=prod["zoneId"],
                distribution=prod["distributionDomainName"],
                proof=Proof(ours["name"], ours["type"], ours["data"]),
                topic_arns={"page": topics["page"], "ticket": topics["ticket"]},
            ),
            standby=StandbyDns(
                addresses={"A": dr["addresses"]["ipv4"], "AAAA": dr["addresses"]["ipv6"]},
                own_name_servers=dr["zones"]["gcp"]["nameServers"],
                shadow=dr["zones"]["shadow"]["name"],
                proof=Proof(theirs["name"], theirs["type"], theirs["data"]),
            ),
            opts=self.opts,
        )

    def _watch(self) -> None:
        """Alarms of either side, which tell the people whom that side's own alarms tell."""
        topics = self.prod["observability"]["topicArns"]
        region = self.aws.region
        AwsAlarms(
            "alarms-aws",
            self.aws,
            self.link.aws_watched,
            topic_arns={region: {level: topics[region][level] for level in SEVERITIES}},
            anomaly_detection=False,
            composite_prefix=f"{self.aws.tags.service}-{self.aws.tags.environment}-link",
            opts=self.opts,
        )
        GcpAlarms(
            "alarms-gcp",
            self.gcp,
            self.link.gcp_watched,
            # Replication is lost while the standby waits: its alarms are as loud then as ever.
            mode="active",
            channel_names=self.channels,
            opts=self.opts,
        )

    def _tell(self) -> None:
        """What a failover must know of the replication, and who may stop it."""
        settings, project = self.settings, f"projects/{self.gcp.project}"
        place = f"{project}/locations/{self.gcp.region}"
        jobs = {"reconciliation": self.reconciliation.job_name, "warming": self.warming.job_name}
        connectors = []
        if self.mirror:
            workers = f"{place}/connectClusters/{self.mirror.connect_cluster_name}"
            connectors = [f"{workers}/connectors/{self.mirror.connector_names[purpose]}" for purpose in stream.COPIERS]
        Document(
            "names",
            self.gcp,
            bucket=self.dr["failover"]["recordsBucket"],
            path=names.LINK_NAMES,
            told={
                "migrationJob": names.full(place, "migrationJobs", self.rows.job_id),
                # A partner's transport carries nothing to the peering that Cloud SQL is behind.
                "rowsReturn": settings.kind != "partner",
                "jobs": [names.full(place, "jobs", job) for job in jobs.values()],
                "accounts": [self.dr["federation"]["serviceAccounts"][caller] for caller in CALLERS],
                "connectors": connectors,
                "transfers": [*self.objects.job_names.values(), *self.objects.comparison_names.values()],
                "subscriptions": {
                    table: names.full(project, "subscriptions", name)
                    for table, name in self.tables.subscription_names.items()
                },
                "tunnels": self._tunnels(),
                "lags": names.lags(settings, self._lags()),
                "delivered": self.prod["delivered"],
                "images": {"bucket": self.dr["buckets"]["logs"], "object": IMAGE_RECORD},
                "schemaReport": {"bucket": self.dr["failover"]["recordsBucket"], "object": names.SCHEMA_REPORT},
            },
            opts=self.opts,
        )
        if settings.failover.operators:
            operators = Operators("operators-link", self.gcp, settings.failover.operators, opts=self.opts)
            operators.jobs(jobs)
            operators.report("images", self.dr["buckets"]["logs"], IMAGE_RECORD)
            operators.whole_project("replication", "Stops what comes from the primary", names.STOP_REPLICATION)

    def _tunnels(self) -> dict[str, pulumi.Output[str]]:
        """Metrics of what can fail by itself in the link; Google publishes none of a partner's transport."""
        paths = self.link.paths.items()
        match self.settings.kind:
            case "vpn":
                established = watch_network.ESTABLISHED
                of = "metric.labels.tunnel_name"
                return {path: names.measuring(established, "vpn_gateway", of, name) for path, name in paths}
            case "dedicated":
                operational = watch_network.OPERATIONAL
                of = "resource.labels.interconnect"
                return {path: names.measuring(operational, "interconnect", of, name) for path, name in paths}
            case "partner":
                return {}

    def _lags(self) -> dict[str, dict[str, pulumi.Output[str]]]:
        """Filters of the metrics that tell how far each path is behind, by kind and name."""
        settings = self.settings
        found = {
            "database": {settings.database_name: names.measured(self.rows.watched)},
            "tables": {
                name: names.measured(watch.changes(name, self.tables.subscription_names[name], rpo_minutes=each.rpo))
                for name, each in settings.tables.items()
            },
            "buckets": {
                use: names.measured(watch.arrivals(use, self.objects.job_names[use], rpo_minutes=each.rpo))
                for use, each in settings.buckets.items()
            },
        }
        if self.mirror:
            beats = watch.heartbeats(self.dr["stream"]["clusterName"], stream.HEARTBEATS, rpo_minutes=1)
            found["stream"] = {"": names.measured(beats)}
        if self.secrets:
            metric = f"logging.googleapis.com/user/{self.secrets.metric_name}"
            ids = self.dr["secrets"]["names"]
            found["secrets"] = {
                name: names.measuring(metric, "audited_resource", "metric.labels.secret", ids[name])
                for name in settings.app_secrets
            }
        if settings.platform.installed:
            found["vault"] = {"": names.measuring(watch.VAULT_AGE, "global")}
        return found

    def exports(self) -> dict[str, pulumi.Input[Any]]:
        """What the stack tells the others."""
        return {"kind": self.settings.kind}
