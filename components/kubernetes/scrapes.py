"""What Prometheus collects in a cluster beyond Kubernetes itself: one table for both collectors.

Charts could make monitors of their own, but then each would need Prometheus's kinds before it could be installed, and
Google's collector knows other kinds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.kubernetes.component import Cloud

INTERVAL = "30s"


@dataclass(frozen=True)
class Scrape:
    """Pods that tell their metrics."""

    name: str
    namespace: str | None
    """None where pods of every namespace have the labels."""

    pods: Mapping[str, str]
    """Labels of the pods; `*` stands for any value."""

    port: str
    """Name of the container's port."""

    path: str = "/metrics"
    clouds: tuple[Cloud, ...] = ("aws", "gcp")
    number: int | None = None
    """Where the metrics are behind another port than the named one, which is what finds the pods."""

    dropped: str | None = None
    """A regular expression of metrics' names that are not kept."""

    encrypted: bool = False
    """Whether they are told by HTTPS, under a certificate that the pod signs for itself."""

    about_others: bool = False
    """Whether namespace, pod and container in the metrics are those that they tell of, and not the teller's own."""


NAME, COMPONENT = "app.kubernetes.io/name", "app.kubernetes.io/component"

SCRAPES: tuple[Scrape, ...] = (
    Scrape("cert-manager", "cert-manager", {NAME: "cert-manager"}, "http-metrics", about_others=True),
    Scrape("external-secrets", "external-secrets", {NAME: "external-secrets"}, "metrics", about_others=True),
    Scrape("external-dns", "external-dns", {NAME: "external-dns"}, "http"),
    Scrape(
        "load-balancing", "load-balancing", {NAME: "aws-load-balancer-controller"}, "metrics-server", clouds=("aws",)
    ),
    Scrape("autoneg", "autoneg-system", {NAME: "autoneg"}, "metrics", clouds=("gcp",), encrypted=True),
    Scrape(
        "opentelemetry-operator",
        "opentelemetry-operator",
        {NAME: "opentelemetry-operator"},
        "metrics",
        clouds=("aws",),
    ),
    Scrape("argocd", "argocd", {"app.kubernetes.io/part-of": "argocd"}, "metrics", clouds=("aws",)),
    Scrape("argo-rollouts", "argo-rollouts", {NAME: "argo-rollouts"}, "metrics", clouds=("aws",), about_others=True),
    Scrape("karpenter", "karpenter", {NAME: "karpenter"}, "http-metrics", clouds=("aws",)),
    Scrape("flux", "flux-system", {"app": "*"}, "http-prom", clouds=("gcp",)),
    Scrape(
        "revisions",
        "observability",
        {NAME: "kube-state-metrics", "app.kubernetes.io/instance": "kube-state-metrics"},
        "http",
        clouds=("gcp",),
        about_others=True,
    ),
    Scrape("kyverno-admission", "kyverno", {COMPONENT: "admission-controller"}, "metrics-port"),
    Scrape("kyverno", "kyverno", {"app.kubernetes.io/part-of": "kyverno"}, "metrics"),
    Scrape("scanning", "trivy-system", {NAME: "trivy-operator"}, "metrics", about_others=True),
    Scrape("chaos-mesh", "chaos-mesh", {NAME: "chaos-mesh"}, "http", clouds=("aws",)),
    Scrape("collectors", "observability", {NAME: "opentelemetry-collector"}, "metrics"),
    Scrape("istiod", "istio-system", {"app": "istiod"}, "http-monitoring", clouds=("aws",)),
    # The sidecar adds the application's own metrics to its; who asks for the latter alone is refused by the mesh.
    # https://istio.io/latest/docs/ops/integrations/prometheus/#option-1-metrics-merging
    Scrape(
        "mesh", None, {"service.istio.io/canonical-name": "*"}, "http-envoy-prom", "/stats/prometheus", ("aws",), 15020
    ),
    # Google's mesh sends its own metrics to Cloud Monitoring by itself, and each sample here is paid for.
    Scrape(
        "workloads", None, {"monitored": "true"}, "http", "/stats/prometheus", ("gcp",), 15020, "(envoy|istio)_.*"
    ),
)  # fmt: skip
"""Labels and ports are the charts' own."""


def of(cloud: Cloud) -> list[Scrape]:
    """What is collected in a cloud's cluster."""
    return [scrape for scrape in SCRAPES if cloud in scrape.clouds]


def selector(pods: Mapping[str, str]) -> dict[str, Any]:
    """The label selector of a row's pods."""
    found: dict[str, Any] = {}
    exact = {label: value for label, value in pods.items() if value != "*"}
    if exact:
        found["matchLabels"] = exact
    anything = [{"key": label, "operator": "Exists"} for label, value in pods.items() if value == "*"]
    if anything:
        found["matchExpressions"] = anything
    return found


def drop(names: str) -> dict[str, Any]:
    """The rule that leaves out metrics of these names, alike for both collectors."""
    return {"action": "drop", "sourceLabels": ["__name__"], "regex": names}
