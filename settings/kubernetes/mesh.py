"""Settings of the mesh: how its control plane and its gateway are sized, what it traces, and when it gives up."""

from typing import Annotated

from pydantic import field_validator

from settings.types import ByMode, Model, Refusal, between
from settings.workloads import ReplicaRange


def _outlives_a_node(replicas: ReplicaRange) -> ReplicaRange:
    if replicas.minimum < 2:
        raise Refusal("whoever leads to the others must outlive a drained node", "use 2 or more", at=("minimum",))
    return replicas


class GatewayReplicas(ByMode[ReplicaRange]):
    """Pods of the gateway in each role of a region; the primary is always active."""

    standby: ReplicaRange = ReplicaRange(minimum=2, maximum=4)
    """While the primary serves: health checks ask it, and it must outlive a drained node."""

    active: ReplicaRange = ReplicaRange(minimum=3, maximum=20)
    """While the region serves: one a zone at least."""

    _enough = field_validator("standby", "active")(_outlives_a_node)


class MeshSettings(Model):
    """The service mesh of both clusters; in the standby Google sizes the control plane."""

    control_plane: ReplicaRange = ReplicaRange(minimum=2, maximum=5)
    """Pods of istiod, in the primary; without it no new pod gets a certificate."""

    gateway: GatewayReplicas = GatewayReplicas()
    """Pods of the gateway that leads into the cluster."""

    trace_percent: Annotated[float, *between(0, 100, "it is a share of all requests")] = 1.0
    """Percent of requests that are traced, if the caller has not decided."""

    access_log: bool = True
    """Whether each request is logged, with its caller, answer and duration."""

    certificate_days: Annotated[
        int, *between(7, 365, "a CA that lives for less is renewed while it starts, and one for longer is hardly ever")
    ] = 60
    """Days for which istiod's own CA is valid; it is renewed after two thirds of them."""

    connect_seconds: Annotated[
        int, *between(1, 30, "a pod of the same region that has not answered by then is gone")
    ] = 3
    """Seconds that a connection may take to open."""

    connections: Annotated[int, *between(1, 100_000, "with none nobody is asked, and more are more than ports")] = 1024
    """Connections, and requests at once, that one proxy has open to a workload; further ones fail at once."""

    ejection_seconds: Annotated[
        int, *between(5, 600, "sooner it is asked before it has recovered, and later the others take its load too long")
    ] = 30
    """Seconds for which a pod that keeps failing is asked nothing."""

    _enough = field_validator("control_plane")(_outlives_a_node)
