"""What others make and both clusters run: charts by version and images by tag, copied to each cloud's own registry.

Nothing in a cluster comes from a public registry: they have fallen together with AWS. Each image's digest is in the
settings (`platform.images`), so that what was checked is what runs; `python -m settings.vendor` prints what to copy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from pydantic import BeforeValidator, Field

from settings.types import ImageDigest, Refusal

SAMPLE_DIGEST = f"sha256:{'0' * 64}"
"""Stands for a digest that nobody has given yet; an update refuses it."""


@dataclass(frozen=True)
class Chart:
    """A Helm chart."""

    source: str
    """The repository that the copy comes from: `https://…` of an index, or `oci://…` without the chart's name."""

    version: str


# Charts and images of one release belong together.
ISTIO, ISTIO_CHARTS = "1.30.3", "https://istio-release.storage.googleapis.com/charts"

CHARTS: Mapping[str, Chart] = MappingProxyType(
    {
        **{chart: Chart(ISTIO_CHARTS, ISTIO) for chart in ("base", "cni", "gateway", "istiod")},
        "aws-load-balancer-controller": Chart("https://aws.github.io/eks-charts", "3.5.0"),
        "cert-manager": Chart("https://charts.jetstack.io", "v1.21.1"),
        "external-dns": Chart("https://kubernetes-sigs.github.io/external-dns", "1.21.1"),
        "aws-for-fluent-bit": Chart("https://aws.github.io/eks-charts", "0.2.0"),
        "chaos-mesh": Chart("https://charts.chaos-mesh.org", "2.8.3"),
        "argo-cd": Chart("https://argoproj.github.io/argo-helm", "10.1.1"),
        "argo-rollouts": Chart("https://argoproj.github.io/argo-helm", "2.41.0"),
        # Older than 2.5.0 it cannot act as a Google service account by federation.
        "external-secrets": Chart("https://charts.external-secrets.io", "2.9.0"),
        "karpenter": Chart("oci://public.ecr.aws/karpenter", "1.14.1"),
        "karpenter-crd": Chart("oci://public.ecr.aws/karpenter", "1.14.1"),
        "opentelemetry-operator": Chart("https://open-telemetry.github.io/opentelemetry-helm-charts", "0.122.0"),
        "jaeger": Chart("https://jaegertracing.github.io/helm-charts", "4.11.1"),
        "kiali-server": Chart("https://kiali.org/helm-charts", "2.29.0"),
        "kube-prometheus-stack": Chart("https://prometheus-community.github.io/helm-charts", "88.5.3"),
        # As in kube-prometheus-stack, whose image it shares.
        "kube-state-metrics": Chart("https://prometheus-community.github.io/helm-charts", "8.4.0"),
        "opentelemetry-collector": Chart("https://open-telemetry.github.io/opentelemetry-helm-charts", "0.170.0"),
        "litmus-core": Chart("https://litmuschaos.github.io/litmus-helm", "3.29.0"),
        "vault": Chart("https://helm.releases.hashicorp.com", "0.34.1"),
        # Before 1.19 it verified by a key only once it had asked Sigstore, and refused where no log is named.
        # https://github.com/kyverno/kyverno/issues/16857
        "kyverno": Chart("https://kyverno.github.io/kyverno", "3.9.0"),
        "sonarqube": Chart("https://SonarSource.github.io/helm-chart-sonarqube", "2026.5.0"),
        "trivy-operator": Chart("https://aquasecurity.github.io/helm-charts", "0.34.0"),
        "flux2": Chart("https://fluxcd-community.github.io/helm-charts", "2.18.3"),
    }
)
"""Charts by name. Raise a version together with its images'."""

IMAGES: Mapping[str, str] = MappingProxyType(
    {
        **{
            f"istio-{image}": f"registry.istio.io/release/{image}:{ISTIO}-distroless"
            for image in ("install-cni", "pilot", "proxyv2")
        },
        "autoneg": "ghcr.io/googlecloudplatform/gke-autoneg-controller/gke-autoneg-controller:v2.0.0",
        "aws-load-balancer-controller": "public.ecr.aws/eks/aws-load-balancer-controller:v3.5.0",
        "cert-manager-acmesolver": "quay.io/jetstack/cert-manager-acmesolver:v1.21.1",
        "cert-manager-cainjector": "quay.io/jetstack/cert-manager-cainjector:v1.21.1",
        "cert-manager-controller": "quay.io/jetstack/cert-manager-controller:v1.21.1",
        "cert-manager-startupapicheck": "quay.io/jetstack/cert-manager-startupapicheck:v1.21.1",
        "cert-manager-webhook": "quay.io/jetstack/cert-manager-webhook:v1.21.1",
        "external-dns": "registry.k8s.io/external-dns/external-dns:v0.21.0",
        "alertmanager": "quay.io/prometheus/alertmanager:v0.34.0",
        "aws-for-fluent-bit": "public.ecr.aws/aws-observability/aws-for-fluent-bit:3.2.1",
        "aws-sigv4-proxy": "public.ecr.aws/aws-observability/aws-sigv4-proxy:1.11.1",
        "chaos-daemon": "ghcr.io/chaos-mesh/chaos-daemon:v2.8.3",
        "chaos-mesh": "ghcr.io/chaos-mesh/chaos-mesh:v2.8.3",
        "argo-rollouts": "quay.io/argoproj/argo-rollouts:v1.9.0",
        "argocd": "quay.io/argoproj/argocd:v3.4.4",
        "external-secrets": "ghcr.io/external-secrets/external-secrets:v2.9.0",
        "karpenter": "public.ecr.aws/karpenter/controller:1.14.1",
        "opentelemetry-operator": "ghcr.io/open-telemetry/opentelemetry-operator/opentelemetry-operator:0.158.0",
        "grafana": "docker.io/grafana/grafana:13.2.0",
        # Newer than the chart's own: before 2.20.0 AWS refuses the signatures of its requests with a body.
        "jaeger": "docker.io/jaegertracing/jaeger:2.20.0",
        "k8s-sidecar": "quay.io/kiwigrid/k8s-sidecar:2.10.1",
        "kiali": "quay.io/kiali/kiali:v2.29.0",
        "kube-state-metrics": "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.20.0",
        "node-exporter": "quay.io/prometheus/node-exporter:v1.12.1-distroless",
        "opentelemetry-collector": (
            "ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.158.0"
        ),
        "prometheus": "quay.io/prometheus/prometheus:v3.14.0-distroless",
        "prometheus-config-reloader": "quay.io/prometheus-operator/prometheus-config-reloader:v0.93.1",
        "prometheus-operator": "quay.io/prometheus-operator/prometheus-operator:v0.93.1",
        "litmus-experiments": "docker.io/litmuschaos/go-runner:3.29.0",
        "litmus-operator": "docker.io/litmuschaos/chaos-operator:3.29.0",
        "litmus-runner": "docker.io/litmuschaos/chaos-runner:3.29.0",
        # Runs programs of this project's own, which need the standard library alone.
        "python": "docker.io/library/python:3.13-slim-trixie",
        "vault": "docker.io/hashicorp/vault:2.0.4",
        "kyverno": "ghcr.io/kyverno/kyverno:v1.19.0",
        "kyverno-background": "ghcr.io/kyverno/background-controller:v1.19.0",
        "kyverno-cleanup": "ghcr.io/kyverno/cleanup-controller:v1.19.0",
        "kyverno-cli": "ghcr.io/kyverno/kyverno-cli:v1.19.0",
        "kyverno-init": "ghcr.io/kyverno/kyvernopre:v1.19.0",
        "kyverno-readiness": "ghcr.io/kyverno/readiness-checker:v1.19.0",
        "kyverno-reports": "ghcr.io/kyverno/reports-controller:v1.19.0",
        "sonarqube": "docker.io/library/sonarqube:26.7.0.124771-community",
        "trivy-operator": "mirror.gcr.io/aquasec/trivy-operator:0.32.0",
        "flux-cli": "ghcr.io/fluxcd/flux-cli:v2.8.5",
        "flux-helm-controller": "ghcr.io/fluxcd/helm-controller:v1.5.3",
        "flux-notification-controller": "ghcr.io/fluxcd/notification-controller:v1.8.3",
        "flux-source-controller": "ghcr.io/fluxcd/source-controller:v1.8.2",
        "haproxy": "public.ecr.aws/docker/library/haproxy:3.3.10-alpine",
        "redis": "public.ecr.aws/docker/library/redis:8.2.3-alpine",
        # Has the AWS CLI within, which reports are sent by.
        "zap": "ghcr.io/zaproxy/zaproxy:2.17.0",
    }
)
"""Where images come from, with their tags, which copies keep; by their name below `vendor/` in the registries."""


def _every_image(given: object) -> object:
    if not isinstance(given, Mapping):
        return given
    for image in given:
        if image not in IMAGES:
            raise Refusal("nothing runs an image of this name", f"name one of {', '.join(IMAGES)}", at=(str(image),))
    return {image: given.get(image, SAMPLE_DIGEST) for image in IMAGES}


VendorImages = Annotated[
    Mapping[str, ImageDigest],
    BeforeValidator(_every_image),
    Field(validate_default=True, default_factory=dict),
]
"""Digests of others' images by their names here; one that is not given is a sample, which an update refuses."""


def main() -> None:
    """Print a line for each thing to copy: its kind, its source and its name in the registries."""
    for name, chart in CHARTS.items():
        print(f"chart  {chart.source}  vendor/charts/{name}:{chart.version}")
    for name, source in IMAGES.items():
        print(f"image  {source}  vendor/{name}")


if __name__ == "__main__":
    main()
