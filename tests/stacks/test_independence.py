"""Neither region needs the link: destroyed or never deployed, it takes no data with it and no way to serve."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase

import pytest

from preview.graph import Graph

REFERENCE = "pulumi:pulumi:StackReference"
LOGIN = "gcp:secretmanager/secret:Secret"

# What the link may hold, by pattern of the type, and why nothing is lost with it: replication makes it anew.
ALLOWED: Mapping[str, str] = {
    # Records and their watch.
    "aws:route53/healthCheck:HealthCheck": "asks the standby, for people to be told",
    "aws:route53/record:Record": "leads to the standby; without it the primary's records are answered",
    "gcp:dns/recordSet:RecordSet": "what the shadow says of the primary",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "tells people",
    "gcp:monitoring/*": "tells people",
    # Private links.
    "aws:cloudcontrol/resource:Resource": "a circuit of Direct Connect's",
    "aws:directconnect/*": "a circuit",
    "aws:ec2/customerGateway:CustomerGateway": "one end of a tunnel",
    "aws:ec2/vpnConnection:VpnConnection": "two tunnels",
    "aws:ec2transitgateway/*": "routes by way of the link",
    "aws:vpc/securityGroup*Rule:*": "admits replication",
    "gcp:compute/externalVpnGateway:ExternalVpnGateway": "one end of a tunnel",
    "gcp:compute/firewall*": "admits replication",
    "gcp:compute/haVpnGateway:HaVpnGateway": "one end of a tunnel",
    "gcp:compute/interconnect*": "a circuit",
    "gcp:compute/network*": "replication's way in: firewall rules, and the attachment that its service enters by",
    "gcp:compute/router*": "tells each side the other's ranges",
    "gcp:compute/subnetwork:Subnetwork": "replication's own",
    "gcp:compute/vPNTunnel:VPNTunnel": "a tunnel",
    "gcp:networkconnectivity/*": "a circuit",
    # Identities and keys.
    "*[Ii][Aa][Mm]Member:*": "a right of replication's",
    "aws:iam/*": "what replication may do on AWS",
    "aws:kms/alias:Alias": "a key's name",
    "aws:kms/key:Key": "encrypts what is on its way, and logs",
    "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider": "who copies secrets on AWS",
    "gcp:kms/cryptoKey:CryptoKey": "encrypts what is on its way",
    "gcp:kms/keyRing:KeyRing": "holds the keys",
    "gcp:projects/service*": "turns an API on",
    "gcp:serviceaccount/account:Account": "who replication is on Google Cloud",
    # Replication: what is on its way, copied from the primary and kept by the standby.
    "aws:cloudwatch/event*": "starts copies of images",
    "aws:cloudwatch/log*": "logs",
    "aws:codebuild/project:Project": "copies images, and keeps nothing",
    "aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination": "sends a table's changes",
    "aws:kinesis/stream:Stream": "changes of tables, on their way for days at most",
    "aws:ec2/securityGroup:SecurityGroup": "lets copies of images out, and nobody in",
    "aws:kinesis/streamConsumer:StreamConsumer": "reads them",
    "aws:s3/bucketNotification:BucketNotification": "tells of new objects",
    "aws:scheduler/schedule:Schedule": "writes heartbeats",
    "aws:sqs/*": "which objects are new",
    "gcp:cloudrunv2/job:Job": "compares tables or warms the cache, and keeps nothing",
    "gcp:cloudrunv2/service:Service": "writes what arrives, and keeps nothing",
    "gcp:cloudscheduler/job:Job": "starts it",
    "gcp:databasemigrationservice/*": "copies the database into the standby's own",
    "gcp:logging/metric:Metric": "counts what replication does",
    "gcp:managedkafka/connect*": "copies topics, and keeps nothing",
    "gcp:pubsub/*": "changes on their way, and those that nothing took",
    LOGIN: "a copy of the login that the primary keeps",
    "gcp:storage/bucketObject:BucketObject": "names of what is here, written anew by each deployment",
    "gcp:storage/transferJob:TransferJob": "copies objects",
}


@pytest.mark.parametrize("stack", ["prod", "dr"])
def test_no_region_reads_anything_of_another_stack(stack: str, graphs: dict[str, Graph]) -> None:
    assert not graphs[stack].of_type(REFERENCE)


def test_the_link_reads_both(interconnect: Graph) -> None:
    assert {node.name.rpartition("/")[2] for node in interconnect.of_type(REFERENCE)} == {"prod", "dr"}


def test_the_link_holds_nothing_that_is_lost_with_it(interconnect: Graph) -> None:
    held = {node.type for node in interconnect.nodes.values() if node.type.startswith(("aws:", "gcp:"))}
    assert held
    unknown = {kind for kind in held if not any(fnmatchcase(kind, pattern) for pattern in ALLOWED)}
    assert not unknown, "a store belongs to a region; say in ALLOWED why nothing is lost with anything else"


@pytest.mark.parametrize(
    "store",
    [
        "aws:dynamodb/table:Table",
        "aws:eks/cluster:Cluster",
        "aws:msk/cluster:Cluster",
        "aws:rds/cluster:Cluster",
        "aws:s3/bucket:Bucket",
        "gcp:bigtable/instance:Instance",
        "gcp:container/cluster:Cluster",
        "gcp:managedkafka/cluster:Cluster",
        "gcp:memorystore/instance:Instance",
        "gcp:sql/databaseInstance:DatabaseInstance",
        "gcp:storage/bucket:Bucket",
    ],
)
def test_what_it_may_hold_is_no_store_of_a_region(store: str) -> None:
    assert not [pattern for pattern in ALLOWED if fnmatchcase(store, pattern)]


def test_its_only_secret_is_a_login_to_the_primary(interconnect: Graph) -> None:
    assert [node.inputs["secretId"] for node in interconnect.of_type(LOGIN)] == ["platform-production-stream-login"]


def test_the_standby_takes_over_without_the_link(changed_stack: Callable[..., Graph]) -> None:
    active = changed_stack("dr", {"mode": "active"})
    assert active.document["outputs"]["mode"] == "active"
    assert not active.of_type(REFERENCE)
