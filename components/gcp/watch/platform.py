"""The platform's contents of the cluster: the same faults as in the primary's, from the same rows."""

import re
from collections.abc import Mapping

import pulumi

from components.gcp.watch.rows import Query, Watched
from components.kubernetes import alerts

METRIC = re.compile(r"\b([a-z]+(?:_[a-z]+)+)(?:\{([^}]*)\})?")
"""A metric's name, which has an underscore as no other word of the rows' PromQL, and what it selects."""


def contents(cluster_name: pulumi.Input[str], digests: Mapping[str, str]) -> list[Watched]:
    """Certificates, secrets, Vault, delivery and telemetry, by what Google's collectors read of them in a cluster.

    `digests` are those of the workloads' images in the settings, by name.
    """
    name = pulumi.Output.from_input(cluster_name)
    return [
        Watched(
            "contents",
            "Contents of the cluster",
            "",
            {},
            queries=tuple(_query(alert, name) for alert in alerts.of("gcp", digests)),
        )
    ]


def _query(alert: alerts.Alert, cluster_name: pulumi.Output[str]) -> Query:
    return Query(
        alert.name,
        cluster_name.apply(lambda name: of_cluster(alert.expression, name)),
        alert.severity,
        alert.why,
        alert.remedy,
        minutes=alert.minutes,
        vital=alert.vital,
    )


def of_cluster(expression: str, cluster_name: str) -> str:
    """A row's expression of one cluster alone: Cloud Monitoring keeps the metrics of all a project's clusters."""

    def selected(metric: re.Match[str]) -> str:
        labels = f",{metric[2]}" if metric[2] else ""
        return f'{metric[1]}{{cluster="{cluster_name}"{labels}}}'

    return METRIC.sub(selected, expression)
