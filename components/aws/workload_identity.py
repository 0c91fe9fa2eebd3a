"""A workload as AWS sees it: a role for its pods, with rights on exactly the data that its settings name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pulumi
from pulumi_aws import eks

from components.aws.aurora import RelationalDatabase
from components.aws.bucket import Bucket
from components.aws.component import AwsComponent, Scope
from components.aws.dynamodb import KeyValueStore
from components.aws.elasticache import Cache
from components.aws.iam import Statement, allow, pod_identity_trust, role
from components.aws.msk import EventStream
from components.kubernetes.workload_values import Identity
from settings.workloads import Access, TopicUse, UseSettings, WorkloadSettings

# Items one by one and by their keys; a scan reads a whole table, which no request should.
READ_ITEMS = (
    "dynamodb:BatchGetItem",
    "dynamodb:ConditionCheckItem",
    "dynamodb:DescribeTable",
    "dynamodb:GetItem",
    "dynamodb:Query",
)
WRITE_ITEMS = ("dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem")

# https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html
CONNECT = ("kafka-cluster:Connect", "kafka-cluster:DescribeCluster")
PUBLISH = ("kafka-cluster:DescribeTopic", "kafka-cluster:WriteData")
CONSUME = ("kafka-cluster:DescribeTopic", "kafka-cluster:ReadData")
JOIN_GROUP = ("kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup")
TRANSACT = ("kafka-cluster:AlterTransactionalId", "kafka-cluster:DescribeTransactionalId")

READ_OBJECTS = ("s3:GetObject", "s3:GetObjectTagging")
WRITE_OBJECTS = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject", "s3:PutObjectTagging")


@dataclass(frozen=True)
class Stores:
    """Where the region keeps data."""

    database: RelationalDatabase
    cache: Cache
    stream: EventStream
    tables: KeyValueStore
    buckets: Mapping[str, Bucket]
    tables_key_arn: pulumi.Input[str]
    objects_key_arn: pulumi.Input[str]


class WorkloadIdentity(AwsComponent):
    """A role by Pod Identity for the service account of a workload's name; none where it uses no data.

    Secrets are no right of it: External Secrets reads them. In the database it is the user of its own name, which
    migrations make. Its consumer groups and transactions are called after it, alone or before a dot, so that it cannot
    join another's. Buckets are shared by those who use them, and have no part of each one's own.
    """

    identity: Identity

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        workload_name: str,
        workload: WorkloadSettings,
        cluster_name: pulumi.Input[str],
        stores: Stores,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the role, for a namespace and a service account that are both called `workload_name`."""
        super().__init__("WorkloadIdentity", name, scope, "internal", opts)
        rights = list(_rights(scope, workload_name, workload.uses, stores))
        account = pulumi.Output.from_input(workload_name)
        if rights:
            made = role(
                f"{name}-role",
                pod_identity_trust(scope.account_id),
                self,
                description=f"Service account {workload_name}/{workload_name}",
                inline={"rights": rights},
            )
            account = eks.PodIdentityAssociation(
                f"{name}-pods",
                cluster_name=cluster_name,
                namespace=workload_name,
                service_account=workload_name,
                role_arn=made.arn,
                opts=self.child(depends_on=made.policies),
            ).service_account
        self.identity = Identity(service_account=account, database_user=workload_name)
        self.register_outputs({"serviceAccount": account})


def _rights(scope: Scope, workload_name: str, uses: UseSettings, stores: Stores) -> Iterator[Statement]:
    if uses.database:
        user = pulumi.Output.concat(scope.arn("rds-db", "dbuser:"), stores.database.resource_id, "/", workload_name)
        yield allow(["rds-db:connect"], user, sid="Database")
    if uses.cache:
        yield allow(["elasticache:Connect"], [stores.cache.arn, stores.cache.user_arn], sid="Cache")
    if uses.topics:
        yield from _topics(workload_name, uses.topics, stores.stream)
    if uses.tables:
        yield from _tables(scope, uses.tables, stores)
    if uses.buckets:
        yield from _buckets(scope, uses.buckets, stores)


def _tables(scope: Scope, tables: Mapping[str, Access], stores: Stores) -> Iterator[Statement]:
    arns = stores.tables.table_arns
    indexes = {table: pulumi.Output.concat(arns[table], "/index/*") for table in tables}
    written = [arns[table] for table, access in tables.items() if access == "write"]
    yield allow(READ_ITEMS, [arn for table in tables for arn in (arns[table], indexes[table])], sid="ReadTables")
    if written:
        yield allow(WRITE_ITEMS, written, sid="WriteTables")
    yield _key(scope, "dynamodb", stores.tables_key_arn, "TablesKey", writes=bool(written))


def _topics(workload_name: str, topics: Mapping[str, TopicUse], stream: EventStream) -> Iterator[Statement]:
    published = [_in_stream(stream, "topic", topic) for topic, use in topics.items() if use != "consume"]
    consumed = [_in_stream(stream, "topic", topic) for topic, use in topics.items() if use != "publish"]
    yield allow([*CONNECT, "kafka-cluster:WriteDataIdempotently"] if published else CONNECT, stream.arn, sid="Stream")
    if published:
        yield allow(PUBLISH, published, sid="Publish")
        yield allow(TRANSACT, _own(stream, "transactional-id", workload_name), sid="Transactions")
    if consumed:
        yield allow(CONSUME, consumed, sid="Consume")
        yield allow(JOIN_GROUP, _own(stream, "group", workload_name), sid="Groups")


def _own(stream: EventStream, kind: str, workload_name: str) -> list[pulumi.Output[str]]:
    return [_in_stream(stream, kind, name) for name in (workload_name, f"{workload_name}.*")]


def _in_stream(stream: EventStream, kind: str, name: str) -> pulumi.Output[str]:
    """ARN of something in the cluster: the cluster's own, with another kind and a name."""
    return stream.arn.apply(lambda arn: f"{arn.replace(':cluster/', f':{kind}/')}/{name}")


def _buckets(scope: Scope, buckets: Mapping[str, Access], stores: Stores) -> Iterator[Statement]:
    arns = {use: stores.buckets[use].arn for use in buckets}
    written = [pulumi.Output.concat(arns[use], "/*") for use, access in buckets.items() if access == "write"]
    yield allow(["s3:ListBucket"], list(arns.values()), sid="ListBuckets")
    yield allow(READ_OBJECTS, [pulumi.Output.concat(arn, "/*") for arn in arns.values()], sid="ReadObjects")
    if written:
        yield allow(WRITE_OBJECTS, written, sid="WriteObjects")
    yield _key(scope, "s3", stores.objects_key_arn, "ObjectsKey", writes=bool(written))


def _key(scope: Scope, service: str, key_arn: pulumi.Input[str], sid: str, *, writes: bool) -> Statement:
    """The use of a key through the service that keeps the data, and through no other."""
    return allow(
        ["kms:Decrypt", "kms:GenerateDataKey"] if writes else ["kms:Decrypt"],
        key_arn,
        sid=sid,
        conditions={"StringEquals": {"kms:ViaService": f"{service}.{scope.region}.amazonaws.com"}},
    )
