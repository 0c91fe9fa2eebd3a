from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

CLUSTER = Subject(
    "gcp:container/cluster:Cluster",
    {
        "enableAutopilot": True,
        "privateClusterConfig": {"enablePrivateNodes": True},
        "controlPlaneEndpointsConfig": {"ipEndpointsConfig": {"enabled": False}},
        "binaryAuthorization": {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"},
        "databaseEncryption": {"state": "ENCRYPTED", "keyName": "key"},
        "clusterAutoscaling": {"autoProvisioningDefaults": {"serviceAccount": "nodes@p", "bootDiskKmsKey": "key"}},
        "nodePoolAutoConfig": {"nodeKubeletConfig": {"insecureKubeletReadonlyPortEnabled": "FALSE"}},
        "releaseChannel": {"channel": "REGULAR"},
        "rbacBindingConfig": {
            "enableInsecureBindingSystemAuthenticated": False,
            "enableInsecureBindingSystemUnauthenticated": False,
        },
        "loggingConfig": {"enableComponents": ["APISERVER", "CONTROLLER_MANAGER", "SCHEDULER", "WORKLOADS"]},
        "deletionProtection": True,
    },
    stack="dr",
)
# A cluster whose nodes somebody sizes, with an address for its control plane.
STANDARD = (
    CLUSTER.unset("enableAutopilot")
    .unset("clusterAutoscaling")
    .set("removeDefaultNodePool", True)
    .set("workloadIdentityConfig.workloadPool", "p.svc.id.goog")
    .unset("controlPlaneEndpointsConfig")
    .set("masterAuthorizedNetworksConfig.cidrBlocks", [{"cidrBlock": "203.0.113.0/28"}, {"cidrBlock": "10.0.0.0/8"}])
)
POOL = Subject(
    "gcp:container/nodePool:NodePool",
    {"nodeConfig": {"serviceAccount": "nodes@p", "bootDiskKmsKey": "key"}},
    stack="dr",
)
PLAN = Subject(
    "gcp:gkebackup/backupPlan:BackupPlan",
    {
        "backupConfig": {
            "includeSecrets": True,
            "includeVolumeData": True,
            "encryptionKey": {"gcpKmsEncryptionKey": "key"},
        },
        "retentionPolicy": {"backupRetainDays": 35},
    },
    stack="dr",
)
ADDRESS = "controlPlaneEndpointsConfig.ipEndpointsConfig.enabled"
BLOCK = "masterAuthorizedNetworksConfig.cidrBlocks"
ACCOUNT = "clusterAutoscaling.autoProvisioningDefaults.serviceAccount"
DISK = "clusterAutoscaling.autoProvisioningDefaults.bootDiskKmsKey"
KUBELET = "nodePoolAutoConfig.nodeKubeletConfig.insecureKubeletReadonlyPortEnabled"
EVERYBODY = "rbacBindingConfig.enableInsecureBindingSystemAuthenticated"

CASES = {
    "gcp-gke-private-nodes": Cases(
        passes=[CLUSTER],
        fails=[
            (CLUSTER.unset("privateClusterConfig"), "privateClusterConfig.enablePrivateNodes"),
            (CLUSTER.set("privateClusterConfig.enablePrivateNodes", False), "privateClusterConfig.enablePrivateNodes"),
        ],
        unknown=[CLUSTER.set("privateClusterConfig.enablePrivateNodes", UNKNOWN)],
    ),
    "gcp-gke-control-plane-not-open": Cases(
        passes=[CLUSTER, STANDARD],
        fails=[
            (CLUSTER.set(ADDRESS, True), ADDRESS),
            (CLUSTER.unset("controlPlaneEndpointsConfig"), ADDRESS),
            (STANDARD.set(BLOCK, [{"cidrBlock": "0.0.0.0/0"}]), f"{BLOCK}[0].cidrBlock"),
            (
                STANDARD.set("masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled", True),
                "masterAuthorizedNetworksConfig.gcpPublicCidrsAccessEnabled",
            ),
        ],
        unknown=[CLUSTER.set(ADDRESS, UNKNOWN)],
    ),
    "gcp-gke-binary-authorization": Cases(
        passes=[CLUSTER, CLUSTER.set("binaryAuthorization", {"enabled": True})],
        fails=[
            (CLUSTER.unset("binaryAuthorization"), "binaryAuthorization.evaluationMode"),
            (CLUSTER.set("binaryAuthorization.evaluationMode", "DISABLED"), "binaryAuthorization.evaluationMode"),
        ],
        unknown=[CLUSTER.set("binaryAuthorization.evaluationMode", UNKNOWN)],
    ),
    "gcp-gke-secrets-encrypted-with-cmk": Cases(
        passes=[CLUSTER],
        fails=[
            (CLUSTER.unset("databaseEncryption"), "databaseEncryption.state"),
            (CLUSTER.set("databaseEncryption.state", "DECRYPTED"), "databaseEncryption.state"),
            (CLUSTER.unset("databaseEncryption.keyName"), "databaseEncryption.keyName"),
        ],
        unknown=[CLUSTER.set("databaseEncryption.keyName", UNKNOWN)],
    ),
    "gcp-gke-own-node-account": Cases(
        passes=[CLUSTER, STANDARD, POOL],
        fails=[
            (CLUSTER.unset("clusterAutoscaling"), ACCOUNT),
            (CLUSTER.set(ACCOUNT, "default"), ACCOUNT),
            (STANDARD.unset("removeDefaultNodePool"), "nodeConfig.serviceAccount"),
            (POOL.unset("nodeConfig.serviceAccount"), "nodeConfig.serviceAccount"),
        ],
        unknown=[CLUSTER.set(ACCOUNT, UNKNOWN)],
    ),
    "gcp-gke-boot-disks-encrypted-with-cmk": Cases(
        passes=[CLUSTER, STANDARD, POOL],
        fails=[
            (CLUSTER.unset(DISK), DISK),
            (POOL.unset("nodeConfig.bootDiskKmsKey"), "nodeConfig.bootDiskKmsKey"),
        ],
        unknown=[CLUSTER.set(DISK, UNKNOWN)],
    ),
    "gcp-gke-release-channel": Cases(
        passes=[CLUSTER, CLUSTER.set("releaseChannel.channel", "STABLE")],
        fails=[
            (CLUSTER.unset("releaseChannel"), "releaseChannel.channel"),
            (CLUSTER.set("releaseChannel.channel", "UNSPECIFIED"), "releaseChannel.channel"),
        ],
        unknown=[CLUSTER.set("releaseChannel.channel", UNKNOWN)],
    ),
    "gcp-gke-workload-identity": Cases(
        passes=[CLUSTER, STANDARD],
        fails=[(STANDARD.unset("workloadIdentityConfig"), "workloadIdentityConfig.workloadPool")],
        unknown=[STANDARD.set("workloadIdentityConfig.workloadPool", UNKNOWN)],
    ),
    "gcp-gke-control-plane-logs": Cases(
        passes=[CLUSTER],
        fails=[
            (CLUSTER.unset("loggingConfig"), "loggingConfig.enableComponents"),
            (CLUSTER.set("loggingConfig.enableComponents", ["WORKLOADS"]), "loggingConfig.enableComponents"),
        ],
        unknown=[CLUSTER.set("loggingConfig.enableComponents", UNKNOWN)],
    ),
    "gcp-gke-kubelet-port-closed": Cases(
        passes=[CLUSTER, CLUSTER.unset("nodePoolAutoConfig")],
        fails=[(CLUSTER.set(KUBELET, "TRUE"), KUBELET)],
        unknown=[CLUSTER.set(KUBELET, UNKNOWN)],
    ),
    "gcp-gke-no-rights-for-everybody": Cases(
        passes=[CLUSTER],
        fails=[(CLUSTER.unset("rbacBindingConfig"), EVERYBODY), (CLUSTER.set(EVERYBODY, True), EVERYBODY)],
        unknown=[CLUSTER.set(EVERYBODY, UNKNOWN)],
    ),
    "gcp-gke-deletion-protection": Cases(
        passes=[CLUSTER, CLUSTER.unset("deletionProtection")],
        fails=[(CLUSTER.set("deletionProtection", False), "deletionProtection")],
        unknown=[CLUSTER.set("deletionProtection", UNKNOWN)],
    ),
    "gcp-gke-backup-encrypted-with-cmk": Cases(
        passes=[PLAN],
        fails=[(PLAN.unset("backupConfig.encryptionKey"), "backupConfig.encryptionKey.gcpKmsEncryptionKey")],
        unknown=[PLAN.set("backupConfig.encryptionKey.gcpKmsEncryptionKey", UNKNOWN)],
    ),
    "gcp-gke-backup-complete": Cases(
        passes=[PLAN, PLAN.unset("retentionPolicy")],
        fails=[
            (PLAN.set("backupConfig.includeVolumeData", False), "backupConfig.includeVolumeData"),
            (PLAN.unset("backupConfig.includeSecrets"), "backupConfig.includeSecrets"),
            (PLAN.set("retentionPolicy.backupRetainDays", 6), "retentionPolicy.backupRetainDays"),
        ],
        unknown=[PLAN.set("retentionPolicy.backupRetainDays", UNKNOWN)],
    ),
}

test_verdicts = verdicts(CASES)
