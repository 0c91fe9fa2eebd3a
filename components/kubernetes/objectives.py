"""Objectives of workloads as rules of Prometheus, whose operator hands them to it."""

from collections.abc import Sequence

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes.component import KubernetesComponent, Scope
from components.kubernetes.slo import groups
from settings.kubernetes.objectives import ObjectiveSettings

API = "monitoring.coreos.com/v1"


class Objectives(KubernetesComponent):
    """Of each workload a PrometheusRule: what it promises, how much of its error budget is left, and who is told.

    It is for clusters with the Prometheus operator. The standby's objectives are Cloud Monitoring's, from the same
    settings (components/gcp/objectives.py), which watch on when the cluster is gone. Rules look back for a month:
    Prometheus keeps its samples for as long (settings refuse less).
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: ObjectiveSettings,
        *,
        workloads: Sequence[str],
        namespace: pulumi.Input[str],
        release: str,
        runbooks: str,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the rules in Prometheus' `namespace`.

        Prometheus takes rules with the name of its Helm `release` as a label; `after` is what defines their kind.
        `runbooks` is the address of docs/operations.md.
        """
        super().__init__("Objectives", name, scope, "internal", opts)
        for workload in workloads:
            apiextensions.CustomResource(
                f"{name}-{workload}",
                api_version=API,
                kind="PrometheusRule",
                metadata={"name": f"objectives-{workload}", "namespace": namespace, "labels": {"release": release}},
                spec={"groups": groups(workload, settings.of(workload), settings.time_window_days, runbooks=runbooks)},
                opts=self.child(depends_on=list(after)),
            )
        self.register_outputs({})
