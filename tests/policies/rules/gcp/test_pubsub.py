from dataclasses import replace

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

TOPIC = Subject(
    "gcp:pubsub/topic:Topic",
    {
        "kmsKeyName": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
        "messageStoragePolicy": {"allowedPersistenceRegions": ["us-central1"]},
    },
    stack="dr",
)
DEAD = replace(TOPIC, name="dead")
PULL = Subject(
    "gcp:pubsub/subscription:Subscription",
    {"topic": "t", "expirationPolicy": {"ttl": ""}, "deadLetterPolicy": {"deadLetterTopic": "d"}},
    stack="dr",
    refs={"topic": TOPIC, "deadLetterPolicy": DEAD},
)
PUSH = PULL.set("pushConfig", {"pushEndpoint": "https://e", "oidcToken": {"serviceAccountEmail": "a@b"}})
READER = Subject("gcp:pubsub/subscription:Subscription", {"topic": "d"}, "reader", stack="dr", refs={"topic": DEAD})

CASES = {
    "gcp-pubsub-encrypted-with-cmk": Cases(
        passes=[TOPIC],
        fails=[(TOPIC.unset("kmsKeyName"), "kmsKeyName")],
        unknown=[TOPIC.set("kmsKeyName", UNKNOWN)],
    ),
    "gcp-pubsub-storage-regions": Cases(
        passes=[TOPIC],
        fails=[
            (TOPIC.unset("messageStoragePolicy"), "messageStoragePolicy.allowedPersistenceRegions"),
            (
                TOPIC.set("messageStoragePolicy.allowedPersistenceRegions", []),
                "messageStoragePolicy.allowedPersistenceRegions",
            ),
        ],
        unknown=[TOPIC.set("messageStoragePolicy", UNKNOWN)],
    ),
    "gcp-pubsub-subscription-never-expires": Cases(
        passes=[PULL],
        fails=[
            (PULL.unset("expirationPolicy"), "expirationPolicy.ttl"),
            (PULL.set("expirationPolicy.ttl", "2678400s"), "expirationPolicy.ttl"),
        ],
        unknown=[PULL.set("expirationPolicy.ttl", UNKNOWN)],
    ),
    "gcp-pubsub-push-authenticated": Cases(
        passes=[PULL, PUSH],
        fails=[(PUSH.unset("pushConfig.oidcToken"), "pushConfig.oidcToken")],
        unknown=[PUSH.set("pushConfig.oidcToken", UNKNOWN)],
    ),
    "gcp-pubsub-dead-letters-kept": Cases(
        passes=[[TOPIC, DEAD, PULL, READER], [DEAD, READER]],
        fails=[([TOPIC, DEAD, PULL], "deadLetterPolicy.deadLetterTopic")],
    ),
}

test_verdicts = verdicts(CASES)
