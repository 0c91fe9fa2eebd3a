"""The standby's own registry: standard repositories, which hold what they serve instead of fetching it."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_gcp import artifactregistry

from components.gcp.component import GcpComponent, Scope
from settings.gcp.registry import RegistrySettings

DAY = 24 * 60 * 60
READER = "roles/artifactregistry.reader"

# What each repository holds. A name of the settings goes to the repository of its first part, and else to `images`.
REPOSITORIES: Mapping[str, str] = {
    "bundles": "Configuration that Config Sync reads",
    "charts": "Helm charts",
    "images": "Images that we build",
    "vendor": "Copies of others' images and charts, made while their registries answer",
}


class Registry(GcpComponent):
    """Artifact Registry repositories for images, charts and bundles, and for copies of what others make.

    Public registries have fallen together with AWS: all that runs here must be here before that day, so that no
    repository is a remote or a virtual one. Tags never move, nor can a tagged version be deleted: deployments name
    digests, and a release is tagged, so that what was released stays. Of the rest the newest versions stay too.
    Scanning finds known holes at each push, and later ones in what was pulled within a month. Unlike ECR's, a
    repository here holds many images: those of the settings' names need not be made.
    """

    repository_urls: dict[str, pulumi.Output[str]]
    """URL by the artifact's name in the settings, without scheme and tag; known once the repository exists."""

    vendor_url: pulumi.Output[str]
    """Where copies of others' images and charts are, without a scheme."""

    repository_ids: dict[str, pulumi.Output[str]]
    """projects/<project>/locations/<region>/repositories/<name>, by what the repository holds."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: RegistrySettings,
        *,
        artifacts: Sequence[str],
        name_prefix: str,
        node_member: pulumi.Input[str],
        key_id: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the repositories, named `<name_prefix>-<what they hold>`: whoever pushes and pulls knows them by it.

        `node_member` is the account that pulls what pods run.
        """
        super().__init__("Registry", name, scope, "internal", opts)
        made = {
            held: artifactregistry.Repository(
                f"{name}-{held}",
                repository_id=f"{name_prefix}-{held}",
                description=description,
                location=scope.region,
                format="DOCKER",
                mode="STANDARD_REPOSITORY",
                kms_key_name=key_id,
                docker_config={"immutable_tags": True},
                vulnerability_scanning_config={"enablement_config": "INHERITED"},
                cleanup_policy_dry_run=False,
                cleanup_policies=_tidy(settings),
                opts=self.child(stateful=True),
            )
            for held, description in REPOSITORIES.items()
        }
        for held in ("images", "vendor"):
            artifactregistry.RepositoryIamMember(
                f"{name}-{held}-nodes",
                repository=made[held].id,
                role=READER,
                member=node_member,
                opts=self.child(),
            )
        self.repository_ids = {held: repository.id for held, repository in made.items()}
        self.repository_urls = {
            artifact: pulumi.Output.concat(made[place].registry_uri, "/", package)
            for artifact in artifacts
            for place, package in [_placed(artifact)]
        }
        self.vendor_url = made["vendor"].registry_uri
        self.register_outputs(
            {
                "repositoryUrls": self.repository_urls,
                "repositoryIds": self.repository_ids,
                "vendorUrl": self.vendor_url,
            }
        )


def _placed(artifact: str) -> tuple[str, str]:
    """The repository that holds an artifact, and its name there: `charts/service` is `service` in `charts`."""
    first, _, rest = artifact.partition("/")
    return (first, rest) if rest and first in REPOSITORIES else ("images", artifact)


def _tidy(settings: RegistrySettings) -> list[artifactregistry.RepositoryCleanupPolicyArgsDict]:
    """What is kept wins over what is deleted.

    https://docs.cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview
    """
    return [
        {
            "id": "delete-untagged",
            "action": "DELETE",
            "condition": {"tag_state": "UNTAGGED", "older_than": f"{settings.untagged_days * DAY}s"},
        },
        {"id": "keep-tagged", "action": "KEEP", "condition": {"tag_state": "TAGGED"}},
        {
            "id": "keep-newest",
            "action": "KEEP",
            "most_recent_versions": {"keep_count": settings.keep_versions},
        },
    ]
