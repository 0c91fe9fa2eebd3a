"""Observability of a region: what is watched becomes alarms, a dashboard, traces, and notifications of people."""

from collections.abc import Mapping, Sequence

import pulumi

from components.aws.alarms import Alarms
from components.aws.canary import Canary
from components.aws.component import AwsComponent, Scope
from components.aws.dashboard import Dashboard
from components.aws.events import Events
from components.aws.keys import Keys
from components.aws.notifications import Notifications
from components.aws.tracing import Tracing
from components.aws.watch import edge, itself
from components.aws.watch.rows import Watched
from settings.aws import KeySettings
from settings.observability import ObservabilitySettings, Receivers, Severity


class Observability(AwsComponent):
    """All that watches the region, and watches itself: undelivered notifications raise an alarm too.

    The platform's own services only: what applications say of themselves reaches CloudWatch and X-Ray by the cluster's
    add-on, and their objectives belong to them.
    """

    topic_arns: dict[str, dict[Severity, pulumi.Output[str]]]
    """ARN by region and severity, for whoever else has something to tell."""

    dashboard_name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: ObservabilitySettings,
        *,
        prefix: str,
        domain: str,
        watched: Sequence[Watched],
        receivers: Receivers,
        urls: Mapping[str, pulumi.Input[str]],
        keys: Keys,
        key_settings: KeySettings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Watch what is given; `prefix` starts chosen names, `urls` are secrets named `<kind of receiver>_url`."""
        super().__init__("Observability", name, scope, "internal", opts)
        child = self.child()
        notifications = Notifications(
            f"{name}-notifications",
            scope,
            receivers,
            urls={kind: urls[f"{kind}_url"] for kind in receivers},
            key_arn=keys.arns["notifications"],
            key_settings=key_settings,
            opts=child,
        )
        events = Events(
            f"{name}-events",
            scope,
            log_prefix=prefix,
            retention_days=settings.event_log_retention_days,
            log_key_arn=keys.arns["logs"],
            opts=child,
        )
        own = [
            found
            for region, queue_name in notifications.undelivered_queue_names.items()
            for found in itself.undelivered(queue_name, region=None if region == scope.region else region)
        ]
        if settings.canary:
            canary = Canary(
                f"{name}-canary",
                scope,
                settings.canary,
                url=f"https://primary.{domain}{settings.canary.path}",
                artifact_bucket=settings.canary.artifact_bucket,
                key_arn=keys.arns["traces"],
                opts=child,
            )
            own += edge.canary(canary.canary_name, interval_minutes=settings.canary.interval_minutes)
        everything = [*watched, *events.watched, *own]
        alarms = Alarms(
            f"{name}-alarms",
            scope,
            everything,
            topic_arns=notifications.topic_arns,
            anomaly_detection=settings.anomaly_detection,
            composite_prefix=prefix,
            opts=child,
        )
        dashboard = Dashboard(
            f"{name}-dashboard",
            scope,
            everything,
            dashboard_name=prefix,
            alarm_arns=list(alarms.degraded_arns.values()),
            opts=child,
        )
        Tracing(f"{name}-tracing", scope, settings.tracing, prefix=prefix, key_arn=keys.arns["traces"], opts=child)
        self.topic_arns, self.dashboard_name = notifications.topic_arns, dashboard.dashboard_name
        self.register_outputs({"topicArns": self.topic_arns, "dashboardName": self.dashboard_name})
