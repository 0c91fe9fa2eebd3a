from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

CLUSTER = Subject(
    "gcp:managedkafka/cluster:Cluster",
    {
        "gcpConfig": {
            "kmsKey": "projects/p/locations/us-central1/keyRings/r/cryptoKeys/k",
            "accessConfig": {"networkConfigs": [{"subnet": "s"}]},
        }
    },
    stack="dr",
)
TOPIC = Subject("gcp:managedkafka/topic:Topic", {"replicationFactor": 3}, stack="dr")
ACL = Subject(
    "gcp:managedkafka/acl:Acl",
    {
        "aclEntries": [
            {"operation": "READ", "permissionType": "ALLOW", "principal": "User:a@p.iam.gserviceaccount.com"},
            {"operation": "WRITE", "permissionType": "DENY", "principal": "User:*"},
        ]
    },
    stack="dr",
)
PUBLIC = "gcpConfig.accessConfig.publicClusterConfig"

CASES = {
    "gcp-kafka-encrypted-with-cmk": Cases(
        passes=[CLUSTER],
        fails=[(CLUSTER.unset("gcpConfig.kmsKey"), "gcpConfig.kmsKey")],
        unknown=[CLUSTER.set("gcpConfig.kmsKey", UNKNOWN)],
    ),
    "gcp-kafka-not-public": Cases(
        passes=[CLUSTER],
        fails=[(CLUSTER.set(PUBLIC, {"allowedSourceIpRanges": ["203.0.113.0/24"]}), PUBLIC)],
        unknown=[CLUSTER.set(PUBLIC, UNKNOWN)],
    ),
    "gcp-kafka-topic-survives-a-zone": Cases(
        passes=[TOPIC],
        fails=[(TOPIC.set("replicationFactor", 2), "replicationFactor")],
        unknown=[TOPIC.set("replicationFactor", UNKNOWN)],
    ),
    "gcp-kafka-acl-names-principals": Cases(
        passes=[ACL],
        fails=[
            (ACL.set("aclEntries.0.principal", "User:*"), "aclEntries[0].principal"),
            (ACL.set("aclEntries.1.permissionType", "allow"), "aclEntries[1].principal"),
        ],
        unknown=[ACL.set("aclEntries.0.principal", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
