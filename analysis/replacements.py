"""What a change of inputs costs: the resources that an update deletes, or deletes and makes anew.

Both graphs are of simulated updates, in which every value is known. A provider replaces a resource when certain inputs
change; the SDKs do not say which, so that the tables below do: the arguments that the Terraform AWS provider, on which
Pulumi's is built, marks ForceNew, for the types whose replacement matters. `region` is one for every AWS type.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from analysis import edges
from preview.graph import Graph, Node

STATEFUL: Mapping[str, tuple[str, ...]] = {
    "aws:amp/workspace:Workspace": ("kmsKeyArn",),
    "aws:backup/vault:Vault": ("name", "kmsKeyArn"),
    # Cloud Control makes a secret anew when its name changes, which is create-only.
    "aws:cloudcontrol/resource:Resource": ("typeName", "desiredState.Name"),
    "aws:cloudwatch/logGroup:LogGroup": ("name", "namePrefix", "logGroupClass"),
    "aws:dynamodb/table:Table": ("name", "hashKey", "rangeKey", "localSecondaryIndexes"),
    "aws:ec2/eip:Eip": ("domain", "address", "networkBorderGroup", "publicIpv4Pool"),
    "aws:ec2/vpc:Vpc": ("cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"),
    "aws:ec2transitgateway/transitGateway:TransitGateway": ("multicastSupport",),
    "aws:ecr/repository:Repository": ("name", "encryptionConfigurations"),
    # `version` only when it is lowered, which EKS refuses anyway.
    "aws:eks/cluster:Cluster": (
        "name",
        "roleArn",
        "bootstrapSelfManagedAddons",
        "encryptionConfig.provider.keyArn",
        "kubernetesNetworkConfig.ipFamily",
        "kubernetesNetworkConfig.serviceIpv4Cidr",
    ),
    "aws:elasticache/replicationGroup:ReplicationGroup": (
        "replicationGroupId",
        "atRestEncryptionEnabled",
        "dataTieringEnabled",
        "kmsKeyId",
        "networkType",
        "port",
        "snapshotName",
        "subnetGroupName",
    ),
    "aws:kinesis/stream:Stream": ("name",),
    "aws:kms/key:Key": ("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion"),
    "aws:lb/loadBalancer:LoadBalancer": ("internal", "loadBalancerType", "name", "namePrefix"),
    # `kafkaVersion` and the volumes' size only when they are lowered.
    "aws:msk/cluster:Cluster": (
        "clusterName",
        "brokerNodeGroupInfo.azDistribution",
        "brokerNodeGroupInfo.clientSubnets",
        "brokerNodeGroupInfo.securityGroups",
        "encryptionInfo.encryptionAtRestKmsKeyArn",
        "encryptionInfo.encryptionInTransit.inCluster",
    ),
    "aws:msk/topic:Topic": ("clusterArn", "name", "replicationFactor"),
    "aws:opensearch/domain:Domain": ("domainName", "encryptAtRest.enabled", "encryptAtRest.kmsKeyId"),
    "aws:rds/cluster:Cluster": (
        "availabilityZones",
        "clusterIdentifier",
        "databaseName",
        "dbSubnetGroupName",
        "engine",
        "engineMode",
        "kmsKeyId",
        "masterUsername",
        "storageEncrypted",
    ),
    "aws:rds/clusterInstance:ClusterInstance": (
        "availabilityZone",
        "clusterIdentifier",
        "dbSubnetGroupName",
        "engine",
        "identifier",
        "performanceInsightsKmsKeyId",
    ),
    "aws:route53/hostedZoneDnsSec:HostedZoneDnsSec": ("hostedZoneId",),
    "aws:route53/keySigningKey:KeySigningKey": ("hostedZoneId", "keyManagementServiceArn", "name"),
    "aws:route53/zone:Zone": ("name", "delegationSetId"),
    "aws:s3/bucket:Bucket": ("bucket", "bucketPrefix", "objectLockEnabled"),
    "aws:secretsmanager/secret:Secret": ("name", "namePrefix"),
    "gcp:artifactregistry/repository:Repository": (
        "format",
        "kmsKeyName",
        "location",
        "mode",
        "project",
        "repositoryId",
    ),
    "gcp:bigtable/instance:Instance": (
        "name",
        "project",
        "clusters.kmsKeyName",
        "clusters.nodeScalingFactor",
        "clusters.storageType",
        "clusters.zone",
    ),
    "gcp:bigtable/table:Table": ("instanceName", "name", "project", "splitKeys"),
    "gcp:certificatemanager/dnsAuthorization:DnsAuthorization": ("domain", "location", "name", "project", "type"),
    "gcp:compute/address:Address": ("address", "addressType", "name", "networkTier", "project", "purpose", "region"),
    "gcp:compute/globalAddress:GlobalAddress": (
        "address",
        "addressType",
        "description",
        "ipVersion",
        "name",
        "network",
        "prefixLength",
        "project",
        "purpose",
    ),
    "gcp:compute/haVpnGateway:HaVpnGateway": (
        "gatewayIpVersion",
        "name",
        "network",
        "project",
        "region",
        "stackType",
        "vpnInterfaces",
    ),
    "gcp:compute/network:Network": ("autoCreateSubnetworks", "name", "project"),
    "gcp:compute/serviceAttachment:ServiceAttachment": (
        "domainNames",
        "enableProxyProtocol",
        "name",
        "project",
        "region",
    ),
    "gcp:compute/subnetwork:Subnetwork": ("name", "network", "project", "purpose", "region"),
    # Of addons, networking and nodes only what Autopilot takes.
    "gcp:container/cluster:Cluster": (
        "clusterAutoscaling.autoProvisioningDefaults.bootDiskKmsKey",
        "confidentialNodes",
        "description",
        "enableAutopilot",
        "ipAllocationPolicy.clusterSecondaryRangeName",
        "ipAllocationPolicy.servicesSecondaryRangeName",
        "location",
        "name",
        "network",
        "networkingMode",
        "privateClusterConfig.masterIpv4CidrBlock",
        "privateClusterConfig.privateEndpointSubnetwork",
        "project",
        "subnetwork",
    ),
    # It holds no rows, but a new one copies them all again, into tables that have them.
    "gcp:databasemigrationservice/migrationJob:MigrationJob": ("location", "migrationJobId", "project"),
    "gcp:dns/managedZone:ManagedZone": ("dnsName", "name", "project", "visibility"),
    "gcp:gkebackup/backupPlan:BackupPlan": ("cluster", "location", "name", "project"),
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool": ("project", "workloadIdentityPoolId"),
    "gcp:kms/cryptoKey:CryptoKey": (
        "destroyScheduledDuration",
        "keyRing",
        "name",
        "purpose",
        "versionTemplate.protectionLevel",
    ),
    "gcp:kms/keyRing:KeyRing": ("location", "name", "project"),
    "gcp:logging/projectBucketConfig:ProjectBucketConfig": ("bucketId", "location", "project"),
    "gcp:managedkafka/cluster:Cluster": ("clusterId", "gcpConfig.kmsKey", "location", "project"),
    "gcp:managedkafka/topic:Topic": ("cluster", "location", "project", "replicationFactor", "topicId"),
    "gcp:memorystore/instance:Instance": (
        "instanceId",
        "location",
        "project",
        "authorizationMode",
        "desiredAutoCreatedEndpoints",
        "gcsSource",
        "kmsKey",
        "managedBackupSource",
        "mode",
        "serverCaMode",
        "serverCaPool",
        "transitEncryptionMode",
        "zoneDistributionConfig",
    ),
    "gcp:pubsub/subscription:Subscription": ("enableMessageOrdering", "filter", "name", "project", "topic"),
    "gcp:pubsub/topic:Topic": ("name", "project"),
    "gcp:secretmanager/secret:Secret": ("project", "replication", "secretId"),
    "gcp:servicenetworking/connection:Connection": ("network", "service"),
    "gcp:sql/database:Database": ("instance", "name", "project"),
    # The network only when it is taken away, which Cloud SQL refuses anyway.
    "gcp:sql/databaseInstance:DatabaseInstance": (
        "encryptionKeyName",
        "name",
        "project",
        "region",
        "settings.collation",
    ),
    "gcp:storage/bucket:Bucket": ("customPlacementConfig", "location", "name", "project"),
}
"""Types whose loss loses data, addresses that others know, or the way to data: the inputs that replace each."""

CARRIERS: Mapping[str, tuple[str, ...]] = {
    "aws:ec2/securityGroup:SecurityGroup": ("description", "name", "namePrefix", "vpcId"),
    "aws:ec2/subnet:Subnet": ("availabilityZone", "cidrBlock", "vpcId"),
    "aws:iam/role:Role": ("name", "namePrefix", "path"),
    "aws:rds/subnetGroup:SubnetGroup": ("name", "namePrefix"),
    # MirrorMaker's positions and heartbeats are in the Kafka cluster.
    "gcp:managedkafka/connectCluster:ConnectCluster": ("connectClusterId", "kafkaCluster", "location", "project"),
    "gcp:managedkafka/connector:Connector": ("connectCluster", "connectorId", "location", "project"),
    # Another region or account holds none of a stack's resources: all of them would be made there anew.
    "pulumi:providers:aws": ("allowedAccountIds", "region"),
    "pulumi:providers:gcp": ("project",),
    # What was in a cluster that is gone is made anew in the next one.
    "pulumi:providers:kubernetes": ("clusterIdentifier",),
}
"""Types that hold nothing, but whose replacement replaces what names them."""


@dataclass(frozen=True)
class Loss:
    """A stateful resource that an update deletes; `because` are the inputs that replace it, if it is made anew."""

    urn: str
    because: tuple[str, ...]
    protected: bool
    """Whether Pulumi refuses, before it deletes anything. It asks the state: what the last update said."""


def replacing(token: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of inputs whose change, from old inputs to new ones, makes a resource of a type anew."""
    return tuple(path for path in _fixed(token) if _at(old, path) != _at(new, path))


def losses(old: Graph, new: Graph) -> list[Loss]:
    """The stateful resources of a deployed graph that an update to another one deletes or replaces, by URN."""
    replaced = _replaced(old, new)
    return [
        Loss(urn, replaced.get(urn, ()), node.protected)
        for urn, node in sorted(old.nodes.items())
        if node.type in STATEFUL and (urn in replaced or urn not in new.nodes)
    ]


def _replaced(old: Graph, new: Graph) -> dict[str, tuple[str, ...]]:
    """The inputs that replace each replaced resource, what it names included: a new subnet has a new id."""
    kept = {urn: node for urn, node in old.nodes.items() if urn in new.nodes}
    replaced: dict[str, tuple[str, ...]] = {}
    for urn in TopologicalSorter({urn: edges.data(new, new.nodes[urn]) for urn in sorted(kept)}).static_order():
        if urn not in kept or kept[urn].is_component:
            continue
        before, after = kept[urn], new.nodes[urn]
        ignored = tuple(after.state.get("ignoreChanges", ()))
        found = [
            path for path in _fixed(before.type) if path not in ignored and _differs(path, before, after, new, replaced)
        ]
        found += ["provider"] if edges.provider(after) in replaced else []
        if found:
            replaced[urn] = tuple(found)
    return replaced


def _fixed(token: str) -> tuple[str, ...]:
    """The inputs that replace a resource of a type."""
    return (*(STATEFUL.get(token) or CARRIERS.get(token) or ()), "region")


def _differs(path: str, before: Node, after: Node, new: Graph, replaced: Iterable[str]) -> bool:
    value = _at(after.inputs, path)
    if value != _at(before.inputs, path):
        return True
    # Ids in a simulated update follow from URNs: the id of a replaced resource looks as it was.
    named = {urn for urn in after.state.get("propertyDependencies", {}).get(path.split(".")[0], ()) if urn in replaced}
    return any(_identities(new.nodes[urn]) & set(_texts(value)) for urn in named)


def _identities(node: Node) -> set[Any]:
    """What others know a resource by."""
    return {node.state.get("id"), node.outputs.get("arn"), node.outputs.get("name")} - {None}


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _texts(part)


def _at(value: Any, path: str) -> Any:
    """The value at a path of inputs, of each item where a list is on the way; a text on the way holds JSON."""
    key, _, rest = path.partition(".")
    if isinstance(value, list):
        return [_at(each, path) for each in value]
    if isinstance(value, str):
        value = json.loads(value)
    value = value.get(key) if isinstance(value, dict) else None
    return _at(value, rest) if rest else value
