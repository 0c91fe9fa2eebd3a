"""Cloud Monitoring's alert policies, notification channels and uptime checks."""

from collections.abc import Iterator

from pulumi_policy import Severity

from guardrails.checks import on, present, together
from guardrails.model import Finding, ResourceRule, StackRule
from guardrails.subject import Node, Stack

POLICY = "gcp:monitoring/alertPolicy:AlertPolicy"
CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel"
UPTIME = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig"

CREDENTIALS = {"pagerduty": "serviceKey", "slack": "authToken", "webhook_basicauth": "password"}
"""The credential that a type of channel needs, among its sensitive labels."""


def _told(stack: Stack) -> Iterator[Finding]:
    # Without any channel alarms are for the dashboard alone, by choice.
    if not stack.of_type(CHANNEL):
        return
    for policy in stack.of_type(POLICY):
        critical = policy.text("severity") == "CRITICAL"
        if critical and policy.flag("enabled", True) and not policy.has("notificationChannels"):
            yield Finding("notificationChannels", "is empty", policy)


def _hidden(channel: Node) -> Iterator[Finding]:
    credential = CREDENTIALS.get(channel.text("type"))
    if credential is None:
        return
    path = f"sensitiveLabels.{credential}"
    # The second is written, and never kept in the state.
    if not (channel.has(path) or channel.has(f"{path}Wo")):
        yield Finding(path, "is not set, so the credential is among the labels")


RULES = (
    StackRule(
        id="gcp-alert-tells-somebody",
        types=(POLICY, CHANNEL),
        severity=Severity.MEDIUM,
        description="Critical alert policies tell somebody, in stacks that have anybody to tell.",
        why="An alarm that tells nobody is found after the incident.",
        remedy="Set notification_channels to channels that somebody listens to.",
        check=_told,
    ),
    ResourceRule(
        id="gcp-alert-documented",
        types=(POLICY,),
        severity=Severity.MEDIUM,
        description="Alert policies say what they mean.",
        why="Whoever is woken has not written the threshold, and loses the first minutes on what it is about.",
        remedy="Set documentation.content to what is wrong and what to do first.",
        check=present("documentation.content"),
    ),
    ResourceRule(
        id="gcp-notification-channel-secret",
        types=(CHANNEL,),
        severity=Severity.HIGH,
        description="Credentials of notification channels are among their sensitive labels.",
        why="Labels are shown in plans, in state and to whoever may list channels.",
        remedy="Move it to sensitive_labels, and take its value from the stack's secrets.",
        check=_hidden,
    ),
    ResourceRule(
        id="gcp-uptime-check-tls",
        types=(UPTIME,),
        severity=Severity.MEDIUM,
        description="Uptime checks over HTTP use TLS and look at the certificate.",
        why="A check that takes any certificate is green while every browser refuses the page.",
        remedy="Set use_ssl=True and validate_ssl=True in http_check.",
        check=lambda check: (
            together(on("httpCheck.useSsl"), on("httpCheck.validateSsl"))(check) if check.has("httpCheck") else ()
        ),
    ),
)
