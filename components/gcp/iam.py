"""Identities and roles, as Google Cloud's components grant them: never a key, never more than the work needs."""

from collections.abc import Sequence

import pulumi
from pulumi_gcp import projects

from components.gcp.component import GcpComponent, Scope


def custom_role(
    parent: GcpComponent, name: str, *, title: str, permissions: Sequence[str], opts: pulumi.ResourceOptions
) -> pulumi.Output[str]:
    """A role of the project's own, for work whose predefined role would allow more; its full name.

    The id is made from the logical name: Google has no automatic ones, and takes letters, digits, `.` and `_` only.
    """
    tags = parent.scope.tags
    return projects.IAMCustomRole(
        name,
        role_id=f"{tags.service}_{tags.environment}_{name}".replace("-", "_"),
        title=title,
        permissions=sorted(permissions),
        opts=opts,
    ).id


def pod(scope: Scope, workload_pool: pulumi.Input[str], namespace: str, service_account: str) -> pulumi.Output[str]:
    """The member for IAM that is a Kubernetes service account of the clusters in `workload_pool`.

    Google refuses it before the pool's first cluster exists, so that the pool must be a cluster's output.
    https://docs.cloud.google.com/kubernetes-engine/docs/concepts/workload-identity
    """
    return pulumi.Output.concat(
        f"principal://iam.googleapis.com/projects/{scope.project_number}/locations/global/workloadIdentityPools/",
        workload_pool,
        f"/subject/ns/{namespace}/sa/{service_account}",
    )
