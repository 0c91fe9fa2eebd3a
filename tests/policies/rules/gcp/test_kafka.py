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
LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"


def connector(**configs: str) -> Subject:
    """A connector with settings, whose dots are written as two underscores."""
    named = {name.replace("__", "."): value for name, value in configs.items()}
    return Subject("gcp:managedkafka/connector:Connector", {"configs": named}, stack="interconnect")


def logs_in(password: str) -> Subject:
    return connector(source__cluster__sasl__jaas__config=f"{LOGIN} username='u' password={password};")


JAAS = "configs.source.cluster.sasl.jaas.config"
PROTOCOL = "configs.source.cluster.security.protocol"
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
    "gcp-kafka-connector-no-literal-secret": Cases(
        passes=[
            logs_in('"${directory:/var/secrets:project-login-1}"'),
            connector(
                sasl__jaas__config="org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;"
            ),
            connector(ssl__truststore__password="${directory:/var/secrets:project-store-1}", tasks__max="3"),
            connector(ssl__keystore__location="/var/secrets/store"),
        ],
        fails=[
            (logs_in('"hunter2"'), JAAS),
            (logs_in("'hunter2'"), JAAS),
            (logs_in("hunter2"), JAAS),
            (logs_in('"${directory:/var/secrets:one}and-more"'), JAAS),
            (connector(producer__override__ssl__key__password="hunter2"), "configs.producer.override.ssl.key.password"),
            (connector(gcp__credentials__json='{"type":"service_account"}'), "configs.gcp.credentials.json"),
        ],
        unknown=[connector(source__cluster__sasl__jaas__config=UNKNOWN)],
    ),
    "gcp-kafka-connector-uses-sasl-ssl": Cases(
        passes=[
            connector(source__cluster__bootstrap__servers="b:9096", source__cluster__security__protocol="SASL_SSL"),
            connector(topics="orders"),
        ],
        fails=[
            (connector(source__cluster__bootstrap__servers="b:9092"), PROTOCOL),
            *(
                (
                    connector(
                        source__cluster__bootstrap__servers="b:9092", source__cluster__security__protocol=protocol
                    ),
                    PROTOCOL,
                )
                for protocol in ("PLAINTEXT", "SASL_PLAINTEXT", "SSL")
            ),
        ],
        unknown=[connector(source__cluster__bootstrap__servers="b:9096", source__cluster__security__protocol=UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
