"""The products that tell people, as channels of Cloud Monitoring."""

from collections.abc import Mapping
from typing import get_args

import pulumi
from pulumi_gcp import monitoring

from components.gcp.component import GcpComponent, Scope
from settings.gcp.observability import SECRET_OF
from settings.observability import ReceiverKind, Receivers, ReceiverSettings, Severity

SEVERITIES: tuple[Severity, ...] = get_args(Severity)


class Notifications(GcpComponent):
    """A channel for each receiver, named by the severities that it is told of.

    Cloud Monitoring knows PagerDuty itself; the others take its webhook, whose URL holds a key and is a secret. Unlike
    SNS it keeps nothing that a receiver did not take: it tries again, and the incident stays open in Monitoring.
    Schedules and escalation are the receivers'.
    """

    channel_names: dict[Severity, list[pulumi.Output[str]]]
    """projects/<project>/notificationChannels/<number>, by severity."""

    def __init__(
        self,
        name: str,
        scope: Scope,
        receivers: Receivers,
        *,
        secrets: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the channels; `secrets` are keys and URLs by the names in SECRET_OF."""
        super().__init__("Notifications", name, scope, "internal", opts)
        if "opsgenie" in receivers:
            pulumi.log.warn("Opsgenie ends in April 2027: move to jira_service_management or pagerduty", self)
        channels = {
            kind: self._channel(f"{name}-{kind}", kind, receiver, secrets[SECRET_OF[kind]])
            for kind, receiver in receivers.items()
        }
        self.channel_names = {
            severity: [channels[kind] for kind, receiver in receivers.items() if severity in receiver.severities]
            for severity in SEVERITIES
        }
        self.register_outputs({"channelNames": self.channel_names})

    def _channel(
        self, name: str, kind: ReceiverKind, receiver: ReceiverSettings, secret: pulumi.Input[str]
    ) -> pulumi.Output[str]:
        pager = kind == "pagerduty"
        return monitoring.NotificationChannel(
            name,
            display_name=f"{kind.replace('_', ' ')}: {', '.join(receiver.severities)}",
            type="pagerduty" if pager else "webhook_tokenauth",
            labels=None if pager else {"url": pulumi.Output.secret(secret)},
            sensitive_labels={"service_key": pulumi.Output.secret(secret)} if pager else None,
            opts=self.child(),
        ).name
