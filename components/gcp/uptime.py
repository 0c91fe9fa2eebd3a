"""Checks of the front doors from outside, as users would come."""

from collections.abc import Mapping

import pulumi
from pulumi_gcp import monitoring

from components.gcp.component import GcpComponent, Scope
from components.gcp.watch import edge
from components.gcp.watch.rows import Watched
from settings.gcp.observability import UptimeSettings


class Uptime(GcpComponent):
    """A check of each host over TLS from several continents; the certificate must be valid, and the answer 200.

    The hosts are the standby's own names: the platform's lead to the primary region until a failover.
    """

    watched: list[Watched]

    def __init__(
        self,
        name: str,
        scope: Scope,
        settings: UptimeSettings,
        *,
        hosts: Mapping[str, str],
        path: str,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the checks of `hosts`, by a short name of each; `path` must answer 200 without a login."""
        super().__init__("Uptime", name, scope, "internal", opts)
        self.watched = []
        for short, host in hosts.items():
            monitoring.UptimeCheckConfig(
                f"{name}-{short}",
                display_name=f"{host}{path}",
                monitored_resource={
                    "type": "uptime_url",
                    "labels": {"host": host, "project_id": scope.project},
                },
                http_check={
                    "path": path,
                    "port": 443,
                    "use_ssl": True,
                    "validate_ssl": True,
                    "request_method": "GET",
                    "accepted_response_status_codes": [{"status_value": 200}],
                },
                content_matchers=[{"content": settings.content, "matcher": "CONTAINS_STRING"}]
                if settings.content
                else None,
                checker_type="STATIC_IP_CHECKERS",
                period=f"{settings.period_seconds}s",
                timeout="10s",
                selected_regions=list(settings.regions),
                log_check_failures=True,
                opts=self.child(),
            )
            self.watched += edge.uptime(short, host, period_seconds=settings.period_seconds)
        self.register_outputs({})
