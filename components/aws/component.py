"""What every AWS component has in common: where it stands, how its children are tagged and protected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.tags import DataClass, Tags

GLOBAL_REGION = "us-east-1"
"""Where AWS keeps what belongs to no region: Route 53's metrics, logs and keys, CloudFront's certificates and logs."""


@dataclass(frozen=True)
class Scope:
    """Where a stack's AWS resources stand; settings, not look-ups, so that a plan needs no account."""

    account_id: str
    region: str
    tags: Tags
    protect: bool
    """Guards stateful resources: Pulumi's `protect`, the cloud's deletion protection and final snapshots."""

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """The ARN of a regional resource in this account, such as `arn("logs", "log-group:*")`."""
        return f"arn:aws:{service}:{region or self.region}:{self.account_id}:{resource}"


class AwsComponent(pulumi.ComponentResource):
    """A component whose children carry the scope's tags, their class of data and their logical name.

    A transformation sets the tags on each child that takes any, so that no resource can be added without; a child's own
    `tags` win. It runs in the SDK, before the registration: the tags are inputs that previews and policies see.
    """

    def __init__(
        self,
        kind: str,
        name: str,
        scope: Scope,
        data_class: DataClass,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        tags = scope.tags.of(data_class)
        super().__init__(
            f"multicloud:aws:{kind}",
            name,
            None,
            pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(transformations=[lambda args: _tagged(args, tags)])
            ),
        )
        self.scope = scope
        self.tags = tags

    def child(
        self,
        *,
        stateful: bool = False,
        depends_on: Sequence[pulumi.Resource] | None = None,
        ignore_changes: list[str] | None = None,
    ) -> pulumi.ResourceOptions:
        """Options of a child; a stateful one is protected where the scope says so.

        `ignore_changes` are paths in the engine's spelling (`scalingConfig.desiredSize`): the SDK translates none.
        """
        return pulumi.ResourceOptions(
            parent=self,
            protect=(stateful and self.scope.protect) or None,
            depends_on=depends_on,
            ignore_changes=ignore_changes,
        )


def _tagged(
    args: pulumi.ResourceTransformationArgs, tags: Mapping[str, str]
) -> pulumi.ResourceTransformationResult | None:
    own = args.props.get("tags")
    if "tags" not in args.props or not (own is None or isinstance(own, Mapping)):
        return None
    return pulumi.ResourceTransformationResult(
        {**args.props, "tags": {"Name": args.name, **tags, **(own or {})}}, args.opts
    )
