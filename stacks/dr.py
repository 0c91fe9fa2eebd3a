"""The Google Cloud standby region: what it is made of, how its parts are wired, and what it tells the other stacks.

Nothing here touches AWS, nor may it: the region takes over when AWS is gone. `mode` sizes it and changes nothing else.
"""

from dataclasses import replace

import pulumi
import pulumi_gcp as gcp

from components.gcp.bucket import Bucket, Retention
from components.gcp.component import Scope
from components.gcp.kafka import EventStream
from components.gcp.keys import Keys, KeyUse
from components.gcp.network import Network
from components.gcp.pubsub import Messaging
from components.gcp.secrets import Secrets
from components.gcp.services import ServiceIdentities, Services
from components.tags import Tags
from settings.stacks import Dr
from stacks.contracts import DrExports

# Beside those that bootstrap turns on.
APIS = (
    "cloudkms",
    "cloudresourcemanager",
    "compute",
    "iam",
    "managedkafka",
    "pubsub",
    "secretmanager",
    "serviceusage",
    "storage",
)

KEYS = {
    "logs": KeyUse("internal", ("logging",)),
    "messages": KeyUse("confidential", ("pubsub",)),
    "secrets": KeyUse("restricted", ("secretmanager",)),
    "stream": KeyUse("confidential", ("managedkafka",)),
}
"""Keys by what they encrypt."""

COPIES = {
    "secrets-second": KeyUse("restricted", ("secretmanager",)),
}
"""Keys of the second region."""

CONTINENT = {
    "log-objects": KeyUse("internal", ("storage",)),
    "objects": KeyUse("confidential", ("storage",)),
}
"""Keys of what both regions hold as one."""


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
            tags=Tags(owner.service, owner.environment, owner.owner, owner.cost_centre, dr_role="standby"),
            protect=settings.protection,
        )
        self._project()
        self._network()
        self._compute()
        self._data()
        self._objects()
        self._edge()
        self._security()
        self._observability()

    def _project(self) -> None:
        """APIs first: every other resource waits for them, by its provider."""
        first = pulumi.ResourceOptions(providers=[self._provider("gcp-services")])
        services = Services("services", self.scope, APIS, first)
        self.opts = pulumi.ResourceOptions(providers=[self._provider("gcp", services.enabled)])
        uses = self._keys()
        self.identities = ServiceIdentities(
            "identities", self.scope, {service for use in uses.values() for service in use.services}, self.opts
        )
        self.keys = Keys("keys", self.scope, self.settings.keys, uses, members=self.identities.members, opts=self.opts)

    def _provider(self, name: str, after: list[pulumi.Resource] | None = None) -> gcp.Provider:
        return gcp.Provider(
            name,
            project=self.scope.project,
            region=self.scope.region,
            # A person's call must name the project whose quota it uses.
            billing_project=self.scope.project,
            user_project_override=True,
            opts=pulumi.ResourceOptions(depends_on=after),
        )

    def _keys(self) -> dict[str, KeyUse]:
        """Keys of this region, and of the places where copies are kept."""
        regions = self.settings.regions
        copies = {name: replace(use, location=regions.gcp_second) for name, use in COPIES.items()}
        continent = {name: replace(use, location=regions.gcp_continent[1]) for name, use in CONTINENT.items()}
        return {**KEYS, **copies, **continent}

    def _network(self) -> None:
        self.network = Network(
            "network",
            self.scope,
            self.settings.network,
            ranges=self.settings.plan.gcp,
            asn=self.settings.addresses.asns.gcp,
            opts=self.opts,
        )

    def _compute(self) -> None:
        pass

    def _data(self) -> None:
        settings = self.settings
        self.stream = EventStream(
            "stream",
            self.scope,
            settings.stream,
            mode=self.mode,
            topics=settings.topics,
            identifier=self.prefix,
            subnet_id=self.network.subnet_ids["kafka"],
            key_id=self.keys.ids["stream"],
            opts=self.opts,
        )
        self.messaging = Messaging(
            "messaging",
            self.scope,
            settings.messaging,
            topics=settings.topics,
            regions=[settings.regions.gcp],
            key_id=self.keys.ids["messages"],
            agent=self.identities.members["pubsub"],
            opts=self.opts,
        )

    def _objects(self) -> None:
        settings, storage = self.settings, self.settings.storage
        logs = Bucket(
            "logs",
            self.scope,
            storage,
            data_class="internal",
            regions=settings.regions,
            key_id=self.keys.ids["log-objects"],
            expire_days=storage.log_days,
            opts=self.opts,
        )
        usage_logs = logs.receive_usage_logs() if storage.usage_logs else None
        applications = {
            use: Bucket(
                use,
                self.scope,
                storage,
                data_class=declared.data_class,
                regions=settings.regions,
                key_id=self.keys.ids["objects"],
                usage_logs=usage_logs,
                opts=self.opts,
            )
            for use, declared in settings.buckets.items()
        }
        backups = Bucket(
            "backups",
            self.scope,
            storage,
            data_class="confidential",
            regions=settings.regions,
            key_id=self.keys.ids["objects"],
            expire_days=storage.backup_days,
            retention=Retention(storage.retention_days, locked=storage.retention == "locked"),
            usage_logs=usage_logs,
            opts=self.opts,
        )
        self.buckets = {**applications, "backups": backups, "logs": logs}

    def _edge(self) -> None:
        pass

    def _security(self) -> None:
        settings = self.settings
        self.secrets = Secrets(
            "secrets",
            self.scope,
            settings.secret_store,
            secrets=settings.app_secrets,
            prefix=self.prefix,
            keys={
                settings.regions.gcp: self.keys.ids["secrets"],
                settings.regions.gcp_second: self.keys.ids["secrets-second"],
            },
            reminders_key_id=self.keys.ids["messages"],
            agent=self.identities.members["secretmanager"],
            opts=self.opts,
        )

    def _observability(self) -> None:
        pass

    def exports(self) -> DrExports:
        """What the stack tells the others, and people."""
        return {
            "mode": self.mode,
            "region": self.scope.region,
            "network": {"networkId": self.network.network_id, "subnetIds": self.network.subnet_ids},
            "stream": {
                "clusterId": self.stream.cluster_id,
                "clusterName": self.stream.cluster_name,
                "bootstrapAddress": self.stream.bootstrap_address,
            },
            "messaging": {
                "topicIds": self.messaging.topic_ids,
                "subscriptionIds": self.messaging.subscription_ids,
                "deadLetterSubscriptionIds": self.messaging.dead_letter_subscription_ids,
            },
            "buckets": {name: found.name for name, found in self.buckets.items()},
            "secrets": {
                "ids": self.secrets.ids,
                "reminderSubscriptionName": self.secrets.reminder_subscription_name,
            },
        }
