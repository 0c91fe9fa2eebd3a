"""Observability of the standby: logs, and what is watched as alarms, objectives, checks and a dashboard."""

from collections.abc import Mapping, Sequence

import pulumi

from components.gcp.alarms import Alarms
from components.gcp.component import GcpComponent, Scope
from components.gcp.dashboard import Dashboard
from components.gcp.events import Events
from components.gcp.logs import Logs
from components.gcp.notifications import Notifications
from components.gcp.objectives import Objectives
from components.gcp.uptime import Uptime
from components.gcp.watch import compute, edge, itself, mesh
from components.gcp.watch.rows import Watched
from settings.gcp.observability import ObservabilitySettings
from settings.kubernetes.objectives import ObjectiveSettings
from settings.observability import Receivers, Severity
from settings.types import Mode


class Observability(GcpComponent):
    """All that watches the region, and watches itself: logs that go astray raise an alarm too.

    The role decides how loud it is, and changes that in place. Traces and errors need nothing but their APIs: Cloud
    Trace and Error Reporting take what the cluster sends, and have neither sampling nor keys to set for a project.
    """

    channel_names: dict[Severity, list[pulumi.Output[str]]]
    """Notification channels by severity, for whoever else has something to tell."""

    dashboard_id: pulumi.Output[str]
    log_bucket_ids: dict[str, pulumi.Output[str]]
    objective_names: dict[str, pulumi.Output[str]]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: ObservabilitySettings,
        objectives: ObjectiveSettings,
        *,
        mode: Mode,
        prefix: str,
        watched: Sequence[Watched],
        receivers: Receivers,
        secrets: Mapping[str, pulumi.Input[str]],
        log_key_id: pulumi.Input[str],
        hosts: Mapping[str, str],
        health_path: str,
        cluster_name: pulumi.Input[str],
        workloads: Sequence[str],
        url_map_name: pulumi.Input[str] | None = None,
        log_archive: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Watch what is given.

        `prefix` starts chosen names, `secrets` are the receivers'. `hosts` are the standby's own names, by a short name
        of each, and answer at `health_path`. `objectives` are those of `workloads` in the cluster, and of the load
        balancer with `url_map_name`, if there is one. `log_archive` names a bucket for audit logs.
        """
        super().__init__("Observability", name, scope, "internal", opts)
        child = self.child()
        logs = Logs(f"{name}-logs", scope, settings.logs, key_id=log_key_id, archive=log_archive, opts=child)
        notifications = Notifications(f"{name}-notifications", scope, receivers, secrets=secrets, opts=child)
        events = Events(f"{name}-events", scope, prefix=prefix, opts=child)
        uptime = Uptime(f"{name}-uptime", scope, settings.uptime, hosts=hosts, path=health_path, opts=child)
        everything = [
            *watched,
            *uptime.watched,
            *(mesh.requests(cluster_name, workload) for workload in workloads),
            *edge.certificates(),
            *compute.backups(),
            *events.watched,
            *itself.quotas(),
            *itself.sinks(),
        ]
        if url_map_name is not None:
            everything = [*edge.load_balancer(url_map_name), *everything]
        alarms = Alarms(
            f"{name}-alarms", scope, everything, mode=mode, channel_names=notifications.channel_names, opts=child
        )
        self.objective_names = Objectives(
            f"{name}-objectives",
            scope,
            objectives,
            mode=mode,
            cluster_name=cluster_name,
            workloads=workloads,
            url_map_name=url_map_name,
            channel_names=notifications.channel_names,
            opts=child,
        ).objective_names
        dashboard = Dashboard(
            f"{name}-dashboard",
            scope,
            everything,
            display_name=prefix,
            vital_names=alarms.vital_names,
            opts=child,
        )
        self.channel_names, self.log_bucket_ids = notifications.channel_names, logs.bucket_ids
        self.dashboard_id = dashboard.dashboard_id
        self.register_outputs(
            {
                "channelNames": self.channel_names,
                "dashboardId": self.dashboard_id,
                "logBucketIds": self.log_bucket_ids,
                "objectiveNames": self.objective_names,
            }
        )
