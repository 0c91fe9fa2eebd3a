"""Secrets: the primary's, kept in two regions under a key of each, with a reminder and without a value."""

import json

import pytest

from preview.graph import Graph, Node

PREFIX = "platform-production"
RECOVERY = f"{PREFIX}-vault-recovery-keys"


@pytest.fixture
def secrets(dr: Graph) -> dict[str, Node]:
    """The applications' and the standby's own one: Vault's recovery keys, which open this Vault alone."""
    return {node.inputs["secretId"]: node for node in dr.of_type("gcp:secretmanager/secret:Secret")}


def test_each_of_the_primarys_has_a_copy(prod: Graph, secrets: dict[str, Node]) -> None:
    names = [
        json.loads(node.inputs["desiredState"])["Name"]
        for node in prod.of_type("aws:cloudcontrol/resource:Resource")
        if node.name.startswith("secrets-")
    ]
    copies = sorted(name.replace("/", "-") for name in names)
    assert copies
    assert sorted(secrets.keys() - {RECOVERY}) == copies


def test_each_copy_has_a_key_of_its_region(dr: Graph, secrets: dict[str, Node]) -> None:
    ours = {key.state["id"] for key in dr.of_type("gcp:kms/cryptoKey:CryptoKey")}
    for secret in secrets.values():
        replicas = secret.inputs["replication"]["userManaged"]["replicas"]
        assert [replica["location"] for replica in replicas] == ["us-central1", "us-west1"]
        for replica in replicas:
            key = replica["customerManagedEncryption"]["kmsKeyName"]
            assert key in ours
            assert f"/locations/{replica['location']}/" in key


def test_no_value_is_in_the_program(dr: Graph) -> None:
    assert not dr.of_type("gcp:secretmanager/secretVersion:SecretVersion")


def test_nothing_destroys_one_at_once(secrets: dict[str, Node]) -> None:
    for secret in secrets.values():
        assert secret.inputs["deletionProtection"] is True
        assert secret.inputs["versionDestroyTtl"] == f"{30 * 24 * 60 * 60}s"


class TestReminders:
    def test_come_as_often_as_the_settings_say(self, secrets: dict[str, Node]) -> None:
        periods = {name: secret.inputs["rotation"]["rotationPeriod"] for name, secret in secrets.items()}
        assert periods == {
            f"{PREFIX}-payment-gateway": "2592000s",
            f"{PREFIX}-session-signing": "7776000s",
            RECOVERY: "31536000s",
        }

    def test_are_not_set_back_when_secret_manager_has_moved_them_on(self, secrets: dict[str, Node]) -> None:
        for secret in secrets.values():
            assert secret.state["ignoreChanges"] == ["rotation.nextRotationTime"]

    def test_reach_a_topic_that_secret_manager_may_publish_to(self, dr: Graph, secrets: dict[str, Node]) -> None:
        [topic] = [node for node in dr.of_type("gcp:pubsub/topic:Topic") if node.name == "secrets-reminders"]
        [grant] = [
            node
            for node in dr.of_type("gcp:pubsub/topicIAMMember:TopicIAMMember")
            if node.inputs["topic"] == topic.state["id"]
        ]
        [agent] = [
            node
            for node in dr.of_type("gcp:projects/serviceIdentity:ServiceIdentity")
            if node.inputs["service"] == "secretmanager.googleapis.com"
        ]
        assert grant.inputs["role"] == "roles/pubsub.publisher"
        assert grant.inputs["member"] == agent.outputs["member"]
        for secret in secrets.values():
            assert secret.inputs["topics"] == [{"name": topic.state["id"]}]
            assert grant.urn in secret.state["propertyDependencies"]["topics"]

    def test_wait_in_a_subscription(self, dr: Graph) -> None:
        [topic] = [node for node in dr.of_type("gcp:pubsub/topic:Topic") if node.name == "secrets-reminders"]
        assert [
            node.name
            for node in dr.of_type("gcp:pubsub/subscription:Subscription")
            if node.inputs["topic"] == topic.state["id"]
        ] == ["secrets-reminders"]
