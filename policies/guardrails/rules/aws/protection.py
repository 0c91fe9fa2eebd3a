"""Protection from deletion, and the one way to do without it."""

from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from guardrails.model import Check, Finding, ResourceRule, Setting
from guardrails.subject import Resource

THROW_AWAY: Mapping[str, Setting] = {
    "throwAwayStacks": {
        "type": "array",
        "items": {"type": "string"},
        "default": [],
        "description": "Names of stacks that are meant to be destroyed, where protection only gets in the way.",
    }
}

STATEFUL = (
    "aws:backup/vault:Vault",
    "aws:dynamodb/table:Table",
    "aws:ecr/repository:Repository",
    "aws:elasticache/replicationGroup:ReplicationGroup",
    "aws:kms/key:Key",
    "aws:msk/cluster:Cluster",
    "aws:opensearch/domain:Domain",
    "aws:rds/cluster:Cluster",
    "aws:rds/globalCluster:GlobalCluster",
    "aws:rds/instance:Instance",
    "aws:route53/keySigningKey:KeySigningKey",
    "aws:route53/zone:Zone",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
)


def unless_throw_away(check: Check) -> Check:
    """A check that holds in every stack but those which the rule's settings call throw-away."""
    return lambda resource: () if resource.stack in resource.choices("throwAwayStacks") else check(resource)


def protected(resource: Resource) -> Iterator[Finding]:
    """A finding for what Pulumi may delete."""
    if not resource.protected:
        yield Finding("", "is not protected by Pulumi")


RULES = (
    ResourceRule(
        id="aws-stateful-protected",
        types=STATEFUL,
        severity=Severity.HIGH,
        description="Resources that hold data, or the key to it, are protected by Pulumi.",
        why="A renamed or replaced resource is otherwise deleted together with what it holds.",
        remedy="Set protect=True in its resource options; in a stack meant to be destroyed, configure throwAwayStacks.",
        settings=THROW_AWAY,
        check=unless_throw_away(protected),
    ),
)
