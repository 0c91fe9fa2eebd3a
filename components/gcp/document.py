"""A JSON object that a stack leaves in a bucket, for programs that read no stack."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_gcp import storage

from components.gcp.component import GcpComponent, Scope


class Document(GcpComponent):
    """One object, written anew in place when what it tells has changed; the bucket keeps what it told before.

    It holds no secret. The SDK takes every object's content for one all the same: what is told shows among the
    component's outputs.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        bucket: pulumi.Input[str],
        path: str,
        told: Mapping[str, Any],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Write `told`, in which outputs may stand anywhere."""
        super().__init__("Document", name, scope, "internal", opts)
        content = pulumi.Output.json_dumps(told, indent=2, sort_keys=True)
        storage.BucketObject(
            f"{name}-object",
            bucket=bucket,
            name=path,
            content=content,
            content_type="application/json",
            cache_control="no-store",
            opts=self.child(),
        )
        self.register_outputs({"content": content})
