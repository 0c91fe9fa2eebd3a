"""Whom Alertmanager tells of what: a pure function of the settings, and the secret with the receivers' keys.

Alertmanager builds the key by which receivers know an alert again (PagerDuty's dedup key, Opsgenie's alias) from the
labels that it groups by: one incident for each alert of a service and promise, however many series raise it.
https://prometheus.io/docs/alerting/latest/configuration/
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apiextensions

from components.kubernetes import external_secrets
from components.kubernetes.component import KubernetesComponent, Scope
from settings.kubernetes.alerting import AlertingSettings
from settings.observability import ReceiverKind, Receivers, Severity

SECRET = "alertmanager-receivers"
"""The Kubernetes secret, which Alertmanager must mount: the operator puts it under FOLDER by its name."""

FOLDER = f"/etc/alertmanager/secrets/{SECRET}"

KEYS: Mapping[ReceiverKind, str] = {
    "pagerduty": "pagerduty_routing_key",
    "jira_service_management": "jira_service_management_api_key",
    "opsgenie": "opsgenie_api_key",
}
"""Key in the secret by the kind of receiver: of PagerDuty's Events API v2, or of an API integration of the others."""

HEARTBEAT = "heartbeat_url"
"""Key in the secret of the address that is asked while all is well."""

# Both products take the same requests: Jira Service Management goes on where Opsgenie ends in April 2027.
# https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events
API_URLS: Mapping[ReceiverKind, str] = {
    "jira_service_management": "https://api.atlassian.com/jsm/ops/integration/",
    "opsgenie": "https://api.opsgenie.com/",
}

LEVELS: Mapping[Severity, str] = {"page": "page|critical", "ticket": "ticket|warning"}
"""Values of the label `severity`: ours, and those of the rules that come with kube-prometheus-stack."""

PAGERDUTY_SEVERITY: Mapping[Severity, str] = {"page": "critical", "ticket": "warning"}
PRIORITY: Mapping[Severity, str] = {"page": "P1", "ticket": "P3"}

GROUP_BY = ["alertname", "namespace", "service", "slo", "severity"]
NOBODY = "nobody"

CLUSTER_DOWN = "KubeAPIDown"
CHILDREN = "Kube(Pod|Deployment|StatefulSet|DaemonSet|Job|Hpa|Container|Node|Kubelet|Scheduler|Controller).*|TargetDown"
"""What Kubernetes' own state says, which nobody knows while its API is down; what users notice is never silenced."""

SUMMARY = "{{ .CommonAnnotations.summary }}"
DESCRIPTION = "{{ range .Alerts }}{{ .Annotations.description }}\n{{ end }}"
RUNBOOK = "{{ (index .Alerts 0).Annotations.runbook_url }}"


def alertmanager_config(
    receivers: Receivers, settings: AlertingSettings, *, entrances: Sequence[str]
) -> dict[str, Any]:
    """The configuration file; every key and address stays in a file of the secret.

    `entrances` are the services that users' requests come in by: when nobody asks them, nobody asks those behind.
    """
    heartbeat = "heartbeat" if settings.heartbeat else NOBODY
    found: list[dict[str, Any]] = [{"name": NOBODY}]
    if settings.heartbeat:
        called = {"url_file": f"{FOLDER}/{HEARTBEAT}", "send_resolved": False, "max_alerts": 1}
        found.append({"name": "heartbeat", "webhook_configs": [called]})
    return {
        "global": {"resolve_timeout": "5m"},
        "route": {
            "receiver": NOBODY,
            "group_by": GROUP_BY,
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "12h",
            "routes": [
                {
                    "receiver": heartbeat,
                    "matchers": ['alertname="Watchdog"'],
                    "group_wait": "0s",
                    "group_interval": "1m",
                    # Were it a minute as well, each second minute would come just too early to repeat anything.
                    # https://github.com/prometheus/alertmanager/issues/676
                    "repeat_interval": "50s",
                },
                {
                    "receiver": "page",
                    "matchers": [f'severity=~"{LEVELS["page"]}"'],
                    "group_wait": "10s",
                    "repeat_interval": f"{settings.page_repeat_minutes}m",
                },
                {
                    "receiver": "ticket",
                    "matchers": [f'severity=~"{LEVELS["ticket"]}"'],
                    "repeat_interval": f"{settings.ticket_repeat_hours}h",
                },
            ],
        },
        "inhibit_rules": _inhibitions(entrances),
        "receivers": [*found, _receiver("page", receivers), _receiver("ticket", receivers)],
    }


def secret_keys(receivers: Receivers, settings: AlertingSettings) -> list[str]:
    """Keys that the secret must have."""
    return [*(KEYS[kind] for kind in receivers), *([HEARTBEAT] if settings.heartbeat else [])]


class AlertReceivers(KubernetesComponent):
    """The receivers' keys, from the cloud's own store to the secret that Alertmanager mounts.

    People put them there, since other firms' products make them: one secret `remote` with a JSON object of the keys.
    """

    def __init__(
        self,
        name: str,
        scope: Scope,
        *,
        keys: Sequence[str],
        remote: str,
        namespace: pulumi.Input[str],
        store: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the secret in Alertmanager's `namespace`, which must be one that may read the `store`."""
        super().__init__("AlertReceivers", name, scope, "restricted", opts)
        apiextensions.CustomResource(
            f"{name}-secret",
            api_version=external_secrets.API,
            kind="ExternalSecret",
            metadata={"name": SECRET, "namespace": namespace},
            spec={
                "refreshInterval": "1h",
                "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
                "target": {"name": SECRET, "creationPolicy": "Owner", "deletionPolicy": "Retain"},
                "data": [{"secretKey": key, "remoteRef": {"key": remote, "property": key}} for key in keys],
            },
            opts=self.child(),
        )
        self.register_outputs({})


def _receiver(severity: Severity, receivers: Receivers) -> dict[str, Any]:
    """The receiver of a severity: every product that is told of it, together."""
    told: dict[str, list[dict[str, Any]]] = {}
    for kind, product in receivers.items():
        if severity in product.severities:
            form, config = _told(kind, severity)
            told.setdefault(form, []).append(config)
    return {"name": severity, **told}


def _told(kind: ReceiverKind, severity: Severity) -> tuple[str, dict[str, Any]]:
    """How a product is told: the key of the configuration, and what stands there."""
    file = f"{FOLDER}/{KEYS[kind]}"
    if kind == "pagerduty":
        return "pagerduty_configs", {
            "routing_key_file": file,
            "send_resolved": True,
            "severity": PAGERDUTY_SEVERITY[severity],
            "description": SUMMARY,
            "class": "{{ .CommonLabels.alertname }}",
            "component": "{{ .CommonLabels.service }}",
            "details": {"description": DESCRIPTION, "runbook": RUNBOOK},
            "links": [{"href": RUNBOOK, "text": "Runbook"}],
        }
    return "opsgenie_configs", {
        "api_key_file": file,
        "api_url": API_URLS[kind],
        "send_resolved": True,
        "message": SUMMARY,
        "description": DESCRIPTION,
        "priority": PRIORITY[severity],
        "details": {"runbook": RUNBOOK},
    }


def _inhibitions(entrances: Sequence[str]) -> list[dict[str, Any]]:
    inside = "|".join(entrances)
    return [
        {
            "source_matchers": [f'severity=~"{LEVELS["page"]}"'],
            "target_matchers": [f'severity=~"{LEVELS["ticket"]}"'],
            "equal": ["alertname", "namespace", "service", "slo"],
        },
        {
            "source_matchers": [f'alertname="{CLUSTER_DOWN}"'],
            "target_matchers": [f'alertname=~"{CHILDREN}"'],
        },
        {
            "source_matchers": ['alertname="NoTraffic"', f'service=~"{inside}"'],
            "target_matchers": ['alertname="NoTraffic"', f'service!~"{inside}"'],
        },
    ]
