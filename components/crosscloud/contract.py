"""What the two regions promise each other, where policies can see it before anything joins them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi


class Contract(pulumi.ComponentResource):
    """Both regions' inventories and the tunnels' ranges, as inputs of a resource that is nothing in a cloud.

    Policies are never shown what a stack reads of another. They are shown a resource's inputs before it is made, and
    the `crosscloud-` rules judge these. What is to wait for their verdict has the contract for its parent; the
    stack's providers do, and with them every resource. `depends_on` would not do: the SDK puts a component's children
    in its place, and the contract's own come after it.

    A component by default registers no inputs: these are given to the constructor of Pulumi's own.
    """

    def __init__(
        self,
        name: str,
        *,
        primary: pulumi.Input[Mapping[str, Any]],
        standby: pulumi.Input[Mapping[str, Any]],
        tunnels: Sequence[str],
    ) -> None:
        """`primary` and `standby` are inventories (`stacks.contracts.Inventory`), `tunnels` ranges in CIDR notation."""
        agreed = {"primary": primary, "standby": standby, "tunnels": tunnels}
        super().__init__("multicloud:crosscloud:Contract", name, agreed)
        self.register_outputs({})
