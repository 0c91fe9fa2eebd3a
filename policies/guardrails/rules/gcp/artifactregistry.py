"""Artifact Registry, and that all which a Google Cloud stack runs comes from it."""

import re
from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on, present
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.rules.gcp.binaryauthorization import GOOGLES_OWN
from guardrails.subject import Node, Resource, Stack

REPOSITORY = "gcp:artifactregistry/repository:Repository"
BINDING = "gcp:artifactregistry/repositoryIamBinding:RepositoryIamBinding"
MEMBER = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember"
EVERYBODY = ("allUsers", "allAuthenticatedUsers")

# Types that name images, charts and bundles, by their beginnings: each custom resource of Kubernetes has its own.
RUNS = ("gcp:cloudrun", "gcp:gkehub/feature", "kubernetes:")

# Where in them they are named, and hosts that serve them to anybody. An image without a host is Docker Hub's; `auto`
# has the mesh put in its own. A URL is a source in Flux's own types alone.
IMAGE = re.compile(r"(^|\.)(image|syncRepo)$")
IMAGE_OF_CHART = re.compile(r"(^|\.)image\.repository$")
SOURCE = re.compile(r"(^|\.)(chart|repo|repository|repoURL)$")
FLUX, FLUX_SOURCE = "kubernetes:source.", re.compile(r"(^|\.)url$")
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
REMOTE = re.compile(r"^(https?|oci|ssh|git)://|^git@|^[a-z0-9.-]+\.[a-z]{2,}(:\d+)?/", re.IGNORECASE)
PUBLIC = re.compile(
    r"(?<![\w.-])(docker\.io|registry-1\.docker\.io|quay\.io|ghcr\.io|registry\.k8s\.io|k8s\.gcr\.io|public\.ecr\.aws"
    r"|mcr\.microsoft\.com|registry\.gitlab\.com|[\w.-]+\.dkr\.ecr\.[\w-]+\.amazonaws\.com)(/|$)"
)


def _standard(repository: Node) -> Iterator[Finding]:
    if repository.text("mode", "STANDARD_REPOSITORY") != "STANDARD_REPOSITORY":
        yield Finding("mode", "fetches from elsewhere what it is asked for")


def _scanned(repository: Node) -> Iterator[Finding]:
    if repository.text("vulnerabilityScanningConfig.enablementConfig", "INHERITED") == "DISABLED":
        yield Finding("vulnerabilityScanningConfig.enablementConfig", "is DISABLED")


def _immutable(repository: Node) -> Iterator[Finding]:
    if repository.text("format") == "DOCKER":
        yield from on("dockerConfig.immutableTags", problem="is off: tags can move")(repository)


def _private(grant: Resource) -> Iterator[Finding]:
    for at, member in grant.known_texts("members" if grant.type == BINDING else "member"):
        if member in EVERYBODY:
            yield Finding(at, "is everybody")


def _home(stack: Stack) -> Iterator[Finding]:
    ours = tuple(
        f"{repository.text('location')}-docker.pkg.dev/{repository.text('project')}/{repository.text('repositoryId')}/"
        for repository in stack.of_type(REPOSITORY)
        if repository.text("mode", "STANDARD_REPOSITORY") == "STANDARD_REPOSITORY"
    )
    for resource in stack.of_kind(*RUNS):
        if resource.stack in resource.choices("stacks"):
            yield from _sources(resource, ours)


def _sources(resource: Resource, ours: tuple[str, ...]) -> Iterator[Finding]:
    flux = resource.type.startswith(FLUX)
    leaves = dict(resource.leaves())
    for path, text in leaves.items():
        image = IMAGE.search(path) is not None
        source = SOURCE.search(path) or (flux and FLUX_SOURCE.search(path))
        name = text.removeprefix("oci://")
        if IMAGE_OF_CHART.search(path) and (host := leaves.get(f"{path.removesuffix('repository')}registry")):
            name = f"{host}/{name}"
        if text in ("", "auto") or name.startswith(GOOGLES_OWN):
            continue
        if name.startswith(ours):
            # Some charts take image and tag apart.
            tag = leaves.get(f"{path.removesuffix('image')}tag", "")
            if image and not DIGEST.search(name) and not DIGEST.search(tag):
                yield Finding(path, "names no digest", resource)
        elif image or IMAGE_OF_CHART.search(path) or PUBLIC.search(text) or (source and REMOTE.search(text)):
            yield Finding(path, "is outside the stack's Artifact Registry", resource)


RULES = (
    ResourceRule(
        id="gcp-artifact-registry-standard-only",
        types=(REPOSITORY,),
        severity=Severity.HIGH,
        description="Repositories hold what they serve.",
        why="A remote or virtual repository asks another registry, and public ones have fallen together with AWS.",
        remedy='Set mode="STANDARD_REPOSITORY" and push copies of what others publish.',
        check=_standard,
    ),
    ResourceRule(
        id="gcp-artifact-registry-encrypted-with-cmk",
        types=(REPOSITORY,),
        severity=Severity.MEDIUM,
        description="Repositories are encrypted with a customer-managed key.",
        why="The key can't be changed later, and Google's own can't be withdrawn.",
        remedy="Set kms_key_name.",
        check=present("kmsKeyName"),
    ),
    ResourceRule(
        id="gcp-artifact-registry-immutable-tags",
        types=(REPOSITORY,),
        severity=Severity.MEDIUM,
        description="Tags of images never move.",
        why="A tag that moves runs today what nobody tested yesterday, and hides what ran.",
        remedy="Set docker_config.immutable_tags=True.",
        check=_immutable,
    ),
    ResourceRule(
        id="gcp-artifact-registry-scanned",
        types=(REPOSITORY,),
        severity=Severity.MEDIUM,
        description="Images are scanned when they are pushed.",
        why="Known holes are otherwise found by whoever looks first, and that is seldom the owner.",
        remedy='Set vulnerability_scanning_config.enablement_config="INHERITED" and turn on containerscanning.',
        check=_scanned,
    ),
    ResourceRule(
        id="gcp-artifact-registry-not-public",
        types=(BINDING, MEMBER),
        severity=Severity.CRITICAL,
        description="Nobody reads or writes a repository without being named.",
        why="Images carry source, and sometimes secrets; who may write replaces what runs.",
        remedy="Name users, groups or service accounts, never everybody.",
        check=_private,
    ),
    StackRule(
        id="gcp-sources-in-artifact-registry",
        types=(
            "gcp:cloudrunv2/job:Job",
            "gcp:cloudrunv2/service:Service",
            "gcp:gkehub/featureMembership:FeatureMembership",
            REPOSITORY,
        ),
        severity=Severity.HIGH,
        description="Every image, chart and bundle of the standby is in its own registry, images by digest.",
        why="On the day it takes over, the registries and repositories of others may be down with AWS.",
        remedy="Push a copy to the stack's own repository, and name it by its digest.",
        settings={
            "stacks": {
                "type": "array",
                "items": {"type": "string"},
                "default": ["dr"],
                "description": "Names of stacks that must run without the registries of others.",
            }
        },
        check=_home,
    ),
)
