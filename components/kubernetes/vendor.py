"""Charts and images of others, from the cloud's own registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import helm

from settings.vendor import CHARTS, IMAGES

TIMEOUT_SECONDS = 600
"""How long a release may take until all of it runs: new nodes come within minutes."""


@dataclass(frozen=True)
class Vendor:
    """Where a cluster finds others' charts and images, and which digests of them it may run.

    Neither cloud asks the other's registry or a public one, which have fallen together before.
    """

    url: pulumi.Input[str]
    """The place of the copies: a registry's host and a path, without a scheme."""

    digests: Mapping[str, str]
    """By the image's name."""

    @property
    def host(self) -> pulumi.Output[str]:
        """The registry's host, for charts that ask for it apart."""
        return pulumi.Output.from_input(self.url).apply(lambda url: url.partition("/")[0])

    def path(self, image: str) -> pulumi.Output[str]:
        """The repository of an image without the registry's host."""
        return pulumi.Output.from_input(self.url).apply(lambda url: f"{url.partition('/')[2]}/{image}")

    def repository(self, image: str) -> pulumi.Output[str]:
        """The repository of an image, without a tag."""
        return pulumi.Output.concat(self.url, "/", image)

    def version(self, image: str) -> str:
        """The image's tag alone; labels take no digest."""
        return IMAGES[image].rpartition(":")[2]

    def tag(self, image: str) -> str:
        """Tag and digest, for charts that put `<repository>:<tag>` together: the digest decides."""
        return f"{self.version(image)}@{self.digests[image]}"

    def reference(self, image: str) -> pulumi.Output[str]:
        """The whole reference of an image."""
        return pulumi.Output.concat(self.repository(image), ":", self.tag(image))

    def release(
        self,
        name: str,
        chart: str,
        *,
        namespace: pulumi.Input[str],
        values: Mapping[str, Any],
        opts: pulumi.ResourceOptions,
        release_name: str | None = None,
        timeout_seconds: int = TIMEOUT_SECONDS,
    ) -> helm.v3.Release:
        """Install a chart of settings/vendor.py, or nothing of it."""
        return helm.v3.Release(
            name,
            name=release_name or chart,
            chart=pulumi.Output.concat("oci://", self.url, "/charts/", chart),
            version=CHARTS[chart].version,
            namespace=namespace,
            values=values,
            atomic=True,
            timeout=timeout_seconds,
            max_history=10,
            opts=opts,
        )
