"""A workload as Google Cloud sees it: an account for its pods, with rights on exactly the data that it uses."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_gcp import bigtable, projects, pubsub, serviceaccount, sql, storage

from components.gcp.bigtable import KeyValueStore
from components.gcp.bucket import Bucket
from components.gcp.component import GcpComponent, Scope, granted
from components.gcp.iam import pod
from components.gcp.kafka import EventStream
from components.gcp.memorystore import Cache
from components.gcp.pubsub import Messaging
from components.gcp.sql import LOGIN_ROLES, RelationalDatabase
from components.kubernetes.workload_values import Identity
from settings.workloads import Access, TopicUse, WorkloadSettings

ACTS_AS = "iam.gke.io/gcp-service-account"
"""The service account's annotation that names whom its pods act as."""

TABLE_ROLES: Mapping[Access, str] = {"read": "roles/bigtable.reader", "write": "roles/bigtable.user"}
BUCKET_ROLES: Mapping[Access, str] = {"read": "roles/storage.objectViewer", "write": "roles/storage.objectUser"}


@dataclass(frozen=True)
class Stores:
    """Where the region keeps data."""

    database: RelationalDatabase
    cache: Cache
    stream: EventStream
    messaging: Messaging
    tables: KeyValueStore
    buckets: Mapping[str, Bucket]


class WorkloadIdentity(GcpComponent):
    """A service account that the pods of a workload act as, by Workload Identity; never a key.

    Controllers are their pods' own principals; workloads are not, since Cloud SQL has no user for such a principal and
    Managed Kafka knows callers by an account's mail address. Secrets are no right of it: External Secrets reads them.
    Its user of the database can log in; what it may do there is for the migrations to grant.

    Tables, topics, subscriptions and buckets are granted one by one. Kafka and the cache have no policy of their own
    that Google's IAM asks, so that the right to connect is the project's, which has one of each.
    """

    identity: Identity

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        workload_name: str,
        workload: WorkloadSettings,
        workload_pool: pulumi.Input[str],
        stores: Stores,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the account, for a namespace and a service account that are both called `workload_name`.

        `workload_pool` is the cluster's, known once it exists.
        """
        super().__init__("WorkloadIdentity", name, scope, "internal", opts)
        account = serviceaccount.Account(
            f"{name}-account",
            account_id=f"pods-{workload_name}",
            display_name=f"Workload {workload_name}",
            opts=self.child(),
        )
        self._name, self._member, self._stores = name, account.member, stores
        acts = serviceaccount.IAMMember(
            f"{name}-pods",
            service_account_id=account.name,
            role="roles/iam.workloadIdentityUser",
            member=pod(scope, workload_pool, workload_name, workload_name),
            opts=self.child(),
        )
        uses = workload.uses
        grants: list[pulumi.CustomResource] = [acts]
        if uses.database:
            grants += self._database(account.email)
        if uses.cache:
            grants.append(self._project("cache", "roles/memorystore.dbConnectionUser"))
        if uses.topics:
            grants += self._topics(uses.topics)
        grants += self._tables(uses.tables)
        grants += self._buckets(uses.buckets)
        self.identity = Identity(
            service_account=granted(pulumi.Output.from_input(workload_name), *grants),
            database_user=_database_user(account.email),
            annotations={ACTS_AS: account.email},
        )
        self.register_outputs({"email": account.email, "serviceAccount": self.identity.service_account})

    def _project(self, use: str, role: str, condition: pulumi.Input[str] | None = None) -> pulumi.CustomResource:
        return projects.IAMMember(
            f"{self._name}-{use}",
            project=self.scope.project,
            role=role,
            member=self._member,
            condition={"title": f"{use} only", "expression": condition} if condition is not None else None,
            opts=self.child(),
        )

    def _database(self, email: pulumi.Output[str]) -> list[pulumi.CustomResource]:
        database = self._stores.database
        # Cloud SQL has no IAM policy of its instances.
        this = database.name.apply(
            lambda instance: (
                f'resource.name == "projects/{self.scope.project}/instances/{instance}"'
                ' && resource.service == "sqladmin.googleapis.com"'
            )
        )
        user = sql.User(
            f"{self._name}-database",
            name=_database_user(email),
            instance=database.name,
            type="CLOUD_IAM_SERVICE_ACCOUNT",
            # PostgreSQL drops no role that owns anything.
            deletion_policy="ABANDON",
            opts=self.child(),
        )
        return [
            user,
            *(self._project(f"database-{role.lower()}", f"roles/cloudsql.{role}", this) for role in LOGIN_ROLES),
        ]

    def _topics(self, topics: Mapping[str, TopicUse]) -> list[pulumi.CustomResource]:
        messaging = self._stores.messaging
        grants = [self._project("stream", "roles/managedkafka.client")]
        for topic, use in topics.items():
            if use != "consume":
                grants.append(
                    pubsub.TopicIAMMember(
                        f"{self._name}-publish-{topic}",
                        topic=messaging.topic_ids[topic],
                        role="roles/pubsub.publisher",
                        member=self._member,
                        opts=self.child(),
                    )
                )
            if use != "publish":
                grants.append(
                    pubsub.SubscriptionIAMMember(
                        f"{self._name}-consume-{topic}",
                        subscription=messaging.subscription_ids[topic],
                        role="roles/pubsub.subscriber",
                        member=self._member,
                        opts=self.child(),
                    )
                )
        return grants

    def _tables(self, tables: Mapping[str, Access]) -> list[pulumi.CustomResource]:
        """Rights on tables and on those of their indexes: whoever writes an item there writes its index rows too."""
        store = self._stores.tables
        return [
            bigtable.TableIamMember(
                f"{self._name}-table-{table}{f'.{index}' if index else ''}",
                instance_name=store.instance_name,
                table=made,
                role=TABLE_ROLES[access],
                member=self._member,
                opts=self.child(),
            )
            for table, access in tables.items()
            for index, made in {"": store.table_names[table], **store.index_names[table]}.items()
        ]

    def _buckets(self, buckets: Mapping[str, Access]) -> list[pulumi.CustomResource]:
        return [
            storage.BucketIAMMember(
                f"{self._name}-bucket-{use}",
                bucket=self._stores.buckets[use].name,
                role=BUCKET_ROLES[access],
                member=self._member,
                opts=self.child(),
            )
            for use, access in buckets.items()
        ]


def _database_user(email: pulumi.Output[str]) -> pulumi.Output[str]:
    """An account as PostgreSQL's user; its names are too short for the whole address.

    https://docs.cloud.google.com/sql/docs/postgres/add-manage-iam-users
    """
    return email.apply(lambda address: address.removesuffix(".gserviceaccount.com"))
