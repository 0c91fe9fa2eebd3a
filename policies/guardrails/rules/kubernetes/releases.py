"""Helm releases: where charts come from, and the values that decide on security."""

import re
from collections.abc import Iterator, Mapping

from pulumi_policy import Severity

from guardrails.checks import absent, at_least, isolated, off, on, present, together
from guardrails.model import Finding, NodeCheck, ResourceRule
from guardrails.subject import Node, Resource

RELEASE = ("kubernetes:helm.sh/v3:Release",)

VERSION = re.compile(r"v?\d+\.\d+\.\d+([-+][0-9A-Za-z.+-]+)?")


def one_of(path: str, *choices: str, default: str = "") -> NodeCheck:
    """A text must be one of some; `default` is what the chart takes for an absent one."""

    def check(node: Node) -> Iterator[Finding]:
        if node.text(path, default) not in choices:
            yield Finding(node.at(path), f"is not {' or '.join(choices)}")

    return check


def _named(chart: str) -> str:
    return chart.rpartition("/")[2]


# Values that decide on security, by chart, each with the chart's own default.
VALUES: Mapping[str, tuple[NodeCheck, ...]] = {
    "argo-cd": (
        off(r"values.configs.cm.admin\.enabled", default=True, problem="leaves a local administrator"),
        off(r"values.configs.cm.users\.anonymous\.enabled", problem="lets anybody in"),
        off(r"values.configs.cm.exec\.enabled", problem="opens a shell into pods"),
    ),
    "cert-manager": (on("values.crds.keep", default=True, problem="lets a removal delete every certificate"),),
    "chaos-mesh": (
        on("values.controllerManager.enableFilterNamespace", problem="lets faults into every namespace"),
        on("values.dashboard.securityMode", default=True, problem="lets anybody start a fault"),
    ),
    "external-dns": (
        one_of("values.registry", "txt", "dynamodb", default="txt"),
        present("values.txtOwnerId", "is not set: it would take others' records for its own"),
        present("values.domainFilters", "is not set: it would write to every zone"),
    ),
    "external-secrets": (
        off("values.rbac.serviceAccountTokenCreate", default=True, problem="makes tokens of every service account"),
    ),
    "grafana": (off(r"values.grafana\.ini.auth\.anonymous.enabled", problem="lets anybody in"),),
    "kiali-server": (one_of("values.auth.strategy", "openid", "openshift", "token", default="token"),),
    "kube-prometheus-stack": (
        off(r"values.grafana.grafana\.ini.auth\.anonymous.enabled", problem="lets anybody in"),
        absent("values.grafana.adminPassword", "is a password in plain text"),
        off("values.prometheus.prometheusSpec.enableAdminAPI", problem="lets whoever reaches it delete all series"),
    ),
    "kyverno": (
        at_least("values.admissionController.replicas", "leastAdmissionReplicas", default=1, unit="pods"),
        off("values.features.forceFailurePolicyIgnore.enabled", problem="admits everything while it is down"),
    ),
    "sonarqube": (
        off("values.initSysctl.enabled", default=True, problem="starts a privileged container"),
        absent("values.monitoringPasscode", "is a password in plain text"),
        absent("values.jdbcOverwrite.jdbcPassword", "is a password in plain text"),
    ),
    "vault": (
        off("values.global.tlsDisable", default=True, problem="sends secrets in plain text"),
        off("values.server.dev.enabled", problem="keeps secrets in memory, under a known token"),
        on("values.server.auditStorage.enabled", problem="leaves no place for the audit log"),
    ),
}


def _values(release: Resource) -> Iterator[Finding]:
    for check in VALUES.get(_named(release.text("chart")), ()):
        yield from isolated(check, release)


def _pinned(release: Resource) -> Iterator[Finding]:
    if not VERSION.fullmatch(release.text("version")):
        yield Finding("version", "is not one version")


def _own(release: Node) -> Iterator[Finding]:
    registries = [re.escape(str(ending)) for ending in release.choices("registries")]
    if not re.match(rf"oci://[^/]*({'|'.join(registries)})/", release.text("chart")):
        yield Finding("chart", "is not in a registry of ours")


RULES = (
    ResourceRule(
        id="kubernetes-release-pinned",
        types=RELEASE,
        severity=Severity.HIGH,
        description="Releases name one version of their chart.",
        why="A range or none takes whatever was published last, tested by nobody.",
        remedy="Set version to a whole version, as settings/vendor.py has it.",
        check=_pinned,
    ),
    ResourceRule(
        id="kubernetes-release-from-own-registry",
        types=RELEASE,
        severity=Severity.HIGH,
        description="Charts come from our own registries.",
        why="Public ones have fallen together with AWS, and whoever takes one over owns the cluster.",
        remedy="Set chart to oci://<registry>/…/charts/<name>, with no repository_opts; see settings/vendor.py.",
        settings={
            "registries": {
                "type": "array",
                "items": {"type": "string"},
                "default": [".amazonaws.com", "-docker.pkg.dev"],
                "description": "How the hosts of our registries end.",
            }
        },
        check=together(_own, absent("repositoryOpts.repo")),
    ),
    ResourceRule(
        id="kubernetes-release-whole-or-none",
        types=RELEASE,
        severity=Severity.MEDIUM,
        description="A release that fails leaves the former one.",
        why="Half of a new version and half of an old one is what nobody has tested, and it stays.",
        remedy="Set atomic=True, and no skip_await.",
        check=together(on("atomic"), off("skipAwait")),
    ),
    ResourceRule(
        id="kubernetes-release-values-safe",
        types=RELEASE,
        severity=Severity.HIGH,
        description="Charts get the values that decide on their security.",
        why="Several charts' own defaults suit a trial: a local administrator, no TLS, rights in every namespace.",
        remedy="Set the value in the component that makes the release.",
        settings={
            "leastAdmissionReplicas": {
                "type": "number",
                "minimum": 2,
                "default": 3,
                "description": "Pods that decide on admission; while none answers nothing starts.",
            }
        },
        check=_values,
    ),
)
