"""What every component has in common, whatever its cloud: marks on its children, and protection of what holds data."""

from collections.abc import Mapping, Sequence

import pulumi


class Component(pulumi.ComponentResource):
    """A component whose children are protected where they hold data.

    Its marks (tags or labels) come to its children by a transformation, `marked`, so that no resource can be added
    without; a child's own win. It runs in the SDK, before the registration: the marks are inputs that previews and
    policies see.
    """

    protect: bool
    """Whether stateful children are guarded."""

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
            protect=(stateful and self.protect) or None,
            depends_on=depends_on,
            ignore_changes=ignore_changes,
        )

    @property
    def deletion_policy(self) -> str:
        """What Google Cloud's provider does when it is told to delete something that holds data."""
        return "PREVENT" if self.protect else "DELETE"


def marked(
    args: pulumi.ResourceTransformationArgs, key: str, marks: Mapping[str, str]
) -> pulumi.ResourceTransformationResult | None:
    """The resource with `marks` under its own, if it takes a mapping of that name."""
    own = args.props.get(key)
    if key not in args.props or not (own is None or isinstance(own, Mapping)):
        return None
    return pulumi.ResourceTransformationResult({**args.props, key: {**marks, **(own or {})}}, args.opts)


def always(given: pulumi.Output[str | None], what: str) -> pulumi.Output[str]:
    """An output that the cloud always fills in where the SDK's types allow none; `what` names it in the error."""

    def check(value: str | None) -> str:
        if value is None:
            raise ValueError(f"the cloud returned no {what}, which it always does for such a resource")
        return value

    return given.apply(check)
