"""Container logs of the primary's cluster, in the region's search domain."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes import helm

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.namespace import Namespace, address_peer
from components.kubernetes.pods import CONTAINER, resources

CHART = "aws-for-fluent-bit"
PREFIX = "logs"
"""Indexes are logs-<year>.<month>.<day>."""


class ContainerLogs(KubernetesComponent):
    """Fluent Bit on every node, to search in; the request's signature is the pod's own role's.

    The cluster's CloudWatch add-on ships the same lines to CloudWatch Logs, which keeps them as the record: the
    domain is for searching, is emptied by a policy of its own, and may be down. On GKE Cloud Logging is both, and part
    of the cluster.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        nodes: Namespace,
        service_account: pulumi.Input[str],
        region: str,
        search_endpoint: pulumi.Input[str],
        search_ranges: Sequence[str],
        after: helm.v3.Release,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Install it in `nodes`; `after` defines the kind of its monitor."""
        super().__init__("ContainerLogs", name, scope, "internal", opts)
        nodes.let_out_to_api_server()
        nodes.let_out("logs-to-search", [address_peer(cidr) for cidr in search_ranges], [443])
        vendor = scope.vendor
        scope.vendor.release(
            f"{name}-release",
            CHART,
            namespace=nodes.namespace,
            values={
                "image": {"repository": vendor.repository(CHART), "tag": vendor.tag(CHART)},
                "serviceAccount": {"name": service_account},
                # Nodes own their logs: only root reads them. It can do nothing else.
                "containerSecurityContext": {**CONTAINER, "runAsUser": 0},
                "podSecurityContext": {"seccompProfile": {"type": "RuntimeDefault"}},
                "volumes": [
                    {"name": "varlog", "hostPath": {"path": "/var/log"}},
                    # How far each file was read, kept over restarts of the pod.
                    {"name": "positions", "hostPath": {"path": "/var/lib/fluent-bit", "type": "DirectoryOrCreate"}},
                ],
                "volumeMounts": [
                    {"name": "varlog", "mountPath": "/var/log", "readOnly": True},
                    {"name": "positions", "mountPath": "/var/lib/fluent-bit"},
                ],
                "input": {"db": "/var/lib/fluent-bit/positions.db", "multilineParser": "cri", "memBufLimit": "32MB"},
                # The parsed line stands for the text that it was made from.
                "filter": {"keepLog": "Off"},
                "cloudWatchLogs": {"enabled": False},
                "opensearch": {
                    "enabled": True,
                    "host": search_endpoint,
                    "awsRegion": region,
                    "logstashFormat": "on",
                    "logstashPrefix": PREFIX,
                    "replaceDots": "On",
                    # A line that is sent twice keeps one id.
                    "generateId": "On",
                    "extraOutputs": "Retry_Limit 10\nCompress gzip\n",
                },
                # The chart's own probe fails while the domain is down, and a restart would lose what waits in memory.
                "livenessProbe": {"httpGet": {"path": "/api/v1/uptime"}},
                "tolerations": [{"operator": "Exists"}],
                "priorityClassName": "system-node-critical",
                "resources": resources(50, 256),
                "serviceMonitor": {"enabled": True},
            },
            opts=self.child(depends_on=[after]),
        )
        self.register_outputs({})
