from tests.policies.harness import UNKNOWN, Cases, Subject, secret, verdicts

CLUSTER = Subject(
    "aws:rds/cluster:Cluster",
    {
        "engine": "aurora-postgresql",
        "storageEncrypted": True,
        "kmsKeyId": "arn:aws:kms:us-west-2:111122223333:key/1",
        "deletionProtection": True,
        "backupRetentionPeriod": 7,
        "iamDatabaseAuthenticationEnabled": True,
        "enabledCloudwatchLogsExports": ["postgresql"],
        "dbClusterParameterGroupName": "tls",
        "manageMasterUserPassword": True,
        "masterUsername": "platform",
    },
)
INSTANCE = Subject(
    "aws:rds/instance:Instance",
    {
        **{key: value for key, value in CLUSTER.inputs.items() if not key.startswith(("master", "dbCluster"))},
        "engine": "postgres",
        "instanceClass": "db.r7g.large",
        "parameterGroupName": "tls",
        "publiclyAccessible": False,
        "monitoringRoleArn": "arn:aws:iam::111122223333:role/monitoring",
    },
)
CLUSTER_INSTANCE = Subject(
    "aws:rds/clusterInstance:ClusterInstance",
    {
        "clusterIdentifier": "prod",
        "engine": "aurora-postgresql",
        "instanceClass": "db.r7g.large",
        "publiclyAccessible": False,
        "monitoringRoleArn": "arn:aws:iam::111122223333:role/monitoring",
    },
)
CLUSTER_PARAMETERS = Subject(
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    {"family": "aurora-postgresql17", "parameters": [{"name": "rds.force_ssl", "value": "1"}]},
)
PARAMETERS = Subject(
    "aws:rds/parameterGroup:ParameterGroup",
    {"family": "postgres17", "parameters": [{"name": "rds.force_ssl", "value": "1"}]},
)

CASES = {
    "aws-rds-encrypted-with-cmk": Cases(
        passes=[CLUSTER, INSTANCE],
        fails=[
            (CLUSTER.set("storageEncrypted", False), "storageEncrypted"),
            (CLUSTER.unset("kmsKeyId"), "kmsKeyId"),
            (INSTANCE.unset("storageEncrypted").set("kmsKeyId", UNKNOWN), "storageEncrypted"),
        ],
        unknown=[CLUSTER.set("kmsKeyId", UNKNOWN)],
    ),
    "aws-rds-deletion-protection": Cases(
        passes=[CLUSTER, INSTANCE],
        fails=[
            (CLUSTER.unset("deletionProtection"), "deletionProtection"),
            (INSTANCE.set("deletionProtection", False), "deletionProtection"),
        ],
        unknown=[CLUSTER.set("deletionProtection", UNKNOWN)],
    ),
    "aws-rds-backup-retention": Cases(
        passes=[CLUSTER, INSTANCE.set("backupRetentionPeriod", 35)],
        fails=[
            (CLUSTER.set("backupRetentionPeriod", 6), "backupRetentionPeriod"),
            (CLUSTER.unset("backupRetentionPeriod"), "backupRetentionPeriod"),
            (INSTANCE.set("backupRetentionPeriod", 0), "backupRetentionPeriod"),
        ],
        unknown=[CLUSTER.set("backupRetentionPeriod", UNKNOWN)],
    ),
    "aws-rds-iam-authentication": Cases(
        passes=[CLUSTER],
        fails=[
            (CLUSTER.unset("iamDatabaseAuthenticationEnabled"), "iamDatabaseAuthenticationEnabled"),
            (INSTANCE.set("iamDatabaseAuthenticationEnabled", False), "iamDatabaseAuthenticationEnabled"),
        ],
        unknown=[CLUSTER.set("iamDatabaseAuthenticationEnabled", UNKNOWN)],
    ),
    "aws-rds-not-public": Cases(
        passes=[CLUSTER, INSTANCE, CLUSTER_INSTANCE.unset("publiclyAccessible")],
        fails=[
            (CLUSTER_INSTANCE.set("publiclyAccessible", True), "publiclyAccessible"),
            (INSTANCE.set("publiclyAccessible", True), "publiclyAccessible"),
            (CLUSTER.set("publiclyAccessible", True), "publiclyAccessible"),
        ],
        unknown=[CLUSTER_INSTANCE.set("publiclyAccessible", UNKNOWN)],
    ),
    "aws-rds-log-exports": Cases(
        passes=[CLUSTER, INSTANCE.set("engine", "mysql").set("enabledCloudwatchLogsExports", ["error"])],
        fails=[
            (CLUSTER.set("enabledCloudwatchLogsExports", ["upgrade"]), "enabledCloudwatchLogsExports"),
            (INSTANCE.unset("enabledCloudwatchLogsExports"), "enabledCloudwatchLogsExports"),
            (
                CLUSTER.set("engine", "aurora-mysql").unset("enabledCloudwatchLogsExports"),
                "enabledCloudwatchLogsExports",
            ),
        ],
        unknown=[CLUSTER.set("enabledCloudwatchLogsExports", UNKNOWN)],
    ),
    "aws-rds-tls-required": Cases(
        passes=[
            CLUSTER,
            INSTANCE,
            CLUSTER_PARAMETERS,
            PARAMETERS,
            PARAMETERS.set("family", "aurora-postgresql17").set("parameters", []),
            PARAMETERS.set("family", "mysql8.4").set(
                "parameters", [{"name": "require_secure_transport", "value": "ON"}]
            ),
        ],
        fails=[
            (CLUSTER.unset("dbClusterParameterGroupName"), "dbClusterParameterGroupName"),
            (INSTANCE.unset("parameterGroupName"), "parameterGroupName"),
            (CLUSTER_PARAMETERS.set("parameters.0.value", "0"), "parameters"),
            (CLUSTER_PARAMETERS.set("parameters", []), "parameters"),
            (PARAMETERS.set("family", "mysql8.4"), "parameters"),
        ],
        unknown=[CLUSTER_PARAMETERS.set("parameters.0.value", UNKNOWN), CLUSTER_PARAMETERS.set("parameters", UNKNOWN)],
    ),
    "aws-rds-managed-master-password": Cases(
        passes=[
            CLUSTER,
            INSTANCE,
            CLUSTER.unset("manageMasterUserPassword").set("replicationSourceIdentifier", "arn:aws:rds:source"),
        ],
        fails=[
            (CLUSTER.set("masterPassword", secret("correct horse battery staple")), "masterPassword"),
            (INSTANCE.set("password", "correct horse battery staple"), "password"),
            (CLUSTER.unset("manageMasterUserPassword"), "manageMasterUserPassword"),
        ],
        unknown=[CLUSTER.set("manageMasterUserPassword", UNKNOWN)],
    ),
    "aws-rds-enhanced-monitoring": Cases(
        passes=[CLUSTER_INSTANCE, INSTANCE],
        fails=[
            (CLUSTER_INSTANCE.unset("monitoringRoleArn"), "monitoringRoleArn"),
            (INSTANCE.unset("monitoringRoleArn"), "monitoringRoleArn"),
        ],
        unknown=[INSTANCE.set("monitoringRoleArn", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
