"""Pub/Sub topics and subscriptions."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import present
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.subject import Resource, Stack

TOPIC = ("gcp:pubsub/topic:Topic",)
SUBSCRIPTION = ("gcp:pubsub/subscription:Subscription",)


def _never_expires(subscription: Resource) -> Iterator[Finding]:
    if not subscription.has("expirationPolicy") or subscription.text("expirationPolicy.ttl"):
        yield Finding("expirationPolicy.ttl", "lets it expire")


def _pushes_with_identity(subscription: Resource) -> Iterator[Finding]:
    pushes = subscription.has("pushConfig.pushEndpoint")
    if pushes and not subscription.has("pushConfig.oidcToken.serviceAccountEmail"):
        yield Finding("pushConfig.oidcToken", "is not set")


def _dead_letters_are_kept(stack: Stack) -> Iterator[Finding]:
    subscriptions = stack.of_type(*SUBSCRIPTION)
    read = {urn for subscription in subscriptions for urn in subscription.references("topic")}
    for subscription in subscriptions:
        aside = {urn for urn in subscription.references("deadLetterPolicy") if any(f"{t}::" in urn for t in TOPIC)}
        if aside - read:
            yield Finding("deadLetterPolicy.deadLetterTopic", "has no subscription", subscription)


RULES = (
    ResourceRule(
        id="gcp-pubsub-encrypted-with-cmk",
        types=TOPIC,
        severity=Severity.HIGH,
        description="Pub/Sub topics are encrypted with a customer-managed key.",
        why="With Google's own key nobody here can see its use, or take the messages back by disabling it.",
        remedy="Set kms_key_name.",
        check=present("kmsKeyName"),
    ),
    ResourceRule(
        id="gcp-pubsub-storage-regions",
        types=TOPIC,
        severity=Severity.MEDIUM,
        description="Pub/Sub topics name the regions in which messages may be stored.",
        why="Otherwise a message is stored wherever its publisher is nearest to.",
        remedy="Set message_storage_policy.allowed_persistence_regions.",
        check=present("messageStoragePolicy.allowedPersistenceRegions"),
    ),
    ResourceRule(
        id="gcp-pubsub-subscription-never-expires",
        types=SUBSCRIPTION,
        severity=Severity.MEDIUM,
        description="Pub/Sub subscriptions do not expire.",
        why="After 31 days without a reader, as in a region that waits, one is deleted together with its messages.",
        remedy='Set expiration_policy={"ttl": ""}.',
        check=_never_expires,
    ),
    ResourceRule(
        id="gcp-pubsub-push-authenticated",
        types=SUBSCRIPTION,
        severity=Severity.HIGH,
        description="Pub/Sub pushes messages with an identity token.",
        why="Whoever takes messages without one takes them from anybody who finds the address.",
        remedy="Set push_config.oidc_token.service_account_email, and let the endpoint admit that account alone.",
        check=_pushes_with_identity,
    ),
    StackRule(
        id="gcp-pubsub-dead-letters-kept",
        types=SUBSCRIPTION,
        severity=Severity.HIGH,
        description="Each topic of dead letters has a subscription.",
        why="A topic keeps messages for its subscriptions only: without one, what was set aside is lost.",
        remedy="Add a pubsub.Subscription for the topic that dead_letter_policy names.",
        check=_dead_letters_are_kept,
    ),
)
