from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

HOST = "us-central1-docker.pkg.dev/example-standby/platform-images"
DIGEST = f"sha256:{'0' * 64}"

REPOSITORY = Subject(
    "gcp:artifactregistry/repository:Repository",
    {
        "format": "DOCKER",
        "mode": "STANDARD_REPOSITORY",
        "location": "us-central1",
        "project": "example-standby",
        "repositoryId": "platform-images",
        "kmsKeyName": "key",
        "dockerConfig": {"immutableTags": True},
        "vulnerabilityScanningConfig": {"enablementConfig": "INHERITED"},
    },
    stack="dr",
    name="images",
)
MEMBER = Subject(
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", {"member": "serviceAccount:nodes@p"}, stack="dr"
)
BINDING = Subject(
    "gcp:artifactregistry/repositoryIamBinding:RepositoryIamBinding", {"members": ["group:team@p"]}, stack="dr"
)


def pod(image: str, stack: str = "dr") -> Subject:
    return Subject(
        "kubernetes:apps/v1:Deployment",
        {"spec": {"template": {"spec": {"containers": [{"name": "main", "image": image}]}}}},
        stack=stack,
    )


def release(values: dict, chart: str = f"oci://{HOST}/workload") -> Subject:
    return Subject("kubernetes:helm.sh/v3:Release", {"chart": chart, "values": values}, stack="dr")


SERVICE = Subject(
    "gcp:cloudrunv2/service:Service", {"template": {"containers": [{"image": f"{HOST}/writer@{DIGEST}"}]}}, stack="dr"
)
BUNDLE = Subject(
    "gcp:gkehub/featureMembership:FeatureMembership",
    {"configmanagement": {"configSync": {"oci": {"syncRepo": f"{HOST}/shared@{DIGEST}"}}}},
    stack="dr",
)
FLUX = Subject("kubernetes:source.toolkit.fluxcd.io/v1:OCIRepository", {"spec": {"url": f"oci://{HOST}/x"}}, stack="dr")
RECEIVER = Subject("kubernetes:monitoring.coreos.com/v1:X", {"spec": {"url": "https://example.com/hook"}}, stack="dr")
IMAGE = "spec.template.spec.containers[0].image"

CASES = {
    "gcp-artifact-registry-standard-only": Cases(
        passes=[REPOSITORY, REPOSITORY.unset("mode")],
        fails=[
            (REPOSITORY.set("mode", "REMOTE_REPOSITORY"), "mode"),
            (REPOSITORY.set("mode", "VIRTUAL_REPOSITORY"), "mode"),
        ],
        unknown=[REPOSITORY.set("mode", UNKNOWN)],
    ),
    "gcp-artifact-registry-encrypted-with-cmk": Cases(
        passes=[REPOSITORY],
        fails=[(REPOSITORY.unset("kmsKeyName"), "kmsKeyName")],
        unknown=[REPOSITORY.set("kmsKeyName", UNKNOWN)],
    ),
    "gcp-artifact-registry-immutable-tags": Cases(
        passes=[REPOSITORY, REPOSITORY.set("format", "PYTHON").unset("dockerConfig")],
        fails=[
            (REPOSITORY.unset("dockerConfig"), "dockerConfig.immutableTags"),
            (REPOSITORY.set("dockerConfig.immutableTags", False), "dockerConfig.immutableTags"),
        ],
        unknown=[REPOSITORY.set("dockerConfig.immutableTags", UNKNOWN)],
    ),
    "gcp-artifact-registry-scanned": Cases(
        passes=[REPOSITORY, REPOSITORY.unset("vulnerabilityScanningConfig")],
        fails=[
            (
                REPOSITORY.set("vulnerabilityScanningConfig.enablementConfig", "DISABLED"),
                "vulnerabilityScanningConfig.enablementConfig",
            )
        ],
        unknown=[REPOSITORY.set("vulnerabilityScanningConfig.enablementConfig", UNKNOWN)],
    ),
    "gcp-artifact-registry-not-public": Cases(
        passes=[MEMBER, BINDING],
        fails=[
            (MEMBER.set("member", "allUsers"), "member"),
            (BINDING.set("members", ["group:team@p", "allAuthenticatedUsers"]), "members[1]"),
        ],
        unknown=[MEMBER.set("member", UNKNOWN)],
    ),
    "gcp-sources-in-artifact-registry": Cases(
        passes=[
            [REPOSITORY, pod(f"{HOST}/core@{DIGEST}"), SERVICE, BUNDLE, FLUX, RECEIVER],
            [REPOSITORY, pod("gke.gcr.io/prometheus-engine/frontend:v1"), pod("auto")],
            # The primary has the registries of its own cloud.
            [REPOSITORY, pod("111122223333.dkr.ecr.us-west-2.amazonaws.com/core:1", stack="prod")],
            [REPOSITORY, release({"image": {"repository": f"{HOST}/core", "digest": DIGEST}})],
            [
                REPOSITORY,
                release({"image": {"registry": HOST.partition("/")[0], "repository": f"{HOST.partition('/')[2]}/x"}}),
            ],
            [REPOSITORY, release({"cli": {"image": f"{HOST}/cli", "tag": f"v1@{DIGEST}"}})],
        ],
        fails=[
            ([REPOSITORY, pod("nginx:1.29")], IMAGE),
            ([REPOSITORY, pod(f"quay.io/x/y@{DIGEST}")], IMAGE),
            ([REPOSITORY, pod(f"{HOST}/core:1.0")], IMAGE),
            ([REPOSITORY, pod(f"us-docker.pkg.dev/google-samples/containers/gke/hello@{DIGEST}")], IMAGE),
            ([REPOSITORY.set("mode", "REMOTE_REPOSITORY"), pod(f"{HOST}/core@{DIGEST}")], IMAGE),
            (
                [REPOSITORY, SERVICE.set("template.containers.0.image", "docker.io/x")],
                "template.containers[0].image",
            ),
            ([REPOSITORY, release({}, chart="oci://ghcr.io/org/chart")], "chart"),
            ([REPOSITORY, release({"image": {"repository": "grafana/grafana"}})], "values.image.repository"),
            (
                [REPOSITORY, release({"image": {"registry": "reg.example.com", "repository": "x"}})],
                "values.image.repository",
            ),
            ([REPOSITORY, release({"cli": {"image": f"{HOST}/cli", "tag": "v1"}})], "values.cli.image"),
            ([REPOSITORY, release({"sidecar": "registry.k8s.io/pause:3.10"})], "values.sidecar"),
            ([REPOSITORY, FLUX.set("spec.url", "https://github.com/org/repo")], "spec.url"),
            (
                [REPOSITORY, BUNDLE.set("configmanagement.configSync.oci.syncRepo", f"{HOST}/shared:latest")],
                "configmanagement.configSync.oci.syncRepo",
            ),
        ],
        unknown=[[REPOSITORY, pod(UNKNOWN)]],
    ),
}

test_verdicts = verdicts(CASES)
