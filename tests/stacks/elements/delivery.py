"""How revisions reach the workloads, and what judges their code."""

from collections.abc import Mapping

from tests.stacks.elements.foundation import APPLICATIONS, RELEASES
from tests.stacks.elements.model import ABSENT, PINNED, WORKLOADS, Element, Objects, at_least, having, like, one
from tests.stacks.elements.security import ECR

ARTIFACTS = "us-central1-docker.pkg.dev/example-standby/platform-production"
BUILT = {"image repository": like(r"/podinfo$"), "image digest": PINNED}


def _below(path: str, fields: Mapping[str, object]) -> dict[str, object]:
    return {f"{path} {key}": value for key, value in fields.items()}


DELIVERY = (
    Element(
        "Argo CD",
        "Delivery",
        {
            "prod": (
                one(
                    "Release",
                    "argocd/argocd",
                    {
                        "server replicas": at_least(2),
                        "repoServer replicas": at_least(2),
                        "redis-ha enabled": True,
                        "dex enabled": False,
                        "configs cm admin.enabled": "false",
                        "configs rbac policy.default": "",
                        "configs cm resource.respectRBAC": "normal",
                        "global image tag": PINNED,
                        "notifications subscriptions * recipients": ["alertmanager"],
                    },
                ),
                Objects(
                    "Application",
                    APPLICATIONS,
                    {
                        "spec project": "workloads",
                        "spec syncPolicy automated": {"prune": True, "selfHeal": True},
                        "spec syncPolicy syncOptions": having("ServerSideApply=true", "FailOnSharedResource=true"),
                    },
                ),
                Objects(
                    "ExternalSecret",
                    ("argocd/repository-charts-service", "argocd/repository-bundles-shared"),
                    {
                        "spec dataFrom * sourceRef generatorRef kind": "ECRAuthorizationToken",
                        "spec refreshInterval": "6h",
                    },
                ),
            )
        },
        without={"dr": {"Argo CD": "Flux applies the same chart there"}},
    ),
    Element(
        "Flux",
        "Delivery",
        {
            "dr": (
                one(
                    "Release",
                    "flux-system/flux",
                    {
                        "multitenancy enabled": True,
                        "multitenancy privileged": False,
                        "multitenancy defaultServiceAccount": "flux",
                        "kustomizeController create": False,
                        "helmController tag": PINNED,
                        "sourceController tag": PINNED,
                    },
                ),
                Objects(
                    "HelmRelease",
                    RELEASES,
                    {
                        "spec serviceAccountName": "flux",
                        "spec driftDetection mode": "enabled",
                        "spec upgrade remediation strategy": "rollback",
                    },
                ),
                Objects(
                    "Role",
                    tuple(f"{workload}/flux" for workload in WORKLOADS),
                    {"rules * verbs *": like(r"^[a-z]+$"), "rules * resources *": like(r"^[a-z]+$")},
                ),
            )
        },
        without={"prod": {"Flux": "Argo CD applies the same chart there"}},
    ),
    Element(
        "projects",
        "Delivery",
        {
            "prod": (
                one(
                    "AppProject",
                    "argocd/default",
                    {"spec sourceRepos": [], "spec destinations": [], "spec clusterResourceWhitelist": []},
                ),
                one(
                    "AppProject",
                    "argocd/workloads",
                    {
                        "spec sourceRepos": [f"oci://{ECR}/charts/service"],
                        "spec clusterResourceWhitelist": [],
                        "spec destinations": [
                            {"namespace": workload, "server": "https://kubernetes.default.svc"}
                            for workload in WORKLOADS
                        ],
                    },
                ),
            ),
            "dr": (
                Objects(
                    "RoleBinding",
                    tuple(f"{workload}/flux" for workload in WORKLOADS),
                    {"roleRef kind": "Role", "roleRef name": "flux", "subjects * name": "flux"},
                ),
            ),
        },
        without={"dr": {"projects": "Flux acts in each namespace as an account whose role ends there"}},
    ),
    Element(
        "workload chart",
        "Delivery",
        {
            "prod": (
                Objects(
                    "Application",
                    APPLICATIONS,
                    {
                        "spec source repoURL": f"oci://{ECR}/charts/service",
                        "spec source targetRevision": PINNED,
                        **_below("spec source helm valuesObject", BUILT),
                    },
                ),
            ),
            "dr": (
                Objects(
                    "OCIRepository",
                    RELEASES,
                    {"spec url": f"oci://{ARTIFACTS}-charts/service", "spec ref digest": PINNED},
                ),
                Objects("HelmRelease", RELEASES, _below("spec values", BUILT)),
            ),
        },
    ),
    Element(
        "canaries",
        "Canaries",
        {
            "prod": (
                one(
                    "Release",
                    "argo-rollouts/argo-rollouts",
                    {
                        "controller replicas": at_least(2),
                        "controller image tag": PINNED,
                        "providerRBAC providers istio": True,
                    },
                ),
                Objects("Application", APPLICATIONS, {"spec source helm valuesObject rollout enabled": True}),
            ),
            "dr": (Objects("HelmRelease", RELEASES, {"spec values rollout enabled": False}),),
        },
        without={
            "dr": {"Argo Rollouts": "the standby gets what the primary has proven, and a failover waits for no canary"}
        },
    ),
    Element(
        "Config Sync and the shared bundle",
        "Delivery: what both share",
        {
            "prod": (
                one(
                    "Application",
                    "argocd/shared",
                    {
                        "spec project": "platform",
                        "spec source repoURL": f"oci://{ECR}/bundles/shared",
                        "spec source targetRevision": PINNED,
                        "spec destination namespace": "default",
                    },
                ),
                one(
                    "AppProject",
                    "argocd/platform",
                    {
                        "spec sourceRepos": [f"oci://{ECR}/bundles/shared"],
                        "spec clusterResourceWhitelist": [],
                        "spec destinations * namespace": "default",
                    },
                ),
            ),
            "dr": (
                one(
                    "gcp:gkehub/featureMembership:FeatureMembership",
                    "fleet-configmanagement-cluster",
                    {
                        "configmanagement configSync enabled": True,
                        "configmanagement configSync preventDrift": True,
                        "configmanagement configSync oci secretType": "gcpserviceaccount",
                        "configmanagement configSync oci syncRepo": like(
                            rf"^{ARTIFACTS}-bundles/shared@sha256:[0-9a-f]{{64}}$"
                        ),
                    },
                ),
            ),
        },
        without={"prod": {"Config Sync": "it is Google's; Argo CD applies the same bundle"}},
        off=dict.fromkeys(
            ("prod", "dr"), "until `platform.delivery.bundle_digest` names a bundle that has been pushed"
        ),
    ),
    Element(
        "SonarQube",
        "What analyses of the code found",
        {
            "prod": (
                one(
                    "Release",
                    "sonarqube/sonarqube",
                    {
                        "jdbcOverwrite jdbcUrl": like(r"^jdbc:postgresql://.*:5432/sonarqube\?sslmode=require$"),
                        "jdbcOverwrite jdbcSecretName": "sonarqube-jdbc",
                        "jdbcOverwrite jdbcPassword": ABSENT,
                        "sonarProperties sonar.forceAuthentication": "true",
                        "initSysctl enabled": False,
                        "persistence enabled": True,
                    },
                ),
                Objects(
                    "ExternalSecret",
                    tuple(f"sonarqube/sonarqube-{name}" for name in ("admin", "jdbc", "monitoring")),
                    {"spec secretStoreRef name": "platform"},
                ),
            )
        },
        without={"dr": {"SonarQube": "nobody who is served asks it for anything"}},
    ),
    Element(
        "DAST",
        "Scans from outside",
        {
            "prod": (
                one(
                    "CronJob",
                    "zap/baseline",
                    {
                        "spec concurrencyPolicy": "Forbid",
                        "spec jobTemplate spec activeDeadlineSeconds": 7200,
                        "spec jobTemplate spec template spec containers 0 env 0": {
                            "name": "TARGET",
                            "value": "https://standby.example.com",
                        },
                        "spec jobTemplate spec template spec containers * image": PINNED,
                        "spec jobTemplate spec template spec securityContext runAsNonRoot": True,
                    },
                ),
            )
        },
        without={"dr": {"ZAP": "the scan must come to the standby from outside"}},
    ),
)
