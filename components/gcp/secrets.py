"""The applications' secrets: where they are kept, and who is reminded to replace them."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import pubsub, secretmanager

from components.gcp.component import GcpComponent, Scope, granted
from settings.gcp.secrets import SecretStoreSettings
from settings.shared import SecretSettings

DAY = 24 * 60 * 60

# External Secrets adds versions to no secret without this label.
# https://external-secrets.io/latest/provider/google-secrets-manager/
PUSHED = {"managed-by": "external-secrets"}


class Secrets(GcpComponent):
    """Secrets of Secret Manager in two regions, each copy under a key of its region; the program holds no value.

    Versions come from the primary region, whose External Secrets push them, or from people; a destroyed one comes back
    for weeks. Secret Manager replaces nothing by itself: it sends a reminder when a secret's time has come, to a
    subscription whose backlog is the list of what is due. Who may read or add versions is left to those who do.
    """

    ids: dict[str, pulumi.Output[str]]
    """projects/<project>/secrets/<id>, by the name in the settings."""

    names: dict[str, str]
    """The ids alone, as External Secrets is told them."""

    reminder_topic_id: pulumi.Output[str]
    """Which every secret names: who changes one must name it too, or it is taken away."""

    reminder_subscription_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: SecretStoreSettings,
        *,
        secrets: Mapping[str, SecretSettings],
        prefix: str,
        keys: Mapping[str, pulumi.Input[str]],
        reminders_key_id: pulumi.Input[str],
        agent: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the secrets, called `<prefix>-<name>`, in the regions of `keys`, by region.

        `agent` is Secret Manager's own account as an IAM member.
        """
        super().__init__("Secrets", name, scope, "restricted", opts)
        self.reminder_topic_id = self._reminders(name, list(keys), reminders_key_id, agent)
        self.names = {secret: f"{prefix}-{secret}" for secret in secrets}
        self.ids = {
            secret: secretmanager.Secret(
                f"{name}-{secret}",
                secret_id=self.names[secret],
                replication={
                    "user_managed": {
                        "replicas": [
                            {"location": region, "customer_managed_encryption": {"kms_key_name": key}}
                            for region, key in keys.items()
                        ]
                    }
                },
                rotation={
                    "next_rotation_time": settings.first_reminder,
                    "rotation_period": f"{declared.rotation_days * DAY}s",
                },
                topics=[{"name": self.reminder_topic_id}],
                version_destroy_ttl=f"{settings.destruction_days * DAY}s",
                deletion_protection=scope.protect,
                labels=PUSHED,
                # Secret Manager moves it on with each reminder, and takes none that is past.
                opts=self.child(stateful=True, ignore_changes=["rotation.nextRotationTime"]),
            ).id
            for secret, declared in secrets.items()
        }
        self.register_outputs({"ids": self.ids, "reminderSubscriptionName": self.reminder_subscription_name})

    def _reminders(
        self, name: str, regions: list[str], key_id: pulumi.Input[str], agent: pulumi.Input[str]
    ) -> pulumi.Output[str]:
        """The topic of reminders, known once Secret Manager may publish there: it tries before it takes the topic."""
        topic = pubsub.Topic(
            f"{name}-reminders",
            kms_key_name=key_id,
            message_storage_policy={"allowed_persistence_regions": regions},
            labels=self.scope.tags.of("internal"),
            opts=self.child(stateful=True),
        )
        self.reminder_subscription_name = pubsub.Subscription(
            f"{name}-reminders",
            topic=topic.id,
            message_retention_duration=f"{31 * DAY}s",
            ack_deadline_seconds=60,
            expiration_policy={"ttl": ""},
            labels=self.scope.tags.of("internal"),
            opts=self.child(stateful=True),
        ).name
        grant = pubsub.TopicIAMMember(
            f"{name}-reminders",
            topic=topic.id,
            role="roles/pubsub.publisher",
            member=agent,
            opts=self.child(),
        )
        return granted(topic.id, grant)
