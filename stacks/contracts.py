"""What the stacks tell each other: the exports of each stack that another one reads, by name and type.

Keys are in camelCase, as everything is that Pulumi stores. Names stay while any deployed stack reads them: add a key,
never rename one. No export is a secret: a stack that needs one reads it from where it is kept.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

from pulumi import Output

from settings.addresses import Tier
from settings.observability import Severity
from settings.shared import FederatedCaller
from settings.types import Mode

Text = str | Output[str]
"""A text that may be known only once its resource exists."""


class ClusterExports(TypedDict):
    """The Kubernetes cluster."""

    name: Text
    endpoint: Text
    certificateAuthority: Text
    """The API server's CA, base64 of PEM: it is public."""

    oidcIssuer: Text
    clientSecurityGroupId: Text


class DatabaseExports(TypedDict):
    """The relational database that replication reads from."""

    endpoint: Text
    readerEndpoint: Text
    arn: Text
    masterSecretArn: Text
    """Where the master login is kept; the login itself leaves it never."""

    securityGroupId: Text


class StreamExports(TypedDict):
    """The Kafka cluster that replication reads from."""

    arn: Text
    bootstrapBrokersIam: Text
    bootstrapBrokersScram: Text
    replicationSecretArn: Text
    """Where the replication's login is kept."""

    securityGroupId: Text


class Challenge(TypedDict):
    """The record that proves a domain to a certificate authority, for as long as there are certificates."""

    name: Text
    type: Text
    data: Text


class EdgeExports(TypedDict):
    """The public edge, and what the standby's records and the cluster's controllers name of it."""

    zoneId: Text
    nameServers: Sequence[Text] | Output[Sequence[str]]
    dsRecord: Text
    distributionDomainName: Text
    challenge: Challenge
    """Which the standby's shadow of the zone must hold too."""

    gatewayCertificateArn: Text | None
    gatewayTargetGroupArn: Text
    partnerServiceName: Text | None
    partnerAddresses: Sequence[Text]
    partnerTargetGroupArn: Text | None


class CacheExports(TypedDict):
    """The cache."""

    endpoint: Text
    arn: Text
    userArn: Text
    warmerArn: Text
    """Of the user that reads keys for the standby's cache."""

    securityGroupId: Text


class SearchExports(TypedDict):
    """The search domain."""

    endpoint: Text
    arn: Text
    administratorRoleArn: Text
    securityGroupId: Text


class RegistryExports(TypedDict):
    """The container registry."""

    repositoryUrls: Mapping[str, Text]


class BackupExports(TypedDict):
    """The vaults of backups, here and in the second region."""

    vaultArn: Text
    copyVaultArn: Text


class ObservabilityExports(TypedDict):
    """Where to look, and whom to tell."""

    dashboardName: Text
    topicArns: Mapping[str, Mapping[Severity, Text]]
    """Topics by region and severity."""


class ControllersExports(TypedDict):
    """What the cluster's controllers are installed with."""

    nodeRoleArn: Text
    instanceProfileName: Text
    interruptionQueueName: Text


class TablesExports(TypedDict):
    """The key-value tables, by their name in the settings."""

    names: Mapping[str, Text]
    arns: Mapping[str, Text]
    streamArns: Mapping[str, Text]


class NetworkExports(TypedDict):
    """The VPC and its subnets, by tier."""

    vpcId: Text
    subnetIds: Mapping[Tier, Sequence[Text]]


class TransitExports(TypedDict):
    """The Transit Gateway that links attach to."""

    gatewayId: Text
    workloadTableId: Text
    externalTableId: Text


StoreKind = Literal["relational", "key-value", "stream", "messages", "cache", "objects", "search"]
"""The jobs of data stores, named alike on both sides."""


class Store(TypedDict):
    """Something that keeps data, and what is promised of it."""

    kind: StoreKind
    peer: StoreKind | Literal["none"]
    """The kind of store that takes over on the other side; `none` where the data is rebuilt there instead."""

    rpoMinutes: int
    """Recovery-point objective: the greatest age of the newest record that the peer lacks. 0 without a peer."""

    backupDays: int
    """Days for which backups are kept; 0 for a store that has none, whose records expire or are rebuilt."""

    key: str
    """The key, of those in the inventory, that encrypts it."""


class Key(TypedDict):
    """A customer-managed key."""

    id: Text
    """Its ARN on AWS, its full name on Google Cloud."""

    rotationDays: int


class Inventory(TypedDict):
    """What policies compare across the clouds: prod's and dr's are the inputs of `multicloud:crosscloud:Contract`."""

    region: str
    copyRegions: Sequence[str]
    """Other regions that hold copies of the data."""

    stores: Mapping[str, Store]
    """By name: the settings' own, below the component's where it holds several (`tables/orders`)."""

    ranges: Mapping[str, str]
    """Address ranges by purpose, in CIDR notation; all lie within `block`."""

    keys: Mapping[str, Key]
    minimumTls: Literal["TLSv1.2", "TLSv1.3"]
    """The oldest version that any store or front door accepts."""

    labels: Mapping[str, str]
    """What every resource is tagged with, whatever it holds."""


class ProdExports(TypedDict):
    """What `prod` exports."""

    delivered: Mapping[str, str | None]
    """Digest of each thing that is delivered; what differs between the regions has drifted apart."""

    cluster: ClusterExports
    database: DatabaseExports
    stream: StreamExports
    edge: EdgeExports
    tables: TablesExports
    cache: CacheExports
    search: SearchExports
    buckets: Mapping[str, Text]
    """ARN by what the bucket holds."""

    secrets: Mapping[str, Text]
    """ARN of each secret of the applications; its value is read from where it is kept."""

    registry: RegistryExports
    backup: BackupExports
    network: NetworkExports
    transit: TransitExports
    observability: ObservabilityExports
    controllers: ControllersExports
    inventory: Inventory


class StandbyNetworkExports(TypedDict):
    """The standby's VPC network and its subnets, by what they are for."""

    networkId: Text
    name: Text
    subnetIds: Mapping[str, Text]
    routerName: Text
    """The Cloud Router that links' BGP sessions are added to."""

    natAddresses: Sequence[Text]
    """What partners admit the region by."""

    peeringName: Text
    """The peering with the network that Cloud SQL lives in."""


class PublicZone(TypedDict):
    """A public DNS zone of the standby's."""

    name: Text
    nameServers: Sequence[Text] | Output[Sequence[str]]


class StandbyEdgeExports(TypedDict):
    """The standby's public edge: what the primary's zone must say of it, and what the cluster attaches itself to."""

    zones: Mapping[str, PublicZone]
    """`shadow`, of the whole domain, and `gcp`, to be delegated from the primary's zone."""

    challenges: Mapping[str, Challenge]
    """By zone; the primary's zone must hold the one of `shadow`: `gcp` answers its own."""

    addresses: Mapping[str, Text]
    """Of the load balancer: `ipv4` and `ipv6`."""

    names: Sequence[str]
    """Names that the stack serves, which ExternalDNS must leave alone."""

    backendServices: Mapping[str, Text]
    """Names for autoneg: `gateway`, `cached` where paths are, `partners` where they have a way in."""

    signedBucket: Text | None
    """The backend bucket that signing keys are added to."""

    switchBucket: Text
    partnerAttachment: Text | None
    """What partners make their Private Service Connect endpoint for."""


class StandbyClusterExports(TypedDict):
    """The standby's Kubernetes cluster and its membership in the fleet."""

    name: Text
    endpoint: Text
    """The control plane's DNS name."""

    workloadPool: Text
    nodeServiceAccount: Text
    membershipId: Text
    volumesKey: Text
    """The key that storage classes name, so that pods' disks have it too."""


class AdmissionExports(TypedDict):
    """What CI names when it vouches for an image."""

    attestor: Text
    signingKey: Text


class ClusterBackupExports(TypedDict):
    """The plan that backs the cluster up, and those that restore it, by purpose."""

    planId: Text
    restorePlanIds: Mapping[str, Text]


class FederationExports(TypedDict):
    """Whom the primary acts as in the standby, without a key."""

    audience: Text
    """What the provider of AWS roles is called in an exchange of tokens."""

    serviceAccounts: Mapping[FederatedCaller, Text]
    """E-mail addresses of the accounts to act as, by purpose."""


class StandbyObservabilityExports(TypedDict):
    """Where to look, and whom to tell."""

    channelNames: Mapping[Severity, Sequence[Text]]
    """Notification channels by severity: the links' alarms tell the same people."""

    dashboardId: Text
    logBucketIds: Mapping[str, Text]
    """Of `platform` and `audit`."""

    objectiveNames: Mapping[str, Text]
    """Service-level objectives by what they promise: `failover verify` reads them."""


class StandbyDatabaseExports(TypedDict):
    """The Cloud SQL instance that replication writes to."""

    name: Text
    connectionName: Text
    privateAddress: Text
    database: Text


class StandbyTablesExports(TypedDict):
    """The Bigtable instance and its tables, by their names in the settings."""

    instanceName: Text
    tableNames: Mapping[str, Text]
    indexNames: Mapping[str, Mapping[str, Text]]
    """Tables of indexes, by table and index."""

    profileIds: Mapping[str, Text]
    """App profiles by what they are for; the writer uses `replication`."""


class StandbyCacheExports(TypedDict):
    """The Memorystore instance."""

    id: Text
    endpoint: Text
    authorities: Text
    """Certificates, in PEM, of those who sign its servers'."""


class StandbyStreamExports(TypedDict):
    """The Kafka cluster that replication writes to, and clients fail over to."""

    clusterId: Text
    clusterName: Text
    bootstrapAddress: Text


class MessagingExports(TypedDict):
    """Pub/Sub's side of each topic, by the topic's name in the settings."""

    topicIds: Mapping[str, Text]
    subscriptionIds: Mapping[str, Text]
    deadLetterSubscriptionIds: Mapping[str, Text]


class SecretsExports(TypedDict):
    """Where copies of the applications' secrets go, and where reminders to replace them wait."""

    ids: Mapping[str, Text]
    names: Mapping[str, str]
    """The ids alone, without the project."""

    reminderTopicId: Text
    reminderSubscriptionName: Text


class StandbyVaultExports(TypedDict):
    """Vault's copies; their bucket is `vault-copies` of `buckets`."""

    copiesKey: Text
    """The key that they are encrypted with on their way."""


class FailoverExports(TypedDict):
    """Where a failover is recorded, and what runs for it."""

    recordsBucket: Text
    databaseJob: Text | None
    """Full name of the job that runs statements in the database; none before the first image was published."""

    rehearsalJob: Text | None


class DrExports(TypedDict):
    """What `dr` exports."""

    delivered: Mapping[str, str | None]
    """Digest of each thing that is delivered; what differs between the regions has drifted apart."""

    mode: Mode
    region: str
    cluster: StandbyClusterExports
    registry: RegistryExports
    admission: AdmissionExports
    clusterBackup: ClusterBackupExports
    network: StandbyNetworkExports
    edge: StandbyEdgeExports
    federation: FederationExports
    observability: StandbyObservabilityExports
    database: StandbyDatabaseExports
    tables: StandbyTablesExports
    cache: StandbyCacheExports
    stream: StandbyStreamExports
    inventory: Inventory
    messaging: MessagingExports
    buckets: Mapping[str, Text]
    """Name by what the bucket holds."""

    secrets: SecretsExports
    vault: StandbyVaultExports
    failover: FailoverExports
