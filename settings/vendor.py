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
        "argo-cd": Chart("https://argoproj.github.io/argo-helm", "10.1.1"),
        "argo-rollouts": Chart("https://argoproj.github.io/argo-helm", "2.41.0"),
        # Older than 2.5.0 it cannot act as a Google service account by federation.
        "external-secrets": Chart("https://charts.external-secrets.io", "2.9.0"),
        "flux2": Chart("https://fluxcd-community.github.io/helm-charts", "2.18.3"),
    }
)
"""Charts by name. Raise a version together with its images'."""

IMAGES: Mapping[str, str] = MappingProxyType(
    {
        "argo-rollouts": "quay.io/argoproj/argo-rollouts:v1.9.0",
        "argocd": "quay.io/argoproj/argocd:v3.4.4",
        "external-secrets": "ghcr.io/external-secrets/external-secrets:v2.9.0",
        "flux-cli": "ghcr.io/fluxcd/flux-cli:v2.8.5",
        "flux-helm-controller": "ghcr.io/fluxcd/helm-controller:v1.5.3",
        "flux-notification-controller": "ghcr.io/fluxcd/notification-controller:v1.8.3",
        "flux-source-controller": "ghcr.io/fluxcd/source-controller:v1.8.2",
        "haproxy": "public.ecr.aws/docker/library/haproxy:3.3.10-alpine",
        "redis": "public.ecr.aws/docker/library/redis:8.2.3-alpine",
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
