from collections.abc import Mapping
from typing import Any

from tests.policies.harness import UNKNOWN, Cases, Subject, verdicts

HOST = "111122223333.dkr.ecr.us-west-2.amazonaws.com"


def release(chart: str, values: Mapping[str, Any]) -> Subject:
    return Subject(
        "kubernetes:helm.sh/v3:Release",
        {
            "chart": f"oci://{HOST}/platform/vendor/charts/{chart}",
            "version": "1.2.3",
            "atomic": True,
            "values": values,
        },
    )


# Values that keep the rule, and for each chart what breaks it: a path, a value there, and the path as findings name it.
SAFE: Mapping[str, Mapping[str, Any]] = {
    "argo-cd": {"configs": {"cm": {"admin.enabled": False}}},
    "cert-manager": {},
    "chaos-mesh": {"controllerManager": {"enableFilterNamespace": True}},
    "external-dns": {"txtOwnerId": "prod", "domainFilters": ["example.com"]},
    "external-secrets": {"rbac": {"serviceAccountTokenCreate": False}},
    "grafana": {"grafana.ini": {"auth.anonymous": {"enabled": False}}},
    "kiali-server": {"auth": {"strategy": "openid"}},
    "kube-prometheus-stack": {"grafana": {"grafana.ini": {"auth.anonymous": {"enabled": False}}}},
    "kyverno": {"admissionController": {"replicas": 3}},
    "sonarqube": {"initSysctl": {"enabled": False}},
    "vault": {"global": {"tlsDisable": False}, "server": {"auditStorage": {"enabled": True}}},
}
BROKEN: list[tuple[str, Mapping[str, Any], str]] = [
    ("argo-cd", {}, "configs.cm.admin.enabled"),
    ("argo-cd", {"configs": {"cm": {"users.anonymous.enabled": "true"}}}, "configs.cm.users.anonymous.enabled"),
    ("argo-cd", {"configs": {"cm": {"exec.enabled": True}}}, "configs.cm.exec.enabled"),
    ("cert-manager", {"crds": {"keep": False}}, "crds.keep"),
    ("chaos-mesh", {}, "controllerManager.enableFilterNamespace"),
    ("chaos-mesh", {"dashboard": {"securityMode": False}}, "dashboard.securityMode"),
    ("external-dns", {"registry": "noop"}, "registry"),
    ("external-dns", {"domainFilters": ["example.com"]}, "txtOwnerId"),
    ("external-dns", {"txtOwnerId": "prod", "domainFilters": []}, "domainFilters"),
    ("external-secrets", {}, "rbac.serviceAccountTokenCreate"),
    ("grafana", {"grafana.ini": {"auth.anonymous": {"enabled": True}}}, "grafana.ini.auth.anonymous.enabled"),
    ("kiali-server", {"auth": {"strategy": "anonymous"}}, "auth.strategy"),
    (
        "kube-prometheus-stack",
        {"grafana": {"grafana.ini": {"auth.anonymous": {"enabled": True}}}},
        "grafana.grafana.ini.auth.anonymous.enabled",
    ),
    ("kube-prometheus-stack", {"grafana": {"adminPassword": "a-secret-password"}}, "grafana.adminPassword"),
    (
        "kube-prometheus-stack",
        {"prometheus": {"prometheusSpec": {"enableAdminAPI": True}}},
        "prometheus.prometheusSpec.enableAdminAPI",
    ),
    ("kyverno", {}, "admissionController.replicas"),
    (
        "kyverno",
        {"features": {"forceFailurePolicyIgnore": {"enabled": True}}},
        "features.forceFailurePolicyIgnore.enabled",
    ),
    ("sonarqube", {}, "initSysctl.enabled"),
    ("sonarqube", {"monitoringPasscode": "a-secret-password"}, "monitoringPasscode"),
    ("sonarqube", {"jdbcOverwrite": {"jdbcPassword": "a-secret-password"}}, "jdbcOverwrite.jdbcPassword"),
    ("vault", {}, "global.tlsDisable"),
    ("vault", {"server": {"dev": {"enabled": True}}}, "server.dev.enabled"),
    ("vault", {}, "server.auditStorage.enabled"),
]
RELEASE = release("external-secrets", SAFE["external-secrets"])

CASES = {
    "kubernetes-release-pinned": Cases(
        passes=[RELEASE, RELEASE.set("version", "v1.21.1"), RELEASE.set("version", "2.0.0-rc.1")],
        fails=[
            (RELEASE.unset("version"), "version"),
            (RELEASE.set("version", "^1.2.3"), "version"),
            (RELEASE.set("version", "1.x"), "version"),
            (RELEASE.set("version", ">=1.2.3"), "version"),
        ],
        unknown=[RELEASE.set("version", UNKNOWN)],
    ),
    "kubernetes-release-from-own-registry": Cases(
        passes=[RELEASE, RELEASE.set("chart", "oci://us-central1-docker.pkg.dev/example-standby/vendor/charts/vault")],
        fails=[
            (RELEASE.set("chart", "external-secrets"), "chart"),
            (RELEASE.set("chart", "oci://ghcr.io/external-secrets/charts/external-secrets"), "chart"),
            (RELEASE.set("chart", "oci://ghcr.io/copy.amazonaws.com/charts/external-secrets"), "chart"),
            (RELEASE.set("repositoryOpts", {"repo": "https://charts.example.com"}), "repositoryOpts.repo"),
        ],
        unknown=[RELEASE.set("chart", UNKNOWN)],
    ),
    "kubernetes-release-whole-or-none": Cases(
        passes=[RELEASE],
        fails=[(RELEASE.unset("atomic"), "atomic"), (RELEASE.set("skipAwait", True), "skipAwait")],
        unknown=[RELEASE.set("atomic", UNKNOWN)],
    ),
    "kubernetes-release-values-safe": Cases(
        passes=[*(release(chart, values) for chart, values in SAFE.items()), release("unlisted", {})],
        fails=[(release(chart, values), f"values.{path}") for chart, values, path in BROKEN],
        unknown=[
            RELEASE.set("chart", UNKNOWN),
            RELEASE.set("values", {"rbac": {"serviceAccountTokenCreate": UNKNOWN}}),
        ],
    ),
}

test_verdicts = verdicts(CASES)
