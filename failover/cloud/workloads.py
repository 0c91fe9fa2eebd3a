"""Deployments in the standby's cluster, by the control plane's name: Google's own login opens it, from anywhere."""

from dataclasses import dataclass

from failover.cloud.calls import Access, answer, calling

MODE = "REGION_MODE"
"""Environment variable by which a workload is told its region's mode (charts/service/README.md)."""


@dataclass(frozen=True)
class Deployment:
    """How far a deployment is."""

    mode: str
    """What its pods are told; empty if nothing."""

    wanted: int
    ready: int
    """Pods of its newest revision that serve."""


class Workloads:
    """Deployments by namespace and name. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/"""

    def __init__(self, access: Access) -> None:
        self._seconds = access.seconds
        self._access = access

    def deployment(self, endpoint: str, namespace: str, name: str) -> Deployment:
        """One deployment as the cluster sees it; an update that it has not noticed yet counts as none ready."""
        url = self._access.url("cluster", endpoint, f"/apis/apps/v1/namespaces/{namespace}/deployments/{name}")
        with calling(f"read deployment {namespace}/{name}"):
            found = answer(self._access.session.get(url, timeout=self._seconds))
        spec, status = found["spec"], found.get("status", {})
        told = [
            variable.get("value", "")
            for container in spec["template"]["spec"]["containers"]
            for variable in container.get("env", [])
            if variable["name"] == MODE
        ]
        noticed = status.get("observedGeneration", 0) >= found["metadata"]["generation"]
        ready = min(status.get("updatedReplicas", 0), status.get("availableReplicas", 0)) if noticed else 0
        return Deployment(told[0] if told else "", spec.get("replicas", 1), ready)
