"""What every AWS component has in common: where it stands, how its children are tagged and protected."""

from dataclasses import dataclass

import pulumi

from components.component import Component, marked
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


class AwsComponent(Component):
    """A component whose children carry the scope's tags, their class of data and their logical name."""

    scope: Scope

    def __init__(
        self,
        kind: str,
        name: str,
        scope: Scope,
        data_class: DataClass,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        tags = scope.tags.of(data_class)
        mark = pulumi.ResourceOptions(transformations=[lambda args: marked(args, "tags", {"Name": args.name, **tags})])
        super().__init__(f"multicloud:aws:{kind}", name, None, pulumi.ResourceOptions.merge(opts, mark))
        self.scope, self.protect = scope, scope.protect
        self.tags = tags
