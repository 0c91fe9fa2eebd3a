from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

CLUSTER = Subject(
    "aws:msk/cluster:Cluster",
    {
        "kafkaVersion": "3.9.x",
        "numberOfBrokerNodes": 3,
        "brokerNodeGroupInfo": {
            "clientSubnets": ["subnet-1"],
            "connectivityInfo": {"publicAccess": {"type": "DISABLED"}},
        },
        "clientAuthentication": {"sasl": {"iam": True, "scram": True}},
        "encryptionInfo": {
            "encryptionAtRestKmsKeyArn": "arn:aws:kms:us-west-2:111122223333:key/1",
            "encryptionInTransit": {"clientBroker": "TLS", "inCluster": True},
        },
        "loggingInfo": {"brokerLogs": {"cloudwatchLogs": {"enabled": True, "logGroup": "msk"}}},
    },
)
TRANSIT = "encryptionInfo.encryptionInTransit"
PUBLIC = "brokerNodeGroupInfo.connectivityInfo.publicAccess.type"

CASES = {
    "aws-msk-client-tls": Cases(
        passes=[CLUSTER, CLUSTER.unset(TRANSIT)],
        fails=[(CLUSTER.set(f"{TRANSIT}.clientBroker", "TLS_PLAINTEXT"), f"{TRANSIT}.clientBroker")],
        unknown=[CLUSTER.set(f"{TRANSIT}.clientBroker", UNKNOWN)],
    ),
    "aws-msk-in-cluster-tls": Cases(
        passes=[CLUSTER, CLUSTER.unset("encryptionInfo")],
        fails=[(CLUSTER.set(f"{TRANSIT}.inCluster", False), f"{TRANSIT}.inCluster")],
        unknown=[CLUSTER.set(TRANSIT, UNKNOWN)],
    ),
    "aws-msk-authenticated": Cases(
        passes=[
            CLUSTER,
            CLUSTER.set("clientAuthentication", {"tls": {"certificateAuthorityArns": ["arn:aws:acm-pca:ca"]}}),
        ],
        fails=[
            (CLUSTER.set("clientAuthentication.unauthenticated", True), "clientAuthentication.unauthenticated"),
            (CLUSTER.unset("clientAuthentication"), "clientAuthentication"),
            (CLUSTER.set("clientAuthentication.sasl", {"iam": False}), "clientAuthentication"),
        ],
        unknown=[CLUSTER.set("clientAuthentication.unauthenticated", UNKNOWN)],
    ),
    "aws-msk-encrypted-with-cmk": Cases(
        passes=[CLUSTER],
        fails=[(CLUSTER.unset("encryptionInfo.encryptionAtRestKmsKeyArn"), "encryptionInfo.encryptionAtRestKmsKeyArn")],
        unknown=[CLUSTER.set("encryptionInfo.encryptionAtRestKmsKeyArn", UNKNOWN)],
    ),
    "aws-msk-not-public": Cases(
        passes=[CLUSTER, CLUSTER.unset("brokerNodeGroupInfo.connectivityInfo")],
        fails=[(CLUSTER.set(PUBLIC, "SERVICE_PROVIDED_EIPS"), PUBLIC)],
        unknown=[CLUSTER.set(PUBLIC, UNKNOWN)],
    ),
    "aws-msk-broker-logs": Cases(
        passes=[CLUSTER, CLUSTER.set("loggingInfo", {"brokerLogs": {"s3": {"enabled": True}}})],
        fails=[
            (CLUSTER.unset("loggingInfo"), "loggingInfo.brokerLogs"),
            (CLUSTER.set("loggingInfo.brokerLogs.cloudwatchLogs.enabled", False), "loggingInfo.brokerLogs"),
        ],
        unknown=[CLUSTER.set("loggingInfo.brokerLogs.cloudwatchLogs.enabled", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
