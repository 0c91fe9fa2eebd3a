"""ECR: repositories, and the templates of those that ECR makes itself."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on
from guardrails.model import Finding, ResourceRule
from guardrails.subject import Node

REPOSITORY = "aws:ecr/repository:Repository"
TEMPLATE = "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate"


def _immutable(repository: Node) -> Iterator[Finding]:
    if not repository.text("imageTagMutability", "MUTABLE").startswith("IMMUTABLE"):
        yield Finding("imageTagMutability", "lets a tag move")


def _customer_key(repository: Node) -> Iterator[Finding]:
    encryptions = repository.items("encryptionConfigurations", whole=True)
    if not any(each.text("encryptionType", "AES256").startswith("KMS") and each.has("kmsKey") for each in encryptions):
        yield Finding("encryptionConfigurations", "names no key")


RULES = (
    ResourceRule(
        id="aws-ecr-immutable-tags",
        types=(REPOSITORY,),
        severity=Severity.MEDIUM,
        description="Tags of images never move.",
        why="A tag that moves runs today what nobody tested yesterday, and hides what ran.",
        remedy='Set image_tag_mutability="IMMUTABLE".',
        check=_immutable,
    ),
    ResourceRule(
        id="aws-ecr-encrypted-with-cmk",
        types=(REPOSITORY, TEMPLATE),
        severity=Severity.MEDIUM,
        description="Repositories are encrypted with a customer-managed key.",
        why="The key can't be changed later, and AWS's own can't be withdrawn.",
        remedy='Set encryption_configurations to encryption_type "KMS" and a kms_key.',
        check=_customer_key,
    ),
    ResourceRule(
        id="aws-ecr-scan-on-push",
        types=(REPOSITORY,),
        severity=Severity.MEDIUM,
        description="Images are scanned when they are pushed.",
        why="Known holes are otherwise found by whoever looks first, and that is seldom the owner.",
        remedy="Set image_scanning_configuration.scan_on_push=True.",
        check=on("imageScanningConfiguration.scanOnPush"),
    ),
)
