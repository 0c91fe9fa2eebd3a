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


CHARTS: Mapping[str, Chart] = MappingProxyType(
    {
        # Older than 2.5.0 it cannot act as a Google service account by federation.
        "external-secrets": Chart("https://charts.external-secrets.io", "2.9.0"),
        # 1.17 made the policies that are written in CEL stable.
        "kyverno": Chart("https://kyverno.github.io/kyverno", "3.8.2"),
        "sonarqube": Chart("https://SonarSource.github.io/helm-chart-sonarqube", "2026.5.0"),
        "trivy-operator": Chart("https://aquasecurity.github.io/helm-charts", "0.34.0"),
    }
)
"""Charts by name. Raise a version together with its images'."""

IMAGES: Mapping[str, str] = MappingProxyType(
    {
        "external-secrets": "ghcr.io/external-secrets/external-secrets:v2.9.0",
        "kyverno": "ghcr.io/kyverno/kyverno:v1.18.2",
        "kyverno-background": "ghcr.io/kyverno/background-controller:v1.18.2",
        "kyverno-cleanup": "ghcr.io/kyverno/cleanup-controller:v1.18.2",
        "kyverno-cli": "ghcr.io/kyverno/kyverno-cli:v1.18.2",
        "kyverno-init": "ghcr.io/kyverno/kyvernopre:v1.18.2",
        "kyverno-readiness": "ghcr.io/kyverno/readiness-checker:v1.18.2",
        "kyverno-reports": "ghcr.io/kyverno/reports-controller:v1.18.2",
        "sonarqube": "docker.io/library/sonarqube:26.7.0.124771-community",
        "trivy-operator": "mirror.gcr.io/aquasec/trivy-operator:0.32.0",
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
