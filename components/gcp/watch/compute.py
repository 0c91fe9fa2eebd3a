"""Clusters."""

import pulumi

from components.gcp.watch.rows import Alarm, Event, Query, Signal, Watched


def cluster(cluster_name: pulumi.Input[str]) -> list[Watched]:
    """A GKE cluster: its control plane and pods by Managed Service for Prometheus, its nodes and volumes by GKE.

    The cluster must collect the control plane's and the state metrics (monitoring components APISERVER, SCHEDULER,
    POD, DEPLOYMENT): without them these alarms stay silent.
    https://docs.cloud.google.com/kubernetes-engine/docs/how-to/control-plane-metrics
    https://docs.cloud.google.com/kubernetes-engine/docs/how-to/kube-state-metrics
    """
    own = pulumi.Output.concat('cluster="', cluster_name, '"')
    control_plane = (
        Query(
            "server-errors",
            pulumi.Output.format(
                '100 * sum(rate(apiserver_request_total{{{0},code=~"5.."}}[5m]))'
                " / sum(rate(apiserver_request_total{{{0}}}[5m])) > 5",
                own,
            ),
            "page", "The API server fails more than 5 % of requests.",
            "See the status dashboard of Google Cloud, then webhooks that fail: `kubectl get --raw /readyz?verbose`.",
            minutes=10, vital=True,
        ),
        Query(
            "unschedulable",
            pulumi.Output.format('min(scheduler_pending_pods{{{0},queue="unschedulable"}}) > 0', own),
            "ticket", "Pods have waited for 15 minutes for a node that fits.",
            "`kubectl describe pod` says what is missing; often a quota of the region.", minutes=15,
        ),
        Query(
            "unavailable",
            pulumi.Output.format(
                "sum by (namespace, deployment) (kube_deployment_spec_replicas{{{0}}})"
                " > sum by (namespace, deployment) (kube_deployment_status_replicas_available{{{0}}})",
                own,
            ),
            "page", "A deployment has lacked replicas for 15 minutes.",
            "`kubectl describe` the deployment and its newest replica set.", minutes=15,
        ),
    )  # fmt: skip
    nodes = (
        Alarm(
            "cpu", "kubernetes.io/node/cpu/allocatable_utilization", "ALIGN_MEAN", 0.9, "ticket",
            "Nodes are out of CPU.", "See which workloads use more than they ask for.", minutes=15,
            reducer="REDUCE_MEAN",
        ),
        Alarm(
            "memory", "kubernetes.io/node/memory/allocatable_utilization", "ALIGN_MEAN", 0.9, "ticket",
            "Nodes are out of memory, and pods will be evicted.", "See which workloads use more than they ask for.",
            minutes=15, labels={"memory_type": "non-evictable"}, reducer="REDUCE_MEAN",
        ),
    )  # fmt: skip
    containers = (
        Alarm(
            "restarts", "kubernetes.io/container/restart_count", "ALIGN_DELTA", 5, "page",
            "A container has restarted more than five times in ten minutes.",
            "`kubectl logs --previous` says why.", period=600, minutes=0, reducer="REDUCE_SUM",
            by=("resource.label.namespace_name", "resource.label.container_name"),
        ),
    )  # fmt: skip
    volumes = (
        Alarm(
            "full", "kubernetes.io/pod/volume/utilization", "ALIGN_MEAN", 0.9, "ticket",
            "A volume is nearly full.", "Enlarge its claim: the storage class lets volumes grow.", minutes=15,
        ),
    )  # fmt: skip
    labels = {"cluster_name": cluster_name}
    saturation = (Signal("saturation", "kubernetes.io/node/cpu/allocatable_utilization", "ALIGN_MEAN"),)
    return [
        Watched("cluster", "Cluster", "", {}, queries=control_plane),
        Watched("cluster-nodes", "Cluster", "k8s_node", labels, nodes, saturation),
        Watched("cluster-containers", "Cluster", "k8s_container", labels, containers),
        Watched("cluster-volumes", "Cluster", "k8s_pod", labels, volumes),
    ]


def delivery(namespace: str) -> list[Watched]:
    """Flux, by the log of its controllers in `namespace`: it is what makes the standby run the primary's revision."""
    events = (
        Event(
            "failed",
            f'resource.type="k8s_container" AND resource.labels.namespace_name="{namespace}"'
            ' AND jsonPayload.level="error"',
            "ticket", "A revision did not come to the standby, which so runs another than the primary.",
            "`flux get all -A` says which, and why.",
        ),
    )  # fmt: skip
    return [Watched("delivery", "Cluster", "", {}, events=events)]


def backups() -> list[Watched]:
    """Backups of the project: those of databases and tables by the audit log, the cluster's by Backup for GKE's."""
    stores = " OR ".join(
        f'protoPayload.serviceName="{service}.googleapis.com"'
        for service in ("bigtableadmin", "cloudsql", "memorystore", "sqladmin")
    )
    events = (
        Event(
            "store-failed", f'({stores}) AND protoPayload.methodName:"backup" AND severity>=ERROR', "ticket",
            "A database or a table has no new backup.",
            "The entry says why; make one by hand once that is mended.",
        ),
        Event(
            "cluster-failed",
            'resource.type="gkebackup.googleapis.com/BackupPlan" AND log_id("gkebackup.googleapis.com/backup_change")'
            ' AND jsonPayload.inputBackup.state="FAILED"',
            "ticket", "The cluster has no new backup.", "The entry says why; start one by hand once that is mended.",
        ),
    )  # fmt: skip
    return [Watched("backup", "Backups", "", {}, events=events)]
