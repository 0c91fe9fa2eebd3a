"""Protection from deletion."""

from pulumi_policy import Severity

from guardrails.model import ResourceRule
from guardrails.rules.aws.protection import THROW_AWAY, protected, unless_throw_away

STATEFUL = (
    "gcp:artifactregistry/repository:Repository",
    "gcp:bigtable/instance:Instance",
    "gcp:bigtable/table:Table",
    "gcp:container/cluster:Cluster",
    "gcp:dns/managedZone:ManagedZone",
    "gcp:iam/workloadIdentityPool:WorkloadIdentityPool",
    "gcp:kms/cryptoKey:CryptoKey",
    "gcp:kms/keyRing:KeyRing",
    "gcp:managedkafka/cluster:Cluster",
    "gcp:memorystore/instance:Instance",
    "gcp:secretmanager/secret:Secret",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:storage/bucket:Bucket",
)

RULES = (
    ResourceRule(
        id="gcp-stateful-protected",
        types=STATEFUL,
        severity=Severity.HIGH,
        description="Resources that hold data, or the key or name by which it is reached, are protected by Pulumi.",
        why="A renamed or replaced resource is otherwise deleted together with what it holds.",
        remedy="Set protect=True in its resource options; in a stack meant to be destroyed, configure throwAwayStacks.",
        settings=THROW_AWAY,
        check=unless_throw_away(protected),
    ),
)
