"""The account's private image registry in a region: repositories, caches of public ones, a copy elsewhere."""

import json
from collections.abc import Sequence

import pulumi
from pulumi_aws import ecr

from components.aws.component import AwsComponent, Scope
from components.aws.iam import allow, document, role, service_trust
from components.aws.keys import KeyUse, customer_key
from settings.aws import KeySettings
from settings.data import RegistrySettings


class Registry(AwsComponent):
    """ECR: tags that never move, continuous scanning, one key a region, and copies of public images.

    Repositories carry chosen names, since images are asked for by name. What ECR makes by itself, for a cached or a
    replicated image, follows templates, so that it is encrypted alike. Tags of cached images may move, because their
    upstream moves them; what runs is pinned by digest. Images with a tag are never deleted: one of them may be
    running. ECR replicates to ECR alone; the standby's registry is filled when images are published.
    """

    repository_urls: dict[str, pulumi.Output[str]]
    """URL by the repository's name in the settings."""

    repository_arns: dict[str, pulumi.Output[str]]
    vendor_url: pulumi.Output[str]
    """Where copies of others' images and charts are, without a scheme; ECR makes their repositories at the push."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: RegistrySettings,
        *,
        repositories: Sequence[str],
        name_prefix: str,
        key_arn: pulumi.Input[str],
        key_settings: KeySettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make `repositories`, named `<name_prefix>/<name>`; `key_settings` govern the replica region's key."""
        super().__init__("Registry", name, scope, "internal", opts)
        self._settings = settings
        self._prefix, self._tidy = name, _expire_untagged(settings.untagged_days)
        made = {repository: self._repository(repository, name_prefix, key_arn) for repository in repositories}
        keys = {scope.region: key_arn}
        if settings.replica_region:
            use = KeyUse("Images", "internal")
            replica_key = customer_key(
                self, f"{name}-{settings.replica_region}", key_settings, use, region=settings.replica_region
            )
            keys[settings.replica_region] = replica_key.arn
        creator = self._creator(keys)
        for prefix, upstream in settings.pull_through.items():
            template = self._template(prefix, "PULL_THROUGH_CACHE", creator, key_arn)
            ecr.PullThroughCacheRule(
                f"{name}-{prefix}",
                ecr_repository_prefix=prefix,
                upstream_registry_url=upstream,
                # A repository made before its template keeps AWS's key for ever.
                opts=self.child(depends_on=[template]),
            )
        vendor = self._template(f"{name_prefix}/vendor", "CREATE_ON_PUSH", creator, key_arn)
        if settings.registry == "managed":
            self._scan()
        if settings.replica_region:
            template = self._template(
                name_prefix, "REPLICATION", creator, keys[settings.replica_region], region=settings.replica_region
            )
            if settings.registry == "managed":
                self._replicate(name_prefix, settings.replica_region, template)
        self.repository_urls = {repository: found.repository_url for repository, found in made.items()}
        self.repository_arns = {repository: found.arn for repository, found in made.items()}
        self.vendor_url = pulumi.Output.concat(
            scope.account_id, ".dkr.ecr.", scope.region, ".amazonaws.com/", vendor.prefix
        )
        self.register_outputs(
            {
                "repositoryUrls": self.repository_urls,
                "repositoryArns": self.repository_arns,
                "vendorUrl": self.vendor_url,
            }
        )

    def _repository(self, repository: str, name_prefix: str, key_arn: pulumi.Input[str]) -> ecr.Repository:
        logical = f"{self._prefix}-{repository.replace('/', '-')}"
        made = ecr.Repository(
            logical,
            name=f"{name_prefix}/{repository}",
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": key_arn}],
            force_delete=not self.scope.protect,
            opts=self.child(stateful=True),
        )
        ecr.LifecyclePolicy(logical, repository=made.name, policy=self._tidy, opts=self.child())
        return made

    def _creator(self, keys: dict[str, pulumi.Input[str]]) -> pulumi.Output[str]:
        """The role by which ECR makes repositories with tags and a key; ECR sends no source to bind its trust to.

        https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-custom.html
        """
        account = self.scope.account_id
        repositories = [f"arn:aws:ecr:{region}:{account}:repository/*" for region in keys]
        made = role(
            f"{self._prefix}-creator",
            service_trust("ecr.amazonaws.com"),
            self,
            description="Makes repositories for cached and replicated images",
            inline={
                "repositories": [
                    allow(["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"], repositories),
                    allow(["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"], list(keys.values())),
                ]
            },
        )
        return made.arn

    def _template(
        self,
        prefix: str,
        purpose: str,
        creator: pulumi.Output[str],
        key_arn: pulumi.Input[str],
        *,
        region: str | None = None,
    ) -> ecr.RepositoryCreationTemplate:
        return ecr.RepositoryCreationTemplate(
            f"{self._prefix}-{purpose.lower().replace('_', '-')}-{prefix.replace('/', '-')}",
            prefix=prefix,
            applied_fors=[purpose],
            description="Encryption, tags and tidying of repositories that ECR makes",
            custom_role_arn=creator,
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": key_arn}],
            image_tag_mutability="MUTABLE" if purpose == "PULL_THROUGH_CACHE" else "IMMUTABLE",
            lifecycle_policy=self._tidy,
            resource_tags=self.tags,
            region=region,
            opts=self.child(),
        )

    def _scan(self) -> None:
        ecr.RegistryScanningConfiguration(
            f"{self._prefix}-scanning",
            scan_type="ENHANCED",
            rules=[
                {
                    "scan_frequency": "CONTINUOUS_SCAN",
                    "repository_filters": [{"filter": "*", "filter_type": "WILDCARD"}],
                }
            ],
            opts=self.child(),
        )

    def admit_nodes(self, role_arns: Sequence[pulumi.Input[str]]) -> None:
        """Let nodes of these roles fill the caches: whoever first asks for an image makes its repository.

        https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
        """
        settings = self._settings
        if settings.registry != "managed" or not settings.pull_through:
            return
        ecr.RegistryPolicy(
            f"{self._prefix}-policy",
            policy=document(
                allow(
                    ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
                    [self.scope.arn("ecr", f"repository/{prefix}/*") for prefix in settings.pull_through],
                    sid="PullThrough",
                    principal={"AWS": list(role_arns)},
                )
            ),
            opts=self.child(),
        )

    def _replicate(self, name_prefix: str, region: str, template: ecr.RepositoryCreationTemplate) -> None:
        ecr.ReplicationConfiguration(
            f"{self._prefix}-replication",
            replication_configuration={
                "rules": [
                    {
                        "destinations": [{"region": region, "registry_id": self.scope.account_id}],
                        "repository_filters": [{"filter": f"{name_prefix}/", "filter_type": "PREFIX_MATCH"}],
                    }
                ]
            },
            # A repository made before its template keeps AWS's key for ever.
            opts=self.child(depends_on=[template]),
        )


def _expire_untagged(days: int) -> str:
    """https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html."""
    rule = {
        "rulePriority": 1,
        "description": f"Untagged for {days} days",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
        "action": {"type": "expire"},
    }
    return json.dumps({"rules": [rule]}, sort_keys=True)
