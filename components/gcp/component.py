"""What every Google Cloud component has in common: where it stands, how its children are labelled and protected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.tags import DataClass, Tags


@dataclass(frozen=True)
class Scope:
    """Where a stack's Google Cloud resources stand; settings, not look-ups, so that a plan needs no account."""

    project: str
    project_number: str
    region: str
    tags: Tags
    protect: bool
    """Guards stateful resources: Pulumi's `protect`, and the cloud's own protection where there is one."""


class GcpComponent(pulumi.ComponentResource):
    """A component whose children carry the scope's labels and their class of data.

    A transformation sets the labels on each child that takes any, as `AwsComponent` does with tags; a child's own win.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        scope: Scope,
        data_class: DataClass,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        labels = scope.tags.of(data_class)
        super().__init__(
            f"multicloud:gcp:{kind}",
            name,
            None,
            pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(transformations=[lambda args: _labelled(args, labels)])
            ),
        )
        self.scope = scope

    def child(
        self, *, stateful: bool = False, depends_on: Sequence[pulumi.Resource] | None = None
    ) -> pulumi.ResourceOptions:
        """Options of a child; a stateful one is protected where the scope says so."""
        return pulumi.ResourceOptions(
            parent=self, protect=(stateful and self.scope.protect) or None, depends_on=depends_on
        )


# A notification channel's `labels` are its settings; ours go to `user_labels`.
_OWN_LABELS = {"gcp:monitoring/notificationChannel:NotificationChannel": "user_labels"}


def _labelled(
    args: pulumi.ResourceTransformationArgs, labels: Mapping[str, str]
) -> pulumi.ResourceTransformationResult | None:
    key = _OWN_LABELS.get(args.type_, "labels")
    own = args.props.get(key)
    if key not in args.props or not (own is None or isinstance(own, Mapping)):
        return None
    return pulumi.ResourceTransformationResult({**args.props, key: {**labels, **(own or {})}}, args.opts)
