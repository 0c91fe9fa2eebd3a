"""What joins the two regions; it reads both, and nothing of it is needed to fail over."""

from typing import Any, get_args

import pulumi
import pulumi_aws as aws

from components.aws.alarms import Alarms as AwsAlarms
from components.aws.component import GLOBAL_REGION
from components.aws.component import Scope as AwsScope
from components.aws.keys import Keys, KeyUse
from components.crosscloud import objects, secrets, tables
from components.crosscloud.contract import Contract
from components.crosscloud.dedicated import Dedicated
from components.crosscloud.dns import FailoverDns, PrimaryDns, Proof, StandbyDns
from components.crosscloud.link import Ends, Link
from components.crosscloud.objects import ObjectReplication
from components.crosscloud.openings import Openings
from components.crosscloud.partner import Partner
from components.crosscloud.secrets import SecretReplication
from components.crosscloud.tables import TableReplication
from components.crosscloud.vpn import Vpn
from components.gcp.alarms import Alarms as GcpAlarms
from components.gcp.component import Scope as GcpScope
from components.gcp.keys import Keys as GcpKeys
from components.gcp.keys import KeyUse as GcpKeyUse
from components.gcp.services import ServiceIdentities, Services
from components.kubernetes import access
from components.tags import Tags
from settings.flows import to_primary, to_standby
from settings.observability import Severity
from settings.replication import WRITER_IMAGE
from settings.stacks import Interconnect
from stacks.contracts import DrExports, ProdExports
from stacks.references import read

SEVERITIES: tuple[Severity, ...] = get_args(Severity)

# Beside those that the standby turns on.
APIS = ("run", "storagetransfer")

KEYS = {
    "changes": KeyUse("Tables' changes on their way to the standby", "confidential"),
    "logs": KeyUse("Log groups", "internal", log_groups=True),
    "queues": KeyUse("News of objects", "internal", services=("s3.amazonaws.com",)),
}
"""Keys on AWS, by what they encrypt."""

GCP_KEYS = {
    "messages": GcpKeyUse("confidential", ("pubsub",)),
    "writer": GcpKeyUse("internal", ("run",)),
}
"""Keys on Google Cloud, by what they encrypt."""

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
        self._agree()
        self.keys = Keys("keys", self.aws, settings.keys, KEYS, self.opts)
        self.link = self._join()
        self._open()
        self._replicate()
        self._copy_secrets()
        self._dns()
        self._watch()

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
        entering, leaving = to_primary(self.settings.plan), to_standby(self.settings.plan)
        stores = {"database": self.prod["database"], "stream": self.prod["stream"], "cache": self.prod["cache"]}
        Openings(
            "openings",
            self.aws,
            self.gcp,
            groups={name: store["securityGroupId"] for name, store in stores.items()},
            entering=entering,
            leaving=leaving,
            opts=self.opts,
        )

    def _replicate(self) -> None:
        """The ways of tables' changes and of objects to the standby."""
        prod, dr, settings = self.prod, self.dr, self.settings
        identities = ServiceIdentities("identities", self.gcp, ("pubsub", "run"), self.opts)
        keys = GcpKeys("keys-gcp", self.gcp, settings.google_keys, GCP_KEYS, members=identities.members, opts=self.opts)
        channels = {level: dr["observability"]["channelNames"][level] for level in SEVERITIES}
        topics = prod["observability"]["topicArns"][self.aws.region]
        TableReplication(
            "tables",
            self.aws,
            self.gcp,
            settings.table_replication,
            writer=settings.writer,
            tables=settings.tables,
            source=tables.Source(
                {table: prod["tables"]["names"][table] for table in settings.tables}, self.keys.arns["changes"]
            ),
            target=tables.Target(
                instance=dr["tables"]["instanceName"],
                tables={table: dr["tables"]["tableNames"][table] for table in settings.tables},
                profile=dr["tables"]["profileIds"]["replication"],
                image=dr["registry"]["repositoryUrls"][WRITER_IMAGE],
                network=dr["network"]["networkId"],
                subnet=dr["network"]["subnetIds"]["serverless"],
                regions=[settings.regions.gcp, settings.regions.gcp_second],
                messages_key=keys.ids["messages"],
                images_key=keys.ids["writer"],
                agent=identities.members["pubsub"],
                channels=channels,
            ),
            opts=self.opts,
        )
        ObjectReplication(
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
                channels,
            ),
            opts=self.opts,
        )

    def _copy_secrets(self) -> None:
        """The way of the applications' secrets, once the primary's cluster runs what copies them."""
        prod, dr, settings = self.prod, self.dr, self.settings
        if not settings.platform.installed or not settings.app_secrets:
            return
        cluster = prod["cluster"]
        inside = access.provider(
            "contract-cluster",
            access.eks(self.aws.region, cluster["name"]),
            endpoint=cluster["endpoint"],
            certificate_authority=cluster["certificateAuthority"],
            protect=self.aws.protect,
            opts=self.agreed,
        )
        SecretReplication(
            "secrets",
            self.aws,
            self.gcp,
            settings.secret_replication,
            secrets=settings.app_secrets,
            source=secrets.Source(
                {secret: prod["secrets"][secret] for secret in settings.app_secrets}, cluster["oidcIssuer"]
            ),
            target=secrets.Target(
                names={secret: dr["secrets"]["names"][secret] for secret in settings.app_secrets},
                topic=dr["secrets"]["reminderTopicId"],
                pool=settings.federation.pool,
                account=dr["federation"]["serviceAccounts"]["secrets"],
                channels={level: dr["observability"]["channelNames"][level] for level in SEVERITIES},
            ),
            opts=pulumi.ResourceOptions.merge(self.opts, pulumi.ResourceOptions(providers=[inside])),
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
        topics, channels = self.prod["observability"]["topicArns"], self.dr["observability"]["channelNames"]
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
            channel_names={level: channels[level] for level in SEVERITIES},
            opts=self.opts,
        )

    def exports(self) -> dict[str, pulumi.Input[Any]]:
        """What the stack tells the others."""
        return {"kind": self.settings.kind}
