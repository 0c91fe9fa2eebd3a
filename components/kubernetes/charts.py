"""The charts of others: which versions, from where they are copied, and how they are installed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pulumi
from pulumi_kubernetes import helm

TIMEOUT_SECONDS = 600
"""How long a release may take until all of it runs: new nodes come within minutes."""


@dataclass(frozen=True)
class Image:
    """An image that a chart runs."""

    artifact: str
    """Its name in the settings' `artifacts`, where the copy is, and in `vendor_images`."""

    source: str
    """Where the copy comes from, with its tag."""

    @property
    def tag(self) -> str:
        """The tag, which copies keep."""
        return self.source.rpartition(":")[2]

    def pinned(self, digest: str) -> str:
        """The tag for charts that put `<repository>:<tag>` together: with the digest in it, the digest decides."""
        return f"{self.tag}@{digest}"


@dataclass(frozen=True)
class Chart:
    """A chart, copied to both registries under its version."""

    artifact: str
    """Its name in the settings' `artifacts`."""

    source: str
    """The repository that the copy comes from."""

    version: str
    image: Image


ChartName = Literal["external-secrets"]

CHARTS: Mapping[ChartName, Chart] = {
    # Older than 2.5.0 it cannot act as a Google service account by federation.
    "external-secrets": Chart(
        "vendor/charts/external-secrets",
        "https://charts.external-secrets.io",
        "2.9.0",
        Image("vendor/external-secrets", "ghcr.io/external-secrets/external-secrets:v2.9.0"),
    ),
}
"""Charts by the name of their release. Raise a version together with the image's digest in `vendor_images`."""


def release(
    name: str,
    chart_name: ChartName,
    *,
    registry: Mapping[str, pulumi.Input[str]],
    namespace: pulumi.Input[str],
    values: Mapping[str, Any],
    opts: pulumi.ResourceOptions,
) -> helm.v3.Release:
    """Install a chart from the cloud's own registry (`registry` has URLs by artifact), or nothing of it.

    Neither cloud asks the other's registry or a public one, which have fallen together before.
    """
    chart = CHARTS[chart_name]
    return helm.v3.Release(
        name,
        name=chart_name,
        chart=pulumi.Output.concat("oci://", registry[chart.artifact]),
        version=chart.version,
        namespace=namespace,
        values=values,
        atomic=True,
        timeout=TIMEOUT_SECONDS,
        max_history=10,
        opts=opts,
    )
