"""What every component in a cluster has in common: how its objects are labelled and protected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pulumi
from pulumi_kubernetes import meta

from components.component import Component, always
from components.kubernetes.vendor import Vendor
from components.tags import DataClass, Tags
from settings.types import Mode

Cloud = Literal["aws", "gcp"]
"""Whose cluster it is: EKS, or GKE Autopilot."""


@dataclass(frozen=True)
class Scope:
    """Whose objects they are and what their cluster is like; which cluster it is is their provider's."""

    cloud: Cloud
    mode: Mode
    """Whether the region serves; the primary always does."""

    vendor: Vendor
    """Where others' charts and images come from."""

    control_plane: tuple[str, ...]
    """Address ranges that the API server calls webhooks from."""

    api_server: tuple[str, ...]
    """Address ranges at which pods ask it."""

    tags: Tags
    protect: bool
    """Guards what holds data by Pulumi's `protect`."""


class KubernetesComponent(Component):
    """A component whose objects carry the scope's tags and their class of data as labels, in either cloud's cluster."""

    scope: Scope

    def __init__(
        self,
        kind: str,
        name: str,
        scope: Scope,
        data_class: DataClass,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        mark = pulumi.ResourceOptions(transformations=[lambda args: labelled(args, scope.tags, data_class)])
        super().__init__(f"multicloud:kubernetes:{kind}", name, None, pulumi.ResourceOptions.merge(opts, mark))
        self.scope, self.protect = scope, scope.protect


def labelled(
    args: pulumi.ResourceTransformationArgs, tags: Tags, data_class: DataClass
) -> pulumi.ResourceTransformationResult | None:
    """The object with our labels under its own; a release has none, and its chart is told them.

    https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/
    """
    metadata = args.props.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    ours = {
        "app.kubernetes.io/managed-by": "pulumi",
        "app.kubernetes.io/part-of": tags.service,
        **tags.of(data_class),
    }
    labels = {**ours, **(metadata.get("labels") or {})}
    return pulumi.ResourceTransformationResult({**args.props, "metadata": {**metadata, "labels": labels}}, args.opts)


def name_of(metadata: pulumi.Output[meta.v1.outputs.ObjectMeta]) -> pulumi.Output[str]:
    """An object's name, known once it exists: who takes it needs no `depends_on`."""
    return always(metadata.apply(lambda found: found.name), "name")
