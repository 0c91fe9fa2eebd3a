"""Clusters."""

import pulumi

from components.aws.watch.rows import GIB, Alarm, Signal, Watched


def cluster(cluster_name: pulumi.Input[str]) -> list[Watched]:
    """An EKS cluster's control plane, and its nodes by Container Insights.

    https://docs.aws.amazon.com/eks/latest/userguide/cloudwatch.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html
    """
    control_plane = (
        Alarm(
            "server-errors", ("apiserver_request_total_5XX", "apiserver_request_total"), "Sum", 5, "page",
            "The API server fails more than 5 % of requests.", periods=10, expression="100 * m0 / m1",
            missing="notBreaching", vital=True,
        ),
        Alarm(
            "store", ("apiserver_storage_size_bytes",), "Maximum", 6 * GIB, "ticket",
            "The cluster's store nears 8 GiB, where it turns read-only: too many objects are kept.", period=300,
        ),
        Alarm(
            "unschedulable", ("scheduler_pending_pods_UNSCHEDULABLE",), "Minimum", 0, "ticket",
            "Pods have waited for 15 minutes for a node that fits.", periods=15, missing="notBreaching",
        ),
    )  # fmt: skip
    nodes = (
        Alarm(
            "failed-nodes", ("cluster_failed_node_count",), "Maximum", 0, "ticket",
            "A node has been unfit for 15 minutes and was not repaired.", periods=15, missing="notBreaching",
        ),
        Alarm("node-cpu", ("node_cpu_utilization",), "Average", 85, "ticket", "Nodes are out of CPU.", periods=15),
        Alarm(
            "node-memory", ("node_memory_utilization",), "Average", 85, "ticket",
            "Nodes are out of memory, and pods will be evicted.", periods=15,
        ),
        Alarm(
            "node-disk", ("node_filesystem_utilization",), "Maximum", 85, "ticket",
            "A node's disk is nearly full, and its pods will be evicted.", periods=15,
        ),
    )  # fmt: skip
    signals = (
        Signal("traffic", "apiserver_request_total", "Sum"),
        Signal("errors", "apiserver_request_total_5XX", "Sum"),
        Signal("latency", "apiserver_request_duration_seconds_GET_P99", "Average"),
    )
    name = {"ClusterName": cluster_name}
    saturation = (Signal("saturation", "node_cpu_utilization", "Average"),)
    return [
        Watched("cluster", "Cluster", "AWS/EKS", name, control_plane, signals),
        Watched("cluster-nodes", "Cluster", "ContainerInsights", name, nodes, saturation),
    ]
