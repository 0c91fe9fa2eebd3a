"""S3 buckets and the resources that make one private, encrypted and recoverable."""

from collections.abc import Callable, Iterable, Iterator

from pulumi_policy import Severity

from guardrails.checks import on, together
from guardrails.iam import Statement, statements
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.rules.aws.iam import NARROWING_KEYS
from guardrails.subject import Resource, Stack

BUCKET = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
LOGGING = ("aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2")
POLICY = ("aws:s3/bucketPolicy:BucketPolicy",)
PUBLIC_ACCESS_BLOCK = ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",)
VERSIONING = ("aws:s3/bucketVersioning:BucketVersioning", "aws:s3/bucketVersioningV2:BucketVersioningV2")


def _with_customer_key(encryption: Resource) -> bool:
    return any(
        rule.text("applyServerSideEncryptionByDefault.sseAlgorithm").startswith("aws:kms")
        and rule.has("applyServerSideEncryptionByDefault.kmsMasterKeyId")
        for rule in encryption.items("rules", whole=True)
    )


def _without_tls_denied(policy: Resource) -> bool:
    return any(_denies_plain_text(statement) for statement in statements(policy.text("policy")))


def _denies_plain_text(statement: Statement) -> bool:
    """Every action on the bucket and its objects, for everyone, as soon as a request comes without TLS."""
    return (
        not statement.allows
        and "s3:*" in statement.actions
        and statement.any_principal
        and any(
            (operator, key, values) == ("bool", "aws:securetransport", ("false",))
            for operator, key, values in statement.conditions
        )
    )


def _each_bucket(
    types: tuple[str, ...], problem: str, *, kept: Callable[[Resource], bool] = lambda _: True, targets: bool = True
) -> Callable[[Stack], Iterable[Finding]]:
    """Each bucket has one of the types that keeps the rule; `targets` are those that access logs are delivered to."""

    def check(stack: Stack) -> Iterator[Finding]:
        covered = {urn for found in stack.of_type(*types) if kept(found) for urn in found.references("bucket")}
        if not targets:
            covered |= {urn for found in stack.of_type(*LOGGING) for urn in found.references("targetBucket")}
        for bucket in stack.of_type(*BUCKET):
            if bucket.urn not in covered:
                yield Finding("", problem, bucket)

    return check


def _public_principal(policy: Resource) -> Iterator[Finding]:
    for statement in statements(policy.text("policy")):
        if statement.allows and statement.any_principal and not statement.restricts(*NARROWING_KEYS):
            yield Finding("policy", f"lets anyone in by statement {statement.index}")


RULES = (
    StackRule(
        id="aws-s3-public-access-blocked",
        types=BUCKET + PUBLIC_ACCESS_BLOCK,
        severity=Severity.HIGH,
        description="Each bucket has a block of public access.",
        why="Without it one wrong policy or ACL, set by anyone, publishes what is in the bucket.",
        remedy="Add an s3.BucketPublicAccessBlock for the bucket.",
        check=_each_bucket(PUBLIC_ACCESS_BLOCK, "has no block of public access"),
    ),
    ResourceRule(
        id="aws-s3-public-access-block-complete",
        types=PUBLIC_ACCESS_BLOCK,
        severity=Severity.HIGH,
        description="A block of public access leaves no way open.",
        why="Each of the four switches closes another way to publish a bucket, old objects' ACLs among them.",
        remedy="Set block_public_acls, block_public_policy, ignore_public_acls and restrict_public_buckets to True.",
        check=together(
            on("blockPublicAcls"), on("blockPublicPolicy"), on("ignorePublicAcls"), on("restrictPublicBuckets")
        ),
    ),
    StackRule(
        id="aws-s3-encrypted-with-cmk",
        types=BUCKET + ENCRYPTION + LOGGING,
        severity=Severity.HIGH,
        description="Buckets are encrypted with a customer-managed key, those for access logs excepted.",
        why="With S3's own key whoever may read the bucket may read the data; with this one two locks must open.",
        remedy='Add s3.BucketServerSideEncryptionConfiguration with sse_algorithm="aws:kms" and kms_master_key_id.',
        check=_each_bucket(ENCRYPTION, "has no customer-managed key", kept=_with_customer_key, targets=False),
    ),
    StackRule(
        id="aws-s3-versioned",
        types=BUCKET + VERSIONING,
        severity=Severity.MEDIUM,
        description="Buckets keep versions.",
        why="An overwritten or deleted object is otherwise gone at once, whoever did it.",
        remedy='Add s3.BucketVersioning with versioning_configuration.status="Enabled".',
        check=_each_bucket(
            VERSIONING,
            "keeps no versions",
            kept=lambda versioning: versioning.text("versioningConfiguration.status") == "Enabled",
        ),
    ),
    StackRule(
        id="aws-s3-tls-only",
        types=BUCKET + POLICY,
        severity=Severity.MEDIUM,
        description="Buckets refuse requests without TLS.",
        why="S3 answers plain HTTP unless told not to, and shows objects and signatures to whoever sees the traffic.",
        remedy="Deny s3:* to everyone in an s3.BucketPolicy where aws:SecureTransport is false.",
        check=_each_bucket(POLICY, "answers requests without TLS", kept=_without_tls_denied),
    ),
    StackRule(
        id="aws-s3-access-logs",
        types=BUCKET + LOGGING,
        severity=Severity.MEDIUM,
        description="Buckets log each access, those for access logs excepted.",
        why="After a leak nothing else tells which objects were read, and by whom.",
        remedy="Add s3.BucketLogging with a bucket for access logs as its target_bucket.",
        check=_each_bucket(LOGGING, "logs no access", targets=False),
    ),
    ResourceRule(
        id="aws-s3-no-public-principal",
        types=POLICY,
        severity=Severity.CRITICAL,
        description="Bucket policies let in named principals only.",
        why="A statement for everyone publishes the bucket to every AWS account, if not to the internet.",
        remedy="Name the principals, or add a condition such as aws:PrincipalAccount or aws:SourceArn.",
        check=_public_principal,
    ),
)
