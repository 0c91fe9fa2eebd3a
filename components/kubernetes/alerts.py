"""What is a fault of the platform in a cluster: rules of Prometheus on EKS, policies of Cloud Monitoring on GKE.

Faults of Kubernetes itself (nodes, pods that restart, volumes that fill) are watched by kube-prometheus-stack's own
rules on EKS and by components/gcp/watch/compute.py on GKE; objectives of workloads are rules of their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components.kubernetes.component import Cloud
from settings.observability import Severity

BOTH: tuple[Cloud, ...] = ("aws", "gcp")


@dataclass(frozen=True)
class Alert:
    """An expression of PromQL that is a fault while it has a result for some minutes."""

    name: str
    """In lower case with hyphens; Prometheus calls `vault-unready` VaultUnready."""

    expression: str
    minutes: int
    severity: Severity
    why: str
    """What it means, for whoever is told."""

    remedy: str
    """What to do first, for the same person."""

    about: tuple[str, ...] = ()
    """Labels that say which one it is."""

    vital: bool = False
    """Whether the standby could not take over while it lasts: pages in either role."""

    clouds: tuple[Cloud, ...] = BOTH

    @property
    def title(self) -> str:
        """As Prometheus names it."""
        return "".join(part.capitalize() for part in self.name.split("-"))


DAY = 86400

ALERTS: tuple[Alert, ...] = (
    # Both conditions: a certificate that lives for 90 days is renewed with 30 left, and the mesh's live for hours.
    Alert(
        "certificate-expires",
        f"certmanager_certificate_expiration_timestamp_seconds - time() < {30 * DAY}"
        " and certmanager_certificate_renewal_timestamp_seconds < time()",
        60, "ticket", "A certificate has less than 30 days left, and was due for renewal an hour ago.",
        "`kubectl describe certificate` and its newest CertificateRequest, Order and Challenge.",
        ("namespace", "name"), vital=True,
    ),
    Alert(
        "certificate-lost",
        f"certmanager_certificate_expiration_timestamp_seconds - time() < {2 * DAY}"
        " and certmanager_certificate_renewal_timestamp_seconds + 3600 < time()",
        15, "page", "A certificate ends within two days, and is not renewed.",
        "As for certificate-expires; `cmctl renew` asks again at once.", ("namespace", "name"), vital=True,
    ),
    Alert(
        "certificate-unready", 'certmanager_certificate_ready_status{condition="True"} == 0',
        30, "ticket", "A certificate is not issued: whoever needs it cannot start.",
        "`kubectl describe certificate` and its issuer.", ("namespace", "name"),
    ),
    Alert(
        "secret-unread", 'externalsecret_status_condition{condition="Ready",status="False"} == 1',
        15, "page", "A secret has not reached its namespace for 15 minutes; pods go on with the old value.",
        "`kubectl describe externalsecret`: a name that the store does not have, or a right.", ("namespace", "name"),
        vital=True,
    ),
    Alert(
        "secret-unpushed", 'pushsecret_status_condition{condition="Ready",status="False"} == 1',
        30, "page", "A secret is not copied to the other region, which would take over with the old value.",
        "`kubectl describe pushsecret`; then the federation's rights in the other cloud.", ("namespace", "name"),
        clouds=("aws",),
    ),
    Alert(
        "store-unready", 'clustersecretstore_status_condition{condition="Ready",status="False"} == 1',
        15, "page", "The store of secrets does not answer: no secret is read or renewed.",
        "`kubectl describe clustersecretstore`; then the controller's identity.", ("name",), vital=True,
    ),
    # The chart's probe asks `vault status`, which fails while the server is sealed.
    Alert(
        "vault-unready",
        'kube_statefulset_status_replicas_ready{namespace="vault"} < kube_statefulset_replicas{namespace="vault"}',
        10, "page", "A Vault server is sealed or does not run.",
        "`kubectl -n vault exec vault-0 -- vault status`; a sealed one cannot use its key: see its log and the key.",
        ("statefulset",), vital=True,
    ),
    Alert(
        "application-drifts", 'argocd_app_info{sync_status!="Synced"} == 1',
        30, "ticket", "What runs has not been what is declared for half an hour.",
        "`argocd app diff` shows the difference; a sync window may hold it back.", ("name", "sync_status"),
        clouds=("aws",),
    ),
    Alert(
        "application-unhealthy", 'argocd_app_info{health_status=~"Degraded|Missing"} == 1',
        15, "page", "An application that Argo CD keeps is degraded or gone.",
        "`argocd app get` lists its objects and their health.", ("name", "health_status"), clouds=("aws",),
    ),
    Alert(
        "rollout-degraded", 'rollout_info{phase="Degraded"} == 1',
        5, "ticket", "A new revision was aborted; the former one serves.",
        "`kubectl argo rollouts get rollout` names the analysis that failed.", ("namespace", "name"), clouds=("aws",),
    ),
    Alert(
        "delivery-fails",
        'sum by (controller) (increase(controller_runtime_reconcile_errors_total{namespace="flux-system"}[15m])) > 3',
        30, "page", "Flux fails to bring what is declared into the standby: it drifts from the primary.",
        "`flux get all -A --status-selector ready=false`.", ("controller",), vital=True, clouds=("gcp",),
    ),
    Alert(
        "replicas-exhausted",
        "kube_horizontalpodautoscaler_status_current_replicas"
        " >= kube_horizontalpodautoscaler_spec_max_replicas"
        " and kube_horizontalpodautoscaler_spec_max_replicas > kube_horizontalpodautoscaler_spec_min_replicas",
        15, "ticket", "An autoscaler has been at its maximum for 15 minutes: more load will not find more pods.",
        "Raise the workload's replicas.maximum, after a look at why it needs them.",
        ("namespace", "horizontalpodautoscaler"),
    ),
    Alert(
        "metrics-unstored",
        "sum(rate(prometheus_remote_storage_samples_failed_total[15m])) > 0"
        " or (max(prometheus_remote_storage_queue_highest_timestamp_seconds)"
        " - max(prometheus_remote_storage_queue_highest_sent_timestamp_seconds)) > 900",
        15, "ticket", "Metrics do not reach the workspace that keeps them; Prometheus holds two hours back for it.",
        "The log of Prometheus, then of the workspace: a quota, or the right aps:RemoteWrite.", clouds=("aws",),
    ),
    Alert(
        "traces-lost", "sum by (exporter) (rate(otelcol_exporter_send_failed_spans_total[10m])) > 0",
        15, "ticket", "Traces do not reach one of their stores.",
        "The log of the pods opentelemetry-sampler names the answer.", ("exporter",),
    ),
    Alert(
        "logs-lost", "sum(rate(fluentbit_output_dropped_records_total[10m])) > 0",
        15, "ticket", "Log lines do not reach OpenSearch; CloudWatch Logs still has them.",
        "The log of aws-for-fluent-bit; 403 is a missing role mapping, 429 a domain that is too small.",
        clouds=("aws",),
    ),
)  # fmt: skip
"""Platform alerts by the section of docs/operations.md that they link to."""


DRIFT_MINUTES = 60
"""A canary leads a revision in within a third of this (charts/service/values.yaml)."""


def of(cloud: Cloud, digests: Mapping[str, str]) -> list[Alert]:
    """What is watched in a cloud's cluster; `digests` are those of the workloads' images in the settings, by name."""
    return [
        *(alert for alert in ALERTS if cloud in alert.clouds),
        *(_drift(workload, digest) for workload, digest in digests.items()),
    ]


def _drift(workload: str, digest: str) -> Alert:
    """Pods of a workload run another image than the settings name, or none runs that one, or nobody counts.

    Each cluster is compared with the settings that both share, so that it tells by itself when it leaves the other.
    Pods that ended keep their image until they are collected, and do not count.
    """
    container = f'kube_pod_container_info{{namespace="{workload}",container="{workload}",image_spec'
    named = f'".+@{digest}"}}'
    running = f'kube_pod_status_phase{{namespace="{workload}",phase="Running"}} == 1'
    return Alert(
        f"revision-drifts-{workload}",
        f"count by (namespace) (({container}!~{named} and on (namespace, pod) ({running}))"
        f" or absent({container}=~{named}))",
        DRIFT_MINUTES, "ticket",
        f"Pods of {workload} have not run the settings' image for an hour; the other cluster may run it.",
        f"`kubectl -n {workload} get pods -o jsonpath={{..image}}`; then what delivers: an aborted canary, a sync"
        " window, or a release that Flux has taken back.",
        vital=True,
    )  # fmt: skip


def groups(alerts: Sequence[Alert], runbooks: str) -> list[dict[str, Any]]:
    """Rule groups of Prometheus; `runbooks` is where docs/operations.md is read."""
    return [
        {
            "name": "platform",
            "rules": [
                {
                    "alert": alert.title,
                    "expr": alert.expression,
                    "for": f"{alert.minutes}m",
                    "labels": {"severity": alert.severity},
                    "annotations": {
                        "summary": " ".join(
                            [alert.why, *(f"{label}={{{{ $labels.{label} }}}}" for label in alert.about)]
                        ),
                        "description": f"First: {alert.remedy}",
                        "runbook_url": f"{runbooks}#alerts-of-the-clusters",
                    },
                }
                for alert in alerts
            ],
        }
    ]
